"""What others would do with the same passages and the same embedder, to compare with."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.evaluation.measures import DEPTH
from assistant.evaluation.questions import Question, Scope
from assistant.text import SUPERSCRIPTS

if TYPE_CHECKING:
    from assistant.corpus import Corpus
    from assistant.embeddings import Embedder
    from assistant.model import Passage

K1, B = 1.2, 0.75
"""BM25's usual constants (Robertson & Zaragoza 2009)."""
RRF_K = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke & Büttcher 2009)."""
LEXICAL = 0.8
"""What the issue's formula gives full agreement of words, in cosine."""
_WORD = re.compile(r"[^\W_]+")


def _stems(text: str) -> list[str]:
    """Lower-case words by the English Snowball stemmer: no spelling, stop word or language known."""
    import Stemmer

    stemmed: list[str] = Stemmer.Stemmer("english").stemWords(_WORD.findall(text.casefold()))
    return stemmed


def subtheme(passage: Passage) -> str:
    """The innermost heading above a passage, or nothing."""
    return passage.heading_path[-1] if passage.heading_path else ""


class BM25:
    """Okapi BM25 over stemmed texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(_stems(text)) for text in texts]
        self._lengths = [max(1, sum(counts.values())) for counts in self._counts]
        self._mean = sum(self._lengths) / max(1, len(texts))
        self._frequency = Counter(word for counts in self._counts for word in counts)

    def idf(self, word: str) -> float:
        """Inverse document frequency, above 0; the highest for a word that stands nowhere."""
        df = self._frequency.get(word, 0)
        return math.log(1 + (len(self._counts) - df + 0.5) / (df + 0.5))

    def scores(self, query: str) -> list[float]:
        """The score of each text."""
        words = _stems(query)
        return [self._score(words, i) for i in range(len(self._counts))]

    def shares(self, query: str) -> list[float]:
        """The scores divided by the sum of the query's idf."""
        total = sum(self.idf(word) for word in _stems(query)) or 1.0
        return [score / total for score in self.scores(query)]

    def _score(self, words: Sequence[str], i: int) -> float:
        counts, norm = self._counts[i], K1 * (1 - B + B * self._lengths[i] / self._mean)
        return sum(self.idf(w) * counts[w] * (K1 + 1) / (counts[w] + norm) for w in words if w in counts)


def ranked(ids: Sequence[str], scores: Sequence[float], *, positive: bool = False) -> list[str]:
    """Ids by score, best first, ties in order; with ``positive`` those without any score left out."""
    order = sorted(range(len(ids)), key=lambda i: (-scores[i], i))
    return [ids[i] for i in order if scores[i] > 0 or not positive]


class Bench:
    """The baselines over one scope; vectors and word counts are made once and shared."""

    def __init__(self, scope: Scope, corpus: Corpus, embedder: Embedder) -> None:
        self.scope = scope
        self.corpus = corpus
        self.embedder = embedder
        self.ids = [p.id for p in scope.passages]

    @cached_property
    def _texts(self) -> list[str]:
        return [p.text for p in self.scope.passages]

    @cached_property
    def _under_headings(self) -> list[str]:
        return [f"{subtheme(p)}\n{p.text}".strip() for p in self.scope.passages]

    @cached_property
    def _vectors(self) -> tuple[Any, Any]:
        return self.embedder.embed(self._texts), self.embedder.embed(self._under_headings)

    @cached_property
    def _words(self) -> BM25:
        return BM25(self._texts)

    @cached_property
    def _words_under_headings(self) -> BM25:
        return BM25(self._under_headings)

    @cached_property
    def _llama_index(self) -> Callable[[str], list[tuple[str, int, int]]]:
        from assistant.integrations.default_pipeline import default_retriever

        texts = {d: self.corpus.source(d).text for d in self.scope.documents}
        return default_retriever(texts, self.embedder)

    def bm25(self, question: str) -> list[str]:
        """BM25 over the texts; passages that share no word are not answered with."""
        return ranked(self.ids, self._words.scores(question), positive=True)

    def cosine(self, question: str) -> list[str]:
        """The embedder's cosine to the texts."""
        return ranked(self.ids, (self._vectors[0] @ self.embedder.embed([question])[0]).tolist())

    def fusion(self, question: str) -> list[str]:
        """Reciprocal rank fusion of the two."""
        points: Counter[str] = Counter()
        for ranking in (self.bm25(question), self.cosine(question)):
            for rank, i in enumerate(ranking, start=1):
                points[i] += 1 / (RRF_K + rank)  # type: ignore[assignment]
        return ranked(self.ids, [points[i] for i in self.ids])

    def formula(self, question: str) -> list[str]:
        """(cos(q, text) + cos(q, subtheme + text)) / 2 + 0.8 * BM25(q, subtheme + text) / sum of idf(q)."""
        query = self.embedder.embed([question])[0]
        cosines = ((self._vectors[0] @ query + self._vectors[1] @ query) / 2).tolist()
        shares = self._words_under_headings.shares(question)
        return ranked(self.ids, [c + LEXICAL * s for c, s in zip(cosines, shares, strict=True)])

    def llama_index(self, question: str) -> list[str]:
        """The passages that stand whole in the five best chunks of whole documents, best chunk first."""
        found: dict[str, None] = {}
        for document, start, end in self._llama_index(question):
            for passage in self.scope.passages:
                if passage.document == document and all(
                    start <= a and b <= end for a, b in self._bare(passage)
                ):
                    found[passage.id] = None
        return list(found)

    def _bare(self, passage: Passage) -> list[tuple[int, int]]:
        """The passage's spans without white space and footnote calls at their ends; chunks may lack these."""
        text, bare = self.corpus.text(passage.document), []
        for start, end in passage.spans:
            piece = text[start:end]
            kept = piece.rstrip(f" \t\r\n{SUPERSCRIPTS}")
            lead = len(kept) - len(kept.lstrip())
            if kept.strip():
                bare.append((start + lead, start + len(kept)))
        return bare


class Baseline:
    """One method of the benches as a system."""

    def __init__(self, name: str, method: str, benches: dict[str, Bench], depth: int | None = DEPTH) -> None:
        self.name = name
        self._method = method
        self._benches = benches
        self._depth = depth

    def rank(self, question: Question, scope: Scope) -> list[str]:
        """See :class:`assistant.evaluation.systems.System`."""
        ranking: list[str] = getattr(self._benches[scope.key], self._method)(question.question)
        return ranking[: self._depth]


LLAMA_INDEX = "llama-index defaults, 5 chunks"


def baselines(
    scopes: Sequence[Scope], corpus: Corpus, embedder: Embedder, published: Embedder | None = None
) -> list[Baseline]:
    """All baselines over these scopes, with ``embedder`` or with the model ``published``, if given."""
    alone = "its vectors alone, cosine" if published is None else "MiniLM, cosine"
    embedder = published or embedder
    benches = {scope.key: Bench(scope, corpus, embedder) for scope in scopes}
    return [
        Baseline("BM25, stemmed", "bm25", benches),
        Baseline(alone, "cosine", benches),
        Baseline("reciprocal rank fusion of both", "fusion", benches),
        Baseline("the issue's formula", "formula", benches),
        Baseline(LLAMA_INDEX, "llama_index", benches, None),
    ]
