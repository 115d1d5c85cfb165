"""What is in the vector store, built from which corpus by which embedder; a stale one is refused.

A store is a folder with generations (:mod:`assistant.store.generations`); a generation is Chroma's folder
and the catalogue beside it (:mod:`assistant.store.catalogue`). On a Chroma server the vectors are there and
the catalogue here (:mod:`assistant.store.server`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.errors import StoreError
from assistant.store.catalogue import Catalogue
from assistant.store.generations import (
    Held,
    MissingStoreError,
    NewerStoreError,
    UnwritableStoreError,
    current_generation,
    damaged,
    hold,
    new_generation,
    switch,
    writing,
)
from assistant.store.shards import open_shards
from assistant.store.vectors import Vectors

__all__ = [
    "INDEX_VERSION",
    "Identity",
    "MissingStoreError",
    "NewerStoreError",
    "Store",
    "UnwritableStoreError",
    "current_generation",
    "new_generation",
    "open_catalogue",
    "open_store",
    "switch",
    "writing",
]

INDEX_VERSION = "9"
"""Raised whenever what is indexed or put to the embedder, or how, changes; an older store is then built anew and
none of its vectors is used again."""


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

    def differing(self, meta: dict[str, str]) -> set[str]:
        """The names of the fields in which a store's record differs."""
        return {key for key, value in self.as_meta().items() if meta.get(key) != value}

    def differences(self, meta: dict[str, str]) -> list[str]:
        """What differs from a store's record, one phrase each, for people."""
        named = {"corpus_sha256": "corpus", "embedder": "embedder", "notes_sha256": "search notes"}
        wrong = self.differing(meta)
        return [
            f"{named.get(key, 'index version')}: built from {meta.get(key, '-')[:40]}, needed {value[:40]}"
            for key, value in self.as_meta().items()
            if key in wrong
        ]


@dataclass(frozen=True, slots=True)
class Store:
    """A store open for reading. ``path`` is the generation's folder."""

    path: Path
    catalogue: Catalogue
    vectors: Vectors
    held: Held | None = None

    def close(self) -> None:
        """Close the catalogue's file and let the generation go."""
        self.catalogue.close()
        if self.held is not None:
            self.held.close()


def open_catalogue(path: Path, root: Path, *, write: bool = False) -> Catalogue:
    """A catalogue of this index version or an older one. Raises NewerStoreError for a newer one."""
    catalogue = Catalogue(path, write=write)
    version = catalogue.meta.get("index_version", "0")
    if not version.isdigit() or int(version) > int(INDEX_VERSION):
        catalogue.close()
        raise NewerStoreError(
            f"The store in {root} has index version {version[:20]}; this program writes version "
            f"{INDEX_VERSION}. Update gcm-draft, or build the store anew with: gcm-draft index build --force"
        )
    return catalogue


def open_store(root: Path) -> Store:
    """The store as it is. Raises StoreError if there is none or it is damaged or from a newer program."""
    folder, held = hold(root)
    catalogue: Catalogue | None = None
    try:
        catalogue = open_catalogue(folder / "catalogue.sqlite3", root)
        store = Store(folder, catalogue, open_shards(folder), held)
        _whole(store)
    except StoreError:
        if catalogue is not None:
            catalogue.close()
        held.close()
        raise
    return store


def _whole(store: Store) -> None:
    """Raise StoreError unless Chroma holds as many vectors as the catalogue knows chunks."""
    if store.catalogue.meta.get("index_version") != INDEX_VERSION:
        return
    try:
        expected, found = store.catalogue.count("chunk"), store.vectors.count()
    except Exception as error:  # the engine raises its own, undocumented classes
        problem = str(error)
    else:
        if expected == found:
            return
        problem = f"{expected} chunks in the catalogue, {found} vectors"
    raise damaged(store.path, problem)
