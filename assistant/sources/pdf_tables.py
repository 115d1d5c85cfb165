"""Ruled tables of a PDF page: their rows and cells, by the rules drawn on the page.

Only where horizontal rules of one width part the page into bands and vertical rules stand within these bands
is there a table; nothing is guessed from white space. A row of a table is then read cell by cell, so that a
name stays beside what the table says of it.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Box = tuple[float, float, float, float]
"""(x0, x1, y0, y1) in points on the upright page."""

THIN = 2.5
"""Points: what is drawn no thicker than this is a rule."""
SHORTEST = 6.0
SAME = 4.0
"""Ends of rules that differ by no more than this many points are one edge."""
MAX_OBJECTS = 20_000
"""A map or plan has more drawn parts than any table; such a page is not searched."""
MAX_DEPTH = 3
"""Forms within forms; each is one page set into another."""
COVERED = 0.7
"""Share of a band's height that a vertical rule between its cells covers at least."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its box, and the vertical rules between its cells from left to right."""

    x0: float
    x1: float
    y0: float
    y1: float
    rules: tuple[float, ...]

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in the row."""
        return self.x0 - SAME <= x <= self.x1 + SAME and self.y0 <= y <= self.y1

    def cell(self, x: float) -> int:
        """Which cell a point lies in, from 0 at the left."""
        return sum(rule < x for rule in self.rules)


Table = tuple[Row, ...]
"""Rows from top to bottom."""


def find_tables(page: Any, upright: Callable[[float, float, float, float], Box]) -> list[Table]:
    """The ruled tables of a page; ``upright`` turns (left, right, low, high) as stored to the upright page."""
    across: list[Box] = []
    down: list[Box] = []
    for left, right, low, high in _drawn(page):
        x0, x1, y0, y1 = upright(left, right, low, high)
        if y1 - y0 <= THIN and x1 - x0 >= SHORTEST:
            across.append((x0, x1, y0, y1))
        elif x1 - x0 <= THIN and y1 - y0 >= SHORTEST:
            down.append((x0, x1, y0, y1))
    if len(across) < 3 or not down:
        return []
    verticals = [(y0, y1, x) for y0, y1, x in _whole((y0, y1, (x0 + x1) / 2) for x0, x1, y0, y1 in down)]
    return list(_tables(_whole((x0, x1, (y0 + y1) / 2) for x0, x1, y0, y1 in across), verticals))


def _drawn(page: Any) -> Iterator[Box]:
    """The boxes of the page's paths as (left, right, low, high), those inside forms included."""
    from pypdfium2 import raw

    count = raw.FPDFPage_CountObjects(page.raw)
    if count <= MAX_OBJECTS:
        for index in range(count):
            yield from _paths(raw.FPDFPage_GetObject(page.raw, index), raw, 0)


def _paths(element: Any, raw: Any, depth: int) -> Iterator[Box]:
    """The boxes of a path, or of all paths inside a form."""
    kind = raw.FPDFPageObj_GetType(element)
    if kind == raw.FPDF_PAGEOBJ_PATH:
        left, low, right, high = (ctypes.c_float() for _ in range(4))
        if raw.FPDFPageObj_GetBounds(element, left, low, right, high):
            yield left.value, right.value, low.value, high.value
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
        matrix = raw.FS_MATRIX()
        inside = raw.FPDFFormObj_CountObjects(element)
        if inside <= MAX_OBJECTS and raw.FPDFPageObj_GetMatrix(element, matrix):
            for index in range(inside):
                for box in _paths(raw.FPDFFormObj_GetObject(element, index), raw, depth + 1):
                    yield _placed(box, matrix)


def _placed(box: Box, matrix: Any) -> Box:
    """A box inside a form where the form is placed on the page."""
    corners = [
        (matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f)
        for x in box[:2]
        for y in box[2:]
    ]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), max(xs), min(ys), max(ys)


def _whole(pieces: Iterable[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Rules given in pieces (start, end, height), those that touch at one height as one; by height."""
    rules: list[tuple[float, float, float]] = []
    levels: list[list[tuple[float, float, float]]] = []
    for piece in sorted(pieces, key=lambda p: p[2]):
        if levels and piece[2] - levels[-1][-1][2] <= THIN / 2:
            levels[-1].append(piece)
        else:
            levels.append([piece])
    for level in levels:
        for start, end, _ in sorted(level):
            last = rules[-1] if rules else None
            if last is not None and last[2] == level[0][2] and start <= last[1] + SAME:
                rules[-1] = (last[0], max(last[1], end), last[2])
            else:
                rules.append((start, end, level[0][2]))
    return rules


def _tables(
    across: list[tuple[float, float, float]], down: list[tuple[float, float, float]]
) -> Iterator[Table]:
    """Tables by rules of one width; ``across`` as (x0, x1, y), ``down`` as (y0, y1, x)."""
    widths: list[list[tuple[float, float, float]]] = []
    for rule in sorted(across, key=lambda rule: -rule[2]):
        for alike in widths:
            if abs(alike[0][0] - rule[0]) <= SAME and abs(alike[0][1] - rule[1]) <= SAME:
                alike.append(rule)
                break
        else:
            widths.append([rule])
    for alike in widths:
        x0, x1, _ = alike[0]
        inner = [rule for rule in down if x0 + SAME < rule[2] < x1 - SAME]
        yield from _stacked(x0, x1, [y for _, _, y in alike], inner)


def _stacked(
    x0: float, x1: float, heights: list[float], down: list[tuple[float, float, float]]
) -> Iterator[Table]:
    """Runs of at least two rows between rules at these heights, one of them at least between two rules.

    A row at a table's end may be open: the vertical rules go on beyond the last horizontal one.
    """
    rows: list[Row] = []
    whole = False
    for top, bottom in pairwise([math.inf, *heights, -math.inf]):
        beside = [rule for rule in down if min(rule[1], top) - max(rule[0], bottom) >= SHORTEST]
        through = [
            rule for rule in beside if min(rule[1], top) - max(rule[0], bottom) >= COVERED * (top - bottom)
        ]
        if through:
            rows.append(_row(x0, x1, bottom, top, through))
            whole = True
            continue
        hanging = [rule for rule in beside if rule[1] >= top - THIN]
        if rows and hanging:
            rows.append(_row(x0, x1, min(rule[0] for rule in hanging), top, hanging))
        if whole and len(rows) > 1:
            yield tuple(rows)
        standing = [rule for rule in beside if rule[0] <= bottom + THIN]
        rows = [_row(x0, x1, bottom, max(rule[1] for rule in standing), standing)] if standing else []
        whole = False


def _row(x0: float, x1: float, y0: float, y1: float, rules: list[tuple[float, float, float]]) -> Row:
    return Row(x0, x1, y0, y1, tuple(sorted(x for _, _, x in rules)))
