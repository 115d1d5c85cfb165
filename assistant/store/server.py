"""A store shared through a Chroma server: the vectors there, the catalogue here, kept in step.

One collection holds the chunks, another the documents themselves, so that another machine can fetch them and
make its own catalogue (:mod:`assistant.store.shared`). Changing the state is the one step that makes a change
valid: chunks that no valid document has are in nobody's catalogue and are never shown, and a store built anew
is built beside the one in use. One machine writes at a time.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import uuid
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from assistant import own_documents
from assistant import store as stores
from assistant.errors import StoreError
from assistant.model import SearchNotes
from assistant.store import Identity, Store, open_catalogue
from assistant.store.catalogue import Catalogue
from assistant.store.connection import ServerVectors, connect
from assistant.store.generations import hold, new_generation, switch, sync
from assistant.store.ingestion import Revision
from assistant.store.reuse import KnownVectors
from assistant.store.shared import (
    LOCK_SECONDS,
    break_lock,
    documents_name,
    expected_collections,
    new_chunks_name,
    set_state,
    state,
    sweep_collections,
    talking,
    url_of,
    writing,
)

if TYPE_CHECKING:
    from assistant.embeddings import Embedder
    from assistant.workspace import Workspace

__all__ = [
    "break_lock",
    "expected_collections",
    "following",
    "identity_of",
    "open_as_it_is",
    "open_whole",
    "pull",
    "revising",
    "talking",
    "unneeded",
    "vanished",
    "writing",
]

PART = 200_000
"""Characters of a document's packed files in one record of the server."""
PAGE = 1_000
"""Ids fetched at a time."""
ATTEMPTS = 5
"""How often the documents are fetched again because another machine changed them meanwhile."""


# --- reading ------------------------------------------------------------------------------------------------


def pull(workspace: Workspace) -> None:
    """Bring the mirror of the server's documents in step with the server.

    A server that holds nothing has no say: it may be another one, or have lost its disk, and the mirror may be
    the last copy there is. See :func:`vanished`.
    """
    with talking(workspace) as client:
        said = state(client, workspace)
        if said is None or _mirrored(workspace) == said["documents"]:
            return
        with _mirror(workspace):
            done, attempt = False, 1
            while not done and (said := state(client, workspace)):  # anew: it may have been done meanwhile
                try:
                    _bring(client, workspace, said["documents"])
                    done = True
                except _ChangedError as error:
                    if attempt == ATTEMPTS or state(client, workspace) == said:
                        raise StoreError(str(error)) from error
                    attempt += 1


def _mirrored(workspace: Workspace) -> dict[str, str]:
    return {e.document.id: e.version for e in own_documents.entries(workspace.documents)}


@contextlib.contextmanager
def _mirror(workspace: Workspace) -> Iterator[None]:
    """Alone with the mirror: nobody may take what a writer puts in force for out of step with the server."""
    from filelock import FileLock, Timeout

    workspace.store.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(workspace.store / "mirror.lock", timeout=LOCK_SECONDS)
        lock.acquire()
    except Timeout as error:
        raise StoreError(
            f"Another gcm-draft has been busy with {workspace.documents} for {LOCK_SECONDS} seconds. "
            "Try again when it is done."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _bring(client: Any, workspace: Workspace, wanted: dict[str, str]) -> None:
    """Make the mirror hold exactly these versions."""
    workspace.documents.mkdir(parents=True, exist_ok=True)
    present = {e.document.id: e for e in own_documents.entries(workspace.documents)}
    for gone in set(present) - set(wanted):
        own_documents.remove_folder(present[gone].folder)
    fetch = {i: v for i, v in wanted.items() if i not in present or present[i].version != v}
    if fetch:
        packed = client.get_collection(documents_name(workspace), embedding_function=None)
        for identity, version in fetch.items():
            _fetch(packed, workspace, identity, version)


class _ChangedError(Exception):
    """The server lacks what its state named a moment ago."""


def _fetch(collection: Any, workspace: Workspace, identity: str, version: str) -> None:
    """One document from the server into the mirror, in force at the end."""
    packed: list[str] = []
    while True:
        got = collection.get(ids=[f"{identity}/{version}/{len(packed)}"], include=["metadatas"])
        if not got["ids"]:
            raise _ChangedError(
                f"The server lacks a part of the document {identity}. Add it again: gcm-draft corpus add"
            )
        packed.append(got["metadatas"][0]["data"])
        if len(packed) == got["metadatas"][0]["parts"]:
            break
    files = json.loads(zlib.decompress(base64.b64decode("".join(packed))))
    place = workspace.documents / own_documents.folder_name(identity)
    part = place / f".part-{uuid.uuid4().hex[:8]}"
    part.mkdir(parents=True)
    for name in ("text.txt", "source.json"):
        (part / name).write_bytes(files[name].encode("utf-8"))
        sync(part / name)
    shutil.rmtree(place / version, ignore_errors=True)
    part.rename(place / version)
    own_documents.write_entry(place, files[own_documents.ENTRY].encode("utf-8"))


def open_as_it_is(workspace: Workspace) -> Store:
    """The server's vectors with the catalogue made here, whatever they are built from."""
    folder, held = hold(workspace.store)
    try:
        catalogue = open_catalogue(folder / "catalogue.sqlite3", workspace.store)
    except StoreError:
        held.close()
        raise
    try:
        with talking(workspace) as client:
            said = state(client, workspace)
        if said is None:
            raise vanished(workspace)
        vectors = ServerVectors(url_of(workspace), connect(url_of(workspace)), said["chunks"])
    except BaseException:
        catalogue.close()
        held.close()
        raise
    return Store(folder, catalogue, vectors, held)


def identity_of(workspace: Workspace) -> dict[str, str] | None:
    """What the store on the server is built from, as it says; None if there is none."""
    with talking(workspace) as client:
        said = state(client, workspace)
    return None if said is None else dict(said["identity"])


def unneeded(workspace: Workspace, found: list[str]) -> StoreError:
    """What is said of a store on a server that is from another corpus, embedder or version."""
    return StoreError(
        f"The store on {url_of(workspace)} is not what this program needs: {'; '.join(found)}\n"
        "It is shared, so it is not built anew unasked. Update the programs that share it, or build it with: "
        f"gcm-draft --store {url_of(workspace)} index build"
    )


def vanished(workspace: Workspace) -> StoreError:
    """What is said of a server that holds nothing though documents were fetched from it."""
    count = len(_mirrored(workspace))
    return StoreError(
        f"The server at {url_of(workspace)} holds no store of the corpus {workspace.name}, though {count} "
        f"documents of it were fetched before. If it is the wrong server or folder, start the right one. "
        f"To put them there again: gcm-draft --store {url_of(workspace)} index build. "
        f"To begin with nothing, remove {workspace.documents}."
    )


def open_whole(workspace: Workspace) -> Store:
    """The same, if the server has a vector for every chunk of the catalogue. Raises StoreError otherwise."""
    store = open_as_it_is(workspace)
    try:
        expected, there = store.catalogue.count("chunk"), store.vectors.count()
    except BaseException:
        store.close()
        raise
    if there < expected:
        meta = store.catalogue.meta
        store.close()
        said = identity_of(workspace) or {}
        if any(meta.get(key) != value for key, value in said.items()):
            raise StoreError(f"The store on {url_of(workspace)} has just been changed. Ask again.")
        raise StoreError(
            f"The store on {url_of(workspace)} is damaged ({expected} chunks expected, {there} found). "
            f"Build it anew with: gcm-draft --store {url_of(workspace)} index build --force"
        )
    return store


# --- writing ------------------------------------------------------------------------------------------------


class CatalogueRevision(Revision):
    """A revision of the catalogue alone: the vectors are on the server already."""

    def _add(self, chunks: Any, passages: Any) -> None:
        """Nothing to do."""

    def clean(self) -> None:
        """Nothing to do."""
        self.stale = []


class _NoVectors:
    """Where a catalogue alone is revised."""

    def delete(self, ids: Any) -> None:
        """Nothing to do."""


Finish = Callable[[Identity, dict[str, str], Callable[[], None]], None]


@contextlib.contextmanager
def following(
    workspace: Workspace, embedder: Embedder, *, notes: SearchNotes, fresh: bool, reuse: bool = True
) -> Iterator[tuple[Revision, Finish]]:
    """A revision of the catalogue here, nothing on the server; the caller holds the local lock."""
    base = None if fresh else stores.current_generation(workspace.store)
    known: Any = None
    with new_generation(workspace.store, base) as folder:
        catalogue = Catalogue(folder / "catalogue.sqlite3", create=fresh, write=True)

        def finish(identity: Identity, extras: dict[str, str], before: Callable[[], None]) -> None:
            revision.seal(identity, extras)
            catalogue.close()
            before()
            switch(workspace.store, folder)

        none: Any = _NoVectors()
        revision = CatalogueRevision(catalogue, none, embedder, known, notes)
        try:
            yield revision, finish
        finally:
            catalogue.close()


@contextlib.contextmanager
def revising(
    workspace: Workspace, embedder: Embedder, *, notes: SearchNotes, fresh: bool = False, reuse: bool = True
) -> Iterator[tuple[Revision, Finish]]:
    """A revision of the shared store; the caller holds its lock.

    ``fresh`` begins with nothing, in a collection of its own, so that the store in use stays as it is.
    """
    base = None if fresh else stores.current_generation(workspace.store)
    known = KnownVectors(workspace.store, embedder.name)
    finished = False
    try:
        with talking(workspace) as client, new_generation(workspace.store, base) as folder:
            sweep_collections(client, workspace)
            said = state(client, workspace)
            if said is None and not fresh:
                raise vanished(workspace)
            chunks = new_chunks_name(workspace) if fresh or said is None else str(said["chunks"])
            vectors = ServerVectors(url_of(workspace), client, chunks, create=fresh)
            catalogue = Catalogue(folder / "catalogue.sqlite3", create=fresh, write=True)
            if not fresh:
                _sweep(vectors, catalogue)
            revision = Revision(catalogue, vectors, embedder, known, notes)

            def finish(identity: Identity, extras: dict[str, str], before: Callable[[], None]) -> None:
                nonlocal finished
                revision.seal(identity, extras)
                parts = client.get_or_create_collection(documents_name(workspace), embedding_function=None)
                with _mirror(workspace):
                    before()
                    entries = own_documents.entries(workspace.documents)
                    for entry in entries:
                        _upload(parts, entry)
                    valid = {e.document.id: e.version for e in entries}
                    set_state(client, workspace, identity.as_meta(), valid, chunks)
                finished = True
                stale = catalogue.unknown_chunks(revision.stale)
                catalogue.close()
                switch(workspace.store, folder)
                with contextlib.suppress(Exception):  # it is done; what is left, the next writer sweeps
                    vectors.delete(stale)
                    _forget_parts(parts, valid)
                    sweep_collections(client, workspace)

            try:
                yield revision, finish
            finally:
                catalogue.close()
    finally:
        known.close(done=finished)


def _sweep(vectors: ServerVectors, catalogue: Catalogue) -> None:
    """Delete what interrupted writers have left on the server."""
    if vectors.count() == catalogue.count("chunk"):
        return
    offset, left = 0, list[str]()
    while ids := vectors.collection.get(limit=PAGE, offset=offset, include=[])["ids"]:
        left += catalogue.unknown_chunks(ids)
        offset += len(ids)
    vectors.delete(left)


def _upload(parts: Any, entry: own_documents.Entry) -> None:
    """A document's record, text and passages onto the server, unless this version is there."""
    stem = f"{entry.document.id}/{entry.version}"
    if parts.get(ids=[f"{stem}/0"], include=[])["ids"]:
        return
    folder = entry.folder / entry.version
    files = {name: (folder / name).read_bytes().decode("utf-8") for name in ("text.txt", "source.json")}
    files[own_documents.ENTRY] = (entry.folder / own_documents.ENTRY).read_text(encoding="utf-8")
    packed = base64.b64encode(
        zlib.compress(json.dumps(files, ensure_ascii=False).encode("utf-8"), 6)
    ).decode()
    pieces = [packed[i : i + PART] for i in range(0, len(packed), PART)]
    for number in reversed(range(len(pieces))):  # part 0 last: where it is, all are
        meta = {
            "document": entry.document.id,
            "version": entry.version,
            "parts": len(pieces),
            "data": pieces[number],
        }
        parts.upsert(ids=[f"{stem}/{number}"], embeddings=[[1.0, float(number)]], metadatas=[meta])


def _forget_parts(parts: Any, valid: dict[str, str]) -> None:
    """Remove versions of documents that are no longer valid."""
    offset, gone = 0, list[str]()
    while ids := parts.get(limit=PAGE, offset=offset, include=[])["ids"]:
        gone += [i for i in ids if valid.get(i.rsplit("/", 2)[0]) != i.rsplit("/", 2)[1]]
        offset += len(ids)
    if gone:
        parts.delete(ids=gone)
