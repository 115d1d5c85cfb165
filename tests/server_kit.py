"""What the tests of a store on a Chroma server share: a real server on loopback, and what a reader finds there."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.store import server
from tests.store_kit import home, library

CHROMA = shutil.which("chroma") or str(Path(sys.executable).with_name("chroma"))
MISSING = not Path(CHROMA).exists()
QUESTIONS = ("fishing visas registry", "ethical recruitment", "remittances", "xenophobia")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """``chroma run`` on a folder; can be killed and started again at the same address."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder, self.port = folder, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Returns when the server answers."""
        command = [
            CHROMA, "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)
        ]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            assert self.process.poll() is None, "the server has ended"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """Kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """The way a system stops a service."""
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


@contextlib.contextmanager
def chroma(folder: Path, port: int | None = None) -> Iterator[str]:
    """The address of a server on ``folder``, stopped at the end."""
    running = Server(folder, port).start()
    try:
        yield running.url
    finally:
        running.stop()


def shared_state(folder: Path, url: str) -> str:
    """A fingerprint of the shared corpus as the client in ``folder`` finds it; proves that it is whole and one.

    A machine that has never seen the server must find the same.
    """
    found = seen(folder, url)
    with tempfile.TemporaryDirectory(prefix="gcm-draft-other-") as other:
        assert seen(Path(other), url) == found, "another machine finds something else"
    return found


def seen(folder: Path, url: str) -> str:
    """The same, as this client alone finds it."""
    found = library(folder, store=url)
    with home(folder):
        store = found._store
        try:
            assert not found.identity.differences(store.catalogue.meta)
            assert not store.catalogue.check()
            expected = {p.id: p for p in found.corpus.passages.values()}
            assert store.catalogue.passages_by_id(list(expected)) == expected
            assert store.catalogue.count("passage") == len(expected)
            assert set(store.catalogue.documents()) == {d.id for d in found.documents}
            numbers = list(store.catalogue.eligible("1", ()))
            chunks = [c for some in store.catalogue.chunks_of(numbers).values() for c in some]
            assert len(store.vectors.vectors(chunks)) == len(chunks), "chunks without a vector"
            lines = [found.identity.corpus_sha256, *sorted(expected)]
            for question in QUESTIONS:
                for hit in found.search(question, k=8).hits:
                    assert found.corpus.passages[hit.passage.id] == hit.passage
                    lines.append(f"{hit.passage.id} {hit.score} {hit.passage.text}")
        finally:
            store.close()
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def litter(folder: Path, url: str) -> list[str]:
    """What interrupted writers have left on the server; nothing after the next change that ended well."""
    found = library(folder, store=url)
    with home(folder), server.talking(found.workspace) as client:
        status = found.index_status()
        expected = server.expected_collections(client, found.workspace)
        left = sorted({c.name for c in client.list_collections()} - expected)
        more = status["vectors"] - status["chunks"]
        return [*left, *([f"{more} chunks of no document"] if more else [])]
