"""What is in the vector store, built from which corpus by which embedder; a stale one is refused.

A store is a folder with generations, of which the file ``CURRENT`` names one. A build makes a new generation
beside the old and switches the name in one step, so that whatever happens there is one whole store. Adding a
document to a store is one transaction of its catalogue (see :mod:`assistant.store.catalogue`).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import StoreError
from assistant.store.catalogue import Catalogue
from assistant.store.vectors import Vectors, open_local

if TYPE_CHECKING:
    from filelock import BaseFileLock

INDEX_VERSION = "1"
"""Raised whenever what is indexed, or how, changes; an older store is then built anew."""
_LOCK_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Identity:
    """What a store must have been built from to be current."""

    corpus_sha256: str
    embedder: str
    notes_sha256: str
    index_version: str = INDEX_VERSION

    def as_meta(self) -> dict[str, str]:
        """The form in which the catalogue records it."""
        return {name: getattr(self, name) for name in self.__slots__}

    def differences(self, meta: dict[str, str]) -> list[str]:
        """What differs from a store's record, one phrase each, for people."""
        named = {"corpus_sha256": "corpus", "embedder": "embedder", "notes_sha256": "search notes"}
        return [
            f"{named.get(key, 'index version')}: built from {meta.get(key, 'nothing')[:40]}, needed {value[:40]}"
            for key, value in self.as_meta().items()
            if meta.get(key) != value
        ]


@dataclass(frozen=True, slots=True)
class Store:
    """A store open for reading."""

    path: Path
    catalogue: Catalogue
    vectors: Vectors

    def close(self) -> None:
        """Close the catalogue's file."""
        self.catalogue.close()


def current_generation(root: Path) -> Path | None:
    """The folder of the store's current generation, or None if there is no store yet."""
    try:
        name = (root / "CURRENT").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"The store in {root} cannot be read ({error}). Rebuild it: gcm-draft index build") from error
    folder = root / name
    return folder if name and folder.is_dir() else None


def open_store(root: Path) -> Store:
    """The store as it is. Raises StoreError if there is none or it is damaged or from a newer program."""
    folder = current_generation(root)
    if folder is None:
        raise StoreError(f"There is no store in {root} yet. Build it with: gcm-draft index build")
    catalogue = Catalogue(folder / "catalogue.sqlite3")
    version = catalogue.meta.get("index_version", "0")
    if not version.isdigit() or int(version) > int(INDEX_VERSION):
        catalogue.close()
        raise StoreError(
            f"The store in {root} has index version {version}; this program writes version {INDEX_VERSION}. "
            "Update gcm-draft, or build the store anew with: gcm-draft index build --force"
        )
    try:
        vectors = open_local(folder / "chroma")
    except StoreError:
        catalogue.close()
        raise
    return Store(folder, catalogue, vectors)


@contextlib.contextmanager
def writing(root: Path) -> Iterator[BaseFileLock]:
    """Hold the store's lock, waiting for another process that writes."""
    from filelock import FileLock, Timeout

    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / "lock", timeout=_LOCK_SECONDS)
        with lock:
            yield lock
    except Timeout as error:
        raise StoreError(
            f"Another gcm-draft has been writing to {root} for {_LOCK_SECONDS // 60} minutes. "
            "Wait for it or stop it, then try again."
        ) from error
    except PermissionError as error:
        raise StoreError(
            f"The store's folder {root} cannot be written to ({error.strerror}). "
            "Choose another with --store FOLDER or the environment variable GCM_DRAFT_STORE."
        ) from error


@contextlib.contextmanager
def new_generation(root: Path) -> Iterator[Path]:
    """A folder for a new generation; on success it becomes current, on any error it is removed.

    The caller holds the lock. Left-overs of killed builds are removed first.
    """
    current = current_generation(root)
    for stale in root.glob("gen-*"):
        if stale != current:
            shutil.rmtree(stale, ignore_errors=True)
    folder = root / f"gen-{uuid.uuid4().hex[:12]}"
    folder.mkdir()
    try:
        yield folder
        pointer = root / f"CURRENT.{os.getpid()}"
        with pointer.open("w", encoding="ascii") as file:
            file.write(folder.name)
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(root / "CURRENT")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if current is not None:
        shutil.rmtree(current, ignore_errors=True)
