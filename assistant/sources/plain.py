"""What the readers of plain-text documents share: pages, trimmed spans, objectives named in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.errors import SourceError
from assistant.model import Document, Page, Span

_PAGE_START = re.compile(r"^ (?=\S)", re.MULTILINE)
_OBJECTIVE = re.compile(
    r"\b(?:objectives?|objectifs?|objetivos?|obj\.)(?:,? (?:number|numéro|número|no\.|n[°º]|like))?"
    r"\s+#?\d{1,2}(?!\d)(?:(?:,|\s(?:and|et|y|&))\s#?\d{1,2}(?![\d.]))*",
    re.IGNORECASE,
)
_OBJECTIVES = range(1, 24)
_EVIDENCE = "a form feed, left by the extraction as the one space this line begins with"


def form_feed_pages(text: str) -> tuple[Page, ...]:
    """The pages of a PDF extraction whose form feeds became lines that begin with exactly one space.

    A line of a single space and nothing else marks no page. Pages are numbered from 1 and cover the text
    without gaps; the first begins at offset 0 whether or not its mark was kept.
    """
    starts = [match.start() for match in _PAGE_START.finditer(text)]
    if not starts or text[: starts[0]].strip():
        starts.insert(0, 0)
    starts[0] = 0
    ends = [*starts[1:], len(text)]
    return tuple(
        Page(n, str(n), start, end, evidence=_EVIDENCE if n > 1 else "the start of the document")
        for n, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    )


def trim(text: str, start: int, end: int) -> Span:
    """``[start, end)`` without the white space at its edges; ``(end, end)`` if there is nothing else."""
    piece = text[start:end]
    kept = len(piece.lstrip())
    return end - kept, end - kept + len(piece.strip())


def pages_of(pages: Sequence[Page], spans: Iterable[Span]) -> tuple[int | None, int | None]:
    """The numbers of the pages of the first and the last character of ``spans``; Nones without pages."""
    spans = tuple(spans)
    if not pages or not spans:
        return None, None
    first, last = min(start for start, _ in spans), max(end for _, end in spans) - 1
    on = [next((page.number for page in pages if page.start <= at < page.end), None) for at in (first, last)]
    return on[0], on[1]


def page_label(start: int | None, end: int | None) -> str:
    """``p. 4`` or ``pp. 2-3``, as a locator ends; empty without a page.

    >>> page_label(4, 4), page_label(2, 3), page_label(None, None)
    ('p. 4', 'pp. 2-3', '')
    """
    if start is None or end is None:
        return ""
    return f"p. {start}" if start == end else f"pp. {start}-{end}"


def objectives_named(text: str) -> tuple[int, ...]:
    """The objectives of the Compact that a text names by number, in order of number.

    A number of paragraphs is not one: "objective 2.18.d" is objective 2, paragraph 18 (d).

    >>> objectives_named("Objectives 2 and 5, para. 21; objective 2.18.d; some, like #9")
    (2, 5)
    """
    named = {int(n) for match in _OBJECTIVE.findall(text) for n in re.findall(r"\d+", match)}
    return tuple(sorted(named & set(_OBJECTIVES)))


def unexpected(document: Document, expected: str, found: str) -> SourceError:
    """The error of a reader whose document is not built as its family is."""
    return SourceError(
        f"{document.file} cannot be read as “{document.family}”: expected {expected}, found {found}. "
        "Restore the file as shipped, or add it as a document of your own with: gcm-draft corpus add FILE"
    )
