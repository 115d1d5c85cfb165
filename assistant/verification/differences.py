"""How a quotation differs from the source: the word difference, and the pieces a stitched one is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.verification.compare import Library, Near
from assistant.verification.danger import classes
from assistant.verification.quoted import Cut, Quoted
from assistant.verification.words import Place, Run, Stream, Word

_CONTEXT = 6
FEWEST_IN_PIECE = 4
"""Fewest words in a row that count as a piece taken from somewhere."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The words that differ. ``diff`` marks the source's words ``[-so-]`` and the note's ``{+so+}``."""

    diff: str
    classes: tuple[str, ...]
    only_missing: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a quotation, ``[first, last)``, that stand together at ``place`` of a passage."""

    document: str
    passage: int
    place: Place
    first: int
    last: int


def difference(library: Library, quoted: Quoted, near: Near) -> Difference:
    """The word difference between source and note; what a cut leaves out is no difference."""
    stream = library.stream(near.document)
    own, note = _own_words(stream, near.place), quoted.all_words
    cuts = _cut_positions(quoted)
    parts: list[str] = []
    changed: list[str] = []
    only_missing = True
    matcher = SequenceMatcher(
        None, [form for form, _, _ in own], [word.form for word in note], autojunk=False
    )
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        mine, theirs = own[i1:i2], note[j1:j2]
        if tag == "equal" or _same_ink(mine, theirs):
            parts.append(_context([quoted.text[w.start : w.end] for w in theirs], at_end=i2 == len(own)))
        elif tag == "delete" and j1 in cuts:
            parts.append("[…]")
        else:
            parts.append(
                _marked([text for _, text, _ in mine], [quoted.text[w.start : w.end] for w in theirs])
            )
            changed += [form for form, _, _ in mine] + [word.form for word in theirs]
            only_missing = only_missing and tag == "delete"
    return Difference(
        " ".join(part for part in parts if part), classes(changed), only_missing and bool(changed)
    )


def _own_words(stream: Stream, place: Place) -> list[tuple[str, str, int]]:
    text = stream.source.text
    return [
        (stream.forms[at], " ".join(text[stream.offsets[at] : stream.ends[at]].split()), stream.gaps[at])
        for at in range(place.first, place.last)
    ]


def _cut_positions(quoted: Quoted) -> set[int]:
    positions, at = set(), 0
    for element in quoted.elements:
        if isinstance(element, Run):
            at += len(element.words)
        elif isinstance(element, Cut):
            positions.add(at)
    return positions


def _same_ink(mine: Sequence[tuple[str, str, int]], theirs: Sequence[Word]) -> bool:
    """Whether the two differ in hyphens and line breaks alone."""
    if "".join(form for form, _, _ in mine) != "".join(word.form for word in theirs):
        return False
    return all(gap != 2 for _, _, gap in mine[1:]) and all(word.gap != 2 for word in theirs[1:])


def _context(found: list[str], *, at_end: bool) -> str:
    if len(found) <= 2 * _CONTEXT:
        return " ".join(found)
    if at_end:
        return " ".join([*found[:_CONTEXT], "…"])
    return " ".join([*found[:_CONTEXT], "…", *found[-_CONTEXT:]])


def _marked(mine: list[str], theirs: list[str]) -> str:
    if len(mine) > 4 * _CONTEXT:
        mine = [*mine[:_CONTEXT], "…", *mine[-_CONTEXT:]]
    removed = f"[-{' '.join(mine)}-]" if mine else ""
    added = f"{{+{' '.join(theirs)}+}}" if theirs else ""
    return " ".join(part for part in (removed, added) if part)


def pieces(library: Library, quoted: Quoted) -> list[Piece] | None:
    """The quotation as pieces of the sources put end to end, the longest at each place; None if it is not.

    Each piece has ``FEWEST_IN_PIECE`` words or more. One or two words between pieces may be the writer's own.
    """
    found = [word.form for word in quoted.all_words]
    starts = dict(library.grams(found))
    made: list[Piece] = []
    at = own = 0
    while at < len(found):
        piece = _longest(library, found, at, starts.get(at, []), made)
        if piece is not None:
            made.append(piece)
            at, own = piece.last, 0
        elif own < 2 and made:
            at, own = at + 1, own + 1
        else:
            return None
    return made if own == 0 or len(made) > 1 else None


def _longest(
    library: Library, found: list[str], at: int, places: list[tuple[str, int]], before: list[Piece]
) -> Piece | None:
    best: Piece | None = None
    best_key = (0, False)
    last = (before[-1].document, before[-1].passage) if before else None
    for document, start in places:
        stream = library.stream(document)
        passage = stream.passage_at(start)
        stop = stream.bounds(passage).last
        length = 0
        while (
            at + length < len(found)
            and start + length < stop
            and stream.forms[start + length] == found[at + length]
        ):
            length += 1
        key = (length, (document, passage) == last)
        if length >= FEWEST_IN_PIECE and key > best_key:
            best_key = key
            best = Piece(document, passage, Place(start, start + length), at, at + length)
    return best
