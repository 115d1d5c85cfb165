"""How well a passage's words meet a question's: BM25's saturation, concept by concept.

A concept is a word or phrase of the question with what the thesaurus offers for it. It counts once, by its
best alternative, so that a rich thesaurus entry does not drown the rest of the question. The score is the
share of the question's information that the passage meets: Robertson and Sparck Jones' idf as weight, BM25's
saturated term frequency (k1 = 1.2, b = 0.75; Robertson & Zaragoza 2009) as degree, between 0 and 1. A word
that the corpus does not know weighs as much as the rarest, so that a question on something else stays low.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

K1, B = 1.2, 0.75
HEADING_WEIGHT = 0.5
"""A term in the headings counts as half an occurrence in the text."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to say a concept: its terms (all must stand in the passage) and how far it means the same, 0 to 1."""

    terms: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Concept:
    """A word or phrase of the question: as asked first, then what the thesaurus offers."""

    asked: tuple[str, ...]
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the corpus: passages, mean terms a passage, and in how many passages each term stands."""

    passages: int
    mean_length: float
    frequency: dict[str, int]

    def idf(self, term: str) -> float:
        """Inverse document frequency; for a term that stands nowhere, the highest there is."""
        df = self.frequency.get(term, 0)
        return math.log(1 + (self.passages - df + 0.5) / (df + 0.5))


@dataclass(frozen=True, slots=True)
class Words:
    """A passage's terms with their counts, headings counted in part, and its length in terms."""

    counts: dict[str, float]
    length: int

    @classmethod
    def of(cls, body: str, headings: str, sought: frozenset[str]) -> Words:
        """From the fields of the lexical index (terms joined by spaces); only terms that are sought are counted."""
        terms = body.split()
        counts: dict[str, float] = {}
        for term in filter(sought.__contains__, terms):
            counts[term] = counts.get(term, 0.0) + 1.0
        for term in sought.intersection(headings.split()):
            counts[term] = counts.get(term, 0.0) + HEADING_WEIGHT
        return cls(counts, len(terms))


def importance(concept: Concept, statistics: Statistics) -> float:
    """The concept's idf: of its rarest word as asked, or of its rarest known alternative if that is unknown."""
    if any(statistics.frequency.get(t) for t in concept.asked):
        return max(statistics.idf(t) for t in concept.asked)
    known = [a for a in concept.alternatives if all(statistics.frequency.get(t) for t in a.terms)]
    if known:
        best = max(known, key=lambda a: a.weight)
        return max(statistics.idf(t) for t in best.terms)
    return statistics.idf("")


@dataclass(frozen=True, slots=True)
class Weighed:
    """Concepts ready to be met: each one's share of the question's importance (together 1), and its ways to be said.

    ``ways`` maps a term to what begins with it, as the concept's place, the alternative's further terms and its weight,
    so that a passage costs no more than the question's terms it has.
    """

    shares: tuple[float, ...]
    ways: dict[str, list[tuple[int, tuple[str, ...], float]]]


def weigh(concepts: Sequence[Concept], statistics: Statistics) -> Weighed:
    """Each concept with its share of the question's importance."""
    weights = [importance(c, statistics) for c in concepts]
    total = sum(weights)
    ways: dict[str, list[tuple[int, tuple[str, ...], float]]] = {}
    for place, concept in enumerate(concepts):
        for alternative in concept.alternatives:
            if alternative.terms:
                first, *further = alternative.terms
                ways.setdefault(first, []).append((place, tuple(further), alternative.weight))
    return Weighed(tuple(w / total for w in weights) if total else (), ways if total else {})


def coverage(weighed: Weighed, passage: Words, statistics: Statistics) -> float:
    """The share of the question, as weighed by :func:`weigh`, that the passage meets; in [0, 1).

    A concept is met by its best alternative, a phrase by the rarest of its words in the passage.
    """
    counts = passage.counts
    if not counts:
        return 0.0
    norm = K1 * (1 - B + B * passage.length / statistics.mean_length)
    met: dict[int, float] = {}
    for term in counts.keys() & weighed.ways.keys():
        for place, further, weight in weighed.ways[term]:
            least = counts[term]
            for other in further:
                least = min(least, counts.get(other, 0.0))
            if least:
                degree = weight * least / (least + norm)
                if degree > met.get(place, 0.0):
                    met[place] = degree
    shares = weighed.shares
    return sum([shares[place] * met[place] for place in sorted(met)])
