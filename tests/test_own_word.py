"""Word documents: headings, numbers, tables, notes, tracked changes; and files that attack or are broken."""

from __future__ import annotations

import zipfile

import pytest
from make_word import (
    add_list,
    document,
    number,
    read_parts,
    tracked,
    with_doctype,
    with_footnote,
    write_parts,
)

from assistant.errors import SourceError
from assistant.sources import own, word_xml
from assistant.sources.extracted import fold_extracted
from assistant.text import cut


def by_locator(source):
    return {passage.locator: passage.text for passage in source.passages}


def fill_report(made):
    made.add_heading("Report on Pathways", 0)
    made.add_heading("Financing", 1)
    made.add_paragraph("States should fund regular pathways.@@1@@ They should do so early.")
    made.add_paragraph("A second paragraph under the same heading.")
    made.add_heading("Recommendations", 1)
    list_id = add_list(made)
    for level, text in (
        (0, "Establish a fund."),
        (1, "for workers;"),
        (1, "for families."),
        (2, "with children"),
        (0, "Report on it."),
    ):
        number(made.add_paragraph(text), list_id, level)
    table = made.add_table(rows=2, cols=2)
    for row, texts in enumerate((("Country", "Measure"), ("A", "One sentence. Another one."))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text


@pytest.fixture
def report(tmp_path):
    return own.extract(with_footnote(document(tmp_path / "Rapport d'été.docx", fill_report)))


def test_locators(report):
    assert by_locator(report) == {
        "heading “Report on Pathways”": "Report on Pathways",
        "heading “Financing”": "Financing",
        "under “Financing”, ¶ 1": "States should fund regular pathways. They should do so early.",
        "under “Financing”, ¶ 2": "A second paragraph under the same heading.",
        "heading “Recommendations”": "Recommendations",
        "Rec. 1": "Establish a fund.",
        "Rec. 1 (a)": "for workers;",
        "Rec. 1 (b)": "for families.",
        "Rec. 1 (b) (i)": "with children",
        "Rec. 2": "Report on it.",
        "table 1, row 1, col. 1": "Country",
        "table 1, row 1, col. 2": "Measure",
        "table 1, row 2, col. 1": "A",
        "table 1, row 2, col. 2": "One sentence. Another one.",
        "note 1": "See General Assembly resolution 73/195.",
    }


def test_document_and_kinds(report):
    assert report.document.id == "rapport-d-été"
    assert report.document.family == "own-word"
    assert not report.document.shipped
    assert report.document.title == "Report on Pathways"
    kinds = {passage.locator: passage.kind for passage in report.passages}
    assert kinds["Rec. 1 (a)"] == "recommendation"
    assert kinds["under “Financing”, ¶ 1"] == "paragraph"
    assert kinds["heading “Financing”"] == "section"
    assert all(p.page_start is None and p.page_certain is None for p in report.passages)


def test_spans_prove_the_text(report):
    for passage in report.passages:
        assert fold_extracted(cut(report.text, passage.spans)) == passage.text
    assert len({passage.id for passage in report.passages}) == len(report.passages)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("accept", "States shall not establish pathways."), ("refuse", "States may establish pathways.")],
)
def test_tracked_changes(tmp_path, choice, expected):
    def fill(made):
        paragraph = made.add_paragraph("States ")
        tracked(paragraph, "del", "may ")
        tracked(paragraph, "ins", "shall not ")
        paragraph.add_run("establish pathways.")

    source = own.extract(document(tmp_path / "a.docx", fill), tracked=choice)
    assert [passage.text for passage in source.passages] == [expected]
    assert any("2 tracked changes" in remark for remark in source.remarks)


def test_typed_numbers_and_same_heading_twice(tmp_path):
    def fill(made):
        made.add_heading("Part A", 1)
        made.add_heading("Overview", 2)
        made.add_paragraph("21. The first.")
        made.add_paragraph("22. The second.")
        made.add_paragraph("Unnumbered prose.")
        made.add_heading("Part B", 1)
        made.add_heading("Overview", 2)
        made.add_paragraph("Unnumbered prose elsewhere.")

    source = own.extract(document(tmp_path / "a.docx", fill))
    locators = by_locator(source)
    assert locators["para. 22"] == "The second."
    assert len(locators) == len(source.passages), "every locator stands for one passage"


def test_short_year_is_no_paragraph_number(tmp_path):
    source = own.extract(
        document(tmp_path / "a.docx", lambda made: made.add_paragraph("12. December is late."))
    )
    assert [p.text for p in source.passages] == ["12. December is late."]


def plain(made):
    made.add_paragraph("A paragraph of the text.")


def bomb_ratio(path):
    parts = read_parts(document(path, plain))
    parts["word/media/bomb.bin"] = b"\0" * (40 << 20)
    return write_parts(path, parts)


def bomb_many(path):
    document(path, plain)
    with zipfile.ZipFile(path, "a") as archive:
        for number_ in range(word_xml.MAX_MEMBERS + 1):
            archive.writestr(f"word/media/{number_}", b"")
    return path


def entity_bomb(path):
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    return with_doctype(document(path, plain), f"<!DOCTYPE w:document [{entities}]>")


def external_entity(path):
    return with_doctype(
        document(path, plain), '<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    )


def cut_off(path):
    data = document(path, plain).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def broken_xml(path):
    parts = read_parts(document(path, plain))
    parts["word/document.xml"] = parts["word/document.xml"][:-40]
    return write_parts(path, parts)


def no_text(path):
    return document(path, lambda made: None)


def damaged_stream(path):
    document(path, plain)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("word/document.xml")
    start = info.header_offset + 30 + len(info.filename) + 20
    data[start : start + 20] = bytes(b ^ 0xFF for b in data[start : start + 20])
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (bomb_ratio, "unpack"),
        (bomb_many, "unpack"),
        (entity_bomb, "document type"),
        (external_entity, "document type"),
        (cut_off, "cut off or damaged"),
        (broken_xml, "well-formed"),
        (damaged_stream, "damaged"),
        (no_text, "no text"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_bad_files(tmp_path, make, expected):
    with pytest.raises(SourceError) as caught:
        own.extract(make(tmp_path / "bad.docx"))
    message = str(caught.value)
    assert expected in message
    assert "bad.docx" in message
    assert "\n" not in message


def test_the_strict_form_of_the_format_is_read(tmp_path):
    """Word writes it on demand ("Strict Open XML Document"); its parts have other names for the same things."""
    usual = document(
        tmp_path / "usual.docx", lambda made: made.add_heading("Annex", 1) and made.add_paragraph("One.")
    )
    names = {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "http://purl.oclc.org/ooxml/wordprocessingml/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            "http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }
    with zipfile.ZipFile(usual) as source, zipfile.ZipFile(tmp_path / "strict.docx", "w") as target:
        for member in source.namelist():
            data = source.read(member)
            for transitional, strict in names.items():
                data = data.replace(transitional.encode(), strict.encode())
            target.writestr(member, data)
    passages = own.extract(tmp_path / "strict.docx").passages
    assert [(p.text, p.locator) for p in passages] == [
        (p.text, p.locator) for p in own.extract(usual).passages
    ]
    assert [p.text for p in passages] == ["Annex", "One."]
