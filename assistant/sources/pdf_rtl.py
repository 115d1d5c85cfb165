"""Right-to-left lines from PDFium into the order they are read and typed in.

PDFium turns right-to-left runs round letter by letter. Three things come out wrong and are put right here,
each by what the page itself shows: the letters of a ligature (which share one box) are turned round among
themselves; brackets are mirrored; and a full stop or comma left of a number, which belongs after it, is put
before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
LTR = re.compile("[A-Za-zÀ-ɏͰ-ӿ]")
_MIRRORED = {"(": ")", ")": "(", "[": "]", "]": "[", "{": "}", "}": "{", "«": "»", "»": "«"}
_OPENING = "([{«"
_POINT_FIRST = re.compile(r"(?<!\S)([.,:;،؛]+)(\d+(?:[./,٫٬]\d+)*)(?!\S)")

Box = tuple[float, float, float, float]


def reads_right_to_left(text: str) -> bool:
    """Whether a text has more right-to-left letters than left-to-right ones."""
    return RTL.search(text) is not None and len(RTL.findall(text)) > len(LTR.findall(text))


def logical(text: str) -> str:
    """A right-to-left line with its brackets facing the right way and points after their numbers.

    >>> logical("عام ،2018 )الفقرة 22(")
    'عام 2018، (الفقرة 22)'
    """
    return _faced(_POINT_FIRST.sub(r"\2\1", text))


def _faced(text: str) -> str:
    """Brackets that match no other are mirrored; pairs that match (inside Latin words) stay."""
    stack: list[int] = []
    wrong: set[int] = set()
    for index, character in enumerate(text):
        if character not in _MIRRORED:
            continue
        if character in _OPENING:
            stack.append(index)
        elif stack and text[stack[-1]] == _MIRRORED[character]:
            stack.pop()
        else:
            wrong.add(index)
    wrong.update(stack)
    if not wrong:
        return text
    return "".join(_MIRRORED[c] if index in wrong else c for index, c in enumerate(text))


def character_order(characters: Sequence[str], box: Callable[[int], Box]) -> list[int]:
    """The order of a page's characters: as given, but letters of one ligature turned round.

    ``box`` gives a character's box; letters that share one were drawn as one sign.
    """
    order = list(range(len(characters)))
    start = 0
    while start < len(characters):
        end = start + 1
        if RTL.match(characters[start]):
            first = box(start)
            while end < len(characters) and RTL.match(characters[end]) and box(end) == first:
                end += 1
            if end - start > 1 and first[1] > first[0]:
                order[start:end] = reversed(order[start:end])
        start = end
    return order
