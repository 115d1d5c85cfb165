"""Printed numbers at the start of a paragraph -> the number a reader cites ("22 (c)").

A number is believed only where it stands in a sequence: "2018." at the start of a paragraph is a year unless
2017 stands before it or 2019 after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MARKER = re.compile(
    r"\s*(?:(?P<bullet>[•‣▪▫●○◦■□▸►➢✓·\uf0b7\uf0a7\uf02d–—−*-])\s+"
    r"|(?P<dotted>\d{1,2}(?:\.\d{1,2}){1,3})[.)]?\s+"
    r"|\(?(?P<number>\d{1,3})[.)]\s+"
    r"|(?P<open>\(?)(?P<letter>[a-z]|[ivxl]{2,6})(?P<close>[.)])\s+)"
)
"""What begins a list item or a numbered paragraph: a bullet, "22.", "2.1", "(c)", "iv)"."""

_ROMAN_NUMERALS = (
    "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii xxiv xxv"
)
_ROMANS = _ROMAN_NUMERALS.split()
REACH = 4
"""Numbers of one sequence lie no further apart than this many numbered paragraphs."""


@dataclass(slots=True)
class Numbered:
    """A number as cited: ``para`` ("22", "2.1"), with ``letter`` ("c") and ``roman`` ("ii") below it."""

    para: str | None
    letter: str | None
    roman: str | None
    bullet: int = 0

    def printed(self) -> str:
        """The number as one writes it after "para.": ``22 (c) (ii)``."""
        parts = [
            self.para or "",
            f"({self.letter})" if self.letter else "",
            f"({self.roman})" if self.roman else "",
        ]
        return " ".join(part for part in parts if part)


def believable(values: Sequence[int]) -> list[bool]:
    """For numbers in the order of the document: which stand in a sequence or begin one at 1.

    >>> believable([1, 2, 2018, 3])
    [True, True, False, True]
    """
    believed = []
    for index, value in enumerate(values):
        before, after = values[max(0, index - REACH) : index], values[index + 1 : index + 1 + REACH]
        alone = value == 1 and len(values) == 1
        believed.append(value == 1 or value - 1 in before or value + 1 in after or alone)
    return believed


class NumberFollower:
    """Follows the numbering of a document from paragraph to paragraph."""

    def __init__(self) -> None:
        self._para: str | None = None
        self._letter: str | None = None
        self._roman: str | None = None
        self._bullets = 0

    def heading(self) -> None:
        """A heading ends the lettered list and the bullets before it, and the paragraph they belong to."""
        self._para = self._letter = self._roman = None
        self._bullets = 0

    def prose(self) -> None:
        """An unnumbered paragraph ends a list of bullets."""
        self.heading()

    def number(self, value: str) -> Numbered:
        """A paragraph number such as "22" or "2.1"."""
        self._para, self._letter, self._roman, self._bullets = value, None, None, 0
        return self._now()

    def item(self, value: str, bracketed: bool) -> Numbered | None:
        """A lettered or Roman item; None if it does not continue or begin a list."""
        if self._is_roman(value):
            self._roman, self._bullets = value, 0
            return self._now()
        if len(value) > 1:
            return None
        follows = value == "a" or (self._letter is not None and ord(value) - ord(self._letter) == 1)
        if not follows and not bracketed:
            return None
        self._letter, self._roman, self._bullets = value, None, 0
        return self._now()

    def bullet(self) -> Numbered | None:
        """A bullet; None unless it stands below a number."""
        if self._para is None and self._letter is None:
            return None
        self._bullets += 1
        return self._now()

    def _is_roman(self, value: str) -> bool:
        if value not in _ROMANS:
            return False
        if value == "i":
            return self._letter != "h"
        return self._roman is not None and _ROMANS.index(value) == _ROMANS.index(self._roman) + 1

    def _now(self) -> Numbered:
        return Numbered(self._para, self._letter, self._roman, self._bullets)
