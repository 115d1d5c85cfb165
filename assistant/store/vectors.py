"""Where vectors are kept, as its readers and writers see it, and a Chroma collection by the public Python client.

The client serves a server, and a local store where the compiled engine (:mod:`assistant.store.engine`) is of a
version that was not tested; both do the same (held by test).
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

COLLECTION = "gcm-passages"
SYNC = 100
"""Vectors that may wait outside the graph on disk. Chroma's default of 1,000 leaves all of a small store
waiting, and every opening then builds the graph anew (0.18 s instead of 0.03 s of processor time for 769 vectors)."""
HNSW = {
    "space": "cosine",
    "ef_construction": 200,
    "ef_search": 200,
    "max_neighbors": 32,
    "sync_threshold": SYNC,
    "batch_size": SYNC,
}
"""The graph of neighbours of every collection."""
BATCH = 5_000
PAGE = 1_000
"""Vectors fetched at a time: as Python's numbers each takes sixteen times the room."""

_FEW = 2
"""Vectors that the graph is asked for one by one."""

Neighbour = tuple[str, float]
"""A chunk id and its cosine similarity to the question, in [-1, 1]."""
Row = tuple[str, Sequence[float], Mapping[str, str | int]]
"""A chunk to enter: its id, its vector, and what it can be filtered by."""


class Vectors(Protocol):
    """What retrieval needs of a vector store: all that is open to the readers of one."""

    def query(
        self, vectors: Sequence[Sequence[float]], n: int, where: dict[str, Any] | None = None
    ) -> list[list[Neighbour]]:
        """For each vector its ``n`` nearest chunks, nearest first, ties by id; fewer if there are fewer."""
        ...

    def cosines(self, vectors: Sequence[Sequence[float]]) -> dict[str, float]:
        """The cosine of every chunk to the nearest of these vectors, for a store of few; the graph may miss some."""
        ...

    def vectors(self, ids: Sequence[str]) -> dict[str, list[float]]:
        """The stored vectors of these chunks; unknown ids are left out."""
        ...

    def count(self) -> int:
        """How many chunks there are."""
        ...


class LocalCollection(Vectors, Protocol):
    """What filling a local store needs of its collection."""

    def add(self, rows: Sequence[Row]) -> None:
        """Enter chunks; their texts are in the catalogue."""
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Remove these chunks; unknown ids are ignored."""
        ...

    def synchronise_after(self, vectors: int) -> None:
        """How many may wait outside the graph on disk; Chroma heeds it only in a collection opened anew."""
        ...

    def write_again(self, vectors: int) -> None:
        """Write so many of those that are there once more, as they are."""
        ...

    def close(self) -> None:
        """Let go of the store's files, so that they can be moved or deleted."""
        ...


def neighbours(ids: list[list[str]], distances: list[list[float]]) -> list[list[Neighbour]]:
    """What Chroma answers, as cosines instead of distances and in a fixed order."""
    found = []
    for row, far in zip(ids, distances, strict=True):
        near = sorted((i, round(1.0 - d, 6)) for i, d in zip(row, far, strict=True))
        near.sort(key=operator.itemgetter(1), reverse=True)  # where cosines are the same, still by id
        found.append(near)
    return found


def nearest_of(rows: Sequence[Sequence[Neighbour]]) -> dict[str, float]:
    """The best cosine of each chunk over several searches."""
    best: dict[str, float] = dict(rows[0])
    for row in rows[1:]:
        for chunk, cosine in row:
            if cosine > best.get(chunk, -1.0):
                best[chunk] = cosine
    return best


class Held:
    """Comparing a small store's vectors with a few by the graph, with more by one product over all of them.

    Fetching all takes as long as six searches of the graph, once a process. Which way is taken depends on nothing but
    the number asked for, since the two may differ in the seventh digit.
    """

    _ids: tuple[str, ...] | None = None
    _matrix: Any = None
    """float64, (chunks, dimensions)."""

    def _page(self, start: int) -> tuple[Sequence[str], Sequence[Sequence[float]]]:
        """Ids and vectors of ``PAGE`` chunks from this one on; fewer at the end."""
        raise NotImplementedError

    def query(
        self, vectors: Sequence[Sequence[float]], n: int, where: dict[str, Any] | None = None
    ) -> list[list[Neighbour]]:
        """See :class:`Vectors`."""
        raise NotImplementedError

    def count(self) -> int:
        """See :class:`Vectors`."""
        raise NotImplementedError

    def cosines(self, vectors: Sequence[Sequence[float]]) -> dict[str, float]:
        """See :class:`Vectors`."""
        if len(vectors) <= _FEW:
            return nearest_of(self.query(vectors, self.count()))
        import numpy as np

        if self._ids is None:
            ids: list[str] = []
            packed: list[bytes] = []  # twice as fast as numpy's own way
            while len(ids) % PAGE == 0:
                some, rows = self._page(len(ids))
                if not some:
                    break
                ids += some
                packed += (struct.pack(f"{len(row)}d", *row) for row in rows)
            self._ids = tuple(ids)
            self._matrix = np.frombuffer(b"".join(packed), np.float64).reshape(len(ids), -1) if ids else None
        if not self._ids:
            return {}
        best = (np.asarray(vectors, dtype=np.float64) @ self._matrix.T).max(axis=0)
        return dict(zip(self._ids, best.round(6).tolist(), strict=True))


def batches(rows: Sequence[Row]) -> Iterator[tuple[list[str], list[Sequence[float]], list[Any]]]:
    """Ids, vectors and what can be filtered by, as many at a time as Chroma takes."""
    for start in range(0, len(rows), BATCH):
        ids, vectors, metadatas = zip(*rows[start : start + BATCH], strict=True)
        yield list(ids), list(vectors), list(metadatas)


class ClientVectors(Held):
    """Any store through chromadb's public Python client."""

    def __init__(self, client: Any, *, create: bool = False, name: str = COLLECTION) -> None:
        self._client = client
        if create:
            self.collection = client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": HNSW}
            )
        else:
            self.collection = client.get_collection(name, embedding_function=None)

    def query(
        self, vectors: Sequence[Sequence[float]], n: int, where: dict[str, Any] | None = None
    ) -> list[list[Neighbour]]:
        """See :class:`Vectors`."""
        rows = [list(map(float, vector)) for vector in vectors]
        found = self.collection.query(query_embeddings=rows, n_results=n, where=where, include=["distances"])
        return neighbours(found["ids"], found["distances"])

    def vectors(self, ids: Sequence[str]) -> dict[str, list[float]]:
        """See :class:`Vectors`."""
        if not ids:
            return {}
        got = self.collection.get(ids=list(ids), include=["embeddings"])
        return {i: [float(x) for x in v] for i, v in zip(got["ids"], got["embeddings"], strict=True)}

    def _page(self, start: int) -> tuple[Sequence[str], Sequence[Sequence[float]]]:
        got = self.collection.get(limit=PAGE, offset=start, include=["embeddings"])
        return got["ids"], got["embeddings"]

    def count(self) -> int:
        """See :class:`Vectors`."""
        return int(self.collection.count())

    def add(self, rows: Sequence[Row]) -> None:
        """See :class:`LocalCollection`."""
        for ids, vectors, metadatas in batches(rows):
            self.collection.add(ids=ids, embeddings=vectors, metadatas=metadatas)

    def delete(self, ids: Sequence[str]) -> None:
        """See :class:`LocalCollection`."""
        for start in range(0, len(ids), BATCH):
            self.collection.delete(ids=list(ids[start : start + BATCH]))

    def synchronise_after(self, vectors: int) -> None:
        """See :class:`LocalCollection`."""
        self.collection.modify(configuration={"hnsw": {"sync_threshold": vectors}})

    def write_again(self, vectors: int) -> None:
        """See :class:`LocalCollection`."""
        some = self.collection.get(limit=vectors, include=["embeddings"])
        if some["ids"]:
            self.collection.update(ids=some["ids"], embeddings=some["embeddings"])

    def close(self) -> None:
        """See :class:`LocalCollection`."""
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


def local_client(path: Path) -> Any:
    """Chromadb's client on a folder; telemetry off, nothing leaves the machine."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(path), settings=Settings(anonymized_telemetry=False))
