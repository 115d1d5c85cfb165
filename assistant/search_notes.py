"""The project's own search notes: what a passage asks for, in plain English, French and Spanish.

They are indexed beside the passages they speak of and never shown as a quotation.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from assistant.errors import SourceError
from assistant.resources import shipped

if TYPE_CHECKING:
    from assistant.corpus import Corpus

_DEFAULT_DOCUMENT = "gfmd-thematic-recollection-2017"


def load_notes(corpus: Corpus) -> dict[str, tuple[str, ...]]:
    """Notes by passage id, each beginning with its language ("fr: ..."). Raises SourceError for unknown passages."""
    path = shipped("corpus") / "search_notes.toml"
    if not path.is_file():
        return {}
    record = tomllib.loads(path.read_text(encoding="utf-8"))
    notes = {
        key if "/" in key else f"{_DEFAULT_DOCUMENT}/{key}": tuple(
            f"{lang}: {text}" for lang, text in sorted(entry.items())
        )
        for key, entry in record.items()
    }
    unknown = sorted(set(notes) - set(corpus.passages))
    if unknown:
        raise SourceError(
            f"{path.name} speaks of passages that do not exist: {', '.join(unknown[:5])}. Correct the file."
        )
    return notes
