"""The summary report: 22 paragraphs and 32 recommendations on six pages."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from assistant.errors import SourceError
from assistant.sources import summary_report
from tests.reading import REPORT, local, passage, source, unread


def test_counts():
    read = source(REPORT)
    assert len(read.pages) == 6
    assert Counter(p.kind for p in read.passages) == {"paragraph": 22, "recommendation": 32, "section": 4}
    lists = Counter(local(p).rpartition(".")[0] for p in read.passages if p.kind == "recommendation")
    assert lists == {
        "rec.policy.governance": 5, "rec.policy.recruitment": 7, "rec.policy.skills": 5,
        "rec.practical.governance": 6, "rec.practical.recruitment": 3, "rec.practical.skills": 6,
    }  # fmt: skip
    assert {p.cluster for p in read.passages} == {None}  # its Cluster 6 is not the Recollection's


ON_PAGES = {1: (1, 1), 2: (1, 1), 3: (1, 1), 4: (2, 2), 7: (2, 2), 8: (2, 3), 9: (3, 3), 15: (3, 3),
            16: (4, 4), 18: (4, 4), 21: (4, 4), 22: (6, 6)}  # fmt: skip


@pytest.mark.parametrize(("n", "pages"), ON_PAGES.items(), ids=[f"para{n}" for n in ON_PAGES])
def test_pages_of_paragraphs(n: int, pages: tuple[int, int]):
    found = passage(REPORT, f"para.{n}")
    assert (found.page_start, found.page_end) == pages
    page = f"p. {pages[0]}" if pages[0] == pages[1] else f"pp. {pages[0]}-{pages[1]}"
    assert found.locator == f"para. {n}, {page}"


EXAMPLES = [
    ("para.3", "Ms. White premised", "recruitment agencies, etc.?", ()),
    ("para.5", "Mr. Jaap Buis", "(IRIS) led by the IOM and ILO", ()),
    ("para.8", "In this regard", "for regional development.",
     ("Labour migration governance: an overarching theme",)),
    ("para.15", "Under the rubric", "recruitment and skills.",
     ("Two key elements for effective governance of labour migration:",)),
    ("para.16", "The discussion urged", "abuse of migrant workers.",
     ("Two key elements for effective governance of labour migration:", "A. Recruitment")),
    ("para.18", "There was a wide agreement", "reduce brain drain.",
     ("Two key elements for effective governance of labour migration:", "B. Skills Mobility")),
    ("para.21", "Below is a list", "during the session:", ("Irregular migration and drivers of migration",)),
    ("para.22", "Amb. Aryasinha", "and experiences.", ("Irregular migration and drivers of migration",)),
    ("rec.policy.recruitment.1", "Create well managed", "and decent work.",
     ("Policy Recommendations", "On recruitment")),
    ("rec.policy.recruitment.3", "Adopt codes of conduct", "government oversight.",
     ("Policy Recommendations", "On recruitment")),
    ("rec.practical.governance.1", "Ensure seamless", "needed skills",
     ("Practical Recommendations", "On labour migration governance:")),
    ("rec.practical.skills.6", "Mutual recognition", "such as in ASEAN",
     ("Practical Recommendations", "On skills mobility")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "start", "end", "path"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_printed(name: str, start: str, end: str, path: tuple[str, ...]):
    found = passage(REPORT, name)
    assert found.text.startswith(start)
    assert found.text.endswith(end)
    assert found.heading_path == path


LOCATORS = [
    ("rec.policy.governance.5", "para. 21, policy recommendations, governance, p. 4", "governance"),
    ("rec.policy.recruitment.2", "para. 21, policy recommendations, recruitment, p. 4", "recruitment"),
    ("rec.policy.recruitment.3", "para. 21, policy recommendations, recruitment, p. 5", "recruitment"),
    ("rec.practical.skills.3", "para. 21, practical recommendations, skills, p. 5", "skills"),
    ("rec.practical.skills.4", "para. 21, practical recommendations, skills, p. 6", "skills"),
]


@pytest.mark.parametrize(("name", "locator", "topic"), LOCATORS, ids=[row[0] for row in LOCATORS])
def test_recommendations_by_topic_over_the_page_breaks(name: str, locator: str, topic: str):
    found = passage(REPORT, name)
    assert (found.locator, found.topic) == (locator, topic)


def test_lettered_items_stand_in_their_paragraph():
    assert re.findall(r"(?<= )([a-e])\) [A-Z]", passage(REPORT, "para.3").text) == list("abcd")
    assert re.findall(r"(?<= )([a-e])\) [A-Z]", passage(REPORT, "para.5").text) == list("abcde")


def test_nothing_is_lost_but_headings_numbers_and_bullets():
    left = unread(source(REPORT))
    assert left.count("o") == 32
    assert [line for line in left if re.fullmatch(r"\d+\.", line)] == [f"{n}." for n in range(1, 23)]
    assert [line for line in left if not re.fullmatch(r"o|\d+\.", line)] == [
        "Labour migration governance: an overarching theme",
        "Two key elements for effective governance of labour migration:",
        "A. Recruitment",
        "B. Skills Mobility",
        "Irregular migration and drivers of migration",
        "Policy Recommendations",
        "On labour migration governance:",
        "On recruitment",
        "On skills mobility",
        "Practical Recommendations",
        "On labour migration governance:",
        "On recruitment",
        "On skills mobility",
    ]


def test_recommendations_that_repeat_a_paragraph_say_so():
    repeats = [p for p in source(REPORT).passages if p.remarks]
    assert [local(p) for p in repeats] == [f"rec.policy.skills.{n}" for n in range(1, 6)]
    assert {p.remarks for p in repeats} == {("Stands word for word in para. 5, p. 2 as well.",)}


PLANTED = [
    ("a number twice", "\n9. The idea", "\n8. The idea", "paragraphs numbered from 1 without a gap"),
    ("no topic", "On skills mobility", "On talent", "recommendations on governance, recruitment, skills"),
]


@pytest.mark.parametrize(
    ("old", "new", "message"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED]
)
def test_another_structure_is_an_error(old: str, new: str, message: str):
    read = source(REPORT)
    assert old in read.text
    with pytest.raises(SourceError, match="expected") as caught:
        summary_report.read(read.document, read.text.replace(old, new))
    assert message in str(caught.value)
