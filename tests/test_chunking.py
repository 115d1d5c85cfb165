"""Every chunk is an exact piece of one passage, within the model's bounds; nothing of a passage is lost."""

from __future__ import annotations

import itertools

import pytest
from fakes import FakeEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import chunking
from assistant.embeddings import default_embedder
from assistant.model import Passage, SearchNote


@pytest.fixture(scope="module")
def corpus_chunks(corpus):
    return list(chunking.chunks(corpus.passages.values(), default_embedder(), {}))


def test_every_chunk_is_an_exact_piece_of_its_passage(corpus, corpus_chunks):
    for chunk in corpus_chunks:
        assert chunk.embedded == corpus.passages[chunk.passage_id].text[chunk.start : chunk.end]


def test_chunks_fit_the_model(corpus_chunks):
    embedder = default_embedder()
    assert max(embedder.count_tokens(c.embedded) for c in corpus_chunks) <= embedder.max_tokens


def test_nothing_of_a_passage_is_lost_and_nothing_said_twice(corpus, corpus_chunks):
    spans: dict[str, list[tuple[int, int]]] = {}
    for chunk in corpus_chunks:
        spans.setdefault(chunk.passage_id, []).append((chunk.start, chunk.end))
    for passage, found in spans.items():
        text = corpus.passages[passage].text
        assert "".join("".join(text[a:b] for a, b in found).split()) == "".join(text.split())
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))


def test_ids_do_not_repeat(corpus_chunks):
    assert len({c.id for c in corpus_chunks}) == len(corpus_chunks)


def test_long_posts_are_several_chunks(corpus, corpus_chunks):
    post = "migration-network-hub-imrf-roundtable1-2022/q4.a2"
    assert sum(c.passage_id == post for c in corpus_chunks) > 1


def test_the_same_sentence_at_two_places_is_two_chunks():
    passages = [Passage(f"d/{n}", "d", "paragraph", "The same sentence.", ((0, 18),)) for n in (1, 2)]
    assert len(list(chunking.chunks(passages, FakeEmbedder(), {}))) == 2


def test_what_is_no_answer_is_not_embedded(corpus, corpus_chunks):
    embedded = {c.passage_id for c in corpus_chunks}
    for p in corpus.passages.values():
        if p.topic == "footnote" or p.kind == "mapping":
            assert p.id not in embedded


def test_search_notes_are_chunks_of_their_own():
    passage = Passage("d/1", "d", "policy_option", "Establish a fund.", ((0, 17),))
    notes = {
        "d/1": (
            SearchNote("en", "Money set aside.", True),
            SearchNote("fr", "De l'argent mis de côté.", False),
        )
    }
    found = list(chunking.chunks([passage], FakeEmbedder(), notes))
    assert [(c.view, c.embedded) for c in found] == [
        ("text", "Establish a fund."),
        ("note", "Money set aside."),
    ]


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="ab .!?\n;éß“”", max_size=3000))
def test_any_text_is_cut_without_loss(text):
    embedder = default_embedder()
    text = " ".join(text.split())
    spans = chunking.split(text, 60, embedder.count_tokens)
    assert all(embedder.count_tokens(text[a:b]) <= 60 for a, b in spans)
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
