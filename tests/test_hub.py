"""The Hub page: 53 posts, each with the reply line and the date that close it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from assistant.errors import SourceError
from assistant.sources import hub
from tests.reading import HUB, local, passage, source, unread

POSTS = [p for p in source(HUB).passages if p.kind == "comment"]
QUESTIONS = [p for p in POSTS if re.fullmatch(r"q\d", local(p))]


def test_counts():
    assert len(POSTS) == 53
    assert [local(p) for p in QUESTIONS] == ["q4", "q3", "q2", "q1"]
    assert {p.date for p in QUESTIONS} == {"2021-11-25"}
    to_questions = [p for p in POSTS if p.in_reply_to == "Migration Netw…"]
    nested = [p for p in POSTS if p.in_reply_to not in (None, "Migration Netw…")]
    alone = [p for p in POSTS if p.in_reply_to is None and p not in QUESTIONS]
    assert (len(to_questions), len(nested), len(alone)) == (34, 4, 11)
    assert [local(p) for p in nested] == ["q3.a3", "q1.a2", "s3.a1", "s3.a2"]
    assert Counter(p.thread for p in POSTS) == {
        "Question 1": 12, "Question 2": 8, "Question 3": 10, "Question 4": 10, "standalone": 13,
    }  # fmt: skip
    assert min(p.date or "" for p in POSTS) == "2021-11-25"
    assert max(p.date or "" for p in POSTS) == "2022-05-31"


def test_languages():
    assert Counter(p.language for p in POSTS if p not in QUESTIONS) == {"en": 39, "fr": 6, "es": 4}
    assert {p.language for p in QUESTIONS} == {"en"}


EXAMPLES = [
    (
        "q4.a1",
        "Spanish Commis…, 3 Dec 2021",
        False,
        "es",
        "Ensanchamiento de las vías",
        "y necesidades proyectadas.",
    ),
    (
        "q4.a2",
        "Kate Barth, 4 Dec 2021",
        True,
        "en",
        "Governments should implement",
        "to form and join trade unions.",
    ),
    (
        "q4.a7",
        "Cristina Rapone, 30 Dec 2021",
        False,
        "en",
        "• FAO developed",
        "https://www.fao.org/migration/en/",
    ),
    (
        "q3.a3",
        "Paul Tacon, 6 Dec 2021",
        False,
        "en",
        "Kate Barth Thanks",
        "for migrants can be strengthened?",
    ),
    ("q3.a5", "Lidia Kuzemska, 8 Dec 2021", True, "en", "Development and protection", "migration cycle)."),
    (
        "q1.a2",
        "Monika Peruffo UNDP, 8 Dec 2021",
        False,
        "es",
        "Muchas gracias",
        "derechos humanos de los migrantes?",
    ),
    (
        "q1.a3",
        "Kate Barth, 4 Dec 2021",
        True,
        "en",
        "This roundtable should",
        "speaking in their own interests.",
    ),
    ("q1.a6", "Josephine Schmiereck, 23 Dec 2021", False, "en", "• With the guiding", "regional agreements."),
    (
        "q1.a11",
        "Kristin Eitel, IOM, 12 Feb 2022",
        True,
        "en",
        "It is well documented",
        "and the 2030 Agenda.",
    ),
    ("s1", "Nkiru Perpetua Duru, 29 Nov 2021", False, "en", "To enhance voluntary", "a hectic task."),
    ("s3.a2", "Paul Tacon, 8 Dec 2021", False, "fr", "Fambaye Ndoye Merci", "autour de cette table ronde."),
    (
        "s8",
        "Bruno Antunes, 1 Feb 2022",
        False,
        "en",
        "Objective 18: Invest",
        "recognition-qualifications-facilita…",
    ),
    (
        "s11",
        "Pablo Sebastia…, 31 May 2022",
        False,
        "en",
        "The GFMD Mayors Mechanism",
        "advance future progress.",
    ),
]


@pytest.mark.parametrize(
    ("name", "locator", "moderator", "language", "start", "end"), EXAMPLES, ids=[row[0] for row in EXAMPLES]
)
def test_posts(name: str, locator: str, moderator: bool, language: str, start: str, end: str):
    found = passage(HUB, name)
    assert (found.locator, found.moderator, found.language) == (locator, moderator, language)
    assert found.text.startswith(start)
    assert found.text.endswith(end)
    assert found.page_start is found.page_certain is None


@pytest.mark.parametrize("post", POSTS, ids=local)
def test_spans_hold_the_text_alone(post):
    assert not re.search(r"^(Moderator|In reply to by .*|Members|Comments)\s*$", post.text, re.MULTILINE)
    assert "In reply to by" not in post.text
    assert not re.search(r"\d+ Members \d+ Comments", post.text)
    assert post.author
    assert post.locator.startswith(post.author)


PARENTS = [
    ("q4.a2", "q4"),
    ("q3.a3", "q3.a2"),
    ("q1.a2", "q1.a1"),
    ("q1.a3", "q1"),
    ("s3.a2", "s3.a1"),
    ("s3.a1", None),
    ("q2", None),
    ("s5", None),
]


@pytest.mark.parametrize(("name", "parent"), PARENTS, ids=[row[0] for row in PARENTS])
def test_parents(name: str, parent: str | None):
    found = hub.parent(passage(HUB, name), source(HUB).passages)
    assert (local(found) if found else None) == parent


def test_a_reply_to_a_post_not_shown_says_so():
    assert [local(p) for p in POSTS if p.remarks] == ["s3.a1"]
    assert "Paul Tacon" in passage(HUB, "s3.a1").remarks[0]


OBJECTIVES = {
    "q4.a8": (2, 5), "q2.a4": (2, 5, 6, 18), "q1.a3": (6,), "q1.a8": (2, 5), "q1.a9": (5, 20),
    "s6": (2,), "s7": (2, 5), "s8": (18,), "s9": (5,), "s10": (5,),
}  # fmt: skip


def test_objectives_named():
    assert {local(p): p.objectives for p in POSTS if p.objectives} == OBJECTIVES


def test_truncated_links_are_kept_as_printed():
    links = passage(HUB, "q2.a7").links
    assert links == (
        "https://migrationnetwork.un.org/core-working-group-22-gcm-national-impl…",
        "https://quno.org/resource/2021/12/delivering-promise-gcm-migration-just…",
    )
    assert all(link in p.text for p in POSTS for link in p.links)


def test_the_disclaimer_is_a_passage_and_the_menu_is_none():
    found = passage(HUB, "disclaimer")
    assert found.kind == "section"
    assert found.text.startswith("Disclaimer: The opinions expressed")
    assert found.text.endswith("resolution 1244 (1999).")
    assert not any("About the Migration Network Hub" in p.text for p in source(HUB).passages)


def test_nothing_is_lost_but_what_frames_the_posts():
    left = unread(source(HUB))
    about = left.index("About the Migration Network Hub")
    assert left[:3] == ["Skip to main content", "Discussion Spaces", "Discussion Questions & Comments"]
    frame = r"Moderator|In reply to by .+|\d+|Members|Comments|[A-Z][a-z]{2} \d\d, \d{4}"
    authors = [line for line in left[3:about] if not re.fullmatch(frame, line)]
    assert authors == [p.author for p in POSTS]
    assert len(left[about:]) == 11
    assert left[-1] == "We welcome your feedback and suggestions, please contact us"


def test_the_page_counts_comments_it_does_not_show():
    remarks = " ".join(source(HUB).remarks)
    assert "counts 9 comments below it and shows 7" in remarks


def test_another_page_is_an_error():
    read = source(HUB)
    with pytest.raises(SourceError, match="expected the menu, then posts"):
        hub.read(read.document, "Nothing of the kind.\n")
    with pytest.raises(SourceError, match="Disclaimer"):
        hub.read(read.document, read.text.replace("Disclaimer:", "Note:"))
    with pytest.raises(SourceError, match="a question before the first reply"):
        hub.read(
            read.document, "Discussion Questions & Comments\n\nA\n\nyes\n\nIn reply to by B\n\nNov 25, 2021\n"
        )
