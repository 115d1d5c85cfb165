"""``gcm-draft corpus``: which documents there are."""

from __future__ import annotations

import json

import click

from assistant.cli import common


@click.group("corpus", epilog="Example: gcm-draft corpus list")
def command() -> None:
    """Which documents there are; add and remove your own."""


@command.command("list", epilog="Example: gcm-draft corpus list --format json")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format.")
@common.everywhere
def list_(fmt: str) -> None:
    """The documents, with their standing and the number of passages."""
    corpus = common.open_library().corpus
    rows = [
        {
            "document": s.document.id,
            "title": s.document.title,
            "short_title": s.document.short_title,
            "publisher": s.document.publisher,
            "date": s.document.date,
            "languages": list(s.document.languages),
            "shipped": s.document.shipped,
            "passages": len(s.passages),
            "pages": len(s.pages),
            "sha256": s.document.sha256,
            "standing": s.document.standing["en"],
            "remarks": list(s.remarks),
        }
        for s in corpus.sources.values()
    ]
    if fmt == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        whose = "" if row["shipped"] else " (yours)"
        pages = f"{row['pages']} pages" if row["pages"] else "no pages"
        click.echo(f"{click.style(str(row['document']), bold=True)}{whose}")
        click.echo(f"  {row['title']} ({row['date'] or 'no date'}); {row['passages']} passages, {pages}")
        click.echo(f"  {row['standing']}")
        for remark in row["remarks"]:
            click.echo(f"  {click.style('Remark:', fg='yellow')} {remark}")
