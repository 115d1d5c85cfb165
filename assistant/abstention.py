"""Whether the corpus bears on a question at all, and whether firmly enough to leave the answer unmarked.

The signs of a question against the documents are weighed by logistic regression. Weights and bounds were learned on
questions that answer nothing in the corpus and on answerable ones (``corpus/questions/abstention.json`` and the
development sets), by ``tools/choose_abstention.py``; what they cannot know is said in ``docs/evaluation.md``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.ranking import Evidence, Weights, scores

if TYPE_CHECKING:
    from assistant.elsewhere import Nearest


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against an answer: a score, cosines to what there is and to what there is not.

    ``best``: the score of the best passage; ``nearest``: the cosine of the nearest text or note; ``words``: the
    largest share of the question's words met by one passage or its notes. ``elsewhere`` and ``neighbouring``: the
    cosine of the nearest subject that belongs to another field, and of the nearest within migration that the
    documents do not treat. ``known``: the cosine of the nearest question of which it is known what answers it.
    """

    best: float
    nearest: float
    words: float
    elsewhere: float
    neighbouring: float
    known: float


@dataclass(frozen=True, slots=True)
class Bound:
    """A weighed sum of signs; above 0 it is met."""

    best: float
    nearest: float
    words: float
    elsewhere: float
    neighbouring: float
    known: float
    constant: float

    def value(self, signs: Signs) -> float:
        """How far above the bound the signs are, in logits; below 0 it is not met."""
        return (
            self.best * signs.best
            + self.nearest * signs.nearest
            + self.words * signs.words
            + self.elsewhere * signs.elsewhere
            + self.neighbouring * signs.neighbouring
            + self.known * signs.known
            + self.constant
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """``bears``: there is an answer. ``firm``: it is not weak."""

    bears: Bound
    firm: Bound


NOTED = Rule(
    bears=Bound(
        best=0.23, nearest=18.27, words=15.39, elsewhere=-18.94, neighbouring=0.0, known=10.81, constant=-9.32
    ),
    firm=Bound(
        best=0.41,
        nearest=12.88,
        words=9.85,
        elsewhere=-6.17,
        neighbouring=-8.68,
        known=11.15,
        constant=-10.92,
    ),
)
"""For the shipped documents, whose passages have search notes and answer known questions."""
PLAIN = Rule(
    bears=Bound(
        best=2.23, nearest=20.5, words=7.39, elsewhere=-15.47, neighbouring=0.0, known=0.0, constant=-3.09
    ),
    firm=Bound(
        best=3.18, nearest=17.8, words=0.51, elsewhere=-6.27, neighbouring=-5.36, known=0.0, constant=-6.0
    ),
)
"""For documents without, as a user's own are; learned on the same questions with both put aside."""
FILTERED = -4.0
"""What filters leave may fall so far below the bound before there is nothing left to show."""


def signs(
    evidence: Sequence[Evidence], weights: Weights, nearest: Nearest, known: Mapping[int, float]
) -> Signs:
    """The signs of a question against these passages, at least one.

    ``known``: the cosine of the nearest known question that a passage, by number, bears on.
    """
    return Signs(
        best=max(scores(evidence, weights)),
        nearest=max(max(e.text, e.note) for e in evidence),
        words=max(e.note_lexical for e in evidence),
        elsewhere=nearest.elsewhere,
        neighbouring=nearest.neighbouring,
        known=max(known.get(e.number, -1.0) for e in evidence),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether anything bears on the question, whether anything of it is ``left`` by the filters, whether firmly."""

    bears: bool
    left: bool
    firm: bool


def judge(
    evidence: Sequence[Evidence],
    shown: Collection[int],
    weights: Weights,
    nearest: Nearest,
    known: Mapping[int, float],
    own: Collection[str] = (),
) -> Verdict:
    """The verdict of the part of the corpus that speaks loudest: the shipped documents, or the user's (``own``, ids).

    Whether anything bears on the question is judged on all ``evidence``, whether the answer is firm on the
    passages that the filters leave (``shown``, by number; at least one). ``known``: see :func:`signs`.
    """
    shipped = NOTED if any(e.noted for e in evidence) else PLAIN
    bears = firm = left = False
    for rule, part in (
        (shipped, [e for e in evidence if e.heading[0] not in own]),
        (PLAIN, [e for e in evidence if e.heading[0] in own]),
    ):
        if not part:
            continue
        bears = bears or rule.bears.value(signs(part, weights, nearest, known)) > 0
        if remaining := [e for e in part if e.number in shown]:
            found = signs(remaining, weights, nearest, known)
            left = left or rule.bears.value(found) > FILTERED
            firm = firm or rule.firm.value(found) > 0
    return Verdict(bears, left, firm)
