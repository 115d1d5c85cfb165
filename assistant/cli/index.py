"""``gcm-draft index``: build the vector store, or say what is in it."""

from __future__ import annotations

import click

from assistant.cli import common


@click.group("index", epilog="Example: gcm-draft index status")
def command() -> None:
    """Build the vector store, or say what is in it."""


@command.command("build", epilog="Example: gcm-draft index build --force")
@click.option("--force", is_flag=True, help="Build it anew even if it is current.")
@click.option(
    "--break-lock", is_flag=True, help="On a Chroma server: first remove the lock of a writer that has died."
)
@common.everywhere
def build(force: bool, break_lock: bool) -> None:
    """Build the store if it is missing, stale or damaged.

    Vectors of texts already embedded are taken over, also from a run that was broken off; --force embeds
    everything anew.
    """
    library = common.open_library()
    if break_lock and library.workspace.server:
        from assistant.store import server

        server.break_lock(library.workspace)
    built = library.build_index(force=force)
    click.echo("Built." if built else "The store is current already.")


@command.command("status", epilog="Example: gcm-draft index status --format json")
@common.text_or_json
@common.everywhere
def status(fmt: str) -> None:
    """What is in the store, built from which corpus by which embedder, and whether it is current."""
    found = common.open_library().index_status()
    if fmt == "json":
        common.write_json(found)
        return
    for key, value in found.items():
        shown = "; ".join(value) if isinstance(value, list) else value
        click.echo(f"{key.replace('_', ' '):>15}: {shown}")
