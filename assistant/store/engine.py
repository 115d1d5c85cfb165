"""A local store through chromadb's compiled engine itself, and the choice between it and the public client.

Importing the Python client costs a second and 46 MB. What is known of the engine is confined to this file and used only
for the chromadb versions it was tested with; any other version takes the client, which does the same (held by test).
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import StoreError
from assistant.store.vectors import (
    BATCH,
    COLLECTION,
    HNSW,
    PAGE,
    ClientVectors,
    Held,
    LocalCollection,
    Neighbour,
    Row,
    Vectors,
    batches,
    local_client,
    neighbours,
)

ENGINE_VERSIONS = ("1.5.",)
"""Prefixes of the chromadb versions whose compiled engine this module was tested with."""
_TENANT, _DATABASE = "default_tenant", "default_database"


class EngineVectors(Held):
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
        return neighbours(found.ids, found.distances)

    def vectors(self, ids: Sequence[str]) -> dict[str, list[float]]:
        """See :class:`Vectors`."""
        if not ids:
            return {}
        with self._guarded():
            got = self._engine.get(
                self._id, list(ids), None, None, 0, None, ["embeddings"], _TENANT, _DATABASE
            )
        return dict(zip(got.ids, got.embeddings, strict=True))

    def _page(self, start: int) -> tuple[Sequence[str], Sequence[Sequence[float]]]:
        with self._guarded():
            got = self._engine.get(
                self._id, None, None, PAGE, start, None, ["embeddings"], _TENANT, _DATABASE
            )
        return got.ids, got.embeddings

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
        for ids, vectors, metadatas in batches(rows):
            self._engine.add(ids, self._id, vectors, metadatas, None, None, _TENANT, _DATABASE)

    def delete(self, ids: Sequence[str]) -> None:
        """See :class:`LocalCollection`."""
        for start in range(0, len(ids), BATCH):
            some = list(ids[start : start + BATCH])
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
