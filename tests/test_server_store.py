"""One store on a Chroma server: the same answers as the local one, shared by two machines."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

from assistant.errors import ProblemsError, StoreError, UsageError
from assistant.store import connection, current_generation, server
from assistant.store import shared as there
from assistant.store.catalogue import Catalogue
from tests.fakes import FakeEmbedder
from tests.server_kit import MISSING, chroma
from tests.store_kit import built_home, home, library, note

pytestmark = pytest.mark.skipif(MISSING, reason="chromadb's own server is not installed")


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with chroma(tmp_path_factory.mktemp("server")) as where:
        yield where


@pytest.fixture(scope="module")
def shared(url, tmp_path_factory):
    """A store on the server, filled from one machine's home."""
    folder = tmp_path_factory.mktemp("machine one")
    with home(folder):
        found = library(folder, store=url)
        found.build_index()
    return url, folder


def chunks_of(client, found):
    name = there.state(client, found.workspace)["chunks"]
    return client.get_collection(name, embedding_function=None)


QUESTIONS = ("ethical recruitment", "birth registration", "remittances", "pensions of migrants", "xenophobia")


def answers(found, folder: Path) -> list[object]:
    with home(folder):
        return [found.search(question, k=8) for question in QUESTIONS]


def test_the_same_answers_as_the_local_store(shared, tmp_path: Path):
    url, folder = shared
    local = built_home(tmp_path / "local")
    assert answers(library(folder, store=url), folder) == answers(library(local), local)


def test_documents_reach_another_machine(shared, tmp_path: Path):
    url, one = shared
    two = tmp_path / "machine two"
    path = note(tmp_path / "a.md")
    with home(one):
        first = library(one, store=url)
        first.add([path], title="On visas")
        expected = first.search("registry of fishing visas", k=3)
    with home(two):
        second = library(two, store=url)
        assert second.search("registry of fishing visas", k=3) == expected
        assert expected.hits[0].passage.document == "a"
        assert second.corpus.sources["a"] == first.corpus.sources["a"]
        # and back: changed there, seen here
        note(path, "Establish a secret registry of fishing visas.")
        assert [r.outcome for r in second.add([path])] == ["changed"]
        local = built_home(tmp_path / "local")
    with home(local):
        here = library(local)
        here.add([path], title="On visas")
        expected = here.search("registry of fishing visas", k=3)
    with home(one):
        first = library(one, store=url)
        assert first.search("registry of fishing visas", k=3) == expected
        assert first.index_status()["current"] is True
        with pytest.raises(ProblemsError, match="no document of yours"):
            first.remove(["b"])
        first.remove(["a"])
    with home(two):
        second = library(two, store=url)
        assert second.own == ()
        assert all(h.passage.document != "a" for h in second.search("registry of fishing visas", k=3).hits)
        status = second.index_status()
        assert status["vectors"] == status["chunks"]


def test_left_overs_of_a_killed_writer_are_invisible_and_swept(shared, tmp_path: Path):
    url, folder = shared
    with home(folder):
        found = library(folder, store=url)
        before = answers(found, folder)
        with server.talking(found.workspace) as client:
            chunks = chunks_of(client, found)
            vector = FakeEmbedder().embed(["ethical recruitment"])[0].tolist()
            chunks.add(ids=["left/p.1#0-5|text@0"], embeddings=[vector], metadatas=[{"document": "left"}])
            client.create_collection(
                there.lock_name(found.workspace), metadata={"host": os.uname().nodename, "pid": 2**22 + 5}
            )
            assert answers(library(folder, store=url), folder) == before
            library(folder, store=url).add([note(tmp_path / "b.md")])  # takes the dead writer's lock over
            assert chunks.get(ids=["left/p.1#0-5|text@0"])["ids"] == []
            library(folder, store=url).remove(["b"])
            assert answers(library(folder, store=url), folder) == before


def test_a_writer_elsewhere_is_waited_for(shared, monkeypatch):
    url, folder = shared
    monkeypatch.setattr(there, "LOCK_SECONDS", 1)
    with home(folder):
        found = library(folder, store=url)
        with server.talking(found.workspace) as client:
            client.create_collection(
                there.lock_name(found.workspace), metadata={"host": "elsewhere", "pid": 1}
            )
        with pytest.raises(StoreError, match=r"elsewhere \(process 1\) is writing.*--break-lock"):
            found.build_index()
        server.break_lock(found.workspace)
        found.build_index()


def test_another_embedder_is_refused(shared):
    from assistant.library import Library

    url, folder = shared
    with home(folder):
        other = Library(embedder=FakeEmbedder(16), store=url)
        with pytest.raises(
            StoreError, match=r"embedder: built from fake-32-256, needed fake-16-256[\s\S]*index build"
        ):
            other.search("visas")


def test_a_newer_store_is_refused(shared):
    url, folder = shared
    with home(folder):
        found = library(folder, store=url)
        with server.talking(found.workspace) as client:
            base = client.get_collection(there.base_name(found.workspace), embedding_function=None)
            former = base.metadata["state"]
            state = json.loads(former)
            state["identity"]["index_version"] = "999"
            base.modify(metadata={"state": json.dumps(state)})
            with pytest.raises(StoreError, match="index version: built from 999"):
                found.search("visas")
            base.modify(metadata={"state": former})
        library(folder, store=url).search("visas", k=1)


def test_corpora_of_any_name(shared):
    url, folder = shared
    with home(folder):
        names = [
            there.base_name(library(folder, corpus=c, store=url).workspace)
            for c in ("été", "a_b", "x-", "汉")
        ]
    assert len(set(names)) == 4
    assert all(name.isascii() for name in names)


def test_down_in_the_middle(tmp_path: Path):
    folder = tmp_path / "home"
    with chroma(tmp_path / "db") as where, home(folder):
        found = library(folder, store=where)
        found.build_index()
        retriever = found.retriever
    with pytest.raises(StoreError, match=r"failed|reached"):
        retriever.search("visas")
    with home(folder), pytest.raises(StoreError, match="No Chroma server can be reached"):
        library(folder, store=where).search("visas")


# --- what is no Chroma server --------------------------------------------------------------------------


class Answering(http.server.BaseHTTPRequestHandler):
    code, body, wait = 200, b'"1.0.0"', 0.0
    seen: list[dict[str, str]] = []  # noqa: RUF012 shared on purpose

    def do_GET(self):
        type(self).seen.append(dict(self.headers))
        time.sleep(self.wait)
        with contextlib.suppress(OSError):
            self.send_response(self.code)
            self.send_header("Content-Length", str(len(self.body)))
            self.end_headers()
            self.wfile.write(self.body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def answering(context: ssl.SSLContext | None = None, **how):
    handler = type("Handler", (Answering,), {**how, "seen": []})
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context:
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{httpd.server_address[1]}", handler
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


FAILURES = [
    ("unauthorised", {"code": 401}, "refuses us .401.*GCM_DRAFT_STORE_TOKEN"),
    ("forbidden", {"code": 403}, "refuses us .403"),
    ("not found", {"code": 404}, "no Chroma server .it answers 404"),
    ("a web page", {"body": b"<html>"}, "no Chroma server"),
    ("no version", {"body": b"{}"}, "no Chroma server .it names no version"),
    ("older", {"body": b'"0.5.23"'}, "of version 0.5.23; this program speaks with 1.x"),
    ("newer", {"body": b'"2.0.0"'}, "of version 2.0.0"),
    ("late", {"wait": 1.0}, "did not answer within 0.3 seconds.*GCM_DRAFT_STORE_TIMEOUT"),
]


@pytest.mark.parametrize(("how", "message"), [f[1:] for f in FAILURES], ids=[f[0] for f in FAILURES])
def test_a_server_that_is_not_the_right_one(how, message, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("GCM_DRAFT_STORE_TIMEOUT", "0.3")
    with answering(**how) as (where, _), pytest.raises(StoreError, match=message):
        connection.connect(where)


def test_what_speaks_no_http():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def speak():
            peer, _ = listener.accept()
            peer.sendall(b"SSH-2.0-x\r\n")
            peer.close()

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(StoreError, match=r"no Chroma server|reached"):
            connection.connect(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()


def test_the_token_is_sent(monkeypatch):
    monkeypatch.setenv("GCM_DRAFT_STORE_TOKEN", "s3cret")
    with answering(code=401) as (where, handler):
        with pytest.raises(StoreError) as caught:
            connection.connect(where)
        assert handler.seen[0]["Authorization"] == "Bearer s3cret"
        assert "s3cret" not in str(caught.value)


def test_a_certificate_nobody_knows_is_refused(tmp_path: Path, monkeypatch):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key,
         "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with answering(context, body=b'"9.9"') as (where, _):
        with pytest.raises(StoreError, match=r"reached.*CERTIFICATE_VERIFY_FAILED"):
            connection.connect(where)
        monkeypatch.setenv("GCM_DRAFT_STORE_TLS_CA", str(cert))
        with pytest.raises(StoreError, match=r"of version 9\.9"):
            connection.connect(where)


ADDRESSES = [
    ("password", "http://me:secret@host:8000", "GCM_DRAFT_STORE_TOKEN"),
    ("path", "http://host:8000/chroma", "HOST:PORT"),
    ("port", "http://host:99999", "ort"),
    ("no host", "http://", "HOST:PORT"),
]


@pytest.mark.parametrize(("where", "message"), [a[1:] for a in ADDRESSES], ids=[a[0] for a in ADDRESSES])
def test_addresses(where, message):
    with pytest.raises(UsageError, match=message):
        connection.connect(where)


SETTINGS = [
    ("GCM_DRAFT_STORE_TIMEOUT", "soon"),
    ("GCM_DRAFT_STORE_TIMEOUT", "0"),
    ("GCM_DRAFT_STORE_TLS_CA", "/no/such/file"),
    ("GCM_DRAFT_STORE_TOKEN", "two\nlines"),
]


@pytest.mark.parametrize(
    ("name", "value"), SETTINGS, ids=[f"{n[16:]}-{i}" for i, (n, _) in enumerate(SETTINGS)]
)
def test_settings(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=name):
        connection.connect("https://127.0.0.1:1")


def test_catalogue_of_a_server_is_like_the_local_one(shared, tmp_path: Path):
    url, folder = shared
    local = built_home(tmp_path / "local")

    def rows(root: Path):
        [pointer] = root.glob("corpora/default/*/CURRENT")
        with Catalogue(current_generation(pointer.parent) / "catalogue.sqlite3") as catalogue:
            return catalogue._query("SELECT * FROM passage ORDER BY 1"), catalogue._query(
                "SELECT * FROM chunk ORDER BY 1"
            )

    with home(folder):
        library(folder, store=url).search("visas")
    assert rows(folder) == rows(local)
