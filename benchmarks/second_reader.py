"""A second reader of PDF files, for judging the program's own: poppler's pdftotext, one physical page at a time.

It shares no code with the readers in ``assistant/sources`` and no library with them. What it is compared by
are runs of letters and digits (NFKC, case folded; spaces, hyphens and signs dropped), so that another way of
joining lines makes no difference, and another page does.
"""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

RUN = 12
"""Letters and digits of one run compared: long enough to be rare, short enough to survive a line's end."""
ENOUGH = 0.9
"""Share of a passage's runs its pages must hold; calls of notes and formulas cost a few runs each."""
CLEARLY = 0.15
"""By this share another page must hold more of a passage to be called its true page."""
BY_WORDS = "by its words, in another order"
MODES = (("-nodiag",), ("-raw",), ("-layout",))
"""In physical order with columns undone, in the order of the content, and row by row."""


def plain(text: str) -> str:
    r"""Letters and digits only, NFKC and case folded.

    >>> plain("Inter\u00ad\nnational e\ufb03ciency-2")
    'internationalefficiency2'
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in folded if character.isalnum())


def runs(letters: str, length: int = RUN) -> list[str]:
    """All overlapping runs of ``length`` letters; a shorter text is one run."""
    return [letters[at : at + length] for at in range(max(1, len(letters) - length + 1))]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``kind`` is "proved", "wrong page" or "not comparable"; ``held`` the share on the claimed pages.

    ``better`` is another page that holds more, if any, and ``why`` says what is the matter.
    """

    kind: str
    held: float
    better: int | None = None
    why: str = ""


class SecondReader:
    """One PDF as poppler reads it; pages count from 1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.modes = [_pages(path, mode) for mode in MODES]
        self.count = max(map(len, self.modes))

    @cached_property
    def letters(self) -> list[tuple[str, ...]]:
        """Each page's letters in every mode."""
        return [
            tuple(plain(pages[at]) if at < len(pages) else "" for pages in self.modes)
            for at in range(self.count)
        ]

    @cached_property
    def _words(self) -> dict[int, Counter[str]]:
        return {}

    def held(self, wanted: Sequence[str], first: int, last: int) -> float:
        """Share of these runs that stand on the pages ``first`` to ``last``, or across two of them."""
        if not 1 <= first <= last <= self.count:
            return 0.0
        length = len(wanted[0])
        missing = set(wanted)
        for page in range(first, last + 1):
            missing = {
                run for run in missing if not any(run in letters for letters in self.letters[page - 1])
            }
            if not missing:
                return 1.0
        # a run cut by a page's end stands on neither page: as many as fit are allowed for
        lost = sum(run in missing for run in wanted)
        return 1.0 - max(0, lost - (last - first) * (length - 1)) / len(wanted)

    def held_words(self, words: Sequence[str], first: int, last: int) -> float:
        """Share of these words that stand on the pages, each as often as it is wanted."""
        if not 1 <= first <= last <= self.count or not words:
            return 0.0
        wanted = Counter(words)
        there: Counter[str] = Counter()
        for page in range(first, last + 1):
            there.update(self._words_of(page))
        raw = "|".join(letters for page in range(first, last + 1) for letters in self.letters[page - 1])
        held = sum(
            min(count, there[word]) if there[word] else count * (len(word) > 4 and word in raw)
            for word, count in wanted.items()
        )
        return held / len(words)

    def best_words(self, words: Sequence[str], first: int, last: int) -> tuple[float, int | None]:
        """The largest share of the words any run of as many pages holds elsewhere, and its first page."""
        width = last - first + 1
        others = [page for page in range(1, self.count - width + 2) if page > last or page + width <= first]
        shares = [(self.held_words(words, page, page + width - 1), -page) for page in others]
        share, page = max(shares, default=(0.0, 0))
        return share, -page or None

    def _words_of(self, page: int) -> Counter[str]:
        found = self._words.get(page)
        if found is None:
            text = self.modes[1][page - 1] if page <= len(self.modes[1]) else ""
            found = Counter(plain(word) for word in re.split(r"[\s\u2010-\u2015-]+", text))
            del found[""]
            self._words[page] = found
        return found

    def judge(self, text: str, first: int, last: int) -> Verdict:
        """Whether a passage's words stand on the pages claimed for it, and on all of them."""
        letters = plain(text)
        wanted = runs(letters)
        held = self.held(wanted, first, last)
        if held >= ENOUGH:
            return self._ends(letters, first, last, held)
        words = [plain(word) for word in re.split(r"[\s\u2010-\u2015-]+", text)]
        words = [word for word in words if word]
        by_words = self.held_words(words, first, last)
        best, page = self.best_words(words, first, last)
        if best > by_words + CLEARLY and len(letters) >= RUN:
            return Verdict("wrong page", by_words, page, "another page holds more")
        if by_words < ENOUGH:
            return Verdict("not comparable", by_words, why="words the second reader does not have")
        if best >= by_words:
            return Verdict(
                "not comparable", by_words, page, "its words stand on several pages, in another order"
            )
        return Verdict("proved", held, why=BY_WORDS)

    def _ends(self, letters: str, first: int, last: int, held: float) -> Verdict:
        """The first page must hold the passage's beginning and the last its end, or the claim is too wide."""
        if first == last:
            return Verdict("proved", held)
        for page, end, name in ((first, letters[:RUN], "beginning"), (last, letters[-RUN:], "end")):
            others = [other for other in range(first, last + 1) if other != page]
            if not self._holds(end, page) and any(self._holds(end, other) for other in others):
                for size in (6, 3):  # only a word or two of it may stand on this page
                    part = end[:size] if page == first else end[-size:]
                    if self._holds(part, page):
                        break
                else:
                    return Verdict("wrong page", held, others[0], f"its {name} is not on page {page}")
        return Verdict("proved", held)

    def _holds(self, letters: str, page: int) -> bool:
        return any(letters in mode for mode in self.letters[page - 1])

    def confirmed(self, text: str, first: int, last: int) -> tuple[int, int]:
        """Letters of a passage that lie in a run the pages hold, and all its letters."""
        letters = plain(text)
        covered = bytearray(len(letters))
        size = min(RUN, len(letters))
        for at, run in enumerate(runs(letters)):
            if any(self._holds(run, page) for page in range(first, min(last, self.count) + 1)):
                covered[at : at + size] = b"\1" * size
        return sum(covered), len(letters)

    def bears(self, page: int, label: str) -> bool:
        """Whether a printed number stands by itself in the first or last lines of a page, in any mode."""
        wanted = re.compile(rf"(?<![\w.]){re.escape(label)}(?![\w])", re.IGNORECASE)
        for pages in self.modes:
            lines = [line for line in pages[page - 1].splitlines() if line.strip()]
            if any(wanted.search(line) for line in [*lines[:4], *lines[-4:]]):
                return True
        return False

    @cached_property
    def furniture(self) -> set[str]:
        """Masked first and last lines that recur on several pages: running heads and folios."""
        seen: Counter[str] = Counter()
        for page in self.modes[2]:
            lines = [line for line in page.splitlines() if line.strip()]
            seen.update({_masked(line) for line in [*lines[:3], *lines[-3:]]})
        return {line for line, count in seen.items() if count >= 3}

    def unread(self, page: int, read: str) -> tuple[list[str], int]:
        """Words of a page no passage holds, running lines left out, and the number of words looked for.

        ``read`` are the letters of all passages said to stand on the page.
        """
        missing: list[str] = []
        total = 0
        lines = self.modes[1][page - 1].splitlines() if page <= len(self.modes[1]) else []
        for line in lines:
            if _masked(line) in self.furniture:
                continue
            for word in line.split():
                letters = plain(word)
                if len(letters) < 3:
                    continue
                total += 1
                if letters not in read:
                    missing.append(word)
        return missing, total


def _masked(line: str) -> str:
    return " ".join(re.sub(r"\d+|\b[ivxlc]+\b", "#", line.casefold()).split())


def _pages(path: Path, mode: Sequence[str]) -> list[str]:
    done = subprocess.run(
        ["pdftotext", *mode, "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True, timeout=600
    )
    pages = done.stdout.decode("utf-8", "replace").split("\f")
    return pages[:-1] if len(pages) > 1 and not pages[-1].strip() else pages


def producer(path: Path) -> str:
    """The program that made a PDF, as it says of itself."""
    done = subprocess.run(
        ["pdfinfo", "-enc", "UTF-8", str(path)], capture_output=True, check=False, timeout=60
    )
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    said = {name: " ".join(value.split()) for name, _, value in (line.partition(":") for line in lines)}
    return re.sub(r"[|\s]+", " ", said.get("Producer") or said.get("Creator") or "unknown")[:40]


def page_labels(path: Path) -> list[str]:
    """The file's own page labels, as pypdf reads them; empty if it cannot."""
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    try:
        return list(pypdf.PdfReader(path).page_labels)
    except (DependencyError, PyPdfError, ValueError, KeyError, TypeError, RecursionError):
        return []  # then no label of the file counts as proved
