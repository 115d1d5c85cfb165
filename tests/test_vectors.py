"""The compiled engine and the public client of Chroma say the same; another version takes the client."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assistant.embeddings import default_embedder
from assistant.store import current_generation, vectors

QUESTIONS = ["ethical recruitment", "remittance costs", "réduire les coûts", "onion soup"]


@pytest.fixture(scope="module")
def folder(built_store):
    return current_generation(built_store.workspace.store) / "chroma"


@pytest.fixture(scope="module")
def both(folder):
    engine = vectors.EngineVectors(folder)
    return engine, vectors.ClientVectors(vectors.local_client(folder))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("n", [1, 10, 10_000])
def test_engine_and_client_give_the_same(question, n, both):
    query = default_embedder().embed([question]).tolist()
    engine, client = both
    n = min(n, engine.count())
    assert engine.query(query, n) == client.query(query, n)


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


def test_another_version_takes_the_public_client(folder, monkeypatch):
    monkeypatch.setattr(vectors, "ENGINE_VERSIONS", ("0.0.",))
    opened = vectors.open_local(folder)
    assert isinstance(opened, vectors.ClientVectors)
    assert opened.count() > 0


def test_reading_does_not_import_the_client(folder):
    code = (
        "import sys\nfrom pathlib import Path\nfrom assistant.store.vectors import open_local\n"
        f"open_local(Path({str(folder)!r})).count()\nassert 'chromadb' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
