"""Filling the store: passages -> chunks -> vectors -> Chroma.

A :class:`Revision` is one change of a store: documents are put and dropped one by one, each whole or not at
all, and :meth:`Revision.finish` makes the result the current store in one step. Documents are read while they
are entered, passages embedded in batches, so memory stays flat whatever the size of a corpus.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.chunking import chunks as make_chunks
from assistant.errors import StoreError
from assistant.model import Chunk, Passage, SearchNotes, Source
from assistant.store import Identity, NewerStoreError, Store, new_generation, open_store, switch, writing
from assistant.store.catalogue import Catalogue, digest, stored_id
from assistant.store.reuse import KnownVectors
from assistant.store.shards import LocalVectors, record_sizes
from assistant.store.vectors import Row

if TYPE_CHECKING:
    from assistant.embeddings import Embedder

BATCH = 256
"""Passages embedded and written at a time; memory stays flat whatever the size of a document."""

Progress = Callable[[int], None]
"""Called with the number of passages done since the last call."""


def _silent(_count: int) -> None:
    """No progress shown."""


def batches(passages: Iterable[Passage], size: int) -> Iterator[list[Passage]]:
    """Lists of ``size`` passages, the last one shorter."""
    remaining = iter(passages)
    while batch := list(itertools.islice(remaining, size)):
        yield batch


def first_number(document: str) -> int:
    """Where the passages of a user's document are numbered from: by its id alone, behind all shipped ones.

    So equal scores stand in the same order whatever was added when. Room for 2^24 passages a document.
    """
    place = int.from_bytes(hashlib.sha256(document.encode()).digest()[:5], "big") >> 2  # 38 bits
    return (place + 1) << 24


class WritableVectors(Protocol):
    """What a revision needs of a vector store."""

    def add(self, rows: Sequence[Row]) -> None:
        """Enter chunks."""
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Remove these chunks; unknown ids are ignored."""
        ...


def _filters(passage: Passage) -> dict[str, str | int]:
    """What Chroma is told of a chunk: no more than it filters by."""
    return {"document": passage.document, "kind": passage.kind, "cluster": passage.cluster or 0}


class Revision:
    """A change of a store under way: a catalogue and a collection that nobody reads yet."""

    def __init__(
        self,
        catalogue: Catalogue,
        vectors: WritableVectors,
        embedder: Embedder,
        known: KnownVectors,
        notes: SearchNotes,
    ) -> None:
        self.catalogue = catalogue
        self.vectors = vectors
        self.stale: list[str] = []
        """Chunks that no document has any more, to be taken out of Chroma."""
        self._embedder = embedder
        self._known = known
        self._notes = notes
        self._next = 1

    def put(self, source: Source, progress: Progress = _silent) -> None:
        """Enter a document, in the place of its former version if there is one; whole or not at all."""
        document = source.document
        former = set(self.catalogue.remove_document(document.id))
        written: list[str] = []
        kept: set[str] = set()
        number = self._next if document.shipped else first_number(document.id)
        try:
            self.catalogue.add_document(document)
            for batch in batches(source.passages, BATCH):
                made = list(make_chunks(batch, self._embedder, self._notes))
                number = self.catalogue.add_passages(batch, self._notes, number)
                self.catalogue.add_chunks(made)
                fresh = [c for c in made if stored_id(c) not in former]
                kept.update(stored_id(c) for c in made)
                written += map(stored_id, fresh)
                self._add(fresh, {p.id: p for p in batch})
                progress(len(batch))
            self.catalogue.commit()
        except BaseException:
            self.catalogue.rollback()
            with contextlib.suppress(Exception):  # the error under way is the one to tell of
                self.vectors.delete(written)
            raise
        if document.shipped:
            self._next = number
        self.stale += sorted(former - kept)

    def drop(self, document: str) -> None:
        """Take a document out."""
        self.stale += self.catalogue.remove_document(document)
        self.catalogue.commit()

    def clean(self) -> None:
        """Take out of Chroma what no document has any more."""
        self.vectors.delete(self.catalogue.unknown_chunks(self.stale))
        self.stale = []

    def seal(self, identity: Identity, extras: dict[str, str]) -> None:
        """Record what the store is built from."""
        self.catalogue.set_extras(extras)
        self.catalogue.measure()
        self.catalogue.set_meta(identity.as_meta())
        self.catalogue.commit()

    def _add(self, chunks: list[Chunk], passages: dict[str, Passage]) -> None:
        """Into Chroma, with the vectors that are known and those computed now."""
        known = self._known.find([digest(c.embedded) for c in chunks])
        fresh = list({d: c.embedded for c in chunks if (d := digest(c.embedded)) not in known}.items())
        if fresh:
            computed = self._embedder.embed([text for _, text in fresh])
            made = {d: vector.tolist() for (d, _), vector in zip(fresh, computed, strict=True)}
            self._known.note(made)
            known |= made
        self.vectors.add(
            [(stored_id(c), known[digest(c.embedded)], _filters(passages[c.passage_id])) for c in chunks]
        )


@contextlib.contextmanager
def revising(
    root: Path,
    embedder: Embedder,
    *,
    notes: SearchNotes | None = None,
    fresh: bool = False,
    reuse: bool = True,
) -> Iterator[tuple[Revision, Callable[[Identity, dict[str, str], Callable[[], None]], None]]]:
    """A revision of the local store in ``root`` and the function that finishes it; the caller holds the lock.

    ``fresh`` begins with nothing, else with what the store holds. ``reuse`` takes its vectors over.
    Left without finishing, the store stays as it was.
    """
    former = _former(root) if reuse or not fresh else None
    if former is None and not fresh:
        raise StoreError(f"There is no sound store in {root} to change. Build it with: gcm-draft index build")
    known = KnownVectors(root, embedder.name, former if reuse else None)
    finished = False
    try:
        base = former.path if former is not None and not fresh else None
        with new_generation(root, base) as folder:
            client = LocalVectors(folder, create=fresh)
            catalogue = Catalogue(folder / "catalogue.sqlite3", create=fresh, write=True)
            revision = Revision(catalogue, client, embedder, known, notes or {})

            def finish(identity: Identity, extras: dict[str, str], before: Callable[[], None]) -> None:
                nonlocal finished
                revision.clean()
                client.settle()
                revision.seal(identity, extras)
                if former is not None:
                    former.close()  # else it could not be removed
                catalogue.close()
                client.close()
                record_sizes(folder)
                before()
                switch(root, folder)
                finished = True

            try:
                yield revision, finish
            finally:
                catalogue.close()
                client.close()
    finally:
        if former is not None:
            former.close()
        known.close(done=finished)


def _former(root: Path) -> Store | None:
    try:
        return open_store(root)
    except StoreError:
        return None


def build(
    root: Path,
    sources: Iterable[Source],
    embedder: Embedder,
    identity: Identity,
    *,
    notes: SearchNotes | None = None,
    extras: dict[str, str] | None = None,
    force: bool = False,
    progress: Progress = _silent,
) -> Store:
    """Build the store in ``root`` unless it is current already, and open it.

    Of two processes that build at the same time one builds and the other finds the result. With ``force``
    nothing of the former store is used. Raises UnwritableStoreError if the folder cannot be written to.
    """
    with writing(root):
        if force or not is_current(root, identity):
            with revising(root, embedder, notes=notes, fresh=True, reuse=not force) as (revision, finish):
                for source in sources:
                    revision.put(source, progress)
                finish(identity, extras or {}, lambda: None)
        return open_store(root)


def _answers(store: Store) -> bool:
    """Whether every shard's graph can be asked. Raises StoreError where the engine stumbles."""
    some = store.vectors.vectors(store.catalogue.some_chunks(1))
    return all(store.vectors.query([vector], 1)[0] for vector in some.values())


def is_current(root: Path, identity: Identity) -> bool:
    """Whether there is a sound store in ``root`` built from exactly this. Raises NewerStoreError."""
    try:
        store = open_store(root)
    except NewerStoreError:
        raise
    except StoreError:
        return False
    try:
        return (
            not identity.differences(store.catalogue.meta) and not store.catalogue.check() and _answers(store)
        )
    except StoreError:
        return False
    finally:
        store.close()
