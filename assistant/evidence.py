"""What the store knows of each passage for one question: cosines from the vectors, words from the catalogue."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant import analysis
from assistant.errors import StoreError
from assistant.lexical import Alternative, Concept, Statistics, Weighed, Words, coverage, weigh
from assistant.ranking import Evidence
from assistant.store.vectors import nearest_of
from assistant.thesaurus import RELATED

if TYPE_CHECKING:
    from assistant.contents import Contents
    from assistant.embeddings import Embedder
    from assistant.store import Store
    from assistant.thesaurus import Expansion

CANDIDATES = 400
"""Passages taken from each of the two searches before they are weighed together."""
EXACT_UP_TO = 6_000
"""Chunks up to which each is compared with the question, so that no neighbour is missed."""


_NO_WORDS = Words({}, 0)
_Rows = dict[int, tuple[str, str, str]]
"""Body, headings and notes, as terms, of the passages that the lexical search brought up."""


@dataclass(frozen=True, slots=True)
class Absent:
    """What of a question stands in no passage, in none of the other forms that the lexicon knows.

    ``phrases``: as the question has them. ``whole``: whether it is all of the question.
    """

    phrases: tuple[str, ...] = ()
    whole: bool = False


NONE_ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence on all candidates, and the vectors of the question: float32, shape (ways, dimensions).

    The first vector is of the question as asked, the others of what the lexicon makes of it in English.
    ``contents`` is the evidence on the same candidates by what the objective asked for covers, or empty.
    """

    evidence: tuple[Evidence, ...]
    vectors: Any
    contents: tuple[Evidence, ...] = ()
    absent: Absent = NONE_ABSENT


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The user's filters: as an SQL condition on the catalogue's passages, and as far as Chroma knows them.

    In a large store the best of what meets a filter may be far from the best of all, so it is searched for
    apart. ``numbers`` are passages that meet a filter of which Chroma knows nothing.
    """

    condition: str
    values: tuple[Any, ...]
    metadata: dict[str, Any] | None
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sought:
    """One thing that passages are weighed by: its weighed words, and how often these stand in bodies and notes."""

    weighed: Weighed
    bodies: Statistics
    notes: Statistics

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(sorted(self.bodies.frequency))


def gather(
    question: str,
    expansion: Expansion,
    store: Store,
    embedder: Embedder,
    contents: Contents | None = None,
    narrowing: Narrowing | None = None,
) -> Gathered:
    """The evidence on every passage that either search brings up."""
    asked = _sought(make_concepts(question, expansion), store)
    queries = embedder.embed(list(dict.fromkeys([question, *expansion.variants])))
    if contents is None:
        rows = _rows(asked.words, store, narrowing)
        (evidence,) = _weighed([asked], rows, [_cosines(queries, rows, store, narrowing)], store)
        return Gathered(evidence, queries, absent=_absent(question, expansion, store))
    covered = _sought([Concept((t,), (Alternative((t,), 1.0),)) for t in contents.terms], store)
    rows = _rows(sorted({*asked.words, *covered.words}), store, narrowing)
    both = [_cosines(vectors, rows, store, narrowing) for vectors in (queries, contents.vectors)]
    evidence, covers = _weighed([asked, covered], rows, both, store)
    return Gathered(evidence, queries, covers, _absent(question, expansion, store))


def _absent(question: str, expansion: Expansion, store: Store) -> Absent:
    """What of a question no passage has; numbers and what is only related to a word are not looked at."""
    language = expansion.language
    forms: dict[str, list[tuple[str, ...]]] = {}
    for term in expansion.terms:
        said = [analysis.terms(term.matched, language)]
        said += [analysis.terms(phrase, "en") for phrase, weight in term.alternatives if weight > RELATED]
        forms[term.matched] = [tuple(words) for words in said if words]
    known = {word for matched in forms for word in matched.split()}
    for word in analysis.words(question):
        if word not in known and word.isalpha() and (words := analysis.terms(word, language)):
            forms[word] = [tuple(words)]
    every = sorted({word for said in forms.values() for words in said for word in words})
    there = store.catalogue.standing(every)
    subjects = [phrase for phrase, said in forms.items() if said]
    lacking = [p for p in subjects if not any(there.issuperset(words) for words in forms[p])]
    absent = tuple(sorted(lacking, key=question.find))
    return Absent(absent, whole=bool(absent) and len(absent) == len(subjects))


def _rows(words: Sequence[str], store: Store, narrowing: Narrowing | None) -> _Rows:
    found = store.catalogue.lexical(words, CANDIDATES)
    if narrowing is not None and len(found) == CANDIDATES:
        found += store.catalogue.lexical(words, CANDIDATES, narrowing.condition, narrowing.values)
    return {row[0]: row[1:] for row in found}


def _weighed(
    soughts: Sequence[_Sought], rows: _Rows, cosines: Sequence[dict[int, dict[str, float]]], store: Store
) -> list[tuple[Evidence, ...]]:
    """For each thing sought the evidence on the passages of all, by number."""
    numbers = sorted({*itertools.chain(*cosines), *rows})
    headings = store.catalogue.headings(numbers)
    words = frozenset(itertools.chain(*(sought.words for sought in soughts)))
    found: list[list[Evidence]] = [[] for _ in soughts]
    for number in numbers:
        body_words = note_words = _NO_WORDS
        if row := rows.get(number):
            body, above, notes = row
            body_words = Words.of(body, above, words) if body else _NO_WORDS
            note_words = Words.of(notes, "", words)
        for sought, near, made in zip(soughts, cosines, found, strict=True):
            views = near.get(number, {})
            text = views.get("text", 0.0)
            met = coverage(sought.weighed, body_words, sought.bodies)
            note, met_note = views.get("note", text), met
            if "note" in views:
                met_note = coverage(sought.weighed, note_words, sought.notes)
            made.append(Evidence(number, text, note, met, met_note, headings[number], "note" in views))
    return [tuple(made) for made in found]


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


def _sought(concepts: Sequence[Concept], store: Store) -> _Sought:
    words = {t for c in concepts for t in c.asked} | {
        t for c in concepts for a in c.alternatives for t in a.terms
    }
    catalogue = store.catalogue
    frequency = catalogue.document_frequency(sorted(words)) if words else {}
    count = catalogue.count("passage")
    bodies = Statistics(count, catalogue.mean_length(), frequency)
    notes = Statistics(count, catalogue.mean_length("notes"), frequency)
    # A year that stands nowhere says nothing of whether the subject does.
    telling = [c for c in concepts if frequency.keys() & c.asked or not all(t.isdigit() for t in c.asked)]
    return _Sought(weigh(telling or concepts, bodies), bodies, notes)


def _cosines(
    queries: Any, rows: _Rows, store: Store, narrowing: Narrowing | None
) -> dict[int, dict[str, float]]:
    """The best cosine of each candidate's views ("text", "note") over all forms of the question."""
    import numpy as np

    exact = store.catalogue.count("chunk") <= EXACT_UP_TO
    if exact:
        best, places = store.vectors.cosines(queries.tolist()), store.catalogue.places
        missing = [chunk for chunk in places if chunk not in best] if len(best) < len(places) else []
    else:
        found_near = store.vectors.query(queries.tolist(), CANDIDATES)
        if narrowing is not None and narrowing.metadata is not None:
            found_near += store.vectors.query(queries.tolist(), CANDIDATES, narrowing.metadata)
        best = nearest_of(found_near)
        places = store.catalogue.chunk_passages(list(best))
        wanted = [*rows, *(narrowing.numbers if narrowing else ())]
        missing = [c for ids in store.catalogue.chunks_of(wanted).values() for c in ids if c not in best]
        places.update(store.catalogue.chunk_passages(missing))
    for chunk, vector in store.vectors.vectors(missing).items():
        best[chunk] = round(float(np.max(queries @ np.asarray(vector, dtype=np.float32))), 6)
    if exact and any(chunk not in best for chunk in missing):
        raise StoreError(
            f"The store in {store.path} is damaged: vectors of its chunks are missing. "
            "Build it anew with: gcm-draft index build --force"
        )
    found: dict[int, dict[str, float]] = {}
    for chunk, cosine in best.items():
        place = places.get(chunk)
        if place is not None:
            views = found.setdefault(place[0], {})
            if cosine > views.get(place[1], -1.0):
                views[place[1]] = cosine
    return found
