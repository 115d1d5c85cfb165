"""The same note in every format gives the same findings; damaged and hostile files are refused."""

from __future__ import annotations

import html
import io
import shutil
import subprocess
import zipfile

import notes as writers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.citations import label
from assistant.corpus import load_shipped
from assistant.errors import SourceError
from assistant.verification import check, read_note, read_text, verify
from assistant.verification.check import examine
from assistant.verification.compare import Library
from assistant.verification.notes import read_bytes
from assistant.verification.pages import fix_pages

CORPUS = load_shipped()
PASSAGES = [
    (passage, label(passage, source.document))
    for source in CORPUS.sources.values()
    for passage in source.passages
    if len(passage.text.split()) >= 6 and "](" not in passage.text
]
LIBRARY = Library(CORPUS)
MARKS = ["“”", '""', "«»", "„“", "‹›"]


def verdicts(data: bytes, kind: str) -> list[str]:
    report, _ = examine(read_bytes(data, f"note.{kind}", kind), LIBRARY)
    return [finding.verdict for finding in report.findings]


@st.composite
def lines(draw):
    """A paragraph with a quotation, right or changed by one word, and the verdict it deserves."""
    passage, cited = draw(st.sampled_from(PASSAGES))
    marks = draw(st.sampled_from(MARKS))
    footnote, block = draw(st.booleans()), draw(st.booleans())
    text, wanted = passage.text, "ok"
    if draw(st.booleans()) and "http" not in text:
        found = text.split(" ")
        at = draw(st.integers(1, len(found) - 2))
        text, wanted = " ".join([*found[:at], "platypus", *found[at:]]), "altered"
    if any(char in text for char in '"“”«»„') and not block:
        marks = "“”" if text.count("“") == text.count("”") and '"' not in text else ""
    if not marks:
        block = True
    quote = text if block else f"{marks[0]}{text}{marks[1]}"
    return writers.Line("It was said:", quote, cited, footnote, block), wanted


@pytest.mark.parametrize("kind", writers.WRITERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entries=st.lists(lines(), min_size=1, max_size=5))
def test_a_note_says_the_same_in_every_format(kind, entries):
    data = writers.WRITERS[kind]([line for line, _ in entries])
    assert verdicts(data, kind) == [wanted for _, wanted in entries]


QUOTE = "Leverage technology to link migrant talent to work opportunities."
CITED = "GFMD Thematic Recollection 2017, Cluster 2, PO, p. 15"


def word(body: str, footnotes: list[str] | None = None, extra: dict[str, str] | None = None) -> list[str]:
    return verdicts(writers.docx(body, footnotes, extra), "docx")


def test_word_tracked_insertions_count_and_deletions_do_not():
    head, tail = QUOTE[:20], QUOTE[20:]
    deleted = '<w:del w:id="1" w:author="a"><w:r><w:delText>not </w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2" w:author="a">{writers.run(tail)}</w:ins>'
    body = writers.paragraph(writers.run(f"“{head}"), deleted, inserted, writers.run(f"” ({CITED})"))
    assert word(body) == ["ok"]
    inserted = f'<w:ins w:id="2" w:author="a">{writers.run("never ")}</w:ins>'
    body = writers.paragraph(writers.run(f"“{head}"), inserted, writers.run(f"{tail}” ({CITED})"))
    assert word(body) == ["altered"]


def test_word_comments_fields_and_properties_are_no_text():
    field = "<w:r><w:instrText>PAGEREF “x y z a b”</w:instrText></w:r>"
    comment = '<w:commentRangeStart w:id="0"/>'
    body = writers.paragraph(field, comment, writers.run(f"“{QUOTE}” ({CITED})"))
    said = writers.paragraph(writers.run("“Not in the note at all”"))
    comments = f'<w:comments xmlns:w="{writers.W}"><w:comment w:id="0">{said}</w:comment></w:comments>'
    assert word(body, extra={"word/comments.xml": comments}) == ["ok"]


def test_word_tables_pair_a_cell_with_the_next():
    def cell(text: str) -> str:
        return f"<w:tc>{writers.paragraph(writers.run(text))}</w:tc>"

    rows = f"<w:tr>{cell('Text')}{cell('Source')}</w:tr><w:tr>{cell(f'“{QUOTE}”')}{cell(CITED)}</w:tr>"
    assert word(f"<w:tbl>{rows}</w:tbl>") == ["ok"]
    assert word(f"<w:tbl>{rows.replace('p. 15', 'p. 16')}</w:tbl>") == ["wrong_page"]


def test_word_text_boxes_are_read_once():
    box = writers.paragraph(writers.run(f"“{QUOTE}” ({CITED})"))
    namespace = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = writers.paragraph(
        f"<w:r><mc:AlternateContent {namespace}><mc:Choice><w:txbxContent>{box}</w:txbxContent>"
        f"</mc:Choice><mc:Fallback><w:txbxContent>{box}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert word(body) == ["ok"]


def test_word_special_characters():
    text = QUOTE.replace(" to ", "</w:t><w:tab/><w:t>to</w:t><w:softHyphen/><w:t xml:space='preserve'> ", 1)
    body = f"<w:p><w:r><w:t>“{text}” ({CITED})</w:t></w:r></w:p>"
    assert word(body) == ["ok"]


def test_html_scripts_styles_and_titles_are_no_text():
    page = (
        "<html><head><title>“A title of four words”</title><style>q::before{content:'“'}</style></head><body>"
        "<script>let x = '“words that are no quotation”';</script>"
        f"<p>“{QUOTE}” ({CITED.replace(' ', '&nbsp;')})</p><!-- “a comment of four words” --></body></html>"
    )
    assert verdicts(page.encode(), "html") == ["ok"]


def test_html_tables_quotes_and_entities():
    cells = f"<td><q>{html.escape(QUOTE)}</q></td><td><p>{CITED}</p></td>"
    page = f"<table><tr><th>T</th><th>S</th></tr><tr>{cells}</tr></table>"
    assert verdicts(page.encode(), "html") == ["ok"]
    page = f"<blockquote>{QUOTE}<br><cite>— {CITED}</cite></blockquote>"
    assert verdicts(page.encode(), "html") == ["ok"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_as_word_processors_save_it(tmp_path, encoding):
    path = tmp_path / "note.txt"
    path.write_bytes(f"“{QUOTE}” ({CITED})\r\n".encode(encoding))
    assert [f.verdict for f in verify(read_note(path), CORPUS)] == ["ok"]


def bomb() -> bytes:
    buffer = io.BytesIO()
    package = zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED)
    with package, package.open("word/document.xml", "w") as member:
        for _ in range(100):
            member.write(b" " * 1_000_000)
    return buffer.getvalue()


ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    f'<w:document xmlns:w="{writers.W}"><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>'
)
HOSTILE = {
    "not a zip": b"PK but not really",
    "empty": b"",
    "zip bomb": bomb(),
    "entities": writers.docx("", extra={"word/document.xml": ENTITY}),
    "broken XML": writers.docx("", extra={"word/document.xml": "<w:document"}),
    "truncated": writers.docx(writers.paragraph(writers.run(QUOTE * 50)))[:-300],
    "no document": writers.docx("", extra={"x": "y"})[:0] + b"PK\x05\x06" + b"\0" * 18,
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_damaged_and_hostile_files_are_refused(data):
    with pytest.raises(SourceError):
        read_bytes(data, "note.docx", "docx")


def test_files_that_cannot_be_read_are_said(tmp_path):
    with pytest.raises(SourceError, match="expected an ending in"):
        read_note(tmp_path / "note.pdf")
    with pytest.raises(SourceError, match="Cannot read"):
        read_note(tmp_path / "missing.md")
    (tmp_path / "binary.txt").write_bytes(b"\x00\xff\x00\xfe" * 10)
    with pytest.raises(SourceError, match="binary"):
        read_note(tmp_path / "binary.txt")


@pytest.mark.parametrize("kind", ["md", "txt", "html"])
@settings(max_examples=60, deadline=None)
@given(text=st.text("“”\"'«»‘’()[]>|*_`#-.^: \n\tabcPp0123456789<&;…", max_size=300))
def test_any_text_is_read_without_failing(kind, text):
    examine(read_bytes(text.encode(), f"note.{kind}", kind), LIBRARY)


# --- LibreOffice -----------------------------------------------------------------------------------------

EDITED = f"""<html><body>
<h1>Note of the delegation</h1>
<p>The Recollection asks to “{QUOTE}” ({CITED}).</p>
<p>It also asks to “Leverage technology to link migrant workers to work opportunities.” ({CITED}).</p>
<p>And to “Promote immigration policies informed by skill gaps identified by the private sector” (GFMD
Thematic Recollection 2017, Cluster 2, PO, p. 16).</p>
<blockquote><p>Efforts must be made to ensure that migration becomes a choice and not a necessity. (GFMD
Dialogue Summary Report 2017, para. 19, p. 4)</p></blockquote>
<p>With a note: «Promote regular immigration as a part of a broader solution to demographic challenges»<a
class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a>.</p>
<table><tr><td>“The first input speaker, Mr. Alex Zalami, anticipated”</td><td>GFMD Dialogue Summary
Report 2017, para. 9</td></tr></table>
<div id="sdfootnote1"><p class="sdfootnote"><a class="sdfootnotesym" name="sdfootnote1sym"
href="#sdfootnote1anc">1</a>{CITED}.</p></div>
</body></html>"""
EXPECTED = ["ok", "altered", "wrong_page", "ok", "ok", "misattributed"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_a_note_saved_by_libreoffice(tmp_path, kind):
    (tmp_path / "note.html").write_text(EDITED, encoding="utf-8")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    first = ["soffice", profile, "--headless", "--writer", "--convert-to", "odt", "note.html"]
    subprocess.run(first, cwd=tmp_path, check=True, capture_output=True, timeout=240)
    if kind == "docx":
        second = ["soffice", profile, "--headless", "--convert-to", "docx:MS Word 2007 XML", "note.odt"]
        subprocess.run(second, cwd=tmp_path, check=True, capture_output=True, timeout=240)
    report = check(read_note(tmp_path / f"note.{kind}"), CORPUS)
    assert [finding.verdict for finding in report.findings] == EXPECTED
    assert verdicts(EDITED.encode(), "html") == EXPECTED
    mended = fix_pages(tmp_path / f"note.{kind}", tmp_path / f"mended.{kind}", CORPUS)
    assert [page.done for page in mended] == [True]
    after = check(read_note(tmp_path / f"mended.{kind}"), CORPUS)
    assert [f.verdict for f in after.findings] == [v.replace("wrong_page", "ok") for v in EXPECTED]


# --- size ------------------------------------------------------------------------------------------------


def long_note(quotations: int = 1500) -> str:
    """A note of some 300 pages: every tenth quotation is changed."""
    blocks = []
    for at in range(quotations):
        passage, cited = PASSAGES[at * 7 % len(PASSAGES)]
        text = " ".join(passage.text.split()[:60])
        text = text if at % 10 else text.replace(" and ", " or ", 1)
        blocks.append(
            f"In the debate it was held that “{text.replace('“', '').replace('”', '')}” ({cited}). "
            + "Further words. " * 30
        )
    return "\n\n".join(blocks)


def test_every_quotation_of_a_note_of_300_pages_is_judged():
    """How long it takes is measured by ``benchmarks/verify.py``."""
    report = check(read_text(long_note()), CORPUS)
    assert len(report.findings) == 1500
