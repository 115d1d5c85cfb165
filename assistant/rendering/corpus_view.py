"""What rendering needs of a corpus: documents and their texts, by id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from assistant.model import Document, Passage, Source


class CorpusView(Protocol):
    """Anything with the sources read, by document id (``assistant.corpus.Corpus`` is one)."""

    @property
    def sources(self) -> Mapping[str, Source]:
        """The documents read, by id."""
        ...


def document_of(corpus: CorpusView | None, document: str) -> Document | None:
    """The document's description, or None without a corpus or for a document no longer in it."""
    source = corpus.sources.get(document) if corpus is not None else None
    return source.document if source is not None else None


def passage_of(corpus: CorpusView | None, document: str, passage: str) -> Passage | None:
    """The passage by id, or None without a corpus or for a passage no longer in it."""
    source = corpus.sources.get(document) if corpus is not None else None
    if source is None:
        return None
    return next((found for found in source.passages if found.id == passage), None)
