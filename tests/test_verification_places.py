"""Verification: words that stand elsewhere than cited, on another page, or in several places at once."""

from __future__ import annotations

import pytest

from tests.verifying import CITED, CODES, NOT_A_NECESSITY, REC, TALENT, only, shipped, verdict

# --- where it stands -------------------------------------------------------------------------------------


def test_a_wrong_page_names_the_right_one():
    finding = only(f"“{TALENT}” ({REC}, Cluster 2, PO, p. 18)")
    assert finding.verdict == "wrong_page"
    assert finding.expected == f"{REC}, Cluster 2, PO, p. 15"


def test_the_other_editions_page_is_recognised():
    passage = next(
        p
        for p in shipped().sources["gfmd-thematic-recollection-2017"].passages
        if p.other_edition_pages and p.page_start not in p.other_edition_pages and p.page_start == p.page_end
    )
    other = passage.other_edition_pages[0]
    wrong = passage.locator.replace(f"p. {passage.page_start}", f"p. {other}")
    finding = only(f"“{passage.text}” ({REC}, {wrong})")
    assert finding.verdict == "wrong_page"
    assert f"p. {other} is the page in the edition cited by the GFMD overview" in finding.advice
    both = f"{passage.locator}; p. {other} in the edition cited by the GFMD overview"
    assert verdict(f"“{passage.text}” ({REC}, {both})") == "ok"
    claimed = both.replace(f"p. {other} in", "p. 99 in")
    assert verdict(f"“{passage.text}” ({REC}, {claimed})") == "wrong_page"


def test_an_option_over_two_pages_is_cited_by_both_or_by_the_quotations_own():
    passage = next(
        p for p in shipped().passages.values() if p.kind == "practical_action" and p.page_start != p.page_end
    )
    first, last = passage.page_start, passage.page_end
    head, tail = " ".join(passage.text.split()[:6]), " ".join(passage.text.split()[-6:])
    where = f"{REC}, Cluster {passage.cluster}, OPA"
    assert verdict(f"“{passage.text}” ({where}, pp. {first}–{last})") == "ok"
    assert verdict(f"“{passage.text}” ({where}, p. {first})") == "wrong_page"
    assert verdict(f"“{head}” ({where}, p. {first})") == "ok"
    assert verdict(f"“{head}” ({where}, pp. {first}-{last})") == "ok"
    assert verdict(f"“{head}” ({where}, p. {last})") == "wrong_page"
    assert verdict(f"“{tail}” ({where}, p. {last})") == "ok"
    assert verdict(f"“{tail}” ({where}, p. {first})") == "wrong_page"
    assert verdict(f"“{head}” ({where}, pp. {first}-{last + 9})") == "wrong_page"


ELSEWHERE = {
    "kind": f"“{TALENT}” ({REC}, Cluster 2, OPA, p. 15)",
    "cluster": f"“{TALENT}” ({REC}, Cluster 3, PO, p. 22)",
    "document": f"“{TALENT}” (GFMD Dialogue Summary Report 2017, para. 16, p. 4)",
    "recommendation": "“ensure that migration becomes a choice and not a necessity” (Session Brief, Rec. 4)",
    "author": "“Ensanchamiento de las vías legales de acceso” (Hub, Kate Barth, 4 Dec 2021)",
    "cluster 6 of the other papers": f"“{NOT_A_NECESSITY}” ({REC}, Cluster 6, PO, p. 43)",
}


@pytest.mark.parametrize("note", ELSEWHERE.values(), ids=ELSEWHERE)
def test_words_that_stand_elsewhere_are_misattributed(note):
    finding = only(note)
    assert finding.verdict == "misattributed"
    assert finding.expected
    assert finding.passage_id


def test_cluster_6_of_the_dialogue_papers_is_accepted_as_part_of_their_name():
    assert verdict(f"“{NOT_A_NECESSITY}” (Summary report, Cluster 6, para. 19)") == "ok"


STITCHED = {
    "two options": f"{CODES[:60].rsplit(' ', 1)[0]} link migrant talent to work opportunities.",
    "two whole options": f"{TALENT} Promote regular immigration as a part of a broader solution",
    "with a joining word": f"{CODES} And {TALENT}",
}


@pytest.mark.parametrize("quote", STITCHED.values(), ids=STITCHED)
def test_parts_of_several_passages_run_together(quote):
    finding = only(f"“{quote}” {CITED}")
    assert finding.verdict == "stitched"
    assert len(finding.advice.split("(GFMD Thematic Recollection 2017")) == 3


def test_a_quotation_over_several_paragraphs():
    source = shipped().sources["gfmd-thematic-recollection-2017"]
    first, second = (p for p in source.passages if p.id.endswith(("/c2.1.po.5", "/c2.1.po.6")))
    note = f"“{first.text}\n\n“{second.text}” ({REC}, Cluster 2, PO, p. 15)"
    assert verdict(note) == "ok"
    assert verdict(f"> {first.text}\n>\n> {second.text}\n>\n> ({REC}, Cluster 2, PO, p. 15)") == "ok"
    assert verdict(f"> - {first.text}\n> - {second.text}\n>\n> ({REC}, Cluster 2, PO, p. 15)") == "ok"


def test_quotations_within_a_quotation():
    passage = next(
        p
        for p in shipped().passages.values()
        if "“leave no one behind”" in p.text and p.kind == "policy_option"
    )
    for opening, closing in ("“”", '""', "«»", "„“"):
        assert verdict(f"{opening}{passage.text}{closing} (Cluster 1, PO, p. {passage.page_start})") == "ok"


def test_a_citation_printed_in_the_source_is_quotation_text_inside_the_marks():
    passage = shipped().passages["gfmd-zero-draft-overview-2018/o6.m1"]
    assert "(GCM Cluster" in passage.text
    assert verdict(f"“{passage.text}” (GFMD Zero Draft Overview 2018, {passage.locator})") == "ok"


def test_a_sentence_that_stands_twice_may_be_cited_by_either_place():
    twice = "The ILO Operational Guidelines and Principles on Fair Recruitment"
    assert verdict(f"“{twice}” (Summary report, para. 5)") == "ok"
    assert verdict(f"“{twice}” (Summary report, para. 21, policy recommendations, skills)") == "ok"
    finding = only(f"“{twice}” (Summary report)")
    assert finding.verdict == "unresolvable"
    assert len(finding.candidates) == 2
