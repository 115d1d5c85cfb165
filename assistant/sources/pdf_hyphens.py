"""How the lines of a paragraph are joined: which hyphens at line ends belong to their word.

The document itself is the witness. A hyphen goes if the whole word stands elsewhere in the document, and
stays if the hyphenated one does. Where it says nothing, hyphens go in a document whose lines are evidently
hyphenated (settled cases went, or many lines end so), but for prefixes such as "non-" and between two known
words; in any other document they stay.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from assistant.sources.extracted import SOFT_BREAK
from assistant.sources.pdf_chars import Line
from assistant.sources.pdf_pages import Sheet
from assistant.sources.pdf_paragraphs import Group

HYPHENATED = 0.02
"""Share of lines ending in a hyphen from which a text counts as hyphenated; compounds alone give 0.005."""
_PREFIX_LIST = "non self well ex all cross multi semi half quasi socio low high long short"
_PREFIXES = frozenset(_PREFIX_LIST.split())
_CONJUNCTIONS = frozenset(("and", "or", "to", "et", "ou", "y", "o", "und", "oder"))
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_LAST_WORD = re.compile(_WORD.pattern + r"\Z")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*\Z")
_ADDRESS_GOES_ON = re.compile(r"[/?&=#%]|\S*[/?&=#%._]\S")


def join_lines(groups: Sequence[Group], sheets: Sequence[Sheet]) -> int:
    """Settle the end of every line that has a successor in its group; returns how many by likelihood only."""
    words = _vocabulary(sheets)
    unsettled: list[tuple[Line, str, str]] = []
    soft = hard = 0
    for line, following in _pairs(groups):
        if not line.hyphen:
            if _joins_without_space(line.text, following.text):
                line.end = ""
            continue
        end = _evident_end(line, following)
        if end is None:
            head, tail = _parts(line, following)
            whole, compound = words[head + tail], words[f"{head}-{tail}"]
            if whole == compound:
                unsettled.append((line, head, tail))
                continue
            end = line.hyphen if compound > whole else SOFT_BREAK
            soft, hard = soft + (whole > compound), hard + (compound > whole)
        line.end = end
    hyphenated = soft > hard or (soft == hard and _share(sheets) >= HYPHENATED)
    for line, head, tail in unsettled:
        known = len(head) > 3 and len(tail) > 3 and words[head] > 0 and words[tail] > 0
        line.end = SOFT_BREAK if hyphenated and head not in _PREFIXES and not known else line.hyphen
    return len(unsettled)


def _pairs(groups: Sequence[Group]) -> Iterator[tuple[Line, Line]]:
    """Lines that follow each other in a group; the first is told whether the other stands elsewhere."""
    for group in groups:
        for (sheet, line), (next_sheet, following) in pairwise(group.lines):
            line.breaks = next_sheet is not sheet or following.column != line.column
            yield line, following


def _evident_end(line: Line, following: Line) -> str | None:
    """The end of a line whose hyphen needs no other word to settle it, else None."""
    if line.hyphen == "\u00ad":
        return SOFT_BREAK
    right = _WORD.match(following.text)
    if _ADDRESS.search(line.text) or right is None or _LAST_WORD.search(line.text) is None:
        return line.hyphen
    if right.group().casefold() in _CONJUNCTIONS:
        return f"{line.hyphen}\n"
    return line.hyphen if right.group()[:1].isupper() else None


def _parts(line: Line, following: Line) -> tuple[str, str]:
    left, right = _LAST_WORD.search(line.text), _WORD.match(following.text)
    return (left.group().casefold() if left else "", right.group().casefold() if right else "")


def _joins_without_space(text: str, following: str) -> bool:
    """Whether no space belongs between two lines: after a slash, inside a web address, in Chinese."""
    if text.endswith("/") or (_is_cjk(text[-1:]) and _is_cjk(following[:1])):
        return True
    if _ADDRESS.search(text) is None or following[:1] in '("“':
        return False
    return text[-1] in "/?&=#%_-" or _ADDRESS_GOES_ON.match(following) is not None


def _vocabulary(sheets: Iterable[Sheet]) -> Counter[str]:
    """How often each word (with inner hyphens) stands in the document, words cut at line ends left out."""
    words: Counter[str] = Counter()
    for sheet in sheets:
        cut = False
        for line in sheet.lines:
            found = [word.casefold().replace("\u2010", "-") for word in _WORD.findall(line.text)]
            words.update(found[1 if cut else 0 : -1 if line.hyphen else None])
            cut = bool(line.hyphen)
    return words


def _share(sheets: Iterable[Sheet]) -> float:
    """The share of the text's lines that end in a hyphen."""
    ends = [bool(line.hyphen) for sheet in sheets for line in sheet.lines if line.role == "body"]
    return sum(ends) / max(1, len(ends))


def _is_cjk(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
