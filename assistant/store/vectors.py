"""Where vectors are kept: a Chroma collection, by the compiled engine, the Python client, or a server.

Reading a local store goes straight to chromadb's compiled engine, because importing the Python client costs
a second. That is confined to :class:`EngineVectors`, used only for the chromadb versions it was tested with;
any other version takes the public client, which answers identically (held by test).
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
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

Neighbour = tuple[str, float]
"""A chunk id and its cosine similarity to the question, in [-1, 1]."""
Row = tuple[str, Sequence[float], Mapping[str, str | int]]
"""A chunk to enter: its id, its vector, and what it can be filtered by."""


class Vectors(Protocol):
    """What retrieval needs of a vector store."""

    def query(
        self, vectors: Sequence[Sequence[float]], n: int, where: dict[str, Any] | None = None
    ) -> list[list[Neighbour]]:
        """For each vector its ``n`` nearest chunks, nearest first, ties by id; fewer if there are fewer."""
        ...

    def vectors(self, ids: Sequence[str]) -> dict[str, list[float]]:
        """The stored vectors of these chunks; unknown ids are left out."""
        ...

    def count(self) -> int:
        """How many chunks there are."""
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


class EngineVectors:
    """A local store read through ``chromadb_rust_bindings``: opens in milliseconds, reads only."""

    def __init__(self, path: Path) -> None:
        if not _installed_version().startswith(ENGINE_VERSIONS):
            raise _UntestedEngineError
        import chromadb_rust_bindings as engine

        config = engine.SqliteDBConfig(
            hash_type=engine.MigrationHash.MD5,
            migration_mode=engine.MigrationMode.Validate,
            url=str(path / "chroma.sqlite3"),
        )
        self._engine = engine.Bindings(
            allow_reset=False, sqlite_db_config=config, persist_path=str(path), hnsw_cache_size=16
        )
        self._path = path
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


class ClientVectors:
    """Any store through chromadb's public Python client; the only way to write."""

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

    def count(self) -> int:
        """See :class:`Vectors`."""
        return int(self.collection.count())

    def add(self, rows: Sequence[Row]) -> None:
        """Enter chunks; their texts are in the catalogue."""
        for start in range(0, len(rows), _BATCH):
            ids, vectors, metadatas = zip(*rows[start : start + _BATCH], strict=True)
            self.collection.add(ids=list(ids), embeddings=list(vectors), metadatas=list(metadatas))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove these chunks; unknown ids are ignored."""
        for start in range(0, len(ids), _BATCH):
            self.collection.delete(ids=list(ids[start : start + _BATCH]))

    def settle(self) -> None:
        """Have everything that was added in its lasting place, so that the next opening is quick."""

    def close(self) -> None:
        """Let go of the store's files, so that they can be moved or deleted."""
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


def _open(path: Path) -> Vectors:
    try:
        return EngineVectors(path)
    except (_UntestedEngineError, ModuleNotFoundError, AttributeError, TypeError):
        return ClientVectors(local_client(path))


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
