"""What several commands share: options, writing results, opening the workspace."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assistant.model import KINDS, Kind

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.retrieval import Filters

Command = TypeVar("Command", bound=Callable[..., Any])

KIND_NAMES: dict[str, Kind] = {
    **{kind: kind for kind in KINDS},
    "po": "policy_option",
    "opa": "practical_action",
    "example": "practice_example",
    "rec": "recommendation",
    "question": "guiding_question",
    "para": "paragraph",
    "post": "comment",
}


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            ctx.ensure_object(dict)[name] = value

    return callback


def everywhere(command: Command) -> Command:
    """The options that every command takes, after its name as well as before."""
    for option in (
        click.option("--debug", is_flag=True, expose_value=False, callback=_remember("debug"), help="Show tracebacks."),
        click.option("--corpus", metavar="NAME", expose_value=False, callback=_remember("corpus"),
                     help="Which of your corpora to use."),
        click.option("--store", metavar="FOLDER|URL", expose_value=False, callback=_remember("store"),
                     help="Where the vector store is."),
        click.option("--embedder", metavar="NAME", expose_value=False, callback=_remember("embedder"),
                     help="Another embedder than the embedded one, such as ollama:nomic-embed-text."),
    ):  # fmt: skip
        command = option(command)
    return command


def text_or_json(command: Command) -> Command:
    """The option ``--format text|json`` of commands that print for people or for programs."""
    option = click.option(
        "--format",
        "fmt",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="Output format.",
    )
    return option(command)


def write_json(record: Any) -> None:
    """A result for programs, on stdout."""
    import json

    click.echo(json.dumps(record, ensure_ascii=False, indent=1))


class Names(click.ParamType):  # type: ignore[type-arg]
    """One or more names out of a table, separated by commas."""

    name = "names"

    def __init__(self, table: dict[str, Any], what: str) -> None:
        self.table = table
        self.what = what

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Any, ...]:
        """The values of the names; a usage error names all unknown ones."""
        if not isinstance(value, str):
            return tuple(value)
        names = [name.strip().lower() for name in value.split(",") if name.strip()]
        unknown = [name for name in names if name not in self.table]
        if unknown or not names:
            self.fail(
                f"{', '.join(map(repr, unknown)) or repr(value)}: expected {self.what} out of {', '.join(self.table)}."
            )
        return tuple(dict.fromkeys(self.table[name] for name in names))


class Numbers(click.ParamType):  # type: ignore[type-arg]
    """Whole numbers and ranges within bounds: "6", "6,18", "1-4"."""

    name = "numbers"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The numbers in order, each once."""
        if not isinstance(value, str):
            return tuple(value)
        found: list[int] = []
        for part in value.replace("–", "-").split(","):
            ends = [end.strip() for end in part.split("-")]
            if not 1 <= len(ends) <= 2 or not all(end.isdecimal() for end in ends):
                self.fail(
                    f"{part.strip()!r}: expected numbers from {self.low} to {self.high}, such as 6 or 6,18 or 1-4."
                )
            first, last = int(ends[0]), int(ends[-1])
            if not self.low <= first <= last <= self.high:
                self.fail(f"{part.strip()}: expected numbers from {self.low} to {self.high}.")
            found += range(first, last + 1)
        return tuple(dict.fromkeys(found))


def filtering(command: Command) -> Command:
    """The options that limit an answer: kind, source, cluster, objective."""
    for option in (
        click.option("--objective", "objectives", type=Numbers(1, 23), default=(), metavar="N",
                     help="Only passages mapped to or naming objective N (1 to 23)."),
        click.option("--cluster", "clusters", type=Numbers(1, 6), default=(), metavar="N",
                     help="Only Cluster N of the Recollection (1 to 6)."),
        click.option("--source", "sources", multiple=True, metavar="ID",
                     help="Only this document (see: gcm-draft corpus list); may be repeated."),
        click.option("--kind", "kinds", type=Names(dict(KIND_NAMES), "kinds"), default=(), metavar="KIND,…",
                     help="Only these kinds: po, opa, example, rec, question, para, post, section, mapping."),
    ):  # fmt: skip
        command = option(command)
    return command


def make_filters(
    library: Library,
    kinds: tuple[Kind, ...],
    sources: tuple[str, ...],
    clusters: tuple[int, ...],
    objectives: tuple[int, ...],
) -> Filters:
    """The filters of one call; raises UsageError for a document that is not in the corpus."""
    from assistant.retrieval import Filters

    named = tuple(part.strip() for source in sources for part in source.split(",") if part.strip())
    return Filters(kinds, library.document_ids(named), clusters, objectives)


def open_library(language: str = "en") -> Library:
    """The library with the corpus and store this call names; ``language`` is that of its remarks."""
    from assistant.library import Library

    state = click.get_current_context().ensure_object(dict)
    embedder = state.get("embedder")
    if embedder is not None:
        from assistant.embedders import check

        check(embedder)
    return Library(
        corpus=state.get("corpus"),
        store=state.get("store"),
        embedder=embedder,
        progress=progress_bar,
        warn=partial(warn, language=language),
    )


def progress_bar(total: int, label: str) -> Callable[[int], None]:
    """A progress bar on stderr with rate and time left; silent where stderr is no terminal."""
    from tqdm import tqdm

    bar = tqdm(
        total=total,
        desc=label,
        unit=" passages",
        file=sys.stderr,
        disable=not sys.stderr.isatty(),
        leave=False,
    )

    def advance(count: int) -> None:
        bar.update(count)
        if bar.n >= total:
            bar.close()

    if not sys.stderr.isatty():
        click.echo(f"{label} …", err=True)
    return advance


def warn(message: str, language: str = "en") -> None:
    """A remark on stderr, under the word for one in ``language``."""
    from assistant.i18n import translator

    click.echo(f"{click.style(translator(language).gettext('Note:'), fg='yellow')} {message}", err=True)


def write_result(content: bytes, output: str | None, *, binary: bool = False, language: str = "en") -> None:
    """The result to stdout, or to a file in one step: whole or not at all."""
    if output is None or output == "-":
        if binary and sys.stdout.isatty():
            raise click.UsageError("This format is not for a terminal. Name a file with -o FILE.")
        if binary:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            click.echo(content.decode("utf-8"), nl=False)
        return
    write_file(Path(output), content)
    from assistant.i18n import translator

    click.echo(translator(language).gettext("Written: {file}").format(file=output), err=True)


def write_file(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path`` and move it there, so that no half file is ever seen."""
    if path.is_dir():
        raise click.UsageError(f"{path} is a folder. Name a file.")
    if not path.parent.is_dir():
        raise click.UsageError(f"There is no folder {path.parent}. Make it first, or name another file.")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)  # noqa: PTH101 a plain name from mkstemp
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
