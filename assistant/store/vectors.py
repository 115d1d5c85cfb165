"""Where vectors are kept: a Chroma collection, by the compiled engine, the Python client, or a server.

A local store is read and filled through chromadb's compiled engine itself, because importing the Python client
costs a second and 46 MB. That is confined to :class:`EngineVectors`, used only for the chromadb versions it was
tested with; any other version takes the public client, which does the same (held by test).
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import itertools
import json
import operator
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import StoreError

COLLECTION = "gcm-passages"
ENGINE_VERSIONS = ("1.5.",)
"""Prefixes of the chromadb versions whose compiled engine this module was tested with."""
_TENANT, _DATABASE = "default_tenant", "default_database"
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
_BATCH = 5_000
_PAGE = 1_000
"""Vectors fetched at a time: as Python's numbers each takes sixteen times the room."""

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
        """The cosine of every chunk to the nearest of these vectors, for a store of few; a server may miss some."""
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


def _neighbours(ids: list[list[str]], distances: list[list[float]]) -> list[list[Neighbour]]:
    found = []
    for row, far in zip(ids, distances, strict=True):
        near = sorted((i, round(1.0 - d, 6)) for i, d in zip(row, far, strict=True))
        near.sort(
            key=operator.itemgetter(1), reverse=True
        )  # keeps the order of ids where cosines are the same
        found.append(near)
    return found


class _Held:
    """All vectors of a small store, fetched when the first question comes: ids, and float64, (chunks, dimensions).

    In double precision the sums come out the same whatever they are computed with.
    """

    _ids: tuple[str, ...] | None = None
    _matrix: Any = None

    def _pages(self) -> Iterator[tuple[Sequence[str], Sequence[Sequence[float]]]]:
        """All ids and vectors, some at a time."""
        raise NotImplementedError

    def cosines(self, vectors: Sequence[Sequence[float]]) -> dict[str, float]:
        """See :class:`Vectors`."""
        import numpy as np

        if self._ids is None:
            ids: list[str] = []
            parts = []
            for some, rows in self._pages():
                ids += some
                flat = itertools.chain.from_iterable(rows)
                parts.append(np.fromiter(flat, np.float64, len(rows) * len(rows[0])).reshape(len(rows), -1))
            self._ids, self._matrix = tuple(ids), np.concatenate(parts) if parts else np.empty((0, 1))
        if not self._ids:
            return {}
        best = (np.asarray(vectors, dtype=np.float64) @ self._matrix.T).max(axis=0)
        return dict(zip(self._ids, best.round(6).tolist(), strict=True))


class EngineVectors(_Held):
    """A local store through ``chromadb_rust_bindings``, which opens in milliseconds.

    Every call is made as chromadb's own client makes it (``chromadb/api/rust.py``).
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not _installed_version().startswith(ENGINE_VERSIONS):
            raise _UntestedEngineError
        import chromadb_rust_bindings as engine

        mode = engine.MigrationMode
        config = engine.SqliteDBConfig(
            hash_type=engine.MigrationHash.MD5,
            migration_mode=mode.Apply if create else mode.Validate,
            url=str(path / "chroma.sqlite3"),
        )
        self._engine = engine.Bindings(
            allow_reset=False, sqlite_db_config=config, persist_path=str(path), hnsw_cache_size=16
        )
        self._path = path
        if create:
            settings = json.dumps({"hnsw": HNSW, "spann": None, "embedding_function": {"type": "legacy"}})
            self._engine.create_collection(COLLECTION, settings, None, None, True, _TENANT, _DATABASE)
        self._id = str(self._engine.get_collection(COLLECTION, _TENANT, _DATABASE).id)

    def query(
        self, vectors: Sequence[Sequence[float]], n: int, where: dict[str, Any] | None = None
    ) -> list[list[Neighbour]]:
        """See :class:`Vectors`."""
        filters = json.dumps(where) if where else None
        rows = [list(map(float, vector)) for vector in vectors]
        with self._guarded():
            found = self._engine.query(
                self._id, None, rows, n, filters, None, ["distances"], _TENANT, _DATABASE
            )
        return _neighbours(found.ids, found.distances)

    def vectors(self, ids: Sequence[str]) -> dict[str, list[float]]:
        """See :class:`Vectors`."""
        if not ids:
            return {}
        with self._guarded():
            got = self._engine.get(
                self._id, list(ids), None, None, 0, None, ["embeddings"], _TENANT, _DATABASE
            )
        return dict(zip(got.ids, got.embeddings, strict=True))

    def _pages(self) -> Iterator[tuple[Sequence[str], Sequence[Sequence[float]]]]:
        for start in range(0, self.count(), _PAGE):
            with self._guarded():
                got = self._engine.get(
                    self._id, None, None, _PAGE, start, None, ["embeddings"], _TENANT, _DATABASE
                )
            yield got.ids, got.embeddings

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """The engine raises its own, undocumented classes."""
        try:
            yield
        except Exception as error:
            raise StoreError(
                f"The vector store in {self._path} is damaged ({error}). "
                "Build it anew with: gcm-draft index build --force"
            ) from error

    def count(self) -> int:
        """See :class:`Vectors`."""
        return int(self._engine.count(self._id, _TENANT, _DATABASE))

    def add(self, rows: Sequence[Row]) -> None:
        """See :class:`LocalCollection`."""
        for ids, vectors, metadatas in _batches(rows):
            self._engine.add(ids, self._id, vectors, metadatas, None, None, _TENANT, _DATABASE)

    def delete(self, ids: Sequence[str]) -> None:
        """See :class:`LocalCollection`."""
        for start in range(0, len(ids), _BATCH):
            some = list(ids[start : start + _BATCH])
            self._engine.delete(self._id, some, None, None, None, _TENANT, _DATABASE)

    def synchronise_after(self, vectors: int) -> None:
        """See :class:`LocalCollection`."""
        settings = json.dumps({"hnsw": {"sync_threshold": vectors}})
        self._engine.update_collection(self._id, None, None, settings)

    def write_again(self, vectors: int) -> None:
        """See :class:`LocalCollection`."""
        some = self._engine.get(self._id, None, None, vectors, 0, None, ["embeddings"], _TENANT, _DATABASE)
        if some.ids:
            self._engine.update(self._id, some.ids, some.embeddings, None, None, None, _TENANT, _DATABASE)

    def close(self) -> None:
        """See :class:`LocalCollection`."""
        with contextlib.suppress(AttributeError):  # closed before
            del self._engine


def _batches(rows: Sequence[Row]) -> Iterator[tuple[list[str], list[Sequence[float]], list[Any]]]:
    """Ids, vectors and what can be filtered by, as many at a time as Chroma takes."""
    for start in range(0, len(rows), _BATCH):
        ids, vectors, metadatas = zip(*rows[start : start + _BATCH], strict=True)
        yield list(ids), list(vectors), list(metadatas)


class ClientVectors(_Held):
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
        return _neighbours(found["ids"], found["distances"])

    def vectors(self, ids: Sequence[str]) -> dict[str, list[float]]:
        """See :class:`Vectors`."""
        if not ids:
            return {}
        got = self.collection.get(ids=list(ids), include=["embeddings"])
        return {i: [float(x) for x in v] for i, v in zip(got["ids"], got["embeddings"], strict=True)}

    def _pages(self) -> Iterator[tuple[Sequence[str], Sequence[Sequence[float]]]]:
        for start in range(0, self.count(), _PAGE):
            got = self.collection.get(limit=_PAGE, offset=start, include=["embeddings"])
            yield got["ids"], got["embeddings"]

    def count(self) -> int:
        """See :class:`Vectors`."""
        return int(self.collection.count())

    def add(self, rows: Sequence[Row]) -> None:
        """See :class:`LocalCollection`."""
        for ids, vectors, metadatas in _batches(rows):
            self.collection.add(ids=ids, embeddings=vectors, metadatas=metadatas)

    def delete(self, ids: Sequence[str]) -> None:
        """See :class:`LocalCollection`."""
        for start in range(0, len(ids), _BATCH):
            self.collection.delete(ids=list(ids[start : start + _BATCH]))

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


def _installed_version() -> str:
    """The version of chromadb, read out of its source: asking the engine would import all of the client."""
    spec = importlib.util.find_spec("chromadb")
    if spec is None or spec.origin is None:
        return ""
    found = re.search(
        r'^__version__ = "([^"]+)"', Path(spec.origin).read_text(encoding="utf-8"), re.MULTILINE
    )
    return found[1] if found else ""


class _UntestedEngineError(Exception):
    """The compiled engine is of another version than those this module was tested with."""


def open_local(path: Path) -> Vectors:
    """A local store for reading. Raises StoreError if it cannot be opened."""
    if not (path / "chroma.sqlite3").is_file():
        raise StoreError(f"No vector store in {path}. Build it with: gcm-draft index build")
    try:
        return _open(path)
    except Exception as error:  # the engine raises its own, undocumented classes
        if not all(os.access(place, os.W_OK) for place in (path, path / "chroma.sqlite3")):
            return _open_copy(path)
        raise StoreError(
            f"The vector store in {path} cannot be read ({error}). Rebuild it with: gcm-draft index build"
        ) from error


def open_writable(path: Path, *, create: bool = False) -> LocalCollection:
    """A local collection for writing; what goes wrong is raised as Chroma raises it."""
    return _open(path, create=create)


def _open(path: Path, *, create: bool = False) -> LocalCollection:
    try:
        return EngineVectors(path, create=create)
    except (_UntestedEngineError, ModuleNotFoundError, AttributeError, TypeError):
        return ClientVectors(local_client(path), create=create)


def _open_copy(path: Path) -> Vectors:
    """A store in a folder that cannot be written to: Chroma writes even to read, so a copy."""
    folder = Path(tempfile.mkdtemp(prefix="gcm-draft-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        copy = Path(shutil.copytree(path, folder / "chroma"))
        for part in (copy, *copy.rglob("*")):  # the copy has its modes too
            part.chmod(part.stat().st_mode | stat.S_IWUSR)
        return _open(copy)
    except Exception as error:
        raise StoreError(f"The vector store in {path} cannot be read ({error}).") from error
