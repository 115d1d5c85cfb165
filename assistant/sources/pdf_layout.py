"""Lines of a page -> reading order, by geometry alone.

PDFium hands out text in the order of the page's content, which for columns is often row by row. Here the
page is searched for gutters: an edge where at least four lines begin, with as many lines ending before it at
the same height, and next to no line crossing it. Lines that do cross part the page into bands; within a band
the left column is read before the right one (the right one first where the page reads from right to left).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from assistant.sources.pdf_chars import Line
from assistant.sources.pdf_tables import Table

MIN_COLUMN_LINES = 4
"""Fewer lines beside each other than this are a table row or a caption, not a column."""
MIN_COLUMN_EMS = 10.0
"""A column's lines are at least this many times as wide as its letters are high; narrower is a table's cell.

Four columns on a sheet of A4 are 13 ems wide each; keys, dates, figures and names in tables stay below 10.
"""
MIN_KNOWN_LINES = 1
CELLS = 1000
"""The columns of tables' cells count up from here."""
GUTTER_EMS = 0.75
MIN_FILL = 0.7
"""Share of its column that a usual line of text fills at least; what is shorter is a table's first column."""
EDGE = 3.0
"""Edges that differ by no more than this many points are one edge."""


def reading_order(
    parts: list[Line], known: set[float] | None = None, tables: Sequence[Table] = ()
) -> list[Line]:
    """All lines of the page in reading order, each once, ``column`` counting up from 0.

    Upright lines come first; turned ones (stamps at the margin) follow in a column of their own. ``known``
    holds the gutters of the pages before and takes up this page's: where a gutter is known, a column may be
    as short as :data:`MIN_KNOWN_LINES`, as on the last page of a text. The rows of ``tables`` are read cell by
    cell; each row has its own ``row`` and each cell a column of its own.
    """
    known = set() if known is None else known
    upright = [part for part in parts if part.upright]
    turned = [part for part in parts if not part.upright]
    rtl = sum(part.rtl for part in upright) > len(upright) / 2
    upright, in_tables = _without_tables(upright, tables, rtl)
    ordered: list[Line] = []
    for number, column in enumerate(_columns(upright, rtl, known, depth=0)):
        for line in _merge_rows(column):
            line.column = number
            ordered.extend(in_tables.get(id(line), (line,)))
    last = max((line.column for line in ordered), default=-1) + 1
    for line in turned:
        line.column, line.role = last, "turned"
    return ordered + turned


def _without_tables(
    parts: list[Line], tables: Sequence[Table], rtl: bool
) -> tuple[list[Line], dict[int, list[Line]]]:
    """The parts outside tables with an empty line in each table's place; and what stands for that line."""
    rest, inside = parts, {}
    row_number, column = 0, CELLS
    for table in tables:
        lines: list[Line] = []
        taken: set[int] = set()
        for row in table:
            cells: dict[int, list[Line]] = {}
            for part in rest:
                if id(part) not in taken and row.holds((part.x0 + part.x1) / 2, part.y + part.size / 2):
                    cells.setdefault(row.cell(part.x0 + min(part.size, part.x1 - part.x0) / 2), []).append(
                        part
                    )
                    taken.add(id(part))
            for cell in sorted(cells, reverse=rtl):
                for line in _merge_rows(cells[cell]):
                    line.column, line.row = column, row_number
                    lines.append(line)
                column += 1
            row_number += 1
        if lines:
            size = median(line.size for line in lines)
            place = replace(
                lines[0], text="", x0=table[0].x0, x1=table[0].x1, y=table[0].y1 - size, size=size
            )
            rest = [part for part in rest if id(part) not in taken] + [place]
            inside[id(place)] = lines
    return rest, inside


def _columns(parts: list[Line], rtl: bool, known: set[float], depth: int) -> list[list[Line]]:
    """The page cut into columns, in reading order; a page without a gutter is one column."""
    gutter = _gutter(parts, known, 1.0 if depth == 0 else 0.34) if parts and depth < 4 else None
    if gutter is None:
        return [parts] if parts else []
    columns: list[list[Line]] = []
    for band in _bands(parts, gutter):
        left = [part for part in band if part.x0 < gutter - EDGE]
        right = [part for part in band if part.x0 >= gutter - EDGE]
        if not left or not right or any(part.x1 > gutter + EDGE for part in left):
            columns.append(band)
            continue
        sides = (right, left) if rtl else (left, right)
        for side in sides:
            columns.extend(_columns(side, rtl, known, depth + 1))
    return columns


def _gutter(parts: list[Line], known: set[float], tolerance: float) -> float | None:
    """Where the best gutter lies (the left edge of what stands right of it), or None.

    ``tolerance`` is how many lines may cross it for each line that ends before it: as many on a whole page
    (its title, its tables), few within a column, where wide spaces can look like a gutter.
    """
    best: tuple[int, float] | None = None
    for edge in [*_edges(parts), *sorted(known)]:
        needed = MIN_KNOWN_LINES if edge in known else MIN_COLUMN_LINES
        reach = 5 * parts[0].size if edge in known else EDGE  # a short column may hold indented lines only
        right = [part for part in parts if edge - EDGE <= part.x0 <= edge + reach]
        if not right:
            continue
        top, bottom = max(part.y + part.size for part in right), min(part.y for part in right)
        if edge in known:
            bottom -= 5 * right[0].size  # and the column beside it goes on for some lines
        rows = _rows([part for part in parts if bottom - EDGE <= part.y <= top])
        room = GUTTER_EMS * median(part.size for part in right)
        crossing = [row for row in rows if any(p.x0 < edge - EDGE and p.x1 > edge - room for p in row)]
        open_rows = [row for row in rows if row not in crossing]
        left = [[part for part in row if part.x1 <= edge - room] for row in open_rows]
        beside = [[part for part in row if part.x0 >= edge - EDGE] for row in open_rows]
        if len(crossing) > tolerance * sum(map(bool, left)) or not (
            _wide(left, needed) and _wide(beside, needed)
        ):
            continue
        if not _fills(left, edge - room):
            continue
        score = sum(map(bool, left)) + sum(map(bool, beside)) - len(crossing)
        if best is None or score > best[0]:
            best = (score, edge)
    if best is None:
        return None
    if not any(abs(best[1] - edge) <= EDGE for edge in known):
        known.add(best[1])
    return _before_labels(parts, best[1])


def _before_labels(parts: list[Line], edge: float) -> float:
    """The gutter's edge moved left of bullets and numbers that hang before the column's text."""
    size = median(part.size for part in parts)
    beside = [part for part in parts if part.x1 <= edge]
    labels = [p.x0 for p in beside if p.x0 >= edge - 5 * size and p.x1 - p.x0 < 2.5 * size]
    for start in sorted(labels):
        if all(part.x1 <= start - 0.3 * size for part in beside if part.x0 < start - EDGE):
            return start
    return edge


def _edges(parts: list[Line]) -> list[float]:
    """Left edges shared by several lines, except the leftmost, from left to right."""
    edges: list[list[float]] = []
    for x0 in sorted(part.x0 for part in parts):
        if edges and x0 - edges[-1][-1] <= EDGE / 2:
            edges[-1].append(x0)
        else:
            edges.append([x0])
    return [median(group) for group in edges[1:] if len(group) >= MIN_COLUMN_LINES]


def _wide(rows: list[list[Line]], needed: int) -> bool:
    """Whether these rows on one side of a gutter are enough, and prose rather than labels or figures."""
    filled = [row for row in rows if row]
    if len(filled) < needed:
        return False
    if needed != MIN_COLUMN_LINES:
        widths = [max(part.x1 for part in row) - min(part.x0 for part in row) for row in filled]
        return median(widths) >= 1.5 * median(part.size for row in filled for part in row)
    # not the rows: several narrow cells beside each other are no wide column; half the text counts, so that
    # a justified line cut at its wide spaces does
    parts = sorted((part.x1 - part.x0 for row in filled for part in row), reverse=True)
    reached = 0.0
    for width in parts:
        reached += width
        if reached >= sum(parts) / 2:
            break
    return width >= MIN_COLUMN_EMS * median(part.size for row in filled for part in row)


def _fills(rows: list[list[Line]], edge: float) -> bool:
    """Whether rows left of a gutter mostly reach towards it, as text does and a list of terms does not."""
    filled = [row for row in rows if row]
    start = min(part.x0 for row in filled for part in row)
    reached = median(max(part.x1 for part in row) - start for row in filled)
    return reached >= MIN_FILL * (edge - start)


def _bands(parts: list[Line], gutter: float) -> list[list[Line]]:
    """Bands from top to bottom: runs of lines beside the gutter, and the lines that cross it between them.

    A line on one side only that stands above or below everything on the other side's columns (a heading, a
    note) falls into the band it is in; its order within the column is the same either way.
    """
    bands: list[list[Line]] = []
    crossing_before: bool | None = None
    for row in _rows(parts):
        crossing = any(part.x0 < gutter - EDGE and part.x1 > gutter + EDGE for part in row)
        if crossing != crossing_before:
            bands.append([])
        bands[-1].extend(row)
        crossing_before = crossing
    return bands


def _rows(parts: list[Line]) -> list[list[Line]]:
    """Lines grouped by height, from top to bottom."""
    rows: list[list[Line]] = []
    for part in sorted(parts, key=lambda p: (-p.y, p.x0)):
        if rows and rows[-1][0].y - part.y <= 0.4 * min(rows[-1][0].size, part.size):
            rows[-1].append(part)
        else:
            rows.append([part])
    return rows


def _merge_rows(parts: list[Line]) -> list[Line]:
    """One column's lines from top to bottom, the parts of a line put together again."""
    lines: list[Line] = []
    for whole in _rows(parts):
        lines.extend(part for part in whole if not part.text)  # the place of a table
        row = [part for part in whole if part.text]
        if not row:
            continue
        rtl = sum(len(part.text) * (1 if part.rtl else -1) for part in row) > 0
        row.sort(key=lambda part: part.x0, reverse=rtl)
        lines.append(row[0] if len(row) == 1 else _joined(row))
    return lines


def _joined(row: list[Line]) -> Line:
    """The parts of one printed line as one line; a hyphen before the last part is an ordinary one."""
    widest = max(row, key=lambda part: part.x1 - part.x0)
    text, lead = row[0].text, row[0].lead
    for before, part in pairwise(row):
        glued = part.text.startswith("[^") and abs(part.x0 - before.x1) < 0.2 * widest.size
        if glued and " " not in text:
            lead = part.x0 - row[0].x0 + part.lead
        text += before.hyphen + ("" if glued else " ") + part.text
    return Line(
        text=text,
        x0=min(part.x0 for part in row),
        x1=max(part.x1 for part in row),
        y=widest.y,
        size=widest.size,
        lead=lead,
        bold=all(part.bold for part in row),
        hyphen=row[-1].hyphen,
        upright=True,
    )
