"""Measures by hand, and the baselines the program is compared with."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import MissingExtraError
from assistant.evaluation import baselines, measures
from assistant.evaluation import questions as sets
from tests.fakes import FakeEmbedder

# -- measures ------------------------------------------------------------------------------------------------


def values(qrels: dict[str, int], ranking: list[str]) -> dict[str, float]:
    found = measures.per_question({"q": qrels}, {"q": ranking})
    return {name: round(by_question["q"], 4) for name, by_question in found.items()}


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        (["a", "b"], {"nDCG@10": 1.0, "recall@5": 1.0, "recall@10": 1.0, "recall@20": 1.0, "MRR": 1.0}),
        # 1/log2(2) + 3/log2(3) over 3/log2(2) + 1/log2(3)
        (["b", "a"], {"nDCG@10": 0.7967, "recall@5": 1.0, "recall@10": 1.0, "recall@20": 1.0, "MRR": 0.5}),
        (["b"], {"nDCG@10": 0.2754, "recall@5": 0.0, "recall@10": 0.0, "recall@20": 0.0, "MRR": 0.0}),
        ([], {"nDCG@10": 0.0, "recall@5": 0.0, "recall@10": 0.0, "recall@20": 0.0, "MRR": 0.0}),
        (
            [f"x{n}" for n in range(10)] + ["a"],
            {"nDCG@10": 0.0, "recall@5": 0.0, "recall@10": 0.0, "recall@20": 1.0, "MRR": 0.0909},
        ),
        (
            [f"x{n}" for n in range(20)] + ["a"],
            {"nDCG@10": 0.0, "recall@5": 0.0, "recall@10": 0.0, "recall@20": 0.0, "MRR": 0.0},
        ),
        (
            ["b", "b", "a"],
            {"nDCG@10": 0.7967, "recall@5": 1.0, "recall@10": 1.0, "recall@20": 1.0, "MRR": 0.5},
        ),
    ],
    ids=["perfect", "swapped", "grade 1 only", "nothing found", "rank 11", "rank 21", "twice the same"],
)
def test_measures_by_hand(ranking, expected):
    assert values({"a": 3, "b": 1}, ranking) == expected


def test_without_the_extra_the_one_command_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(MissingExtraError, match=r"gcm-draft\[test\]"):
        measures.per_question({"q": {"a": 3}}, {"q": ["a"]})


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_an_interval_is_in_order_and_the_same_each_time(row):
    figure = measures.figure(row)
    assert figure == measures.figure(row)
    assert min(row) - 1e-9 <= figure.low <= figure.high <= max(row) + 1e-9
    assert figure.questions == len(row)


def test_more_questions_give_a_narrower_interval():
    few, many = measures.figure([0.0, 1.0] * 5), measures.figure([0.0, 1.0] * 50)
    assert few.high - few.low > 2 * (many.high - many.low)
    assert few.low < few.mean < few.high


# -- baselines -----------------------------------------------------------------------------------------------


def test_bm25_knows_stems_and_rarity():
    bm25 = baselines.BM25(["recruiters and workers", "workers and pensions", "workers", "nothing"])
    scores = bm25.scores("recruiting workers")
    assert scores[0] > scores[2] > scores[1] > scores[3] == 0
    assert bm25.idf("unheard") > bm25.idf("pension") > bm25.idf("worker") > 0
    assert max(bm25.shares("recruiting unheard")) < max(bm25.shares("recruiting"))


def test_ties_keep_their_order_and_nothing_shared_is_no_answer():
    assert baselines.ranked(["a", "b", "c"], [0.0, 1.0, 1.0]) == ["b", "c", "a"]
    assert baselines.ranked(["a", "b", "c"], [0.0, 1.0, 1.0], positive=True) == ["b", "c"]


@pytest.fixture(scope="module")
def bench(corpus):
    kinds = ("recommendation", "paragraph")
    documents = ("gfmd-dialogue-cluster6-summary-report-2017",)
    scope = sets._scope(corpus, "small", "small", kinds, documents)
    return baselines.Bench(scope, corpus, FakeEmbedder(dimensions=256))


@pytest.mark.parametrize("method", ["bm25", "cosine", "fusion", "formula"])
def test_each_baseline_finds_a_passage_by_its_own_words(bench, method):
    passage = bench.scope.passages[12]
    ranking = getattr(bench, method)(passage.text)
    assert ranking[0] == passage.id
    assert len(ranking) == len(set(ranking)) <= len(bench.ids)


@pytest.mark.parametrize(
    ("published", "label"), [(None, "its vectors alone, cosine"), (16, "MiniLM, cosine")]
)
def test_the_baselines_take_the_published_model_if_there_is_one(bench, published, label):
    own = FakeEmbedder(dimensions=8)
    given = FakeEmbedder(dimensions=published) if published else None
    made = baselines.baselines([bench.scope], bench.corpus, own, given)
    names = [baseline.name for baseline in made]
    assert label in names
    question = sets.load("development")[0]
    wanted = baselines.Bench(bench.scope, bench.corpus, given or own).cosine(question.question)
    assert made[names.index(label)].rank(question, bench.scope) == wanted[: made[0]._depth]


def test_llama_index_finds_what_stands_whole_in_its_chunks(bench):
    passage = bench.scope.passages[12]
    chunks = bench._llama_index(passage.text)
    found = bench.llama_index(passage.text)
    assert 1 < len(chunks) <= 5
    assert found
    text = bench.corpus.text(passage.document)
    for identity in found:
        words = "".join(bench.corpus.passage(identity).text.split())
        assert any(words in "".join(text[a:b].split()) for _, a, b in chunks)
