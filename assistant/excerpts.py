"""A quotable piece of a long passage: whole sentences that meet the question best, verbatim and contiguous."""

from __future__ import annotations

import itertools
import re

from assistant import analysis

MAX_WORDS = 110
"""Passages up to this length are quoted whole; every policy option is shorter or little longer."""
WINDOW_WORDS = 70
_FULL_STOP = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý“\"])")
"""Between sentences, not between the members of a list, which mean little without its beginning."""
_SEMICOLON = re.compile(r";\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[^\s\d(])")


def excerpt(text: str, wanted: frozenset[str], language: str) -> tuple[str, bool]:
    """The text itself if it is short, else its best run of sentences; and whether anything was left out.

    ``wanted`` are the question's terms (stems). The run begins at a sentence, has at most
    :data:`WINDOW_WORDS` words unless one sentence alone is longer, and is a substring of ``text``.
    """
    if len(text.split()) <= MAX_WORDS:
        return text, False
    edges = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]
    pieces = [(a, b) for a, b in itertools.pairwise(edges) if a < b]
    found = [wanted.intersection(analysis.terms(text[a:b], language)) for a, b in pieces]
    lengths = [len(text[a:b].split()) for a, b in pieces]
    best, best_score = (0, 1), -1.0
    for start in range(len(pieces)):
        stop, total, met = start, 0, set[str]()
        while stop < len(pieces) and (stop == start or total + lengths[stop] <= WINDOW_WORDS):
            total += lengths[stop]
            met |= found[stop]
            stop += 1
            score = len(met) - 0.002 * start - 0.001 * abs(total - WINDOW_WORDS)
            if score > best_score:
                best, best_score = (start, stop), score
    chosen = text[pieces[best[0]][0] : pieces[best[1] - 1][1]].strip()
    return chosen, chosen != text


_LEANING = re.compile(
    r"(?:It|Its|They|Their|Them|This|These|That|Those|Such|He|She|Furthermore|Moreover|However|Also|Both|In addition"
    r"|Ils?|Elles?|Ces?|Cette|Leurs?|Esto|Estas?|Estos|Ellos|Ellas|Su|Sus)\b"
)
"""A sentence that begins so leans on the one before it."""


def telling(text: str, wanted: frozenset[str], language: str) -> tuple[int, int]:
    """The sentence of ``text`` that meets most of the ``wanted`` terms, the first of equals.

    It ends with that member of a list (up to a semicolon) that meets most of them, the beginning being needed
    to understand it. (0, 0), the passage's beginning, where the sentence cannot stand alone.
    """
    start, end = _best(text, _FULL_STOP, wanted, language)
    if _LEANING.match(text, start):
        return 0, 0
    return start, start + _best(text[start:end], _SEMICOLON, wanted, language)[1]


def _best(text: str, between: re.Pattern[str], wanted: frozenset[str], language: str) -> tuple[int, int]:
    edges = [0, *(m.end() for m in between.finditer(text)), len(text)]
    pieces = list(itertools.pairwise(edges))
    met = [len(wanted.intersection(analysis.terms(text[a:b], language))) for a, b in pieces]
    return pieces[met.index(max(met))]
