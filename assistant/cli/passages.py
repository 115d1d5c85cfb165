"""``gcm-draft passages``: every passage of the corpus."""

from __future__ import annotations

import csv
import io
import json

import click

from assistant.cli import common
from assistant.model import Passage, passage_dict

COLUMNS = ("id", "document", "kind", "locator", "page_start", "page_end", "cluster", "subtheme", "language", "author",
           "date", "text", "links")  # fmt: skip


@click.command("passages", epilog="Example: gcm-draft passages --format csv > passages.csv")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="Output format.",
)
@common.everywhere
def command(fmt: str) -> None:
    """Every passage of the corpus, one a line, in the order of the documents."""
    passages = common.open_library().corpus.passages.values()
    if fmt == "jsonl":
        for passage in passages:
            click.echo(json.dumps(passage_dict(passage), ensure_ascii=False))
        return
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for passage in passages:
        writer.writerow([_cell(passage, column) for column in COLUMNS])
    click.echo(out.getvalue(), nl=False)


def _cell(passage: Passage, column: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    value = getattr(passage, column)
    text = " ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
