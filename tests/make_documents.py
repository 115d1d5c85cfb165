"""Documents made from known text, so that every page of every quotation is known beforehand.

``typeset`` is a small typesetter on reportlab's canvas: columns, justified or ragged lines, hyphens at line
ends, footnotes with raised calls, running headers, folios and page labels. It returns the truth: each word of
each paragraph with the sheet(s) it was printed on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")

VOCABULARY = {
    "en": (
        "states should establish regular pathways for migrant workers and their families while ensuring "
        "access to justice remittances cooperation governance vulnerability international recruitment "
        "statistics labour protection diaspora communities reintegration partnership sustainable "
        "development migration border authorities consular documentation qualifications employers "
        "unions social security portability"
    ),
    "fr": (
        "les états devraient établir des voies régulières pour les travailleurs migrants et leurs "
        "familles en garantissant l'accès à la justice coopération internationale vulnérabilité "
        "recrutement équitable développement qualifications réintégration communautés frontières où "
        "être hétérogène naïve cœur reçu"
    ),
    "es": (
        "los estados deberían establecer vías regulares para los trabajadores migrantes y sus familias "
        "garantizando el acceso a la justicia cooperación internacional vulnerabilidad contratación "
        "equitativa desarrollo niños cualificaciones reintegración comunidades fronteras señal pingüino "
        "acción según más"
    ),
}


def prose(words: int, seed: int, language: str = "en") -> str:
    """Sentences of ``words`` words in all; the same seed gives the same text, each run of words is rare."""
    rng = random.Random(seed)
    vocabulary = VOCABULARY[language].split()
    sentences: list[str] = []
    left = words
    while left > 0:
        length = min(left, rng.randint(8, 24))
        picked = [rng.choice(vocabulary) for _ in range(length)]
        picked[0] = picked[0].capitalize()
        if length > 10:
            picked[5] += ","
        sentences.append(" ".join(picked) + ".")
        left -= length
    return " ".join(sentences)


@dataclass
class Paragraph:
    """A paragraph to be set. ``notes`` are the texts of calls ``^n`` at the ends of its words."""

    text: str
    style: str = "body"
    marker: str = ""
    notes: dict[int, str] = field(default_factory=dict)


@dataclass
class Placed:
    """A word as typed, and the first and last sheet it stands on (a hyphenated word can have two)."""

    word: str
    first: int
    last: int


@dataclass
class Truth:
    """What was set: the words of every paragraph and note in order, with their sheets."""

    paragraphs: list[list[Placed]] = field(default_factory=list)
    sheets: int = 0

    def quotations(self, length: int = 7, step: int = 3) -> Iterable[tuple[str, int, int]]:
        """Runs of ``length`` words with the first and last sheet they stand on."""
        for words in self.paragraphs:
            for start in range(0, max(1, len(words) - length + 1), step):
                run = words[start : start + length]
                yield " ".join(word.word for word in run), run[0].first, run[-1].last


@dataclass
class Layout:
    """How to set a document. ``folio`` gives the printed number of a sheet (from 1), "" for none."""

    columns: int = 1
    size: float = 11.0
    font: str = "Times-Roman"
    bold: str = "Times-Bold"
    justify: bool = True
    hyphenate: bool = True
    interleave: bool = False
    indent: float = 0.0
    gap: float = 6.0
    page: tuple[float, float] = A4
    header: Callable[[int], str] = lambda sheet: ""
    folio: Callable[[int], str] = lambda sheet: ""
    labels: Sequence[tuple[int, str, int]] = ()
    title: str = ""
    lead: float = 1.22
    margin: float = 72.0


class Typesetter:
    """Sets paragraphs on pages and remembers where every word went."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.canvas = Canvas(str(path), pagesize=layout.page, invariant=1)
        if layout.title:
            self.canvas.setTitle(layout.title)
        self.layout = layout
        width, self.height = layout.page
        gutter = 24.0 if layout.columns > 1 else 0.0
        self.width = (width - 2 * layout.margin - gutter * (layout.columns - 1)) / layout.columns
        self.lefts = [layout.margin + column * (self.width + gutter) for column in range(layout.columns)]
        self.truth = Truth()
        self.sheet = 1
        self.column = 0
        self.y = self.height - layout.margin
        self.foot = layout.margin
        self.notes: list[tuple[int, str, list[str]]] = []
        self.pending: list[tuple[float, Callable[[], None]]] = []

    def set_part(self, paragraphs: Iterable[Paragraph]) -> None:
        """Set paragraphs and go on; ``set`` ends the document."""
        for paragraph in paragraphs:
            self._paragraph(paragraph)

    def set(self, paragraphs: Iterable[Paragraph]) -> Truth:
        """Set the last paragraphs and save the file; returns the truth of all that was set."""
        self.set_part(paragraphs)
        self._end_page()
        self.canvas.save()
        self.truth.sheets = self.sheet - 1
        return self.truth

    def _font(self, style: str) -> tuple[str, float]:
        if style == "heading":
            return self.layout.bold, self.layout.size * 1.3
        return self.layout.font, self.layout.size

    def _paragraph(self, paragraph: Paragraph) -> None:
        font, size = self._font(paragraph.style)
        placed: list[Placed] = []
        words = paragraph.text.split()
        left = 24.0 if paragraph.marker else 0.0
        first = True
        while words:
            indent = left + (self.layout.indent if first and not paragraph.marker else 0.0)
            line, rest, cut = self._fill(words, self.width - indent, font, size, paragraph.style)
            calls = [int(w.split("^")[1]) for w in line if "^" in w and w.split("^")[1].isdigit()]
            self._make_room(size * self.layout.lead, [(call, paragraph.notes[call]) for call in calls])
            sheet = self.sheet
            for number, word in enumerate(line):
                bare = word.split("^")[0]
                if cut and number == len(line) - 1:
                    bare = bare.rstrip("-") if cut == "soft" else bare
                    placed.append(Placed(bare, sheet, sheet))
                elif number == 0 and placed and placed[-1].last == -1:
                    placed[-1].word += bare
                    placed[-1].last = sheet
                else:
                    placed.append(Placed(bare, sheet, sheet))
            if cut:
                placed[-1].last = -1
            self._line(line, indent, font, size, justify=bool(rest), marker=paragraph.marker if first else "")
            words = rest
            first = False
        self.y -= self.layout.gap
        self.truth.paragraphs.append(placed)

    def _fill(
        self, words: list[str], width: float, font: str, size: float, style: str
    ) -> tuple[list[str], list[str], str]:
        """As many words as fit, the words left, and how the last was cut ("", "soft", "hard")."""
        line: list[str] = []
        space = pdfmetrics.stringWidth(" ", font, size)
        used = 0.0
        for index, word in enumerate(words):
            need = self._width(word, font, size) + (space if line else 0.0)
            if used + need <= width or not line:
                line.append(word)
                used += need
                continue
            if self.layout.hyphenate and style == "body" and "^" not in word:
                for head, tail, kind in _breaks(word):
                    if used + space + self._width(head, font, size) <= width:
                        return [*line, head], [tail, *words[index + 1 :]], kind
            return line, words[index:], ""
        return line, [], ""

    def _width(self, word: str, font: str, size: float) -> float:
        bare, _, call = word.partition("^")
        return pdfmetrics.stringWidth(bare, font, size) + pdfmetrics.stringWidth(call, font, size * 0.6)

    def _make_room(self, lead: float, notes: Sequence[tuple[int, str]]) -> None:
        """Go on to the next column or page unless the line and its notes fit; reserve the notes' room."""
        small = self.layout.size * 0.8
        need = sum(len(self._wrap_note(number, text)) * small * 1.2 for number, text in notes)
        rule = 10.0 if notes and not self.notes else 0.0
        if self.y - lead < self.foot + need + rule:
            self._next_column()
        if notes:
            self.foot += need + rule
            self.notes.extend((number, text, self._wrap_note(number, text)) for number, text in notes)
        self.y -= lead

    def _wrap_note(self, number: int, text: str) -> list[str]:
        small = self.layout.size * 0.8
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if pdfmetrics.stringWidth(longer, self.layout.font, small) > self.width - 20:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def _next_column(self) -> None:
        self._flush_notes()
        self.column += 1
        if self.column == self.layout.columns:
            self._end_page()
        self.y = self.height - self.layout.margin
        self.foot = self.layout.margin

    def _flush_notes(self) -> None:
        if not self.notes:
            return
        small = self.layout.size * 0.8
        x = self.lefts[self.column]
        y = self.foot - 8.0
        for number, text, lines in self.notes:
            placed = [Placed(word, self.sheet, self.sheet) for word in text.split()]
            for index, line in enumerate(lines):
                y -= small * 1.2
                self._later(y, self._drawn_note(x, y, line, str(number) if index == 0 else "", small))
            self.truth.paragraphs.append(placed)
        self.notes = []

    def _drawn_note(self, x: float, y: float, line: str, number: str, small: float) -> Callable[[], None]:
        def draw() -> None:
            text = self.canvas.beginText(x, y)
            text.setWordSpace(0)
            if number:
                text.setFont(self.layout.font, small * 0.65)
                text.setRise(small * 0.35)
                text.textOut(number)
                text.setRise(0)
            text.setFont(self.layout.font, small)
            text.textOut((" " if number else "") + line)
            self.canvas.drawText(text)

        return draw

    def _line(
        self, words: list[str], indent: float, font: str, size: float, justify: bool, marker: str
    ) -> None:
        x, y = self.lefts[self.column] + indent, self.y
        natural = sum(self._width(word, font, size) for word in words)
        gaps = max(1, len(words) - 1)
        space = pdfmetrics.stringWidth(" ", font, size)
        if justify and self.layout.justify:
            space = (self.width - indent - natural) / gaps
        self._later(y, self._drawn(x, y, words, font, size, space, marker, indent))

    def _drawn(
        self,
        x: float,
        y: float,
        words: list[str],
        font: str,
        size: float,
        space: float,
        marker: str,
        indent: float,
    ) -> Callable[[], None]:
        def draw() -> None:
            if marker:
                self.canvas.setFont(font, size)
                self.canvas.drawString(x - indent, y, marker)
            text = self.canvas.beginText(x, y)
            text.setWordSpace(space - pdfmetrics.stringWidth(" ", font, size))
            for number, word in enumerate(words):
                bare, _, call = word.partition("^")
                text.setFont(font, size)
                text.textOut(bare)
                if call:
                    text.setFont(font, size * 0.6)
                    text.setRise(size * 0.35)
                    text.textOut(call)
                    text.setRise(0)
                    text.setFont(font, size)
                if number < len(words) - 1:
                    text.textOut(" ")
            text.setWordSpace(0)
            self.canvas.drawText(text)

        return draw

    def _later(self, y: float, draw: Callable[[], None]) -> None:
        if self.layout.interleave:
            self.pending.append((y, draw))
        else:
            draw()

    def _end_page(self) -> None:
        self._flush_notes()
        for _, draw in sorted(self.pending, key=lambda entry: -entry[0]):
            draw()
        self.pending = []
        width = self.layout.page[0]
        header, folio = self.layout.header(self.sheet), self.layout.folio(self.sheet)
        self.canvas.setFont(self.layout.font, 9)
        if header:
            self.canvas.drawString(self.layout.margin, self.height - 40, header)
        if folio:
            self.canvas.drawCentredString(width / 2, 36, folio)
        for first, style, start in self.layout.labels:
            if first == self.sheet:
                self.canvas.addPageLabel(self.sheet - 1, style, start)
        self.canvas.showPage()
        self.sheet += 1
        self.column = 0
        self.y = self.height - self.layout.margin
        self.foot = self.layout.margin

    def new_page(self) -> None:
        """End the page early, as before a chapter."""
        self._end_page()


def _breaks(word: str) -> list[tuple[str, str, str]]:
    """Where a word may be cut at a line's end: compounds after their hyphen, long words inside."""
    if "-" in word[1:-1]:
        head, tail = word.split("-", 1)
        return [(f"{head}-", tail, "hard")]
    if len(word) < 9 or not word.isalpha():
        return []
    return [(f"{word[:cut]}-", word[cut:], "soft") for cut in (6, 4)]


def typeset(path: Path, paragraphs: Iterable[Paragraph], layout: Layout | None = None) -> Truth:
    """Make a PDF of the paragraphs; returns which sheet each word is on."""
    return Typesetter(path, layout or Layout()).set(paragraphs)


def register_dejavu() -> str | None:
    """Register DejaVu Sans for scripts the standard fonts lack; None where the font is not installed."""
    if not DEJAVU.is_file():
        return None
    pdfmetrics.registerFont(TTFont("DejaVu", str(DEJAVU)))
    return "DejaVu"
