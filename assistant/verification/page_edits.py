"""What to change in a printed citation so that it states the right pages: words and numbers, nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.citations import Citation

_LABEL = r"(?:[ivxlc]{1,8}\b|[a-z]{1,2}-?\d{1,4}\b|\d{1,4}(?:[a-z]\b)?)"
_PAGES = re.compile(
    r"(?P<pdf>\bPDF\s*)?(?P<word>\b(?:pp?|pgs?|págs?)\b\.?|\bpages?\b|\bpáginas?\b)(?P<space>[\s\u00a0\u202f]*)"
    rf"(?P<first>{_LABEL})(?P<range>\s*(?:[-–—‑‐]|to|à|a)\s*(?P<last>{_LABEL}))?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """One page, or range of pages, with its word: ``before`` stands at ``start`` of the printed citation."""

    start: int
    before: str
    after: str

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.before)

    def least(self) -> tuple[int, int, str]:
        """(start, end, text) of what differs, and no more: "22" and "15" of "p. 22" and "p. 15".

        A character is always replaced, so that what comes new stands in the element of the old.
        """
        same = 0
        while same < min(len(self.before) - 1, len(self.after)) and self.before[same] == self.after[same]:
            same += 1
        return self.start + same, self.end, self.after[same:]


def edits(printed: str, stated: Citation, right: Citation) -> tuple[Edit, ...]:
    """The changes that give ``printed``, read as ``stated``, the pages of ``right``.

    Empty where that cannot be done by changing numbers alone, or where it is not plain which are meant.
    """
    found = list(_PAGES.finditer(printed))
    made: list[Edit] = []
    for is_pdf in (False, True):
        ours, theirs = _pages(stated, pdf=is_pdf), _pages(right, pdf=is_pdf)
        if ours is None or ours == theirs:
            continue
        there = [m for m in found if bool(m["pdf"]) == is_pdf and m["first"] == ours[0]]
        if theirs is None or len(there) != 1:
            return ()
        made.append(_edit(there[0], *theirs))
    return tuple(made)


def _pages(citation: Citation, *, pdf: bool) -> tuple[str, str | None] | None:
    """The first and last page as printed; the last is None for a single page."""
    if pdf:
        first, last = citation.pdf_page, citation.pdf_page_end
    elif citation.page_label is not None:
        return citation.page_label, citation.page_label_end
    else:
        first, last = citation.page, citation.page_end
    return None if first is None else (str(first), None if last is None else str(last))


_PLURALS = {"p": "pp", "page": "pages", "pg": "pgs", "pág": "págs", "página": "páginas"}


def _edit(match: re.Match[str], first: str, last: str | None) -> Edit:
    word = match["word"]
    plural = bool(match["range"]) or word.lower().rstrip(".") in _PLURALS.values()
    if (last is not None) != plural:
        word = _renumbered(word, several=last is not None)
    numbers = first if last is None else f"{first}-{last}"
    return Edit(match.start(), match.group(), f"{match['pdf'] or ''}{word}{match['space']}{numbers}")


def _renumbered(word: str, *, several: bool) -> str:
    bare, dot = word.rstrip("."), "." if word.endswith(".") else ""
    table = _PLURALS if several else {plural: singular for singular, plural in _PLURALS.items()}
    other = table.get(bare.lower(), bare)
    return (other.capitalize() if bare[:1].isupper() else other) + dot


def shown(printed: str, made: tuple[Edit, ...]) -> tuple[str, str]:
    """What changes as people see it: ("p. iii (PDF p. 2)", "p. i (PDF p. 1)"), from first edit to last."""
    start, end = made[0].start, made[-1].end
    if len(made) > 1 and printed[end : end + 1] in (")", "]"):
        end += 1
    pieces, at = [], start
    for edit in made:
        pieces += [printed[at : edit.start], edit.after]
        at = edit.end
    return printed[start:end], "".join([*pieces, printed[at:end]])
