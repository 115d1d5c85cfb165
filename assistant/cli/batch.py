"""``gcm-draft batch``: briefs for all objectives or a list of questions, one file each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import common
from assistant.cli.brief import FORMATS
from assistant.errors import GcmDraftError, ProblemsError

if TYPE_CHECKING:
    from assistant.batch import Outcome, Task
    from assistant.library import Library

SHOWN = 5
"""File names listed after one reason; the rest is counted."""


class Objectives(common.Numbers):
    """Numbers of objectives, or "all"."""

    name = "objectives"

    def __init__(self) -> None:
        super().__init__(1, 23)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The numbers in order, each once; 1 to 23 for "all"."""
        everything = isinstance(value, str) and value.strip().lower() == "all"
        return super().convert("1-23" if everything else value, param, ctx)


@click.command(
    "batch", epilog="Example: gcm-draft batch --objectives all -f md,docx --merge all.docx -o briefs"
)
@click.option(
    "--objectives",
    type=Objectives(),
    default=(),
    metavar="all|N,…",
    help="Which objectives: all, or numbers and ranges (6,18 or 1-4).",
)
@click.option("--questions", metavar="FILE", help="A list of questions: .txt (one a line), .csv or .yaml.")
@click.option(
    "-o", "--output", required=True, metavar="DIR", help="The folder to write into; made if it is missing."
)
@click.option(
    "-t",
    "--template",
    help="Which template to fill (default: objective-summary for objectives, briefing-note for questions).",
)
@click.option(
    "-f",
    "--format",
    "formats",
    type=common.Names({name: name for name in FORMATS}, "formats"),
    multiple=True,
    default=("md",),
    show_default="md",
    metavar="FORMAT,…",
    help=f"Output formats: {', '.join(FORMATS)}.",
)
@click.option("--merge", metavar="FILE.docx", help="Also one Word file of all briefs.")
@click.option(
    "-k", "--limit", type=click.IntRange(1, 100), help="At most this many passages a section (default: 6)."
)
@click.option(
    "--lang",
    type=click.Choice(["en", "fr", "es"]),
    default="en",
    show_default=True,
    help="Language of headings, labels and standing; quotations stay as printed.",
)
@click.option(
    "--kind",
    "kinds",
    type=common.Names(dict(common.KIND_NAMES), "kinds"),
    default=(),
    metavar="KIND,…",
    help="Only these kinds: po, opa, example, rec, question, para, post, section, mapping.",
)
@click.option("--source", "sources", multiple=True, metavar="ID", help="Only this document; may be repeated.")
@click.option(
    "--cluster",
    "clusters",
    type=common.Numbers(1, 6),
    default=(),
    metavar="N",
    help="Only Cluster N of the Recollection (1 to 6).",
)
@click.option("--force", is_flag=True, help="Make everything anew, also over files that were edited by hand.")
@common.everywhere
def command(**options: Any) -> None:
    """Briefs for objectives, for a list of questions, or both: one file each in DIR, and an index page.

    A second run redoes only what changed and says why. Files edited by hand are kept (--force overwrites
    them). A brief that fails is reported and the rest is written: exit status 1. A list that cannot be read
    is reported whole and nothing is written: exit status 2.

    A CSV has a column "question", a YAML list holds texts or mappings; both may add template, kind, cluster,
    lang and file (a name without ending) to a question.
    """
    from assistant import batch

    if not options["objectives"] and options["questions"] is None:
        raise click.UsageError("Say what to draft: --objectives all, --objectives 6,18 or --questions FILE.")
    library = common.open_library()
    folder = Path(options["output"])
    merged = Path(options["merge"]) if options["merge"] else None
    formats = tuple(dict.fromkeys(name for names in options["formats"] for name in names))
    tasks = _tasks(library, options, lambda tasks: batch.check(tasks, formats, folder, merged))
    outcome = batch.run(
        library,
        tasks,
        formats,
        folder,
        common.write_file,
        force=options["force"],
        merged=merged,
        progress=_bar,
    )
    _report(outcome)
    click.echo(str(folder / "index.md"))
    if outcome.failures:
        if click.get_current_context().ensure_object(dict).get("debug"):
            raise outcome.errors[0]
        raise click.exceptions.Exit(1)


def _tasks(library: Library, options: dict[str, Any], check: Callable[[list[Task]], None]) -> list[Task]:
    """What to draft. Everything wrong with it, and with what ``check`` looks at, is raised together."""
    from assistant import batch, configuration
    from assistant.retrieval import Filters

    problems: list[str] = []
    filters = Filters()
    try:
        filters = common.make_filters(library, options["kinds"], options["sources"], options["clusters"], ())
    except GcmDraftError as error:
        problems.append(str(error))
    shared: dict[str, Any] = {"language": options["lang"], "filters": filters, "limit": options["limit"]}
    tasks: list[Task] = []
    if options["objectives"]:
        asked = batch.Task("", "", options["template"] or batch.FOR_OBJECTIVES, **shared)
        tasks += batch.tasks_for_objectives(options["objectives"], asked)
    if options["questions"] is not None:
        template = str(options["template"] or configuration.value("template") or batch.FOR_QUESTIONS)
        try:
            tasks += _listed(options["questions"], batch.Task("", "", template, **shared))
        except ProblemsError as error:
            problems += [f"{options['questions']}, {problem}" for problem in error.problems]
        except GcmDraftError as error:
            problems.append(str(error))
    if options["template"] and not tasks:
        problems += _template_problem(options["template"])
    try:
        check(tasks)
    except ProblemsError as error:
        problems += error.problems
    if problems:
        raise ProblemsError("Nothing was written:", problems)
    return tasks


def _template_problem(name: str) -> list[str]:
    from assistant.rendering import load_template

    try:
        load_template(name)
    except GcmDraftError as error:
        return [str(error)]
    return []


def _listed(file: str, asked: Task) -> list[Task]:
    from assistant import batch
    from assistant.questions_file import Allowed, read_questions
    from assistant.rendering.templates import template_names

    questions, remarks = read_questions(Path(file), Allowed(common.KIND_NAMES, template_names()))
    for remark in remarks:
        common.warn(remark)
    return batch.tasks_for_questions(questions, asked)


def _bar(total: int) -> Callable[[int], None]:
    """A progress bar on stderr; one line where stderr is no terminal."""
    from tqdm import tqdm

    terminal = sys.stderr.isatty()
    bar = tqdm(
        total=total, desc="Drafting", unit=" briefs", file=sys.stderr, disable=not terminal, leave=False
    )
    if not terminal:
        click.echo(f"Drafting {total} brief{'s' * (total > 1)} …", err=True)

    def advance(count: int) -> None:
        bar.update(count)
        if bar.n >= total:
            bar.close()

    return advance


def _report(outcome: Outcome) -> None:
    """On stderr: what was written and why, what was left, what is weak, what failed."""
    for reason, names in _grouped(outcome.written).items():
        click.echo(f"Written ({reason}): {names}", err=True)
    if outcome.unchanged:
        click.echo(f"Unchanged: {_some(outcome.unchanged)}", err=True)
    for reason, names in _grouped(outcome.kept).items():
        common.warn(f"kept as it is ({reason}): {names}. Overwrite with --force.")
    if outcome.weak:
        common.warn(f"weak, check each line: {', '.join(outcome.weak)}")
    if outcome.empty:
        common.warn(f"no evidence in the corpus: {', '.join(outcome.empty)}")
    if outcome.failures:
        count = len(outcome.failures)
        click.echo(f"{click.style('Error:', fg='red')} {count} failed; the rest is written.", err=True)
        for message, names in _grouped(outcome.failures).items():
            click.echo(f"  - {names}: {message}", err=True)


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, reason in pairs:
        found.setdefault(reason, []).append(name)
    return {reason: _some(names) for reason, names in found.items()}


def _some(names: list[str]) -> str:
    if len(names) <= SHOWN:
        return ", ".join(names)
    return f"{len(names)} files ({', '.join(names[:2])}, …, {names[-1]})"
