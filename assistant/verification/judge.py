"""The verdict on one quotation with its citation.

In this order: too few words; stands where cited (ok, or wrong page); stands elsewhere (misattributed, or
unresolvable where the citation fits nothing at all); put together from several passages (stitched); nearly
stands (altered, with the words that differ); not found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise, product

from assistant.citations import Citation, documents_named
from assistant.model import Finding, Passage, Verdict
from assistant.verification import advice
from assistant.verification.compare import Library, Match, Near
from assistant.verification.differences import Piece, difference, pieces
from assistant.verification.places import (
    Pages,
    exact,
    fitting,
    pages_of,
    pages_right,
    pinpoint,
    place_fits,
)
from assistant.verification.quotations import Cited, Quotation
from assistant.verification.quoted import Change, Quoted, take_apart, without_glued_calls
from assistant.verification.remarks import remarks_on
from assistant.verification.words import Run, words

FEWEST_WORDS = 4
"""A quotation of fewer words proves nothing, unless it is a passage's whole text."""
ALTERED_WHERE_CITED, ALTERED_ELSEWHERE = 0.5, 0.6
"""Share of a quotation's words, in order, from which a place is shown as the one that was altered."""
MOST_LISTED = 8


@dataclass(slots=True)
class Judgement:
    """A verdict and what is said with it; becomes a :class:`Finding`."""

    verdict: Verdict
    expected: str | None = None
    diff: str | None = None
    passage: Passage | None = None
    advice: str | None = None
    candidates: tuple[str, ...] = ()
    remarks: list[str] = field(default_factory=list)


def judge(quotation: Quotation, library: Library) -> Finding | None:
    """The finding on one quotation; None where it is no quotation at all (an uncited term, a title)."""
    chosen: tuple[Judgement, Cited | None] | None = None
    for entries in _groups(quotation):
        citations = tuple(citation for entry in entries for citation in entry.citations)
        made = _Case(quotation, citations, library).judge()
        if made is None:
            continue
        if chosen is None or (chosen[0].verdict == "ok" and made.verdict != "ok"):
            chosen = (made, entries[0] if entries else None)
    if chosen is None:
        return None
    judgement, cited = chosen
    if not quotation.closed:
        judgement.remarks.append("The quotation mark is never closed.")
    printed = None if cited is None else " ".join(cited.printed.split())
    return Finding(
        line=quotation.line,
        verdict=judgement.verdict,
        citation=printed,
        quote=quotation.text,
        expected=judgement.expected,
        diff=judgement.diff,
        passage_id=judgement.passage.id if judgement.passage else None,
        advice=judgement.advice,
        candidates=judgement.candidates,
        paragraph=quotation.paragraph.index,
        remarks=tuple(dict.fromkeys(judgement.remarks)),
    )


def _groups(quotation: Quotation) -> list[tuple[Cited, ...]]:
    """The citations of a quotation by where they stand: in each place at least one must be right."""
    if quotation.cited is None:
        return [()]
    groups: list[tuple[Cited, ...]] = []
    for entry in (quotation.cited, *quotation.also):
        if groups and entry.footnote is not None and entry.footnote == groups[-1][0].footnote:
            groups[-1] = (*groups[-1], entry)
        else:
            groups.append((entry,))
    return groups


class _Case:
    """One quotation with the citations that may back it."""

    def __init__(self, quotation: Quotation, citations: tuple[Citation, ...], library: Library) -> None:
        self.quotation = quotation
        self.citations = citations
        self.library = library
        self.quoted = self._literal() or self._without_calls() or _as_one(quotation)

    def _literal(self) -> Quoted | None:
        """The quotation with its square brackets taken as the source's own, if it stands so anywhere."""
        quoted = _as_one(self.quotation)
        if not any(isinstance(element, Change) for element in quoted.elements):
            return None
        literal = Quoted(quoted.text, (Run.of(words(quoted.text)),))
        found = any(True for document in self.library.sources for _ in self.library.stands(literal, document))
        return literal if found else None

    def _without_calls(self) -> Quoted | None:
        """The quotation without calls pasted as plain digits, if the source has those calls there."""
        made = without_glued_calls(_as_one(self.quotation))
        if made is None:
            return None
        for document in self.library.sources:
            for match in self.library.stands(made[0], document):
                calls = self.library.stream(document).calls(match.place)
                if all(call in calls for call in made[1]):
                    return made[0]
        return None

    def judge(self) -> Judgement | None:
        count = len(self.quoted.all_words)
        if not count:
            return None
        if count < FEWEST_WORDS or _shredded(self.quoted):
            return self._short() if self.citations and self.quotation.adjacent else None
        if not self.citations:
            return self._uncited()
        found = self._where_cited()
        if found is not None:
            return found
        everywhere = self._everywhere()
        return self._elsewhere(everywhere) if everywhere else self._nowhere()

    # -- where the citation says --

    def _matches(self, document: str) -> list[tuple[Match, ...]]:
        """The quotation in one document: each a passage, or one a paragraph in passages that follow on."""
        whole: list[tuple[Match, ...]] = [(match,) for match in self.library.stands(self.quoted, document)]
        if whole or len(self.quotation.parts) == 1:
            return whole
        parts = [list(self.library.stands(part, document))[:12] for part in self.quotation.parts]
        return [combination for combination in product(*parts) if _follow(combination)] if all(parts) else []

    def _where_cited(self) -> Judgement | None:
        right: list[tuple[Citation, tuple[Match, ...]]] = []
        wrong: list[tuple[Citation, tuple[Match, ...]]] = []
        for citation in self.citations:
            for document in documents_named(citation.document, self.library.corpus):
                for matches in self._matches(document.id):
                    if not all(place_fits(self.library, citation, match) for match in matches):
                        continue
                    (right if self._pages_right(citation, matches) else wrong).append((citation, matches))
        if right:
            return self._right(right)
        return self._wrong_page(*wrong[0], wrong) if wrong else None

    def _pages(self, matches: tuple[Match, ...]) -> Pages:
        return Pages(pages_of(self.library, matches[0]).first, pages_of(self.library, matches[-1]).last)

    def _pages_right(self, citation: Citation, matches: tuple[Match, ...]) -> bool:
        pages = self._pages(matches)
        return any(pages_right(citation, pages, self.library.passage(match)) for match in matches) or (
            len(matches) > 1 and self._spans(citation, matches)
        )

    def _spans(self, citation: Citation, matches: tuple[Match, ...]) -> bool:
        """Whether a quotation over several passages is cited by the pages of the first to the last."""
        pages = self._pages(matches)
        if citation.page is None or pages.first is None or pages.last is None:
            return citation.page is None
        return (citation.page, citation.page_end or citation.page) == (pages.first.number, pages.last.number)

    def _right(self, right: list[tuple[Citation, tuple[Match, ...]]]) -> Judgement:
        places = _distinct(self.library, [matches for _, matches in right])
        labels = tuple(dict.fromkeys(self._exact(matches) for matches in places))
        citation, matches = right[0]
        passage = self.library.passage(matches[0])
        if len(labels) > 1 and not _decided(citation, self.library):
            return Judgement(
                "unresolvable", candidates=labels[:MOST_LISTED], advice=advice.several(labels), passage=None
            )
        expected = self._exact(matches)
        made = Judgement("ok", expected=expected, passage=passage)
        made.remarks = remarks_on(
            self.library, self.quotation, self.quoted, matches, citation, self._pages(matches)
        )
        return made

    def _wrong_page(
        self,
        citation: Citation,
        matches: tuple[Match, ...],
        wrong: list[tuple[Citation, tuple[Match, ...]]],
    ) -> Judgement:
        passage = self.library.passage(matches[0])
        expected = self._exact(matches)
        made = Judgement("wrong_page", expected=expected, passage=passage)
        place = pinpoint(passage, self._pages(matches))
        made.advice = advice.wrong_page(citation, passage, place, expected)
        made.remarks = remarks_on(
            self.library, self.quotation, self.quoted, matches, citation, self._pages(matches)
        )
        made.candidates = tuple(dict.fromkeys(self._exact(other) for _, other in wrong))[:MOST_LISTED]
        return made

    def _exact(self, matches: tuple[Match, ...]) -> str:
        source = self.library.sources[matches[0].document]
        return exact(source, self.library.passage(matches[0]), self._pages(matches))

    # -- elsewhere --

    def _everywhere(self) -> list[tuple[Match, ...]]:
        found = [matches for document in self.library.sources for matches in self._matches(document)]
        return _distinct(self.library, found)

    def _elsewhere(self, found: list[tuple[Match, ...]]) -> Judgement:
        named = {d.id for c in self.citations for d in documents_named(c.document, self.library.corpus)}
        found = sorted(found, key=lambda matches: matches[0].document not in named)
        labels = tuple(dict.fromkeys(self._exact(matches) for matches in found))[:MOST_LISTED]
        passage = self.library.passage(found[0][0])
        fitted = any(fitting(self.library, citation) for citation in self.citations)
        made = Judgement("misattributed" if fitted else "unresolvable", expected=labels[0], passage=passage)
        made.candidates = labels
        made.advice = (
            advice.elsewhere(labels)
            if fitted
            else advice.no_such_place(self.citations[0], labels, self.library)
        )
        near = self._near()
        if fitted and near is not None and near.share >= 0.6 and self._is_cited(near):
            shown = difference(self.library, self.quoted, near).diff
            made.remarks.append(f"The place cited words it differently: {shown}")
        return made

    def _is_cited(self, near: Near) -> bool:
        return any((near.document, near.passage) in fitting(self.library, c) for c in self.citations)

    # -- nowhere as it is --

    def _near(self) -> Near | None:
        cited = [place for citation in self.citations for place in fitting(self.library, citation)]
        nears = self.library.nearest(self.quoted, cited)
        return nears[0] if nears else None

    def _nowhere(self) -> Judgement:
        near = self._near()
        made = pieces(self.library, self.quoted)
        stitched = self._stitched(made, near)
        if stitched is not None:
            return stitched
        if near is not None and self._like(near):
            return self._altered(near)
        fitted = any(fitting(self.library, citation) for citation in self.citations)
        if self.citations and not fitted:
            return Judgement("unresolvable", advice=advice.no_such_place(self.citations[0], (), self.library))
        return Judgement("not_found", advice=advice.NOT_FOUND if self.citations else advice.NOT_FOUND_UNCITED)

    def _like(self, near: Near) -> bool:
        least = ALTERED_WHERE_CITED if self._is_cited(near) else ALTERED_ELSEWHERE
        return near.share >= least and (
            near.matched >= FEWEST_WORDS or (near.share >= ALTERED_ELSEWHERE and near.matched == 3)
        )

    def _stitched(self, made: list[Piece] | None, near: Near | None) -> Judgement | None:
        if made is None or len({(piece.document, piece.passage) for piece in made}) < 2:
            return None
        words = len(self.quoted.all_words)
        seamless = sum(p.last - p.first for p in made) == words and all(p.last - p.first > 4 for p in made)
        alike = near is not None and (near.share >= 0.9 or words - near.matched <= 2)
        alike = alike and near is not None and (not self.citations or self._is_cited(near))
        if alike and not seamless:
            return None
        if near is not None and near.share == 1:
            return None
        places = [Match(p.document, p.passage, p.place, (p.place,)) for p in made]
        labels = tuple(dict.fromkeys(self._exact((match,)) for match in places))
        first = self.library.passage(places[0])
        return Judgement(
            "stitched",
            expected=labels[0],
            passage=first,
            candidates=labels[:MOST_LISTED],
            advice=advice.stitched(
                [(self._printed(m), self._exact((m,))) for m in places], cut=self.quoted.cut
            ),
        )

    def _printed(self, match: Match) -> str:
        return self.library.stream(match.document).printed(match.place)

    def _altered(self, near: Near) -> Judgement:
        source = self.library.sources[near.document]
        passage = self.library.passage(near)
        found = difference(self.library, self.quoted, near)
        match = Match(near.document, near.passage, near.place, (near.place,))
        where = exact(source, passage, pages_of(self.library, match))
        made = Judgement("altered", expected=self._printed(match), diff=found.diff, passage=passage)
        made.advice = advice.altered(found, where)
        made.candidates = (where,)
        if self.citations and not self._is_cited(near):
            made.remarks.append(f"These words come nearest to another place than the one cited: {where}.")
        return made

    # -- short or uncited --

    def _short(self) -> Judgement:
        """Too few words, unless they are a whole passage there, or a first sentence found nowhere else."""
        for citation in self.citations:
            for document in documents_named(citation.document, self.library.corpus):
                for match in self.library.stands(self.quoted, document.id):
                    if place_fits(self.library, citation, match) and self._whole(match):
                        return self._where_cited() or Judgement("ok", passage=self.library.passage(match))
        count = len(self.quoted.all_words)
        return Judgement("too_short", advice=advice.too_short(count, shredded=count >= FEWEST_WORDS))

    def _whole(self, match: Match) -> bool:
        stream = self.library.stream(match.document)
        bounds = stream.bounds(match.passage)
        if match.place == bounds:
            return True
        after = stream.source.text[stream.ends[match.place.last - 1] :][:1]
        quoted = self.quotation.text.rstrip(" […].")
        sentence = after in {".", "!", "?"} and self.quotation.text[len(quoted) :][:1] == after
        return match.place.first == bounds.first and sentence and len(self._everywhere()) == 1

    def _uncited(self) -> Judgement | None:
        found = self._everywhere()
        if found:
            labels = tuple(dict.fromkeys(self._exact(matches) for matches in found))[:MOST_LISTED]
            made = Judgement(
                "ok", expected=labels[0], passage=self.library.passage(found[0][0]), candidates=labels
            )
            made.remarks.append(advice.uncited(labels))
            return made
        if self.quotation.heading:
            return None
        judgement = self._nowhere()
        if judgement.verdict == "not_found" and self.quotation.block:
            return None
        return judgement


def _as_one(quotation: Quotation) -> Quoted:
    if len(quotation.parts) == 1:
        return quotation.parts[0]
    return take_apart("\n".join(part.text for part in quotation.parts))


def _shredded(quoted: Quoted) -> bool:
    """Whether cuts leave so few words together that any text could be made of them."""
    sizes = [len(run.words) for run in quoted.runs]
    return quoted.cut and (max(sizes) < FEWEST_WORDS or sum(sizes) < 3 * len(sizes))


def _follow(matches: tuple[Match, ...]) -> bool:
    return all(later.passage - earlier.passage == 1 for earlier, later in pairwise(matches))


def _distinct(library: Library, found: list[tuple[Match, ...]]) -> list[tuple[Match, ...]]:
    """One of each place: a passage within another (a recommendation in its paragraph) is the same place."""
    kept: list[tuple[Match, ...]] = []
    seen: list[tuple[str, int, int]] = []
    for matches in found:
        stream = library.stream(matches[0].document)
        start, end = stream.offsets[matches[0].place.first], stream.ends[matches[-1].place.last - 1]
        if not any(d == matches[0].document and start < e and s < end for d, s, e in seen):
            kept.append(matches)
            seen.append((matches[0].document, start, end))
    return kept


def _decided(citation: Citation, library: Library) -> bool:
    """Whether a citation that the quotation fits at several places is exact enough for either to be right."""
    if len(documents_named(citation.document, library.corpus)) > 1 and citation.cluster is None:
        return False
    return citation.has_locator
