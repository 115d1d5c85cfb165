"""``gcm-draft evaluate``: retrieval and citation figures on the committed question sets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import common

if TYPE_CHECKING:
    from assistant.library import Library

PARTS = ("retrieval", "abstention", "citations", "mutations")
SETS = ("test", "development", "wide")
TOGETHER = {"both": ("development", "test"), "all": ("development", "test", "wide")}


@click.command("evaluate", epilog="Example: gcm-draft evaluate --set development --what retrieval")
@click.option(
    "--set",
    "sets",
    type=click.Choice([*SETS, *TOGETHER]),
    default="test",
    show_default=True,
    help="Which questions: the development set is to choose by, the test set and the wide set are to report.",
)
@click.option(
    "--what",
    type=common.Names({p: p for p in PARTS}, "parts"),
    default=PARTS,
    metavar="PART,…",
    help=f"Only these parts: {', '.join(PARTS)}.",
)
@click.option(
    "--without-notes",
    is_flag=True,
    help="As if the shipped passages had no search notes, like your own documents.",
)
@click.option(
    "--baselines/--no-baselines", default=True, show_default=True, help="Other ways to search, side by side."
)
@click.option(
    "--baseline-model",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The published MiniLM for the baselines, as tools/export_minilm.py writes it, instead of the tuned one.",
)
@click.option(
    "--per-question", is_flag=True, help="With JSON: every question's values; for the development set only."
)
@common.text_or_json
@click.option(
    "--write", metavar="FILE", help="Write the figures to FILE as Markdown instead (or JSON, by its ending)."
)
@common.everywhere
def command(
    sets: str, what: tuple[str, ...], fmt: str, write: str | None, per_question: bool, **options: Any
) -> None:
    """Retrieval and citation figures on the committed question sets.

    Exit status 1 if a line of a brief cannot be proved, or a planted error is missed.
    """
    if per_question and sets != "development":
        raise click.UsageError(
            "--per-question is for --set development: nothing may be chosen by looking into the others."
        )
    library = common.open_library()
    several = [_evaluate(library, name, what, per_question, options) for name in TOGETHER.get(sets, [sets])]
    _output(several, fmt, write)
    if not all(_proved(found) for found in several):
        raise click.exceptions.Exit(1)


def _evaluate(
    library: Library, name: str, what: tuple[str, ...], per_question: bool, options: dict[str, Any]
) -> dict[str, Any]:
    from assistant.embeddings import MiniLMEmbedder
    from assistant.evaluation import evaluate

    published = options["baseline_model"]
    return evaluate(
        library,
        name,
        parts=what,
        notes=not options["without_notes"],
        with_baselines=options["baselines"],
        published=MiniLMEmbedder(published) if published else None,
        detailed=per_question,
        say=lambda doing: click.echo(f"{name}: {doing} …", err=True),
    )


def _output(several: list[dict[str, Any]], fmt: str, write: str | None) -> None:
    from assistant.evaluation import as_markdown, as_text

    record = json.dumps(several if len(several) > 1 else several[0], ensure_ascii=False, indent=1) + "\n"
    if write is not None:
        text = (
            record if write.endswith(".json") else as_markdown(several, f"gcm-draft {' '.join(_arguments())}")
        )
        common.write_file(Path(write), text.encode("utf-8"))
        click.echo(f"Written: {write}", err=True)
    elif fmt == "json":
        click.echo(record, nl=False)
    else:
        click.echo("\n".join(as_text(found) for found in several), nl=False)


def _arguments() -> list[str]:
    """The command and options of this call that are not the default, to say how a file was made."""
    ctx = click.get_current_context()
    given = [ctx.command.name or ""]
    for parameter in ctx.command.params:
        name = parameter.name or ""
        value = ctx.params.get(name)
        if name in ctx.params and ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            flag = parameter.opts[0] if value is not False else parameter.secondary_opts[0]
            shown = ",".join(value) if isinstance(value, tuple) else str(value)
            given.append(flag if isinstance(value, bool) else f"{flag} {shown}")
    return given


def _proved(found: dict[str, Any]) -> bool:
    return bool(
        found.get("citations", {}).get("whole", True) and found.get("mutations", {}).get("clean", True)
    )
