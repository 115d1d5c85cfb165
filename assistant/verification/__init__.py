"""Verification: given a note and the source files, and nothing else, says of every quotation if it stands.

``verify(note, corpus)`` gives the findings; ``check`` gives them with what was not checked and the
certificate's state. Reading order of the package: ``notes`` (files into paragraphs), ``quotations`` (what is
quoted and cited), ``compare`` (where words stand), ``judge`` (the verdict), ``check`` (the whole note),
``report``, ``annotate`` and ``pages`` (what is made of it), ``mutations`` and ``suite`` (planted errors).
"""

from __future__ import annotations

from assistant.model import Finding
from assistant.verification.check import Paraphrase, Report, check
from assistant.verification.compare import Readable
from assistant.verification.note import Note
from assistant.verification.notes import read_note, read_text

__all__ = ["Note", "Paraphrase", "Report", "check", "read_note", "read_text", "verify"]


def verify(note: Note, corpus: Readable) -> tuple[Finding, ...]:
    """A finding for every quotation, and for every citation that fits nothing, in the order of the note."""
    return check(note, corpus).findings
