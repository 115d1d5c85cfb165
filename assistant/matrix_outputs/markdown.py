"""The matrix as Markdown: the table, the gaps, then every option behind a count."""

from __future__ import annotations

from assistant.i18n import N_
from assistant.matrix import CLUSTERS, KINDS, Matrix, Row, code, remark
from assistant.matrix_outputs import wording
from assistant.model import Passage
from assistant.rendering.escaping import escape


def markdown(matrix: Matrix) -> str:
    """The whole file."""
    parts = [
        f"# {wording.said(matrix, wording.TITLE)}",
        escape(wording.lead(matrix)),
        _table(matrix),
        "\n".join(
            f"- {wording.colon(matrix, f'Cluster {n}', escape(title))}"
            for n, title in matrix.cluster_titles.items()
        ),
        f"## {wording.said(matrix, wording.GAPS)}",
        _gaps(matrix),
        f"## {wording.said(matrix, wording.MAPPED)}",
        *(_row(row, matrix) for row in matrix.rows if row.mapped or row.found),
        f"## {wording.said(matrix, wording.UNMAPPED)}",
        _unmapped(matrix),
        f"*{escape(wording.standing(matrix))}*",
    ]
    return "\n\n".join(parts) + "\n"


def _table(matrix: Matrix) -> str:
    names = [wording.said(matrix, name) for name in (N_("Objective"), N_("Title"), N_("All"))]
    header = [*names[:2], *(f"Cluster {n}" for n in CLUSTERS), names[2]]
    rows = [header, ["---:", "---", *[":---:"] * len(CLUSTERS), "---:"]]
    for row in matrix.rows:
        total = str(len(row.mapped)) + (f" +{len(row.found)}" if row.found else "")
        cells = [_cell(row, n, matrix) for n in CLUSTERS]
        title = escape(row.objective.adopted_title)
        rows.append([str(row.objective.number), title, *cells, total if row.mapped else f"**{total}**"])
    shares = []
    for n in CLUSTERS:
        counts = [matrix.share((n, kind)) for kind in KINDS]
        shares.append(wording.of(matrix, sum(m for m, _ in counts), sum(t for _, t in counts)))
    rows.append(
        [
            "",
            f"*{wording.said(matrix, wording.ANY)}*",
            *shares,
            wording.of(matrix, len(matrix.mapped_ids), len(matrix.options)),
        ]
    )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(row: Row, cluster: int, matrix: Matrix) -> str:
    mapped = [
        wording.colon(matrix, code(kind), str(len(found)))
        for kind in KINDS
        if (found := row.at((cluster, kind)))
    ]
    extra = sum(len(row.found_at((cluster, kind))) for kind in KINDS)
    return " ".join([", ".join(mapped), f"+{extra}" if extra else ""]).strip()


def _gaps(matrix: Matrix) -> str:
    lines = []
    for row in matrix.rows:
        said = remark(row, matrix.language)
        if said:
            number, title = row.objective.number, row.objective.adopted_title
            about = f"**{wording.objective(matrix, number)}**, {escape(title)}"
            lines.append(f"- {wording.colon(matrix, about, escape(said))}")
    return "\n".join(lines)


def _row(row: Row, matrix: Matrix) -> str:
    title = escape(row.objective.adopted_title)
    parts = [f"### {wording.titled(matrix, row.objective.number, title)}"]
    if row.mapped:
        parts.append("\n".join(_line(p, matrix) for p in row.mapped))
    if row.found:
        found = wording.said(matrix, N_("Options {found}:"), found=wording.said(matrix, wording.FOUND))
        parts += [f"*{found}*", "\n".join(_line(p, matrix) for p in row.found)]
    return "\n\n".join(parts)


def _line(p: Passage, matrix: Matrix) -> str:
    aside = wording.aside(matrix, p)
    return f"- “{escape(p.text)}” ({escape(wording.citation(p))})" + (f" — {escape(aside)}" if aside else "")


def _unmapped(matrix: Matrix) -> str:
    lines = []
    for cluster in CLUSTERS:
        kinds = []
        for kind, there in wording.unmapped(matrix, cluster):
            numbers = ", ".join(f"`{p.id.partition('/')[2]}`" for p in there)
            kinds.append(f"{len(there)} {kind}" + (f" ({numbers})" if there else ""))
        lines.append(f"- {wording.colon(matrix, f'Cluster {cluster}', wording.listed(matrix, kinds))}")
    return "\n".join([wording.said(matrix, wording.SHOWN_BY), "", *lines])
