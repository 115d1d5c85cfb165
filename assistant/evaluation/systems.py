"""What is measured: the program as the command line runs it, and the same with a part left out."""

from __future__ import annotations

import copy
import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from assistant.evaluation.measures import DEPTH
from assistant.evaluation.questions import Question, Scope
from assistant.known_questions import KEYS
from assistant.store.catalogue import Catalogue

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.model import Answer
    from assistant.store import Store

_MORE = 12
"""Hits asked for beyond those measured, since passages outside the scope are left out of a ranking."""


class System(Protocol):
    """Something that ranks passages for a question."""

    name: str

    def rank(self, question: Question, scope: Scope) -> list[str]:
        """Passage ids of the scope, best first, as many as are measured if there are; none: no answer."""
        ...


class Program:
    """The program itself, by the same call as ``gcm-draft search`` with the scope's filters.

    Near-duplicates that are shown at one place count at that place, one rank each.
    """

    def __init__(self, library: Library, name: str = "gcm-draft", *, refusing: bool = True) -> None:
        self.name = name
        self.library = library
        self._refusing = refusing

    def rank(self, question: Question, scope: Scope) -> list[str]:
        """See :class:`System`; empty where the program says that nothing was found."""
        hits = self._answer(question.question, scope).hits
        shown = [i for hit in hits for i in (hit.passage.id, *hit.also_at)]
        return [i for i in dict.fromkeys(shown) if i in scope.ids][:DEPTH]

    def _answer(self, question: str, scope: Scope) -> Answer:
        if self._refusing:
            return self.library.search(question, DEPTH + _MORE, scope.filters)
        ranking = self.library._rank(question, scope.filters)
        return self.library.retriever.answer(replace(ranking, abstained=False), DEPTH + _MORE)


def variant(
    library: Library, *, notes: bool = True, known: bool = True, thesaurus: bool = True, contents: bool = True
) -> Library:
    """The same library over the same store, as if built without some of the project's own data.

    Without search notes there are no known questions either: a user's own documents have neither.
    """
    from assistant.thesaurus import Thesaurus

    store, lexicon = library._store, library.thesaurus
    other = copy.copy(library)
    other.__dict__.pop("retriever", None)
    if not notes:
        store = without_notes(store)
    elif not known:
        store = replace(store, catalogue=_UnknowingCatalogue(store.path / "catalogue.sqlite3"))
    other.__dict__["_store"] = store
    other.__dict__["thesaurus"] = lexicon if thesaurus else Thesaurus.prepare([])
    if not contents:
        other.__dict__["_contents"] = lambda _number: None
    return other


def without_notes(store: Store) -> Store:
    """The store as a build without search notes would have made it; the files are not touched."""
    return replace(store, catalogue=_NotelessCatalogue(store.path / "catalogue.sqlite3"))


class _UnknowingCatalogue(Catalogue):
    """A catalogue that has no known questions."""

    def extra(self, key: str) -> str | None:
        """As the catalogue's, without known questions."""
        return None if key.startswith(f"{KEYS}/") else super().extra(key)


class _NotelessCatalogue(_UnknowingCatalogue):
    """A catalogue that knows nothing of search notes either: their vectors, their words, how often these occur."""

    searched, notes_column = "{body headings} : ", "''"

    def chunk_passages(self, chunks: Sequence[str]) -> dict[str, tuple[int, str]]:
        """As the catalogue's, without chunks of notes."""
        return {i: place for i, place in super().chunk_passages(chunks).items() if place[1] != "note"}

    @functools.cached_property
    def places(self) -> dict[str, tuple[int, str]]:
        """As the catalogue's, without chunks of notes."""
        return {i: place for i, place in super().places.items() if place[1] != "note"}

    def document_frequency(self, words: Sequence[str]) -> dict[str, int]:
        """As the catalogue's, counted in bodies and headings only."""
        return {w: n for w in words if (n := self._passages_with(w))}

    def _telling(self, words: Sequence[str]) -> Sequence[str]:
        """All of them: what is measured is small."""
        return words

    def _passages_with(self, word: str) -> int:
        match = f'{self.searched}"{word}"'
        query = "SELECT count(*) FROM lexical WHERE lexical MATCH ?"
        return int(self._db.execute(query, (match,)).fetchone()[0])


def variants(library: Library, *, notes: bool = True) -> list[Program]:
    """The program, and without each of its own data; ``notes`` false: all of them without notes."""
    whole = library if notes else variant(library, notes=False)
    bare = Program(variant(library, notes=False, thesaurus=False, contents=False), "without any of these")
    if not notes:
        return [Program(whole, "gcm-draft, without notes"), bare]
    return [
        Program(whole),
        Program(whole, "if it never refused", refusing=False),
        Program(variant(library, known=False), "without known questions", refusing=False),
        Program(variant(library, notes=False), "without search notes either"),
        Program(variant(library, thesaurus=False), "without thesaurus"),
        Program(variant(library, contents=False), "without objectives' contents"),
        bare,
    ]
