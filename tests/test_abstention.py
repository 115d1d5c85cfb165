"""When there is no answer and when it is weak: by the signs, by the part of the corpus that speaks loudest."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.abstention import FILTERED, NOTED, PLAIN, Rule, Signs, judge, signs
from assistant.elsewhere import LISTS, Nearest
from assistant.evaluation.questions import SETS, load
from assistant.library import Library
from assistant.ranking import WEIGHTS, Evidence
from assistant.resources import shipped
from assistant.retrieval import Filters
from tests.question_sets import asked, repeats

AFAR = Nearest(0.2, 0.2)
KNOWN = {1: 0.7, 2: 0.35, 3: 0.1}
QUESTIONS = Path(__file__).resolve().parent.parent / "corpus" / "questions"


def passage(number: int, value: float, *, document: str = "shipped", noted: bool = True) -> Evidence:
    """A passage all of whose signs have one value."""
    return Evidence(number, value, value, value, value, (document, str(number)), noted)


REFUSALS = {
    # best, nearest, words, elsewhere, neighbouring, known
    "an ordinary answer": ((1.6, 0.6, 0.6, 0.2, 0.3, 0.7), "answered"),
    "nothing like it": ((0.3, 0.2, 0.1, 0.5, 0.2, 0.3), "refused"),
    "nearer to what belongs elsewhere": ((0.8, 0.35, 0.25, 0.7, 0.3, 0.4), "refused"),
    "so good that what belongs elsewhere does not matter": ((2.0, 0.8, 0.8, 0.7, 0.3, 0.8), "answered"),
    "a middling answer": ((0.9, 0.45, 0.3, 0.3, 0.4, 0.5), "weak"),
    "a fair answer beside a neighbouring subject": ((1.2, 0.5, 0.4, 0.3, 0.8, 0.6), "weak"),
}


@pytest.mark.parametrize(("found", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_the_rule_for_documents_with_notes(found: tuple[float, ...], expected: str) -> None:
    made = Signs(*found)
    bears, firm = NOTED.bears.value(made) > 0, NOTED.firm.value(made) > 0
    assert ("answered" if firm else "weak" if bears else "refused") == expected


@pytest.mark.parametrize("rule", [NOTED, PLAIN], ids=["noted", "plain"])
@given(
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
    st.sampled_from(Signs.__slots__),
    st.floats(0, 0.5),
)
def test_what_speaks_for_an_answer_never_speaks_against_it(
    rule: Rule, found: list[float], sign: str, more: float
) -> None:
    made = Signs(*found)
    raised = Signs(**{s: getattr(made, s) + (more if s == sign else 0) for s in Signs.__slots__})
    against = sign in ("elsewhere", "neighbouring")
    for bound in (rule.bears, rule.firm):
        low, high = sorted([made, raised], key=bound.value)
        assert bound.value(high) - bound.value(low) <= 1e-9 or (low is raised) == against


OWN = {
    "only the user's document answers": (0.05, 0.75, True),
    "only the shipped ones answer": (0.75, 0.01, True),
    "neither answers": (0.05, 0.05, False),
}


@pytest.mark.parametrize(("shipped_value", "own_value", "expected"), OWN.values(), ids=OWN)
def test_the_user_s_documents_are_judged_by_themselves(
    shipped_value: float, own_value: float, expected: bool
) -> None:
    every = [passage(1, shipped_value), passage(2, own_value, document="own", noted=False)]
    found = judge(every, {1, 2}, WEIGHTS, AFAR, {1: shipped_value}, own={"own"})
    assert (found.bears, found.firm) == (expected, expected)


@pytest.mark.parametrize("noted", [True, False])
def test_shipped_documents_are_judged_together_by_the_rule_for_notes_if_there_are_any(noted: bool) -> None:
    every = [passage(1, 0.1, noted=noted), passage(2, 0.36, noted=False)]
    values = signs(every, WEIGHTS, AFAR, {1: 0.5})
    assert values.nearest == 0.36
    rule = NOTED if noted else PLAIN
    assert judge(every, {1, 2}, WEIGHTS, AFAR, {1: 0.5}).bears == (rule.bears.value(values) > 0)


def test_what_filters_leave_makes_an_answer_weak_before_it_is_refused() -> None:
    every = [passage(1, 0.8), passage(2, 0.3), passage(3, 0.0)]
    assert judge(every, {1, 2, 3}, WEIGHTS, AFAR, KNOWN).firm
    weak = judge(every, {2}, WEIGHTS, AFAR, KNOWN)
    assert (weak.bears, weak.left, weak.firm) == (True, True, False)
    assert NOTED.bears.value(signs(every[2:], WEIGHTS, AFAR, KNOWN)) < FILTERED
    gone = judge(every, {3}, WEIGHTS, AFAR, KNOWN)
    assert (gone.bears, gone.left) == (True, False)


ASKED = {
    "plain": ("What is a good recipe for lentil soup?", "refused"),
    "far": ("How should nuclear power plants be inspected?", "refused"),
    "a trap": ("database migration to the cloud", "refused"),
    "a neighbour": ("asylum interviews", "weak"),
    "a neighbour in Spanish": ("examen de ciudadanía", "weak"),
    "real": ("Who pays the recruitment fee?", "answered"),
    "real in French": ("le coût des envois de fonds", "answered"),
    "real in Spanish": ("reconocimiento de cualificaciones", "answered"),
}


@pytest.mark.parametrize(("question", "expected"), ASKED.values(), ids=ASKED)
def test_questions(built_store: Library, question: str, expected: str) -> None:
    found = built_store.search(question)
    assert ("refused" if found.abstained else "weak" if found.weak else "answered") == expected


def test_a_refusal_by_the_filters_says_so(built_store: Library) -> None:
    found = built_store.search(
        "cheaper transfer of remittances", filters=Filters(kinds=("guiding_question",))
    )
    assert found.abstained
    assert "filters" in (found.reason or "")
    assert built_store.search("cheaper transfer of remittances").weak is False


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_of_subjects_repeat_nothing_and_no_question(name: str) -> None:
    lists: dict[str, list[str]] = tomllib.loads(
        (shipped("corpus") / f"{name}.toml").read_text(encoding="utf-8")
    )
    assert set(lists) == {"en", "fr", "es"}
    for language, phrases in lists.items():
        assert len({p.casefold() for p in phrases}) == len(phrases)
        asked = {q.question.casefold().strip(" ?¿.") for s in SETS for q in load(s) if q.language == language}
        assert not asked & {p.casefold() for p in phrases}


@pytest.mark.parametrize("name", ["abstention", "short"])
def test_the_questions_learned_from_and_checked_by_are_none_of_the_sets_reported(name: str) -> None:
    """Only ids are told, as the test set is not to be read."""
    found = json.loads((QUESTIONS / f"{name}.json").read_text(encoding="utf-8"))
    assert len({q["id"] for q in found}) == len({q["question"] for q in found}) == len(found)
    tested = asked("test") + (asked("wide") if name == "short" else [])
    assert not [q["id"] for q in found if repeats(q["question"], q["language"], tested)]
