"""What the program does with questions that the corpus does not answer, and with those that it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.evaluation.questions import OFF_TOPIC, Question

if TYPE_CHECKING:
    from assistant.library import Library

GOALS: dict[str, tuple[int, int]] = {
    "off_topic_plain": (0, 5),
    "off_topic_far": (1, 10),
    "lexical_trap": (2, 10),
}
"""At most so many of so many are to be answered at all, marked weak or not."""
REAL_GOAL = (29, 30)
"""At least so many of so many real questions are to be answered."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one category: how many questions got an answer, one marked weak, or none."""

    category: str
    questions: int
    answered: int
    weak: int
    abstained: int
    goal: str
    reached: bool


def tally(library: Library, questions: Sequence[Question]) -> list[Tally]:
    """Each category asked as on the command line, without filters; the answerable ones together as "real"."""
    outcomes: dict[str, list[str]] = {category: [] for category in OFF_TOPIC}
    outcomes["real"] = []
    for question in questions:
        answer = library.search(question.question, 1)
        said = "abstained" if answer.abstained else "weak" if answer.weak else "answered"
        outcomes["real" if question.answerable else question.category].append(said)
    return [_tally(category, said) for category, said in outcomes.items() if said]


def _tally(category: str, said: Sequence[str]) -> Tally:
    counts = {name: said.count(name) for name in ("answered", "weak", "abstained")}
    goal, reached = _goal(category, len(said), **counts)
    return Tally(category, len(said), **counts, goal=goal, reached=reached)


def _goal(category: str, n: int, answered: int, weak: int, abstained: int) -> tuple[str, bool]:
    """The goal in words, and whether it is reached; goals for another number of questions are scaled."""
    if category == "real":
        most, of = REAL_GOAL
        return f"at least {most} of {of} not refused", (answered + weak) * of >= most * n
    if category == "domain_gap":
        return "none answered without a mark", answered == 0
    most, of = GOALS[category]
    return f"at most {most} of {of} not refused", (answered + weak) * of <= most * n
