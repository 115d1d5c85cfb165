"""``gcm-draft corpus``: which documents there are; add and remove the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import common
from assistant.text import counted, one_line

if TYPE_CHECKING:
    from assistant.adding import Report


@click.group("corpus", epilog="Example: gcm-draft corpus list")
def command() -> None:
    """Which documents there are; add and remove your own."""


@command.command("list", epilog="Example: gcm-draft corpus list --format json")
@common.text_or_json
@common.everywhere
def list_(fmt: str) -> None:
    """The documents, with their standing and the number of passages."""
    corpus = common.open_library().corpus
    rows: list[dict[str, Any]] = [
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
            "file": s.document.file,
            "sha256": s.document.sha256,
            "standing": s.document.standing["en"],
            "remarks": list(s.remarks),
        }
        for s in corpus.sources.values()
    ]
    if fmt == "json":
        common.write_json(rows)
        return
    for row in rows:
        remarks = row["remarks"] if isinstance(row["remarks"], list) else []
        whose = "" if row["shipped"] else " (yours)"
        pages = counted(row["pages"], "page") if row["pages"] else "no pages"
        click.echo(f"{click.style(str(row['document']), bold=True)}{whose}")
        click.echo(
            f"  {row['title']} ({row['date'] or 'no date'}); {counted(row['passages'], 'passage')}, {pages}"
        )
        click.echo(f"  {row['standing']}")
        for remark in remarks:
            click.echo(f"  {click.style('Remark:', fg='yellow')} {remark}")


@command.command(
    "add", epilog='Example: gcm-draft corpus add report.pdf --standing "Draft, not for citation."'
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--title", metavar="TEXT", help="Title, if not the file's own; for one file.")
@click.option("--short-title", metavar="TEXT", help="How citations name it; for one file.")
@click.option("--date", metavar="DATE", help="YYYY, YYYY-MM or YYYY-MM-DD.")
@click.option(
    "--standing", metavar="TEXT", help="What a reader must know of its standing; printed with the sources."
)
@click.option(
    "--tracked",
    type=click.Choice(["accept", "refuse"]),
    help="Tracked changes of Word files (default: accept).",
)
@click.option(
    "--id", "document_id", metavar="ID", help="Its id, if not made of the file's name; for one file."
)
@common.text_or_json
@common.everywhere
def add(files: tuple[Path, ...], fmt: str, **options: Any) -> None:
    """Add documents of your own: PDF, Word (docx), HTML, Markdown, text, CSV; folders are walked.

    Every file is reported: added, changed, unchanged or refused with the reason. Where some are refused the
    others are added all the same, and the exit status is 2. Adding a changed file again embeds only what
    changed; options not given then stay as they were.
    """

    def told(report: Report) -> None:
        if fmt == "text":
            _tell(report)

    reports = common.open_library().add(files, told, **options)
    if fmt == "json":
        rows = [{k: v for k, v in _row(report).items() if v is not None} for report in reports]
        common.write_json(rows)
    refused = sum(report.outcome == "refused" for report in reports)
    if refused:
        if len(reports) > 1:
            rest = "nothing was added" if refused == len(reports) else "the others are in the corpus"
            click.echo(f"{refused} of {len(reports)} refused; {rest}.", err=True)
        raise click.exceptions.Exit(2)


_COLOURS = {"added": "green", "changed": "green", "unchanged": None, "refused": "red"}


def _tell(report: Report) -> None:
    """One file's line; what was refused goes to stderr."""
    outcome = click.style(f"{report.outcome:>9}", fg=_COLOURS[report.outcome])
    name = one_line(click.format_filename(report.path))
    if report.outcome == "refused":
        click.echo(f"{outcome}  {name}: {one_line(report.reason or '')}", err=True)
        return
    pages = f", {counted(report.pages, 'page')}" if report.pages else ""
    click.echo(f"{outcome}  {name} as {report.document}: {counted(report.passages, 'passage')}{pages}")
    for remark in report.remarks:
        click.echo(f"           {click.style('Remark:', fg='yellow')} {remark}", err=True)


def _row(report: Report) -> dict[str, Any]:
    return {
        "file": click.format_filename(report.path),
        "outcome": report.outcome,
        "document": report.document,
        "passages": report.passages,
        "pages": report.pages,
        "reason": report.reason,
        "remarks": list(report.remarks),
    }


@command.command("remove", epilog="Example: gcm-draft corpus remove report")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@common.everywhere
def remove(ids: tuple[str, ...]) -> None:
    """Take documents of your own out again, with all that was kept of them. Shipped documents stay."""
    for document in common.open_library().remove(ids):
        click.echo(f"  removed  {document}")
