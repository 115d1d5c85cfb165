"""The summary report of the GFMD Dialogue session: numbered paragraphs, and recommendations by topic.

The file is a PDF extraction. Form feeds became lines that begin with one space, numbers and bullets behind
it; list bullets became "o". Empty lines fall inside paragraphs and mean nothing; a line of white space
alone stands only between blocks (the report's empty paragraphs).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.model import Document, Kind, Page, Passage, Source, Span
from assistant.sources.plain import form_feed_pages, page_label, pages_of, trim, unexpected
from assistant.text import cut, fold

_BETWEEN = re.compile(r"^[ \t]+$", re.MULTILINE)
_MARK = re.compile(r"^ ?(?:(?P<number>\d{1,2})\.|o) +(?=\S)", re.MULTILINE)
_GROUP = re.compile(r"(Policy|Practical) Recommendations")
_LETTERED = re.compile(r"[A-Z]\. ")
_TOPICS = ("governance", "recruitment", "skills")


@dataclass(frozen=True, slots=True)
class _Block:
    """What stands between two white-space lines: a heading (or none) and numbered or bulleted pieces."""

    head: Span
    pieces: tuple[tuple[int | None, Span], ...]
    """Each with its paragraph number, None for a bullet."""


def read(document: Document, text: str) -> Source:
    """The report as passages: its title, paragraphs and recommendations, each under the headings over it."""
    pages = form_feed_pages(text)
    reader = _Reader(document.id, text, pages)
    blocks = _blocks(text)
    passages = [p for block in blocks for p in reader.block(block, last=block is blocks[-1])]
    if not reader.number or reader.numbers != list(range(1, reader.number + 1)):
        raise unexpected(
            document, "paragraphs numbered from 1 without a gap", f"the numbers {reader.numbers}"
        )
    topics = {p.topic for p in passages if p.kind == "recommendation"}
    if topics != set(_TOPICS):
        found = ", ".join(sorted(str(topic) for topic in topics)) or "none"
        raise unexpected(document, f"recommendations on {', '.join(_TOPICS)}", found)
    return Source(document, text, pages, tuple(_repeating(passages)))


def _repeating(passages: list[Passage]) -> Iterator[Passage]:
    """The passages; a recommendation that stands word for word in a paragraph as well says so."""
    paragraphs = [p for p in passages if p.kind == "paragraph"]
    for passage in passages:
        words = passage.text.rstrip(".;")
        also = [p.locator for p in paragraphs if passage.kind == "recommendation" and words in p.text]
        yield replace(passage, remarks=(f"Stands word for word in {also[0]} as well.",)) if also else passage


def _blocks(text: str) -> list[_Block]:
    edges = [0, *(at for match in _BETWEEN.finditer(text) for at in match.span()), len(text)]
    spans = [trim(text, start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return [_block(text, span) for span in spans if span[0] < span[1]]


def _block(text: str, span: Span) -> _Block:
    line = text.rfind("\n", 0, span[0]) + 1  # a page mark before the first word belongs to the line
    marks = list(_MARK.finditer(text, line, span[1]))
    edges = [*(mark.start() for mark in marks), span[1]]
    pieces = tuple(
        (int(mark["number"]) if mark["number"] else None, trim(text, mark.end(), end))
        for mark, end in zip(marks, edges[1:], strict=True)
    )
    return _Block(trim(text, line, edges[0]), pieces)


class _Reader:
    """Goes through the blocks in order, remembering the headings in force."""

    def __init__(self, document: str, text: str, pages: tuple[Page, ...]) -> None:
        self.document, self.text, self.pages = document, text, pages
        self.number = 0
        self.numbers: list[int] = []
        self.headings: tuple[str, ...] = ()
        """Over numbered paragraphs."""
        self.groups: tuple[str, ...] = ()
        """Over recommendations: their group, then their topic."""
        self.counts: Counter[str] = Counter()

    def block(self, block: _Block, *, last: bool) -> Iterator[Passage]:
        """The passages of one block; a heading is only remembered, for it stands over what follows."""
        head = fold(cut(self.text, (block.head,)))
        if head and not block.pieces and (last or not self.number):
            self.counts["section"] += 1
            where = "Closing note" if self.number else "Title"
            yield self._passage(f"section.{self.counts['section']}", "section", block.head, where, ())
        elif head:
            self._heading(head)
        for number, span in block.pieces:
            if number is None:
                yield self._recommendation(span)
            else:
                self.number = number
                self.numbers.append(number)
                self.groups = ()
                yield self._passage(f"para.{number}", "paragraph", span, f"para. {number}", self.headings)

    def _heading(self, head: str) -> None:
        if _GROUP.match(head):
            self.groups = (head,)
        elif self.groups:
            self.groups = (self.groups[0], head)
        elif _LETTERED.match(head):
            self.headings = (*self.headings[:1], head)
        else:
            self.headings = (head,)

    def _recommendation(self, span: Span) -> Passage:
        group, heading = (*self.groups, "", "")[:2]
        kind = group.partition(" ")[0].casefold()
        topic = next((topic for topic in _TOPICS if topic in heading.casefold()), None)
        self.counts[f"{kind}.{topic}"] += 1
        local = f"rec.{kind}.{topic}.{self.counts[f'{kind}.{topic}']}"
        where = f"para. {self.number}, {kind} recommendations, {topic}"
        return self._passage(local, "recommendation", span, where, self.groups, topic)

    def _passage(
        self, local: str, kind: Kind, span: Span, where: str, path: tuple[str, ...], topic: str | None = None
    ) -> Passage:
        first, last = pages_of(self.pages, (span,))
        return Passage(
            id=f"{self.document}/{local}",
            document=self.document,
            kind=kind,
            text=fold(cut(self.text, (span,))),
            spans=(span,),
            heading_path=path,
            page_start=first,
            page_end=last,
            page_certain=True,
            locator=f"{where}, {page_label(first, last)}",
            topic=topic,
        )
