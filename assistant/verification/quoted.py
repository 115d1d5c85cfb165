"""A quotation taken apart: runs of words that must stand as printed, cuts, and words changed in brackets.

A cut is an ellipsis, in square or round brackets or bare. A bracket glued to letters ("[t]he", "promot[ed]")
or holding words ("[migrants]") is a change the writer has marked; "[sic]" and the like are comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.verification.words import Run, Word, words

_CUT = r"[\[(]\s*(?:…|\.\s?\.\s?\.)\s*[\])]|…|\.\s?\.\s?\."
_CALL = r"\[\^?\d{1,3}\]|\[\^\w+\]"
_COMMENT = (
    r"\[\s*(?:sic|emphasis (?:added|in original)|translation|our translation|footnotes? omitted|"
    r"italics added)[.!]?\s*\]"
)
_PIECE = re.compile(
    rf"(?P<cut>{_CUT})|(?P<call>{_CALL})|(?P<comment>{_COMMENT})|"
    r"(?P<stem>[^\W_]*)\[(?!\^?\d{1,3}\])(?P<inside>[^\[\]]*)\](?P<tail>[^\W_]*)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Change:
    """Words in square brackets: ``words`` as they read now; ``stem`` and ``tail`` what stands outside them.

    With an empty ``stem`` and ``tail`` the bracket stands for whole words of the source, or adds some.
    """

    printed: str
    words: tuple[str, ...]
    stem: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """A marked cut; ``bare`` if the ellipsis stands without brackets."""

    bare: bool


Element = Run | Cut | Change


@dataclass(frozen=True, slots=True)
class Quoted:
    """One paragraph of a quotation: its text and its elements in order."""

    text: str
    elements: tuple[Element, ...]

    @property
    def all_words(self) -> tuple[Word, ...]:
        """All words but those in brackets; offsets are into ``text``."""
        return tuple(word for element in self.elements if isinstance(element, Run) for word in element.words)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs of words that must stand as printed."""
        return tuple(element for element in self.elements if isinstance(element, Run))

    @property
    def cut(self) -> bool:
        """Whether anything is marked as left out."""
        return any(isinstance(element, Cut) for element in self.elements)


def take_apart(text: str) -> Quoted:
    """The elements of one quoted paragraph; cuts at its edges leave out nothing inside and are dropped."""
    masked = text
    marks: list[tuple[int, int, Element]] = []
    for match in _PIECE.finditer(text):
        start, end = match.span()
        if match.group("cut"):
            marks.append((start, end, Cut(bare=match.group()[0] not in "[(")))
        elif match.group("inside") is None:
            masked = masked[:start] + " " * (end - start) + masked[end:]
        elif _is_capital(match):
            # Only the case of a letter can differ here, which is no word: the brackets count as nothing.
            masked = masked[:start] + masked[start:end].translate(_BRACKETS) + masked[end:]
        else:
            stem, tail = match.group("stem"), match.group("tail")
            changed = tuple(word.form for word in words(f"{stem}{match.group('inside').strip()}{tail}"))
            marks.append((start, end, Change(match.group(), changed, stem.casefold(), tail.casefold())))
    return Quoted(text, tuple(_trim(list(_between(masked, marks)))))


_BRACKETS = str.maketrans("[]", "\u200b\u200b")


def _is_capital(match: re.Match[str]) -> bool:
    inside = match.group("inside")
    return not match.group("stem") and len(inside) == 1 and inside.isalpha() and bool(match.group("tail"))


def _between(text: str, marks: list[tuple[int, int, Element]]) -> Iterator[Element]:
    at = 0
    for start, end, element in [*marks, (len(text), len(text), None)]:
        found = list(words(text[at:start]))
        if at:
            found = [word._replace(start=word.start + at, end=word.end + at) for word in found]
        if found:
            yield Run.of(found)
        if element is not None:
            yield element
        at = end


def _trim(elements: list[Element]) -> list[Element]:
    while elements and isinstance(elements[0], Cut):
        elements = elements[1:]
    while elements and isinstance(elements[-1], Cut):
        elements = elements[:-1]
    return elements


_GLUED_CALL = re.compile(r"([^\W\d_]+)(\d{1,3})")


def without_glued_calls(quoted: Quoted) -> tuple[Quoted, tuple[str, ...]] | None:
    """The quotation without digits that may be footnote calls pasted as plain text, and those digits.

    "situations29" and "situations.29" come from copying out of a PDF. None where there is nothing like it;
    the caller must see that the source has calls of these numbers there.
    """
    calls: list[str] = []
    elements: list[Element] = []
    for element in quoted.elements:
        if not isinstance(element, Run):
            elements.append(element)
            continue
        kept = []
        for word in element.words:
            glued = _GLUED_CALL.fullmatch(word.form)
            before = quoted.text[word.start - 1 : word.start]
            if glued:
                calls.append(glued.group(2))
                kept.append(word._replace(form=glued.group(1)))
            elif word.form.isdigit() and len(word.form) <= 3 and before and before in '.,;:”"»’)':
                calls.append(word.form)
            else:
                kept.append(word)
        elements.append(Run.of(kept))
    return (Quoted(quoted.text, tuple(elements)), tuple(calls)) if calls else None
