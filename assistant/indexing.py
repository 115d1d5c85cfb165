"""Keeping a library's store in step with its corpus: build, catch up, refuse, say what is in it.

A store of the shipped documents alone is built again by itself whenever it is missing, stale or damaged. With
documents of the user's own a small step behind (an interrupted ``corpus add``, a copied folder) is caught up
with; anything greater is refused with the command that mends it, because it may take hours.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import corpus as corpora
from assistant import own_documents
from assistant.errors import StoreError
from assistant.store import (
    INDEX_VERSION,
    Identity,
    MissingStoreError,
    NewerStoreError,
    Store,
    UnwritableStoreError,
    open_store,
)
from assistant.store.catalogue import Catalogue
from assistant.store.generations import hold

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.model import SearchNotes, Source
    from assistant.store.ingestion import Revision

CATCH_UP = 5_000
"""Passages up to which a store is brought in step by itself; about two minutes on one core."""


def open_current(library: Library) -> Store:
    """The library's store, current; built or brought in step first where that is the right thing to do.

    Raises StoreError where it must not be built unasked, or is from a newer program.
    """
    if library.workspace.server:
        return _open_server(library)
    root = library.workspace.store
    store = _usable(library, root)
    if store is not None:
        return store
    try:
        build(library)
        return open_store(root)
    except UnwritableStoreError as error:
        folder = Path(tempfile.mkdtemp(prefix="gcm-draft-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        library.warn(f"{error} For this run the index is built in a temporary folder.")
        build(library, folder)
        return open_store(folder)


def _open_server(library: Library) -> Store:
    """The shared store; built if the server has none, the catalogue made here if it is behind."""
    from assistant.store import server

    found = _server_differences(library)
    if found is None:
        if library.own:
            raise server.vanished(library.workspace)
        build(library)
    elif found:
        raise server.unneeded(library.workspace, found)
    else:
        follow_server(library)
    return server.open_whole(library.workspace)


def _server_differences(library: Library) -> list[str] | None:
    """How the store on the server differs from what the library needs; None if there is none."""
    from assistant.store import server

    for _ in range(2):
        meta = server.identity_of(library.workspace)
        found = None if meta is None else library.identity.differences(meta)
        if not found:
            break
        library.forget()  # another machine may have changed it after its documents were fetched
    return found


def _usable(library: Library, root: Path) -> Store | None:
    """The store if it is current, None if it may be built unasked. Raises StoreError otherwise."""
    try:
        store = open_store(root)
    except NewerStoreError:
        raise
    except MissingStoreError:
        return None
    except StoreError as error:
        if library.own:
            raise StoreError(
                f"{error}\nIt holds documents of your own, so that is not done unasked."
            ) from error
        return None
    differences = library.identity.differences(store.catalogue.meta)
    if not differences:
        return store
    store.close()
    if not library.own or _small_step(library, store.path):
        return None
    raise _refusal(root, differences)


def refuse_unusable(library: Library) -> None:
    """Raise StoreError if the local store could not follow a change; no document of the user's is read for it."""
    root = library.workspace.store
    try:
        store = open_store(root)
    except MissingStoreError:
        return
    version = store.catalogue.meta.get("index_version", "-")
    store.close()
    if version != INDEX_VERSION:
        raise _refusal(root, [f"built from index version {version}, needed {INDEX_VERSION}"])


def _refusal(root: Path, problems: list[str]) -> StoreError:
    return StoreError(
        f"The store in {root} cannot be used as it is: {'; '.join(problems)}\n"
        "It holds documents of your own, so it is not built anew unasked. Do so with: gcm-draft index build"
    )


def _small_step(library: Library, generation: Path) -> bool:
    """Whether only a few of the user's own documents lie between the store and the corpus."""
    with Catalogue(generation / "catalogue.sqlite3") as catalogue:
        if library.identity.differing(catalogue.meta) != {"corpus_sha256"}:
            return False
        entered = {i: d.sha256 for i, d in catalogue.documents().items()}
    shipped = {d.id: d.sha256 for d in library.documents if d.shipped}
    if any(entered.get(i) != sha for i, sha in shipped.items()):
        return False
    return sum(e.passages for e in library.own if entered.get(e.document.id) != e.document.sha256) <= CATCH_UP


def writing(library: Library, root: Path | None = None) -> AbstractContextManager[Any]:
    """Hold the lock of the library's store, or of the one in ``root``."""
    if library.workspace.server and root is None:
        from assistant.store import server

        return server.writing(library.workspace)
    from assistant import store

    return store.writing(root or library.workspace.store)


def revising(
    library: Library, root: Path | None = None, *, fresh: bool = False, reuse: bool = True
) -> AbstractContextManager[Any]:
    """A revision of the library's store and the function that finishes it; the caller holds the lock."""
    notes = _notes(library)
    if library.workspace.server and root is None:
        from assistant.store import server

        return server.revising(library.workspace, library.embedder, notes=notes, fresh=fresh, reuse=reuse)
    from assistant.store import ingestion

    root = root or library.workspace.store
    return ingestion.revising(root, library.embedder, notes=notes, fresh=fresh, reuse=reuse)


def build(library: Library, root: Path | None = None, *, force: bool = False) -> bool:
    """Bring the store in step with the library's corpus; whether anything was to do.

    Only documents that differ are entered anew where corpus and rules allow; vectors of texts already
    embedded are taken over. ``force`` uses nothing of the former store. ``root`` puts the store elsewhere.
    """
    with writing(library, root):
        library.forget()
        if library.workspace.server and root is None and not force and _server_current(library):
            return False
        return _bring(library, root, force=force)


def _server_current(library: Library) -> bool:
    if _server_differences(library) != []:
        return False
    follow_catalogue(library)
    return True


def bring_in_step(library: Library) -> None:
    """Before a change of the corpus, with the lock held: build what may be built unasked, refuse the rest."""
    if library.workspace.server:
        _bring_server(library)
        return
    store = _usable(library, library.workspace.store)
    if store is None:
        _bring(library, None)
    else:
        store.close()


def _bring_server(library: Library) -> None:
    """The same for a shared store: what the catalogue here says of it must be so."""
    from assistant.store import server

    differences = _server_differences(library)
    if differences is None:
        if library.own:
            raise server.vanished(library.workspace)
        _bring(library, None)
    elif differences:
        raise server.unneeded(library.workspace, differences)
    else:
        follow_catalogue(library)


def follow_server(library: Library) -> None:
    """Make the catalogue here that of the store on the server, which is current."""
    from assistant import store

    if not _catalogue_current(library):
        with store.writing(library.workspace.store):
            follow_catalogue(library)


def follow_catalogue(library: Library) -> None:
    """The same with the lock held."""
    from assistant.store import server

    if not _catalogue_current(library):
        _bring(library, None, revise=server.following)


def _catalogue_current(library: Library) -> bool:
    wanted = {d.id: d.sha256 for d in library.documents}
    return _entered(library.workspace.store, library.identity) == wanted


def _bring(
    library: Library, elsewhere: Path | None, *, force: bool = False, revise: Callable[..., Any] | None = None
) -> bool:
    """Enter what differs into the store; ``revise`` revises something else than the library's own store."""
    from assistant.store.ingestion import is_current

    root = elsewhere or library.workspace.store
    local = elsewhere is not None or not library.workspace.server
    if local and not force and is_current(root, library.identity):
        return False
    own_documents.tidy(library.workspace.documents)
    anew = force or not (local or revise)  # a server's vectors are either current or of another making
    entered = {} if anew else _entered(root, library.identity, whole=local)
    wanted = {d.id: d.sha256 for d in library.documents}
    todo = {i for i, sha in wanted.items() if entered.get(i) != sha}
    advance = library.progress(_passages(library, todo), "Building the index")
    if revise is None:
        changing = revising(library, elsewhere, fresh=not entered, reuse=not force)
    else:
        changing = revise(library.workspace, library.embedder, notes=_notes(library), fresh=not entered)
    prepared = _preparing(library) if not entered else dict
    with changing as (revision, finish):
        for gone in sorted(set(entered) - set(wanted)):
            revision.drop(gone)
        for source in _sources(library, todo):
            revision.put(source, advance)
        finish(library.identity, prepared(), lambda: None)
    return True


def _preparing(library: Library) -> Callable[[], dict[str, str]]:
    """Begin with the extras; the function returned waits for them.

    The embedded model works beside the import of the store's libraries, which leaves a core idle for a second.
    Everything it needs is imported before: two threads that import one library at a time see it half made.
    """
    warm = getattr(library.embedder, "warm", None)
    if warm is None:
        return lambda: extras(library)
    from concurrent.futures import ThreadPoolExecutor

    from assistant import contents, elsewhere, known_questions, thesaurus  # noqa: F401 imported for the thread

    warm()()
    pool = ThreadPoolExecutor(1)
    future = pool.submit(extras, library)
    pool.shutdown(wait=False)
    return future.result


def _entered(root: Path, identity: Identity, *, whole: bool = False) -> dict[str, str]:
    """Documents that need not be entered again: none unless the shipped ones and the rules agree.

    ``whole``: and unless the vectors beside the catalogue are there too.
    """
    try:
        if whole:
            open_store(root).close()
        folder, held = hold(root)
    except StoreError:
        return {}
    try:
        with Catalogue(folder / "catalogue.sqlite3") as catalogue:
            if identity.differing(catalogue.meta) - {"corpus_sha256"}:
                return {}
            found = catalogue.documents()
    except StoreError:
        return {}
    finally:
        held.close()
    shipped = {d.id: d.sha256 for d in corpora.documents()}
    if any(i not in found or found[i].sha256 != sha for i, sha in shipped.items()):
        return {}
    return {i: d.sha256 for i, d in found.items()}


def _passages(library: Library, todo: set[str]) -> int:
    shipped = any(d.shipped and d.id in todo for d in library.documents)
    own = sum(e.passages for e in library.own if e.document.id in todo)
    return own + (sum(len(s.passages) for s in library.shipped.sources.values()) if shipped else 0)


def _sources(library: Library, todo: set[str]) -> Iterator[Source]:
    """The documents to enter, the shipped ones in their order first; the user's one at a time."""
    if any(d.shipped and d.id in todo for d in library.documents):
        yield from (s for s in library.shipped.sources.values() if s.document.id in todo)
    yield from own_documents.sources(e for e in library.own if e.document.id in todo)


def _notes(library: Library) -> SearchNotes:
    from assistant.search_notes import load_notes

    return load_notes(library.shipped)


def extras(library: Library) -> dict[str, str]:
    """What is kept in the store so that a question need not prepare it."""
    from assistant import contents, elsewhere, known_questions, thesaurus

    # What the model does comes first: beside the import of the store's libraries there is a core for it.
    return {
        **contents.prepared(library.embedder),
        **elsewhere.prepared(library.embedder),
        **known_questions.prepared(library.embedder),
        **thesaurus.prepared(library.thesaurus_entries(None)),
    }


def status(library: Library) -> dict[str, Any]:
    """What is in the store and whether it is current, as plain values."""
    root = library.workspace.store
    found: dict[str, Any] = {"store": library.workspace.server or str(root), "current": False, "problems": []}
    try:
        if library.workspace.server:
            from assistant.store.server import identity_of, open_as_it_is

            identity_of(library.workspace)  # whether there is a server comes before what is here
            store = open_as_it_is(library.workspace)
        else:
            store = open_store(root)
    except StoreError as error:
        return {**found, "problems": [str(error)]}
    try:
        meta, catalogue = store.catalogue.meta, store.catalogue
        problems = [*library.identity.differences(meta), *catalogue.check()]
        found |= {"current": not problems, "problems": problems}
        found |= {k: meta.get(k, "") for k in ("corpus_sha256", "embedder", "index_version")}
        found |= {f"{table}s": catalogue.count(table) for table in ("document", "passage", "chunk")}
        found["vectors"] = store.vectors.count()
    except StoreError as error:
        found |= {"current": False, "problems": [str(error)]}
    finally:
        store.close()
    return found


def identity_after(library: Library, revision: Revision) -> Identity:
    """The identity of a corpus of the shipped documents and the others that the revision holds."""
    entered = revision.catalogue.documents().values()
    return library.identity_of([*corpora.documents(), *(d for d in entered if not d.shipped)])
