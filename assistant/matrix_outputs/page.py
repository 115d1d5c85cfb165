"""The matrix as one self-contained HTML page: each count leads to the options behind it. No script."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path

from assistant.i18n import N_
from assistant.matrix import CLUSTERS, KINDS, Matrix, Place, Row, anchor, code, remark
from assistant.matrix_outputs import wording
from assistant.model import Passage


def html(matrix: Matrix) -> str:
    """The whole page."""
    digest = base64.b64encode(hashlib.sha256(_css().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = wording.said(matrix, wording.TITLE)
    parts = [
        f'<!DOCTYPE html>\n<html lang="{matrix.language}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="generator" content="gcm-draft">',
        f"<title>{escape(title)}</title>\n<style>{_css()}</style></head>",
        f'<body><main id="top"><h1>{escape(title)}</h1>',
        f'<p class="lead">{escape(wording.lead(matrix))}</p>',
        _table(matrix),
        _key(matrix),
        f"<h2>{wording.said(matrix, wording.GAPS)}</h2>",
        _gaps(matrix),
        f"<h2>{wording.said(matrix, wording.MAPPED)}</h2>",
        *(_details(row, matrix) for row in matrix.rows if row.mapped or row.found),
        f"<h2>{wording.said(matrix, wording.UNMAPPED)}</h2>",
        _unmapped(matrix),
        f"<footer><p>{escape(wording.standing(matrix))}</p></footer></main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _table(matrix: Matrix) -> str:
    titles = {n: escape(matrix.cluster_titles.get(n, "")) for n in CLUSTERS}
    clusters = "".join(
        f'<th scope="colgroup" colspan="{len(KINDS)}" class="first" title="{title}">Cluster {n}</th>'
        for n, title in titles.items()
    )
    kinds = "".join(f'<th scope="col"{_edge(place)}>{code(place[1])}</th>' for place in matrix.places)
    rows = "\n".join(_row(row, matrix) for row in matrix.rows)
    name, every = (wording.said(matrix, word) for word in (N_("Objective"), N_("All")))
    shares = "".join(_share(matrix, place) for place in matrix.places)
    return (
        f'<div class="scroll"><table><thead><tr><th rowspan="2" scope="col">{name}</th>'
        f'{clusters}<th rowspan="2" scope="col" class="first">{every}</th></tr><tr>{kinds}</tr></thead>\n'
        f"<tbody>{rows}</tbody>\n"
        f'<tfoot><tr><th scope="row">{wording.said(matrix, wording.ANY)}</th>{shares}'
        f"<td>{wording.of(matrix, len(matrix.mapped_ids), len(matrix.options))}</td></tr></tfoot></table></div>"
    )


def _share(matrix: Matrix, place: Place) -> str:
    there, total = matrix.share(place)
    return f"<td{_edge(place, '' if there else 'zero')}>{wording.of(matrix, there, total)}</td>"


def _edge(place: Place, more: str = "") -> str:
    kind = " ".join(part for part in ("first" if place[1] == KINDS[0] else "", more) if part)
    return f' class="{kind}"' if kind else ""


def _row(row: Row, matrix: Matrix) -> str:
    number = row.objective.number
    cells = "".join(_cell(row, place) for place in matrix.places)
    extra = f" <small>+{len(row.found)}</small>" if row.found else ""
    kind = "" if row.mapped else ' class="none"'
    return (
        f'<tr{kind}><th scope="row"><b>{number}</b>{escape(row.objective.adopted_title)}</th>{cells}'
        f'<td class="all">{len(row.mapped)}{extra}</td></tr>'
    )


def _cell(row: Row, place: Place) -> str:
    mapped, found = row.at(place), row.found_at(place)
    if not mapped and not found:
        return f"<td{_edge(place)}><i>·</i></td>"
    extra = f"<small>+{len(found)}</small>" if found else ""
    label = f"{len(mapped)} {extra}".strip() if mapped else extra
    pages = "; ".join(p.locator for p in (*mapped, *found))
    kind = f"n{min(len(mapped), 4)}" if mapped else "found"
    link = f'<a href="#{anchor(row.objective.number, place)}" title="{escape(pages)}">{label}</a>'
    return f"<td{_edge(place, kind)}>{link}</td>"


def _key(matrix: Matrix) -> str:
    titles = "".join(
        f"<dt>Cluster {n}</dt><dd>{escape(title)}</dd>" for n, title in matrix.cluster_titles.items()
    )
    steps = "".join(
        f'<li><span class="k{n}"></span>{wording.said(matrix, N_("{n} or more"), n=n) if n == 4 else n}</li>'
        for n in range(1, 5)
    )
    none = wording.said(matrix, wording.NONE)
    return f'<ul class="key">{steps}<li><span class="k0"></span>{none}</li></ul><dl>{titles}</dl>'


def _gaps(matrix: Matrix) -> str:
    lines = []
    for row in matrix.rows:
        said = remark(row, matrix.language)
        if said:
            title = f"{wording.objective(matrix, row.objective.number)}, {row.objective.adopted_title}"
            about = f"<strong>{escape(title)}</strong>"
            lines.append(f"<li>{wording.colon(matrix, about, escape(said))}</li>")
    return f'<ul class="gaps">{"".join(lines)}</ul>'


def _details(row: Row, matrix: Matrix) -> str:
    number = row.objective.number
    parts = [
        f'<section><h3 id="o{number}">{escape(wording.titled(matrix, number, row.objective.adopted_title))}'
        f'<a class="back" href="#top">{wording.said(matrix, N_("to the table"))}</a></h3>'
    ]
    for place in matrix.places:
        mapped, found = row.at(place), row.found_at(place)
        if not mapped and not found:
            continue
        parts.append(
            f'<div class="group" id="{anchor(number, place)}"><h4>Cluster {place[0]}, {code(place[1])}</h4>'
        )
        if mapped:
            parts.append(f'<ul class="said">{"".join(_line(p, matrix) for p in mapped)}</ul>')
        if found:
            lines = "".join(_line(p, matrix) for p in found)
            title = escape(wording.said(matrix, wording.FOUND).capitalize())
            parts.append(f'<div class="found"><h4>{title}</h4><ul class="said">{lines}</ul></div>')
        parts.append("</div>")
    return "\n".join([*parts, "</section>"])


def _line(p: Passage, matrix: Matrix) -> str:
    aside = wording.aside(matrix, p)
    more = f' <span class="c">{escape(aside)}</span>' if aside else ""
    local = escape(p.id.partition("/")[2])
    return (
        f'<li><span lang="{escape(p.language)}">“{escape(p.text, quote=False)}”</span> '
        f"({escape(wording.citation(p))}){more} <code>{local}</code></li>\n"
    )


def _unmapped(matrix: Matrix) -> str:
    lines = []
    for cluster in CLUSTERS:
        kinds = []
        for kind, there in wording.unmapped(matrix, cluster):
            names = ", ".join(f"<code>{escape(p.id.partition('/')[2])}</code>" for p in there)
            kinds.append(f"{len(there)} {kind}" + (f" ({names})" if there else ""))
        lines.append(f"<li>{wording.colon(matrix, f'Cluster {cluster}', wording.listed(matrix, kinds))}</li>")
    return f"<p>{wording.said(matrix, wording.SHOWN_BY)}</p><ul>{''.join(lines)}</ul>"


@cache
def _css() -> str:
    return (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
