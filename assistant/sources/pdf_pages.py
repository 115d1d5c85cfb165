"""Which lines of a PDF are running headers and footers, and which number each page bears.

The number a reader sees is the one printed on the page (the folio). It is taken from headers and footers only
where the folios agree: the same difference to the sheet's position on most pages. Else the file's own page
labels count; else the page has no number and is cited by its sheet ("PDF p. 14").
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.sources.extracted import ranges
from assistant.sources.pdf_chars import Line
from assistant.text import has_letters

EDGE_LINES = 4
"""Headers and footers are looked for in this many outermost lines at the top and at the foot."""
SAME_PLACE = 8.0
"""Points by which the height of a running line may vary from page to page."""
SET_APART = 1.35
"""Line heights between a running line and the text, at least; a paragraph's stand at 1.0 to 1.25."""
AGREEMENT = 0.6
"""Share of the pages with a number at their edge that must support the folios found."""
NEARBY = 6
"""A folio counts on from another at most this many sheets away: plates and blank pages lie between them."""

_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"\b[ivxlc]{1,7}\b")
_FOLIO_WORDS = re.compile(r"\b(?:page|p|pp|pg|página|pagina|pág|of|de|sur|von|seite|/)\b\.?")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(slots=True)
class Sheet:
    """One page of the file: ``physical`` from 1, ``label`` the file's own page label ("" if none).

    ``printed`` and ``evidence`` are decided by :func:`number_pages`; ``images`` says whether it shows any.
    """

    physical: int
    label: str
    lines: list[Line]
    images: bool = False
    printed: str = ""
    evidence: str = "no printed number known"
    folios: list[str] = field(default_factory=list)

    @property
    def number(self) -> int | None:
        """The printed number, where it is one."""
        return int(self.printed) if self.printed.isascii() and self.printed.isdigit() else None


def roman(numeral: str) -> int | None:
    """The value of a lower-case Roman numeral, None if it is none.

    >>> roman("xiv"), roman("iiii")
    (14, None)
    """
    total = 0
    for letter, following in zip(numeral, [*numeral[1:], ""], strict=True):
        value = _ROMAN_VALUES.get(letter, 0)
        total += -value if value < _ROMAN_VALUES.get(following, 0) else value
    return total if numeral and to_roman(total) == numeral else None


def to_roman(number: int) -> str:
    """A number from 1 to 399 in lower-case Roman numerals."""
    parts = [
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ]
    written = ""
    for value, numeral in parts:
        while number >= value:
            written, number = written + numeral, number - value
    return written


def body_size(sheets: Iterable[Sheet]) -> float:
    """The height most letters of the document have, in points."""
    sizes: Counter[float] = Counter()
    for sheet in sheets:
        for line in sheet.lines:
            if line.role == "body":
                sizes[round(line.size, 1)] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], size)) if sizes else 10.0


def mark_running(sheets: list[Sheet], body: float) -> None:
    """Give running headers, running footers and folios the role ``running``.

    Where most pages have such a line at one height, whatever else stands there outermost is one too (a
    chapter's title that runs over two pages only).
    """
    places: dict[tuple[bool, str], list[tuple[int, Line]]] = defaultdict(list)
    for sheet in sheets:
        for top, line in _edge_lines(sheet):
            places[top, _masked(line.text)].append((sheet.physical, line))
    needed = 3 if len(sheets) > 8 else 2
    running: dict[int, Line] = {}
    certain: set[int] = set()
    for (_, masked), found in places.items():
        recurring = _recurring(found, masked, needed, body)
        everywhere = len(recurring) >= max(5, len(sheets) / 2.5)
        if (
            everywhere
            or _is_folio(masked)
            or not recurring
            or not recurring[0].text.endswith((".", ",", ";"))
        ):
            running.update((id(line), line) for line in recurring)
        if everywhere:
            certain.update(id(line) for line in recurring)
    apart = SET_APART * max(1.0, _spacing(sheets) / 1.2)
    heights = Counter((round(line.y), round(line.size)) for line in running.values())
    usual = {place for place, count in heights.items() if count >= max(needed, len(sheets) / 4)}
    for sheet in sheets:
        for edge in _edges(sheet):
            alike = [id(line) in running or (round(line.y), round(line.size)) in usual for line in edge]
            count = alike.index(False) if False in alike else len(alike)
            while count and not (id(edge[count - 1]) in certain or _set_apart(edge, count, apart)):
                count -= 1
            for line in edge[:count]:
                line.role = "running"
                sheet.folios.append(line.text)
    _restore_if_all(sheets)


def _restore_if_all(sheets: list[Sheet]) -> None:
    """Pages that hold nothing but lines alike are not all head and foot."""
    lines = [line for sheet in sheets for line in sheet.lines]
    if not any(line.role == "body" for line in lines):
        for line in lines:
            line.role = "body" if line.role == "running" else line.role


def _set_apart(edge: list[Line], count: int, apart: float) -> bool:
    """Whether the outermost ``count`` lines stand clear of the next, further than in a paragraph."""
    if count == len(edge):
        return count < EDGE_LINES
    outer, inner = edge[count - 1], edge[count]
    return abs(outer.y - inner.y) > apart * max(outer.size, inner.size)


def _spacing(sheets: list[Sheet]) -> float:
    """The usual distance between two lines, in line heights (about 1.1 set solid, 2.2 double-spaced)."""
    gaps = [
        (before.y - line.y) / before.size
        for sheet in sheets
        for before, line in pairwise(sheet.lines)
        if before.column == line.column and 0 < before.y - line.y < 2.6 * before.size
    ]
    return sorted(gaps)[len(gaps) // 2] if gaps else 1.2


def _edges(sheet: Sheet) -> tuple[list[Line], list[Line]]:
    """The outermost lines at the top and at the foot, from the outside inwards."""
    lines = sorted((line for line in sheet.lines if line.upright), key=lambda line: -line.y)
    return lines[:EDGE_LINES], lines[::-1][:EDGE_LINES]


def _edge_lines(sheet: Sheet) -> Iterator[tuple[bool, Line]]:
    top, foot = _edges(sheet)
    seen: set[int] = set()
    for is_top, lines in ((True, top), (False, foot)):
        for line in lines:
            if id(line) not in seen or not is_top:
                seen.add(id(line))
                yield is_top, line


def _masked(text: str) -> str:
    """The line with its numbers masked: what recurs in a running line."""
    folded = " ".join(text.casefold().split())
    return _NUMBER.sub("#", _ROMAN.sub("#", folded))


def _recurring(found: list[tuple[int, Line]], masked: str, needed: int, body: float) -> list[Line]:
    """Of lines alike but for numbers, those that recur at one height and are no part of the text.

    Lines that differ in their numbers recur only if the numbers count the pages and the line is not set
    larger than the text (else they are headings such as "Objective 3").
    """
    heights = sorted(line.y for _, line in found)
    middle = heights[len(heights) // 2]
    level = [(page, line) for page, line in found if abs(line.y - middle) <= SAME_PLACE]
    if len({page for page, _ in level}) < needed:
        return []
    if "#" in masked and len({line.text for _, line in level}) > 1:
        if not _is_folio(masked) and max(line.size for _, line in level) > 1.15 * body:
            return []
        offsets = Counter(page - value for page, line in level for value in set(_values(line.text)))
        agreeing = max(offsets.values(), default=0)
        same = Counter(line.text for _, line in level).most_common(1)[0][1]
        if max(agreeing, same) < max(needed, 0.5 * len(level)) and not _is_folio(masked):
            return []
    return [line for _, line in level]


def _is_folio(masked: str) -> bool:
    """Whether a masked line is nothing but a page number and its trimmings ("page # of #", "- # -")."""
    return not re.search(r"[^\W_]", _FOLIO_WORDS.sub("", masked).replace("#", ""))


def _values(text: str) -> list[int]:
    folded = text.casefold()
    values = [int(number) for number in _NUMBER.findall(folded) if len(number) <= 5]
    return values + [value for numeral in _ROMAN.findall(folded) if (value := roman(numeral)) is not None]


def number_pages(sheets: list[Sheet]) -> list[str]:
    """Decide every page's printed number; returns remarks for the reader.

    Folios that agree win over the file's labels, because they are what a reader sees; a page without a folio
    between two pages whose folios agree is counted on.
    """
    folios = _folios(sheets)
    labels = {sheet.physical: sheet.label for sheet in sheets if sheet.label}
    differing = [page for page, printed in folios.items() if labels.get(page, printed) != printed]
    for sheet in sheets:
        printed, evidence = folios.get(sheet.physical, ""), "folio printed on the page"
        if not printed and not differing and sheet.label:
            printed, evidence = sheet.label, "page label of the file"
        if printed:
            sheet.printed, sheet.evidence = printed, evidence
    _count_on(sheets)
    if differing:
        return [
            "The file's own page labels differ from the numbers printed on the pages "
            f"(PDF pages {ranges(differing)}); pages are cited as printed."
        ]
    if not any(sheet.printed for sheet in sheets):
        return ["No page numbers are printed that agree with each other; pages are cited as PDF pages."]
    unnumbered = [sheet.physical for sheet in sheets if not sheet.printed]
    if unnumbered:
        which = (
            f"PDF page {unnumbered[0]} bears"
            if len(unnumbered) == 1
            else f"PDF pages {ranges(unnumbered)} bear"
        )
        return [f"{which} no number that could be read; cited by the place in the PDF."]
    return []


def _folios(sheets: list[Sheet]) -> dict[int, str]:
    """The printed number of each sheet whose folio agrees with those of the other pages."""
    standing = _other_numbers(sheets)
    candidates: dict[int, set[tuple[bool, int]]] = {}
    for sheet in sheets:
        found = {reading for text in sheet.folios for reading in _readings(text, standing)}
        if found:
            candidates[sheet.physical] = found
    support: Counter[tuple[bool, int]] = Counter(
        (is_roman, page - value) for page, found in candidates.items() for is_roman, value in found
    )
    folios: dict[int, str] = {}
    for page, found in candidates.items():
        best = max(found, key=lambda reading: (support[reading[0], page - reading[1]], not reading[0]))
        enough = support[best[0], page - best[1]] >= (3 if len(sheets) > 3 and not best[0] else 2)
        if enough and _counted_nearby(page, best, candidates):
            folios[page] = to_roman(best[1]) if best[0] else str(best[1])
    return folios if len(folios) >= max(2, AGREEMENT * len(candidates)) else {}


def _other_numbers(sheets: list[Sheet]) -> set[tuple[str, int]]:
    """Numbers in running lines that count no pages: each its line, masked, and its place among the numbers.

    They are the same wherever their line stands (a date, a version, a chapter's number), or stand inside a
    line that stands once only: a folio is at a line's end or in a line that recurs.
    """
    values: dict[tuple[str, int], list[int]] = defaultdict(list)
    inside: set[tuple[str, int]] = set()
    for sheet in sheets:
        for text in sheet.folios:
            for place, number in enumerate(_NUMBER.finditer(text)):
                slot = _masked(text), place
                values[slot].append(int(number.group()))
                if has_letters(text[: number.start()]) and has_letters(text[number.end() :]):
                    inside.add(slot)
    return {
        slot
        for slot, found in values.items()
        if (len(found) > 1 and len(set(found)) == 1) or (len(found) == 1 and slot in inside)
    }


def _counted_nearby(
    page: int, reading: tuple[bool, int], candidates: dict[int, set[tuple[bool, int]]]
) -> bool:
    """Whether a sheet close by bears the number that counting from this one leads to."""
    is_roman, value = reading
    return any(
        (is_roman, value + step) in candidates.get(page + step, ())
        for step in range(-NEARBY, NEARBY + 1)
        if step
    )


def _readings(text: str, standing: set[tuple[str, int]]) -> Iterator[tuple[bool, int]]:
    """Page numbers a running line may hold, as (whether Roman, value); ``standing`` ones are none."""
    folded, masked = text.casefold(), _masked(text)
    for place, number in enumerate(_NUMBER.findall(folded)):
        if len(number) <= 5 and int(number) > 0 and (masked, place) not in standing:
            yield False, int(number)
    if _is_folio(masked):
        for numeral in _ROMAN.findall(folded):
            value = roman(numeral)
            if value is not None:
                yield True, value


def _counts_otherwise(text: str) -> bool:
    """Whether a running line is a folio of another count ("1 of 3")."""
    return _NUMBER.search(text) is not None and _is_folio(_masked(text))


def _count_on(sheets: list[Sheet]) -> None:
    """Number pages without a folio between two numbered pages that leave exactly that room."""
    last: Sheet | None = None
    for sheet in sheets:
        if sheet.number is None:
            if sheet.printed:
                last = None
            continue
        gap = sheet.physical - last.physical if last is not None else 0
        if last is not None and last.number is not None and sheet.number - last.number == gap > 1:
            skipped = sheets[last.physical : sheet.physical - 1]
            for number, between in enumerate(skipped, last.number + 1):
                if any(_counts_otherwise(text) for other in skipped for text in other.folios):
                    break
                between.printed, between.evidence = (
                    str(number),
                    "counted between the folios before and after it",
                )
        last = sheet
