"""Lines in reading order -> notes, headings and paragraphs, across columns and pages.

Where the signs are not clear, lines stay together: a paragraph too long is still quoted on the right pages,
a sentence cut in two could not be quoted at all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.sources.pdf_chars import Line
from assistant.sources.pdf_pages import Sheet
from assistant.sources.structure import MARKER, is_contents_line, is_known_heading
from assistant.text import has_letters

HEADING_RATIO = 1.12
"""Letters this much higher than the text's are a heading's."""
NOTE_RATIO = 0.94
"""Letters lower than this share of the text's height are a note's."""
MAX_HEADING = 220
"""Characters; anything longer is text however it is set."""

NOTE_START = re.compile(r"(?:\[\^(\d{1,3}|[*†‡]{1,3})\]|(\d{1,3})(?=[\s)]|\.(?!\d))|([*†‡]+))\s*")
_ENDS = re.compile(r"[.!?:;…؟۔。][\"'”’»)\]]*(?:\[\^\w+\])*\s*\Z")
_OPENERS = "\"'“‘«([¿¡"


@dataclass(slots=True)
class Group:
    """Lines that belong together, each with its sheet; ``role`` as a block's."""

    lines: list[tuple[Sheet, Line]] = field(default_factory=list)
    role: str = "paragraph"
    level: int = 0
    label: str = ""

    def text(self) -> str:
        """Its lines in one, for looking at, not for citing."""
        return " ".join(line.text + line.hyphen for _, line in self.lines)


def group_lines(sheets: list[Sheet], body: float, outline: dict[int, dict[str, int]]) -> list[Group]:
    """All lines but running ones, as groups in reading order; a page's notes follow where they stand.

    ``outline`` gives, by sheet, the folded titles of the file's own bookmarks with their depth from 1.
    """
    pitch = _pitches(sheets)
    groups: list[Group] = []
    current: Group | None = None
    edges: dict[tuple[int, int], tuple[float, float]] = {}
    early = _ended_early(sheets)
    for sheet in sheets:
        _mark_notes(sheet, body)
        edges.update(_column_edges(sheet))
        notes: Group | None = None
        for line in sheet.lines:
            if line.role == "running":
                continue
            if line.role in {"note", "turned"}:
                notes = _add_note(groups, notes, sheet, line)
                continue
            if current is None or _breaks(current, sheet, line, edges, pitch, early):
                current = Group()
                groups.append(current)
            current.lines.append((sheet, line))
    _classify(groups, body, outline)
    return groups


def _may_continue(text: str) -> bool:
    """Whether a line may go on with a sentence: it begins in lower case, or in a script without cases."""
    first = text.lstrip(_OPENERS)[:1]
    return first.isalpha() and not first.isupper() and not first.istitle()


def _pitches(sheets: list[Sheet]) -> dict[int, float]:
    """The usual distance between two lines of one paragraph, by letter height in points."""
    gaps: dict[int, list[float]] = defaultdict(list)
    for sheet in sheets:
        for before, line in pairwise(sheet.lines):
            gap = before.y - line.y
            same = before.column == line.column and before.role == line.role == "body"
            if same and _same_size(before, line) and 0.8 * line.size <= gap <= 2.6 * line.size:
                gaps[round(line.size)].append(gap)
    return {size: sorted(found)[int(len(found) * 0.3)] for size, found in gaps.items()}


def _ended_early(sheets: list[Sheet]) -> set[int]:
    """Sheets whose text ends well above the foot of the others' or is too short to judge: a chapter's end."""
    lowest = {
        sheet.physical: (min(line.y for line in lines), lines[0].size, len(lines))
        for sheet in sheets
        if (lines := [line for line in sheet.lines if line.role in {"body", "note"}])
    }
    feet = sorted(foot for foot, _, _ in lowest.values())
    usual = feet[len(feet) // 2] if feet else 0.0
    return {page for page, (foot, size, count) in lowest.items() if foot > usual + 4 * size or count < 3}


def _same_size(a: Line, b: Line) -> bool:
    return abs(a.size - b.size) <= 0.07 * max(a.size, b.size)


def _column_edges(sheet: Sheet) -> dict[tuple[int, int], tuple[float, float]]:
    """The left and right edge of each column's text, by sheet and column."""
    columns: dict[int, list[Line]] = defaultdict(list)
    for line in sheet.lines:
        if line.role == "body":
            columns[line.column].append(line)
    return {
        (sheet.physical, number): (min(line.x0 for line in lines), max(line.x1 for line in lines))
        for number, lines in columns.items()
    }


def _mark_notes(sheet: Sheet, body: float) -> None:
    """Small lines that end a column and begin with a note's number are notes, with what follows them."""
    columns: dict[int, list[Line]] = defaultdict(list)
    for line in sheet.lines:
        if line.role == "body" and line.row < 0:
            columns[line.column].append(line)
    for lines in columns.values():
        first = len(lines)
        while first > 0 and lines[first - 1].size < NOTE_RATIO * body:
            first -= 1
        tail = lines[first:]
        if _numbers_notes(tail) and (
            first > 0 or any(line.role == "body" for line in sheet.lines if line not in tail)
        ):
            for line in tail:
                line.role = "note"


def _numbers_notes(lines: list[Line]) -> bool:
    """Whether some of these lines begin with the numbers of notes: one, or several that count on."""
    starts = [match for line in lines if (match := NOTE_START.match(line.text)) is not None]
    counted = [int(number) for match in starts if (number := match[1] or match[2] or "").isdigit()]
    raised = any(match[1] for match in starts)
    return bool(starts) and (raised or all(b - a == 1 for a, b in pairwise(counted)))


def _add_note(groups: list[Group], notes: Group | None, sheet: Sheet, line: Line) -> Group:
    """Put a note's line into its group: a new one where a number begins it."""
    match = NOTE_START.match(line.text) if line.role == "note" else None
    if notes is None or match is not None or line.role == "turned":
        label = ""
        if match is not None:
            label = f"note {next(part for part in match.groups() if part)}"
        notes = Group(role="note", label=label or ("note" if line.role == "note" else "margin"))
        groups.append(notes)
    notes.lines.append((sheet, line))
    return notes


def _breaks(
    group: Group,
    sheet: Sheet,
    line: Line,
    edges: dict[tuple[int, int], tuple[float, float]],
    pitch: dict[int, float],
    early: set[int],
) -> bool:
    """Whether ``line`` begins a new group after the last one's; ``early`` are sheets that end early."""
    last_sheet, last = group.lines[-1]
    if last.row >= 0 or line.row >= 0:
        return last.row != line.row or last_sheet is not sheet  # a table's row is one group
    # a closing brace or a rule of dashes is no half of a sentence that crosses pages
    halves = last_sheet is sheet or (has_letters(last.text) and has_letters(line.text))
    alike = halves and _same_size(last, line)
    if not alike or is_contents_line(last.text) or is_known_heading(last.text):
        return True
    if last.hyphen and _may_continue(line.text):
        return False
    here = _Place(
        group, last, line, edges[last_sheet.physical, last.column], edges[sheet.physical, line.column]
    )
    if last_sheet is not sheet:
        apart = sheet.physical - last_sheet.physical > 1 or last_sheet.physical in early
        return (apart and here.ended) or here.breaks_after_column()
    if last.column != line.column:
        return here.breaks_after_column()
    gap = last.y - line.y
    usual = pitch.get(round(line.size), 1.25 * line.size)
    spaced = gap > 1.28 * usual and (here.ended or not here.lower or gap > 2.2 * usual)
    return spaced or here.breaks_in_column()


class _Place:
    """Two lines that follow each other, and the signs of a new paragraph between them."""

    def __init__(
        self,
        group: Group,
        last: Line,
        line: Line,
        last_edges: tuple[float, float],
        edges: tuple[float, float],
    ) -> None:
        self.group, self.last, self.line = group, last, line
        self.marker = MARKER.match(line.text)
        self.ended = _ENDS.search(last.text + last.hyphen) is not None
        self.lower = _may_continue(line.text)
        room = last.x0 - last_edges[0] if line.rtl else last_edges[1] - last.x1
        self.room = room > line.lead + 0.3 * line.size
        self.indent = edges[1] - line.x1 if line.rtl else line.x0 - edges[0]
        self.last_indent = last_edges[1] - last.x1 if line.rtl else last.x0 - last_edges[0]
        self.centred = all(
            (left := x.x0 - low) > line.size and abs(left - (high - x.x1)) < 0.3 * line.size
            for x, (low, high) in ((last, last_edges), (line, edges))
        )
        self.short = (last.x1 - last.x0) < 0.5 * (last_edges[1] - last_edges[0])

    def breaks_after_column(self) -> bool:
        """Between the end of a column or page and the next: a full line goes on, even after a full stop."""
        if self.marker and (self.ended or self.room):
            return True
        if self.last.bold and not self.line.bold and len(self.group.lines) <= 3:
            return True
        hanging = len(self.group.lines) == 1 and MARKER.match(self.last.text) is not None
        further = self.indent - self.last_indent > 0.5 * self.line.size and not hanging
        indented = self.indent > 0.7 * self.line.size and further
        return self.ended and not self.lower and (self.room or indented)

    def breaks_in_column(self) -> bool:
        """Between two lines set one under the other: markers, indents, and lines that end early."""
        last, line, em = self.last, self.line, self.line.size
        start, before = (-line.x1, -last.x1) if line.rtl else (line.x0, last.x0)
        step = start - before
        plain_bullet = self.marker is not None and (self.marker["bullet"] or "–") not in "-–—−*·"
        if self.marker and (self.ended or self.room or step < -0.5 * em or plain_bullet):
            return True
        if self.centred and abs(step) > 1:
            return self.room and self.ended
        first = len(self.group.lines) == 1
        if step > 0.7 * em and not (first and MARKER.match(last.text)):
            return self.ended or not self.lower
        if step < -0.7 * em and (not first or step < -6 * em):
            return self.ended or not self.lower
        if last.bold != line.bold and (self.room or self.ended):
            return True
        return self.room and (self.ended or (self.short and not self.lower))


def _classify(groups: list[Group], body: float, outline: dict[int, dict[str, int]]) -> None:
    """Find headings and lines of contents among the groups; levels by the size and weight they are set in."""
    styles: dict[tuple[float, bool, bool], list[Group]] = defaultdict(list)
    for group in groups:
        if group.role != "paragraph" or group.lines[0][1].row >= 0:
            continue
        sheet, first = group.lines[0]
        text = group.text()
        if is_contents_line(text):
            group.role = "contents"
        elif (depth := outline.get(sheet.physical, {}).get(folded(text))) is not None:
            group.role, group.level = "heading", depth
        elif _is_heading(group, text, body):
            group.role = "heading"
            styles[round(first.size * 2) / 2, first.bold, _all_caps(text)].append(group)
    ranked = sorted(styles, reverse=True)
    deepest = max((depth for titles in outline.values() for depth in titles.values()), default=0)
    for level, style in enumerate(ranked, 1):
        for group in styles[style]:
            group.level = min(6, max(1, level if deepest == 0 else deepest))


def folded(title: str) -> str:
    """A heading for comparison: letters and digits only, case folded."""
    return re.sub(r"[\W_]+", "", title).casefold()


def _is_heading(group: Group, text: str, body: float) -> bool:
    """Larger, or bold, or in capitals, or a heading by its words; short, and not ended like a sentence."""
    lines = [line for _, line in group.lines]
    if len(text) > MAX_HEADING or len(lines) > 4 or not re.search(r"[^\W\d_]", text):
        return False
    if is_known_heading(text):
        return True
    if re.search(r"[.;,]\s*\Z", text) or text.lstrip(_OPENERS)[:1].islower():
        return False
    larger = min(line.size for line in lines) >= HEADING_RATIO * body
    bold = all(line.bold for line in lines) and len(lines) <= 3
    return larger or bold or (_all_caps(text) and len(lines) <= 2)


def _all_caps(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    upper = len(letters) >= 4 and all(character.isupper() for character in letters)
    return upper and text[:1].isalnum() and "_" not in text
