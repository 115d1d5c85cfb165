"""Word files: the package Word expects, real footnotes and styles, languages; LibreOffice opens them."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile

import briefs
import docx
import pytest
from lxml import etree

from assistant.rendering import merge, render
from assistant.rendering.office import find_office

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NS = {"w": W, "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships"}


def parts(document: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def note(template: str = "briefing-note", language: str = "en") -> bytes:
    return render(briefs.sample(template, language), "docx", template=template)


@pytest.mark.parametrize("template", ["briefing-note", "objective-summary", "comparison", "text-proposals"])
def test_package_is_complete(template):
    found = parts(note(template))
    trees = {name: etree.fromstring(data) for name, data in found.items()}
    types = trees["[Content_Types].xml"]
    declared = {e.get("PartName").lstrip("/") for e in types if e.tag.endswith("Override")}
    assert declared == {
        name for name in found if not name.endswith(".rels") and name != "[Content_Types].xml"
    }
    for name, tree in trees.items():
        if name.endswith(".rels"):
            base = "" if name == "_rels/.rels" else "word/"
            for relation in tree:
                if relation.get("TargetMode") != "External":
                    assert base + relation.get("Target") in found
    styles = set(trees["word/styles.xml"].xpath("//w:style/@w:styleId", namespaces=NS))
    for name in ("word/document.xml", "word/footnotes.xml", "word/footer1.xml"):
        used = trees[name].xpath("//w:pStyle/@w:val | //w:rStyle/@w:val | //w:tblStyle/@w:val", namespaces=NS)
        assert set(used) <= styles
        relations = trees.get(f"word/_rels/{name.removeprefix('word/')}.rels")
        known = {r.get("Id") for r in relations} if relations is not None else set()
        assert set(trees[name].xpath("//@r:id", namespaces=NS)) <= known
    numbers = set(trees["word/numbering.xml"].xpath("//w:num/@w:numId", namespaces=NS))
    assert set(trees["word/document.xml"].xpath("//w:numId/@w:val", namespaces=NS)) <= numbers


def test_footnotes_are_real_and_repeated_ones_refer_back():
    found = parts(note())
    document, notes = (
        etree.fromstring(found["word/document.xml"]),
        etree.fromstring(found["word/footnotes.xml"]),
    )
    ids = document.xpath("//w:footnoteReference/@w:id", namespaces=NS)
    assert ids == [str(n) for n in range(1, 15)]
    assert notes.xpath("//w:footnote/@w:id", namespaces=NS) == ["-1", "0", *ids]
    fields = document.xpath("//w:instrText[contains(., 'NOTEREF')]/text()", namespaces=NS)
    bookmarks = set(document.xpath("//w:bookmarkStart/@w:name", namespaces=NS))
    assert len(fields) == 3
    assert all(field.split()[1] in bookmarks for field in fields)
    begins = len(document.xpath("//w:fldChar[@w:fldCharType='begin']", namespaces=NS))
    assert begins == len(document.xpath("//w:fldChar[@w:fldCharType='end']", namespaces=NS))


def test_headings_lists_and_page():
    document = docx.Document(io.BytesIO(note()))
    styles = [p.style.name for p in document.paragraphs]
    assert styles[:2] == ["Brief Kind", "Heading 1"]
    assert styles.count("Heading 1") == 1
    assert "Heading 2" in styles
    assert "List Bullet" in styles
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert "PAGE" in section.footer._element.xml


def test_numbered_proposals_count_through():
    document = etree.fromstring(parts(note("text-proposals"))["word/numbering.xml"])
    starts = document.xpath("//w:startOverride/@w:val", namespaces=NS)
    assert starts == [str(n) for n in (1, 2, 3, 4, 6, 7, 8)]


def test_wide_tables_turn_the_page():
    section = docx.Document(io.BytesIO(note("comparison"))).sections[0]
    assert section.page_width > section.page_height


def test_languages_of_document_and_quotations():
    found = parts(note(language="fr"))
    assert b'<w:lang w:val="fr-FR"' in found["word/styles.xml"]
    document = etree.fromstring(found["word/document.xml"])
    runs = {
        run.xpath("string(w:t)", namespaces=NS)[:12]: run.xpath("string(w:rPr/w:lang/@w:val)", namespaces=NS)
        for run in document.iterfind(".//w:r", NS)
    }
    assert runs["“Ensanchamie"] == "es-ES"
    assert runs["“Pour les sy"] == "fr-FR"
    assert runs["“Protection "] == "en-GB", "labour"
    assert runs["“Protect wom"] == "en-US", "labor"


def test_links_are_in_the_footnotes():
    found = parts(note())
    relations = found["word/_rels/footnotes.xml.rels"].decode()
    for number in (470, 2347, 5424):
        assert f'Target="http://gfmd.org/pfp/ppd/{number}" TargetMode="External"' in relations


def test_properties_hold_the_certificate_and_no_person_or_day():
    document = docx.Document(io.BytesIO(note()))
    core = document.core_properties
    assert core.title == "Ethical recruitment: who pays the fees?"
    assert core.author == ""
    assert (core.created.year, core.modified.year) == (2018, 2018)
    custom = etree.fromstring(parts(note())["docProps/custom.xml"])
    assert custom[0].get("name") == "gcm-draft-certificate"
    assert json.loads(custom[0][0].text)["question"] == briefs.briefing_note().question


def test_zip_entries_carry_no_time():
    with zipfile.ZipFile(io.BytesIO(note())) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"


def test_merged_file_lists_its_briefs_as_links():
    merged = parts(merge([briefs.objective_summary(), briefs.objective_summary("es")], title="All"))
    document = etree.fromstring(merged["word/document.xml"])
    anchors = document.xpath("//w:hyperlink/@w:anchor", namespaces=NS)
    names = document.xpath("//w:bookmarkStart/@w:name", namespaces=NS)
    assert len(anchors) == 2
    assert set(anchors) <= set(names)
    assert len(names) == len(set(names))
    custom = etree.fromstring(merged["docProps/custom.xml"])
    assert [p.get("name") for p in custom] == ["gcm-draft-certificate", "gcm-draft-certificate-2"]


@pytest.mark.skipif(
    not find_office() or not shutil.which("pdftotext"), reason="needs LibreOffice and pdftotext"
)
def test_libreoffice_shows_the_same_numbers(tmp_path):
    brief = briefs.briefing_note()
    pdf = tmp_path / "brief.pdf"
    pdf.write_bytes(render(brief, "pdf"))
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    text = re.sub(r"\s+", " ", done.stdout.decode().replace("\u00a0", " "))
    for citation in brief.citations:
        assert f"{citation.number} {citation.label}" in text
    assert "(Cluster 2, PO, p. 17)2 “Further" in text.replace("• ", "")


@pytest.mark.skipif(not find_office(), reason="needs LibreOffice")
def test_odt_has_footnotes():
    odt = parts(render(briefs.briefing_note(), "odt"))
    assert odt["content.xml"].count(b"<text:note ") == 14
