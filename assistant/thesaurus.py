"""The lexicon of the field, applied to a question: what else its words may be called, in three languages.

The data are the reviewed files in ``corpus/thesaurus/`` and, if there is one, the user's own file of the same
form. A question's phrases are matched longest first on stems; what matched, and with what it was widened, is
kept with the question and shown to the user.
"""

from __future__ import annotations

import functools
import json
import os
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import analysis
from assistant.errors import ProblemsError, StoreError
from assistant.text import counted

LANGUAGES = ("en", "fr", "es")
TABLES = ("concept", "word", "translation")
"""Terms of art; general words, which widen a question too but are not told of; words to translate only."""
SYNONYM, RELATED = 0.7, 0.4
"""What a synonym and a related term count beside the word asked (1)."""
SHOWN = 8
MAX_WORDS = 12
CLEAR = 4
"""The lead in words of grammar, each counting 2, that tells a language without a look at the lexicon."""
ABBREVIATION = 8
"""Characters up to which a question in capitals is an abbreviation."""
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of the question that the thesaurus knows, with what else it may be called in English."""

    matched: str
    alternatives: tuple[tuple[str, float], ...]
    general: bool = False


@dataclass(frozen=True, slots=True)
class Expansion:
    """What the thesaurus makes of a question.

    ``variants`` are other ways to put the whole question in English, for the embedder; ``shown`` what the
    user is told was also searched.
    """

    language: str
    terms: tuple[Term, ...] = ()
    variants: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


class Thesaurus:
    """A prepared lexicon, read entry by entry: a question needs a few of thousands.

    ``read`` gives the text under a key, None if there is none: ``thesaurus/phrase/fr/STEMS`` a list of entry
    numbers, ``thesaurus/entry/NUMBER`` an entry.
    """

    def __init__(self, read: Callable[[str], str | None]) -> None:
        # Questions share most of their words' lookups; the lexicon never changes under an open store.
        self._read = functools.lru_cache(maxsize=20_000)(read)

    @classmethod
    def prepare(cls, entries: Sequence[Entry]) -> Thesaurus:
        """From entries as read; nothing is kept outside memory."""
        return cls(prepared(entries).get)

    def _numbers(self, stems: Sequence[str], language: str) -> list[int]:
        """The entries that have a phrase of these stems."""
        found = self._read(_phrase_key(stems, language))
        return list(map(int, found.split())) if found else []

    def _entry(self, number: int) -> Entry:
        found = self._read(_entry_key(number))
        if found is None:
            raise StoreError(
                "The store's thesaurus is damaged. Rebuild it with: gcm-draft index build --force"
            )
        entry: Entry = json.loads(found)
        return entry

    def expand(self, question: str) -> Expansion:
        """The question's known phrases with their alternatives; longest match first, nothing matched twice."""
        language = self.language(question)
        words = analysis.parts(question, language)
        stems = [analysis.stem(word, language) for word in words]
        terms: list[Term] = []
        english: list[str] = []
        position = 0
        while position < len(words):
            length, numbers = self._longest(stems, position, language)
            word = words[position]
            plain = _is_grammar(word, language) and not _is_name(word, question)
            if not length or (length == 1 and plain):
                english.append(word)
                position += 1
                continue
            matched = " ".join(words[position : position + length])
            meant = self._meant(matched, numbers, language)
            if not meant:
                english.append(matched)
            else:
                term = self._term(matched, meant, language)
                terms.append(term)
                english.append(term.alternatives[0][0] if term.alternatives else matched)
            position += length
        variants = self._variants(question, language, english)
        return Expansion(language, tuple(terms), variants, _shown(terms, question))

    def language(self, question: str) -> str:
        """The language a question is asked in, by its grammar words, then by whose lexicon knows more of it."""
        scores = {
            language: self._grammar(question, language)
            + (1.5 if language != "en" and _accented(question, language) else 0)
            for language in LANGUAGES
        }
        first, second, _ = sorted(scores.values(), reverse=True)
        if first - second < CLEAR:
            scores = {
                language: score + self._covered(question, language) for language, score in scores.items()
            }
        return max(LANGUAGES, key=lambda language: (scores[language], language == "en"))

    def _grammar(self, question: str, language: str) -> int:
        """Two for each word of grammar; a name in capitals ("UN", "US") is none."""
        words = [
            part
            for word in analysis.words(question)
            if not _is_name(word, question)
            for part in analysis.parts(word, language)
        ]
        return sum(2 for w in words if analysis.fold_word(w) in analysis.GRAMMAR_WORDS[language])

    def _covered(self, question: str, language: str) -> float:
        """How many words of a question the lexicon has phrases for; within a phrase they count half more."""
        words = analysis.parts(question, language)
        stems = [analysis.stem(w, language) for w in words]
        position, covered = 0, 0.0
        while position < len(stems):
            length, _ = self._longest(stems, position, language)
            covered += length if length < 2 else 1.5 * length
            position += max(1, length)
        return covered

    def _longest(self, stems: list[str], position: int, language: str) -> tuple[int, list[int]]:
        for length in range(min(MAX_WORDS, len(stems) - position), 0, -1):
            numbers = self._numbers(stems[position : position + length], language)
            if numbers:
                return length, numbers
        if language != "fr":
            return 0, []
        # Snowball's French stemmer leaves the third person plural as it is ("travaillent").
        numbers = self._numbers([stems[position].removesuffix("ent")], language)
        return (1, numbers) if numbers else (0, [])

    def _meant(self, matched: str, numbers: Iterable[int], language: str) -> list[int]:
        """Of the entries with these stems those that the words can mean.

        Not an abbreviation that a word in small letters only resembles ("us" is not "US", nor "escape"
        "ESCAP"); and where an entry has the word as it is asked, only such entries ("seguro", not "seguridad";
        "traite", not "traité").
        """
        own = phrase_stems(matched, language)
        asked = _folded(matched)
        meant, alike, exact = [], [], []
        for number in numbers:
            phrases: list[str] = self._entry(number).get(language, [])
            spellings = [p for p in phrases if phrase_stems(p, language) == own] or phrases
            if matched.islower() and all(
                p.isupper() and (len(p) <= 3 or _folded(p) != asked) for p in spellings
            ):
                continue
            meant.append(number)
            if any(_folded(p) == asked for p in spellings):
                alike.append(number)
            if any(p.casefold() == matched.casefold() for p in spellings):
                exact.append(number)
        return exact or alike or meant

    def _term(self, matched: str, numbers: Iterable[int], language: str) -> Term:
        alternatives: dict[str, float] = {}
        general = True
        own = " ".join(phrase_stems(matched, language))
        for number in numbers:
            entry = self._entry(number)
            general = general and entry["general"]
            for rank, phrase in enumerate(entry["en"]):
                if language == "en" and " ".join(phrase_stems(phrase, "en")) == own:
                    continue
                full = 1.0 if language != "en" and rank == 0 else SYNONYM
                alternatives[phrase] = max(full, alternatives.get(phrase, 0.0))
            for phrase in entry.get("related", ()):
                alternatives.setdefault(phrase, RELATED)
        ordered = sorted(alternatives.items(), key=lambda a: -a[1])
        return Term(matched, tuple(ordered), general)

    def _variants(self, question: str, language: str, english: list[str]) -> tuple[str, ...]:
        """The question in English, for the embedder, which knows little else; an English one only without what asks.

        "Please help us with wording on visas" is about visas, and the embedder would read all of it.
        """
        words = analysis.words(question)
        if language == "en":
            asking = any(analysis.fold_word(word) in analysis.ASKING for word in words)
            subject = [word for word in words if analysis.fold_word(word) not in analysis.GRAMMAR_WORDS["en"]]
            return (" ".join(subject),) if asking and subject else ()
        made = " ".join(word for word in english if not _is_grammar(word, language))
        return (made,) if made else ()


def prepared(entries: Sequence[Entry]) -> dict[str, str]:
    """What :class:`Thesaurus` reads, by key; stems every phrase once."""
    found = {_entry_key(n): json.dumps(entry, ensure_ascii=False) for n, entry in enumerate(entries)}
    for number, entry in enumerate(entries):
        # A translation's English is there to be translated into: no synonyms of each other for English questions.
        for language in LANGUAGES[1:] if entry.get("translation") else LANGUAGES:
            keys = {_phrase_key(_stems(phrase, language), language) for phrase in entry.get(language, ())}
            for key in keys:
                found[key] = f"{found[key]} {number}" if key in found else str(number)
    return found


def _phrase_key(stems: Sequence[str], language: str) -> str:
    return f"thesaurus/phrase/{language}/{' '.join(stems)}"


def _entry_key(number: int) -> str:
    return f"thesaurus/entry/{number}"


def _is_name(word: str, question: str) -> bool:
    """Whether a word is written as an abbreviation ("US", "WHO"), not just because everything is in capitals."""
    return len(word) > 1 and word.isupper() and (not question.isupper() or len(question) <= ABBREVIATION)


def _is_grammar(word: str, language: str) -> bool:
    """Whether a word says nothing of a subject in its language, whatever content word shares its stem."""
    folded = analysis.fold_word(word)
    return folded in _PLAIN_STOP[language]


_PLAIN_STOP = {
    "en": frozenset("a an and any are as at be but by can do does for from how if in into is it its me my no not of on "
                    "or our should so than that the their them there they this to us was we what when where which who "
                    "will with would you your".split()),
    "fr": analysis.STOP_WORDS["fr"],
    "es": analysis.STOP_WORDS["es"],
}  # fmt: skip


def _accented(question: str, language: str) -> bool:
    marks = {"fr": "àâçèêëîïôùûœ", "es": "áíóúñ¿¡"}[language]
    return any(c in marks for c in question.casefold())


def _stems(phrase: str, language: str) -> tuple[str, ...]:
    return tuple(analysis.stem(part, language) for part in analysis.parts(phrase, language))


@functools.lru_cache(maxsize=20_000)
def phrase_stems(phrase: str, language: str) -> tuple[str, ...]:
    """The stems of a phrase's words, grammar words included, as the index holds them."""
    return _stems(phrase, language)


def _folded(phrase: str) -> str:
    return " ".join(analysis.fold_word(w) for w in analysis.words(phrase))


def _shown(terms: Sequence[Term], question: str) -> tuple[str, ...]:
    """What the user is told: of each term of art its best alternatives, not what the question says already."""
    asked = question.casefold()
    found: dict[str, None] = {}
    for term in terms:
        if not term.general:
            for phrase, weight in term.alternatives[:3]:
                if weight > RELATED and phrase.casefold() not in asked:
                    found[phrase] = None
    return tuple(found)[:SHOWN]


# -- reading the data ----------------------------------------------------------------------------------------


def read(folder: Path, own: Path | None = None) -> list[Entry]:
    """The entries of all files in ``folder`` and of the user's own file; all faults of a file reported together."""
    entries: list[Entry] = []
    for path in [*sorted(folder.glob("*.toml")), *([own] if own and os.path.lexists(own) else [])]:
        entries += read_file(path)
    return entries


def read_file(path: Path) -> list[Entry]:
    """The entries of one file. Raises ProblemsError naming each faulty entry by its ordinal."""
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ProblemsError(f"{path} is not in UTF-8. Save it as UTF-8:", [str(error)]) from error
    except (tomllib.TOMLDecodeError, RecursionError, OSError) as error:
        what = f"{path} is no readable thesaurus file. Correct it, or move it away to go on without:"
        raise ProblemsError(what, [str(error)]) from error
    problems = [
        f"unknown table [[{key}]]: expected [[concept]], [[word]] or [[translation]]"
        for key in record
        if key not in TABLES
    ]
    entries: list[Entry] = []
    for table in TABLES:
        rows = record.get(table, [])
        for ordinal, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
            problems += [f"{table} {ordinal}: {fault}" for fault in _faults(row)]
            if table == "translation" and isinstance(row, dict) and not (row.get("fr") or row.get("es")):
                problems.append(f"{table} {ordinal}: fr, es: expected a phrase in one of them, found none")
            if isinstance(row, dict):
                entries.append({**row, "general": table != "concept", "translation": table == "translation"})
    if problems:
        raise ProblemsError(f"{counted(len(problems), 'problem')} in {path}:", problems)
    return entries


def _faults(row: Any) -> list[str]:
    if not isinstance(row, dict):
        return [f"expected a table with en, fr, es; found {row!r}"]
    faults = [
        f"unknown key {key!r}: expected en, fr, es, related"
        for key in row
        if key not in {*LANGUAGES, "related"}
    ]
    for key in (*LANGUAGES, "related"):
        values = row.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, str) and analysis.words(v) for v in values):
            faults.append(f"{key}: expected a list of phrases, found {values!r}")
    if not row.get("en"):
        faults.append("en: expected at least one English phrase, found none")
    return faults
