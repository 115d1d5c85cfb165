"""How one wording stands to others: the same, a part, cut inside, reworded, joined or unrelated.

Compared are words, not meanings. For comparing only, quotation marks and case are made alike and hyphens
dropped together with white space behind them, because the overview's extraction glued hyphenated words
("wellinformed") and split others ("post- departure"). Nothing here alters what is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from assistant.model import Match, Span

COVERED = 0.75
"""Share of a wording's content words that options must account for before it counts as theirs."""
COVERED_IN_PROSE = 0.5
"""The same for a sentence of prose, whose own frame ("The GFMD also recommended to") stands in no option."""
CONTRIBUTION = 3
"""Content words an option must account for that no other does, to count as one of several joined."""
_RUN = 2
"""Words in a row that count as shared; single words are shared by chance."""
_GAPS = 3
"""Places at which a wording may leave words out and still be the same wording, cut."""

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+|[-‐‑]\s*[^\W_]+)*['’]?|[^\w\s]")
_GLUE = re.compile(r"[-‐‑]\s*")
_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_CLOSING = ".,;: "
_STOP_WORDS = frozenset(
    {"a", "all", "also", "an", "and", "are", "as", "at", "be", "been", "by", "e", "for", "from", "g", "has"}
    | {"have", "in", "is", "it", "its", "of", "on", "or", "such", "that", "the", "their", "these", "they"}
    | {"this", "through", "to", "up", "was", "well", "were", "which", "who", "with"}
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A text made ready for comparison: its words, and its words and punctuation marks together.

    ``places`` are the half-open offsets of each word in ``text``.
    """

    text: str
    words: tuple[str, ...]
    tokens: tuple[str, ...]
    places: tuple[Span, ...]

    def printed(self, start: int, end: int) -> str:
        """Words ``start`` to ``end`` (half-open) as they stand in the text, in quotation marks."""
        piece = self.text[self.places[start][0] : self.places[end - 1][1]]
        return f"“{piece}{')' if piece.count('(') > piece.count(')') else ''}”"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome: the kind of match, the options it points at (indices) and what differs, in words."""

    match: Match
    options: tuple[int, ...] = ()
    differs: str = ""


def wording(text: str) -> Wording:
    """``text`` made ready for comparison; punctuation at its end is not compared.

    >>> wording("Make well-informed “choices”.").tokens
    ('make', 'wellinformed', '"', 'choices', '"')
    """
    text = text.strip().rstrip(_CLOSING)
    found = [(m.span(), _GLUE.sub("", m[0].translate(_ALIKE)).casefold()) for m in _TOKEN.finditer(text)]
    words = [(place, token) for place, token in found if token[:1].isalnum()]
    return Wording(
        text, tuple(w for _, w in words), tuple(t for _, t in found if t), tuple(place for place, _ in words)
    )


def compare(
    text: Wording, options: Sequence[Wording], pools: Sequence[Sequence[int]], *, prose: bool
) -> Comparison:
    """Which of ``options`` the ``text`` takes up, and how.

    ``pools`` are sets of option indices to look in, the likeliest first (the kind, cluster and page that
    the citation names, then wider): a wider pool is consulted only where the narrower does not account for
    the text. ``prose`` says that the text is a sentence of the citing document's own: what it takes up, it
    paraphrases.
    """
    for judge in () if prose else (_same, _part, _cut):
        for pool in pools:
            for index in pool:
                found = judge(text, options[index])
                if found is not None:
                    return Comparison(found.match, (index,), found.differs)
    for pool in pools:
        indices = _tiles(text, options, pool, COVERED_IN_PROSE if prose else COVERED)
        if not indices:
            continue
        if prose:
            return Comparison("paraphrase", indices)
        if len(indices) > 1:
            return Comparison("merged", indices)
        return Comparison("reworded", indices, _difference(text, options[indices[0]]))
    return Comparison("none")


def _same(text: Wording, option: Wording) -> Comparison | None:
    return Comparison("verbatim") if text.tokens == option.tokens else None


def _part(text: Wording, option: Wording) -> Comparison | None:
    size = len(text.tokens)
    for at in range(len(option.tokens) - size + 1):
        if option.tokens[at : at + size] == text.tokens:
            return Comparison("part")
    return None


def _cut(text: Wording, option: Wording) -> Comparison | None:
    """The option's words in their order with some left out inside, and none put in."""
    if not set(text.words) <= set(option.words):
        return None
    blocks = _blocks(text, option)
    whole = sum(size for _, _, size in blocks) == len(text.words)
    if not whole or not 2 <= len(blocks) <= _GAPS + 1 or len(text.words) < _RUN * len(blocks):
        return None
    gaps = [option.printed(b + size, after) for (_, b, size), (_, after, _) in pairwise(blocks)]
    return Comparison("cut", differs=" and ".join(gaps))


def _blocks(text: Wording, option: Wording) -> list[tuple[int, int, int]]:
    """The runs of words both have, in order: start in the text, start in the option, length in words."""
    matcher = SequenceMatcher(None, text.words, option.words, autojunk=False)
    return [(m.a, m.b, m.size) for m in matcher.get_matching_blocks() if m.size]


def _content(words: Sequence[str], positions: set[int]) -> int:
    return sum(words[at] not in _STOP_WORDS for at in positions)


def _tiles(text: Wording, options: Sequence[Wording], pool: Sequence[int], needed: float) -> tuple[int, ...]:
    """The options of the pool, greedily chosen, that account for the text; none if they do not.

    In the order in which the text takes them up.
    """
    shared = {
        index: {at + k for at, _, size in _blocks(text, options[index]) if size >= _RUN for k in range(size)}
        for index in pool
        if len(set(text.words) & set(options[index].words)) >= CONTRIBUTION
    }
    total = _content(text.words, set(range(len(text.words))))
    covered: set[int] = set()
    first: dict[int, int] = {}
    while shared:
        best = max(shared, key=lambda index: (_content(text.words, shared[index] - covered), -index))
        new = shared.pop(best) - covered
        if _content(text.words, new) < CONTRIBUTION:
            break
        first[best] = min(new)
        covered |= new
    if not total or _content(text.words, covered) / total < needed:
        return ()
    return tuple(sorted(first, key=lambda index: first[index]))


def _difference(text: Wording, option: Wording) -> str:
    """What stands in the text for what in the option, within the stretch they share."""
    _, at, size = _blocks(text, option)[-1]
    matcher = SequenceMatcher(None, text.words, option.words[: at + size], autojunk=False)
    changed = [
        f"{text.printed(a, b) if b > a else 'nothing'} for {option.printed(c, d) if d > c else 'nothing'}"
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]
    return "; ".join(changed) or "punctuation only"
