"""The GFMD overview of which Recollection options the Zero Draft echoes: objectives, prose and 56 citations.

The file is a PDF extraction. Form feeds became lines that begin with one space; bullet characters were
lost, leaving a run of blank lines before each list, so that a bullet is known only by the citation that
closes it. Which options a citation points at is worked out in ``overview_links.py``, once both documents
are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.model import Document, Mapping, Page, Passage, Source, Span
from assistant.sources.plain import form_feed_pages, page_label, pages_of, trim, unexpected
from assistant.text import cut, fold

CITATION = re.compile(
    r"\(GCM\s+Cluster\s+(?P<cluster>\d),\s+(?P<kind>PO\s+and\s+OPA|PO|OPA),\s*p\.\s*(?P<page>\d+)\)"
)
"""The printed form of the overview's citations, whatever white space or line end stands inside."""
_HEADING = re.compile(r"^ ?Objective (?P<number>\d{1,2}): (?P<title>[^.]+)\.[ ]*$", re.MULTILINE)
_LIST_FOLLOWS = re.compile(r":[ ]*\n(?=\n| \S)")
_SENTENCE_START = re.compile(r"(?<=[.!?])[”\"’)]*\s+(?=[A-Z“])")
_TITLE = re.compile(r"\A(?:[^a-z\n]+\n)+")
_LIST_HEADING = re.compile(r"\n[^a-z\n]*[A-Z][^a-z\n]*\n\s*\Z")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One objective of the overview; ``start`` and ``end`` bound what stands under its heading."""

    number: int
    heading: str
    start: int
    end: int


def read(document: Document, text: str) -> Source:
    """The overview as passages in printed order: the opening, then each objective's prose and citations.

    Mappings come without targets (``match`` "none") until ``overview_links.link`` has compared them with the
    Recollection. A citation printed in a form unknown here is an error, never skipped.
    """
    entries = _entries(text)
    if not entries:
        raise unexpected(document, "headings of the form “Objective 1: ….”", "none")
    pages = form_feed_pages(text)
    maker = _Maker(document.id, text, pages)
    passages = [maker.opening(_first_heading(text))]
    for entry in entries:
        passages.extend(maker.entry(entry))
    unread = _uncited(text, entries[-1].end)
    if unread:
        raise unexpected(document, "only citations of the form “(GCM Cluster 2, PO, p.17)”", unread)
    return Source(document, text, pages, tuple(passages), tuple(_holes(entries)))


def titles(source: Source) -> dict[int, str]:
    """Objective number to title as the overview prints it (without the closing stop), white space folded."""
    return {e.number: e.heading.split(": ", 1)[1].removesuffix(".") for e in _entries(source.text)}


def _entries(text: str) -> list[_Entry]:
    found = list(_HEADING.finditer(text))
    edges = [*(match.start() for match in found), len(text)]
    return [
        _Entry(int(match["number"]), fold(match[0]), match.end(), end)
        for match, end in zip(found, edges[1:], strict=True)
    ]


def _holes(entries: list[_Entry]) -> Iterator[str]:
    """Objectives of the Zero Draft that the overview passes over."""
    numbers = {entry.number for entry in entries}
    for number in sorted(set(range(1, max(numbers) + 1)) - numbers):
        yield f"The overview has no entry for objective {number}."


def _first_heading(text: str) -> int:
    match = _HEADING.search(text)
    return match.start() if match else len(text)


def _uncited(text: str, end: int) -> str:
    """The first parenthesis that names a cluster but is no citation as printed elsewhere; empty if none."""
    known = {match.start() for match in CITATION.finditer(text)}
    for match in re.finditer(r"\(GCM\s+Cluster[^)]*\)?", text[:end]):
        if match.start() not in known:
            return f"“{fold(match[0])}”"
    return ""


def _sentence(text: str, floor: int, at: int) -> int:
    """Where the sentence begins that contains offset ``at``; not before ``floor``."""
    starts = [floor, *(match.end() for match in _SENTENCE_START.finditer(text, floor, at))]
    return starts[-1]


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the passages of one overview."""

    document: str
    text: str
    pages: tuple[Page, ...]

    def opening(self, first: int) -> Passage:
        """What stands before the objectives, without the title and the heading of the list."""
        title = _TITLE.match(self.text, 0, first)
        below = _LIST_HEADING.search(self.text[:first])
        start = title.end() if title else 0
        span = trim(self.text, start, below.start() if below else first)
        return self._section("intro.1", (span,), (fold(self.text[:start]),) if title else (), 0)

    def entry(self, entry: _Entry) -> Iterator[Passage]:
        """The prose of an objective, then its citations in printed order (those of the prose among them)."""
        listed = _LIST_FOLLOWS.search(self.text, entry.start, entry.end)
        prose = trim(self.text, entry.start, listed.start() + 1 if listed else entry.end)
        yield self._section(f"o{entry.number}.intro.1", (prose,), (entry.heading,), entry.number)
        at = prose[1]
        for n, match in enumerate(CITATION.finditer(self.text, entry.start, entry.end), start=1):
            if match.start() < prose[1]:
                span = (_sentence(self.text, prose[0], match.start()), self._closed(match.end()))
            else:
                span = trim(self.text, at, self._closed(match.end()))
                at = span[1]
            yield self._mapping(entry, n, match, span)

    def _closed(self, end: int) -> int:
        """The end of a citation, with the full stop that follows it."""
        return end + 1 if self.text[end : end + 1] == "." else end

    def _section(self, local: str, spans: tuple[Span, ...], path: tuple[str, ...], objective: int) -> Passage:
        first, last = pages_of(self.pages, spans)
        where = f"Objective {objective}" if objective else "Introduction"
        return Passage(
            id=f"{self.document}/{local}",
            document=self.document,
            kind="section",
            text=fold(cut(self.text, spans)),
            spans=spans,
            heading_path=path,
            objectives=(objective,) if objective else (),
            page_start=first,
            page_end=last,
            page_certain=True,
            locator=f"{where}, {page_label(first, last)}",
        )

    def _mapping(self, entry: _Entry, n: int, match: re.Match[str], span: Span) -> Passage:
        first, last = pages_of(self.pages, (span,))
        cluster = int(match["cluster"])
        return Passage(
            id=f"{self.document}/o{entry.number}.m{n}",
            document=self.document,
            kind="mapping",
            text=fold(cut(self.text, (span,))),
            spans=(span,),
            heading_path=(entry.heading,),
            cluster=cluster,
            objectives=(entry.number,),
            page_start=first,
            page_end=last,
            page_certain=True,
            locator=f"Objective {entry.number}, {page_label(first, last)}",
            mapping=Mapping(entry.number, cluster, fold(match["kind"]), int(match["page"]), (), "none"),
        )
