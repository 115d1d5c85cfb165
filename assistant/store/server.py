"""A store shared through a Chroma server: the vectors there, the catalogue here, kept in step.

A corpus is two collections: one of the chunks, whose metadata names the state (what it is built from, which
version of which document), and one that carries the documents themselves, so that another machine can fetch
them and make its own catalogue. Changing the state is the one step that makes a change valid: chunks that no
valid document has are in nobody's catalogue and are never shown. One machine writes at a time, by a third
collection that exists while it does.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import time
import uuid
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from assistant import own_documents
from assistant import store as stores
from assistant.errors import StoreError
from assistant.store import Identity, Store, open_catalogue
from assistant.store.catalogue import Catalogue
from assistant.store.connection import ServerVectors, connect, failure
from assistant.store.generations import hold, new_generation, switch, sync
from assistant.store.ingestion import Notes, Revision
from assistant.store.reuse import KnownVectors

if TYPE_CHECKING:
    from assistant.embeddings import Embedder
    from assistant.workspace import Workspace

LOCK_SECONDS = 60
PART = 200_000
"""Characters of a document's packed files in one record of the server."""
PAGE = 1_000
"""Ids fetched at a time."""


def names(workspace: Workspace) -> tuple[str, str, str]:
    """The collections of chunks, documents and lock of a corpus; Chroma takes plain names only."""
    plain = re.fullmatch(r"[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?", workspace.name, re.ASCII)
    name = workspace.name if plain else hashlib.sha256(workspace.name.encode()).hexdigest()[:16]
    return f"gcm-draft-{name}", f"gcm-draft-documents-{name}", f"gcm-draft-lock-{name}"


def _url(workspace: Workspace) -> str:
    if workspace.server is None:
        raise ValueError("a workspace without a server")
    return workspace.server


def _collection(client: Any, name: str) -> Any | None:
    """A collection, or None if there is none of this name."""
    from chromadb.errors import NotFoundError

    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError:
        return None


def _state(client: Any, workspace: Workspace) -> dict[str, Any] | None:
    """What the server says it holds: ``{"identity": {...}, "documents": {id: version}}``; None if nothing."""
    collection = _collection(client, names(workspace)[0])
    text = (collection.metadata or {}).get("state") if collection is not None else None
    if text is None:
        return None
    try:
        state: dict[str, Any] = json.loads(text)
        dict(state["identity"]), dict(state["documents"])
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"The collection {names(workspace)[0]} on {_url(workspace)} is not this program's. "
            "Use another corpus name (--corpus)."
        ) from error
    return state


@contextlib.contextmanager
def _talking(workspace: Workspace) -> Iterator[Any]:
    """A client; what goes wrong between it and the server becomes a StoreError."""
    client = connect(_url(workspace))
    try:
        yield client
    except Exception as error:
        if type(error).__module__.startswith(("chromadb", "httpx", "httpcore")):
            raise failure(_url(workspace), error) from error
        raise


# --- reading ------------------------------------------------------------------------------------------------


def pull(workspace: Workspace) -> None:
    """Bring the mirror of the server's documents in step with the server."""
    from filelock import FileLock

    with _talking(workspace) as client:
        state = _state(client, workspace)
        wanted: dict[str, str] = state["documents"] if state else {}
        folder = workspace.documents
        present = {e.document.id: e for e in own_documents.entries(folder)}
        if {i: e.version for i, e in present.items()} == wanted:
            return
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(workspace.store / "mirror.lock", timeout=LOCK_SECONDS):
            for gone in set(present) - set(wanted):
                own_documents.remove_folder(present[gone].folder)
            collection = (
                client.get_collection(names(workspace)[1], embedding_function=None) if wanted else None
            )
            for identity, version in wanted.items():
                if identity not in present or present[identity].version != version:
                    _fetch(collection, workspace, identity, version)


def _fetch(collection: Any, workspace: Workspace, identity: str, version: str) -> None:
    """One document from the server into the mirror, in force at the end."""
    packed: list[str] = []
    while True:
        got = collection.get(ids=[f"{identity}/{version}/{len(packed)}"], include=["metadatas"])
        if not got["ids"]:
            raise StoreError(
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
    client = connect(_url(workspace))
    return Store(folder, catalogue, ServerVectors(_url(workspace), client, names(workspace)[0]), held)


def identity_of(workspace: Workspace) -> dict[str, str] | None:
    """What the store on the server is built from, as it says; None if there is none."""
    with _talking(workspace) as client:
        state = _state(client, workspace)
    return None if state is None else dict(state["identity"])


def unneeded(workspace: Workspace, found: list[str]) -> StoreError:
    """What is said of a store on a server that is from another corpus, embedder or version."""
    return StoreError(
        f"The store on {_url(workspace)} is not what this program needs: {'; '.join(found)}\n"
        "It is shared, so it is not built anew unasked. Update the programs that share it, or build it with: "
        f"gcm-draft --store {_url(workspace)} index build"
    )


def open_whole(workspace: Workspace) -> Store:
    """The same, if the server has a vector for every chunk of the catalogue. Raises StoreError otherwise."""
    store = open_as_it_is(workspace)
    expected, there = store.catalogue.count("chunk"), store.vectors.count()
    if there < expected:
        store.close()
        raise StoreError(
            f"The store on {_url(workspace)} is damaged ({expected} chunks expected, {there} found). "
            f"Build it anew with: gcm-draft --store {_url(workspace)} index build --force"
        )
    return store


# --- writing ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def writing(workspace: Workspace) -> Iterator[None]:
    """Hold the local lock and the server's; of a process of this machine that has died it is taken over."""
    from chromadb.errors import ChromaError

    lock = names(workspace)[2]
    with stores.writing(workspace.store), _talking(workspace) as client:
        mine = {"host": platform.node() or "unknown", "pid": os.getpid()}
        for attempt in range(LOCK_SECONDS):
            try:
                client.create_collection(lock, metadata=mine, embedding_function=None)
                break
            except ChromaError:
                holder = _collection(client, lock)
                if holder is not None and _dead(holder.metadata or {}):
                    break_lock(workspace)
                elif attempt + 1 == LOCK_SECONDS:
                    who = (holder.metadata or {}) if holder is not None else {}
                    raise StoreError(
                        f"{who.get('host', 'Another machine')} (process {who.get('pid', '?')}) is writing "
                        f"to the store on {_url(workspace)}. Wait for it; if it has died: "
                        f"gcm-draft --store {_url(workspace)} index build --break-lock"
                    ) from None
                else:
                    time.sleep(1)
        try:
            yield
        finally:
            with contextlib.suppress(Exception):
                client.delete_collection(lock)


def _dead(holder: dict[str, Any]) -> bool:
    """Whether the lock is of a process of this machine that is no more."""
    if holder.get("host") != platform.node() or os.name != "posix":
        return False
    try:
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, KeyError, ValueError):
        return False
    return False


def break_lock(workspace: Workspace) -> None:
    """Remove the lock of a writer that has died."""
    from chromadb.errors import NotFoundError

    with _talking(workspace) as client, contextlib.suppress(NotFoundError):
        client.delete_collection(names(workspace)[2])


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
    workspace: Workspace, embedder: Embedder, *, notes: Notes, fresh: bool, reuse: bool = True
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
    workspace: Workspace, embedder: Embedder, *, notes: Notes, fresh: bool = False, reuse: bool = True
) -> Iterator[tuple[Revision, Finish]]:
    """A revision of the shared store; the caller holds its lock. ``fresh`` begins with nothing."""
    url, (chunks, documents, _) = _url(workspace), names(workspace)
    base = None if fresh else stores.current_generation(workspace.store)
    known = KnownVectors(workspace.store, embedder.name)
    finished = False
    try:
        with _talking(workspace) as client, new_generation(workspace.store, base) as folder:
            if fresh and _collection(client, chunks) is not None:
                client.delete_collection(chunks)
            vectors = ServerVectors(url, client, chunks, create=True)
            catalogue = Catalogue(folder / "catalogue.sqlite3", create=fresh, write=True)
            if not fresh:
                _sweep(vectors, catalogue)
            revision = Revision(catalogue, vectors, embedder, known, notes)

            def finish(identity: Identity, extras: dict[str, str], before: Callable[[], None]) -> None:
                nonlocal finished
                revision.seal(identity, extras)
                before()
                entries = own_documents.entries(workspace.documents)
                parts = client.get_or_create_collection(documents, embedding_function=None)
                for entry in entries:
                    _upload(parts, entry)
                valid = {e.document.id: e.version for e in entries}
                state = {"identity": identity.as_meta(), "documents": valid, "revision": uuid.uuid4().hex}
                vectors.collection.modify(metadata={"state": json.dumps(state)})
                revision.clean()
                catalogue.close()
                switch(workspace.store, folder)
                _forget_parts(parts, valid)
                finished = True

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
