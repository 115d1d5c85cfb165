"""Long passages into token-bounded chunks, each still knowing its passage and span.

The splitting itself is llama-index's ``SentenceSplitter`` with the embedder's own tokenizer; this module
adds what it does not keep: the exact offsets of each chunk, and the two views that are embedded (the text,
and the project's search note on it).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TYPE_CHECKING, Any

from assistant.errors import SourceError
from assistant.model import Chunk, Passage, SearchNotes

if TYPE_CHECKING:
    from assistant.embeddings import Embedder

SPECIAL_TOKENS = 2
"""[CLS] and [SEP], which every embedded text carries."""
NOT_EMBEDDED = ("footnote", "focus area", "front", "contents")
"""Topics of passages that are citable but no answer to a question; mappings repeat the options they cite."""
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+(?=\S)")


def sentences(text: str) -> list[str]:
    """Sentences and clauses with their trailing white space, so that they join to ``text`` again.

    Replaces the splitter's default, which reads NLTK data files; those are refused where a package manager
    installs by hard links.
    """
    edges = [0, *(m.end() for m in _SENTENCE.finditer(text)), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges) if a < b]


def make_splitter(embedder: Embedder) -> Any:
    """llama-index's sentence splitter, bounded so that text and special tokens fit the model."""
    from llama_index.core.node_parser import SentenceSplitter

    return SentenceSplitter(
        chunk_size=embedder.max_tokens - SPECIAL_TOKENS,
        chunk_overlap=0,
        tokenizer=embedder.token_offsets,
        chunking_tokenizer_fn=sentences,
    )


def split(text: str, splitter: Any, tokens: Callable[[str], Sized]) -> list[tuple[int, int]]:
    """Half-open offsets of the chunks of ``text``, in order, covering every non-white character once.

    Raises SourceError if a chunk is not an exact piece of the text (it would not be citable).
    """
    if len(tokens(text)) <= splitter.chunk_size:
        return [(0, len(text))]
    spans: list[tuple[int, int]] = []
    position = 0
    for piece in splitter.split_text(text):
        start = text.find(piece, position)
        if start < 0:
            raise SourceError(f"A chunk is not a piece of its passage: {piece[:60]!r}. Please report this.")
        position = start + len(piece)
        spans.append((start, position))
    return spans


def chunks(passages: Iterable[Passage], embedder: Embedder, notes: SearchNotes) -> Iterator[Chunk]:
    """The chunks of each passage, passage by passage; never one over two passages.

    ``notes`` are the project's own, embedded beside the passage and never shown as a quotation.
    """
    splitter = make_splitter(embedder)
    for passage in passages:
        if passage.topic in NOT_EMBEDDED or passage.kind == "mapping":
            continue
        for start, end in split(passage.text, splitter, embedder.token_offsets):
            text = passage.text[start:end]
            yield Chunk(f"{passage.id}#{start}-{end}|text", passage.id, start, end, "text", text)
        embedded = (note.text for note in notes.get(passage.id, ()) if note.embedded)
        for number, text in enumerate(embedded, start=1):
            yield Chunk(f"{passage.id}#{number}|note", passage.id, 0, len(passage.text), "note", text)
