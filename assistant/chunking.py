"""Long passages into token-bounded chunks, each still knowing its passage and span.

The splitting itself is semantic-text-splitter's, at the largest unit of the text that fits (paragraph, sentence,
word), measured by the embedder's own tokenizer; this module adds the two views that are embedded (the text, and the
project's search notes on it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from assistant.errors import SourceError
from assistant.model import Chunk, Passage, SearchNotes

if TYPE_CHECKING:
    from assistant.embeddings import Embedder

NOT_EMBEDDED = ("footnote", "focus area", "front", "contents")
"""Topics of passages that are citable but no answer to a question; mappings repeat the options they cite."""


def split(text: str, capacity: int, tokens: Callable[[str], int]) -> list[tuple[int, int]]:
    """Half-open offsets of the chunks of ``text``, in order, covering every non-white character once.

    None has more than ``capacity`` tokens as ``tokens`` counts them. Raises SourceError if a chunk is not an exact
    piece of the text (it would not be citable).
    """
    if tokens(text) <= capacity:
        return [(0, len(text))]
    from semantic_text_splitter import TextSplitter

    splitter = TextSplitter.from_callback(tokens, capacity)
    spans = []
    for start, piece in splitter.chunk_indices(text):
        if text[start : start + len(piece)] != piece:
            raise SourceError(f"A chunk is not a piece of its passage: {piece[:60]!r}. Please report this.")
        spans.append((start, start + len(piece)))
    return spans


def chunks(passages: Iterable[Passage], embedder: Embedder, notes: SearchNotes) -> Iterator[Chunk]:
    """The chunks of each passage, passage by passage; never one over two passages.

    ``notes`` are the project's own, embedded beside the passage and never shown as a quotation.
    """
    for passage in passages:
        if passage.topic in NOT_EMBEDDED or passage.kind == "mapping":
            continue
        for start, end in split(passage.text, embedder.max_tokens, embedder.count_tokens):
            text = passage.text[start:end]
            yield Chunk(f"{passage.id}#{start}-{end}|text", passage.id, start, end, "text", text)
        embedded = (note.text for note in notes.get(passage.id, ()) if note.embedded)
        for number, text in enumerate(embedded, start=1):
            yield Chunk(f"{passage.id}#{number}|note", passage.id, 0, len(passage.text), "note", text)
