"""The local store: whole or not there, in step with the corpus, reusing what it has."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import threading
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import StoreError
from assistant.model import Document, Passage, Source
from assistant.store import Identity, NewerStoreError, current_generation, open_store, shards, writing
from assistant.store.catalogue import Catalogue
from assistant.store.ingestion import build, first_number, revising
from tests.fakes import FakeEmbedder
from tests.store_kit import built_home, home, library, note, spawn, state

STORE = "corpora/default/store"


class CountingEmbedder(FakeEmbedder):
    """Remembers which texts it was asked for."""

    def __init__(self):
        super().__init__()
        self.texts: list[str] = []

    def embed(self, texts):
        self.texts += texts
        return super().embed(texts)


def source(identity: str, texts: list[str], sha: str = "a") -> Source:
    document = Document(
        identity, identity, identity, "x", None, ("en",), {"en": "x"}, sha, "x", "own-text", None, False
    )
    text = "\n".join(texts)
    passages, at = [], 0
    for n, one in enumerate(texts):
        passages.append(
            Passage(f"{identity}/p.{n}", identity, "paragraph", one, ((at, at + len(one)),), locator=f"¶ {n}")
        )
        at += len(one) + 1
    return Source(document, text, (), tuple(passages))


def identity(name: str = "one", embedder: str = "fake-32-256") -> Identity:
    return Identity(name, embedder, "none")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    build(tmp_path, [source("a", ["apples and pears", "plums"])], FakeEmbedder(), identity()).close()
    return tmp_path


def test_what_was_built_is_what_is_read(small: Path):
    store = open_store(small)
    assert store.catalogue.meta["corpus_sha256"] == "one"
    assert [p.text for p in store.catalogue.passages_by_id(["a/p.0", "a/p.1"]).values()] == [
        "apples and pears",
        "plums",
    ]
    assert store.vectors.count() == store.catalogue.count("chunk") == 2
    assert store.catalogue.check() == []
    store.close()


def test_a_current_store_is_not_built_again(small: Path):
    before = current_generation(small)
    build(small, [source("b", ["x"])], FakeEmbedder(), identity()).close()
    assert current_generation(small) == before
    build(small, [source("b", ["x"])], FakeEmbedder(), identity(), force=True).close()
    assert current_generation(small) != before


def test_only_new_texts_are_embedded(small: Path):
    embedder = CountingEmbedder()
    build(
        small, [source("a", ["plums", "cherries", "apples and pears"], "b")], embedder, identity("two")
    ).close()
    assert embedder.texts == ["cherries"]
    store = open_store(small)
    chunks = store.catalogue.chunks_of_document("a")
    fresh = FakeEmbedder().embed(["plums"])[0]
    assert any(abs(fresh - v).max() < 1e-6 for v in store.vectors.vectors(chunks).values())
    store.close()


def test_force_embeds_everything(small: Path):
    embedder = CountingEmbedder()
    build(small, [source("a", ["plums"], "b")], embedder, identity("two"), force=True).close()
    assert embedder.texts == ["plums"]


def test_vectors_of_another_embedder_are_not_reused(small: Path):
    class Other(CountingEmbedder):
        def __init__(self):
            super().__init__()
            self.name = "other"

    embedder = Other()
    build(small, [source("a", ["plums"])], embedder, identity("two", "other")).close()
    assert embedder.texts == ["plums"]


@pytest.mark.parametrize("ended", [True, False], ids=["store", "interrupted-run"])
def test_vectors_of_another_index_version_are_not_reused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: bool
):
    def sources():
        yield source("a", ["plums"])
        if not ended:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched, nullcontext() if ended else pytest.raises(KeyboardInterrupt):
        patched.setattr("assistant.store.reuse.INDEX_VERSION", "0")
        build(tmp_path, sources(), FakeEmbedder(), replace(identity(), index_version="0")).close()
    embedder = CountingEmbedder()
    build(tmp_path, [source("a", ["plums"])], embedder, identity()).close()
    assert embedder.texts == ["plums"]


def test_an_interrupted_run_is_gone_on_with(tmp_path: Path):
    first, second = source("a", [f"apple {n}" for n in range(300)]), source("b", ["pears"])

    def broken():
        yield first
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, broken(), FakeEmbedder(), identity())
    assert current_generation(tmp_path) is None
    assert list(tmp_path.glob("gen-*")) == []
    embedder = CountingEmbedder()
    build(tmp_path, [first, second], embedder, identity()).close()
    assert embedder.texts == ["pears"]
    assert not (tmp_path / "resume.sqlite3").exists()


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of 25 passages in shards of 10."""
    monkeypatch.setattr(shards, "SHARD", 10)
    fruit = [f"apple number {n}" for n in range(12)], [f"pear number {n}" for n in range(13)]
    build(tmp_path, [source("a", fruit[0]), source("b", fruit[1])], FakeEmbedder(), identity("two")).close()
    return tmp_path


def test_a_large_store_is_in_shards_and_read_as_one(many: Path):
    store = open_store(many)
    assert len(shards.shard_paths(store.path)) == 3
    assert store.vectors.count() == store.catalogue.count("chunk") == 25
    ids = store.catalogue.chunks_of_document("a") + store.catalogue.chunks_of_document("b")
    held = store.vectors.vectors([*ids, "unknown"])
    assert held.keys() == set(ids)
    queries = FakeEmbedder().embed(["apple number 3", "pear number 12", "plums"])
    for query, row in zip(queries, store.vectors.query(queries.tolist(), 7), strict=True):
        exact = sorted((float(query @ vector) for vector in held.values()), reverse=True)[:7]
        assert [cosine for _, cosine in row] == pytest.approx(exact, abs=2e-6)
        assert all(cosine == pytest.approx(query @ held[i], abs=2e-6) for i, cosine in row)
    only = store.vectors.query(queries.tolist()[:1], 25, {"document": "b"})[0]
    assert sorted(i for i, _ in only) == sorted(store.catalogue.chunks_of_document("b"))
    store.close()


def test_shards_are_filled_further_and_deleted_from(many: Path):
    with writing(many), revising(many, FakeEmbedder()) as (revision, finish):
        revision.drop("a")
        revision.put(source("c", [f"fig number {n}" for n in range(9)]))
        finish(identity("three"), {}, lambda: None)
    store = open_store(many)
    assert store.vectors.count() == store.catalogue.count("chunk") == 22
    assert store.catalogue.check() == []
    nearest = store.vectors.query(FakeEmbedder().embed(["fig number 8"]).tolist(), 1)
    assert nearest[0][0][0].startswith("c/")
    store.close()


def test_a_shard_that_is_gone_is_noticed(many: Path):
    shutil.rmtree(shards.shard_paths(current_generation(many))[-1])
    with pytest.raises(StoreError, match=r"chroma-3.* is not there"):
        open_store(many)


def test_a_damaged_journal_only_costs_time(tmp_path: Path):
    (tmp_path / "resume.sqlite3").write_bytes(b"no database at all" * 100)
    build(tmp_path, [source("a", ["plums"])], FakeEmbedder(), identity()).close()
    open_store(tmp_path).close()


def test_a_revision_that_is_not_finished_changes_nothing(small: Path):
    before = sorted(p.name for p in small.rglob("*"))
    with writing(small), revising(small, FakeEmbedder()) as (revision, _):
        revision.put(source("b", ["cherries"]))
    left = sorted(p.name for p in small.rglob("*"))
    assert [n for n in left if n != "resume.sqlite3"] == before


def test_a_document_that_fails_midway_leaves_no_trace(small: Path):
    bad = source("b", ["cherries", "figs"])
    bad = replace(bad, passages=(*bad.passages, replace(bad.passages[0], text="twice the same id")))
    with writing(small), revising(small, FakeEmbedder()) as (revision, finish):
        with pytest.raises(sqlite3.IntegrityError):
            revision.put(bad)
        finish(identity("two"), {}, lambda: None)
    store = open_store(small)
    assert list(store.catalogue.documents()) == ["a"]
    assert store.vectors.count() == store.catalogue.count("chunk") == 2
    store.close()


def test_a_changed_document_keeps_nothing_of_its_former_text(small: Path):
    with writing(small), revising(small, FakeEmbedder()) as (revision, finish):
        revision.put(source("a", ["apples and figs!", "plums"], "b"))
        finish(identity("two"), {}, lambda: None)
    store = open_store(small)
    assert store.catalogue.count("chunk") == store.vectors.count() == 2
    assert not store.catalogue.lexical(["pear"], 5)
    [[(nearest, cosine), *_]] = store.vectors.query(FakeEmbedder().embed(["apples and figs!"]).tolist(), 2)
    assert cosine == pytest.approx(1)
    assert store.catalogue.chunk_passages([nearest])
    store.close()


def test_numbers_do_not_depend_on_the_order_of_adding(tmp_path: Path):
    a, b = source("a", ["plums"]), source("b", ["plums"])
    found = []
    for order in ([a, b], [b, a]):
        store = build(tmp_path / order[0].document.id, order, FakeEmbedder(), identity())
        found.append(store.catalogue.eligible("1", []))
        store.close()
    assert found[0] == found[1] == {first_number("a"), first_number("b")}


def test_a_reader_goes_on_reading_what_it_opened(small: Path):
    reader = open_store(small)
    for n in range(3):
        build(small, [source("b", [f"figs {n}"])], FakeEmbedder(), identity(str(n))).close()
    assert list(reader.catalogue.documents()) == ["a"]
    assert reader.vectors.count() == 2
    assert len(reader.vectors.query(FakeEmbedder().embed(["plums"]).tolist(), 2)[0]) == 2
    reader.close()
    build(small, [source("b", ["figs"])], FakeEmbedder(), identity("last")).close()
    assert [p.name for p in small.glob("gen-*")] == [current_generation(small).name]


def test_a_newer_store_is_refused_and_left_alone(small: Path):
    with Catalogue(current_generation(small) / "catalogue.sqlite3", write=True) as catalogue:
        catalogue.set_meta({"index_version": "999"})
        catalogue.commit()
    with pytest.raises(
        NewerStoreError, match=r"index version 999; this program writes version \d+. Update gcm-draft"
    ):
        open_store(small)
    with pytest.raises(NewerStoreError):
        build(small, [source("a", ["x"])], FakeEmbedder(), identity("two"))
    build(small, [source("a", ["x"])], FakeEmbedder(), identity("two"), force=True).close()


DAMAGES = [
    ("catalogue cut short", "catalogue.sqlite3", lambda data: data[: len(data) // 2]),
    ("catalogue empty", "catalogue.sqlite3", lambda _: b""),
    ("catalogue no database", "catalogue.sqlite3", lambda _: b"x" * 5000),
    ("vectors cut short", "chroma/chroma.sqlite3", lambda data: data[: len(data) // 3]),
    ("vectors no database", "chroma/chroma.sqlite3", lambda _: b"x" * 5000),
    ("vectors gone", "chroma/chroma.sqlite3", None),
]


@pytest.mark.parametrize(("name", "change"), [row[1:] for row in DAMAGES], ids=[row[0] for row in DAMAGES])
def test_a_damaged_store_is_told(small: Path, name: str, change):
    path = current_generation(small) / name
    path.unlink() if change is None else path.write_bytes(change(path.read_bytes()))
    with pytest.raises(StoreError, match="gcm-draft index build"):
        store = open_store(small)
        store.catalogue.passages_by_id(["a/p.0"])
        store.vectors.query(FakeEmbedder().embed(["plums"]).tolist(), 2)


def test_a_passage_altered_in_the_catalogue_is_never_quoted(small: Path):
    path = current_generation(small) / "catalogue.sqlite3"
    path.write_bytes(path.read_bytes().replace(b'"text": "plums"', b'"text": "plumz"'))
    store = open_store(small)
    with pytest.raises(StoreError, match="a passage is not as it was written"):
        store.catalogue.passages_by_id(["a/p.1"])
    store.close()


def test_random_damage_is_told_or_harmless(small: Path):
    """Bytes changed anywhere in the catalogue: an error of ours, or every passage as it was."""
    path = current_generation(small) / "catalogue.sqlite3"
    whole = path.read_bytes()
    rng = random.Random(5)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(20):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        try:
            store = open_store(small)
        except StoreError:
            continue
        try:
            texts = [p.text for p in store.catalogue.passages_by_id(["a/p.0", "a/p.1"]).values()]
            assert set(texts) <= {"apples and pears", "plums"}
        except StoreError:
            pass
        finally:
            store.close()


def test_a_vector_missing_from_chroma_is_noticed(small: Path):
    folder = current_generation(small)
    with Catalogue(folder / "catalogue.sqlite3", write=True) as catalogue:
        catalogue.remove_document("a")
        catalogue.commit()
    with pytest.raises(StoreError, match=r"0 chunks in the catalogue, 2 vectors"):
        open_store(small)


def test_a_pointer_to_elsewhere_is_not_followed(small: Path, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (small / "CURRENT").write_text(f"../{other.name}", encoding="ascii")
    assert current_generation(small) is None
    (small / "CURRENT").write_bytes(b"\xff\xfe")
    with pytest.raises(StoreError, match="index build"):
        current_generation(small)


def test_two_writers_take_turns(tmp_path: Path):
    embedders = [CountingEmbedder(), CountingEmbedder()]
    texts = [f"apple {n}" for n in range(40)]
    failures: list[BaseException] = []

    def run(embedder: CountingEmbedder) -> None:
        try:
            build(tmp_path, [source("a", texts)], embedder, identity()).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(e,)) for e in embedders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert sorted(len(e.texts) for e in embedders) == [0, 40]
    open_store(tmp_path).close()


def test_two_processes_add_to_one_corpus(tmp_path: Path):
    folder = built_home(tmp_path / "h")
    paths = [note(tmp_path / f"note{n}.md", f"Text number {n}.", f"Note {n}") for n in range(2)]
    processes = [spawn(folder, "add", str(path)) for path in paths]
    for process in processes:
        assert process.wait(120) == 0, process.communicate()[1]
        process.communicate()
    assert {e.document.id for e in library(folder).own} == {"note0", "note1"}
    state(folder)


def test_the_status_tells_what_is_wrong(tmp_path: Path):
    folder = built_home(tmp_path)
    with home(folder):
        found = library(folder)
        assert found.index_status()["current"] is True
        status = Library_with_other_embedder(folder).index_status()
        assert status["current"] is False
        assert "embedder" in status["problems"][0]
        json.dumps(status)


def Library_with_other_embedder(folder: Path):  # noqa: N802
    from assistant.library import Library

    with home(folder):
        return Library(embedder=FakeEmbedder(16))


def test_a_stale_store_of_the_shipped_corpus_is_built_by_itself(tmp_path: Path):
    folder = built_home(tmp_path)
    found = Library_with_other_embedder(folder)
    with home(folder):
        assert not found.search("ethical recruitment", k=1).abstained
        assert found.index_status()["current"] is True


def test_a_damaged_store_of_the_shipped_corpus_is_built_by_itself(tmp_path: Path):
    folder = built_home(tmp_path)
    (current_generation(folder / STORE) / "catalogue.sqlite3").write_bytes(b"")
    state(folder)
