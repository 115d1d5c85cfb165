"""What belongs elsewhere: subjects that are not migration policy, by which a question about them is recognised.

A cosine alone cannot tell a question that the corpus covers badly from one on something else that shares its
words ("data migration to the cloud"). Set against a list of other subjects (``corpus/elsewhere.toml``) it can:
a question nearer to one of those than to any passage belongs elsewhere.
"""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.resources import shipped

if TYPE_CHECKING:
    from assistant.embeddings import Embedder, Vectors

FILE = "elsewhere.toml"


def prepared(embedder: Embedder, path: Path | None = None) -> dict[str, str]:
    """The vectors of the shipped list, embedded now, as texts for the store by key."""
    path = path or shipped("corpus") / FILE
    lists: dict[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        _key(language): base64.b64encode(embedder.embed(phrases).tobytes()).decode("ascii")
        for language, phrases in lists.items()
    }


def _key(language: str) -> str:
    return f"elsewhere/{language}"


class Elsewhere:
    """The other subjects by language, read when a question in that language is asked.

    ``read`` gives what :func:`prepared` made under a key, or raises StoreError.
    """

    def __init__(self, read: Callable[[str], str], dimensions: int) -> None:
        self._read = read
        self._dimensions = dimensions
        self._subjects: dict[str, Vectors] = {}

    def nearest(self, question: Vectors, language: str) -> float:
        """The cosine of the nearest other subject in the question's own language; -1 if there is none.

        Only of that language: to a model that knows English, any two French sentences are alike.
        """
        if language not in self._subjects:
            self._subjects[language] = self._vectors(language)
        subjects = self._subjects[language]
        return float((subjects @ question).max()) if len(subjects) else -1.0

    def _vectors(self, language: str) -> Vectors:
        """float32, shape (subjects, dimensions), rows of length 1."""
        import numpy as np

        raw = base64.b64decode(self._read(_key(language)))
        return np.frombuffer(raw, dtype=np.float32).reshape(-1, self._dimensions)
