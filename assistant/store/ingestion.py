"""Filling the store: passages -> chunks -> vectors -> Chroma, through a llama-index ingestion pipeline."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.chunking import chunks as make_chunks
from assistant.model import Chunk, Passage, Source
from assistant.store import Identity, Store, new_generation, open_store, writing
from assistant.store.catalogue import Catalogue
from assistant.store.vectors import ClientVectors, local_client

if TYPE_CHECKING:
    from assistant.embeddings import Embedder

BATCH = 256
"""Passages embedded and written at a time; memory stays flat whatever the size of a document."""

Progress = Callable[[int], None]
"""Called with the number of passages done since the last call."""
Notes = dict[str, tuple[str, ...]]


def _batches(passages: Iterable[Passage], size: int) -> Iterator[list[Passage]]:
    remaining = iter(passages)
    while batch := list(itertools.islice(remaining, size)):
        yield batch


def make_pipeline(embedder: Embedder, collection: Any) -> Any:
    """A llama-index pipeline that embeds nodes with our embedder and adds them to a Chroma collection."""
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from assistant.integrations.embedding import EmbedderAdapter

    return IngestionPipeline(
        transformations=[EmbedderAdapter(embedder=embedder)],
        vector_store=ChromaVectorStore(chroma_collection=collection),
        disable_cache=True,
    )


def _nodes(batch: list[Chunk], kinds: dict[str, Passage]) -> list[Any]:
    from llama_index.core.schema import TextNode

    return [
        TextNode(
            id_=c.id,
            text=c.embedded,
            metadata={
                "passage": c.passage_id,
                "document": kinds[c.passage_id].document,
                "kind": kinds[c.passage_id].kind,
                "cluster": kinds[c.passage_id].cluster or 0,
                "view": c.view,
                "start": c.start,
                "end": c.end,
            },
        )
        for c in batch
    ]


def write_source(
    source: Source, catalogue: Catalogue, pipeline: Any, embedder: Embedder, notes: Notes, progress: Progress
) -> None:
    """Enter one document into catalogue and vector store; the caller commits the catalogue."""
    catalogue.add_document(source.document)
    for batch in _batches(source.passages, BATCH):
        made = list(make_chunks(batch, embedder, notes))
        catalogue.add_passages(batch, notes)
        catalogue.add_chunks(made)
        pipeline.run(nodes=_nodes(made, {p.id: p for p in batch}), show_progress=False)
        progress(len(batch))


def build(
    root: Path,
    sources: Iterable[Source],
    embedder: Embedder,
    identity: Identity,
    *,
    notes: Notes | None = None,
    extras: dict[str, str] | None = None,
    force: bool = False,
    progress: Progress = lambda _: None,
) -> Store:
    """Build the store in ``root`` unless it is current already, and open it.

    Of two processes that build at the same time one builds and the other finds the result.
    Raises StoreError if the folder cannot be written to.
    """
    with writing(root):
        if not force and is_current(root, identity):
            return open_store(root)
        with new_generation(root) as folder:
            client = ClientVectors(local_client(folder / "chroma"), create=True)
            with Catalogue(folder / "catalogue.sqlite3", create=True) as catalogue:
                pipeline = make_pipeline(embedder, client.collection)
                for source in sources:
                    write_source(source, catalogue, pipeline, embedder, notes or {}, progress)
                for key, value in (extras or {}).items():
                    catalogue.set_extra(key, value)
                catalogue.measure()
                catalogue.set_meta(identity.as_meta())
                catalogue.commit()
            client.close()
        return open_store(root)


def is_current(root: Path, identity: Identity) -> bool:
    """Whether there is a sound store in ``root`` built from exactly this."""
    from assistant.errors import StoreError

    try:
        store = open_store(root)
    except StoreError:
        return False
    try:
        return not identity.differences(store.catalogue.meta)
    finally:
        store.close()
