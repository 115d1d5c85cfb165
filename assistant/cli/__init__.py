"""The command line: parses, calls the library, prints. Nothing is decided here."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``gcm-draft``; the program's entry point."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Quotation marks must survive a pipe whatever the locale; a terminal shows what it can.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    from assistant.cli.group import program

    program(prog_name="gcm-draft")
