"""Known questions: the file, what they say of a question like them, and passages of which they say nothing."""

from __future__ import annotations

import json
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis import terms
from assistant.embeddings import as_text
from assistant.evaluation import questions as sets
from assistant.evaluation.systems import variant
from assistant.known_questions import KEYS, LEAST, NARROW, SHARED, Known, KnownQuestions, prepared, read
from assistant.library import Library
from assistant.ranking import ALIKE, WEIGHTS, Evidence, Weights, ranked, scores
from tests.fakes import FakeEmbedder
from tests.question_sets import asked, repeats

# -- the file ------------------------------------------------------------------------------------------------


def test_each_is_asked_in_three_languages_and_answered(corpus) -> None:
    judged = {p.id for p in sets.scopes(corpus)[1].passages}
    records = read()
    assert [r["id"] for r in records] == [f"known-{n:03d}" for n in range(1, len(records) + 1)]
    for record in records:
        assert list(record["questions"]) == ["en", "fr", "es"]
        assert all(q == " ".join(q.split()) != "" for q in record["questions"].values()), record["id"]
        assert set(record["qrels"]) <= judged, record["id"]
        assert set(record["qrels"].values()) <= {1, 2, 3}, record["id"]
        assert 3 in record["qrels"].values(), record["id"]


def test_none_is_asked_twice() -> None:
    for language in ("en", "fr", "es"):
        count = Counter(r["questions"][language].casefold() for r in read())
        assert [q for q, n in count.items() if n > 1] == []


@pytest.mark.parametrize("name", sets.SETS)
def test_none_is_a_question_of_a_set_in_another_order(name: str) -> None:
    held = asked(name)
    found = [(r["id"], lang) for r in read() for lang, q in r["questions"].items() if repeats(q, lang, held)]
    assert len(found) == 0  # which of a set's questions it repeats is not said


def test_the_same_wording_has_the_same_grade(corpus) -> None:
    texts: dict[str, list[str]] = {}
    for passage in sets.scopes(corpus)[1].passages:
        texts.setdefault(passage.text, []).append(passage.id)
    twins = [ids for ids in texts.values() if len(ids) > 1]
    for record in read():
        assert [ids for ids in twins if len({record["qrels"].get(i, 0) for i in ids}) > 1] == [], record["id"]


# -- what they say -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    """As an embedder of words, not of meanings, would have them."""
    return prepared(FakeEmbedder(dimensions=64))


def test_a_known_question_brings_up_what_answers_it(kept: dict[str, str]) -> None:
    known = KnownQuestions(kept.get, 64)
    for record in read()[::50]:
        for language, question in record["questions"].items():
            found = known.like(question, FakeEmbedder(dimensions=64).embed([question]), language)
            best = max(record["qrels"], key=record["qrels"].__getitem__)
            assert found.nearest[best] == pytest.approx(1.0, abs=1e-5)
            assert found.support[best] > 0.5
            assert set(known.judged) >= set(record["qrels"])


@given(st.lists(st.floats(-1, 1), min_size=64, max_size=64).filter(lambda v: np.linalg.norm(v) > 0.1))
def test_support_is_a_share(kept: dict[str, str], direction: list[float]) -> None:
    vector = np.array(direction, np.float32) / np.float32(np.linalg.norm(direction))
    known = KnownQuestions(kept.get, 64)
    found = known.like("Le logement des travailleurs", vector[None], "fr")
    assert found.support.keys() | found.nearest.keys() <= set(known.judged)
    best = max(found.nearest.values())
    assert all(LEAST <= share <= best + 1e-6 for share in found.support.values())


def by_hand(
    grades: list[list[int]],
    vectors: list[list[float]],
    french: list[list[float]] | None = None,
    words: dict[str, list[int]] | None = None,
) -> KnownQuestions:
    """Known questions of two dimensions on the passages a, b and c."""
    arrays = {"grades": np.array(grades, np.uint8), "en": np.array(vectors, np.float32)}
    if french is not None:
        arrays["fr"] = np.array(french, np.float32)
    texts = {f"{KEYS}/{key}": as_text(array) for key, array in arrays.items()}
    lists = {f"{KEYS}/passages": ["a", "b", "c"], f"{KEYS}/words/fr": words or {}}
    return KnownQuestions({**texts, **{key: json.dumps(value) for key, value in lists.items()}}.get, 2)


def ways(*vectors: list[float]) -> np.ndarray:
    return np.array(vectors, np.float32)


def test_the_nearest_decides_and_the_others_count_less_with_distance() -> None:
    known = by_hand([[3, 1, 0], [0, 3, 3]], [[1.0, 0.0], [0.0, 1.0]])
    found = known.like("", ways([1.0, 0.0]), "en")
    assert found.support == pytest.approx({"a": 1.0, "b": 1 / 3}, abs=1e-4)
    between = known.like("", ways([0.6, 0.8]), "en")
    share = 1 / (1 + np.exp(-0.2 / 0.05))
    assert between.nearest == pytest.approx({"a": 0.6, "b": 0.8, "c": 0.8})  # b only touches on the other
    assert between.support["c"] == pytest.approx(0.8 * share, abs=1e-4)
    assert between.support["a"] == pytest.approx(0.8 * (1 - share), abs=1e-4)


def test_a_question_not_in_english_is_compared_as_the_lexicon_puts_it_too() -> None:
    known = by_hand([[3, 0, 0], [0, 3, 0]], [[1.0, 0.0], [0.0, 1.0]], french=[[0.6, 0.8], [0.8, 0.6]])
    asked, put = [1.0, 0.0], [1.0, 0.0]
    alone, both = known.like("", ways(asked), "fr"), known.like("", ways(asked, put), "fr")
    assert alone.support["b"] > 0.9 * 0.8 > alone.support.get("a", 0.0)  # the second is nearer in French
    assert both.support["a"] > 0.9 * 0.8 > both.support.get("b", 0.0)  # (.6 + 1) / 2 against (.8 + 0) / 2
    assert both.nearest == alone.nearest == pytest.approx({"a": 0.6, "b": 0.8})


KNOWN_WORD, NEW_WORD = math.log(1 + 1.5 / 1.5) ** 2, math.log(1 + 2.5 / 0.5) ** 2
"""Squared idf among two questions."""


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("Payer les salaires", 1.0),
        ("les salaires à payer, payer", 1.0),
        ("payer les loyers", (KNOWN_WORD / 2) ** 0.5 / (KNOWN_WORD + NEW_WORD) ** 0.5),
        ("vendre des fruits", 0.0),
        ("", 0.0),
    ],
)
def test_a_question_not_in_english_is_compared_by_its_words_too(question: str, share: float) -> None:
    words = {"log": [0], "etudi": [0], "pai": [1], "salair": [1]}
    assert set(words) == {t for q in ("loger les étudiants", "payer les salaires") for t in terms(q, "fr")}
    ends = [[1.0, 0.0], [0.0, 1.0]]
    known = by_hand([[3, 0, 0], [0, 3, 0]], ends, french=ends, words=words)
    near, far = 0.55**0.5, 0.45**0.5
    found = known.like(question, ways([near, far]), "fr")
    lead = near - far - SHARED * share
    assert found.support["b"] == pytest.approx(near / (1 + np.exp(lead / NARROW)), abs=1e-5)
    assert found.nearest == pytest.approx({"a": near, "b": far})
    assert known.like(question, ways([near, far]), "en") == known.like("", ways([near, far]), "en")


@given(st.text(max_size=60))
def test_shared_words_are_a_share(kept: dict[str, str], question: str) -> None:
    known = KnownQuestions(kept.get, 64)
    shared = known._words("es").shared(terms(question, "es"))
    assert ((shared >= 0) & (shared <= 1 + 1e-9)).all()


@pytest.mark.parametrize("language", ["fr", "xx"])
def test_where_none_is_known_nothing_is_said(language: str) -> None:
    known = by_hand([[3, 0, 0]], [[1.0, 0.0]])
    assert known.like("", ways([1.0, 0.0]), language) == Known()


# -- in a ranking --------------------------------------------------------------------------------------------


def noted(number: int, text: float, note: float) -> Evidence:
    return Evidence(number, text, note, 0.0, 0.0, ("shipped", str(number)), True)


def bare(number: int, text: float) -> Evidence:
    return Evidence(number, text, text, 0.0, 0.0, ("own", str(number)))


def test_support_raises_a_passage_by_its_weight() -> None:
    evidence = [noted(1, 0.5, 0.6), noted(2, 0.5, 0.6)]
    alone, raised = ranked(evidence, WEIGHTS), ranked(evidence, WEIGHTS, (), {1: 0.5, 2: 0.0})
    assert raised[0] - alone[0] == pytest.approx(0.5 * WEIGHTS.known)
    assert raised[1] == alone[1]


def test_a_passage_without_notes_stands_with_those_of_the_same_text() -> None:
    evidence = [noted(n, 0.02 * n, 0.02 * n + 0.2) for n in range(1, 41)]
    support = {e.number: 0.6 if e.text > 0.5 else 0.0 for e in evidence}
    found = ranked([*evidence, bare(41, 0.6), bare(42, 0.1)], WEIGHTS, (), support)
    assert found[40] == pytest.approx(found[29])  # the shipped one with the same text
    assert found[41] == pytest.approx(found[4])


def test_a_passage_without_notes_keeps_its_place_whichever_are_raised() -> None:
    """Known questions raise every other passage, so the mean of those like it would not do."""
    evidence = [noted(n, 0.02 * n, 0.02 * n) for n in range(1, 41)]
    support = {e.number: 0.9 * (e.number % 2) for e in evidence}
    own = bare(41, 0.81)
    found = ranked([*evidence, own], WEIGHTS, (), support)
    assert sum(score > found[40] for score in found) <= ALIKE // 2
    last = ranked([*evidence, bare(41, 0.01)], WEIGHTS, (), support)
    assert sum(score < last[40] for score in last) <= ALIKE // 2


def test_where_no_passage_has_notes_nothing_is_added() -> None:
    evidence = [bare(1, 0.4), bare(2, 0.5)]
    assert ranked(evidence, WEIGHTS) == scores(evidence, WEIGHTS)


PARTS = st.floats(0, 1)


@given(
    st.lists(st.tuples(PARTS, PARTS, PARTS), min_size=1, max_size=12), st.lists(PARTS, min_size=2, max_size=5)
)
def test_passages_without_notes_do_not_depend_on_each_other(
    shipped: list[tuple[float, float, float]], own: list[float]
) -> None:
    weights = Weights(known=0.0)
    evidence = [noted(n, text, min(1.0, text + more)) for n, (text, more, _) in enumerate(shipped)]
    support = {n: share for n, (_, _, share) in enumerate(shipped)}
    one = [bare(100 + n, text) for n, text in enumerate(sorted(own))]
    by_itself = [ranked([*evidence, e], weights, (), support)[-1] for e in one]
    together = ranked([*evidence, *one], weights, (), support)[len(evidence) :]
    assert together == pytest.approx(by_itself)


def test_the_program_without_known_questions_ranks_otherwise_and_without_notes_has_none(
    built_store: Library,
) -> None:
    question = "cheaper transfer of remittances"
    vectors = built_store.embedder.embed([question])
    assert built_store.retriever._known.like(question, vectors, "en").support
    for other in (variant(built_store, known=False), variant(built_store, notes=False)):
        assert other.retriever._known.like(question, vectors, "en") == Known()
    whole, without = (lib._rank(question, None) for lib in (built_store, variant(built_store, known=False)))
    assert whole.scores != without.scores
