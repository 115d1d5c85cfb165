"""What retrieval weighs, and the weights: chosen on the development questions only (``docs/evaluation.md``)."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """How the parts of a passage's score are put together; each multiplies a value between 0 and 1.

    ``text`` and ``note``: cosine to the passage and to its search note; ``lexical`` and ``note_lexical``: the
    share of the question's words met there. ``neighbours``: the mean of the best three passages under the
    same heading, since a heading's passages speak of one thing. ``known``: how far the passage answers known
    questions like the one asked.
    """

    text: float = 0.39
    note: float = 0.53
    lexical: float = 0.56
    note_lexical: float = 0.84
    neighbours: float = 0.46
    known: float = 1.0


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

    def own_score(self, w: Weights, *, notes: bool = True) -> float:
        """The score of the passage by itself, or as if it had no ``notes``; higher is better."""
        note, note_lexical = (self.note, self.note_lexical) if notes else (self.text, self.lexical)
        return w.text * self.text + w.note * note + w.lexical * self.lexical + w.note_lexical * note_lexical


NEIGHBOURS = 3
"""How many passages of a heading speak for it."""
ALIKE = 5
"""How many passages with notes stand for one without: those of its rank when their notes are put aside."""


def scores(
    evidence: Sequence[Evidence], w: Weights, contents: Sequence[Evidence] = (), *, notes: bool = True
) -> list[float]:
    """The score of each passage with what its heading adds; comparable within one question.

    ``contents``: evidence on the same passages by what the objective asked for covers; it counts as much as
    the question's own words. ``notes``: false to put the passages' notes aside.
    """
    own = [e.own_score(w, notes=notes) for e in evidence]
    if contents:
        own = [score + e.own_score(w, notes=notes) for score, e in zip(own, contents, strict=True)]
    by_heading: dict[tuple[str, str], list[float]] = {}
    for e, score in zip(evidence, own, strict=True):
        by_heading.setdefault(e.heading, []).append(score)
    best = {h: sorted(found, reverse=True)[:NEIGHBOURS] for h, found in by_heading.items()}
    return [
        s + w.neighbours * sum(best[e.heading]) / len(best[e.heading])
        for e, s in zip(evidence, own, strict=True)
    ]


def ranked(
    evidence: Sequence[Evidence],
    w: Weights,
    contents: Sequence[Evidence] = (),
    support: Mapping[int, float] = {},
) -> list[float]:
    """What passages are ordered by: their scores and what known questions say, comparable within one question.

    ``support`` has the passages, by number, that were judged for known questions: from 0 to 1, how far each answers
    those like the one asked. Notes and known questions raise the passages that have them, not those that deserve it.
    A passage without notes is therefore raised as far as those that score like it without theirs; one that was not
    judged either, as all of a user's own, as far as it takes to keep its place among those that have both.
    """
    found = scores(evidence, w, contents)
    known = [w.known * support.get(e.number, 0.0) for e in evidence]
    raised = [score + more for score, more in zip(found, known, strict=True)]
    noted = [i for i, e in enumerate(evidence) if e.noted]
    if not noted:
        return raised
    plain = scores(evidence, w, contents, notes=False)
    noted.sort(key=plain.__getitem__)
    steps, risen = [plain[i] for i in noted], sorted(raised[i] for i in noted)
    for i, e in enumerate(evidence):
        if not e.noted:
            middle = bisect.bisect_left(steps, plain[i])
            first = max(0, min(middle - ALIKE // 2, len(noted) - ALIKE))
            ranks = slice(first, first + ALIKE)
            like = [found[n] for n in noted[ranks]] if e.number in support else risen[ranks]
            raised[i] = plain[i] + (sum(like) - sum(steps[ranks])) / len(like) + known[i]
    return raised


WEIGHTS = Weights()
