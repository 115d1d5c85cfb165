"""``gcm-draft search``: ranked passages with scores."""

from __future__ import annotations

from typing import Any

import click

from assistant.cli import common
from assistant.model import Answer, passage_dict


@click.command("search", epilog='Example: gcm-draft search "portability of pensions" --kind po,opa -k 5')
@click.argument("question")
@click.option(
    "-k", "limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many passages."
)
@common.text_or_json
@common.filtering
@common.everywhere
def command(question: str, limit: int, fmt: str, **options: Any) -> None:
    """Ranked passages for a QUESTION, best first, with scores. Exit status 1 if nothing bears on it."""
    library = common.open_library()
    filters = common.make_filters(
        library, options["kinds"], options["sources"], options["clusters"], options["objectives"]
    )
    answer = library.search(question, limit, filters)
    if fmt == "json":
        common.write_json(_record(answer))
    else:
        _print(answer)
    if answer.abstained:
        raise click.exceptions.Exit(1)


def _record(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question,
        "abstained": answer.abstained,
        "weak": answer.weak,
        "reason": answer.reason,
        "expanded": list(answer.expanded),
        "nearest": list(answer.nearest),
        "absent": list(answer.absent),
        "excluded": answer.excluded,
        "hits": [
            {
                "rank": hit.rank,
                "score": hit.score,
                "citation": hit.citation,
                "also_at": list(hit.also_at),
                "passage": passage_dict(hit.passage),
            }
            for hit in answer.hits
        ],
    }


def _print(answer: Answer) -> None:
    if answer.expanded:
        common.warn(f"also searched: {', '.join(answer.expanded)}")
    if answer.absent:
        common.warn(f"in no passage: {', '.join(answer.absent)}")
    if answer.abstained or answer.weak:
        common.warn(answer.reason or "")
    if answer.abstained and answer.nearest:
        common.warn("nearest headings: " + "; ".join(answer.nearest))
    for hit in answer.hits:
        text = (
            hit.passage.text
            if len(hit.passage.text) <= 300
            else hit.passage.text[:297].rsplit(" ", 1)[0] + " […]"
        )
        click.echo(
            f"{hit.rank:>3}. {click.style(hit.citation, bold=True)}  [{hit.score:.3f}]  {hit.passage.id}"
        )
        click.echo(f"     {text}")
        for link in hit.passage.links:
            click.echo(f"     {link}")
