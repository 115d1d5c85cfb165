"""HTML: self-contained, escaped, marked with languages, each citation opening its source."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import briefs
import pytest

from assistant.rendering import render
from assistant.rendering.surroundings import surroundings

VOID = {"meta", "br", "hr", "link", "img", "input"}


class Checker(HTMLParser):
    """Collects ids, links, attributes; fails on elements that are not nested."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack, self.ids, self.links, self.scripts, self.elements = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.elements.append((tag, values))
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        assert not any(name.startswith("on") or name == "style" for name in values)
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag


def page(template: str = "briefing-note", language: str = "en", *, corpus: bool = True) -> str:
    brief = briefs.sample(template, language)
    return render(brief, "html", template=template, corpus=briefs.corpus() if corpus else None).decode()


def checked(text: str) -> Checker:
    checker = Checker()
    checker.feed(text)
    assert checker.stack == []
    return checker


@pytest.mark.parametrize("template", ["briefing-note", "objective-summary", "comparison", "text-proposals"])
def test_well_formed_self_contained_and_every_link_arrives(template):
    checker = checked(page(template))
    assert len(checker.ids) == len(set(checker.ids))
    for link in checker.links:
        if link.startswith("#") and link != "#closed":
            assert link[1:] in checker.ids
        else:
            assert link == "#closed" or re.match(r"https?://", link)
    assert not [tag for tag, _ in checker.elements if tag in {"img", "link", "iframe", "object", "base"}]
    scripts = [values for tag, values in checker.elements if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "gcm-draft-certificate"}]


def test_policy_allows_this_style_sheet_and_nothing_else():
    text = page()
    css = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text
    assert "url(" not in css
    assert "@import" not in css
    assert "prefers-color-scheme:dark" in css
    assert "@media print" in css


def test_every_citation_opens_its_passage_with_the_quotation_marked():
    text = page()
    for citation in briefs.briefing_note().citations:
        panel = re.search(
            rf'<aside class="panel" id="passage-{citation.number}".*?</aside>', text, re.DOTALL
        )[0]
        assert f'href="#passage-{citation.number}"' in text
        assert "data-gcm-source" in panel
        marked = " ".join(re.findall(r"<mark>(.*?)</mark>", panel, re.DOTALL))
        words = re.sub(r"[⁰-⁹¹²³]", "", marked).replace("&amp;", "&").split()
        local = citation.passage_id.split("/", 1)[1]
        assert words == briefs.passage(local).text.split()


def test_without_corpus_citations_lead_to_their_notes():
    text = page(corpus=False)
    assert "<aside" not in text
    assert 'class="cite" href="#note-1"' in text
    checked(text)


def test_quotations_carry_their_language():
    text = page("briefing-note", "fr")
    assert '<html lang="fr">' in text
    assert '<span class="quote" lang="es">“Ensanchamiento' in text
    assert '<span class="quote" lang="en">“Develop codes' in text


def test_data_cannot_become_markup():
    brief = briefs.briefing_note()
    nasty = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    section = brief.sections[0]
    item = replace(section.items[0], text=nasty, language='en" onclick="x')
    brief = replace(
        brief,
        question=nasty,
        sections=(replace(section, items=(item,), title=nasty, note=nasty),),
        gaps=(nasty,),
        citations=(replace(item.citation, label=nasty, links=("javascript:alert(1)", nasty)),),
    )
    brief = replace(
        brief, sections=(replace(brief.sections[0], items=(replace(item, citation=brief.citations[0]),)),)
    )
    checker = checked(render(brief, "html", corpus=briefs.corpus()).decode())
    assert [tag for tag, _ in checker.elements].count("script") == 1
    assert "img" not in [tag for tag, _ in checker.elements]
    assert not [link for link in checker.links if "javascript" in link]


def test_excerpt_is_marked_inside_its_passage():
    passage = briefs.passage("c2.2.ex.1")
    source = briefs.corpus().sources[passage.document]
    quoted = "Healthcare professionals should also not be actively recruited from developing countries,"
    pieces = [piece for paragraph in surroundings(source, passage, quoted) for piece in paragraph]
    assert "".join(piece.text for piece in pieces if piece.cited) == quoted
    everything = " ".join(piece.text for piece in pieces)
    assert "UK Code of Practice" in everything
    assert "Promote monitoring" in everything


def test_passage_over_two_pages_shows_the_page_foot_between_unmarked():
    passage = briefs.passage("c1.3.opa.1")
    paragraphs = surroundings(briefs.corpus().sources[passage.document], passage)
    cited = " ".join(piece.text for paragraph in paragraphs for piece in paragraph if piece.cited)
    assert cited.split() == passage.text.split()
    assert any("gfmd.org/pfp/ppd/1890" in piece.text and not piece.cited for p in paragraphs for piece in p)
