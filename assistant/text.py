"""Folding text the one way this package does it: what ``passage.text`` is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.model import Span

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_CALL = re.compile(f"[{SUPERSCRIPTS}]+")
_EMPHASIS = re.compile(r"\*+")


def cut(text: str, spans: Iterable[Span]) -> str:
    """The passage as printed: the spans cut out of ``text`` and joined."""
    return "".join(text[start:end] for start, end in spans)


def fold(printed: str, *, markdown: bool = False) -> str:
    r"""White space folded to single spaces; for Markdown sources, footnote calls and emphasis removed as well.

    >>> fold("Set up  a *fund*\n now.²⁹", markdown=True)
    'Set up a fund now.'
    """
    if markdown:
        printed = _EMPHASIS.sub("", _CALL.sub("", printed))
    return " ".join(printed.split())


def one_line(text: str) -> str:
    r"""Text that somebody else wrote, fit for a line on a screen or a page: no control or direction characters.

    >>> one_line("Fees\x1b[31m and\u202e debt\n")
    'Fees [31m and debt'
    """
    return " ".join(printable(text).split())


def has_letters(text: str) -> bool:
    """Whether there is a letter or digit in a text."""
    return any(character.isalnum() for character in text)


def counted(number: int, thing: str) -> str:
    """A number of things in English.

    >>> counted(1, "passage"), counted(2000, "passage")
    ('1 passage', '2,000 passages')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """The same with every such character a space, and the spaces as they are."""
    return "".join(c if c.isprintable() or c in _JOINERS else " " for c in text)


_JOINERS = "\u200c\u200d"
"""Zero-width joiners, which belong to the spelling of some languages."""
