"""Other embedders: named, reached over their own protocol, kept apart in a store of their own."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant import embedders
from assistant.errors import GcmDraftError, UsageError
from assistant.library import Library


def vector(text: str) -> list[float]:
    return [b - 127.5 for b in hashlib.sha512(text.encode()).digest()[:32]]


class Peer(BaseHTTPRequestHandler):
    """Speaks as much of Ollama's and OpenAI's embedding protocols as their clients ask for."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
        if self.path.endswith("/api/embed"):
            answer = {"model": asked["model"], "embeddings": [vector(t) for t in texts]}
        else:
            rows = [{"object": "embedding", "index": i, "embedding": vector(t)} for i, t in enumerate(texts)]
            answer = {
                "object": "list",
                "model": asked["model"],
                "data": rows,
                "usage": {"prompt_tokens": 1, "total_tokens": 1},
            }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def peer():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["ollama", "openai"])
def test_it_embeds_over_its_own_protocol(kind, peer):
    url = peer if kind == "ollama" else f"{peer}/v1"
    embedder = embedders.load(f"{kind}:some-model@{url}")
    vectors = embedder.embed(["one", "two", "one"])
    assert vectors.shape == (3, 32)
    assert (vectors[0] == vectors[2]).all()
    assert abs(float((vectors[1] ** 2).sum()) - 1) < 1e-5
    assert embedder.dimensions == 32


@pytest.mark.filterwarnings("ignore")
def test_its_store_is_its_own_and_records_it(peer, tmp_path, monkeypatch):
    monkeypatch.setenv("GCM_DRAFT_HOME", str(tmp_path))
    named = f"ollama:some-model@{peer}"
    other = Library(embedder=named)
    assert other.workspace.store != Library().workspace.store
    hits = other.search("ethical recruitment", k=3)
    assert hits.hits or hits.abstained
    assert other.index_status()["embedder"] == named
    assert not Library().index_status()["current"]


def test_a_store_built_with_another_embedder_is_never_mixed(peer, tmp_path, monkeypatch, built_store):
    status = Library(store=str(built_store.workspace.store), embedder=f"ollama:m@{peer}").index_status()
    assert not status["current"]
    assert any("embedder" in p for p in status["problems"])


@pytest.mark.parametrize(
    "spec", ["", "ollama", "ollama:", "bing:model", "ollama:a b", "openai:m@ftp://x", "http://x"]
)
def test_a_bad_name_is_one_clear_error(spec):
    with pytest.raises(UsageError, match="Expected an embedder such as"):
        embedders.load(spec)


@pytest.mark.filterwarnings("ignore")
def test_an_embedder_that_is_down_is_one_clear_error():
    with pytest.raises(GcmDraftError, match="did not answer as expected"):
        embedders.load("ollama:m@http://127.0.0.1:9").embed(["x"])
