"""Stand-ins for heavy parts, the same in every test."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_TOKEN = re.compile(r"\w+|[^\w\s]")


class FakeEmbedder:
    """An Embedder without a model: the sum of one fixed random vector a (lower-case) word.

    Texts that share words are similar, vectors depend on content only, and nothing is cut. Tokens are words
    and punctuation marks; there are no markers.
    """

    def __init__(self, dimensions: int = 32, max_tokens: int = 256) -> None:
        self.dimensions = dimensions
        self.max_tokens = max_tokens
        self.name = f"fake-{dimensions}-{max_tokens}"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of ``texts``: float32, (n, dimensions), L2-normalised."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float64)
        for i, text in enumerate(texts):
            for word in _TOKEN.findall(text.lower()) or [""]:
                vectors[i] += self._vector(word)
            vectors[i] /= np.linalg.norm(vectors[i])
        return vectors.astype(np.float32)

    def count_tokens(self, text: str) -> int:
        """Words and punctuation marks."""
        return len(_TOKEN.findall(text))

    def _vector(self, word: str) -> NDArray[np.float64]:
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
        return np.random.default_rng(seed).standard_normal(self.dimensions)
