"""The matrix as Markdown: the table, the gaps, then every option behind a count."""

from __future__ import annotations

from assistant.matrix import CLUSTERS, KINDS, Matrix, Row, code, remark
from assistant.matrix_outputs import wording
from assistant.model import Passage
from assistant.rendering.escaping import escape


def markdown(matrix: Matrix) -> str:
    """The whole file."""
    parts = [
        f"# {wording.TITLE}",
        escape(wording.lead(matrix)),
        _table(matrix),
        "\n".join(f"- Cluster {n}: {escape(title)}" for n, title in matrix.cluster_titles.items()),
        f"## {wording.GAPS}",
        _gaps(matrix),
        f"## {wording.MAPPED}",
        *(_row(row) for row in matrix.rows if row.mapped or row.found),
        f"## {wording.UNMAPPED}",
        _unmapped(matrix),
        f"*{escape(wording.standing(matrix))}*",
    ]
    return "\n\n".join(parts) + "\n"


def _table(matrix: Matrix) -> str:
    header = ["Objective", "Title", *(f"Cluster {n}" for n in CLUSTERS), "All"]
    rows = [header, ["---:", "---", *[":---:"] * len(CLUSTERS), "---:"]]
    for row in matrix.rows:
        total = str(len(row.mapped)) + (f" +{len(row.found)}" if row.found else "")
        cells = [_cell(row, n) for n in CLUSTERS]
        title = escape(row.objective.adopted_title)
        rows.append([str(row.objective.number), title, *cells, total if row.mapped else f"**{total}**"])
    shares = []
    for n in CLUSTERS:
        counts = [matrix.share((n, kind)) for kind in KINDS]
        shares.append(f"{sum(m for m, _ in counts)} of {sum(t for _, t in counts)}")
    rows.append(
        [
            "",
            "*options mapped to any objective*",
            *shares,
            f"{len(matrix.mapped_ids)} of {len(matrix.options)}",
        ]
    )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(row: Row, cluster: int) -> str:
    mapped = [f"{code(kind)}: {len(found)}" for kind in KINDS if (found := row.at((cluster, kind)))]
    extra = sum(len(row.found_at((cluster, kind))) for kind in KINDS)
    return " ".join([", ".join(mapped), f"+{extra}" if extra else ""]).strip()


def _gaps(matrix: Matrix) -> str:
    lines = []
    for row in matrix.rows:
        said = remark(row)
        if said:
            number, title = row.objective.number, row.objective.adopted_title
            lines.append(f"- **Objective {number}**, {escape(title)}: {escape(said)}")
    return "\n".join(lines)


def _row(row: Row) -> str:
    parts = [f"### Objective {row.objective.number}: {escape(row.objective.adopted_title)}"]
    if row.mapped:
        parts.append("\n".join(_line(p) for p in row.mapped))
    if row.found:
        parts += [f"*Options {wording.FOUND}:*", "\n".join(_line(p) for p in row.found)]
    return "\n\n".join(parts)


def _line(p: Passage) -> str:
    aside = wording.aside(p)
    return f"- “{escape(p.text)}” ({escape(wording.citation(p))})" + (f" — {escape(aside)}" if aside else "")


def _unmapped(matrix: Matrix) -> str:
    lines = []
    for cluster in CLUSTERS:
        kinds = []
        for kind, there in wording.unmapped(matrix, cluster):
            numbers = ", ".join(f"`{p.id.partition('/')[2]}`" for p in there)
            kinds.append(f"{len(there)} {kind}" + (f" ({numbers})" if there else ""))
        lines.append(f"- Cluster {cluster}: {'; '.join(kinds)}")
    return "\n".join(["Shown by: gcm-draft show PASSAGE", "", *lines])
