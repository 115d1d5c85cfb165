"""Where quotation marks open and close within one paragraph: straight, curly, guillemets, German, single.

Quotations may hold quotations: marks of the same style are counted by depth, and where a text's own marks do
not balance, the closing mark that a citation follows is taken. A single mark must hold at least
``FEWEST_IN_SINGLE`` words, or it is an apostrophe or a term.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FEWEST_IN_SINGLE = 4
_CLOSERS = {
    "“": "”",
    "„": "“”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "‘": "’",
    "‚": "‘",
    '"': '"',
    "'": "'",
}
_DOUBLE = frozenset('“„«»‹›"')
_SINGLE = frozenset("‘‚'")
_OPENER = re.compile(f"[{''.join(_CLOSERS)}]")
_OPENER_OR_CLOSER = re.compile(f"[{''.join(_CLOSERS)}{''.join(_CLOSERS.values())}]")
_BEFORE = "([—–-/*\u00a0\u202f"
_CITATION_NEXT = re.compile(r"[\s\u00a0.,;:]{0,3}(?:[(\[]|$|\t)")
_SENTENCE_END = re.compile(r"[.!?]['’]?\s+[A-ZÀ-Þ“«\"]")


@dataclass(frozen=True, slots=True)
class Extent:
    """A quotation within a paragraph: ``[start, end)`` with its marks, ``[inner, outer)`` without them.

    ``single``: in single marks. ``closed`` is false where no closing mark was found and the paragraph's end
    was taken.
    """

    start: int
    end: int
    inner: int
    outer: int
    closed: bool = True
    single: bool = False


def extents(text: str, calls: frozenset[int] = frozenset()) -> list[Extent]:
    """The quotations of a paragraph, outermost only, in order. ``calls`` are offsets of footnote calls."""
    found: list[Extent] = []
    end = 0
    for match in _OPENER.finditer(text):
        at = match.start()
        extent = _extent(text, at, calls) if at >= end and _opens(text, at) else None
        if extent is not None:
            found.append(extent)
            end = extent.end
    return found


def _opens(text: str, at: int) -> bool:
    char = text[at]
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    free = before.isspace() or before in _BEFORE
    if char in "«»‹›":
        # «…» in French and Spanish, »…« in German and Danish: what opens stands after a space or a bracket.
        return free and not (char in "»›" and after.isspace())
    if char in "“„":
        return not after.isspace()
    return (free or before in '“„«"') and not after.isspace()


def _closes(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    after = text[at + 1 : at + 2]
    if text[at] in "'’\"":
        return not before.isspace() and not after.isalnum()
    return True


def _extent(text: str, at: int, calls: frozenset[int]) -> Extent | None:
    limit = text.find("\t", at)
    limit = len(text) if limit == -1 else limit
    ends = _ends(text, at, limit)
    cited = [end for end, _ in ends if end + 1 in calls or _CITATION_NEXT.match(text, end + 1)]
    if text[at] in _SINGLE:
        return _single(text, at, [end for end, _ in ends], cited)
    if not ends:
        return Extent(at, limit, at + 1, limit, closed=False)
    balanced = next((end for end, depth in ends if depth == 0), None)
    if balanced is None:
        balanced = cited[0] if cited else ends[-1][0]
    return Extent(at, balanced + 1, at + 1, balanced)


def _ends(text: str, at: int, limit: int) -> list[tuple[int, int]]:
    """Every place that may close the quotation, with the depth it would leave (0: balanced)."""
    opener, closers = text[at], _CLOSERS[text[at]]
    found: list[tuple[int, int]] = []
    depth = 0
    for match in _OPENER_OR_CLOSER.finditer(text, at + 1, limit):
        index, char = match.start(), match.group()
        nested = char == opener or (
            opener == "„" and char == "“" and (text[index - 1].isspace() or index == at + 1)
        )
        if nested and _opens(text, index) and text[index + 1 : index + 2].isalnum():
            depth += 1
        elif char in closers and _closes(text, index):
            found.append((index, depth))
            if depth == 0 and opener not in _SINGLE:
                break
            depth = max(0, depth - 1)
    return found


def _single(text: str, at: int, ends: list[int], cited: list[int]) -> Extent | None:
    """A single mark closes where a citation follows, else at its last place in the sentence."""
    end = cited[0] if cited else None
    if end is None:
        sentence = _SENTENCE_END.search(text, at)
        stop = sentence.end() if sentence else len(text)
        end = next((place for place in reversed(ends) if place < stop), None)
    if end is None or len(text[at + 1 : end].split()) < FEWEST_IN_SINGLE:
        return None
    return Extent(at, end + 1, at + 1, end, single=True)
