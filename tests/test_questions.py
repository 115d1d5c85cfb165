"""The evaluation questions: form, passages, coverage, and what docs/judging.md says of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from assistant.corpus import load_shipped
from assistant.known_questions import read as known_questions
from assistant.resources import shipped
from assistant.search_notes import whole_ids
from tests.question_sets import asked, repeats

SETS = {"development": "dev", "test": "test"}
ANSWERABLE = ("paraphrase", "keyword", "drafting", "named", "objective", "french", "spanish")
REFUSED = ("off_topic_plain", "off_topic_far", "lexical_trap", "domain_gap")
JUDGED = {
    "policy_option",
    "practical_action",
    "practice_example",
    "recommendation",
    "paragraph",
    "comment",
}
RECOLLECTION = "gfmd-thematic-recollection-2017"
OVERVIEW = "gfmd-zero-draft-overview-2018"
HUB_QUESTION = re.compile(r"migration-network-hub-[^/]*/q\d")
FILLERS = (
    "a about afterwards again ahead all an and another any anyone are as at back be been before being but "
    "by can come could did do does doing down else end even every first for from get go had has have he "
    "her his how if in into is it its last like me more must my next no nobody not now of off on once one "
    "only or other ought our out over own put really same she should since so some somebody someone such "
    "take than that the their them then there these they this those to too under until up us was we were "
    "what whatever when where whether which while who whose why will with without would year years you "
    "your "
)

_FILLERS = frozenset(FILLERS.split())


def _load(name: str) -> list[dict]:
    return json.loads((shipped("corpus") / "questions" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=list(SETS))
def named_set(request: pytest.FixtureRequest) -> tuple[str, list[dict]]:
    return request.param, _load(request.param)


@pytest.fixture(scope="module")
def passages() -> dict:
    found = load_shipped().passages
    return dict(found) if isinstance(found, dict) else {passage.id: passage for passage in found}


def _stems(text: str) -> set[str]:
    """Content words, cut to five letters: crude, and stricter than a stemmer."""
    words = re.findall(r"[a-zà-ÿ]+", text.lower())
    return {word[:5] if len(word) > 5 else word.rstrip("s") for word in words if word not in _FILLERS}


def test_every_question_has_the_agreed_form(named_set):
    name, questions = named_set
    keys = ["id", "question", "language", "category", "cluster", "qrels"]
    assert [list(q) for q in questions] == [keys] * len(questions)
    assert [q["id"] for q in questions] == [f"{SETS[name]}-{n:03d}" for n in range(1, len(questions) + 1)]
    for q in questions:
        assert q["question"] == " ".join(q["question"].split()) != "", q["id"]
        assert q["language"] in {"en", "fr", "es"}, q["id"]
        assert q["category"] in ANSWERABLE + REFUSED, q["id"]
        assert q["cluster"] is None or q["cluster"] in range(1, 7), q["id"]
        assert all(type(grade) is int and grade in {1, 2, 3} for grade in q["qrels"].values()), q["id"]
        expected = {"french": "fr", "spanish": "es"}.get(q["category"])
        assert expected in {None, q["language"]}, q["id"]
        if q["category"] in ANSWERABLE and expected is None:
            assert q["language"] == "en", q["id"]


def test_answerable_questions_have_a_direct_answer_and_the_others_none(named_set):
    for q in named_set[1]:
        if q["category"] in ANSWERABLE:
            assert 3 in q["qrels"].values(), q["id"]
        else:
            assert q["qrels"] == {}, q["id"]
            assert q["cluster"] is None, q["id"]


def test_judged_passages_exist_and_are_of_a_judged_kind(named_set, passages):
    for q in named_set[1]:
        assert [p for p in q["qrels"] if p not in passages] == [], q["id"]
        allowed = JUDGED | ({"mapping"} if q["category"] == "objective" else set())
        assert {passages[p].kind for p in q["qrels"]} <= allowed, q["id"]
        assert [p for p in q["qrels"] if HUB_QUESTION.fullmatch(p)] == [], q["id"]


def test_the_best_judgements_stand_first(named_set):
    for q in named_set[1]:
        grades = list(q["qrels"].values())
        assert grades == sorted(grades, reverse=True), q["id"]


def test_all_clusters_documents_kinds_and_languages_are_covered(named_set, passages):
    questions = named_set[1]
    direct = {p for q in questions for p, grade in q["qrels"].items() if grade == 3}
    assert {passages[p].document for p in direct} == {p.document for p in passages.values()}
    assert {passages[p].kind for p in direct} == JUDGED | {"mapping"}
    clusters = Counter(q["cluster"] for q in questions if q["qrels"])
    assert min(clusters[n] for n in range(1, 7)) >= 5
    refused = {q["language"] for q in questions if q["category"] in REFUSED}
    assert refused == {"en", "fr", "es"}


def test_there_are_enough_questions_of_each_category(named_set):
    name, questions = named_set
    count = Counter(q["category"] for q in questions)
    least = {"paraphrase": 19, "french": 10, "spanish": 10, "off_topic_plain": 5, "off_topic_far": 6}
    if name == "test":
        least |= {"french": 12, "spanish": 12, "off_topic_far": 10, "lexical_trap": 10, "domain_gap": 8}
    assert {category: n for category, n in least.items() if count[category] < n} == {}
    english = sum(count[category] for category in ANSWERABLE) - count["french"] - count["spanish"]
    assert count["paraphrase"] / english >= 0.6


def test_paraphrases_share_no_content_word_with_the_units_that_answer_them(named_set, passages):
    shared = {
        (q["id"], p): words
        for q in named_set[1]
        if q["category"] == "paraphrase"
        for p, grade in q["qrels"].items()
        if grade == 3 and passages[p].document == RECOLLECTION
        if (words := _stems(q["question"]) & _stems(passages[p].text))
    }
    assert shared == {}


def test_the_same_wording_has_the_same_grade(named_set, passages):
    for q in named_set[1]:
        grades: dict[str, set[int]] = {}
        for p, passage in passages.items():
            if passage.document != OVERVIEW and passage.kind in JUDGED:
                grades.setdefault(passage.text, set()).add(q["qrels"].get(p, 0))
        assert [text for text, found in grades.items() if len(found) > 1] == [], q["id"]


def test_the_sets_share_no_question():
    texts = [q["question"].casefold() for name in SETS for q in _load(name)]
    assert [text for text, n in Counter(texts).items() if n > 1] == []


def _figures(questions: list[dict]) -> dict[str, int]:
    grades = Counter(grade for q in questions for grade in q["qrels"].values())
    figures = {"questions": len(questions), "answerable": sum(bool(q["qrels"]) for q in questions)}
    figures |= {f"`{category}`": n for category, n in Counter(q["category"] for q in questions).items()}
    figures |= {f"judgements of grade {grade}": n for grade, n in grades.items()}
    return figures | {"judgements in all": grades.total()}


def test_the_page_on_judging_gives_the_figures_of_the_files():
    page = Path(__file__).parents[1].joinpath("docs", "judging.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    rows = [row for row in rows if not row[0].startswith(("of grade", "questions, each"))]
    printed = {label: (int(development), int(test)) for label, development, test in rows}
    development, test = (_figures(_load(name)) for name in SETS)
    assert printed == {label: (development[label], test[label]) for label in development}


# -- the wide set and the known questions --------------------------------------------------------------------


@pytest.fixture(scope="module")
def wide() -> list[dict]:
    return [{**record, "qrels": whole_ids(record["qrels"])} for record in _load("wide")]


def test_the_wide_set_asks_in_three_languages_and_is_answered(wide, passages):
    assert [list(record) for record in wide] == [["id", "questions", "qrels"]] * len(wide)
    assert [record["id"] for record in wide] == [f"wide-{n:03d}" for n in range(1, len(wide) + 1)]
    for record in wide:
        assert list(record["questions"]) == ["en", "fr", "es"], record["id"]
        assert 3 in record["qrels"].values(), record["id"]
        assert [p for p in record["qrels"] if p not in passages or HUB_QUESTION.fullmatch(p)] == []
        assert {passages[p].kind for p in record["qrels"]} <= JUDGED, record["id"]
        assert list(record["qrels"].values()) == sorted(record["qrels"].values(), reverse=True), record["id"]


def test_the_wide_set_repeats_no_other(wide):
    for name in SETS:
        held = asked(name)
        found = [r["id"] for r in wide for lang, q in r["questions"].items() if repeats(q, lang, held)]
        assert len(found) == 0


def test_the_page_on_judging_gives_the_figures_of_the_wide_set_and_the_known_questions(wide):
    page = Path(__file__).parents[1].joinpath("docs", "judging.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| ([\d,]+) \| ([\d,]+) \|$", page, re.MULTILINE)
    printed = {
        label: (w, k)
        for label, w, k in rows
        if label.endswith("in three languages") or label.startswith("of grade")
    }
    both = (wide, known_questions())
    grades = [Counter(grade for r in records for grade in r["qrels"].values()) for records in both]
    expected = {"questions, each in three languages": tuple(f"{len(records):,}" for records in both)}
    expected |= {f"of grade {g}": tuple(f"{count[g]:,}" for count in grades) for g in (3, 2, 1)}
    assert printed == expected
