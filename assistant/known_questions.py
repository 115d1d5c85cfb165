"""Questions of which it is known what answers them: what was found for questions like the one asked.

For each of some hundred questions, in three languages, readers of the shipped documents graded every passage
(``corpus/known_questions.json``). Passages that answer the known questions most like a new one are ranked higher: a
nearest-neighbour estimate of relevance (kernel regression, Nadaraya 1964). No known question is ever shown, and none
stands in a question set on which retrieval is measured (``docs/judging.md``).

Only questions in its own language are looked at: to a model that knows English, any two French sentences are alike.
For the same reason a question that is not in English is compared in two more ways, as the lexicon puts it in English
and by the words it shares.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant import analysis
from assistant.embeddings import as_text, from_text
from assistant.lexical import Statistics
from assistant.resources import shipped

if TYPE_CHECKING:
    from assistant.embeddings import Embedder, Vectors

FILE = "known_questions.json"
KEYS = "known"
"""How the keys begin under which the store has all this."""
NARROW = 0.05
"""Width of the kernel, a difference of likeness: a question so much less like the one asked than the most like counts
1/e of it."""
SHARED = 0.4
"""What sharing all words adds to the likeness of two questions that are not in English; a cosine adds at most 1."""
ENGLISH = "en"
LEAST = 0.001
"""A passage's support below this is none."""
_BEST, _BEARS = 3, 2


@dataclass(frozen=True, slots=True)
class Known:
    """What known questions say of one asked.

    For passages, by id: ``support`` is how far one answers questions like this, above 0 and at most 1; ``nearest`` the
    cosine of the nearest question that it clearly bears on.
    """

    support: dict[str, float] = field(default_factory=dict)
    nearest: dict[str, float] = field(default_factory=dict)


def read() -> list[dict[str, Any]]:
    """The known questions as committed, ids of passages written out: ``id``, ``questions``, ``qrels``."""
    from assistant.search_notes import whole_ids

    records = json.loads((shipped("corpus") / FILE).read_text(encoding="utf-8"))
    return [{**record, "qrels": whole_ids(record["qrels"])} for record in records]


def prepared(embedder: Embedder) -> dict[str, str]:
    """The known questions, embedded now, as texts for the store by key."""
    import numpy as np

    records = read()
    passages = sorted({i for record in records for i in record["qrels"]})
    grades = np.array([[record["qrels"].get(i, 0) for i in passages] for record in records], np.uint8)
    found = {f"{KEYS}/passages": json.dumps(passages), f"{KEYS}/grades": as_text(grades)}
    for language in records[0]["questions"]:
        asked = [record["questions"][language] for record in records]
        found[f"{KEYS}/{language}"] = as_text(embedder.embed(asked))
        if language != ENGLISH:
            found[f"{KEYS}/words/{language}"] = json.dumps(_places(asked, language))
    return found


def _places(questions: Sequence[str], language: str) -> dict[str, list[int]]:
    """For each term the numbers of the questions that have it."""
    places: dict[str, list[int]] = {}
    for number, question in enumerate(questions):
        for term in dict.fromkeys(analysis.terms(question, language)):
            places.setdefault(term, []).append(number)
    return places


class _Words:
    """The words of the known questions in one language: how far each shares those of a question asked."""

    def __init__(self, places: dict[str, list[int]], questions: int) -> None:
        import numpy as np

        self._places = places
        self._statistics = Statistics(questions, 0.0, {term: len(there) for term, there in places.items()})
        self._lengths = np.sqrt(self._sums(places))
        self._lengths[self._lengths == 0] = 1.0

    def _sums(self, terms: Iterable[str]) -> Any:
        """float64, shape (questions,): the squared idf of those of the terms that each question has, added up."""
        import numpy as np

        sums = np.zeros(self._statistics.passages)
        for term in terms:
            sums[self._places.get(term, [])] += self._statistics.idf(term) ** 2
        return sums

    def shared(self, terms: Sequence[str]) -> Any:
        """float64, shape (questions,): cosines of what words weigh by their idf, from 0 to 1; a word counts once."""
        once = dict.fromkeys(terms)
        length = math.sqrt(sum(self._statistics.idf(term) ** 2 for term in once))
        return self._sums(once) / self._lengths / (length or 1.0)


class KnownQuestions:
    """The known questions of a store, those of a language read when a question in it is asked.

    ``read`` gives what :func:`prepared` made under a key, or None if the store has none.
    """

    def __init__(self, read: Callable[[str], str | None], dimensions: int) -> None:
        self._read = read
        self._dimensions = dimensions
        self._vectors = functools.cache(self._vectors_of)
        self._words = functools.cache(self._words_of)

    def like(self, question: str, vectors: Vectors, language: str) -> Known:
        """What is known for questions like this.

        ``vectors``: float32, shape (ways, dimensions), rows of length 1; first of the question, then of other ways
        to put it in English.
        """
        import numpy as np

        own = self._vectors(language)
        if own is None:
            return Known()
        cosines = own @ vectors[0]
        likeness = cosines if language == ENGLISH else self._likeness(question, vectors, language, cosines)
        weights = np.exp((likeness - likeness.max()) / NARROW)
        weights *= max(float(cosines.max()), 0.0) / weights.sum()
        passages, shares, bears = self._grades
        sums = weights @ shares
        near = np.where(bears, cosines[:, None], -1.0).max(axis=0)
        return Known(
            {passages[n]: round(float(sums[n]), 6) for n in np.flatnonzero(sums >= LEAST)},
            {passages[n]: round(float(near[n]), 6) for n in np.flatnonzero(bears.any(axis=0))},
        )

    def _likeness(self, question: str, vectors: Vectors, language: str, cosines: Any) -> Any:
        """Of each known question to one that is not in English; ``cosines`` in its own language."""
        english = self._vectors(ENGLISH)
        if len(vectors) > 1 and english is not None:
            cosines = (cosines + (english @ vectors[1:].T).max(axis=1)) / 2
        return cosines + SHARED * self._words(language).shared(analysis.terms(question, language))

    @property
    def judged(self) -> list[str]:
        """The ids of all passages that answer or touch on a known question."""
        return self._grades[0]

    @functools.cached_property
    def _grades(self) -> tuple[list[str], Any, Any]:
        """Passage ids, the share of the best grade each has (float32), whether it bears on the question (bool).

        Both of shape (questions, passages).
        """
        import numpy as np

        passages = json.loads(self._read(f"{KEYS}/passages") or "[]")
        grades = from_text(self._read(f"{KEYS}/grades") or "", max(len(passages), 1), np.uint8)
        return passages, grades.astype(np.float32) / _BEST, grades >= _BEARS

    def _vectors_of(self, language: str) -> Vectors | None:
        """float32, shape (questions, dimensions), rows of length 1."""
        text = self._read(f"{KEYS}/{language}")
        return None if text is None else from_text(text, self._dimensions)

    def _words_of(self, language: str) -> _Words:
        return _Words(json.loads(self._read(f"{KEYS}/words/{language}") or "{}"), len(self._grades[1]))
