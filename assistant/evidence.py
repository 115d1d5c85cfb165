"""What the store knows of each passage for one question: cosines from the vectors, words from the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant import analysis
from assistant.errors import StoreError
from assistant.lexical import Alternative, Concept, Statistics, Words, coverage, weigh
from assistant.ranking import Evidence

if TYPE_CHECKING:
    from assistant.embeddings import Embedder
    from assistant.store import Store
    from assistant.thesaurus import Expansion

CANDIDATES = 400
"""Passages taken from each of the two searches before they are weighed together."""
EXACT_UP_TO = 6_000
"""Chunks up to which the vector search simply returns them all, so that no neighbour is missed."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence on all candidates, and the question's own vector: float32, shape (dimensions,)."""

    evidence: tuple[Evidence, ...]
    vector: Any


def gather(question: str, expansion: Expansion, store: Store, embedder: Embedder) -> Gathered:
    """The evidence on every passage that either search brings up."""
    concepts = make_concepts(question, expansion)
    words, statistics = _statistics(concepts, store)
    weighed = weigh(concepts, statistics)
    rows = {row[0]: row[1:] for row in store.catalogue.lexical(words, CANDIDATES)}
    queries = embedder.embed(list(dict.fromkeys([question, *expansion.variants])))
    cosines = _cosines(queries, list(rows), store)
    numbers = sorted({*cosines, *rows})
    headings = store.catalogue.headings(numbers)
    found = []
    for number in numbers:
        views = cosines.get(number, {})
        body, above, notes = rows.get(number, ("", "", ""))
        text = views.get("text", 0.0)
        met = coverage(weighed, Words.of(body, above), statistics) if body else 0.0
        note, met_note = views.get("note", text), met
        if "note" in views:
            met_note = coverage(weighed, Words.of(notes), statistics) if notes else 0.0
        found.append(Evidence(number, text, note, met, met_note, headings[number]))
    return Gathered(tuple(found), queries[0])


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


def _statistics(concepts: Sequence[Concept], store: Store) -> tuple[list[str], Statistics]:
    words = {t for c in concepts for t in c.asked} | {
        t for c in concepts for a in c.alternatives for t in a.terms
    }
    frequency = store.catalogue.document_frequency(sorted(words)) if words else {}
    known = sorted(w for w in words if w in frequency)
    return known, Statistics(store.catalogue.count("passage"), store.catalogue.mean_length(), frequency)


def _cosines(queries: Any, lexical: Sequence[int], store: Store) -> dict[int, dict[str, float]]:
    """The best cosine of each candidate's views ("text", "note") over all forms of the question."""
    import numpy as np

    chunks = store.catalogue.count("chunk")
    exact = chunks <= EXACT_UP_TO
    best: dict[str, float] = {}
    for row in store.vectors.query(queries.tolist(), chunks if exact else CANDIDATES):
        for chunk, cosine in row:
            best[chunk] = max(cosine, best.get(chunk, -1.0))
    if exact and len(best) < chunks:
        raise StoreError(
            f"The store in {store.path} is damaged ({chunks} chunks in the catalogue, {len(best)} vectors). "
            "Build it anew with: gcm-draft index build --force"
        )
    places = store.catalogue.chunk_passages(list(best))
    if not exact:
        missing = [c for ids in store.catalogue.chunks_of(lexical).values() for c in ids if c not in best]
        for chunk, vector in store.vectors.vectors(missing).items():
            best[chunk] = round(float(np.max(queries @ np.asarray(vector, dtype=np.float32))), 6)
        places.update(store.catalogue.chunk_passages(missing))
    found: dict[int, dict[str, float]] = {}
    for chunk, cosine in best.items():
        place = places.get(chunk)
        if place is not None:
            views = found.setdefault(place[0], {})
            views[place[1]] = max(cosine, views.get(place[1], -1.0))
    return found
