"""The compiled engine and the public client of Chroma say the same; another version takes the client."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from assistant.embeddings import default_embedder
from assistant.store import current_generation, vectors
from assistant.store import engine as compiled

QUESTIONS = ["ethical recruitment", "remittance costs", "réduire les coûts", "onion soup"]


@pytest.fixture(scope="module")
def folder(built_store):
    return current_generation(built_store.workspace.store) / "chroma"


@pytest.fixture(scope="module")
def both(folder):
    engine = compiled.EngineVectors(folder)
    return engine, vectors.ClientVectors(vectors.local_client(folder))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("n", [1, 10, 10_000])
def test_engine_and_client_give_the_same(question, n, both):
    query = default_embedder().embed([question]).tolist()
    engine, client = both
    n = min(n, engine.count())
    assert engine.query(query, n) == client.query(query, n)


def test_the_cosines_of_all_chunks_are_the_same_and_those_of_the_graph(both):
    engine, client = both
    queries = default_embedder().embed(QUESTIONS)
    found = engine.cosines(queries.tolist())
    assert found == client.cosines(queries.tolist())
    assert len(found) == engine.count()
    nearest = {i: c for rows in engine.query(queries.tolist(), engine.count()) for i, c in rows}
    for row in engine.query(queries.tolist(), engine.count()):
        nearest |= {i: max(c, nearest[i]) for i, c in row}
    assert found == pytest.approx(nearest, abs=2e-6)
    (alone,) = queries[:1].tolist()
    (graph,) = engine.query([alone], engine.count())
    assert engine.cosines([alone]) == pytest.approx(dict(graph), abs=2e-6)


def test_they_count_and_hold_the_same(both):
    engine, client = both
    assert engine.count() == client.count() > 0
    ids = [i for i, _ in engine.query([[0.1] * 384], 5)[0]]
    ours, theirs = engine.vectors(ids), client.vectors(ids)
    assert ours.keys() == theirs.keys() == set(ids)
    for i in ids:
        assert ours[i] == pytest.approx(theirs[i])
    assert engine.vectors([]) == client.vectors([]) == {}


def test_filters_reach_both(both):
    engine, client = both
    query = default_embedder().embed(["recruitment"]).tolist()
    where = {"kind": "policy_option"}
    assert engine.query(query, 20, where) == client.query(query, 20, where)


def rows(number):
    made = np.random.default_rng(7).normal(size=(number, 16)).astype(np.float32)
    return [
        (f"c{n}", (v / np.linalg.norm(v)).tolist(), {"kind": "ab"[n % 2], "cluster": n % 3})
        for n, v in enumerate(made)
    ]


def fill(path):
    """A shard as a revision leaves it: added to in two steps, deleted from, synchronised at another number."""
    path.mkdir()
    shard = compiled.open_writable(path, create=True)
    shard.add(rows(450)[:300])
    shard.synchronise_after(1_000)
    shard.close()
    shard = compiled.open_writable(path)
    shard.add(rows(450)[300:])
    shard.delete([f"c{n}" for n in range(0, 450, 7)] + ["unknown"])
    shard.synchronise_after(vectors.SYNC)
    shard.close()
    shard = compiled.open_writable(path)
    shard.write_again(vectors.SYNC)
    shard.close()


@pytest.mark.filterwarnings("ignore:legacy embedding function:DeprecationWarning")
def test_filled_by_engine_or_client_a_store_says_the_same(tmp_path, monkeypatch):
    fill(tmp_path / "engine")
    monkeypatch.setattr(compiled, "ENGINE_VERSIONS", ("0.0.",))
    fill(tmp_path / "client")
    monkeypatch.undo()
    stores = [compiled.open_local(tmp_path / name) for name in ("engine", "client")]
    left = {i for i, _, _ in rows(450)} - {f"c{n}" for n in range(0, 450, 7)}
    asked = [v for _, v, _ in rows(20)]
    for store in stores:
        assert store.count() == len(left)
        assert {i for i, _ in store.query(asked[:1], len(left))[0]} == left
    for where in (None, {"kind": "a"}, {"$and": [{"kind": "b"}, {"cluster": 2}]}):
        assert stores[0].query(asked, 10, where) == stores[1].query(asked, 10, where)
    assert stores[0].vectors(["c1", "c2"]) == stores[1].vectors(["c1", "c2"])


@pytest.mark.filterwarnings("ignore:legacy embedding function:DeprecationWarning")
def test_both_leave_the_same_configuration(tmp_path, monkeypatch):
    """As Chroma's own client reads it."""
    found = []
    for name in ("engine", "client"):
        fill(tmp_path / name)
        (collection,) = vectors.local_client(tmp_path / name).list_collections()
        found.append((collection.name, collection.metadata, collection.configuration_json))
        monkeypatch.setattr(compiled, "ENGINE_VERSIONS", ("0.0.",))
    assert found[0] == found[1]
    graph = found[0][2]["hnsw"]
    assert all(graph[name] == value for name, value in vectors.HNSW.items() if name in graph)


def test_another_version_takes_the_public_client(folder, monkeypatch):
    monkeypatch.setattr(compiled, "ENGINE_VERSIONS", ("0.0.",))
    opened = compiled.open_local(folder)
    assert isinstance(opened, vectors.ClientVectors)
    assert opened.count() > 0


@pytest.mark.parametrize("opened", ["open_local(FOLDER)", "open_writable(NEW, create=True)"])
def test_neither_reading_nor_filling_imports_the_client(folder, tmp_path, opened):
    code = (
        "import sys\nfrom pathlib import Path\nfrom assistant.store.engine import open_local, open_writable\n"
        f"FOLDER, NEW = Path({str(folder)!r}), Path({str(tmp_path)!r})\n"
        f"{opened}.count()\nassert 'chromadb' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
