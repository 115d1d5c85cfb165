"""A brief draws on what a user's documents say, not on their headings, titles and bare table cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from make_word import document

from assistant.analysis import terms
from assistant.model import Passage
from assistant.statements import drawn_on, is_statement
from tests.store_kit import built_home, home, library


def made(text: str, kind: str = "paragraph", document: str = "mine") -> Passage:
    return Passage(f"{document}/{text[:9]}", document, kind, text, ((0, len(text)),))


TEXTS = {
    # text, kind -> whether it says something by itself
    "sentence": ("Agencies charged fishers three months' wages.", "paragraph", True),
    "sentence in quotation marks": ("“Agencies charged fishers too much.”", "paragraph", True),
    "item of a list": ("the fees that agencies charge;", "paragraph", True),
    "long without a point": ("Agencies charged all fishers fees of three months or more in ports", "paragraph", True),
    "title": ("The ILO Operational Guidelines and Principles on Fair Recruitment", "paragraph", False),
    "heading that is a sentence": ("Fishers must be paid.", "section", False),
    "cell": ("Blue Sea", "paragraph", False),
    "cell with a point": ("None.", "paragraph", False),
    "recommendation": ("Ban recruitment fees", "recommendation", True),
    "row of a table of options": ("Licensing of agencies", "policy_option", True),
    "Arabic": ("ينبغي حظر رسوم التوظيف؟", "paragraph", True),
    "Chinese": ("应禁止向渔民收取招聘费。", "paragraph", True),
    "Chinese title": ("招聘费", "paragraph", False),
}  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "wanted"), TEXTS.values(), ids=TEXTS)
def test_what_says_something(text, kind, wanted):
    assert is_statement(made(text, kind)) is wanted


SENTENCE, HEADING, CELL = "Fees must be banned at once.", "Recruitment fees", "Blue Sea"
CHOICES = {
    # texts with their documents, the question -> what is drawn on
    "statements alone": ([(HEADING, "mine"), (SENTENCE, "mine"), (CELL, "mine")], "fees", [SENTENCE]),
    "of all own documents": ([(HEADING, "mine"), (SENTENCE, "other")], "fees", [SENTENCE]),
    "no statement": ([(CELL, "mine"), (HEADING, "mine")], "recruitment fees", [HEADING]),
    "nor a term asked for": ([(CELL, "mine"), (HEADING, "mine")], "vessels", [CELL]),
    "shipped documents stay": ([(HEADING, "shipped"), (CELL, "mine"), (SENTENCE, "mine")], "x", [HEADING, SENTENCE]),
    "nothing": ([], "fees", []),
}  # fmt: skip


@pytest.mark.parametrize(("texts", "question", "wanted"), CHOICES.values(), ids=CHOICES)
def test_what_a_brief_draws_on(texts, question, wanted):
    passages = [made(text, document=document) for text, document in texts]
    found = drawn_on(passages, {"mine", "other"}, frozenset(terms(question)))
    assert [passage.text for passage in found] == wanted


def test_shipped_passages_are_never_left_out(corpus):
    passages = list(corpus.passages.values())
    assert list(drawn_on(passages, set(), frozenset())) == passages


def report(made) -> None:
    """A title, headings, a sentence and a table, all on the same subject."""
    made.add_paragraph("Report on recruitment fees of fishers", style="Title")
    made.add_heading("Recruitment fees of fishers", 1)
    made.add_paragraph("Agencies charged fishers recruitment fees of three months.")
    cells = made.add_table(rows=1, cols=2).rows[0].cells
    cells[0].text, cells[1].text = "Recruitment fee of fishers", "three months"


def test_a_brief_has_no_heading_for_evidence_and_search_has_all(tmp_path: Path):
    path = document(tmp_path / "fish.docx", report)
    folder = built_home(tmp_path / "home")
    with home(folder):
        found = library(folder)
        found.add([path])
        brief = found.draft("recruitment fees of fishers")
        texts = [item.text for section in brief.sections if section.key == "own" for item in section.items]
        assert texts == ["Agencies charged fishers recruitment fees of three months."]
        hits = {hit.passage.text for hit in found.search("recruitment fees of fishers", k=200).hits}
    assert hits > {
        "Report on recruitment fees of fishers", "Recruitment fees of fishers", "Recruitment fee of fishers"
    }  # fmt: skip
