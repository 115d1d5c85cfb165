"""The search notes: whole, in three languages, the project's own words, and about passages that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from assistant.corpus import Corpus, load_shipped
from assistant.resources import shipped
from assistant.search_notes import load_notes

RECOLLECTION = "gfmd-thematic-recollection-2017"
BRIEF = "gfmd-dialogue-cluster6-session-brief-2017"
REPORT = "gfmd-dialogue-cluster6-summary-report-2017"
LANGUAGES = ("en", "fr", "es")
SHORTEST, LONGEST, LONGEST_COPY = 10, 70, 9  # words


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_shipped()


@pytest.fixture(scope="module")
def written() -> str:
    return Path(str(shipped("corpus") / "search_notes.toml")).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def notes(written: str) -> dict[str, dict[str, str]]:
    record = tomllib.loads(written)
    return {key if "/" in key else f"{RECOLLECTION}/{key}": entry for key, entry in record.items()}


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}


def expected(corpus: Corpus) -> set[str]:
    """The Recollection's units, the brief's and the report's recommendations, the report's paras 4-20."""
    units = {i for i in corpus.passages if re.fullmatch(rf"{RECOLLECTION}/c\d\.\d\.(po|opa|ex)\.\d+", i)}
    recommendations = {i for i in corpus.passages if i.startswith((f"{BRIEF}/rec.", f"{REPORT}/rec."))}
    return units | recommendations | {f"{REPORT}/para.{n}" for n in range(4, 21)}


def test_the_header_says_what_the_notes_are(written: str) -> None:
    header = " ".join(
        line.lstrip("# ") for line in written.split("\n[", 1)[0].splitlines() if line.startswith("#")
    )
    for said in (
        "project's own words",
        "from each passage alone",
        "MIT",
        "never shown or cited as a quotation",
    ):
        assert said in header


def test_every_passage_of_the_plan_has_its_note_and_no_other(
    corpus: Corpus, notes: dict[str, dict[str, str]]
) -> None:
    assert set(notes) == expected(corpus)
    assert sum(key.startswith(RECOLLECTION) for key in notes) == 206


def test_every_note_is_in_the_three_languages_within_bounds(notes: dict[str, dict[str, str]]) -> None:
    wrong = [key for key, entry in notes.items() if tuple(entry) != LANGUAGES]
    wrong += [
        f"{key} {language}"
        for key, entry in notes.items()
        for language, text in entry.items()
        if not SHORTEST <= len(text.split()) <= LONGEST
    ]
    assert not wrong


def test_no_note_copies_a_passage(corpus: Corpus, notes: dict[str, dict[str, str]]) -> None:
    copied = [
        (key, " ".join(run))
        for key, entry in notes.items()
        for run in runs(entry["en"], LONGEST_COPY + 1) & runs(corpus.passages[key].text, LONGEST_COPY + 1)
    ]
    assert not copied


def test_no_two_notes_are_the_same(notes: dict[str, dict[str, str]]) -> None:
    texts = [" ".join(words(text)) for entry in notes.values() for text in entry.values()]
    assert len(texts) == len(set(texts))


SMALL_WORDS = {
    "en": set(words("the and of to for in who that is are so with from by on not or as they their it than")),
    "fr": set(words("les des et aux du pour dans ou le au une sur avec qui leurs d l ne par ce celui")),
    "es": set(words("los las y con para del el por una e o al su sus quienes se como")),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_is_in_the_language_of_its_key(notes: dict[str, dict[str, str]], language: str) -> None:
    """In no note do the small words of another language outnumber those of its own."""
    wrong = []
    for key, entry in notes.items():
        found = words(entry[language])
        hits = {name: sum(word in small for word in found) for name, small in SMALL_WORDS.items()}
        if any(hits[other] > hits[language] for other in LANGUAGES if other != language):
            wrong.append((key, hits))
    assert not wrong


@pytest.mark.parametrize("language", ["fr", "es"])
def test_accents_are_kept(notes: dict[str, dict[str, str]], language: str) -> None:
    """A short note may do without one, nearly all have some: a file stripped of them would fail."""
    accented = sum(bool(re.search(r"[à-ÿœ]", entry[language])) for entry in notes.values())
    assert accented > 0.9 * len(notes)


def test_the_loader_gives_every_note_of_every_passage(
    corpus: Corpus, notes: dict[str, dict[str, str]]
) -> None:
    loaded = load_notes(corpus)
    assert set(loaded) == set(notes)
    languages = [["en", "es", "fr"], ["en", "es", "fr"], ["en", "en", "es", "fr"]]  # a file each
    for found in loaded.values():
        assert [note.language for note in found] == [language for file in languages for language in file]
        assert [note.embedded for note in found if note.language == "en"] == [True, True, True, False]
        assert not any(note.embedded for note in found if note.language != "en")


def test_of_the_requests_the_question_and_the_broader_matter_are_embedded(corpus: Corpus) -> None:
    found = load_notes(corpus)["gfmd-thematic-recollection-2017/c1.1.po.1"]
    lines = tomllib.loads((shipped("corpus") / "search_requests.toml").read_text(encoding="utf-8"))[
        "c1.1.po.1"
    ]["en"]
    assert found[6].text == f"{lines[2]} {lines[6]}"
    assert found[7].text == " ".join(line for n, line in enumerate(lines) if n not in (2, 6))
