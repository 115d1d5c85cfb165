"""The project's own search notes: what a passage asks for, in plain English, French and Spanish.

Beside each note stand wordings, in everyday words, and requests, in those of delegates, officials and experts: how
people who need the passage would ask for it (document expansion, Nogueira et al. 2019). All are indexed with the
passages they speak of and never shown as a quotation.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from assistant.errors import SourceError
from assistant.resources import shipped

if TYPE_CHECKING:
    from assistant.corpus import Corpus

_FILES = ("search_notes.toml", "search_wordings.toml", "search_requests.toml")
_DEFAULT_DOCUMENT = "gfmd-thematic-recollection-2017"


def load_notes(corpus: Corpus) -> dict[str, tuple[str, ...]]:
    """Notes by passage id, then wordings and requests, each beginning with its language ("fr: ...").

    Raises SourceError for passages that do not exist.
    """
    notes: dict[str, tuple[str, ...]] = {}
    for name in _FILES:
        for passage, entry in _read(name, corpus).items():
            notes[passage] = (*notes.get(passage, ()), *(f"{lang}: {entry[lang]}" for lang in sorted(entry)))
    return notes


def _read(name: str, corpus: Corpus) -> dict[str, dict[str, str]]:
    """One file: a text by language by passage id; several lines of a language are one text."""
    path = shipped("corpus") / name
    record = tomllib.loads(path.read_text(encoding="utf-8"))
    entries = {
        key if "/" in key else f"{_DEFAULT_DOCUMENT}/{key}": {
            lang: text if isinstance(text, str) else " ".join(text) for lang, text in entry.items()
        }
        for key, entry in record.items()
    }
    unknown = sorted(set(entries) - set(corpus.passages))
    if unknown:
        raise SourceError(
            f"{name} speaks of passages that do not exist: {', '.join(unknown[:5])}. Correct the file."
        )
    return entries
