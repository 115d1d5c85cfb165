"""The user's defaults as click's ``default_map``: what a command takes where the command line is silent."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from assistant import resources

BINARY = ("docx", "odt", "pdf")


def default_map(args: list[str]) -> dict[str, Any] | None:
    """The map for one call with these arguments; None where nothing is set.

    Nothing is read where the user asks for help or is about to correct the settings themselves.
    """
    first = next((arg for arg in args if not arg.startswith("-")), None)
    if first == "config" or {"--help", "-h", "--version"} & set(args[:2]):
        return None
    if not (resources.config_dir() / "config.toml").is_file() and not any(
        name in os.environ for name in _VARIABLES
    ):
        return None
    from assistant import configuration

    found = {name: s.value for name, s in configuration.settings().items() if s.origin != "default"}
    brief: dict[str, Any] = {key: found[name] for name, key in _BRIEF.items() if name in found}
    batch: dict[str, Any] = {key: found[name] for name, key in _BATCH.items() if name in found}
    if "format" in found:
        brief["fmt"] = _format(str(found["format"]))
        batch["formats"] = [found["format"]]
    top = {key: found[name] for name, key in (("corpus", "corpus_name"), ("store", "store")) if name in found}
    matrix = {key: found[name] for name, key in _MATRIX.items() if name in found}
    return {**top, "brief": brief, "batch": batch, "matrix": matrix}


_VARIABLES = tuple(
    f"GCM_DRAFT_{name}" for name in ("TEMPLATE", "FORMAT", "LIMIT", "LANG", "MAX_TOKENS", "CORPUS", "STORE")
)
"""Named here as well as in :mod:`assistant.configuration`, so that this need not be loaded to find none set."""
_BRIEF = {"template": "template", "limit": "limit", "lang": "lang", "max_tokens": "max_tokens"}
_BATCH = {"limit": "limit", "lang": "lang"}
_MATRIX = {"lang": "lang"}
"""Settings and the options they stand for. A batch of objectives has a template of its own."""


def _format(name: str) -> Any:
    """The format of a brief, unless -o names a file (its ending decides) or the brief goes to the screen."""

    def choose() -> str | None:
        output = click.get_current_context().params.get("output")
        if output not in (None, "-"):
            return None
        return None if sys.stdout.isatty() or click.get_current_context().params.get("to_clipboard") else name

    return choose
