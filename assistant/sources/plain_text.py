"""Plain text: paragraphs by blank lines, list items by their markers, headings where they are plain to see.

The extracted text is the file as decoded (line ends as line feeds); no pages are claimed, form feeds or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from assistant.model import Span
from assistant.sources.extracted import Block, Extraction
from assistant.sources.numbering import MARKER
from assistant.sources.sniffing import decode
from assistant.sources.structure import is_contents_line, is_known_heading

_LINE = re.compile(r"[^\n\f]*(?:\n|\f|\Z)")
_RULE = re.compile(r"\s*([=\-~_*#])\1{2,}\s*\Z")
_HASHES = re.compile(r"(#{1,6})\s+\S")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’»)\]]*\s*\Z")
MAX_HEADING = 100
"""Characters; a longer line in capitals is shouting, not a heading."""


def read(path: Path) -> Extraction:
    """Text and blocks of a plain text file; SourceError if it is not text (see :func:`sniffing.decode`)."""
    text = decode(path)
    remarks: tuple[str, ...] = ()
    if "\f" in text:
        remarks = (
            "The file has form feeds, as text taken out of a PDF does; they are not trusted as pages. "
            "Add the PDF itself for citations with pages.",
        )
    return Extraction(text, tuple(blocks(text)), remarks=remarks)


def blocks(text: str) -> Iterator[Block]:
    """Headings, paragraphs and list items of a text in order; rules of dashes or stars are dropped."""
    paragraph: list[Span] = []
    for start, end in _lines(text):
        line = text[start:end]
        if not line.strip():
            yield from _flush(text, paragraph)
            paragraph = []
        elif _RULE.match(line):
            underlined = len(paragraph) == 1 and line.strip()[0] in "=-~"
            yield from _flush(
                text, paragraph, heading=1 if line.strip()[0] == "=" else 2 if underlined else 0
            )
            paragraph = []
        else:
            if paragraph and _begins(text, paragraph, line):
                yield from _flush(text, paragraph)
                paragraph = []
            paragraph.append((start, end))
    yield from _flush(text, paragraph)


def _lines(text: str) -> Iterator[Span]:
    for match in _LINE.finditer(text):
        if match.end() > match.start():
            yield match.span()


def _begins(text: str, paragraph: list[Span], line: str) -> bool:
    """Whether a line begins a new block though no blank line stands before it."""
    before = text[slice(*paragraph[-1])]
    first = text[slice(*paragraph[0])]
    if is_contents_line(before) or is_known_heading(before) or _HASHES.match(line) or _HASHES.match(before):
        return True
    marker = MARKER.match(line)
    if marker is None:
        return False
    ended = _SENTENCE_END.search(before) is not None or len(before) < 50
    return ended or marker["bullet"] is not None or MARKER.match(first) is not None


def _flush(text: str, paragraph: list[Span], heading: int = 0) -> Iterator[Block]:
    """The lines collected as one block; ``heading`` is its level where an underline says so."""
    if not paragraph:
        return
    start, end = paragraph[0][0], paragraph[-1][1]
    end = start + len(text[start:end].rstrip())
    start = end - len(text[start:end].lstrip())
    whole = text[start:end]
    hashes = _HASHES.match(whole)
    if hashes is not None and len(paragraph) == 1:
        yield Block("heading", ((start + len(hashes[1]) + 1, end),), level=len(hashes[1]))
    elif heading and len(paragraph) == 1 and len(whole) <= MAX_HEADING:
        yield Block("heading", ((start, end),), level=heading)
    elif is_contents_line(whole):
        yield Block("contents", ((start, end),))
    elif len(paragraph) == 1 and _is_heading(whole):
        yield Block("heading", ((start, end),), level=3 if not whole.isupper() else 2)
    else:
        yield Block("paragraph", ((start, end),))


def _is_heading(line: str) -> bool:
    """A line of its own that is a heading by its words, or stands in capitals and is no sentence."""
    if is_known_heading(line):
        return True
    letters = [character for character in line if character.isalpha()]
    capitals = len(letters) >= 4 and all(letter.isupper() for letter in letters)
    return capitals and len(line) <= MAX_HEADING and _SENTENCE_END.search(line) is None
