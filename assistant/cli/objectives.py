"""``gcm-draft objectives``: the objectives and what is mapped to each."""

from __future__ import annotations

import click

from assistant.cli import common


@click.command("objectives", epilog="Example: gcm-draft objectives --format json")
@common.text_or_json
@common.everywhere
def command(fmt: str) -> None:
    """The 23 objectives: Zero Draft and adopted titles, and how many options the GFMD overview maps to each."""
    from assistant import objectives

    corpus = common.open_library().corpus
    rows = []
    for objective in objectives.load():
        mapped = objectives.mapped(corpus, objective.number)
        targets = {target for p in mapped if p.mapping for target in p.mapping.targets}
        rows.append(
            {
                "objective": objective.number,
                "zero_draft_title": objective.zero_draft_title,
                "adopted_title": objective.adopted_title,
                "citations": len(mapped),
                "mapped_options": len(targets),
                "note": objective.note,
            }
        )
    if fmt == "json":
        common.write_json(rows)
        return
    for row in rows:
        click.echo(f"{row['objective']:>2}. {click.style(str(row['adopted_title']), bold=True)}")
        if row["zero_draft_title"] != row["adopted_title"]:
            click.echo(f"    Zero Draft: {row['zero_draft_title'] or '(no such objective)'}")
        click.echo(
            f"    mapped options: {row['mapped_options']} (in {row['citations']} citations of the GFMD overview)"
        )
        if row["note"]:
            click.echo(f"    {row['note']}")
