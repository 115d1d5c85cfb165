"""What llama-index does when nothing is set: the pipeline that this program is compared with."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from assistant.errors import SourceError

if TYPE_CHECKING:
    from assistant.embeddings import Embedder

CHUNK_SIZE, CHUNK_OVERLAP, TOP_K = 1024, 20, 5
"""llama-index's own chunk size and overlap in tokens, written out; 5 chunks instead of its default of 2."""


_SENTENCE = re.compile(r"(?<=[.!?;:])\s+(?=\S)")


def _sentences(text: str) -> list[str]:
    """Sentences and clauses with their trailing white space, so that they join to ``text`` again.

    Replaces the splitter's default, which reads NLTK data files; those are refused where a package manager
    installs by hard links. It differs at abbreviations only.
    """
    edges = [0, *(m.end() for m in _SENTENCE.finditer(text)), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges) if a < b]


def default_index(texts: Mapping[str, str], embedder: Embedder, vector_store: Any = None) -> Any:
    """A ``VectorStoreIndex`` over whole documents, in memory or in the vector store given."""
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter

    from assistant.integrations.llama_embedding import EmbedderAdapter

    splitter = SentenceSplitter(
        chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP, chunking_tokenizer_fn=_sentences
    )
    storage = StorageContext.from_defaults(vector_store=vector_store) if vector_store is not None else None
    return VectorStoreIndex.from_documents(
        [Document(text=text, id_=name) for name, text in texts.items()],
        storage_context=storage,
        transformations=[splitter],
        embed_model=EmbedderAdapter(embedder=embedder),
    )


def default_retriever(
    texts: Mapping[str, str], embedder: Embedder
) -> Callable[[str], list[tuple[str, int, int]]]:
    """A function from a question to its best chunks: document, start and end in its text, half-open."""
    retriever = default_index(texts, embedder).as_retriever(similarity_top_k=TOP_K)

    def retrieve(question: str) -> list[tuple[str, int, int]]:
        return [_place(found.node, texts) for found in retriever.retrieve(question)]

    return retrieve


def _place(node: Any, texts: Mapping[str, str]) -> tuple[str, int, int]:
    document, start, end = str(node.ref_doc_id), node.start_char_idx, node.end_char_idx
    if start is None or texts[document][start:end] != node.text:
        raise SourceError(
            f"A chunk of {document} is not a piece of it: {node.text[:60]!r}. Please report this."
        )
    return document, int(start), int(end)
