"""Words as verification compares them: what counts as a word, what never counts, and streams of words.

A text is *squeezed* to its words written together, each folded (NFKC, case apart). Between two words stands a
gap: SOFT where a hyphen, a line break after a hyphen or a soft hyphen joins or breaks them, HARD otherwise.
Two texts agree if their squeezed forms are equal and no HARD gap of one falls inside a word of the other:
"wellinformed" agrees with "well-informed", "nothing" does not agree with "no thing". Quotation marks, dashes,
other punctuation, footnote calls, ligatures and white space therefore never count; words always do.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from assistant.model import Passage, Source
from assistant.text import cut

NONE, SOFT, HARD = 0, 1, 2
_APOSTROPHES = "'’‘ʼ`´′\""
_LETTER = "[^\\W_⁰¹²³⁴⁵⁶⁷⁸⁹ªº]"
_INK_FREE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# A word; an apostrophe within letters belongs to it ("State's"), a separator within digits to it too ("2.5").
_WORD = re.compile(
    rf"{_LETTER}+(?:(?:[{_APOSTROPHES}](?=[^\W\d_])|(?<=\d)[.,:/\-–‑](?=\d)|[{_INK_FREE}]+){_LETTER}+)*"
    r"|[%‰$€£¥&@=]"
)
_SOFT_GAP = re.compile("(?:\u00ad\\s*|[-\u2010\u2011\u2013](?:[*_]*)(?:[ \\t]*\\r?\\n\\s*)?)")
_NO_GAP = re.compile(f"[*{_INK_FREE}]*")
_SYMBOLS = frozenset("%‰$€£¥&@=")
_CALL = re.compile(r"\[(?:\^[0-9A-Za-z*†‡]{1,8}|\d{1,3})\]")
_LINK_TARGET = re.compile(r"(?<=\])\((?:https?://|mailto:|#)[^)\s]*\)")
_STRIP = re.compile(f"[{_INK_FREE}]")
_TO_HYPHEN = str.maketrans({"–": "-", "‑": "-"})
_LOWER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TO_APOSTROPHE = str.maketrans(dict.fromkeys(_APOSTROPHES, "'"))


class Word(NamedTuple):
    """One word of a text: its folded form, the half-open range it stands in, the gap before it."""

    form: str
    start: int
    end: int
    gap: int


@lru_cache(maxsize=100_000)
def fold_word(printed: str) -> str:
    """The form in which words are compared."""
    if printed.isascii():
        return printed.casefold().translate(_TO_APOSTROPHE)
    folded = unicodedata.normalize("NFKC", _STRIP.sub("", printed)).casefold()
    return folded.translate(_TO_APOSTROPHE).translate(_TO_HYPHEN)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def words(text: str) -> Iterator[Word]:
    """The words of ``text`` in order. Calls (``[^3]``, ``[3]``, superscript) and link targets are none."""
    if "[" in text:
        text = _CALL.sub(_blank, text)
        text = _LINK_TARGET.sub(_blank, text) if "](" in text else text
    end = 0
    symbol = False
    for match in _WORD.finditer(text):
        start = match.start()
        printed = match.group()
        is_symbol = printed in _SYMBOLS
        gap = HARD
        if text[end:start] == " " and not (symbol or is_symbol):
            pass
        elif symbol or is_symbol or (start > end and _SOFT_GAP.fullmatch(text, end, start)):
            gap = SOFT
        elif _NO_GAP.fullmatch(text, end, start):
            gap = NONE
        yield Word(fold_word(printed), start, match.end(), gap)
        end, symbol = match.end(), is_symbol


def forms(text: str) -> list[str]:
    """The folded words of ``text``."""
    return [word.form for word in words(text)]


@dataclass(frozen=True, slots=True)
class Run:
    """Words to be found standing together: their squeezed form and the gap kind at each inner boundary."""

    words: tuple[Word, ...]
    squeezed: str
    gaps: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, found: Iterable[Word]) -> Run:
        """A run of words."""
        kept = tuple(found)
        at, gaps = 0, []
        for index, word in enumerate(kept):
            if index:
                gaps.append((at, word.gap))
            at += len(word.form)
        return cls(kept, "".join(word.form for word in kept), tuple(gaps))


class Place(NamedTuple):
    """Where a run stands in a stream: half-open word indices ``[first, last)``."""

    first: int
    last: int


class Stream:
    """All passages of one source as one squeezed text, passages kept apart by a character no word holds."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.passages = source.passages
        self.forms: list[str] = []
        self.offsets: list[int] = []
        self.ends: list[int] = []
        self.gaps: list[int] = []
        self.starts: list[int] = []
        self.first_words: list[int] = []
        pieces: list[str] = []
        at = 0
        for passage in source.passages:
            self.first_words.append(len(self.forms))
            for word, offset, end in _placed(source.text, passage):
                self.forms.append(word.form)
                self.offsets.append(offset)
                self.ends.append(end)
                self.gaps.append(word.gap)
                self.starts.append(at)
                pieces.append(word.form)
                at += len(word.form)
            pieces.append("\n")
            at += 1
        self.squeezed = "".join(pieces)

    def find(self, run: Run, first: int = 0, last: int | None = None) -> Iterator[Place]:
        """All places of ``run`` between word indices ``first`` and ``last``, in order."""
        if not run.squeezed or first >= len(self.starts):
            return
        limit = len(self.squeezed) if last is None or last >= len(self.starts) else self.starts[last]
        at = self.squeezed.find(run.squeezed, self.starts[first], limit)
        while at != -1:
            place = self._check(run, at)
            if place is not None:
                yield place
            at = self.squeezed.find(run.squeezed, at + 1, limit)

    def _check(self, run: Run, at: int) -> Place | None:
        first = bisect_left(self.starts, at)
        if first >= len(self.starts) or self.starts[first] != at:
            return None
        end = at + len(run.squeezed)
        after = bisect_left(self.starts, end)
        last_end = self.starts[after - 1] + len(self.forms[after - 1])
        if last_end != end:
            return None
        mine = {self.starts[index] - at: self.gaps[index] for index in range(first + 1, after)}
        theirs = dict(run.gaps)
        for boundary in mine.keys() | theirs.keys():
            if {mine.get(boundary, NONE), theirs.get(boundary, NONE)} == {NONE, HARD}:
                return None
        return Place(first, after)

    def calls(self, place: Place) -> list[str]:
        """The footnote calls printed from the first word of ``place`` to just behind its last."""
        start, end = self.offsets[place.first], self.ends[place.last - 1]
        after = self.offsets[place.last] if place.last < len(self.offsets) else end + 8
        text = self.source.text[start : max(end, min(after, end + 8))]
        found = re.findall(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+|\[\^?(\d{1,3})\]", text)
        raised = re.findall(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", text)
        return [call.translate(_LOWER) for call in raised] + [call for call in found if call]

    def passage_at(self, word: int) -> int:
        """The index of the passage in which word number ``word`` stands."""
        return bisect_right(self.first_words, word) - 1

    def bounds(self, passage: int) -> Place:
        """The words of a passage."""
        after = passage + 1
        last = self.first_words[after] if after < len(self.first_words) else len(self.forms)
        return Place(self.first_words[passage], last)

    def printed(self, place: Place) -> str:
        """The source's own words at ``place``, white space folded, calls and emphasis left out.

        Words on both sides of a page break are joined over what stands between them.
        """
        if place.first >= place.last:
            return ""
        text = self.source.text
        pieces = []
        for index in range(place.first, place.last):
            pieces.append(text[self.offsets[index] : self.ends[index]])
            if index + 1 < place.last:
                between = text[self.ends[index] : self.offsets[index + 1]]
                pieces.append(between if len(between) <= 12 else " ")
        return " ".join(re.sub(r"\*|[⁰¹²³⁴⁵⁶⁷⁸⁹]+|\[\^\w+\]", "", "".join(pieces)).split())


def _placed(text: str, passage: Passage) -> Iterator[tuple[Word, int, int]]:
    """The words of a passage with their half-open ranges in the source's text."""
    printed = cut(text, passage.spans)
    marks, total = [], 0
    for start, end in passage.spans:
        marks.append((total, start))
        total += end - start
    keys = [mark[0] for mark in marks]
    for word in words(printed):
        first = marks[bisect_right(keys, word.start) - 1]
        last = marks[bisect_right(keys, word.end - 1) - 1]
        yield word, word.start - first[0] + first[1], word.end - last[0] + last[1]
