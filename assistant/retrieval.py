"""Question -> ranked hits: dense and lexical evidence fused, filters, near-duplicates, abstention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant import analysis, citations
from assistant.chunking import NOT_EMBEDDED
from assistant.errors import UsageError
from assistant.lexical import Alternative, Concept, Statistics, Words, coverage
from assistant.model import Answer, Document, Hit, Kind, Passage
from assistant.ranking import THRESHOLDS, WEIGHTS, Evidence, Thresholds, Weights, scores

if TYPE_CHECKING:
    from assistant.embeddings import Embedder
    from assistant.store import Store
    from assistant.thesaurus import Expansion, Thesaurus

MAX_QUESTION = 2_000
"""Characters of a question; more is a document, not a question."""
CANDIDATES = 400
"""Passages taken from each of the two searches before they are weighed together."""
EXACT_UP_TO = 6_000
"""Chunks up to which the vector search simply returns them all, so that no neighbour is missed."""
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


def clean_question(question: str) -> str:
    """The question with white space folded. Raises UsageError if it is empty, too long or no text."""
    if len(question) > MAX_QUESTION:
        raise UsageError(
            f"The question has {len(question):,} characters; at most {MAX_QUESTION:,} are taken. "
            "Ask a question or name a topic in a sentence or two."
        )
    folded = " ".join("".join(c if c.isprintable() else " " for c in question).split())
    if not any(c.isalnum() for c in folded):
        raise UsageError('The question has no words. Give a topic or a question, for example: gcm-draft "ethical recruitment"')
    return folded


class Retriever:
    """Ranks the passages of one open store. Holds no state of a question."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        thesaurus: Thesaurus,
        *,
        weights: Weights = WEIGHTS,
        thresholds: Thresholds = THRESHOLDS,
    ) -> None:
        self._catalogue = store.catalogue
        self._vectors = store.vectors
        self._embedder = embedder
        self._thesaurus = thesaurus
        self._weights = weights
        self._thresholds = thresholds
        self._documents: dict[str, Document] = store.catalogue.documents()

    def search(self, question: str, k: int = 10, filters: Filters = Filters()) -> Answer:  # noqa: B008 frozen
        """The ``k`` best passages (k >= 1), best first, ties by place in the corpus."""
        if k < 1:
            raise UsageError(f"-k takes a whole number from 1, not {k}.")
        ranking = self.rank(question, filters)
        return self.answer(ranking, k)

    def answer(self, ranking: Ranking, k: int) -> Answer:
        """The first ``k`` of a ranking as hits; none if it abstained."""
        hits = tuple(
            Hit(i + 1, round(score, 4), p, citations.label(p, self._documents[p.document]), ranking.also_at.get(p.id, ()))
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
        )

    def rank(self, question: str, filters: Filters = Filters()) -> Ranking:  # noqa: B008 frozen
        """All candidates that meet the filters, best first."""
        question = clean_question(question)
        expansion = self._thesaurus.expand(question)
        eligible = self._eligible(filters)
        evidence = [e for e in self._evidence(question, expansion) if e.number in eligible]
        totals = scores(evidence, self._weights)
        scored = sorted(
            ((round(s, 6), e) for s, e in zip(totals, evidence, strict=True)), key=lambda pair: (-pair[0], pair[1].number)
        )
        scored = scored[: 2 * CANDIDATES]
        passages = self._catalogue.passages([e.number for _, e in scored])
        rows, also_at = _fold_duplicates([(passages[e.number], score, e) for score, e in scored])
        judged = self._judge(expansion, [e for _, _, e in rows])
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
        )

    # -- filters ---------------------------------------------------------------------------------------------

    def _eligible(self, filters: Filters) -> set[int]:
        where, values = condition(filters)
        return self._catalogue.eligible(where, values)

    def _excluded(self, filters: Filters) -> dict[str, int]:
        """How many passages each filter alone leaves out."""
        everything = len(self._catalogue.eligible(*condition(Filters())))
        named = {
            "kind": Filters(kinds=filters.kinds),
            "source": Filters(documents=filters.documents),
            "cluster": Filters(clusters=filters.clusters),
            "objective": Filters(objectives=filters.objectives),
        }
        return {
            name: everything - len(self._catalogue.eligible(*condition(one)))
            for name, one in named.items()
            if one != Filters() and not (name == "kind" and "mapping" in filters.kinds)
        }

    # -- evidence --------------------------------------------------------------------------------------------

    def _evidence(self, question: str, expansion: Expansion) -> list[Evidence]:
        concepts = make_concepts(question, expansion)
        words, statistics = self._statistics(concepts)
        lexical = self._catalogue.lexical(words, CANDIDATES)
        cosines = self._cosines(question, expansion, [row[0] for row in lexical])
        headings = self._catalogue.headings(list(cosines))
        fields = {row[0]: row[1:] for row in lexical}
        found = []
        for number, views in cosines.items():
            body, above, notes = fields.get(number, ("", "", ""))
            text = views.get("text", 0.0)
            met = coverage(concepts, Words.of(body, above), statistics) if body else 0.0
            note, met_note = views.get("note", text), met
            if "note" in views:
                met_note = coverage(concepts, Words.of(notes), statistics) if notes else 0.0
            found.append(Evidence(number, text, note, met, met_note, headings[number]))
        return found

    def _statistics(self, concepts: Sequence[Concept]) -> tuple[list[str], Statistics]:
        words = sorted({t for c in concepts for a in c.alternatives for t in a.terms} | {t for c in concepts for t in c.asked})
        frequency = self._catalogue.document_frequency(words) if words else {}
        known = [w for w in words if w in frequency]
        return known, Statistics(self._catalogue.count("passage"), self._catalogue.mean_length(), frequency)

    def _cosines(
        self, question: str, expansion: Expansion, lexical: Sequence[int]
    ) -> dict[int, dict[str, float]]:
        """The best cosine of each candidate's views ("text", "note") over all forms of the question."""
        import numpy as np

        forms = list(dict.fromkeys([question, *expansion.variants]))
        queries = self._embedder.embed(forms)
        chunks = self._vectors.count()
        n = chunks if chunks <= EXACT_UP_TO else CANDIDATES
        best: dict[str, float] = {}
        for row in self._vectors.query(queries.tolist(), n):
            for chunk, cosine in row:
                best[chunk] = max(cosine, best.get(chunk, -1.0))
        places = self._catalogue.chunk_passages(list(best))
        missing = [c for ids in self._catalogue.chunks_of([n for n in lexical]).values() for c in ids if c not in best] if n < chunks else []
        for chunk, vector in self._vectors.vectors(missing).items():
            best[chunk] = round(float(np.max(queries @ np.asarray(vector, dtype=np.float32))), 6)
        places.update(self._catalogue.chunk_passages(missing))
        found: dict[int, dict[str, float]] = {}
        for chunk, cosine in best.items():
            place = places.get(chunk)
            if place is not None:
                views = found.setdefault(place[0], {})
                views[place[1]] = max(cosine, views.get(place[1], -1.0))
        return found

    # -- abstention ------------------------------------------------------------------------------------------

    def _judge(self, expansion: Expansion, evidence: Sequence[Evidence]) -> tuple[bool, bool, str | None]:
        """Whether to abstain, whether the answer is weak, and why."""
        if not evidence:
            return True, True, "No passage meets the filters."
        best = max(0.7 * max(e.text, e.note) + 0.6 * max(e.lexical, e.note_lexical) for e in evidence[:10])
        if best < self._thresholds.none:
            return True, True, "Nothing in the corpus bears on this question."
        if best < self._thresholds.weak:
            return False, True, "The corpus touches on this question at best; check each line for relevance."
        return False, False, None


def make_concepts(question: str, expansion: Expansion) -> list[Concept]:
    """The question's words and phrases, each with the thesaurus's alternatives."""
    concepts: list[Concept] = []
    used: set[str] = set()
    for term in expansion.terms:
        asked = tuple(analysis.terms(term.matched, expansion.language))
        alternatives = [Alternative(asked, 1.0)] if asked else []
        for phrase, weight in term.alternatives:
            words = tuple(analysis.terms(phrase, "en"))
            if words:
                alternatives.append(Alternative(words, weight))
        if alternatives:
            concepts.append(Concept(asked or alternatives[0].terms, tuple(alternatives)))
            used.update(asked)
    for word in dict.fromkeys(analysis.terms(question, expansion.language)):
        if word not in used:
            concepts.append(Concept((word,), (Alternative((word,), 1.0),)))
    return concepts


def condition(filters: Filters) -> tuple[str, list[Any]]:
    """The filters as an SQL condition on the catalogue's passage table, with its values."""
    parts, values = [f"coalesce(topic, '') NOT IN ({','.join('?' * len(NOT_EMBEDDED))})"], list[Any](NOT_EMBEDDED)
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
        parts.append(f"EXISTS (SELECT 1 FROM json_each(record, '$.objectives') WHERE value IN ({marks}))")
        values += filters.objectives
    return " AND ".join(parts), values


def _fold_duplicates(
    rows: list[tuple[Passage, float, Evidence]],
) -> tuple[list[tuple[Passage, float, Evidence]], dict[str, tuple[str, ...]]]:
    """Near-identical passages of one kind shown once, at the best-ranked place, with the others' ids."""
    kept: list[tuple[Passage, float, Evidence]] = []
    terms: list[frozenset[str]] = []
    also: dict[str, tuple[str, ...]] = {}
    for row in rows:
        words = frozenset(row[0].text.casefold().split())
        twin = next((i for i, other in enumerate(terms) if _same(words, other)), None)
        if twin is None:
            kept.append(row)
            terms.append(words)
        else:
            first = kept[twin][0].id
            also[first] = (*also.get(first, ()), row[0].id)
    return kept, also


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
