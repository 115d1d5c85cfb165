"""One PDF page -> its printed lines, each with its place on the page.

PDFium gives the characters of a page in content order, right-to-left runs already in logical order and
ligatures already expanded. Only the boxes of each word's first and last character are asked for: enough for
lines, columns and raised numbers, and many times faster than a box for every character.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from statistics import median_low
from typing import Any

from assistant.sources.pdf_rtl import RTL, character_order, logical, reads_right_to_left
from assistant.sources.pdf_tables import Row, Table, find_tables

HYPHENS = "-\u2010\u00ad"
_HYPHEN = "\ufffe"
_WORD_OR_END = re.compile("\n|[^\\s\0\ufffe]*\ufffe|[^\\s\0\ufffe]+")
_BOLD = re.compile(r"bold|black|heavy|demi|semib", re.IGNORECASE)
_RAISED = re.compile(r"(?P<before>.*?)(?P<call>\d{1,3})(?P<after>\W*)\Z", re.DOTALL)
_ACCENTS = {
    "`": "\u0300",
    "\u00b4": "\u0301",
    "^": "\u0302",
    "\u02c6": "\u0302",
    "~": "\u0303",
    "\u02dc": "\u0303",
    "\u00a8": "\u0308",
    "\u02da": "\u030a",
    "\u02c7": "\u030c",
    "\u00b8": "\u0327",
}
"""Accents as signs of their own, and as marks that join the letter before them."""
_ACCENTED = re.compile(f"[{re.escape(''.join(_ACCENTS))}]")
_CALL = re.compile(r"\d{1,3}|[*†‡]{1,3}")


@dataclass(slots=True)
class Word:
    """A word and its box in points, the page upright: x to the right, y upwards."""

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    first: int
    last: int


@dataclass(slots=True)
class Line:
    """A printed line, or the part of it in one column.

    ``y`` is its lower edge and ``size`` its height in points; ``lead`` is the width of its first word.
    ``hyphen``: it ends in a hyphen, which ``text`` leaves out.
    ``column`` counts the columns of the page in reading order. ``end`` is what joins it to
    the next line of its paragraph, ``breaks`` says that this line stands elsewhere; the offsets come last.
    ``row`` is the row of a ruled table it stands in, counted on its page, -1 outside tables.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    lead: float
    bold: bool
    hyphen: str
    upright: bool
    column: int = 0
    row: int = -1
    role: str = "body"
    end: str = "\n"
    breaks: bool = False
    start: int = -1
    stop: int = -1

    @property
    def rtl(self) -> bool:
        """Whether the line reads from right to left."""
        return reads_right_to_left(self.text)


class PageReader:
    """Reads the characters of one open page; ``textpage`` is pypdfium2's."""

    def __init__(self, page: Any, textpage: Any) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._page = page
        self._text = textpage.raw
        self._rotation = page.get_rotation() % 360
        self._width, self._height = page.get_size()
        self._rect = raw.FS_RECTF()
        left, low, right, high = page.get_bbox()
        self._shown = self._turned(left, right, low, high)
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()
        self.unmapped = 0
        self.outside = 0

    def lines(self) -> list[Line]:
        """The page's lines in the order of its content, not yet in reading order."""
        return [self._line(words) for words in self._rows()]

    @cached_property
    def tables(self) -> list[Table]:
        """The page's ruled tables."""
        return find_tables(self._page, self._turned)

    def _box(self, index: int) -> tuple[float, float, float, float]:
        """The loose box of a character as (x0, x1, y0, y1) on the upright page."""
        self._raw.FPDFText_GetLooseCharBox(self._text, index, self._rect)
        return self._turned(self._rect.left, self._rect.right, self._rect.bottom, self._rect.top)

    def _turned(
        self, left: float, right: float, low: float, high: float
    ) -> tuple[float, float, float, float]:
        """A box on the page as stored -> on the upright page."""
        if self._rotation == 90:
            return low, high, -right, -left
        if self._rotation == 180:
            return -right, -left, -high, -low
        if self._rotation == 270:
            return -high, -low, left, right
        return left, right, low, high

    def _characters(self) -> str:
        """The page's characters, one for each of PDFium's, a hyphen at a line's end as U+FFFE.

        All at once where PDFium's text has as many characters as its page (it leaves out those without a
        letter); else one by one, some three times as slow.
        """
        raw, text = self._raw, self._text
        count = raw.FPDFText_CountChars(text)
        buffer = (ctypes.c_ushort * (count + 1))()
        if count and raw.FPDFText_GetText(text, 0, count, buffer) == count + 1:
            whole = bytes(memoryview(buffer)[:count]).decode("utf-16-le", "surrogatepass")
            if len(whole) == count:
                return whole
        codes = [raw.FPDFText_GetUnicode(text, index) for index in range(count)]
        return "".join(
            _HYPHEN if code == 2 and raw.FPDFText_IsHyphen(text, index) == 1 else chr(code)
            for index, code in enumerate(codes)
        )

    def _words(self) -> list[Word | None]:
        """The words of the page; None where PDFium saw a line end."""
        characters = self._characters()
        order: Sequence[int] = range(len(characters))
        if RTL.search(characters):
            order = character_order(characters, self._box)
            characters = "".join(characters[index] for index in order)
        words = [
            None
            if match.group() == "\n"
            else self._word(match.group(), order[match.start()], order[match.end() - 1])
            for match in _WORD_OR_END.finditer(characters)
        ]
        shown = [word for word in words if word is None or self._is_shown(word)]
        self.outside += len(words) - len(shown)
        return shown

    def _is_shown(self, word: Word) -> bool:
        """Whether the middle of a word lies on the visible page (its crop box): nobody sees the others."""
        left, right, low, high = self._shown
        return left <= (word.x0 + word.x1) / 2 <= right and low <= (word.y0 + word.y1) / 2 <= high

    def _word(self, text: str, first: int, last: int) -> Word:
        a0, a1, low, high = self._box(first)
        b0, b1, _, _ = self._box(last)
        text = text.replace(_HYPHEN, "-")
        if "\ud800" <= max(text) <= "\udfff":
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if _ACCENTED.search(text) and len(text) == last - first + 1:
            text = self._composed(text, first)
        self.unmapped += self._raw.FPDFText_HasUnicodeMapError(self._text, first) == 1
        return Word(text, min(a0, b0), max(a1, b1), low, high, first, last)

    def _composed(self, text: str, first: int) -> str:
        """A word whose accents are set as signs of their own over a letter, as TeX's first fonts do."""
        letters = list(text)
        for at, accent in enumerate(text):
            if accent not in _ACCENTS:
                continue
            a0, a1, _, _ = self._box(first + at)
            for other in (at + 1, at - 1):  # the letter may stand before it in the page's content or after it
                if not 0 <= other < len(text) or not text[other].isalpha():
                    continue
                b0, b1, _, _ = self._box(first + other)
                if b0 < (a0 + a1) / 2 < b1:
                    letters[at], letters[other] = "", letters[other] + _ACCENTS[accent]
                    break
        return unicodedata.normalize("NFC", "".join(letters)) if "" in letters else text

    def _rows(self) -> list[list[Word]]:
        """Words grouped into the lines PDFium saw, split again where the baseline jumps."""
        rows: list[list[Word]] = []
        current: list[Word] = []
        for word in self._words():
            if current and (word is None or (_jumps(current[-1], word) and self._upright(word))):
                rows.append(current)
                current = []
            if word is not None:
                current.append(word)
        if current:
            rows.append(current)
        inner = [row for table in self.tables for row in table]
        return _with_calls([part for row in rows for part in _split_wide(row, inner)])

    def _line(self, words: list[Word]) -> Line:
        lettered = [word for word in words if any(map(str.isalnum, word.text))] or words  # arrows are taller
        tallest = max(word.y1 - word.y0 for word in lettered)
        full = [word for word in lettered if word.y1 - word.y0 >= 0.8 * tallest]  # without raised numbers
        size = median_low([word.y1 - word.y0 for word in full])
        base = median_low([word.y0 for word in full])
        lead = words[0].x1
        text = self._marked(words[0], base, size)
        for number, (before, word) in enumerate(pairwise(words)):
            marked = self._marked(word, base, size)
            glued = marked.startswith("[^") and abs(word.x0 - before.x1) < 0.2 * size
            text += marked if glued else f" {marked}"
            if glued and number == 0:
                lead = word.x1
        if reads_right_to_left(text):
            text = logical(text)
        bold = self._bold(words[0].first) and self._bold(words[-1].last)
        hyphen = text[-1] if len(text) > 1 and text[-1] in HYPHENS and text[-2].isalnum() else ""
        return Line(
            text=text[:-1] if hyphen else text,
            x0=min(word.x0 for word in words),
            x1=max(word.x1 for word in words),
            y=base,
            size=size,
            lead=lead - words[0].x0,
            bold=bold,
            hyphen=hyphen,
            upright=self._upright(words[0]),
        )

    def _marked(self, word: Word, base: float, size: float) -> str:
        """The word, a raised small number at its end written as the call ``[^12]``."""
        match = _RAISED.match(word.text)
        if match is None or "[^" in word.text:
            return word.text
        position = word.first + len(match["before"])
        _, _, low, high = self._box(min(position, word.last))
        if match["before"]:  # raised above the letter it follows, whatever else stands in the line
            _, _, base, top = self._box(min(position, word.last) - 1)
            size = top - base
        if high - low > 0.85 * size or low < base + 0.08 * size:
            return word.text
        return f"{match['before']}[^{match['call']}]{match['after']}"

    def _upright(self, word: Word) -> bool:
        """Whether a word stands upright on the page as shown (to the nearest right angle)."""
        angle: float = self._raw.FPDFText_GetCharAngle(self._text, word.first)
        return bool((round(angle * 2 / math.pi) * 90 + self._rotation) % 360 == 0)

    def _bold(self, index: int) -> bool:
        length = self._raw.FPDFText_GetFontInfo(self._text, index, self._name, 128, self._flags)
        return 0 < length <= 128 and _BOLD.search(self._name.value.decode("utf-8", "replace")) is not None


def _cell(word: Word, row: Row) -> int | None:
    """The cell of a table's row a word begins in, None outside the row."""
    x = word.x0 + min(word.y1 - word.y0, word.x1 - word.x0) / 2
    return row.cell(x) if row.holds(x, (word.y0 + word.y1) / 2) else None


def _jumps(before: Word, word: Word) -> bool:
    """Whether ``word`` stands on another line than the word before it."""
    overlap = min(before.y1, word.y1) - max(before.y0, word.y0)
    return overlap < 0.3 * min(before.y1 - before.y0, word.y1 - word.y0)


def _with_calls(rows: list[list[Word]]) -> list[list[Word]]:
    """Raised numbers that PDFium takes for lines of their own, put back beside their word."""
    merged = [row for row in rows if len(row) > 1 or not _CALL.fullmatch(row[0].text)]
    for row in rows:
        if len(row) == 1 and _CALL.fullmatch(row[0].text) and not _put_back(row[0], merged):
            merged.append(row)
    return merged


def _put_back(call: Word, rows: list[list[Word]]) -> bool:
    """Write a raised number behind (else before) the word it stands beside, if there is one."""
    for after in (True, False):
        for row in rows:
            for index, word in enumerate(row):
                if _raised_beside(call, word, after=after):
                    written = f"[^{call.text}]"
                    if after:
                        word.text += written
                    else:
                        row.insert(index, replace(call, text=written))
                    return True
    return False


def _raised_beside(call: Word, word: Word, *, after: bool) -> bool:
    """Whether a small word stands raised right after (or right before) another."""
    height = word.y1 - word.y0
    gap = call.x0 - word.x1 if after else word.x0 - call.x1
    small = call.y1 - call.y0 <= 0.85 * height
    return small and abs(gap) < 0.6 * height and word.y0 < call.y0 < word.y0 + 0.75 * height


def _split_wide(row: list[Word], inner: Sequence[Row]) -> list[list[Word]]:
    """A row cut where the space between two words is wider than the letters are high: perhaps a gutter.

    It is also cut between two cells of a table, whose rows are ``inner``.
    """
    parts = [[row[0]]]
    middle = (row[0].y0 + row[0].y1) / 2
    inner = [line for line in inner if line.y0 <= middle <= line.y1]
    for before, word in pairwise(row):
        gap = max(word.x0 - before.x1, before.x0 - word.x1)
        wide = gap > 0.75 * max(before.y1 - before.y0, word.y1 - word.y0)
        if wide or any(_cell(before, line) != _cell(word, line) for line in inner):
            parts.append([])
        parts[-1].append(word)
    return parts
