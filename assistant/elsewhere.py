"""What belongs elsewhere: subjects that are not migration policy, by which a question about them is recognised.

A cosine alone cannot tell a question that the corpus covers badly from one on something else that shares its
words ("data migration to the cloud"). Set against a list of other subjects (``corpus/elsewhere.toml``) it can:
a question nearer to one of those than to any passage belongs elsewhere.
"""

from __future__ import annotations

import base64
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.resources import shipped

if TYPE_CHECKING:
    from assistant.embeddings import Embedder, Vectors

FILE = "elsewhere.toml"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The vectors of the other subjects by language: float32, shape (subjects, dimensions), rows of length 1."""

    by_language: dict[str, Any]

    @classmethod
    def prepare(cls, embedder: Embedder, path: Path | None = None) -> Elsewhere:
        """From the shipped list, embedded now."""
        path = path or shipped("corpus") / FILE
        lists: dict[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls({language: embedder.embed(phrases) for language, phrases in lists.items()})

    def dump(self) -> str:
        """As text, for the store."""
        return json.dumps(
            {k: base64.b64encode(v.tobytes()).decode("ascii") for k, v in self.by_language.items()}
        )

    @classmethod
    def restore(cls, prepared: str, dimensions: int) -> Elsewhere:
        """From :meth:`dump`."""
        import numpy as np

        record: dict[str, str] = json.loads(prepared)
        return cls(
            {
                k: np.frombuffer(base64.b64decode(v), dtype=np.float32).reshape(-1, dimensions)
                for k, v in record.items()
            }
        )

    def nearest(self, question: Vectors, language: str) -> float:
        """The cosine of the nearest other subject in the question's own language; -1 if there is none.

        Only of that language: to a model that knows English, any two French sentences are alike.
        """
        subjects = self.by_language.get(language)
        return float((subjects @ question).max()) if subjects is not None and len(subjects) else -1.0
