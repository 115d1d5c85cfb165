"""Questions of which it is known what answers them: what was found for questions like the one asked.

For each of some hundred questions, in three languages, readers of the shipped documents graded every passage
(``corpus/known_questions.json``). Passages that answer the known questions nearest to a new one are ranked higher: a
nearest-neighbour estimate of relevance (kernel regression, Nadaraya 1964). No known question is ever shown, and none
stands in a question set on which retrieval is measured (``docs/judging.md``).
"""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.resources import shipped

if TYPE_CHECKING:
    from assistant.embeddings import Embedder, Vectors

FILE = "known_questions.json"
KEYS = "known"
"""How the keys begin under which the store has all this."""
NARROW = 0.05
"""Width of the kernel, a difference of cosines: a question so much further than the nearest counts 1/e of it."""
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
    found = {f"{KEYS}/passages": json.dumps(passages), f"{KEYS}/grades": _text(grades)}
    for language in records[0]["questions"]:
        vectors = embedder.embed([record["questions"][language] for record in records])
        found[f"{KEYS}/{language}"] = _text(vectors)
    return found


def _text(array: Any) -> str:
    return base64.b64encode(array.tobytes()).decode("ascii")


class KnownQuestions:
    """The known questions of a store, those of a language read when a question in it is asked.

    ``read`` gives what :func:`prepared` made under a key, or None if the store has none.
    """

    def __init__(self, read: Callable[[str], str | None], dimensions: int) -> None:
        self._read = read
        self._dimensions = dimensions
        self._vectors: dict[str, Vectors | None] = {}

    def like(self, question: Vectors, language: str) -> Known:
        """What is known for questions like this; ``question``: float32, shape (dimensions,), length 1.

        Only questions in its own language are looked at: to a model that knows English, any two French sentences
        are alike.
        """
        import numpy as np

        if language not in self._vectors:
            self._vectors[language] = self._of(language)
        vectors = self._vectors[language]
        if vectors is None:
            return Known()
        cosines = vectors @ question
        best = float(cosines.max())
        weights = np.exp((cosines - best) / NARROW)
        weights *= max(best, 0.0) / weights.sum()
        passages, shares, bears = self._grades
        sums = weights @ shares
        near = np.where(bears, cosines[:, None], -1.0).max(axis=0)
        return Known(
            {passages[n]: round(float(sums[n]), 6) for n in np.flatnonzero(sums >= LEAST)},
            {passages[n]: round(float(near[n]), 6) for n in np.flatnonzero(bears.any(axis=0))},
        )

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
        raw = base64.b64decode(self._read(f"{KEYS}/grades") or "")
        grades = np.frombuffer(raw, np.uint8).reshape(-1, max(len(passages), 1))
        return passages, grades.astype(np.float32) / _BEST, grades >= _BEARS

    def _of(self, language: str) -> Vectors | None:
        """float32, shape (questions, dimensions), rows of length 1."""
        import numpy as np

        raw = self._read(f"{KEYS}/{language}")
        if raw is None:
            return None
        return np.frombuffer(base64.b64decode(raw), dtype=np.float32).reshape(-1, self._dimensions)
