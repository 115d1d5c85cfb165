"""The matrix as one self-contained HTML page: each count leads to the options behind it. No script."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from assistant.matrix import CLUSTERS, KINDS, Matrix, Place, Row, anchor, code, remark
from assistant.matrix_outputs import wording
from assistant.model import Passage

_CSS = """\
:root{color-scheme:light dark;--paper:#fffefb;--ink:#1c2126;--soft:#5a646e;--line:#dfe2e3;--accent:#1d4f7c;
--c1:#dbe9f4;--c2:#b3d0e7;--c3:#7faed3;--c4:#2f6c9f;--on:#12314b;--on4:#fff;--gap:#fbe6dc;--gap-ink:#8a3413;--mark:#fdeeb5}
@media (prefers-color-scheme:dark){:root{--paper:#14181c;--ink:#e6e4de;--soft:#9aa5af;--line:#2d353c;--accent:#8fbfe8;
--c1:#1d3345;--c2:#275070;--c3:#3a75a3;--c4:#78b4e3;--on:#e3eef7;--on4:#0c1a26;--gap:#41261b;--gap-ink:#f3bda6;--mark:#5c4a12}}
*{box-sizing:border-box}
html{background:var(--paper);scroll-behavior:smooth}
body{margin:0;color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,"Liberation Sans",sans-serif}
main{max-width:78rem;margin:0 auto;padding:2.6rem 1.5rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .8rem;text-wrap:balance}
h2{font-size:1.15rem;color:var(--accent);margin:3rem 0 .9rem;padding-top:1rem;border-top:3px solid var(--accent)}
h3{font-size:1rem;margin:2rem 0 .6rem}h4{font-size:.8rem;color:var(--soft);margin:1rem 0 .4rem;letter-spacing:.02em}
.lead{max-width:52rem;color:var(--soft);margin:0 0 1.4rem}
.scroll{overflow-x:auto}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:.86rem;line-height:1.3}
th{font-weight:600}
thead th{color:var(--soft);font-size:.74rem;padding:.2rem .2rem .45rem;vertical-align:bottom;text-align:center}
thead tr:last-child th{border-bottom:2px solid var(--accent)}
tbody th{position:sticky;left:0;background:var(--paper);text-align:left;font-weight:400;min-width:15rem;padding:.42rem .8rem .42rem 0}
tbody th b{display:inline-block;min-width:1.7em;color:var(--accent);font-variant-numeric:tabular-nums}
tbody th,td{border-bottom:1px solid var(--line)}
td{text-align:center;padding:2px;min-width:2.5rem;font-variant-numeric:tabular-nums}
.first{border-left:1px solid var(--line)}
td a,td i{display:block;padding:.34rem 0;border-radius:.3rem;text-decoration:none;font-style:normal}
td a{color:var(--on);font-weight:600}
.n1 a{background:var(--c1)}.n2 a{background:var(--c2)}.n3 a{background:var(--c3)}.n4 a{background:var(--c4);color:var(--on4)}
td a:hover,td a:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
td i{color:var(--line)}
td small{font-weight:400;font-size:.85em}
td.found a{background:none;box-shadow:inset 0 0 0 1px var(--line);color:var(--soft);font-weight:400}
.all{font-weight:700;border-left:1px solid var(--line);min-width:3.4rem}
.none th,.none td{background:var(--gap)}.none .all,.none th{color:var(--gap-ink)}.none th b{color:var(--gap-ink)}.none td i{color:var(--gap-ink);opacity:.35}
tfoot th,tfoot td{color:var(--soft);font-size:.74rem;font-weight:400;padding:.5rem .2rem;text-align:center}
tfoot th{text-align:left}
.key{display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;font-size:.78rem;color:var(--soft);margin:1rem 0 0;padding:0;list-style:none}
.key span{display:inline-block;width:1.1em;height:1.1em;border-radius:.2em;vertical-align:-.18em;margin-right:.35em}
.k1{background:var(--c1)}.k2{background:var(--c2)}.k3{background:var(--c3)}.k4{background:var(--c4)}.k0{background:var(--gap)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem .9rem;font-size:.78rem;color:var(--soft);margin:1rem 0 0}
dt{font-weight:600}dd{margin:0}
.gaps{background:var(--gap);border-radius:.5rem;padding:1rem 1.2rem 1rem 2.2rem;margin:0}.gaps li{margin:.25rem 0}
.said{list-style:none;padding:0;margin:0}.said li{border-left:2px solid var(--line);padding:.05rem 0 .05rem 1rem;margin:0 0 .8rem;max-width:56rem}
.said .c{color:var(--soft);font-size:.84em}
.group:target{background:var(--mark);box-shadow:0 0 0 .6rem var(--mark);border-radius:.2rem}
.group{scroll-margin-top:4rem}
.found .said li{border-left-style:dotted}
code{font-size:.82em;color:var(--soft)}
.back{font-size:.78rem;font-weight:400;margin-left:.7em}
a{color:var(--accent)}
footer{margin-top:3rem;color:var(--soft);font-size:.8rem;max-width:56rem}
@media (max-width:640px){main{padding:1.5rem 1rem 3rem}tbody th{min-width:10.5rem;max-width:10.5rem;font-size:.76rem}}
@media print{@page{size:A4 landscape;margin:12mm}body{font-size:9pt}main{padding:0;max-width:none}.back{display:none}
td a,.none th,.none td,.key span{-webkit-print-color-adjust:exact;print-color-adjust:exact}tr,li{break-inside:avoid}h2,h3{break-after:avoid}}
"""


def html(matrix: Matrix) -> str:
    """The whole page."""
    digest = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    parts = [
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="gcm-draft">',
        f"<title>{escape(wording.TITLE)}</title>\n<style>{_CSS}</style></head>",
        f'<body><main id="top"><h1>{escape(wording.TITLE)}</h1>',
        f'<p class="lead">{escape(wording.lead(matrix))}</p>',
        _table(matrix),
        _key(matrix),
        f"<h2>{wording.GAPS}</h2>",
        _gaps(matrix),
        f"<h2>{wording.MAPPED}</h2>",
        *(_details(row, matrix) for row in matrix.rows if row.mapped or row.found),
        f"<h2>{wording.UNMAPPED}</h2>",
        _unmapped(matrix),
        f"<footer><p>{escape(wording.standing(matrix))}</p></footer></main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _table(matrix: Matrix) -> str:
    clusters = "".join(
        f'<th scope="colgroup" colspan="{len(KINDS)}" class="first" title="{escape(matrix.cluster_titles.get(n, ""))}">'
        f"Cluster {n}</th>"
        for n in CLUSTERS
    )
    kinds = "".join(f'<th scope="col"{_edge(place)}>{code(place[1])}</th>' for place in matrix.places)
    rows = "\n".join(_row(row, matrix) for row in matrix.rows)
    shares = "".join("<td{}>{} of {}</td>".format(_edge(p), *matrix.share(p)) for p in matrix.places)
    return (
        '<div class="scroll"><table><thead><tr><th rowspan="2" scope="col">Objective</th>'
        + f'{clusters}<th rowspan="2" scope="col" class="first">All</th></tr><tr>{kinds}</tr></thead>\n<tbody>{rows}</tbody>\n'
        f'<tfoot><tr><th scope="row">options mapped to any objective</th>{shares}'
        f"<td>{len(matrix.mapped_ids)} of {len(matrix.options)}</td></tr></tfoot></table></div>"
    )


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
    return (
        f'<td{_edge(place, kind)}><a href="#{anchor(row.objective.number, place)}" title="{escape(pages)}">{label}</a></td>'
    )


def _key(matrix: Matrix) -> str:
    titles = "".join(f"<dt>Cluster {n}</dt><dd>{escape(title)}</dd>" for n, title in matrix.cluster_titles.items())
    steps = "".join(f'<li><span class="k{n}"></span>{n}{" or more" if n == 4 else ""}</li>' for n in range(1, 5))
    return f'<ul class="key">{steps}<li><span class="k0"></span>no option mapped</li></ul><dl>{titles}</dl>'


def _gaps(matrix: Matrix) -> str:
    lines = []
    for row in matrix.rows:
        said = remark(row)
        if said:
            title = f"Objective {row.objective.number}, {row.objective.adopted_title}"
            lines.append(f"<li><strong>{escape(title)}</strong>: {escape(said)}</li>")
    return f'<ul class="gaps">{"".join(lines)}</ul>'


def _details(row: Row, matrix: Matrix) -> str:
    number = row.objective.number
    parts = [
        f'<section><h3 id="o{number}">Objective {number}: {escape(row.objective.adopted_title)}'
        '<a class="back" href="#top">to the table</a></h3>'
    ]
    for place in matrix.places:
        mapped, found = row.at(place), row.found_at(place)
        if not mapped and not found:
            continue
        parts.append(f'<div class="group" id="{anchor(number, place)}"><h4>Cluster {place[0]}, {code(place[1])}</h4>')
        if mapped:
            parts.append(f'<ul class="said">{"".join(map(_line, mapped))}</ul>')
        if found:
            lines = "".join(map(_line, found))
            parts.append(f'<div class="found"><h4>{escape(wording.FOUND.capitalize())}</h4><ul class="said">{lines}</ul></div>')
        parts.append("</div>")
    return "\n".join([*parts, "</section>"])


def _line(p: Passage) -> str:
    aside = wording.aside(p)
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
        lines.append(f"<li>Cluster {cluster}: {'; '.join(kinds)}</li>")
    return f"<p>Shown by: gcm-draft show PASSAGE</p><ul>{''.join(lines)}</ul>"
