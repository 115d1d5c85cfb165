"""The session brief: 10 recommendations with their years, 4 guiding questions, prose; no pages at all."""

from __future__ import annotations

from collections import Counter

import pytest

from assistant.errors import SourceError
from assistant.sources import session_brief
from tests.reading import BRIEF, passage, source, unread


def test_counts():
    read = source(BRIEF)
    assert Counter(p.kind for p in read.passages) == {
        "recommendation": 10,
        "guiding_question": 4,
        "section": 2,
    }
    assert read.pages == ()
    assert {(p.page_start, p.page_end, p.page_certain) for p in read.passages} == {(None, None, None)}
    assert {p.cluster for p in read.passages} == {None}  # its Cluster 6 is not the Recollection's


RECOMMENDATIONS = [
    (1, "2007; 2014-2015", "Explore policy options", "investor schemes. (2007; 2014-2015)"),
    (2, "2012", "Develop global, regional and bilateral", "circular migration. (2012)"),
    (3, "2013-2014", "Promoting the assessment", "development planning. (2013-2014)"),
    (4, "2009; 2014-15", "Protection of migrant workers", "private enterprises. (2009; 2014-15)"),
    (5, "2007; 2009; 2012", "Promoting government-to-government", "labour mobility. (2007; 2009; 2012)"),
    (6, "2010; 2012", "Address ways to enhance portability", "for migrants. (2010; 2012)"),
    (7, "2007; 2009", "Whole-of-government approach", "orientation. (2007; 2009)"),
    (8, "2007", "Gender mainstreaming", "on families. (2007)"),
    (9, "2009", "Information to be provided", "their development. (2009)"),
    (10, "2007; 2008; 2009", "Promote adherence", "vulnerable persons. (2007; 2008; 2009)"),
]


@pytest.mark.parametrize(
    ("n", "years", "start", "end"), RECOMMENDATIONS, ids=[f"rec{r[0]}" for r in RECOMMENDATIONS]
)
def test_recommendations(n: int, years: str, start: str, end: str):
    found = passage(BRIEF, f"rec.{n}")
    assert found.years == years
    assert found.locator == f"Rec. {n} ({years})"
    assert found.text.startswith(start)
    assert found.text.endswith(end)
    assert found.heading_path == ("Key recommendations from GFMD Discussions",)


QUESTIONS = [
    "What best practices",
    "What approaches have proven",
    "In what ways can States",
    "How to promote ethical",
]


@pytest.mark.parametrize(("n", "start"), list(enumerate(QUESTIONS, start=1)), ids=["q1", "q2", "q3", "q4"])
def test_guiding_questions(n: int, start: str):
    found = passage(BRIEF, f"q.{n}")
    assert found.text.startswith(start)
    assert found.text.endswith("?")
    assert found.locator == f"Guiding question {n}"


def test_prose_in_its_two_paragraphs():
    assert passage(BRIEF, "intro.1").text.endswith("in promoting trade and investments.")
    assert passage(BRIEF, "intro.2").text.startswith("The objective of this session")
    assert passage(BRIEF, "intro.2").locator == "Introduction"


def test_nothing_is_lost_but_headings_and_numbers():
    headings = ["Key recommendations from GFMD Discussions", "Guiding Questions:"]
    numbers = [f"{n}." for n in range(1, 11)] + [f"{n}." for n in range(1, 5)]
    assert sorted(unread(source(BRIEF))) == sorted(headings + numbers)


PLANTED = [
    (
        "a number skipped",
        "3. Promoting the",
        "4. Promoting the",
        "recommendations numbered from 1 without a gap",
    ),
    ("years lost", " (2013-2014)", "", "the years in parentheses at the end of recommendation 3"),
    ("a heading lost", "Guiding Questions:", "Questions", "the headings “Key recommendations"),
]


@pytest.mark.parametrize(
    ("old", "new", "message"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED]
)
def test_another_structure_is_an_error(old: str, new: str, message: str):
    read = source(BRIEF)
    assert old in read.text
    with pytest.raises(SourceError, match="expected") as caught:
        session_brief.read(read.document, read.text.replace(old, new, 1))
    assert message in str(caught.value)
