"""One Markdown text, every format: what a brief says is in each of them, verbatim, with the same numbers."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import time
from dataclasses import replace
from html.parser import HTMLParser

import briefs
import docx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.certificate import certificate_json
from assistant.errors import UsageError
from assistant.model import Brief
from assistant.rendering import FORMATS, markdown, merge, render, render_terminal, tree
from assistant.rendering.escaping import clean, escape, link, unmarked

TEMPLATES = (
    "briefing-note",
    "objective-summary",
    "talking-points",
    "text-proposals",
    "comparison",
    "annotated-bibliography",
)
TEXT_FORMATS = ("md", "txt", "html", "json", "csl-json")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def with_text(text: str, language: str = "en") -> Brief:
    """The briefing note with one quotation replaced."""
    brief = briefs.compose("test", [("policy_options", "Policy options", ("c2.2.po.3",))], language)
    section = brief.sections[0]
    item = replace(section.items[0], text=text)
    return replace(brief, sections=(replace(section, items=(item,)),))


class Quotes(HTMLParser):
    """The text of every quotation in an HTML brief, with its language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.depth, self.found, self.languages = 0, [], []

    def handle_starttag(self, tag, attrs):
        if self.depth:
            self.depth += 1
        elif dict(attrs).get("class") == "quote":
            self.depth = 1
            self.found.append("")
            self.languages.append(dict(attrs)["lang"])

    def handle_endtag(self, tag):
        self.depth -= bool(self.depth)

    def handle_data(self, data):
        if self.depth:
            self.found[-1] += data


def word_text(document: bytes) -> str:
    return "\n".join(p.text for p in docx.Document(io.BytesIO(document)).paragraphs)


AWKWARD = (
    "a * b ** c _d_ __e__ ~~f~~ `g` [h](i) [j]: k ![l](m) <b>n</b> <http://x.y> &amp; & | $1 and $2$ ^3^",
    "# not a heading",
    "- not a list",
    "12. not a list either",
    "> not a quote",
    "=== not a rule",
    "--- not a rule",
    "trailing backslash \\",
    "{{ brief.question }} {% raw %} {# comment #}",
    "[^1] and [^2]: not notes",
    "“quoted” ‘inside’ \"straight\" 'single' […]",
    "tab\tnew\nline\x07bell\x00nul\ufdd0mark\ufdd2",
    "snake_case @someone #topic a@b.c [@cite] [[wiki]] - [ ] task",
    "العربية \u200fmixed\u200e עברית 中文 🇺🇳 é",
    "<script>alert(1)</script> <!-- comment --> ]]> &#x27; </span>",
    "\u00a0no-break\u202fspaces\u00a0",
    "p. 17 of Cluster 2",
)


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_is_verbatim_everywhere(text):
    assert_verbatim(text)


@given(st.text(min_size=1, max_size=80))
@settings(max_examples=80, deadline=None)
@example("a\\|b\\\\|c")
@example("*a**b***")
@example("_ _a_ _")
def test_any_text_is_verbatim_everywhere(text):
    if clean(text):
        assert_verbatim(text)


def assert_verbatim(text: str) -> None:
    brief, wanted = with_text(text), f"“{clean(text)}”"
    composed = markdown.compose(brief, "briefing-note")
    assert wanted in tree.blocks_text(composed.tree.blocks)
    assert wanted in tree.blocks_text(tree.parse(unmarked(composed.text)).blocks)
    assert wanted in render(brief, "txt").decode()
    quotes = Quotes()
    quotes.feed(render(brief, "html").decode())
    assert quotes.found == [wanted]
    assert wanted in word_text(render(brief, "docx"))
    assert json.loads(render(brief, "json"))["sections"][0]["items"][0]["text"] == text


@given(st.text(alphabet=r"\|`*_[]<a ", min_size=1, max_size=12))
@settings(max_examples=150, deadline=None)
def test_table_cells_are_verbatim(text):
    wanted = clean(text)
    parsed = tree.parse(f"| h |\n| --- |\n| “{escape(clean(text))}” |\n")
    if wanted:
        assert tree.plain(parsed.blocks[0].rows[0][0]) == f"“{wanted}”"


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_every_quotation_stands_in_every_format_with_the_same_number(template, language):
    brief = briefs.sample(template, language)
    record = json.loads(render(brief, "json", template=template))
    numbers = [(c["number"], c["label"]) for c in record["citations"]]
    assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1))
    md = render(brief, "md", template=template).decode()
    order = list(dict.fromkeys(int(n) for n in re.findall(r"\[\^(\d+)\](?!:)", md)))
    assert order == sorted(order), "numbers follow the order of reading"
    for number, label in numbers:
        assert f"[^{number}]: {label}" in md
        assert f"[{number}] {label}" in render(brief, "txt", template=template).decode()
    document = docx.Document(io.BytesIO(render(brief, "docx", template=template)))
    part = next(rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/footnotes"))
    notes = re.sub(r"<[^>]+>", "", part.blob.decode().replace("</w:footnote>", "\n").replace("\u00a0", " "))
    shown = [line for line in notes.split("\n") if line.strip()]
    assert len(shown) == len(order)
    for number, label in numbers:
        assert label in shown[number - 1].replace("&#x27;", "'")


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("fmt", [*TEXT_FORMATS, "docx"])
def test_same_brief_same_bytes(template, fmt):
    brief = briefs.sample(template)
    first = render(brief, fmt, template=template, corpus=briefs.corpus())
    assert first == render(brief, fmt, template=template, corpus=briefs.corpus())
    if fmt in TEXT_FORMATS:
        text = first.decode("utf-8")
        assert text.endswith("\n")
        assert "\r" not in text
        assert "\ufdd0" not in text


def test_standing_is_in_every_text_format():
    for fmt in ("md", "txt", "html"):
        text = render(briefs.briefing_note(), fmt).decode()
        assert "not a consensus view of GFMD participating states" in text
        assert "Personal opinions of participants" in text
    assert "not a consensus view" in word_text(render(briefs.briefing_note(), "docx"))


def test_line_of_a_brief_as_the_house_writes_it():
    md = render(briefs.briefing_note(), "md").decode()
    assert "certification mechanisms for recruitment agencies.” (Cluster 2, OPA, p. 17)[^1]\n" in md
    assert "[^5]: GFMD Thematic Recollection 2017, Cluster 2, PO, p. 15; p. 16 in the edition cited by" in md
    assert (
        "[^7]: GFMD Thematic Recollection 2017, Cluster 1, OPA, pp. 11-12. Page probable, not certain.\n"
        in md
    )
    assert "Example, p. 17. <http://gfmd.org/pfp/ppd/470>\n" in md
    assert "Notes 31 and 32 carry the same link, probably a slip in the source.\n" in md
    assert "(GFMD Dialogue Summary Report 2017, para. 17, p. 4)" in md, (
        "another document's Cluster is never bare"
    )
    assert "(UN Migration Network Hub 2022, Kate Barth, 3 Dec 2021, Question 2)" in md


def test_cut_quotations_show_where_they_are_cut():
    brief = with_text("The middle of it.")
    section = brief.sections[0]
    for cut, before, to_end, wanted in (
        (True, True, True, "“[…] The middle of it.”"),
        (True, True, False, "“[…] The middle of it. […]”"),
        (True, False, False, "“The middle of it. […]”"),
        (False, False, False, "“The middle of it.”"),
    ):
        item = replace(section.items[0], cut=cut, cut_before=before, cut_to_end=to_end)
        changed = replace(brief, sections=(replace(section, items=(item,)),))
        assert wanted in render(changed, "md").decode()


@pytest.mark.parametrize(
    ("text", "limit", "wanted"),
    [
        ("One. Two. Three.", 9, "“One. Two. […]”"),
        ("One thing, etc. – and more; then Two.", 10, "“One thing, etc. – and more; […]”"),
        (
            "A long sentence without an end that is not cut",
            10,
            "“A long sentence without an end that is not cut”",
        ),
        ("See Mr. Smith e.g. Today. Then.", 5, "“See Mr. Smith e.g. Today. […]”"),
        ("Short.", 100, "“Short.”"),
    ],
)
def test_short_quotations_end_with_a_sentence(text, limit, wanted):
    brief = with_text(text)
    helpers = markdown.Helpers(brief)
    assert unmarked(str(helpers.short(brief.sections[0].items[0], limit))) == wanted


def test_items_that_are_no_quotations_have_no_marks():
    brief = with_text("A sentence of the program.")
    section = brief.sections[0]
    changed = replace(brief, sections=(replace(section, items=(replace(section.items[0], quote=False),)),))
    md = render(changed, "md").decode()
    assert "- A sentence of the program. (Cluster 2, PO, p. 17)[^1]" in md
    assert "“A sentence" not in md


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("http://gfmd.org/pfp/ppd/470", "<http://gfmd.org/pfp/ppd/470>"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("http://a b", "http://a b"),
        ("https://x.y/<script>", "https://x.y/\\<script>"),
    ],
)
def test_only_plain_links_become_links(url, wanted):
    assert link(url) == wanted


def test_abstention_is_said_first_in_every_format():
    brief = replace(
        briefs.briefing_note(),
        abstained=True,
        reason="No passage speaks of it.",
        sections=(),
        sources=(),
        citations=(),
        nearest=("Cluster 1: human rights",),
    )
    for fmt in ("md", "txt", "html"):
        text = render(brief, fmt).decode()
        assert "The corpus offers no evidence on this question." in text
        assert "Cluster 1: human rights" in text
        assert "verbatim" not in text
    assert "no evidence" in word_text(render(brief, "docx"))
    assert json.loads(render(brief, "json"))["abstained"] is True


def test_json_keeps_its_promise():
    record = json.loads(render(briefs.briefing_note(), "json"))
    assert {"question", "abstained", "weak", "sections", "sources", "certificate"} <= set(record)
    item = record["sections"][0]["items"][0]
    assert {"text", "quote", "citation"} <= set(item)
    citation = {"number", "label", "document", "passage_id", "locator", "page_start", "page_end", "links"}
    assert citation | {"other_edition_page"} <= set(item["citation"])
    assert set(record["sources"][0]) >= {"document", "title", "standing"}
    promised = {"corpus_sha256", "embedder", "index_version", "template_sha256", "program_version"}
    assert promised <= set(record["certificate"])


def test_csl_json_has_one_reference_a_document():
    references = json.loads(render(briefs.briefing_note(), "csl-json", corpus=briefs.corpus()))
    assert [r["id"] for r in references] == [s.document for s in briefs.briefing_note().sources]
    assert references[0]["issued"] == {"date-parts": [[2017, 11, 22]]}
    assert "[1] Cluster 2, OPA, p. 17" in references[0]["note"]


@pytest.mark.parametrize("fmt", ["md", "txt", "html"])
def test_certificate_is_carried(fmt):
    brief = briefs.briefing_note()
    nasty = replace(brief.certificate, question="--> </script> “x” & y --")
    brief = replace(brief, certificate=nasty)
    text = render(brief, fmt).decode()
    written = certificate_json(nasty)
    assert written in text
    assert json.loads(written)["question"] == nasty.question
    assert "--" not in written
    if fmt != "html":
        assert written in text.rstrip("\n").split("\n")[-1]
    else:
        assert f'id="gcm-draft-certificate">{written}</script>' in text


def test_unknown_format_names_the_known_ones():
    with pytest.raises(UsageError, match="md, txt, html, docx, odt, pdf, json, csl-json, found 'rtf'"):
        render(briefs.briefing_note(), "rtf")


def test_formats_have_distinct_endings():
    endings = [f.ending for f in FORMATS.values()]
    assert len(set(endings)) == len(endings)
    assert all(ending.startswith(".") for ending in endings)


def test_terminal_view_wraps_and_colours_only_when_asked():
    plain = render_terminal(briefs.briefing_note(), width=60, ansi=False)
    assert "\x1b" not in plain
    assert max(len(line) for line in plain.splitlines() if "http" not in line) <= 60
    coloured = render_terminal(briefs.briefing_note(), width=60, ansi=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_text_is_not_wrapped_so_that_quotations_can_be_pasted():
    text = render(briefs.briefing_note(), "txt").decode()
    for section in briefs.briefing_note().sections[1:]:
        for item in section.items:
            assert f"“{item.text}” (" in text
    assert "**" not in text
    assert "[^" not in text


def test_merge_numbers_through_and_lists_contents():
    parts = [briefs.objective_summary(), briefs.objective_summary("fr")]
    document = docx.Document(io.BytesIO(merge(parts, title="All objectives")))
    text = "\n".join(p.text for p in document.paragraphs)
    assert text.startswith("All objectives")
    assert text.count("Objective 6: ") + text.count("Objectif 6\u00a0: ") >= 3
    assert len(document.sections) == 3
    count = len(parts[0].citations)
    assert f"Cited in notes {1}–7." in text
    assert f"Cité dans les notes {count + 1}–{count + 7}." in text
    assert merge(parts, title="All objectives") == merge(parts, title="All objectives")


def test_rendering_is_fast_enough_for_a_batch():
    render(briefs.sample("objective-summary"), "docx", template="objective-summary")
    begin = time.perf_counter()
    for _ in range(5):
        render(briefs.sample("objective-summary"), "md", template="objective-summary")
        render(briefs.sample("objective-summary"), "docx", template="objective-summary")
    assert (time.perf_counter() - begin) / 5 < 1.0


@pytest.mark.skipif(not shutil.which("pandoc"), reason="needs pandoc")
@pytest.mark.parametrize("reader", ["markdown-smart", "gfm"])
def test_pandoc_reads_the_footnotes(reader):
    md = render(briefs.briefing_note(), "md")
    done = subprocess.run(["pandoc", "-f", reader, "-t", "json"], input=md, capture_output=True, check=True)
    text = done.stdout.decode()
    repeated = len(re.findall(rb"\[\^\d+\](?!:)", md))
    assert text.count('"t":"Note"') == repeated
    assert "[^" not in text
