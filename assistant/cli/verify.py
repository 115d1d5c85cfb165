"""``gcm-draft verify``: every quotation and citation of an edited note against the corpus."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import common

if TYPE_CHECKING:
    from assistant.corpus import Corpus
    from assistant.verification import Note


@click.command("verify", epilog="Example: gcm-draft verify note.docx --annotate checked.docx")
@click.argument("file")
@common.text_or_json
@click.option("--all", "every", is_flag=True, help="List the quotations that are ok as well.")
@click.option(
    "--annotate",
    "annotated",
    metavar="OUT",
    help="Write a copy (.docx or .md) with the findings beside the paragraphs.",
)
@click.option(
    "--fix",
    type=click.Choice(["pages"]),
    help="Write a copy in which wrong pages are mended and nothing else.",
)
@click.option(
    "-o", "--output", metavar="OUT", help="Where --fix writes its copy (default: NAME.fixed.ENDING)."
)
@common.everywhere
def command(
    file: str, fmt: str, every: bool, annotated: str | None, fix: str | None, output: str | None
) -> None:
    """Check every quotation and citation of the note FILE (md, txt, html, docx, odt; - for standard input).

    Exit status 0 only if every verdict is ok. It is given the note and the source files, nothing else.
    """
    from assistant import verification
    from assistant.verification import report as reports
    from assistant.verification.notes import read_bytes

    path = Path(file)
    if file == "-":
        if annotated or fix:
            raise click.UsageError("--annotate and --fix need a file, not standard input.")
        note = read_bytes(sys.stdin.buffer.read(), "standard input", "md")
    else:
        note = verification.read_note(path)
    library = common.open_library()
    report = library.check(note)
    if fmt == "json":
        common.write_json(reports.report_dict(report))
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        click.echo(reports.report_text(report, colour=colour, every=every), nl=False)
    if annotated:
        _annotate(path, note, report, Path(annotated))
    if fix:
        _fix(
            path,
            Path(output) if output else path.with_name(f"{path.stem}.fixed{path.suffix}"),
            library.corpus,
        )
    if not report.clean:
        raise click.exceptions.Exit(1)


def _annotate(path: Path, note: Note, report: object, out: Path) -> None:
    from assistant.verification.annotate import annotate

    annotate(path, note, report, out)  # type: ignore[arg-type]
    click.echo(f"Written: {out}", err=True)


def _fix(path: Path, out: Path, corpus: Corpus) -> None:
    from assistant.verification.pages import fix_pages

    mended = fix_pages(path, out, corpus)
    for page in mended:
        what = (
            f"{page.before} -> {page.after}"
            if page.done
            else f"{page.before}: mend by hand, should be {page.after}"
        )
        click.echo(f"line {page.line}: {page.citation}: {what}", err=True)
    count = sum(p.done for p in mended)
    click.echo(f"Written: {out} ({count} page{'' if count == 1 else 's'} mended)", err=True)
