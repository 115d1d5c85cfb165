"""The project's own search notes: what a passage asks for, in plain English, French and Spanish.

Beside each note stand wordings, in everyday words, and requests, in those of delegates, officials and experts: how
people who need the passage would ask for it (document expansion, Nogueira et al. 2019). All are indexed with the
passages they speak of and never shown as a quotation.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, TypeVar

from assistant.errors import SourceError
from assistant.model import SearchNote, SearchNotes
from assistant.resources import shipped

if TYPE_CHECKING:
    from assistant.corpus import Corpus

_FILES: dict[str, Collection[int] | None] = {
    "search_notes.toml": None,
    "search_wordings.toml": None,
    "search_requests.toml": (2, 6),
}
"""Which English lines of a file are embedded, from 0; None for all. Of the requests the question and the broader
matter say most for their length; the others are searched by their words. French and Spanish vectors
gained nothing (``docs/evaluation.md``)."""
T = TypeVar("T")
_DEFAULT_DOCUMENT = "gfmd-thematic-recollection-2017"


def load_notes(corpus: Corpus) -> SearchNotes:
    """The notes on each passage, then wordings, then requests. Raises SourceError for passages that do not exist."""
    notes: SearchNotes = {}
    for name, lines in _FILES.items():
        for passage, entry in _read(name, corpus).items():
            notes[passage] = (*notes.get(passage, ()), *_notes(entry, lines))
    return notes


def whole_ids(entries: dict[str, T]) -> dict[str, T]:
    """The same by whole passage ids; an id without a document is one of the Recollection."""
    return {i if "/" in i else f"{_DEFAULT_DOCUMENT}/{i}": entry for i, entry in entries.items()}


def _notes(entry: dict[str, list[str]], lines: Collection[int] | None) -> Iterator[SearchNote]:
    """A text by language; in English what is not embedded is a note of its own."""
    for language, texts in sorted(entry.items()):
        if language != "en" or lines is None:
            yield SearchNote(language, " ".join(texts), embedded=language == "en")
            continue
        for embedded in (True, False):
            chosen = [text for n, text in enumerate(texts) if (n in lines) == embedded]
            yield SearchNote(language, " ".join(chosen), embedded)


def _read(name: str, corpus: Corpus) -> dict[str, dict[str, list[str]]]:
    """One file: texts by language by passage id."""
    path = shipped("corpus") / name
    record = tomllib.loads(path.read_text(encoding="utf-8"))
    entries = {
        passage: {language: [text] if isinstance(text, str) else text for language, text in entry.items()}
        for passage, entry in whole_ids(record).items()
    }
    unknown = sorted(set(entries) - set(corpus.passages))
    if unknown:
        raise SourceError(
            f"{name} speaks of passages that do not exist: {', '.join(unknown[:5])}. Correct the file."
        )
    return entries
