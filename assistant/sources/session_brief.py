"""The brief for the GFMD Dialogue session on GCM cluster 6: prose, 10 recommendations, 4 guiding questions.

The extraction spaced every line double, so that blank lines separate nothing: paragraphs are told apart by
their wording (a line that ends a sentence well before the margin), numbered items by their numbers, which
must count from 1. Page breaks are not recoverable: no passage has a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.errors import SourceError
from assistant.model import Document, Kind, Passage, Source, Span
from assistant.sources.plain import trim, unexpected
from assistant.text import cut, fold

_RECOMMENDATIONS = re.compile(r"^[ ]*Key recommendations.*$", re.MULTILINE)
_QUESTIONS = re.compile(r"^[ ]*Guiding Questions:?[ ]*$", re.MULTILINE)
_ITEM = re.compile(r"^[ ]*(\d{1,2})\.[ ]+(?=\S)", re.MULTILINE)
_YEARS = re.compile(r"\(([\d;\s–-]+)\)\s*$")
_LINE = re.compile(r"^.*\S.*$", re.MULTILINE)
_MARGIN = 20
"""A line this many characters shorter than the longest, and ending a sentence, ends a paragraph."""


def read(document: Document, text: str) -> Source:
    """The brief as passages: prose, recommendations with the GFMD years they come from, questions."""
    first, second = _RECOMMENDATIONS.search(text), _QUESTIONS.search(text)
    if first is None or second is None or second.start() < first.end():
        raise unexpected(
            document,
            "the headings “Key recommendations …” and “Guiding Questions”, in this order",
            "not both",
        )
    recommendations = _items(document, text, (first.end(), second.start()), "recommendations")
    questions = _items(document, text, (second.end(), len(text)), "guiding questions")
    heading = fold(first[0])
    passages: list[Passage] = []
    for n, span in enumerate(_paragraphs(text, first.start()), start=1):
        passages.append(_passage(document, text, span, f"intro.{n}", "section", "Introduction"))
    for n, span in enumerate(recommendations, start=1):
        passages.append(_recommendation(document, text, span, n, heading))
    for n, span in enumerate(questions, start=1):
        where = f"Guiding question {n}"
        passages.append(_passage(document, text, span, f"q.{n}", "guiding_question", where, fold(second[0])))
    return Source(document, text, (), tuple(passages))


def _items(document: Document, text: str, within: Span, name: str) -> list[Span]:
    """The numbered items between two offsets, without their numbers."""
    found = list(_ITEM.finditer(text, *within))
    numbers = [int(match[1]) for match in found]
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        raise unexpected(document, f"{name} numbered from 1 without a gap", f"the numbers {numbers}")
    ends = [match.start() for match in found[1:]] + [within[1]]
    return [trim(text, match.end(), end) for match, end in zip(found, ends, strict=True)]


def _paragraphs(text: str, end: int) -> Iterator[Span]:
    """The paragraphs before ``end``: each ends with a sentence on a line that stops short of the margin."""
    lines = list(_LINE.finditer(text, 0, end))
    width = max((len(match[0].strip()) for match in lines), default=0)
    start = 0
    for match in lines:
        line = match[0].strip()
        if (line.endswith(".") and len(line) < width - _MARGIN) or match is lines[-1]:
            yield trim(text, start, match.end())
            start = match.end()


def _recommendation(document: Document, text: str, span: Span, n: int, heading: str) -> Passage:
    match = _YEARS.search(text, *span)
    if match is None:
        raise SourceError(
            f"{document.file}: expected the years in parentheses at the end of recommendation {n}, found "
            f"“{fold(text[span[1] - 40 : span[1]])}”. Restore the file as shipped."
        )
    years = fold(match[1])
    where = f"Rec. {n} ({years})"
    return _passage(document, text, span, f"rec.{n}", "recommendation", where, heading, years)


def _passage(
    document: Document,
    text: str,
    span: Span,
    local: str,
    kind: Kind,
    locator: str,
    heading: str | None = None,
    years: str | None = None,
) -> Passage:
    return Passage(
        id=f"{document.id}/{local}",
        document=document.id,
        kind=kind,
        text=fold(cut(text, (span,))),
        spans=(span,),
        heading_path=(heading,) if heading else (),
        locator=locator,
        years=years,
    )
