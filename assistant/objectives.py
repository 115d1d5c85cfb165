"""The objectives of the Compact by their titles of both texts, and the options experts mapped to each.

People ask by the Zero Draft (22 objectives) or by the adopted Compact (23). Numbers 1 to 22 name the same
subject in both; where the titles differ, or the overview has no entry, the record says so.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache

from assistant.corpus import Corpus
from assistant.errors import SourceError, UsageError
from assistant.model import Passage
from assistant.resources import shipped
from assistant.sources.plain import objectives_named

NEAR = 0.85
"""How alike (difflib's ratio over letters) a question and a title must be to mean the same."""
_FILE = "objectives.toml"
_BARE_NUMBER = re.compile(
    r"(?:the\s+|l['’]|el\s+)?(?:(?:gcm|pmm)\s+)?(?:objective|objectif|objetivo|obj\.)?"
    r"\s*(?:#|no\.|n\.?[°ºo]|number|numéro|número)?\s*(\d{1,2})"
)


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective. ``zero_draft_title`` is None for 23, which the Zero Draft does not have.

    ``aliases`` are plain names people use, in three languages; ``note`` is a caveat a reader must see, or None;
    ``translations`` are the adopted title in French and Spanish.
    """

    number: int
    zero_draft_title: str | None
    adopted_title: str
    aliases: tuple[str, ...] = ()
    note: str | None = None
    translations: tuple[str, ...] = ()

    @property
    def retitled(self) -> bool:
        """Whether the adopted text gave the Zero Draft's objective another title (case apart)."""
        return (
            self.zero_draft_title is not None
            and self.zero_draft_title.casefold() != self.adopted_title.casefold()
        )

    @property
    def titles(self) -> tuple[str, ...]:
        """The adopted title, then the Zero Draft's if it is another."""
        return (
            (self.adopted_title, self.zero_draft_title)
            if self.retitled and self.zero_draft_title
            else (self.adopted_title,)
        )

    @property
    def asked_titles(self) -> tuple[str, ...]:
        """The titles by which it may be asked for: those of both texts, and the adopted one's translations."""
        return (*self.titles, *self.translations)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a reader must know: the note, and the other title where there are two."""
        retitled = (
            f"Objective {self.number} is titled “{self.zero_draft_title}” in the Zero Draft, which the GFMD "
            f"overview follows, and “{self.adopted_title}” in the adopted Compact."
        )
        return (*((self.note,) if self.note else ()), *((retitled,) if self.retitled else ()))


@cache
def load() -> tuple[Objective, ...]:
    """The 23 objectives in order."""
    path = shipped("corpus") / _FILE
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["objective"]
        return tuple(
            Objective(
                entry["number"],
                entry.get("zero_draft_title"),
                entry["adopted_title"],
                tuple(
                    dict.fromkeys(
                        name for key in ("aliases", "aliases_fr", "aliases_es") for name in entry[key]
                    )
                ),
                entry.get("note"),
                (entry["adopted_title_fr"], entry["adopted_title_es"]),
            )
            for entry in entries
        )
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as fault:
        raise SourceError(
            f"The list of objectives cannot be read: expected {path}, found {type(fault).__name__}: {fault}. "
            "Install gcm-draft anew."
        ) from fault


def objective(number: int) -> Objective:
    """The objective of this number (1 to 23); any other is a :class:`SourceError`."""
    found = next((o for o in load() if o.number == number), None)
    if found is None:
        raise SourceError(f"There is no objective {number}: the adopted Compact has 1 to {len(load())}.")
    return found


def mapped(corpus: Corpus, number: int) -> tuple[Passage, ...]:
    """The overview's citations under an objective, as printed; none for 8 and 23, which have no entry."""
    return tuple(p for p in corpus.passages.values() if p.mapping and p.mapping.objective == number)


def match_objective(question: str) -> int | None:
    """The one objective a question asks for, or None.

    By number ("Objective 6", "obj. 6", "6"), by its title in either text, given whole or nearly so, or by
    being nothing but one of its plain names ("remittances"); the same in French and Spanish ("objectif 20",
    "envois de fonds"). A question that names several objectives, or merely touches the subject of one, asks
    for none.
    """
    named = objectives_named(question)
    if named:
        return named[0] if len(named) == 1 else None
    asked = _letters(question)
    if not asked or _BARE_NUMBER.fullmatch(question.strip().casefold()):
        return asked_by_number(question)
    for candidate in load():
        if any(asked == _letters(name) for name in (*candidate.asked_titles, *candidate.aliases)):
            return candidate.number
    inside = {o.number for o in load() if any(_letters(title) in asked for title in o.asked_titles)}
    if inside:
        return inside.pop() if len(inside) == 1 else None
    near = [(_alike(asked, o), o.number) for o in load()]
    best = max(near)
    return best[1] if best[0] >= NEAR else None


def asked_by_number(question: str) -> int | None:
    """The objective a question consists of and nothing else: "6", "#6", "GCM objective 6?".

    Such a question has no words to search by; the objective's titles can stand in for it. A question in
    words of its own, be they an objective's plain name, is better searched as it is.
    """
    number = _bare_number(question)
    return number if number and number <= len(load()) else None


def _bare_number(question: str) -> int | None:
    match = _BARE_NUMBER.fullmatch(question.strip(" \t\n\u00a0\u202f.?!:¿¡").casefold())
    return int(match[1]) if match else None


def misasked(question: str) -> str | None:
    """What to tell whoever asks for an objective there is not, or for several at once; None for nothing.

    Raises UsageError for a question that consists of a number that no objective has.
    """
    number = _bare_number(question)
    if number is not None and not 1 <= number <= len(load()):
        raise UsageError(
            f"There is no objective {number}: the adopted Compact has 1 to {len(load())}. "
            "Their titles: gcm-draft objectives"
        )
    named = objectives_named(question)
    if len(named) < 2:
        return None
    return (
        f"the question names {len(named)} objectives and was searched by its words; "
        f'what belongs to one is found by asking for it alone: gcm-draft "Objective {named[0]}"'
    )


def asked_by_plain_name(question: str) -> bool:
    """Whether a question is nothing but an objective's plain name ("remittances").

    The words ask for their own subject then, not for all that the objective covers.
    """
    asked = _letters(question)
    return any(asked == _letters(name) for o in load() for name in o.aliases)


@lru_cache(maxsize=2_000)
def _letters(text: str) -> str:
    """The letters and digits of a text, case and accents folded, words apart by single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("-", ""))
    folded = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.findall(r"[^\W_]+", folded))


def _alike(asked: str, candidate: Objective) -> float:
    """The greatest ratio of the question to a title of the objective (0 to 1)."""
    ratios = []
    for title in map(_letters, candidate.asked_titles):
        matcher = SequenceMatcher(None, asked, title, autojunk=False)
        ratios.append(matcher.ratio() if matcher.real_quick_ratio() >= NEAR else 0.0)
    return max(ratios)
