"""What of a corpus is where on a Chroma server: its collections, the state that names them, the writer's lock.

``gcm-draft-NAME`` holds nothing but the state, as metadata: what the corpus is built from, which version of
which document, and the collection of chunks that goes with it. Changing it is one step on the server, which
makes a change valid. The other collections are named after it with a dot, which no corpus name has.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import time
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assistant import store as stores
from assistant.errors import StoreError
from assistant.store.connection import connect, failure

if TYPE_CHECKING:
    from assistant.workspace import Workspace

LOCK_SECONDS = 60


def base_name(workspace: Workspace) -> str:
    """The collection that carries the state of a corpus; Chroma takes plain names only."""
    plain = re.fullmatch(r"[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?", workspace.name, re.ASCII)
    name = workspace.name if plain else hashlib.sha256(workspace.name.encode()).hexdigest()[:16]
    return f"gcm-draft-{name}"


def documents_name(workspace: Workspace) -> str:
    """The collection that carries the documents themselves."""
    return f"{base_name(workspace)}.documents"


def lock_name(workspace: Workspace) -> str:
    """The collection that exists while somebody writes."""
    return f"{base_name(workspace)}.lock"


def new_chunks_name(workspace: Workspace) -> str:
    """A collection of chunks that nobody has yet."""
    return f"{base_name(workspace)}.chunks-{uuid.uuid4().hex[:12]}"


def url_of(workspace: Workspace) -> str:
    """The server's address."""
    if workspace.server is None:
        raise ValueError("a workspace without a server")
    return workspace.server


@contextlib.contextmanager
def talking(workspace: Workspace) -> Iterator[Any]:
    """A client; what goes wrong between it and the server becomes a StoreError."""
    client = connect(url_of(workspace))
    try:
        yield client
    except Exception as error:
        if type(error).__module__.startswith(("chromadb", "httpx", "httpcore")):
            raise failure(url_of(workspace), error) from error
        raise


# --- the state ----------------------------------------------------------------------------------------------


def collection(client: Any, name: str) -> Any | None:
    """A collection, or None if there is none of this name."""
    from chromadb.errors import NotFoundError

    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError:
        return None


def state(client: Any, workspace: Workspace) -> dict[str, Any] | None:
    """What the server says it holds, None if nothing.

    ``{"identity": {...}, "documents": {id: version}, "chunks": name of a collection}``.
    """
    found = collection(client, base_name(workspace))
    text = (found.metadata or {}).get("state") if found is not None else None
    if text is None:
        return None
    try:
        said: dict[str, Any] = json.loads(text)
        dict(said["identity"]), dict(said["documents"]), str(said["chunks"])
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"The collection {base_name(workspace)} on {url_of(workspace)} is not this program's. "
            "Use another corpus name (--corpus)."
        ) from error
    return said


def set_state(
    client: Any, workspace: Workspace, identity: dict[str, str], documents: dict[str, str], chunks: str
) -> None:
    """Say what the server holds from now on, in one step."""
    said = {"identity": identity, "documents": documents, "chunks": chunks, "revision": uuid.uuid4().hex}
    base = client.get_or_create_collection(base_name(workspace), embedding_function=None)
    base.modify(metadata={"state": json.dumps(said)})


def expected_collections(client: Any, workspace: Workspace) -> set[str]:
    """The collections of this corpus that are in use; the lock is not among them."""
    said = state(client, workspace)
    if said is None:
        return set()
    return {base_name(workspace), documents_name(workspace), str(said["chunks"])}


def sweep_collections(client: Any, workspace: Workspace) -> None:
    """Remove the collections of chunks and the locks put aside that are not in use. The caller writes."""
    used = expected_collections(client, workspace)
    stems = (f"{base_name(workspace)}.chunks-", f"{lock_name(workspace)}-gone-")
    for name in [c.name for c in client.list_collections()]:
        if name.startswith(stems) and name not in used:
            _delete(client, name)


def _delete(client: Any, name: str) -> None:
    from chromadb.errors import NotFoundError

    with contextlib.suppress(NotFoundError):
        client.delete_collection(name)


# --- the lock -----------------------------------------------------------------------------------------------

_held: set[str] = set()
"""Marks of the locks that this process holds."""


@contextlib.contextmanager
def writing(workspace: Workspace) -> Iterator[None]:
    """Hold the local lock and the server's; of a process of this machine that has died it is taken over."""
    mark = uuid.uuid4().hex
    with stores.writing(workspace.store), talking(workspace) as client:
        _held.add(mark)
        try:
            lock = _acquire(client, workspace, mark)
            try:
                yield
            finally:
                with contextlib.suppress(Exception):  # left behind, it is known by its mark to be nobody's
                    _remove(client, workspace, lock)
        finally:
            _held.discard(mark)


def _acquire(client: Any, workspace: Workspace, mark: str) -> Any:
    """The lock, made now. Raises StoreError if a living writer does not end."""
    from chromadb.errors import ChromaError

    mine = {"host": platform.node() or "unknown", "pid": os.getpid(), "mark": mark}
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return client.create_collection(lock_name(workspace), metadata=mine, embedding_function=None)
        except ChromaError:
            holder = collection(client, lock_name(workspace))
            late = time.monotonic() >= until
            if late and holder is None:
                raise  # it was not for a lock that none could be made
        said = (holder.metadata or {}) if holder is not None else {}
        if said == mine:  # made after all, though the server's answer was lost
            return holder
        if holder is not None and _dead(said):
            _remove(client, workspace, holder)
        elif late:
            raise StoreError(
                f"{said.get('host', 'Another machine')} (process {said.get('pid', '?')}) is writing "
                f"to the store on {url_of(workspace)}. Wait for it; if it has died: "
                f"gcm-draft --store {url_of(workspace)} index build --break-lock"
            )
        else:
            time.sleep(1)


def _dead(holder: dict[str, Any]) -> bool:
    """Whether the lock is of a process of this machine that is no more, or an earlier one of this process."""
    if holder.get("host") != platform.node() or os.name != "posix":
        return False
    if holder.get("pid") == os.getpid():
        return holder.get("mark") not in _held
    try:
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, KeyError, ValueError):
        return False
    return False


def _remove(client: Any, workspace: Workspace, lock: Any) -> None:
    """Remove this very lock, not the one that another writer may have made since.

    Chroma deletes by name and renames by identity, so it is put aside under a name of its own first.
    """
    from chromadb.errors import NotFoundError

    name = f"{lock_name(workspace)}-gone-{uuid.uuid4().hex[:12]}"
    with contextlib.suppress(NotFoundError):
        lock.modify(name=name)
        client.delete_collection(name)


def break_lock(workspace: Workspace) -> None:
    """Remove the lock of a writer that has died."""
    with talking(workspace) as client:
        _delete(client, lock_name(workspace))
