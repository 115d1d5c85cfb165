"""Where each page of the Recollection begins: the file has no page marks, but every page can be recovered.

Three things settle a boundary for certain: a page's footnotes stand at its foot, so a block of notes ends a
page; a page break inside a list or a sentence leaves a blank line there; and the contents print the page of
every heading. Where these leave a boundary open (a page without notes before it), the places that remain
possible are weighed by how full the two pages would be; the boundary is then probable only, and the text
that another place would move to the other page is kept with it as ``doubt``.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.errors import ProblemsError, SourceError
from assistant.model import Page, Span
from assistant.sources.recollection_blocks import CALL, Block, Entry, calls, is_open

LINE = 95
"""Characters in a printed line of body text; with the two below an estimate, used for weighing only."""
ITEM_LINE = 88
NOTE_LINE = 115
SLACK = 1.5
"""An estimate from characters alone may be off by half: a fuller page than that rules a place out."""
LEAST = 12.0
"""Estimated lines below which a page followed by more text would have been left all but empty."""
_NOTES = "Footnote block"
_PARAGRAPH = 2
"""Line ends between two paragraphs; more make a gap."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The start of page ``number`` at offset ``start``.

    ``certain`` is false where the place was judged; ``doubt`` is the text that could stand on the page on the
    other side of the boundary. ``evidence`` is one sentence for the reader.
    """

    number: int
    start: int
    evidence: str
    certain: bool = True
    doubt: Span | None = None


@dataclass(frozen=True, slots=True)
class _Gap:
    """An unmarked boundary: page ``number`` starts at one of ``places``, before the call ``first_call``."""

    number: int
    places: tuple[Block, ...]
    first_call: int | None


def boundaries(text: str, found: tuple[Block, ...], entries: tuple[Entry, ...]) -> tuple[Boundary, ...]:
    """The start of every page, in order. Raises :class:`SourceError` where the evidence does not add up."""
    marks = _marks(text, found, entries)
    starts = [Boundary(1, 0, "The title page opens the document.")]
    gaps: list[_Gap] = []
    anchors = [(b, entries[b.entry].page) for b in found if b.entry is not None]
    for heading, page in anchors:
        passed = [m for m in marks if starts[-1].start < m.start <= heading.lead]
        missing = page - starts[-1].number - len(passed)
        if missing == 1:
            gap = _gap(text, found, starts[-1], passed, heading)
            gaps.append(gap)
            passed = sorted([*passed, Boundary(0, gap.places[0].lead, "")], key=lambda m: m.start)
        elif missing:
            raise _disagree(text, heading, page, starts[-1].number + len(passed))
        starts += [replace(m, number=starts[-1].number + i) for i, m in enumerate(passed, start=1)]
    last = starts[-1]
    rest = [m for m in marks if m.start > last.start]
    starts += [replace(m, number=last.number + i) for i, m in enumerate(rest, start=1)]
    judged = _judge(text, found, starts, gaps)
    named = [_name_contents(text, b, anchors) for b in judged]
    _check_notes(text, found, named)
    return tuple(named)


def pages(text: str, starts: tuple[Boundary, ...]) -> tuple[Page, ...]:
    """The boundaries as :class:`Page` records that cover the whole text.

    A page is certain when the boundaries before and after it are; its evidence speaks of its start and, if
    only its end is in doubt, of that too.
    """
    made = []
    for boundary, following in zip(starts, [*starts[1:], None], strict=True):
        end = following.start if following else len(text)
        evidence = boundary.evidence
        if following and not following.certain:
            evidence += f" Where it ends is probable only. {following.evidence}"
        certain = boundary.certain and (following is None or following.certain)
        number = boundary.number
        made.append(Page(number, str(number), boundary.start, end, certain=certain, evidence=evidence))
    return tuple(made)


def page_at(made: tuple[Page, ...], offset: int) -> int:
    """The number of the page on which the character at ``offset`` stands."""
    number = made[bisect_right(made, offset, key=lambda page: page.start) - 1].number
    assert number is not None  # noqa: S101 - every page of this document has a number
    return number


def _marks(text: str, found: tuple[Block, ...], entries: tuple[Entry, ...]) -> list[Boundary]:
    """The page starts that the text itself marks, in order and not yet numbered."""
    made = []
    for before, after in pairwise(found):
        evidence = _mark(text, before, after, entries)
        if evidence:
            made.append(Boundary(0, after.lead, evidence))
    return _number_notes(text, found, made)


def _mark(text: str, before: Block, after: Block, entries: tuple[Entry, ...]) -> str:
    """The evidence that a page ends between two neighbouring blocks, or an empty string."""
    blank = "\n\n" in text[before.end : after.lead]
    kinds = (before.kind, after.kind)
    broken = before.kind in ("item", "subitem", "paragraph") and after.kind == "paragraph"
    evidence = ""
    if kinds in (("front", "contents"), ("contents", "heading")) and after.entry is not None:
        entry = entries[after.entry]
        evidence = f"Contents entry: “{entry.title}” stands on p. {entry.page}."
    elif kinds == ("contents", "contents") and blank and text[before.start] == "|":
        evidence = "Blank line in a list: the table of contents is broken in two here."
    elif before.kind == "note" and after.kind != "note":
        evidence = _NOTES
    elif kinds == ("item", "item") and blank:
        evidence = "Blank line in a list: the list is broken between two of its items."
    elif broken and is_open(text, before):
        evidence = "Blank line in a sentence: the sentence is broken here."
    return evidence


def _number_notes(text: str, found: tuple[Block, ...], made: list[Boundary]) -> list[Boundary]:
    """Write the notes' numbers, and the running header if there is one, into the evidence."""
    done = []
    for mark in made:
        if mark.evidence != _NOTES:
            done.append(mark)
            continue
        at = next(i for i, b in enumerate(found) if b.lead == mark.start)
        first = at
        while found[first - 1].kind == "note":
            first -= 1
        low, high = found[first].number, found[at - 1].number
        block = f"notes {low}-{high}" if low != high else f"note {low}"
        evidence = f"{_NOTES}: {block} at the foot of the page before."
        if found[at].kind == "running":
            evidence += " Running header: the title of the section stands at the top of the page."
        done.append(_weigh_displaced(text, found, first, at, replace(mark, evidence=evidence)))
    return done


def _weigh_displaced(text: str, found: tuple[Block, ...], first: int, at: int, mark: Boundary) -> Boundary:
    """Doubt a mark where a list announced before the notes follows them, torn by a gap of blank lines."""
    announcing = found[first - 1]
    heading = next((i for i in range(at, len(found)) if found[i].kind == "heading"), at)
    torn = any(text[a.end : b.lead].count("\n") > _PARAGRAPH for a, b in pairwise(found[at:heading]))
    if not torn or not text[: announcing.end].endswith(":"):
        return mark
    evidence = (
        f"{mark.evidence} Judged probable because the list announced above these notes stands below them "
        "and is torn by a gap of blank lines, so that it may have been moved from the page before."
    )
    return replace(mark, evidence=evidence, certain=False, doubt=(mark.start, found[heading].lead))


def _gap(text: str, found: tuple[Block, ...], last: Boundary, passed: list[Boundary], heading: Block) -> _Gap:
    """The one page start between ``last`` and ``heading`` that nothing marks, and where it can be.

    A page's calls are the notes at its foot, so no call may stand between the mark before and the place.
    A label keeps to what it heads, and a break inside a list would have left a blank line.
    """
    edges = [last.start, *(m.start for m in passed), heading.lead]
    gaps = []
    for index, (lower, upper) in enumerate(pairwise(edges)):
        inside = [b for b in found if lower <= b.lead < upper or b.lead == upper == heading.lead]
        called = next((calls(text, b.start, b.end) for b in inside if CALL.search(text, b.start, b.end)), [])
        limit = called[0][0] if called else upper
        places = tuple(b for a, b in pairwise(inside) if b.lead <= limit and _may_open(b, a))
        if places:
            number = called[0][1] if called else None
            gaps.append(_Gap(last.number + index + 1, places, number))
    if len(gaps) != 1:
        raise SourceError(
            f"Expected one stretch of text in which an unmarked page break before "
            f"{text[heading.start : heading.end]!r} can lie; found {len(gaps)}. The file differs from the "
            "shipped one: restore it."
        )
    return gaps[0]


def _may_open(block: Block, before: Block) -> bool:
    return block.kind in ("label", "heading") or (block.kind == "paragraph" and before.kind != "label")


def _disagree(text: str, heading: Block, page: int, counted: int) -> SourceError:
    title = text[heading.start : heading.end]
    return SourceError(
        f"Expected {title!r} on p. {page}, as the table of contents prints; the page marks before it give "
        f"p. {counted}. The file differs from the shipped one: restore it."
    )


def _judge(text: str, found: tuple[Block, ...], starts: list[Boundary], gaps: list[_Gap]) -> list[Boundary]:
    """Put each unmarked boundary where its two pages are best filled; see :func:`_weigh`."""
    unsettled = {number for gap in gaps for number in (gap.number - 1, gap.number)}
    first_body = next(b.lead for b in found if b.kind == "heading")
    ends = [b.start for b in starts[1:]] + [len(text)]
    settled = [
        _height(text, found, boundary.start, end)
        for boundary, end in zip(starts, ends, strict=True)
        if boundary.number not in unsettled and boundary.start >= first_body
    ]
    judged = list(starts)
    for gap in gaps:
        index = gap.number - 1
        judged[index] = _weigh(text, found, gap, (starts[index - 1].start, ends[index]), max(settled))
    return judged


def _weigh(text: str, found: tuple[Block, ...], gap: _Gap, both: Span, fullest: float) -> Boundary:
    """The last place up to which the first page is not overfull: text flows until a page is full.

    Places that would overfill a page even if the estimate were off by half, or leave the first page all but
    empty, are ruled out; the remaining ones bound the doubt.
    """
    start, end = both
    filled = [(b, _height(text, found, start, b.lead), _height(text, found, b.lead, end)) for b in gap.places]
    likely = [f for f in filled if max(f[1], f[2]) <= fullest] or filled
    place, first, second = likely[-1]
    open_ = [f[0].lead for f in filled if f[1] >= LEAST and max(f[1], f[2]) <= SLACK * fullest]
    low, high = min([*open_, place.lead]), max([*open_, place.lead])
    before = f"the call of note {gap.first_call}" if gap.first_call else "the next heading of the contents"
    sizes = f"p. {gap.number - 1} holds about {first:.0f} lines and p. {gap.number} about {second:.0f}"
    others = "; ".join(
        f"before “{text[b.start : b.end]}” they would hold {x:.0f} and {y:.0f}"
        for b, x, y in filled
        if low <= b.lead <= high and b is not place
    )
    evidence = (
        f"Judged probable because nothing marks where p. {gap.number} starts (somewhere before {before}): "
        f"placed here, {sizes}, the fullest page of the document about {fullest:.0f}"
        f"{'; ' if others else ''}{others}."
    )
    return Boundary(gap.number, place.lead, evidence, certain=False, doubt=(low, high))


def _height(text: str, found: tuple[Block, ...], start: int, end: int) -> float:
    """About how many lines of body text the blocks in a range fill on paper, spacing included."""
    return sum(_lines(text, b) for b in found if start <= b.lead < end)


def _lines(text: str, block: Block) -> float:
    length = len(CALL.sub("", text[block.start : block.end]).replace("*", ""))
    if block.kind == "note":
        return math.ceil(length / NOTE_LINE) * 0.85
    if block.kind in ("item", "subitem"):
        return math.ceil(length / ITEM_LINE) + 0.35
    return math.ceil(length / LINE) + 0.6


def _name_contents(text: str, boundary: Boundary, anchors: list[tuple[Block, int]]) -> Boundary:
    """Add the contents' word to the evidence where a heading of the contents opens the page."""
    at = next((b for b, page in anchors if b.lead == boundary.start and page == boundary.number), None)
    if at is None or "Contents entry" in boundary.evidence:
        return boundary
    word = f"Contents entry: “{text[at.start : at.end]}” stands on p. {boundary.number}."
    return replace(boundary, evidence=f"{boundary.evidence} {word}")


def _check_notes(text: str, found: tuple[Block, ...], starts: list[Boundary]) -> None:
    """Hold every page to the rule: its calls are exactly the notes at its foot, 1 to the last in order."""
    problems = []
    for page, called, noted in _notes_by_page(text, found, starts):
        if called != noted:
            problems.append(f"p. {page}: calls {called or 'none'}, notes at its foot {noted or 'none'}")
    numbers = [b.number for b in found if b.kind == "note"]
    if numbers != list(range(1, len(numbers) + 1)):
        problems.append(f"expected notes 1 to {len(numbers)} in order; found {numbers}")
    if problems:
        raise ProblemsError("Footnotes and their calls do not agree; restore the shipped file:", problems)


def _notes_by_page(
    text: str, found: tuple[Block, ...], starts: list[Boundary]
) -> Iterator[tuple[int, list[int], list[int]]]:
    ends = [b.start for b in starts[1:]] + [len(text)]
    for boundary, end in zip(starts, ends, strict=True):
        here = [b for b in found if boundary.start <= b.lead < end]
        called = [n for b in here if b.kind != "note" for _, n in calls(text, b.start, b.end)]
        yield boundary.number, called, [b.number for b in here if b.kind == "note" and b.number is not None]
