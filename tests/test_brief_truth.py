"""Every line of every brief of a fixed list is proved from the source files; planted errors are caught.

The prover below shares nothing with the brief's writer: it is given the brief's JSON and the files.
"""

from __future__ import annotations

import copy
import json

import pytest

from assistant.corpus import Corpus, folded
from assistant.text import cut

QUESTIONS = [
    "ethical recruitment",
    "portability of pensions and social security",
    "How can remittance costs be lowered?",
    "alternatives to immigration detention for children",
    "diaspora bonds and investment",
    "recognition of qualifications of returning workers",
    "climate change and displacement",
    "victims of trafficking: protection and services",
    "whole-of-government approach and local authorities",
    "migration data disaggregated by sex and age",
    "Comment réduire le coût des envois de fonds ?",
    "reconocimiento de competencias y títulos",
    "one-stop shops for information",
    "labour mobility in Africa",
]
CASES = [*(f"Objective {n}" for n in range(1, 24)), *QUESTIONS]


def problems_of(brief: dict, corpus: Corpus) -> list[str]:
    """What of a brief's JSON cannot be proved from the source files, one sentence each."""
    found = []
    for section in brief["sections"]:
        for item in section["items"]:
            found += [f"{section['title']}: {p}" for p in _item_problems(item, corpus)]
    return found


def _item_problems(item: dict, corpus: Corpus) -> list[str]:
    cited = item["citation"]
    fitting = [
        p
        for p in corpus.passages.values()
        if p.document == cited["document"] and p.locator == cited["locator"] and item["text"] in p.text
    ]
    if len(fitting) != 1:
        return [f"{len(fitting)} passages fit {cited['label']}"]
    passage = fitting[0]
    source = corpus.source(passage.document)
    problems = []
    if not cited["label"].startswith(source.document.short_title):
        problems.append(f"another document's name: {cited['label']}")
    if passage.id != cited["passage_id"]:
        problems.append(f"{cited['passage_id']} is not {passage.id}")
    printed = folded(cut(source.text, passage.spans), source.document.family)
    if item["text"] not in printed:
        problems.append("not verbatim in the source")
    pages = [p.number for p in source.pages for a, b in passage.spans if p.start < b and a < p.end]
    if pages and (min(pages), max(pages)) != (cited["page_start"], cited["page_end"]):
        problems.append(f"stands on {pages}, cited {cited['page_start']}-{cited['page_end']}")
    if not pages and cited["page_start"] is not None:
        problems.append("a page is claimed where the document has none")
    return problems


@pytest.fixture(scope="session")
def briefs(built_store) -> dict[str, dict]:
    made = {}
    for question in CASES:
        template = "objective-summary" if question.startswith("Objective") else "briefing-note"
        brief = built_store.draft(question, template=template)
        made[question] = json.loads(built_store.render(brief, "json"))
    return made


@pytest.mark.parametrize("question", CASES)
def test_every_line_is_proved_from_the_sources(question, briefs, corpus):
    brief = briefs[question]
    assert not brief["abstained"]
    assert sum(len(s["items"]) for s in brief["sections"]) > 0
    assert problems_of(brief, corpus) == []


@pytest.mark.parametrize("question", CASES)
def test_numbers_run_in_reading_order(question, briefs):
    seen: dict[int, str] = {}
    for section in briefs[question]["sections"]:
        for item in section["items"]:
            number, passage = item["citation"]["number"], item["citation"]["passage_id"]
            assert seen.setdefault(number, passage) == passage
    assert list(seen) == sorted(seen)


PLANTED = {
    "page +1": lambda i: i["citation"].update(
        locator=i["citation"]["locator"].replace("p. 17", "p. 18"), page_start=18, page_end=18
    ),
    "page only in the number": lambda i: i["citation"].update(page_start=18, page_end=18),
    "word dropped": lambda i: i.update(text=i["text"].replace(" and ", " ", 1)),
    "word changed": lambda i: i.update(text=i["text"].replace("recruitment", "employment", 1)),
    "not inserted": lambda i: i.update(text=i["text"].replace(" ", " not ", 1)),
    "another document's label": lambda i: i["citation"].update(
        label="GFMD Dialogue Summary Report 2017, p. 17"
    ),
    "another document": lambda i: i["citation"].update(document="gfmd-dialogue-cluster6-summary-report-2017"),
    "another passage": lambda i: i["citation"].update(
        passage_id="gfmd-thematic-recollection-2017/c2.2.opa.2"
    ),
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_a_planted_error_is_caught(plant, briefs, corpus):
    brief = copy.deepcopy(briefs["ethical recruitment"])
    items = [i for s in brief["sections"] for i in s["items"]]
    item = next(i for i in items if i["citation"]["passage_id"].endswith("c2.2.opa.1"))
    assert problems_of(brief, corpus) == []
    plant(item)
    assert len(problems_of(brief, corpus)) == 1


def test_ethical_recruitment_shows_what_a_negotiator_looks_for(briefs):
    sections = {s["key"]: list(s["items"]) for s in briefs["ethical recruitment"]["sections"]}
    options = [i["citation"]["passage_id"].split("/")[1] for k in ("mapped", "policy_options", "practical_actions")
               for i in sections.get(k, [])]  # fmt: skip
    assert "c2.2.opa.1" in options[:4]
    assert "c2.2.opa.3" in options
    examples = sections["practice_examples"]
    for name, link in [("UK Code of Practice", "470"), ("ILO", "5424"), ("IRIS", "2347")]:
        item = next(i for i in examples if name in i["text"])
        assert item["citation"]["links"] == [f"http://gfmd.org/pfp/ppd/{link}"]
        assert item["citation"]["page_start"] == 17


@pytest.mark.parametrize("number", [8, 23])
def test_an_objective_without_mapping_says_so(number, briefs):
    brief = briefs[f"Objective {number}"]
    assert not any(s["key"] == "mapped" for s in brief["sections"])
    assert any(f"no entry for objective {number}" in gap for gap in brief["gaps"])
