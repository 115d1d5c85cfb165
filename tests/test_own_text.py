"""HTML, Markdown, plain text and tables; and what a file is told to be when it is none of them."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ProblemsError, SourceError, UsageError
from assistant.sources import own
from assistant.sources.extracted import fold_extracted, ranges
from assistant.sources.language import guess_language
from assistant.sources.numbering import believable
from assistant.text import cut

HTML = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Pathways report</title><style>p{}</style>
</head><body><nav>Menu Home</nav><h1>Report on Pathways</h1>
<p>Intro with <b>bold</b>, inter&shy;national&nbsp;text and a
<a href="https://example.org/a">link</a>.<br>New line.</p>
<h2>II. Recommendations</h2>
<ol start="3"><li>Establish pathways.</li><li>Promote portability.<ol type="a"><li>of pensions;</li>
<li>of rights.</li></ol></li></ol><ul><li>Bullet one</li></ul>
<h2>Annex</h2><table><tr><th>Country</th><th>Measure</th></tr>
<tr><td>A</td><td>Do this now.</td></tr></table>
<p>Claim.<sup><a href="#fn1">1</a></sup> After it.</p>
<p style="display:none">Hidden words</p>
<script>alert("scripted")</script>
<template>{{ 7 * 7 }}</template><p>{{ config }} {% raw %} &lt;b&gt;</p></body></html>"""

MARKDOWN = """---
title: ignored
---
# Report *on* Pathways

Intro with **bold** and a [link](https://example.org/a).[^1]
Second line <span onclick="x()">kept</span>.

## Recommendations

4. Establish pathways
   for all.
5. Promote
   - portability
   - recognition

| A | B |
|---|---|
| x | y |

[^1]: The text of the note.
"""

TEXT = """SUMMARY REPORT

Introduction

1. The first paragraph of the text
runs over two lines.
(a) the first item;
(b) the second item.

2. The second one. In the year
2018. That was it.

Recommendations
- Do this
- Do that, and
  go on
"""


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(tmp_path, name, content, **options):
    source = own.extract(write(tmp_path / name, content), **options)
    for passage in source.passages:
        assert fold_extracted(cut(source.text, passage.spans)) == passage.text
    assert len({p.locator for p in source.passages}) == len(source.passages)
    return source


def by_locator(source):
    return {passage.locator: passage.text for passage in source.passages}


def test_html(tmp_path):
    source = read(tmp_path, "page.html", HTML)
    assert source.document.title == "Pathways report"
    assert by_locator(source) == {
        "heading “Report on Pathways”": "Report on Pathways",
        "under “Report on Pathways”, ¶ 1": "Intro with bold, international text and a link. New line.",
        "heading “II. Recommendations”": "II. Recommendations",
        "para. 3": "Establish pathways.",
        "para. 4": "Promote portability.",
        "para. 4 (a)": "of pensions;",
        "para. 4 (b)": "of rights.",
        "under “II. Recommendations”, ¶ 1": "Bullet one",
        "heading “Annex”": "Annex",
        "table 1, row 1, col. 1": "Country",
        "table 1, row 1, col. 2": "Measure",
        "table 1, row 2, col. 1": "A",
        "table 1, row 2, col. 2": "Do this now.",
        "under “Annex”, ¶ 1": "Claim. After it.",
        "under “Annex”, ¶ 2": "{{ config }} {% raw %} <b>",
    }
    kinds = {p.locator: p.kind for p in source.passages}
    assert kinds["para. 4 (a)"] == kinds["under “II. Recommendations”, ¶ 1"] == "recommendation"
    assert source.passages[1].links == ("https://example.org/a",)
    assert any("left out" in remark for remark in source.remarks)


def test_html_in_a_declared_encoding(tmp_path):
    page = '<html><meta charset="iso-8859-1"><p>Les États où l’été</p></html>'.encode("cp1252")
    assert read(tmp_path, "a.html", page).passages[0].text == "Les États où l’été"


def test_html_nested_without_end(tmp_path):
    deep = "<html><body>" + "<div>" * 5000 + "<p>The bottom.</p>" + "</div>" * 5000
    try:
        source = own.extract(write(tmp_path / "a.html", deep))
    except SourceError as error:
        assert "nested deeper" in str(error)
    else:
        assert [p.text for p in source.passages] == ["The bottom."]


def test_html_entities_are_not_expanded_or_fetched(tmp_path):
    page = (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        "<html><body><p>Before &x; after</p></body></html>"
    )
    assert "&x;" in read(tmp_path, "a.html", page).text


def test_markdown(tmp_path):
    source = read(tmp_path, "note.md", MARKDOWN)
    assert source.document.title == "Report on Pathways"
    assert by_locator(source) == {
        "heading “Report on Pathways”": "Report on Pathways",
        "under “Report on Pathways”, ¶ 1": "Intro with bold and a link. Second line kept.",
        "heading “Recommendations”": "Recommendations",
        "para. 4": "Establish pathways for all.",
        "para. 5": "Promote",
        "para. 5, bullet 1": "portability",
        "para. 5, bullet 2": "recognition",
        "table 1, row 1, col. 1": "A",
        "table 1, row 1, col. 2": "B",
        "table 1, row 2, col. 1": "x",
        "table 1, row 2, col. 2": "y",
        "note 1": "The text of the note.",
    }


def test_plain_text(tmp_path):
    source = read(tmp_path, "report.txt", TEXT)
    assert by_locator(source) == {
        "heading “SUMMARY REPORT”": "SUMMARY REPORT",
        "heading “Introduction”": "Introduction",
        "para. 1": "The first paragraph of the text runs over two lines.",
        "para. 1 (a)": "the first item;",
        "para. 1 (b)": "the second item.",
        "para. 2": "The second one. In the year 2018. That was it.",
        "heading “Recommendations”": "Recommendations",
        "under “Recommendations”, ¶ 1": "Do this",
        "under “Recommendations”, ¶ 2": "Do that, and go on",
    }
    assert source.text == TEXT
    assert [p.kind for p in source.passages[-2:]] == ["recommendation", "recommendation"]


def test_form_feeds_claim_no_pages(tmp_path):
    source = read(tmp_path, "a.txt", "Page one.\fPage two.")
    assert source.pages == ()
    assert any("Add the PDF" in remark for remark in source.remarks)


@pytest.mark.parametrize(
    "encoded",
    [
        "été".encode("utf-8-sig"),
        "été".encode("utf-16"),
        b"\xfe\xff" + "été".encode("utf-16-be"),
        "été".encode(),
    ],
    ids=["utf-8 with mark", "utf-16 with mark", "utf-16 big-endian", "utf-8"],
)
def test_accepted_encodings(tmp_path, encoded):
    assert read(tmp_path, "a.txt", encoded).passages[0].text == "été"


CSV = (
    "number;text;page;kind;heading;author;date;language\n"
    '1;"=HYPERLINK(""http://x"";""y"") states";7;;Border;Kate;2021-12-04;en\n'
    '2;"Second; with delimiter\nand line break";7;Policy option;;;;\n'
    "para. 22 (c);Troisième;8;;;;;fr\n"
)


def test_csv(tmp_path):
    source = read(tmp_path, "recs.csv", CSV)
    first, second, third = source.passages
    assert (first.locator, first.page_start, first.kind) == ("Rec. 1, p. 7", 7, "recommendation")
    assert first.text.startswith("=HYPERLINK(")
    assert (first.author, first.date, first.heading_path) == ("Kate", "2021-12-04", ("Border",))
    assert (second.kind, second.text) == ("policy_option", "Second; with delimiter and line break")
    assert (third.locator, third.language) == ("Rec. 22 (c), p. 8", "fr")
    assert [page.number for page in source.pages] == [7, 8]


def test_csv_names_every_bad_row(tmp_path):
    bad = 'text,page,date,language\nok,7,,\n,x,2018-13-01,de\n\n"fine, yes",0,,\n'
    with pytest.raises(ProblemsError) as caught:
        read(tmp_path, "bad.csv", bad)
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["line 3"] * 4 + ["line 5"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,2\n", "column names"),
        ("text,colour\nx,red\n", "unknown columns 'colour'"),
        ("text,text\nx,y\n", "named twice"),
        ("text,page\n", "no rows"),
        ('text,page\n"left open,1\n', "quotation mark"),
    ],
    ids=["no header", "unknown", "twice", "empty", "open quotation mark"],
)
def test_csv_refused(tmp_path, content, expected):
    with pytest.raises(SourceError, match=expected):
        read(tmp_path, "a.csv", content)


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.txt", b"", "empty"),
        ("latin.txt", "Les États été".encode("cp1252"), "Windows-1252"),
        ("utf16.txt", "no mark at all".encode("utf-16-le"), "binary"),
        ("noise.txt", bytes(range(1, 256)) * 30, "binary"),
        ("zeros.bin", b"\0" * 500, "binary"),
        ("blank.txt", b" \n\t\n", "no text"),
        ("page.txt", HTML.encode(), "content is an HTML page"),
        ("report.pdf", b"Just some text.", "content is plain text"),
        ("report.docx", b"%PDF-1.7 and so on", "content is a PDF"),
        ("scan.pdf", png(), "picture"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office file"),
        ("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("note.rtf", b"{\\rtf1 hello}", "Rich Text"),
        ("half.docx", b"PK\x03\x04 and nothing more", "damaged"),
        ("archive.gz", b"\x1f\x8b\x08\0", "archive"),
    ],
)
def test_refused_with_one_clear_line(tmp_path, name, content, expected):
    with pytest.raises(SourceError) as caught:
        own.extract(write(tmp_path / name, content))
    message = str(caught.value)
    assert expected in message
    assert message.startswith(name)
    assert "\n" not in message


def test_missing_and_folder(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        own.extract(tmp_path / "none.txt")
    with pytest.raises(SourceError, match="is a folder"):
        own.extract(tmp_path)


def test_too_large(tmp_path, monkeypatch):
    monkeypatch.setitem(own.MAX_BYTES, "text", 10)
    with pytest.raises(SourceError, match="at most 10 are read"):
        read(tmp_path, "a.txt", "More than ten bytes.")


def test_options(tmp_path):
    options = {"title": "A (long) title", "date": "2024-05", "standing": "Draft.", "document_id": "mine"}
    document = read(tmp_path, "a b.txt", "One line.", **options).document
    assert (document.id, document.title, document.short_title) == ("mine", "A (long) title", "A long title")
    assert document.standing == {"en": "Draft.", "fr": "Draft.", "es": "Draft."}
    assert document.date == "2024-05"
    with pytest.raises(UsageError, match="--date"):
        read(tmp_path, "a.txt", "One line.", date="May 2024")
    with pytest.raises(UsageError, match="id"):
        read(tmp_path, "a.txt", "One line.", document_id="a/b")


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("Report (final) v2", "report-final-v2"),
        ("Rapport d'été", "rapport-d-été"),
        ("تقرير الهجرة 2018", "تقرير-الهجرة-2018"),
        ("../../etc/passwd", "etc-passwd"),
        ("{{ 7*7 }}", "7-7"),
        ("***", "document"),
    ],
)
def test_ids_from_file_names(stem, expected):
    assert own.slug(stem) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The States should establish regular pathways for the workers", "en"),
        ("Les États doivent établir des voies régulières pour les travailleurs", "fr"),
        ("Los Estados deben establecer vías regulares para los trabajadores", "es"),
        ("ينبغي للدول أن تنشئ مسارات", "ar"),
        ("Budget 2018", "es"),
    ],
)
def test_language(text, code):
    assert guess_language(text, "es") == code


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3], [True, True, True]),
        ([44, 45, 46], [True, True, True]),
        ([1, 2018, 2], [True, False, True]),
        ([5], [False]),
        ([1, 2, 1, 2], [True] * 4),
    ],
)
def test_numbers_are_believed_in_sequence(values, expected):
    assert believable(values) == expected


def test_ranges():
    assert ranges([9, 3, 7, 8]) == "3, 7-9"


@given(st.text(max_size=200))
def test_folding_is_stable_and_clean(text):
    folded = fold_extracted(text)
    assert folded == " ".join(folded.split())
    assert not any("\ufb00" <= c <= "\ufb06" for c in folded)
    assert "\u00ad" not in folded


@given(st.lists(st.text(alphabet="abc \n.é-", min_size=1, max_size=30), max_size=8))
def test_text_files_lose_no_word(tmp_path_factory, lines):
    text = "\n".join(lines)
    if not any(c.isalnum() for c in text):
        return
    path = tmp_path_factory.mktemp("t") / "a.txt"
    path.write_text(text, encoding="utf-8")
    source = own.extract(path)
    kept = " ".join(passage.text for passage in source.passages)
    assert [w for w in kept.split() if w.isalnum()] == [w for w in text.split() if w.isalnum()]


HOSTILE = "Fees\x1b[31m and\x00 \u202edebt\x07"


def test_control_characters_of_a_title_reach_no_output(tmp_path):
    file = tmp_path / "n\x1bote.md"
    file.write_text(f"# {HOSTILE.replace(chr(0), '')}\n\nNurses pay no fees to anybody.\n", encoding="utf-8")
    for chosen in (None, HOSTILE):
        document = own.extract(file, title=chosen).document
        for shown in (document.title, document.short_title, document.file):
            assert shown.isprintable(), shown
