"""Verification: each verdict, each way people quote and cite, and what is never counted as a change."""

from __future__ import annotations

import json

import pytest

from assistant.verification import check, read_text
from assistant.verification.report import VERDICTS, report_dict, report_text
from tests.verifying import CITED, CODES, NOT_A_NECESSITY, REC, TALENT, findings, only, shipped, verdict

# --- marks, citations, pairing ---------------------------------------------------------------------------

OK_NOTES = {
    "curly": f"“{CODES}” {CITED}.",
    "straight": f'"{CODES}" {CITED}.',
    "French": f"« {CODES} » {CITED}.",
    "French with narrow spaces": f"«\u202f{CODES}\u202f» {CITED}.",
    "Spanish": f"«{CODES}» {CITED}.",
    "German": f"„{CODES}“ {CITED}.",
    "single guillemets": f"‹{CODES}› {CITED}.",
    "single curly": f"They asked to ‘{CODES}’ {CITED}.",
    "single straight": f"They asked to '{CODES}' {CITED}.",
    "block quote": f"> {CODES}\n> {CITED}",
    "block quote, dash": f"> {CODES}\n>\n> — {REC}, Cluster 2, OPA, p. 17",
    "block quote, citation below": f"> {CODES}\n\n{CITED}",
    "block quote, introduced": f"As {REC}, Cluster 2, OPA, p. 17 has it:\n\n> {CODES}",
    "house form": f"“{CODES}” (GCM Cluster 2, OPA, p.17).",
    "no document": f"“{CODES}” (Cluster 2, OPA, p. 17).",
    "no brackets": f"“{CODES}”, {REC}, Cluster 2, OPA, p. 17.",
    "dash": f"“{CODES}” — {REC}, Cluster 2, OPA, p. 17",
    "square brackets": f"“{CODES}” [{REC}, Cluster 2, OPA, p. 17].",
    "footnote": f"“{CODES}”[^a].\n\n[^a]: See {REC}, Cluster 2, OPA, p. 17.",
    "footnote before the full stop": f"“{CODES[:-1]}[^1].”\n\n[^1]: {REC}, Cluster 2, OPA, p. 17.",
    "numbered note": f"“{CODES}” [1]\n\nMore text.\n\n[1] {REC}, Cluster 2, OPA, p. 17",
    "numbered list of notes": f"“{CODES}” [1]\n\n## Notes\n\n1. {REC}, Cluster 2, OPA, p. 17",
    "superscript": f"“{CODES}”¹\n\n¹ {REC}, Cluster 2, OPA, p. 17",
    "leading in": f"According to the Recollection, Cluster 2, OPA, p. 17, “{CODES}”",
    "word between": f"“{CODES}” is what they asked for {CITED}.",
    "table": f"| Text | Source |\n|---|---|\n| “{CODES}” | {REC}, Cluster 2, OPA, p. 17 |",
    "list item": f"- First, “{CODES}” {CITED}\n- Second.",
    "emphasis": f"**“{CODES}”** *{CITED}*.",
    "with a link": f"“{CODES}” ({REC}, Cluster 2, OPA, p. 17, <https://gfmd.org/docs>).",
    "across lines": "“" + CODES.replace(", ", ",\n") + f"” {CITED}.",
    "both editions": f"“{CODES}” {CITED[:-1]}; p. 17 in the edition cited by the GFMD overview).",
    "full title": f"“{CODES}” (Thematic Recollection 2007–2017, Cluster 2, OPA, p. 17).",
    "document alone": f"“{CODES}” ({REC}).",
    "no citation": f"“{CODES}”",
    "several citations, one right": f"“{CODES}” ({REC}, Cluster 3, PO, p. 22; Cluster 2, OPA, p. 17).",
    "see also": f"“{CODES}” {CITED} (see also Cluster 3, PO, p. 22).",
}


@pytest.mark.parametrize("note", OK_NOTES.values(), ids=OK_NOTES)
def test_however_it_is_quoted_and_cited(note):
    finding = only(note)
    assert (finding.verdict, finding.passage_id) == ("ok", "gfmd-thematic-recollection-2017/c2.2.opa.1")
    assert (finding.citation is None) == (note == OK_NOTES["no citation"])


UNCHANGED = {
    "soft hyphens": CODES.replace("recruitment", "re\u00adcruit\u00adment"),
    "line-break hyphen": CODES.replace("dissemination", "dissem-\nination"),
    "non-breaking spaces": CODES.replace(" ", "\u00a0"),
    "ligature": CODES.replace("further", "further").replace("sector", "se\u200bctor"),
    "spaces": CODES.replace(" ", "  "),
    "footnote call": CODES[:-1] + "²⁹.",
    "footnote call in brackets": CODES[:-1] + "[29].",
    "no final stop": CODES[:-1],
    "other punctuation": CODES.replace(", particularly", " – particularly"),
    "part of the passage": CODES[:60].rsplit(" ", 1)[0],
    "leading and final ellipsis": f"[…] {CODES[8:]} […]",
}


@pytest.mark.parametrize("quote", UNCHANGED.values(), ids=UNCHANGED)
def test_what_never_counts_as_a_change(quote):
    assert verdict(f"“{quote}” {CITED}.") == "ok"


def test_a_ligature_and_a_dash_are_no_change():
    passage = shipped().passages["gfmd-thematic-recollection-2017/c2.1.po.2"]
    text = passage.text.replace("specific", "speci\ufb01c")
    assert verdict(f"“{text}” (Cluster 2, PO, p. {passage.page_start})") == "ok"


def test_a_word_glued_in_extraction_may_be_quoted_with_its_hyphen():
    passage = next(p for p in shipped().passages.values() if "wellinformed" in p.text)
    text = passage.text.replace("wellinformed", "well-informed")
    found = only(f"“{text}” (GFMD Zero Draft Overview 2018, {passage.locator})")
    assert found.verdict == "ok"


def test_a_space_within_a_word_is_a_change():
    text = NOT_A_NECESSITY.replace("becomes", "be comes")
    assert verdict(f"“{text}” (Summary report, para. 19, p. 4)") == "altered"


def test_footnote_calls_pasted_as_digits_are_no_change_but_other_digits_are():
    quote = "International Covenant on Civil and Political Rights46), it provides a key normative framework"
    assert verdict(f"“{quote}” ({REC}, Cluster 2, Introduction, p. 14)") == "ok"
    assert verdict(f"“{quote.replace('46', '47')}” ({REC}, Cluster 2, Introduction, p. 14)") == "altered"


MARKED = {
    "capital": (f"“[d]evelop{CODES[7:]}” {CITED}", "[d]evelop"),
    "tense": (f"“{CODES.replace('Develop', 'Develop[ing]')}” {CITED}", "Develop[ing]"),
    "words put in": (
        f"“{CODES.replace('codes of fair', 'codes [everywhere] of fair')}” {CITED}",
        "[everywhere]",
    ),
    "words exchanged": (f"“{CODES.replace('the health sector', '[that] sector')}” {CITED}", "[that]"),
}


@pytest.mark.parametrize(("note", "shown"), MARKED.values(), ids=MARKED)
def test_a_change_in_square_brackets_is_reported_as_marked(note, shown):
    finding = only(note)
    assert finding.verdict == "ok"
    assert any(shown in remark for remark in finding.remarks)


@pytest.mark.parametrize("new", ["[may]", "[must not]", "must [never]", "[should]"])
def test_brackets_do_not_excuse_a_changed_modal_verb_or_negation(new):
    note = f"“{NOT_A_NECESSITY.replace('must', new, 1)}” (Summary report, para. 19, p. 4)"
    assert verdict(note) == "altered"


@pytest.mark.parametrize("mark", ["[…]", "[...]", "(…)", "(...)", "…", "..."])
def test_a_marked_cut_is_fine(mark):
    note = f"“{CODES.replace('particularly in the health sector, and', mark)}” {CITED}"
    assert verdict(note) == "ok"


@pytest.mark.parametrize("mark", ["[…]", "...", "(…)"])
def test_a_cut_of_nothing_but_a_negation_is_never_ok(mark):
    assert verdict(f"“{NOT_A_NECESSITY.replace('not', mark)}” (Summary report, para. 19)") == "altered"


def test_a_longer_cut_that_holds_a_negation_is_said():
    start, end = NOT_A_NECESSITY.index("a choice"), NOT_A_NECESSITY.index("necessity")
    note = f"“{NOT_A_NECESSITY[:start]}[…] {NOT_A_NECESSITY[end:]}” (Summary report, para. 19)"
    finding = only(note)
    assert finding.verdict == "ok"
    assert any("leaves out “not”" in remark for remark in finding.remarks)


ALTERED = {
    "dropped not": NOT_A_NECESSITY.replace(" not", ""),
    "added not": NOT_A_NECESSITY.replace("must be", "must not be"),
    "never": NOT_A_NECESSITY.replace("not", "never"),
    "must to should": NOT_A_NECESSITY.replace("must", "should"),
    "must to may": NOT_A_NECESSITY.replace("must", "may"),
    "plain word": NOT_A_NECESSITY.replace("choice", "right"),
    "word order": NOT_A_NECESSITY.replace("choice and not a necessity", "necessity and not a choice"),
    "words left out": NOT_A_NECESSITY.replace("made to ", ""),
    "first word": NOT_A_NECESSITY.replace("Efforts", "Attempts"),
    "last word": NOT_A_NECESSITY.replace("necessity", "need"),
    "singular": NOT_A_NECESSITY.replace("Efforts", "Effort"),
}


@pytest.mark.parametrize("quote", ALTERED.values(), ids=ALTERED)
def test_one_word_is_enough(quote):
    finding = only(f"“{quote}” (GFMD Dialogue Summary Report 2017, para. 19, p. 4).")
    assert finding.verdict == "altered"
    assert finding.diff
    assert "[-" in finding.diff or "{+" in finding.diff
    assert finding.expected


def test_the_word_difference_shows_both_wordings():
    finding = only(f"“{NOT_A_NECESSITY.replace('must', 'should')}” (Summary report, para. 19)")
    assert "[-must-] {+should+}" in finding.diff
    assert "modal verb" in finding.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [("150 million", "160 million"), ("240", "204"), ("migrants today", "refugees today")],
)
def test_numbers_and_actors(old, new):
    text = (
        "considering that there are 150 million migrant workers out of the total 240 million migrants today"
    )
    assert verdict(f"“{text}” (Summary report, para. 5)") == "ok"
    assert verdict(f"“{text.replace(old, new)}” (Summary report, para. 5)") == "altered"


UNRESOLVABLE = {
    "no such cluster": f"“{TALENT}” ({REC}, Cluster 9, PO, p. 15)",
    "no such recommendation": f"“{TALENT}” (Session brief, Rec. 14)",
    "no such paragraph": f"“{TALENT}” (Summary report, para. 33)",
    "no such document": f"“{TALENT}” (Berlin Communiqué 2017, para. 3)",
    "no such author": f"“{TALENT}” (Hub, Ada Nobody, 4 Dec 2021)",
    "paraphrase, no such page": f"The Recollection says so ({REC}, Cluster 2, OPA, p. 170).",
    "paraphrase, no such recommendation": "The brief says so (Session Brief, Rec. 14).",
    "paraphrase, misspelt document": "It says so (GFMD Thematic Recolection 2017, Cluster 2, OPA, p. 17).",
}


@pytest.mark.parametrize("note", UNRESOLVABLE.values(), ids=UNRESOLVABLE)
def test_a_citation_that_fits_nothing(note):
    finding = only(note)
    assert finding.verdict == "unresolvable"
    assert finding.advice


def test_words_that_stand_nowhere():
    finding = only(f"“Recruiters shall paint every bicycle in the capital green before dawn” {CITED}")
    assert finding.verdict == "not_found"
    finding = only("“Recruiters shall paint every bicycle in the capital green before dawn”")
    assert (finding.verdict, finding.citation) == ("not_found", None)


@pytest.mark.parametrize(
    "quote", ["recruitment", "ethical recruitment", "codes of fair", "codes […] fair […] health […] sector"]
)
def test_too_few_words_prove_nothing(quote):
    assert verdict(f"“{quote}” {CITED}") == "too_short"


def test_a_whole_passage_is_never_too_short():
    short = [
        p
        for p in shipped().passages.values()
        if len(p.text.split()) < 4 and p.locator and "note" in p.locator
    ]
    for passage in short[:5]:
        document = shipped().sources[passage.document].document.short_title
        assert verdict(f"“{passage.text}” ({document}, {passage.locator})") == "ok"


def test_terms_titles_and_warnings_are_no_quotations():
    note = (
        "# What is said on “the portability of pensions”\n\n"
        "The “win-win” approach of “Cluster 6” is a term.\n\n"
        "> **The corpus offers no evidence on this question.** Try other words.\n\n"
        "```\n“code is not quoted”\n```\n"
    )
    assert findings(note) == ()


def test_a_paraphrase_is_listed_with_the_passage_beside_it():
    report = check(read_text(f"Codes for recruitment in health are asked for {CITED}."), shipped())
    assert report.findings == ()
    (entry,) = report.paraphrases
    assert entry.statement.startswith("Codes for recruitment")
    assert entry.fitting >= 1
    assert "codes of fair and ethical recruitment" in " ".join(text for _, _, text in entry.passages)


def test_places_and_dates_in_brackets_are_no_citations():
    assert findings("It was adopted there (Marrakech, 10 December 2018) and before (5 February 2018).") == ()


def test_other_documents_may_be_cited_without_a_finding():
    report = check(read_text("Dignity is protected (New York Declaration, para. 23)."), shipped())
    assert report.findings == ()
    assert report.paraphrases[0].outside


HEAD = CODES[:50].rsplit(" ", 1)[0]
IBID = {
    "ibid.": f"“{CODES}” {CITED}. “{HEAD}” (ibid.).",
    "ibid. with page": f"Text {CITED}. “{TALENT}” (ibid., p. 15).",
    "ibid. in a footnote": f"“{CODES}”[^1]. “{HEAD}”[^2].\n\n[^1]: {CITED[1:-1]}.\n[^2]: Ibid.",
    "bare page": f"“{CODES}” {CITED}. Later “Enhance efforts to develop certification mechanisms” (p. 17).",
}


@pytest.mark.parametrize("note", IBID.values(), ids=IBID)
def test_ibid(note):
    expected = (
        "misattributed" if "talent" in note else "ok"
    )  # the page is found, but under another heading (PO)
    assert findings(note)[-1].verdict == expected


def test_quotations_in_footnotes_are_checked_and_titles_there_are_not():
    wrong = NOT_A_NECESSITY.replace("must", "may")
    note = f"Text.[^1]\n\n[^1]: It says “{wrong}” (Summary report, para. 19)."
    finding = only(note)
    assert (finding.verdict, finding.line) == ("altered", 3)
    note = "Text.[^1]\n\n[^1]: “In safety and dignity: addressing large movements”, A/70/59, 2016, para. 5."
    assert findings(note) == ()


def test_each_of_two_quotations_takes_its_own_citation():
    note = f"“{CODES}” {CITED} and “{TALENT}” ({REC}, Cluster 2, PO, p. 15)."
    assert [f.verdict for f in findings(note)] == ["ok", "ok"]
    note = f"As {REC}, Cluster 2, OPA, p. 17 says “{CODES}”, while “{TALENT}” ({REC}, Cluster 2, PO, p. 15)."
    assert [f.verdict for f in findings(note)] == ["ok", "ok"]


def test_a_bracket_and_a_footnote_on_one_quotation_must_both_be_right():
    note = f"“{CODES}” {CITED}.[^1]\n\n[^1]: {REC}, Cluster 2, OPA, p. 19."
    finding = only(note)
    assert (finding.verdict, finding.citation) == ("wrong_page", f"{REC}, Cluster 2, OPA, p. 19.")


def test_what_is_odd_in_the_source_is_said():
    passage = next(
        p
        for p in shipped().passages.values()
        if p.remarks and p.page_start == p.page_end and "http" not in p.text
    )
    document = shipped().sources[passage.document].document.short_title
    finding = only(f"“{passage.text}” ({document}, {passage.locator})")
    assert finding.verdict == "ok"
    assert any(passage.remarks[0] in remark for remark in finding.remarks)


def test_a_page_that_is_only_probable_is_said():
    passage = next(
        p
        for p in shipped().passages.values()
        if p.page_certain is False and p.page_start == p.page_end and "http" not in p.text
    )
    finding = only(f"“{passage.text}” ({REC}, {passage.locator})")
    assert finding.verdict == "ok"
    assert any("probable" in remark for remark in finding.remarks)


def test_a_page_cited_where_the_document_has_none():
    text = " ".join(shipped().passages["gfmd-dialogue-cluster6-session-brief-2017/rec.4"].text.split()[:12])
    finding = only(f"“{text}” (Session Brief, Rec. 4, p. 2)")
    assert finding.verdict == "wrong_page"
    assert "no page numbers" in finding.advice


# --- reports ---------------------------------------------------------------------------------------------


def test_lines_are_those_of_the_file():
    note = (
        f"Title\n=====\n\nOne.\nTwo “{CODES}” {CITED}.\n\n- three\n- four “{TALENT}” (Cluster 2, PO, p. 99)\n"
    )
    assert [f.line for f in findings(note)] == [5, 8]


def test_the_json_is_as_promised():
    report = check(read_text(f"“{CODES}” {CITED}. “{TALENT}” (Cluster 2, PO, p. 99)."), shipped())
    record = json.loads(json.dumps(report_dict(report)))
    assert record["counts"] == {"ok": 1, "wrong_page": 1}
    assert set(record["counts"]) <= set(VERDICTS)
    for finding in record["findings"]:
        assert {"line", "verdict", "citation", "quote", "expected", "diff", "passage_id"} <= set(finding)
    assert not report.clean


def test_the_text_says_line_verdict_and_what_to_do():
    report = check(read_text(f"A line.\n\n“{TALENT}” (Cluster 2, PO, p. 99)."), shipped())
    text = report_text(report)
    assert "line 3  wrong page  (Cluster 2, PO, p. 99)" in text
    assert "p. 15" in text
    assert "\x1b" not in text
    assert "\x1b[33mwrong page" in report_text(report, colour=True)


def test_nothing_of_retrieval_or_the_brief_is_imported():
    import subprocess
    import sys

    code = (
        "import sys; import assistant.verification as v; from assistant.corpus import load_shipped; "
        "v.verify(v.read_text('x'), load_shipped()); "
        "print([m for m in sys.modules if m.startswith('assistant.') and m.split('.')[1] in "
        "('briefing', 'rendering', 'retrieval', 'store', 'library', 'lexical')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
