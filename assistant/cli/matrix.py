"""``gcm-draft matrix``: objectives by clusters and kinds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import common

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.model import Passage

FORMATS = ("md", "html", "svg", "csv", "xlsx")


@click.command("matrix", epilog="Example: gcm-draft matrix -o coverage.html")
@click.option(
    "-f",
    "--format",
    "fmt",
    type=click.Choice(FORMATS),
    help="Output format (default: md, or by the ending of -o).",
)
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of the screen.")
@click.option(
    "--found", is_flag=True, help="Count also options that the program finds, apart from those mapped."
)
@click.option(
    "--lang",
    type=click.Choice(["en", "fr", "es"]),
    default="en",
    show_default=True,
    help="Language of headings and fixed texts; what the sources print stays as it is.",
)
@common.everywhere
def command(fmt: str | None, output: str | None, found: bool, lang: str) -> None:
    """Objectives by clusters and kinds: how many options the experts mapped, which, and the gaps.

    Each count leads to its passages and their pages; the html and svg files show the gaps at a glance.
    """
    from assistant import matrix, matrix_outputs

    chosen = fmt or _format_of(output)
    library = common.open_library()
    further = _found(library) if found else None
    made = matrix.build(library.corpus, library.objectives.values(), further, language=lang)
    common.write_result(
        matrix_outputs.write(made, chosen), output, binary=chosen in matrix_outputs.BINARY, language=lang
    )


def _format_of(output: str | None) -> str:
    if output is None or output == "-":
        return "md"
    ending = Path(output).suffix.lower().lstrip(".")
    if ending not in FORMATS:
        raise click.UsageError(
            f"The ending of {output!r} names no format. Say which with -f: {', '.join(FORMATS)}."
        )
    return ending


def _found(library: Library) -> dict[int, list[Passage]]:
    """The further options of each objective's summary: the program's own finding."""
    passages = library.corpus.passages
    found: dict[int, list[Passage]] = {}
    for number in library.objectives:
        brief = library.draft(f"Objective {number}", template="objective-summary")
        ids = [item.citation.passage_id for s in brief.sections if s.key == "further" for item in s.items]
        found[number] = [passages[i] for i in ids if i in passages]
    return found
