"""The command line: parses, calls the library, prints. Nothing is decided here."""

from __future__ import annotations

import gc
import os
import sys

_SELDOM = 50_000
"""Objects made between two searches for cycles: a question makes few cycles, and each search costs milliseconds."""


def main() -> None:
    """Run ``gcm-draft``; the program's entry point."""
    gc.set_threshold(_SELDOM)
    # Nothing here multiplies matrices large enough to be shared out, and starting the threads takes time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Quotation marks must survive a pipe whatever the locale; a terminal shows what it can.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    from assistant.cli.group import program

    try:
        program(prog_name="gcm-draft")
    finally:
        gc.freeze()  # the process ends: what lives is not searched for cycles once more
