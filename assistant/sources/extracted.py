r"""What the readers of users' own documents share: the text they build, its blocks, and how it is folded.

For these documents ``Source.text`` is the extracted text (kept beside the original as ``text.txt``), and a
passage's ``text`` is ``fold_extracted(cut(text, spans))``. The conventions of the extracted text are few and
reversible by that one function:

* a hyphen that only breaks a word at a line's end is kept as a soft hyphen and a line break
  (``inter\u00ad\nnational``); a hyphen that belongs to the word has no line break after it
  (``labour-market``);
* a footnote call is kept as ``[^12]``;
* ligatures, presentation forms and invisible characters stay as extracted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.model import Kind, Page, Span

SOFT_BREAK = "\u00ad\n"
"""How a hyphen that only broke a word at a line's end stands in an extracted text."""

Role = Literal["heading", "paragraph", "note", "cell", "contents"]

_SOFT_HYPHEN = re.compile("\u00ad(?:[ \\t]*\\r?\\n[ \\t]*)?")
_CALL = re.compile(r"\[\^[0-9A-Za-z*†‡]{1,8}\]")
# Alphabetic and Arabic presentation forms: one glyph for what a reader types as ordinary letters (ﬁ, ﻻ).
_PRESENTATION = re.compile("[\ufb00-\ufb4f\ufb50-\ufdff\ufe70-\ufefc]")
# Marks without ink: zero-width space, word joiner, byte order mark, direction marks, and control characters.
_INVISIBLE = re.compile(
    "[\u200b\u2060\ufeff\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)


def fold_extracted(printed: str) -> str:
    r"""What a reader would type for a piece of an extracted text.

    Soft hyphens go, with the line break after them; footnote calls ``[^n]`` go; ligatures and presentation
    forms become ordinary letters (NFKC of those blocks only); invisible and control characters go; white
    space folds to single spaces. Nothing else changes.

    >>> fold_extracted("inter\u00ad\nnational e\\ufb03ciency,[^12]  and\\nmore")
    'international efficiency, and more'
    """
    printed = _CALL.sub("", _SOFT_HYPHEN.sub("", printed))
    printed = _INVISIBLE.sub("", printed)
    printed = _PRESENTATION.sub(lambda found: unicodedata.normalize("NFKC", found.group()), printed)
    return " ".join(printed.split())


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a document in reading order, before it is typed and given a locator.

    ``spans`` cut it out of the extracted text. ``level`` is a heading's depth from 1. ``number`` is a printed
    number known from the format itself ("22.", "(c)": Word's automatic numbering); else it is looked for at
    the start of the text. ``label`` is a finished locator part ("note 3", "table 2, row 3, col. 1").
    ``apart``: it begins a list of its own, below no number. ``heading`` and ``page`` are what a table
    states of a row whose text has no pages of its own.
    """

    role: Role
    spans: tuple[Span, ...]
    level: int = 0
    number: str | None = None
    label: str = ""
    bullet: bool = False
    kind: Kind | None = None
    links: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    author: str | None = None
    date: str | None = None
    language: str | None = None
    heading: str | None = None
    page: int | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a format's reader hands on: the text, its pages (if any), its blocks, and what it noticed.

    ``title`` is the document's own, if it states one.
    """

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    title: str | None = None
    remarks: tuple[str, ...] = ()


class TextBuilder:
    """Grows an extracted text piece by piece and hands out the spans of what was added."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0

    def add(self, piece: str) -> Span:
        """Append ``piece``; lone surrogates, which no file can hold, become U+FFFD of the same length."""
        if any("\ud800" <= character <= "\udfff" for character in piece):
            piece = re.sub("[\ud800-\udfff]", "\ufffd", piece)
        start = self.length
        self._parts.append(piece)
        self.length += len(piece)
        return (start, self.length)

    def line(self, piece: str, end: str = "\n") -> Span:
        """Append ``piece`` and ``end``; the span is that of ``piece`` alone."""
        span = self.add(piece)
        self.add(end)
        return span

    def text(self) -> str:
        """The text so far."""
        whole = "".join(self._parts)
        self._parts = [whole]
        return whole


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as a reader lists them.

    >>> ranges([3, 7, 8, 9])
    '3, 7-9'
    """
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in _runs(sorted(set(numbers))))


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of consecutive numbers, each as its first and last."""
    start = 0
    for index in range(1, len(numbers) + 1):
        if index == len(numbers) or numbers[index] != numbers[index - 1] + 1:
            yield numbers[start], numbers[index - 1]
            start = index
