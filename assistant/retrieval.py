"""Question -> ranked hits: dense and lexical evidence fused, filters, near-duplicates, abstention."""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.abstention import Signs, judge, signs
from assistant.chunking import NOT_EMBEDDED
from assistant.citation_label import label
from assistant.errors import UsageError
from assistant.evidence import Gathered, Narrowing, gather
from assistant.i18n import N_
from assistant.model import Answer, Document, Hit, Kind, Passage
from assistant.ranking import WEIGHTS, Evidence, Weights, ranked
from assistant.text import has_letters

if TYPE_CHECKING:
    from assistant.contents import Contents
    from assistant.elsewhere import Elsewhere
    from assistant.embeddings import Embedder
    from assistant.known_questions import KnownQuestions
    from assistant.store import Store
    from assistant.thesaurus import Expansion, Thesaurus

MAX_QUESTION = 2_000
"""Characters of a question; more is a document, not a question."""
RANKED = 240
"""Passages of a ranking; more than any brief shows of all kinds together."""
NO_PASSAGE = N_("No passage meets the filters.")
NOTHING = N_("Nothing in the corpus bears on this question.")
NOTHING_LEFT = N_("Nothing that meets the filters bears on this question; without them there is an answer.")
WEAK = N_("The corpus touches on this question at best; check each line for relevance.")
OPTION_KINDS: tuple[Kind, ...] = ("policy_option", "practical_action")
NEAR_DUPLICATE = 0.85
"""Share of common terms (Jaccard) from which two passages are the same text at two places."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the user limits the answer to; empty means all. Values of one field are alternatives."""

    kinds: tuple[Kind, ...] = ()
    documents: tuple[str, ...] = ()
    clusters: tuple[int, ...] = ()
    objectives: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every candidate of one question, best first, with its passage, score and evidence."""

    question: str
    expansion: Expansion
    passages: tuple[Passage, ...]
    scores: tuple[float, ...]
    evidence: tuple[Evidence, ...]
    abstained: bool
    weak: bool
    reason: str | None
    nearest: tuple[str, ...]
    excluded: dict[str, int]
    also_at: dict[str, tuple[str, ...]]
    absent: tuple[str, ...] = ()


def clean_question(question: str) -> str:
    """The question with white space folded. Raises UsageError if it is empty, too long or no text."""
    if len(question) > MAX_QUESTION:
        raise UsageError(
            f"The question has {len(question):,} characters; at most {MAX_QUESTION:,} are taken. "
            "Ask a question or name a topic in a sentence or two."
        )
    folded = " ".join("".join(c if c.isprintable() else " " for c in question).split())
    if not has_letters(folded):
        raise UsageError(
            'The question has no words. Give a topic or a question, for example: gcm-draft "ethical recruitment"'
        )
    return folded


_SENTENCE_END = re.compile(r"[.!?;]\s")


class Retriever:
    """Ranks the passages of one open store. Holds no state of a question."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        thesaurus: Thesaurus,
        elsewhere: Elsewhere,
        known: KnownQuestions,
        *,
        weights: Weights = WEIGHTS,
    ) -> None:
        self._store = store
        self._catalogue = store.catalogue
        self._elsewhere = elsewhere
        self._known = known
        self._embedder = embedder
        self._thesaurus = thesaurus
        self._weights = weights
        self._documents: dict[str, Document] = store.catalogue.documents()
        self._own = frozenset(i for i, document in self._documents.items() if not document.shipped)

    def search(self, question: str, k: int = 10, filters: Filters = Filters()) -> Answer:
        """The ``k`` best passages (k >= 1), best first, ties by place in the corpus."""
        if k < 1:
            raise UsageError(f"-k takes a whole number from 1, not {k}.")
        ranking = self.rank(question, filters)
        return self.answer(ranking, k)

    def answer(self, ranking: Ranking, k: int) -> Answer:
        """The first ``k`` of a ranking as hits; none if it abstained."""
        hits = tuple(
            Hit(
                i + 1,
                round(score, 4),
                p,
                label(p, self._documents[p.document]),
                ranking.also_at.get(p.id, ()),
            )
            for i, (p, score) in enumerate(zip(ranking.passages[:k], ranking.scores[:k], strict=True))
        )
        return Answer(
            ranking.question,
            () if ranking.abstained else hits,
            ranking.abstained,
            ranking.weak,
            ranking.reason,
            ranking.expansion.shown,
            ranking.nearest,
            ranking.excluded,
            ranking.absent,
        )

    def rank(self, question: str, filters: Filters = Filters(), contents: Contents | None = None) -> Ranking:
        """All candidates that meet the filters, best first.

        ``contents`` is what the objective covers that the question names, if it names one.
        """
        question = clean_question(question)
        expansion = self._thesaurus.expand(question)
        narrowing = self._narrowing(filters)
        gathered = gather(question, expansion, self._store, self._embedder, contents, narrowing)
        known = self._known.like(question, gathered.vectors, expansion.language)
        support = self._by_number(known.support, 0.0)
        totals = ranked(gathered.evidence, self._weights, gathered.contents, support)
        eligible = self._catalogue.eligible(*condition(filters), among=[e.number for e in gathered.evidence])
        scored = sorted(
            (
                (round(s, 6), e)
                for s, e in zip(totals, gathered.evidence, strict=True)
                if e.number in eligible
            ),
            key=lambda pair: (-pair[0], pair[1].number),
        )[:RANKED]
        passages = self._catalogue.passages([e.number for _, e in scored])
        found = [(passages[e.number], score, e) for score, e in scored]
        rows, also_at = _fold_duplicates([row for row in found if not _leads_in(row[0].text)])
        near = self._by_number(known.nearest, -1.0)
        judged = self._judge(question, expansion, gathered, near, [e.number for _, e in scored])
        return Ranking(
            question,
            expansion,
            tuple(p for p, _, _ in rows),
            tuple(score for _, score, _ in rows),
            tuple(e for _, _, e in rows),
            *judged,
            nearest=_headings([p for p, _, _ in rows[:30]]),
            excluded=self._excluded(filters),
            also_at=also_at,
            absent=gathered.absent.phrases,
        )

    def signs(self, question: str) -> Signs:
        """What speaks for and against an answer, over all documents at once: from this the rules are learned."""
        expansion = self._thesaurus.expand(question)
        gathered = gather(question, expansion, self._store, self._embedder)
        known = self._known.like(question, gathered.vectors, expansion.language)
        nearest = self._elsewhere.nearest(gathered.vectors[0], expansion.language)
        return signs(gathered.evidence, self._weights, nearest, self._by_number(known.nearest, -1.0))

    def _by_number(self, known: dict[str, float], otherwise: float) -> dict[int, float]:
        """What is known of passages by id, for each passage judged by number."""
        return {number: known.get(i, otherwise) for i, number in self._judged.items()}

    @functools.cached_property
    def _judged(self) -> dict[str, int]:
        """The number of each passage judged for known questions, by id."""
        return self._catalogue.numbers(self._known.judged)

    # -- filters ---------------------------------------------------------------------------------------------

    def _narrowing(self, filters: Filters) -> Narrowing | None:
        if filters == Filters():
            return None
        known = (("kind", filters.kinds), ("document", filters.documents), ("cluster", filters.clusters))
        parts = [{field: {"$in": list(chosen)}} for field, chosen in known if chosen]
        metadata = {"$and": parts} if len(parts) > 1 else parts[0] if parts else None
        where, values = condition(filters)
        numbers = sorted(self._catalogue.eligible(where, values)) if filters.objectives else []
        return Narrowing(where, tuple(values), metadata, tuple(numbers))

    def _excluded(self, filters: Filters) -> dict[str, int]:
        """How many passages each filter alone leaves out."""
        if filters == Filters():
            return {}
        everything = self._catalogue.how_many(*condition(Filters()))
        named = {
            "kind": Filters(kinds=filters.kinds),
            "source": Filters(documents=filters.documents),
            "cluster": Filters(clusters=filters.clusters),
            "objective": Filters(objectives=filters.objectives),
        }
        return {
            name: everything - self._catalogue.how_many(*condition(one))
            for name, one in named.items()
            if one != Filters() and not (name == "kind" and "mapping" in filters.kinds)
        }

    # -- abstention ------------------------------------------------------------------------------------------

    def _judge(
        self,
        question: str,
        expansion: Expansion,
        gathered: Gathered,
        known: dict[int, float],
        shown: Sequence[int],
    ) -> tuple[bool, bool, str | None]:
        """Whether to abstain, whether the answer is weak, and why; by the question's own words alone.

        Whether the corpus speaks of the question at all is judged on all of it, whether the answer is weak
        on what the filters leave (``shown``, passages by number). ``known``: see :func:`assistant.abstention.signs`.
        """
        if not shown:
            return True, True, NO_PASSAGE
        nearest = self._elsewhere.nearest(gathered.vectors[0], expansion.language)
        verdict = judge(gathered.evidence, frozenset(shown), self._weights, nearest, known, self._own)
        if not verdict.bears:
            return True, True, NOTHING
        if not verdict.left:
            return True, True, NOTHING_LEFT
        weak = not verdict.firm or gathered.absent.whole or _names(question, gathered.absent.phrases)
        return False, weak, WEAK if weak else None


def _names(question: str, absent: Sequence[str]) -> bool:
    """Whether a name is among what no passage has: a capital within a question that has small letters too."""
    words = question.split()
    if sum(word[:1].islower() for word in words) < len(words) / 2:
        return False
    return any(name[:1].isupper() and not question.startswith(name) for name in absent)


def condition(filters: Filters) -> tuple[str, list[Any]]:
    """The filters as an SQL condition on the catalogue's passage table, with its values."""
    parts, values = (
        [f"coalesce(topic, '') NOT IN ({','.join('?' * len(NOT_EMBEDDED))})"],
        list[Any](NOT_EMBEDDED),
    )
    if filters.kinds:
        parts.append(f"kind IN ({','.join('?' * len(filters.kinds))})")
        values += filters.kinds
    else:
        parts.append("kind <> 'mapping'")
    for column, chosen in (("document", filters.documents), ("cluster", filters.clusters)):
        if chosen:
            parts.append(f"{column} IN ({','.join('?' * len(chosen))})")
            values += chosen
    if filters.objectives:
        marks = ",".join("?" * len(filters.objectives))
        # Only question marks are put together here; the values go to SQLite apart.
        parts.append(f"EXISTS (SELECT 1 FROM json_each(record, '$.objectives') WHERE value IN ({marks}))")  # noqa: S608
        values += filters.objectives
    return " AND ".join(parts), values


def _fold_duplicates(
    rows: list[tuple[Passage, float, Evidence]],
) -> tuple[list[tuple[Passage, float, Evidence]], dict[str, tuple[str, ...]]]:
    """Near-identical passages of one kind shown once, at the best-ranked place, with the others' ids."""
    kept: list[tuple[Passage, float, Evidence]] = []
    also: dict[str, tuple[str, ...]] = {}
    words = [_words(row[0].text) for row in rows]
    common = Counter(itertools.chain.from_iterable(words))
    shared = {word for word, passages in common.items() if passages > 1}
    kept_words: list[frozenset[str]] = []
    by_word: dict[str, list[int]] = {}
    for row, some in zip(rows, words, strict=True):
        if len(some & shared) < NEAR_DUPLICATE * len(some):
            kept.append(row)  # too many words that stand nowhere else: most passages end here
            kept_words.append(some)
            continue
        # Two sets as alike as that share one of each one's few rarest words (prefix filtering, Chaudhuri et
        # al. 2006), so only passages that do are compared.
        rarest = sorted(some, key=lambda w: (common[w], w))[
            : len(some) - math.ceil(NEAR_DUPLICATE * len(some)) + 1
        ]
        near = sorted({i for word in rarest for i in by_word.get(word, ())})
        twin = next((i for i in near if _same(some, kept_words[i])), None)
        if twin is None:
            for word in rarest:
                by_word.setdefault(word, []).append(len(kept))
            kept.append(row)
            kept_words.append(some)
        else:
            first = kept[twin][0].id
            also[first] = (*also.get(first, ()), row[0].id)
    return kept, also


def _leads_in(text: str) -> bool:
    """Whether a passage is one sentence that only announces what comes after it ("The options are as follows:")."""
    return text.endswith(":") and not _SENTENCE_END.search(text)


@functools.lru_cache(maxsize=2_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


def _same(a: frozenset[str], b: frozenset[str]) -> bool:
    if min(len(a), len(b)) < NEAR_DUPLICATE * max(len(a), len(b)):
        return False
    return len(a & b) >= NEAR_DUPLICATE * len(a | b)


def _headings(passages: Sequence[Passage]) -> tuple[str, ...]:
    """The innermost headings of the nearest passages, each once, at most five."""
    found = dict.fromkeys(p.heading_path[-1] for p in passages if p.heading_path)
    return tuple(found)[:5]


def with_weights(retriever: Retriever, weights: Weights) -> Retriever:
    """The same retriever weighing otherwise; for the development of the weights."""
    other = object.__new__(Retriever)
    other.__dict__.update(retriever.__dict__)
    other._weights = replace(weights)
    return other
