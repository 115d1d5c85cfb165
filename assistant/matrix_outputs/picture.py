"""The matrix as a picture: SVG written by hand, light and dark, with the options' places as tooltips."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from assistant.i18n import N_
from assistant.matrix import CLUSTERS, KINDS, Matrix, Place, Row, code
from assistant.matrix_outputs import wording

# Sizes in pixels.
_LABEL, _CELL, _GUTTER, _ROW, _ALL, _TOP, _MARGIN, _FOOT = 520, 42, 10, 30, 62, 118, 28, 92
_TITLE = 72
"""Characters of a title that fit the label's width at its size."""


def svg(matrix: Matrix) -> str:
    """The picture as an SVG file."""
    width = _MARGIN * 2 + _LABEL + len(CLUSTERS) * (len(KINDS) * _CELL + _GUTTER) + _ALL
    height = _TOP + len(matrix.rows) * _ROW + _FOOT
    title = wording.said(matrix, wording.TITLE)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(wording.lead(matrix))}</desc>',
        f"<style>{_css()}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
        _text(_MARGIN, 36, title, size=19, weight=600),
        _text(_MARGIN, 58, _subtitle(matrix), size=12, kind="soft"),
        *_header(matrix, width),
    ]
    for number, row in enumerate(matrix.rows):
        parts += _row(row, matrix, _TOP + number * _ROW, width)
    parts += _foot(matrix, _TOP + len(matrix.rows) * _ROW, width)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _subtitle(matrix: Matrix) -> str:
    text = wording.said(
        matrix,
        N_(
            "{mapped} of {options} options are mapped by the GFMD overview of 2018: "
            "policy options (PO), options for practical action (OPA)"
        ),
        mapped=len(matrix.mapped_ids),
        options=len(matrix.options),
    )
    if not matrix.with_found:
        return text
    return f"{text}; {wording.said(matrix, N_('with +: {found}'), found=wording.said(matrix, wording.FOUND))}"


def _x(place: Place) -> int:
    """The left edge of a column."""
    cluster, kind = place
    return _MARGIN + _LABEL + (cluster - 1) * (len(KINDS) * _CELL + _GUTTER) + KINDS.index(kind) * _CELL


def _header(matrix: Matrix, width: int) -> list[str]:
    parts = []
    for cluster in CLUSTERS:
        left = _x((cluster, KINDS[0]))
        title = escape(matrix.cluster_titles.get(cluster, ""))
        middle = left + len(KINDS) * _CELL / 2
        name = _text(middle, 90, f"Cluster {cluster}", size=12, weight=600, anchor="middle")
        parts.append(f"<g><title>{title}</title>{name}</g>")
        parts += [
            _text(_x((cluster, kind)) + _CELL / 2, 108, code(kind), size=11, kind="soft", anchor="middle")
            for kind in KINDS
        ]
    parts.append(
        _text(width - _MARGIN - 6, 108, wording.said(matrix, N_("All")), size=12, weight=600, anchor="end")
    )
    parts.append(f'<path class="rule" stroke-width="2" d="M{_MARGIN} {_TOP - 3}H{width - _MARGIN}"/>')
    return parts


def _row(row: Row, matrix: Matrix, top: int, width: int) -> list[str]:
    middle = top + _ROW / 2 + 4
    title = row.objective.adopted_title
    shown = title if len(title) <= _TITLE else title[: _TITLE - 1].rsplit(" ", 1)[0] + " …"
    ink = "gapink" if not row.mapped else ""
    parts = [f'<path class="line" d="M{_MARGIN} {top + _ROW - 0.5}H{width - _MARGIN}"/>']
    if not row.mapped:
        parts.append(
            f'<rect class="gap" x="{_MARGIN}" y="{top}" width="{width - 2 * _MARGIN}" height="{_ROW - 1}"/>'
        )
    number = _text(
        _MARGIN + 22,
        middle,
        str(row.objective.number),
        size=12.5,
        kind=ink or "accent",
        weight=600,
        anchor="end",
    )
    label = _text(_MARGIN + 34, middle, shown, size=12.5, kind=ink)
    parts.append(f"<g><title>{escape(title)}</title>{number}{label}</g>")
    if not row.mapped and not row.found:
        left = _x((CLUSTERS[0], KINDS[0]))
        none = wording.said(matrix, N_("no option is mapped to this objective"))
        parts.append(_text(left, middle, none, size=12, kind="gapink"))
    else:
        parts += [_cell(row, place, top, matrix) for place in matrix.places]
    total = str(len(row.mapped)) + (f" +{len(row.found)}" if row.found else "")
    parts.append(_text(width - _MARGIN - 6, middle, total, size=13, weight=700, anchor="end", kind=ink))
    return parts


def _cell(row: Row, place: Place, top: int, matrix: Matrix) -> str:
    mapped, found = row.at(place), row.found_at(place)
    centre, middle = _x(place) + _CELL / 2, top + _ROW / 2
    if not mapped and not found:
        return f'<circle class="dot" cx="{centre}" cy="{middle}" r="1.6"/>'
    step = min(len(mapped), 4)
    box = f'x="{_x(place) + 2}" y="{top + 2.5}" width="{_CELL - 4}" height="{_ROW - 6}" rx="4"'
    label = " ".join(
        part for part in (str(len(mapped)) if mapped else "", f"+{len(found)}" if found else "") if part
    )
    kind = ("n4" if step == 4 else "n") if mapped else "soft"
    places = "; ".join(f"{p.locator} ({p.id.partition('/')[2]})" for p in (*mapped, *found))
    return (
        f"<g><title>{escape(wording.titled(matrix, row.objective.number, places))}</title>"
        f'<rect class="{f"c{step}" if mapped else "hollow"}" {box}/>'
        f"{_text(centre, middle + 4.5, label, size=12 if found else 13, kind=kind, anchor='middle')}</g>"
    )


def _foot(matrix: Matrix, top: int, width: int) -> list[str]:
    parts = [_text(_MARGIN + 34, top + 22, wording.said(matrix, wording.ANY), size=11, kind="soft")]
    for place in matrix.places:
        there, all_ = matrix.share(place)
        kind = "soft" if there else "gapink"
        parts.append(
            _text(_x(place) + _CELL / 2, top + 22, f"{there}/{all_}", size=11, kind=kind, anchor="middle")
        )
    total = f"{len(matrix.mapped_ids)}/{len(matrix.options)}"
    parts.append(_text(width - _MARGIN - 6, top + 22, total, size=11, kind="soft", anchor="end"))
    source = wording.said(
        matrix,
        N_(
            "Mapping: GFMD Support Unit, of the Zero Draft of 5 February 2018. Options: {document}. "
            "Informal and non-binding."
        ),
        document=matrix.document.short_title,
    )
    parts.append(_text(_MARGIN, top + 58, source, size=11, kind="soft"))
    more, none = wording.said(matrix, N_("{n} or more"), n=4), wording.said(matrix, wording.NONE)
    marks = [("c1", "1"), ("c2", "2"), ("c3", "3"), ("c4", more), ("gap", none)]
    left = width - _MARGIN - 4 - sum(26 + 7 * len(label) for _, label in marks)
    for name, label in marks:
        parts.append(f'<rect class="{name}" x="{left}" y="{top + 47}" width="14" height="14" rx="3"/>')
        parts.append(_text(left + 20, top + 58, label, size=11, kind="soft"))
        left += 26 + 7 * len(label)
    return parts


def _text(
    x: float, y: float, text: str, *, size: float, kind: str = "", weight: int = 400, anchor: str = "start"
) -> str:
    attributes = f' class="{kind}"' if kind else ""
    attributes += f' font-weight="{weight}"' if weight != 400 else ""
    attributes += f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}"{attributes}>{escape(text)}</text>'


@cache
def _css() -> str:
    return (Path(__file__).parent / "picture.css").read_text(encoding="utf-8")
