"""What goes wrong around a shared store: kills of clients and of the server, locks left, a server that is empty."""

from __future__ import annotations

import os
import platform
import random
import shutil
import threading
from pathlib import Path

import pytest

from assistant import own_documents
from assistant.errors import StoreError
from assistant.indexing import revising, writing
from assistant.store import server
from assistant.store import shared as there
from tests.server_kit import MISSING, Server, chroma, litter, seen, shared_state
from tests.store_kit import home, kill_after, library, note, spawn

pytestmark = pytest.mark.skipif(MISSING, reason="chromadb's own server is not installed")


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A server with one document of the user's, and the home it was filled from. Tests leave it as it is."""
    folder = tmp_path_factory.mktemp("machine")
    with chroma(tmp_path_factory.mktemp("server")) as url, home(folder):
        library(folder, store=url).add([note(folder / "a.md")])
        yield url, folder


def test_real_kills(tmp_path: Path):
    """Adding, building anew, the server under a change: the old state or the new one, then the next run ends well."""
    rng = random.Random(3)
    (tmp_path / "home").mkdir()
    running, folder = Server(tmp_path / "db").start(), tmp_path / "home"
    try:
        with home(folder):
            library(folder, store=running.url).build_index()
        empty = seen(folder, running.url)
        path = note(tmp_path / "a.md")

        def work(*arguments: str):
            return spawn(folder, *arguments, GCM_DRAFT_STORE=running.url)

        kill_after(work("add", str(path)), rng.uniform(0.2, 1.0))
        after = seen(folder, running.url)
        with home(folder):
            library(folder, store=running.url).add([path])
        added = seen(folder, running.url)
        assert after in {empty, added}
        assert litter(folder, running.url) == []

        kill_after(work("build"), rng.uniform(0.5, 1.5))
        assert seen(folder, running.url) == added

        note(path, "A changed recommendation.")
        process = work("add", str(path))
        process.stdout.readline()
        threading.Timer(rng.uniform(0.3, 0.8), running.kill).start()
        _, errors = process.communicate(timeout=60)
        running.process.wait()
        assert process.returncode == 0 or b"StoreError: " in errors
        running.start()
        after = seen(folder, running.url)
        with home(folder):
            library(folder, store=running.url).add([path])
        changed = seen(folder, running.url)
        assert changed != added
        assert after in {added, changed}
        assert litter(folder, running.url) == []
    finally:
        running.stop()


class BreakingError(Exception):
    """What stands for a kill: nothing after it is done."""


def test_the_store_in_use_stays_while_it_is_built_anew(filled):
    """Also the documents, which only the state on the server names."""
    url, folder = filled
    before = seen(folder, url)
    found = library(folder, store=url)
    with home(folder):
        with (
            pytest.raises(BreakingError),
            writing(found),
            revising(found, fresh=True, reuse=False) as (revision, _),
        ):
            revision.put(next(iter(found.shipped.sources.values())))
            assert shared_state(folder, url) == before
            raise BreakingError
        assert seen(folder, url) == before
        assert litter(folder, url) != []
        assert library(folder, store=url).build_index(force=True)
    assert seen(folder, url) == before
    assert litter(folder, url) == []


def test_a_reader_does_not_undo_what_a_writer_puts_in_force(filled, tmp_path: Path, monkeypatch):
    """Between the documents' folder and the server's state a reader of this machine waits."""
    url, folder = filled
    before, readers = seen(folder, url), []
    enforce = own_documents.enforce

    def watched(entry):
        enforce(entry)
        reader = threading.Thread(target=server.pull, args=(library(folder, store=url).workspace,))
        readers.append(reader)
        reader.start()
        reader.join(0.5)
        assert reader.is_alive()

    monkeypatch.setattr(own_documents, "enforce", watched)
    with home(folder):
        found = library(folder, store=url)
        found.add([note(tmp_path / "b.md", "B.", "B")])
        for reader in readers:
            reader.join(30)
        assert [e.document.id for e in library(folder, store=url).own] == ["a", "b"]
        shared_state(folder, url)
        library(folder, store=url).remove(["b"])
    assert seen(folder, url) == before


# --- locks ---------------------------------------------------------------------------------------------


def left_lock(url: str, folder: Path, **holder: object):
    """A lock somebody has left on the server."""
    workspace = library(folder, store=url).workspace
    with server.talking(workspace) as client:
        return workspace, client.create_collection(
            there.lock_name(workspace), metadata=holder, embedding_function=None
        )


HOLDERS = [
    ("an earlier run of this process", {"host": platform.node(), "pid": os.getpid(), "mark": "of before"}),
    ("a dead process of this machine", {"host": platform.node(), "pid": 2**22 + 7, "mark": "x"}),
]


@pytest.mark.parametrize("holder", [h[1] for h in HOLDERS], ids=[h[0] for h in HOLDERS])
def test_locks_of_the_dead_are_taken_over(filled, holder, monkeypatch):
    """At once, also where there is no time to wait: the server went down before it could be let go."""
    url, folder = filled
    monkeypatch.setattr(there, "LOCK_SECONDS", 0)
    left_lock(url, folder, **holder)
    with home(folder):
        assert library(folder, store=url).build_index() is False
    assert litter(folder, url) == []


def test_a_lock_taken_over_is_not_removed_by_its_former_holder(filled):
    url, folder = filled
    workspace, former = left_lock(url, folder, host="elsewhere", pid=1)
    with server.talking(workspace) as client:
        server.break_lock(workspace)
        _, latter = left_lock(url, folder, host="another", pid=2)
        there._remove(client, workspace, former)
        assert there.collection(client, there.lock_name(workspace)).id == latter.id
    server.break_lock(workspace)


def test_two_writers_of_this_process_wait_for_each_other(filled, tmp_path: Path, monkeypatch):
    url, folder = filled
    monkeypatch.setattr(there, "LOCK_SECONDS", 0)
    first, second = library(folder, store=url), library(tmp_path, store=url)
    with writing(first), pytest.raises(StoreError, match="is writing"), writing(second):
        pass


# --- a server that is not what it was -------------------------------------------------------------------


def test_a_server_that_lost_everything(tmp_path: Path):
    """The documents fetched before are kept, nothing is built unasked, and they can be put there again."""
    (tmp_path / "home").mkdir()
    running, folder = Server(tmp_path / "db").start(), tmp_path / "home"
    try:
        with home(folder):
            library(folder, store=running.url).add([note(tmp_path / "a.md")])
            before = seen(folder, running.url)
            running.stop()
            shutil.rmtree(tmp_path / "db")
            running.start()
            found = library(folder, store=running.url)
            for work in (lambda: found.search("visas"), lambda: found.add([note(tmp_path / "b.md", "B.")])):
                with pytest.raises(StoreError, match=r"holds no store.*1 documents[\s\S]*index build"):
                    work()
            assert found.index_status()["problems"]
            assert library(folder, store=running.url).build_index()
        assert shared_state(folder, running.url) == before
    finally:
        running.stop()


def test_a_document_changed_while_it_is_fetched(filled, tmp_path: Path, monkeypatch):
    """Another machine takes a document out between the state and the fetching: the new state is followed."""
    url, folder = filled
    path = note(tmp_path / "b.md", "B.", "B")
    with home(folder):
        library(folder, store=url).add([path])
    fetch = server._fetch

    def late(packed, workspace, identity, version):
        if identity == "b":
            with home(folder):
                library(folder, store=url).remove(["b"])
        fetch(packed, workspace, identity, version)

    monkeypatch.setattr(server, "_fetch", late)
    with home(tmp_path / "other"):
        found = library(tmp_path / "other", store=url)
        assert [e.document.id for e in found.own] == ["a"]
        assert not found.search("fishing visas").abstained
