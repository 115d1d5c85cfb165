"""Subjects that the shipped documents do not treat, by which a question about one of them is recognised.

A cosine alone cannot tell a question that the corpus covers badly from one on something else that shares its
words ("data migration to the cloud"). Set against lists of other subjects it can: of other fields
(``corpus/elsewhere.toml``), and of migration and its neighbours (``corpus/neighbouring.toml``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.embeddings import as_text, from_text
from assistant.resources import shipped

if TYPE_CHECKING:
    from assistant.embeddings import Embedder, Vectors

LISTS = ("elsewhere", "neighbouring")


@dataclass(frozen=True, slots=True)
class Nearest:
    """The cosine of the nearest subject of another field, and of the nearest neighbouring one; -1 if none is listed."""

    elsewhere: float
    neighbouring: float


def prepared(embedder: Embedder) -> dict[str, str]:
    """The vectors of the shipped lists, embedded now, as texts for the store by key."""
    found: dict[str, str] = {}
    for name in LISTS:
        path = shipped("corpus") / f"{name}.toml"
        lists: dict[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))
        for language, phrases in lists.items():
            found[_key(name, language)] = as_text(embedder.embed(phrases))
    return found


def _key(name: str, language: str) -> str:
    return f"{name}/{language}"


class Elsewhere:
    """The lists by language, read when a question in that language is asked.

    ``read`` gives what :func:`prepared` made under a key, or raises StoreError.
    """

    def __init__(self, read: Callable[[str], str], dimensions: int) -> None:
        self._read = read
        self._dimensions = dimensions
        self._subjects: dict[str, Vectors] = {}

    def nearest(self, question: Vectors, language: str) -> Nearest:
        """The nearest subjects in the question's own language; ``question``: float32, shape (dimensions,).

        Only of that language: to a model that knows English, any two French sentences are alike.
        """
        return Nearest(*(self._cosine(question, _key(name, language)) for name in LISTS))

    def _cosine(self, question: Vectors, key: str) -> float:
        if key not in self._subjects:
            self._subjects[key] = from_text(self._read(key), self._dimensions)
        subjects = self._subjects[key]
        return float((subjects @ question).max()) if len(subjects) else -1.0
