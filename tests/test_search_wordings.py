"""Search wordings and requests: for every passage with a note, in three languages, no question of the sets."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assistant.corpus import Corpus, load_shipped
from assistant.evaluation.questions import SETS
from assistant.resources import shipped
from tests.question_sets import asked, repeats

RECOLLECTION = "gfmd-thematic-recollection-2017"
LINES = {
    "search_wordings.toml": {"en": 5, "fr": 3, "es": 3},
    "search_requests.toml": {"en": 8, "fr": 4, "es": 4},
}
LONGEST = {"search_wordings.toml": 16, "search_requests.toml": 20}  # words
LONGEST_COPY = 7  # words
Wordings = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_shipped()


def written(name: str) -> str:
    return Path(str(shipped("corpus") / name)).read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=LINES)
def file(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def wordings(file: str) -> Wordings:
    record: Wordings = tomllib.loads(written(file))
    return record


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}


def test_the_header_says_what_the_wordings_are(file: str) -> None:
    header = " ".join(line.lstrip("# ") for line in written(file).split("\n[", 1)[0].splitlines())
    said = (
        "project's own words",
        "from each passage alone",
        "without sight of any question set",
        "never shown or cited",
    )
    assert [phrase for phrase in said if phrase not in header] == []


def test_every_passage_with_a_note_has_its_wordings_and_no_other(wordings: Wordings) -> None:
    assert set(wordings) == set(tomllib.loads(written("search_notes.toml")))


def test_every_passage_has_as_many_lines_in_each_language(file: str, wordings: Wordings) -> None:
    wrong = [key for key, entry in wordings.items() if {k: len(v) for k, v in entry.items()} != LINES[file]]
    assert not wrong


def test_every_line_is_short_and_no_two_of_a_passage_are_the_same(file: str, wordings: Wordings) -> None:
    wrong = [
        (key, line)
        for key, entry in wordings.items()
        for lines in entry.values()
        for line in lines
        if not 4 <= len(line.split()) <= LONGEST[file] or lines.count(line) > 1
    ]
    assert not wrong


def test_no_line_copies_its_passage(corpus: Corpus, wordings: Wordings) -> None:
    copied = []
    for key, entry in wordings.items():
        passage = corpus.passages[key if "/" in key else f"{RECOLLECTION}/{key}"]
        copied += [
            (key, line) for line in entry["en"] if runs(line, LONGEST_COPY) & runs(passage.text, LONGEST_COPY)
        ]
    assert not copied


@pytest.mark.parametrize("name", SETS)
def test_no_line_is_a_question_of_the_sets(wordings: Wordings, name: str) -> None:
    """The wordings must not know what is asked. Only keys are told, as the test set is not to be read."""
    questions = asked(name)
    told = [
        key
        for key, entry in wordings.items()
        for language, lines in entry.items()
        for line in lines
        if repeats(line, language, questions)
    ]
    assert not told
