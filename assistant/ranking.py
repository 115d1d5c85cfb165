"""What retrieval weighs, and the weights: chosen on the development questions only (``docs/evaluation.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """How the parts of a passage's score are put together; each multiplies a value between 0 and 1.

    ``text`` and ``note``: cosine to the passage and to its search note; ``lexical`` and ``note_lexical``: the
    share of the question's words met there. ``neighbours``: the mean of the best three passages under the
    same heading, since a heading's passages speak of one thing.
    """

    text: float = 0.39
    note: float = 0.53
    lexical: float = 0.56
    note_lexical: float = 0.84
    neighbours: float = 0.46


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one passage for one question: cosines in [-1, 1], coverages in [0, 1).

    A passage that is not ``noted``, such as all of a user's own, has its text's values in the note's place.
    ``heading`` is its document and its heading path.
    """

    number: int
    text: float
    note: float
    lexical: float
    note_lexical: float
    heading: tuple[str, str] = ("", "")
    noted: bool = False

    def own_score(self, w: Weights) -> float:
        """The score of the passage by itself; higher is better."""
        return (
            w.text * self.text
            + w.note * self.note
            + w.lexical * self.lexical
            + w.note_lexical * self.note_lexical
        )


NEIGHBOURS = 3
"""How many passages of a heading speak for it."""


def scores(evidence: Sequence[Evidence], w: Weights, contents: Sequence[Evidence] = ()) -> list[float]:
    """The score of each passage with what its heading adds; comparable within one question.

    ``contents``: evidence on the same passages by what the objective asked for covers; it counts as much as
    the question's own words.
    """
    own = [e.own_score(w) for e in evidence]
    if contents:
        own = [score + e.own_score(w) for score, e in zip(own, contents, strict=True)]
    by_heading: dict[tuple[str, str], list[float]] = {}
    for e, score in zip(evidence, own, strict=True):
        by_heading.setdefault(e.heading, []).append(score)
    best = {h: sorted(found, reverse=True)[:NEIGHBOURS] for h, found in by_heading.items()}
    return [
        s + w.neighbours * sum(best[e.heading]) / len(best[e.heading])
        for e, s in zip(evidence, own, strict=True)
    ]


WEIGHTS = Weights()
