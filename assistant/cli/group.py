"""The group of commands: loaded one by one when called, a bare question being a brief."""

from __future__ import annotations

import difflib
import importlib
from typing import Any

import click

from assistant.errors import GcmDraftError
from assistant.version import __version__

COMMANDS = {
    "brief": "A cited brief from one question.",
    "batch": "Briefs for all objectives or a list of questions, one file each.",
    "search": "Ranked passages with scores.",
    "show": "A passage with its page, surroundings, links and standing.",
    "verify": "Check every quotation and citation of an edited note.",
    "passages": "Every passage of the corpus, as JSON lines or CSV.",
    "objectives": "The objectives, with the number of options mapped to each.",
    "matrix": "Objectives by clusters and kinds, with counts.",
    "corpus": "Which documents there are; add and remove your own.",
    "index": "Build the vector store, or say what is in it.",
    "templates": "Briefing templates: list, show, make your own.",
    "config": "Your defaults.",
    "evaluate": "Retrieval and citation figures on the committed question sets.",
}


INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it: 128 and the signal's number."""


class Failure(click.ClickException):
    """An error of the library as click prints and ends with it."""

    def __init__(self, error: GcmDraftError) -> None:
        super().__init__(str(error))
        vars(self)["exit_code"] = error.exit_code

    def show(self, file: Any = None) -> None:
        """The message on stderr, marked as an error."""
        from assistant.text import printable  # not at the start of every command

        message = "\n".join(map(printable, self.message.split("\n")))
        click.echo(f"{click.style('Error:', fg='red')} {message}", file=file, err=file is None)


class Program(click.Group):
    """A group that imports a command when it is called and takes anything else for a question."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands in the order of the manual."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"assistant.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it, but options after a bare question belong to the brief."""
        from assistant.cli.defaults import default_map

        try:
            ctx.default_map = default_map(args)
        except GcmDraftError as error:
            raise Failure(error) from error
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            args = ["brief", *_question(ctx, args)]
        elif args and self._is_of_the_brief(ctx, args[0]):
            args = ["brief", *args]
        return super().parse_args(ctx, args)

    def _is_of_the_brief(self, ctx: click.Context, first: str) -> bool:
        """Whether an option that stands first is none of the program's own: then it is the bare question's."""
        own = {name for param in self.get_params(ctx) for name in param.opts}
        return first.startswith("-") and first != "--" and first.split("=", maxsplit=1)[0] not in own

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or ``brief`` where global options or ``--`` stood before a bare question."""
        if args and args[0].startswith("-"):  # only ``--`` lets it come so far: it is the question
            args = ["brief", *args[1:], "--", args[0]]
        elif args and args[0] not in COMMANDS:
            args = ["brief", *_question(ctx, args)]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors become one message, and a traceback only with --debug."""
        try:
            return super().invoke(ctx)
        except GcmDraftError as error:
            if debugging(ctx):
                raise
            raise Failure(error) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt as error:
            click.echo("\nStopped. What was done stays; the same command goes on from there.", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from error
        except Exception as error:
            if debugging(ctx):
                raise
            raise Failure(_unexpected(error)) from error


def _question(ctx: click.Context, args: list[str]) -> list[str]:
    """The arguments of a bare question; refuses what looks like a misspelt command."""
    first = args[0]
    near = difflib.get_close_matches(first.lower(), COMMANDS, n=1, cutoff=0.75)
    if near and " " not in first.strip():
        raise click.UsageError(
            f"There is no command {first!r}. Did you mean {near[0]!r}? "
            f"(To ask about the word itself: gcm-draft brief {first!r})",
            ctx,
        )
    return args


def debugging(ctx: click.Context) -> bool:
    """Whether --debug was given, before or after the command."""
    return bool(ctx.ensure_object(dict).get("debug"))


def _unexpected(error: Exception) -> GcmDraftError:
    if isinstance(error, OSError):
        what = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
        return GcmDraftError(f"{what}. Nothing was changed. Run again with --debug for details.")
    return GcmDraftError(
        f"Something unforeseen happened ({type(error).__name__}: {error}). "
        "Run again with --debug and report the output."
    )


@click.command(
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Example: gcm-draft "ethical recruitment"',
)
@click.version_option(__version__, prog_name="gcm-draft")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.option(
    "--corpus", "corpus_name", metavar="NAME", help="Which of your corpora to use (default: default)."
)
@click.option("--store", metavar="FOLDER|URL", help="Where the vector store is; a folder or a Chroma server.")
@click.pass_context
def program(ctx: click.Context, debug: bool, corpus_name: str | None, store: str | None) -> None:
    """Cited briefs on the Global Compact for Migration: every line verbatim, each with its page, offline.

    A bare question is a brief: gcm-draft "ethical recruitment"
    """
    state = ctx.ensure_object(dict)
    for name, value in (("debug", debug), ("corpus", corpus_name), ("store", store)):
        if value:
            state[name] = value
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
