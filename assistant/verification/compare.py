"""Where a quotation stands: exactly (:meth:`Library.stands`), or nearly (:meth:`Library.nearest`).

Only :meth:`Library.stands` can prove a quotation. Similarity finds the place to compare with; the word
difference it yields is reported, never excused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import NamedTuple, Protocol

from assistant.citations import Citation
from assistant.model import Passage, Source
from assistant.verification.danger import reverses, word_class
from assistant.verification.quoted import Change, Cut, Quoted
from assistant.verification.words import Place, Run, Stream

WIDEST_CHANGE = 8
"""Most words of the source that one bracketed change may stand for."""
SHORT_CUT = 3
"""A marked cut of so few words may not take a negation out: what is left would say the opposite."""


class Readable(Protocol):
    """What verification needs of a corpus: the sources, nothing that retrieval made of them."""

    @property
    def sources(self) -> Mapping[str, Source]:
        """The documents read, by id."""


class Match(NamedTuple):
    """A quotation found: the document, the index of the passage, the words, and the places of its runs."""

    document: str
    passage: int
    place: Place
    runs: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """The place most like a quotation that stands nowhere: ``share`` of its words found there in order."""

    document: str
    passage: int
    place: Place
    share: float
    matched: int


class Library:
    """The sources as streams of words, built when first needed."""

    def __init__(self, corpus: Readable) -> None:
        self.corpus = corpus
        self.sources = corpus.sources
        self.fitting: dict[Citation, list[tuple[str, int]]] = {}
        self._streams: dict[str, Stream] = {}

    def stream(self, document: str) -> Stream:
        """The stream of one document."""
        if document not in self._streams:
            self._streams[document] = Stream(self.sources[document])
        return self._streams[document]

    def passage(self, found: Match | Near) -> Passage:
        """The passage in which something was found."""
        return self.sources[found.document].passages[found.passage]

    def stands(self, quoted: Quoted, document: str) -> Iterator[Match]:
        """Every place in ``document`` where ``quoted`` stands, each within one passage, word for word.

        Cuts may leave out any words of the passage; a bracketed change may stand for at most
        ``WIDEST_CHANGE`` words and never for or against a negation, a modal verb or a number.
        """
        if not quoted.runs:
            return
        stream = self.stream(document)
        lead = next(at for at, element in enumerate(quoted.elements) if isinstance(element, Run))
        first = quoted.elements[lead]
        assert isinstance(first, Run)  # noqa: S101 - lead was chosen so
        for place in stream.find(first):
            passage = stream.passage_at(place.first)
            bounds = stream.bounds(passage)
            begin = _lead_in(quoted.elements[:lead], stream, place, bounds)
            rest = None if begin is None else self._rest(quoted, lead + 1, stream, place, bounds)
            if begin is not None and rest is not None:
                runs = (place, *rest[1])
                yield Match(document, passage, Place(begin, rest[0]), runs)

    def _rest(
        self, quoted: Quoted, at: int, stream: Stream, before: Place, bounds: Place
    ) -> tuple[int, tuple[Place, ...]] | None:
        """The places of the runs from element ``at`` on, after ``before``; None where they do not follow."""
        between: list[Cut | Change] = []
        elements = quoted.elements
        while at < len(elements):
            element = elements[at]
            at += 1
            if not isinstance(element, Run):
                between.append(element)
                continue
            for place in stream.find(element, before.last, bounds.last):
                skipped = stream.forms[before.last : place.first]
                if not _allowed(between, skipped):
                    continue
                rest = self._rest(quoted, at, stream, place, bounds)
                if rest is not None:
                    return rest[0], (place, *rest[1])
            return None
        for extra in range(WIDEST_CHANGE + 1):
            end = before.last + extra
            if end <= bounds.last and _allowed(between, stream.forms[before.last : end]):
                return end, ()
        return None

    @cached_property
    def _grams(self) -> dict[tuple[str, str, str], list[tuple[str, int]]]:
        """Every three words in a row, with the places where they stand."""
        grams: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
        for document in self.sources:
            found = self.stream(document).forms
            for at, gram in enumerate(zip(found, found[1:], found[2:], strict=False)):
                grams.setdefault(gram, []).append((document, at))
        return grams

    def grams(self, found: list[str]) -> Iterator[tuple[int, list[tuple[str, int]]]]:
        """For each three words in a row of ``found``, where they stand in the sources."""
        for at, gram in enumerate(zip(found, found[1:], found[2:], strict=False)):
            places = self._grams.get(gram)
            if places:
                yield at, places

    def nearest(self, quoted: Quoted, cited: Iterable[tuple[str, int]], most: int = 4) -> list[Near]:
        """The passages most like ``quoted``, best first; those ``cited`` come first among equals."""
        found = [word.form for word in quoted.all_words]
        votes: Counter[tuple[str, int]] = Counter()
        for _, places in self.grams(found):
            votes.update({(document, self.stream(document).passage_at(at)) for document, at in places[:400]})
        cited = list(cited)
        voted = [key for key in cited if key in votes] or cited
        chosen = dict.fromkeys([*voted[:12], *(key for key, _ in votes.most_common(most))])
        nears = [near for key in chosen if (near := self._align(found, *key)) is not None]
        known = set(cited)
        return sorted(nears, key=lambda near: -near.share - 0.1 * ((near.document, near.passage) in known))

    def _align(self, found: list[str], document: str, passage: int) -> Near | None:
        stream = self.stream(document)
        bounds = stream.bounds(passage)
        own = stream.forms[bounds.first : bounds.last]
        raw = SequenceMatcher(None, own, found, autojunk=False).get_matching_blocks()
        blocks = _compact([(b.a, b.b, b.size) for b in raw if b.size], len(found))
        matched = sum(size for _, _, size in blocks)
        if not matched:
            return None
        lead, tail = blocks[0][1], len(found) - blocks[-1][1] - blocks[-1][2]
        first = max(bounds.first, bounds.first + blocks[0][0] - lead)
        last = min(bounds.last, bounds.first + blocks[-1][0] + blocks[-1][2] + tail)
        return Near(document, passage, Place(first, last), matched / len(found), matched)


def _compact(blocks: list[tuple[int, int, int]], length: int) -> list[tuple[int, int, int]]:
    """Without stray single words at either edge that lie farther off than the quotation is long."""
    while len(blocks) > 1 and blocks[0][2] <= 2 and blocks[1][0] - blocks[0][0] > length + 10:
        blocks = blocks[1:]
    while len(blocks) > 1 and blocks[-1][2] <= 2 and blocks[-1][0] - blocks[-2][0] > length + 10:
        blocks = blocks[:-1]
    return blocks


def _allowed(between: list[Cut | Change], skipped: list[str]) -> bool:
    """Whether what stands between two runs of a quotation may stand for the source's words ``skipped``."""
    if any(isinstance(element, Cut) for element in between):
        return len(skipped) > SHORT_CUT or not any(word_class(word) == "negation" for word in skipped)
    changes = [element for element in between if isinstance(element, Change)]
    if not changes:
        return not skipped
    if len(skipped) > WIDEST_CHANGE * len(changes):
        return False
    stems = [change for change in changes if change.stem or change.tail]
    if stems and not _stems_fit(changes, skipped):
        return False
    return not reverses(skipped, [word for change in changes for word in change.words])


def _stems_fit(changes: list[Change], skipped: list[str]) -> bool:
    """Whether "promot[ed]" stands for one word that begins so; a bracket beside it may stand for others."""
    at = 0
    for change in changes:
        if not (change.stem or change.tail):
            continue
        fitting = (
            index
            for index in range(at, len(skipped))
            if skipped[index].startswith(change.stem) and skipped[index].endswith(change.tail)
        )
        found = next(fitting, None)
        if found is None:
            return False
        at = found + 1
    plain = len(changes) - sum(1 for change in changes if change.stem or change.tail)
    return plain > 0 or at == len(skipped) == len(changes)


def _lead_in(elements: tuple[object, ...], stream: Stream, place: Place, bounds: Place) -> int | None:
    """The first word of a quotation that opens with bracketed changes before its first run."""
    changes = [element for element in elements if isinstance(element, Change)]
    if not changes:
        return place.first
    for extra in range(WIDEST_CHANGE + 1):
        first = place.first - extra
        if first >= bounds.first and _allowed(list(changes), stream.forms[first : place.first]):
            return first
    return None
