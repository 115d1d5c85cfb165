"""Blocks of a user's document -> typed passages with locators.

Locators, in the order tried: a printed number ("para. 22 (c)", "Rec. 4" where numbers begin at 1 under a
heading such as "Recommendations"); a note or table cell; where there are pages, the page alone; else the
place under the heading ("under “Financing”, ¶ 3"). Pages are added where the document has them:
"para. 22, p. 7", "pp. 3-4", "p. iv", "PDF p. 14" where no number is printed, or "p. 4 (PDF p. 222)" where
several sheets bear that number. List items under headings of
:data:`TYPED_HEADINGS` are of that kind; headings themselves are ``section``, everything else ``paragraph``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.model import Document, Kind, Page, Passage, Span
from assistant.sources.extracted import Block, fold_extracted
from assistant.sources.language import guess_language
from assistant.sources.numbering import MARKER, Numbered, NumberFollower, believable
from assistant.text import cut

__all__ = ["MARKER", "TYPED_HEADINGS", "build_passages", "is_contents_line", "is_known_heading"]

TYPED_HEADINGS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (
        re.compile(r"\b(?:recommendations?|recommandations?|recomendaci(?:ón|ones))\b|توصيات"),
        "recommendation",
    ),
    (
        re.compile(
            r"\b(?:guiding|discussion) questions?\b|\bquestions (?:directrices|d'orientation|à débattre)\b"
            r"|\bpreguntas (?:orientadoras|guía|para el debate)\b"
        ),
        "guiding_question",
    ),
    (
        re.compile(
            r"^(?:options? for practical action|practical actions?|mesures pratiques|medidas prácticas)$"
        ),
        "practical_action",
    ),
    (re.compile(r"^(?:policy options?|options? politiques?|opciones (?:de )?políticas?)$"), "policy_option"),
    (
        re.compile(
            r"^(?:(?:good|best|policy and) practices?(?: examples?)?|bonnes pratiques|buenas prácticas)$"
        ),
        "practice_example",
    ),
)
"""Headings whose list items are of a kind; matched on the heading case-folded and without its number."""

_KNOWN = re.compile(
    r"(?:executive )?summary|introduction|background|context|conclusions?|annex(?: [a-z\d]+)?"
    r"|acknowledge?ments|references|bibliography|foreword|preface|way forward|next steps"
    r"|table of contents|contents"
    r"|résumé|contexte|avant-propos|annexe(?: [a-z\d]+)?|remerciements|bibliographie|table des matières"
    r"|sommaire|resumen(?: ejecutivo)?|introducción|antecedentes|contexto|conclusiones|anexo(?: [a-z\d]+)?"
    r"|agradecimientos|bibliografía|índice"
    r"|(?:(?:key|main|policy|general|practical|final|principales|clés|clave|finales|y|and|et|conclusions?"
    r"|conclusiones) )*(?:recommendations?|recommandations?|recomendaciones)"
    r"(?: (?:clés|clave|finales|générales))?"
    r"|(?:guiding|discussion) questions"
)
_HEADING_NUMBER = re.compile(r"^(?:(?:[IVXLC]+|[A-Z]|\d{1,2}(?:\.\d{1,2})*)[.):]?\s+)(?=\S)")
_LEADERS = re.compile(r"(?:\.[ \u00a0]?){5,}\s*(?:\d+|[ivxlc]+)?\s*\Z|…{2,}\s*(?:\d+|[ivxlc]+)\s*\Z")
_URL = re.compile(r"https?://[^\s<>\"“”«»)\]]+")
MAX_HEADING_IN_LOCATOR = 60
"""Characters; a longer heading is cut at a word in locators (in ``heading_path`` it stands whole)."""


def _bare(heading: str) -> str:
    """A heading case-folded, without its number and closing colon."""
    return _HEADING_NUMBER.sub("", heading.strip()).rstrip(" :.").casefold().replace("’", "'")


def is_known_heading(text: str) -> bool:
    """Whether a line is, word for word, one of the headings reports have ("IV. Recommendations")."""
    text = text.strip()
    return len(text) <= 80 and text[:1].isupper() and _KNOWN.fullmatch(_bare(text)) is not None


def is_contents_line(text: str) -> bool:
    """Whether a line is an entry of a table of contents: its end is leaders and a page number."""
    return _LEADERS.search(text) is not None


def heading_kind(path: Sequence[str]) -> Kind | None:
    """The kind of list items below these headings, by the innermost heading that says so."""
    for heading in reversed(path):
        bare = _bare(heading)
        for pattern, kind in TYPED_HEADINGS:
            if len(bare) <= 100 and pattern.search(bare):
                return kind
    return None


def build_passages(
    document: Document, text: str, pages: Sequence[Page], blocks: Sequence[Block]
) -> tuple[Passage, ...]:
    """Every block as a passage, in order; blocks without a letter or digit give none."""
    builder = _Builder(document, text, pages, blocks)
    drafts = [draft for block in blocks if (draft := builder.draft(block)) is not None]
    return tuple(_finished(drafts, bool(pages)))


@dataclass(slots=True)
class _Draft:
    """A passage before locators and ids are made unique."""

    passage: Passage
    part: str
    page: str


class _Builder:
    """Follows headings and numbers through the blocks."""

    def __init__(self, document: Document, text: str, pages: Sequence[Page], blocks: Sequence[Block]) -> None:
        self._document = document
        self._text = text
        self._pages = pages
        self._starts = [page.start for page in pages]
        bearing = Counter(page.label for page in pages if page.label)
        self._repeated = {label for label, count in bearing.items() if count > 1}
        self._headings: list[tuple[int, str]] = []
        self._numbers = NumberFollower()
        self._believed = self._look_ahead(blocks)
        self._listed: str | None = None
        self._counts: Counter[str] = Counter()

    def _look_ahead(self, blocks: Sequence[Block]) -> dict[int, bool]:
        """Which plain numbers stand in a sequence, by the identity of their block."""
        found: list[tuple[int, int]] = []
        for block in blocks:
            match = self._marker(block)
            if block.role == "paragraph" and match is not None and match["number"]:
                found.append((id(block), int(match["number"])))
        return dict(zip([key for key, _ in found], believable([value for _, value in found]), strict=True))

    def _marker(self, block: Block) -> re.Match[str] | None:
        if block.number is not None:
            return MARKER.match(f"{block.number} ")
        start, end = block.spans[0]
        return MARKER.match(self._text[start : min(end, start + 40)])

    def draft(self, block: Block) -> _Draft | None:
        """The block as a passage, or None if there is nothing in it."""
        whole = fold_extracted(cut(self._text, block.spans))
        if not any(character.isalnum() for character in whole):
            return None
        if block.role == "heading":
            return self._heading(block, whole)
        spans, numbered, marked = self._number(block)
        path = tuple(title for _, title in self._headings)
        if block.heading is not None:
            path = (block.heading,)
        kind = block.kind or ((heading_kind(path) or "paragraph") if marked else "paragraph")
        local, part = self._place(block, numbered, kind, path, spans)
        if block.role == "contents":
            kind = "section"
        return self._passage(block, spans, path, kind, local, part)

    def _heading(self, block: Block, title: str) -> _Draft:
        while self._headings and self._headings[-1][0] >= block.level:
            self._headings.pop()
        path = tuple(text for _, text in self._headings)
        self._headings.append((block.level, title))
        self._numbers.heading()
        self._listed = None
        part = "" if self._pages else f"heading “{_short(title)}”"
        return self._passage(block, block.spans, path, "section", self._count("section"), part)

    def _number(self, block: Block) -> tuple[tuple[Span, ...], Numbered | None, bool]:
        """The spans without the printed marker, the number, and whether the block is a list item."""
        match = self._marker(block) if block.role == "paragraph" else None
        if block.apart:
            self._numbers.prose()
        numbered: Numbered | None = None
        accepted = block.bullet
        if match is not None:
            if match["number"] and self._believed.get(id(block), False):
                numbered = self._numbers.number(match["number"])
            elif match["dotted"]:
                numbered = self._numbers.number(match["dotted"])
            elif match["letter"]:
                numbered = self._numbers.item(match["letter"], bool(match["open"]))
            accepted = accepted or numbered is not None or match["bullet"] is not None
        if accepted and numbered is None:
            numbered = self._numbers.bullet()
        if not accepted and block.role == "paragraph":
            self._numbers.prose()
        if not accepted or match is None or block.number is not None:
            return block.spans, numbered, accepted
        start, end = block.spans[0]
        rest = ((start + match.end(), end), *block.spans[1:])
        return (rest if cut(self._text, rest).strip() else block.spans), numbered, True

    def _place(
        self,
        block: Block,
        numbered: Numbered | None,
        kind: Kind,
        path: tuple[str, ...],
        spans: tuple[Span, ...],
    ) -> tuple[str, str]:
        """The local id and the locator part for a block that is no heading."""
        if block.label:
            return _slug_label(block.label), block.label
        if block.role == "contents":
            return self._count("contents"), "contents"
        if numbered is not None and numbered.printed():
            name, word = (
                ("rec", "Rec.") if self._counts_recommendations(numbered, kind) else ("para", "para.")
            )
            printed = numbered.printed()
            local = ".".join([name, *re.findall(r"[\w.]+", printed)])
            part = f"{word} {printed}" if numbered.para else f"item {printed}"
            if numbered.bullet:
                return f"{local}.b{numbered.bullet}", f"{part}, bullet {numbered.bullet}"
            return local, part
        if self._pages:
            sheet = self._page_of(spans[0][0])
            return self._count(f"p{sheet.physical or sheet.number}"), ""
        heading = " / ".join(_short(title) for title in path[-1:])
        number = self._tally("under " + "\n".join(path))
        return self._count("prose"), f"under “{heading}”, ¶ {number}" if heading else f"¶ {number}"

    def _counts_recommendations(self, numbered: Numbered, kind: Kind) -> bool:
        """Whether numbers under this heading count recommendations: they begin at 1 below it."""
        if kind != "recommendation" or numbered.para is None:
            return False
        if self._listed is None:
            self._listed = numbered.para
        return self._listed == "1"

    def _tally(self, key: str) -> int:
        self._counts[key] += 1
        return self._counts[key]

    def _count(self, prefix: str) -> str:
        return f"{prefix}.{self._tally(prefix)}"

    def _page_of(self, offset: int) -> Page:
        return self._pages[max(0, bisect_right(self._starts, offset) - 1)]

    def _passage(
        self, block: Block, spans: tuple[Span, ...], path: tuple[str, ...], kind: Kind, local: str, part: str
    ) -> _Draft:
        text = fold_extracted(cut(self._text, spans))
        first = last = None
        if self._pages:
            first, last = self._page_of(spans[0][0]), self._page_of(spans[-1][1] - 1)
        numbers = (first.number, last.number) if first and last else (None, None)
        if block.page is not None:
            numbers = (block.page, block.page)
        links = dict.fromkeys([*block.links, *(url.rstrip(".,;:!?'") for url in _URL.findall(text))])
        passage = Passage(
            id=f"{self._document.id}/{local}",
            document=self._document.id,
            kind=kind,
            text=text,
            spans=spans,
            heading_path=path,
            page_start=numbers[0],
            page_end=numbers[1],
            page_certain=None if numbers[0] is None else True,
            links=tuple(links),
            author=block.author,
            date=block.date,
            language=block.language or guess_language(text, self._document.languages[0]),
            page_labels=page_labels(first, last) if first and last else None,
            remarks=block.remarks,
        )
        stated = f"p. {block.page}" if block.page is not None else ""
        return _Draft(passage, part, self._page_locator(first, last) if first and last else stated)

    def _page_locator(self, first: Page, last: Page) -> str:
        """Pages as cited; with the sheet where chapters count anew and several sheets bear this number."""
        if {first.label, last.label} & self._repeated:
            return page_labels(first, last) or page_locator(first, last)
        return page_locator(first, last)


def page_locator(first: Page, last: Page) -> str:
    """Pages as cited: "p. 7", "pp. 3-4", "p. iv"; "PDF p. 14" where no number is printed.

    >>> page_locator(Page(None, "", 0, 9, physical=14), Page(None, "", 0, 9, physical=14))
    'PDF p. 14'
    """
    if first.label and last.label:
        return f"p. {first.label}" if first is last else f"pp. {first.label}-{last.label}"
    return f"PDF {_sheets(first, last)}"


def _sheets(first: Page, last: Page) -> str:
    return f"p. {first.physical}" if first is last else f"pp. {first.physical}-{last.physical}"


def page_labels(first: Page, last: Page) -> str | None:
    """Printed pages beside the sheets they are on, where the two differ; None where they do not."""
    if all(page.physical is None or page.number == page.physical for page in (first, last)):
        return None
    printed = page_locator(first, last)
    return printed if printed.startswith("PDF") else f"{printed} (PDF {_sheets(first, last)})"


def _short(heading: str) -> str:
    """A heading short enough for a locator, without the quotation marks that enclose it there."""
    heading = heading.replace("“", "").replace("”", "")
    if len(heading) <= MAX_HEADING_IN_LOCATOR:
        return heading
    return heading[:MAX_HEADING_IN_LOCATOR].rsplit(" ", 1)[0] + " …"


def _slug_label(label: str) -> str:
    """A label as part of an id: "table 2, row 3, col. 1" -> "table.2.row.3.col.1"."""
    return ".".join(re.findall(r"\w+|[*†‡]+", label.lower()))


def _finished(drafts: Iterable[_Draft], paged: bool) -> Iterator[Passage]:
    """Passages with their locators and with ids made unique ("-2" for the second of the same).

    Without pages a locator that would stand for several passages is told apart by its heading, and then by
    counting; with pages, page and quotation tell them apart, as for a reader.
    """
    drafts = list(drafts)
    parts = Counter(draft.part for draft in drafts)
    ids: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for draft in drafts:
        passage, part = draft.passage, draft.part
        if not paged and parts[part] > 1:
            if passage.heading_path and not part.startswith("under "):
                part = f"under “{_short(passage.heading_path[-1])}”, {part}"
            seen[part] += 1
            if seen[part] > 1:
                part = f"{part} ({seen[part]})"
        ids[passage.id] += 1
        unique = passage.id if ids[passage.id] == 1 else f"{passage.id}-{ids[passage.id]}"
        locator = ", ".join(piece for piece in (part, draft.page) if piece)
        yield replace(passage, id=unique, locator=locator)
