"""``gcm-draft brief``: a cited brief from one question."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import common

if TYPE_CHECKING:
    from assistant.model import Brief

FORMATS = ("md", "txt", "html", "docx", "odt", "pdf", "json", "csl-json")
BINARY = ("docx", "odt", "pdf")


@click.command(
    "brief", epilog='Example: gcm-draft brief "ethical recruitment" --kind po,opa -f docx -o note.docx'
)
@click.argument("question")
@click.option("-t", "--template", default="briefing-note", show_default=True, help="Which template to fill.")
@click.option(
    "-f",
    "--format",
    "fmt",
    type=click.Choice(FORMATS),
    help="Output format (default: md, or by the ending of -o).",
)
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of the screen.")
@click.option(
    "-k",
    "--limit",
    "limit",
    type=click.IntRange(1, 100),
    help="At most this many passages a section (default: 6).",
)
@click.option(
    "--max-tokens",
    type=click.IntRange(100),
    metavar="N",
    help="Leave out the weakest passages until the brief fits N tokens of a language model (tiktoken, o200k_base).",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "fr", "es"]),
    default="en",
    show_default=True,
    help="Language of headings, labels and standing; quotations stay as printed.",
)
@click.option(
    "--copy", "to_clipboard", is_flag=True, help="Put the brief on the clipboard instead of the screen."
)
@common.filtering
@common.everywhere
def command(question: str, **options: Any) -> None:
    """A cited brief from one QUESTION: verbatim passages by kind, each with its page.

    A bare question does the same: gcm-draft "ethical recruitment". Exit status 1 if the corpus has nothing on it.
    """
    library = common.open_library(options["lang"])
    filters = common.make_filters(
        library, options["kinds"], options["sources"], options["clusters"], options["objectives"]
    )
    fmt = options["fmt"] or _format_of(options["output"])
    _check_ending(fmt, options["output"])
    brief = library.draft(
        question,
        template=options["template"],
        language=options["lang"],
        per_section=options["limit"],
        filters=filters,
        max_tokens=options["max_tokens"],
    )
    remarks(brief)
    if options["to_clipboard"]:
        from assistant.clipboard import copy

        common.warn(copy(library.render(brief, "html"), library.render(brief, "txt").decode("utf-8")))
    elif fmt == "md" and options["output"] is None and options["fmt"] is None and sys.stdout.isatty():
        click.echo(library.render_terminal(brief, width=_width(), ansi=_colour()))
    else:
        common.write_result(
            library.render(brief, fmt), options["output"], binary=fmt in BINARY, language=options["lang"]
        )
    if brief.abstained:
        raise click.exceptions.Exit(1)


def remarks(brief: Brief) -> None:
    """What the user should know beside the brief: what was also searched, what was left out, why it is weak."""
    from assistant.i18n import translator

    _ = translator(brief.language).gettext
    said: list[str] = []
    if brief.expanded:
        said.append(_("also searched: {words}").format(words=", ".join(brief.expanded)))
    if brief.absent and not brief.weak:
        said.append(_("In no passage: {words}.").format(words=", ".join(brief.absent)))
    if brief.excluded:
        counts = ", ".join(f"{name} ({count})" for name, count in brief.excluded.items())
        said.append(_("passages that each filter alone leaves out: {counts}").format(counts=counts))
    if brief.abstained:
        said.append(brief.reason or _("nothing found"))
        if brief.nearest:
            said.append(_("nearest headings: {headings}").format(headings="; ".join(brief.nearest)))
    elif brief.weak:
        said.append(_("weak match: {reason}").format(reason=brief.reason))
    for message in said:
        common.warn(message, brief.language)


def _check_ending(fmt: str, output: str | None) -> None:
    """Refuse a file name that promises another format than the one asked for."""
    ending = Path(output or "").suffix.lower().removeprefix(".")
    if ending in FORMATS and fmt not in (ending, "csl-json"):
        raise click.UsageError(
            f"-f {fmt} and a file named {output!r} do not go together. Leave -f out, or rename."
        )


def _format_of(output: str | None) -> str:
    if output is None or output == "-":
        return "md"
    name = Path(output).name.lower()
    found = next((f for f in FORMATS if name.endswith("." + f.replace("csl-json", "csl.json"))), None)
    if name.endswith(".csl.json"):
        return "csl-json"
    if found is None:
        raise click.UsageError(
            f"The ending of {output!r} names no format. Say which with -f: {', '.join(FORMATS)}."
        )
    return found


def _width() -> int:
    return max(50, min(shutil.get_terminal_size().columns, 100))


def _colour() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
