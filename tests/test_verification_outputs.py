"""What is made of the findings: notes annotated, pages mended, certificates read."""

from __future__ import annotations

import io
import json
import zipfile

import notes as writers
import pytest

from assistant.certificate import html_element, markdown_comment, text_line
from assistant.citations import parse
from assistant.corpus import load_shipped
from assistant.errors import UsageError
from assistant.model import Certificate
from assistant.verification import check, read_note, verify
from assistant.verification.annotate import annotate
from assistant.verification.certificates import certificate_status, find_certificate
from assistant.verification.page_edits import edits
from assistant.verification.pages import fix_pages

CORPUS = load_shipped()
REC = "GFMD Thematic Recollection 2017"
TALENT = "Leverage technology to link migrant talent to work opportunities."
LINES = [
    writers.Line("First:", f"“{TALENT}”", f"{REC}, Cluster 2, PO, p. 15"),
    writers.Line("Second:", f"“{TALENT}”", f"{REC}, Cluster 2, PO, p. 22"),
    writers.Line("Third:", f"“{TALENT}”", f"{REC}, Cluster 2, PO, p. 23", footnote=True),
    writers.Line("Fourth:", f"“{TALENT.replace('migrant', 'refugee')}”", f"{REC}, Cluster 2, PO, p. 15"),
    writers.Line("Fifth:", f"“{TALENT}”", f"{REC}, Cluster 2, PO, pp. 15–16"),
]
VERDICTS = ["ok", "wrong_page", "wrong_page", "altered", "wrong_page"]


def written(tmp_path, kind: str):
    path = tmp_path / f"note.{kind}"
    path.write_bytes(writers.WRITERS[kind](LINES))
    return path


# --- pages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", writers.WRITERS)
def test_only_wrong_pages_are_mended(tmp_path, kind):
    path, out = written(tmp_path, kind), tmp_path / f"mended.{kind}"
    before = path.read_bytes()
    assert [f.verdict for f in verify(read_note(path), CORPUS)] == VERDICTS
    mended = fix_pages(path, out, CORPUS)
    assert [(m.before, m.after, m.done) for m in mended] == [
        ("p. 22", "p. 15", True),
        ("p. 23", "p. 15", True),
        ("pp. 15–16", "p. 15", True),
    ]
    assert path.read_bytes() == before
    assert [f.verdict for f in verify(read_note(out), CORPUS)] == ["ok", "ok", "ok", "altered", "ok"]


@pytest.mark.parametrize("kind", ["md", "txt", "html"])
def test_nothing_else_is_touched(tmp_path, kind):
    path, out = written(tmp_path, kind), tmp_path / f"mended.{kind}"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + "\r\nÜbrigens\u00a0…  \t\r\n".encode())
    fix_pages(path, out, CORPUS)
    expected = path.read_bytes()
    for old, new in ((b"p. 22", b"p. 15"), (b"p. 23", b"p. 15"), ("pp. 15–16".encode(), b"p. 15")):
        assert expected.count(old) == 1
        expected = expected.replace(old, new)
    assert out.read_bytes() == expected


def test_only_the_text_of_runs_changes_in_word(tmp_path):
    path, out = written(tmp_path, "docx"), tmp_path / "mended.docx"
    fix_pages(path, out, CORPUS)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out) as new:
        assert old.namelist() == new.namelist()
        changed = [name for name in old.namelist() if old.read(name) != new.read(name)]
        assert changed == ["word/footnotes.xml", "word/document.xml"]
        for name in changed:
            first, second = (package.read(name).decode() for package in (old, new))
            assert first.count("<w:r>") == second.count("<w:r>")


def test_only_the_numbers_change_in_opendocument(tmp_path):
    path, out = written(tmp_path, "odt"), tmp_path / "mended.odt"
    fix_pages(path, out, CORPUS)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out) as new:
        assert old.namelist() == new.namelist()
        assert [i.compress_type for i in old.infolist()] == [i.compress_type for i in new.infolist()]
        changed = [name for name in old.namelist() if old.read(name) != new.read(name)]
        assert changed == ["content.xml"]
        expected = old.read("content.xml").decode()
        for before, after in (
            ("p. 2<text:span>2</text:span>", "p. 1<text:span>5</text:span>"),
            ("p. 23.</text:p>", "p. 15.</text:p>"),
            ("pp. 15–1<text:span>6</text:span>", "p. 15<text:span></text:span>"),
        ):
            assert expected.count(before) == 1
            expected = expected.replace(before, after)
        assert new.read("content.xml").decode().replace("<text:span/>", "<text:span></text:span>") == expected


def test_a_table_of_an_opendocument_note_is_mended(tmp_path):
    path, out = tmp_path / "note.odt", tmp_path / "mended.odt"
    cells = ("A", f"“{TALENT}” ({REC}, Cluster 2, PO,<text:s/>p. 22)", "B")
    row = "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells)
    path.write_bytes(writers.odt(f"<table:table><table:table-row>{row}</table:table-row></table:table>"))
    assert [(m.before, m.after, m.done) for m in fix_pages(path, out, CORPUS)] == [("p. 22", "p. 15", True)]
    assert [f.verdict for f in verify(read_note(out), CORPUS)] == ["ok"]


EDITS = {
    # printed, stated and right pages -> what is written
    "one page": ("A, p. 22", "p. 15", "A, p. 15"),
    "a page more": ("A, p. 1", "p. 17", "A, p. 17"),
    "to a range": ("A, page 22", "pp. 15-16", "A, pages 15-16"),
    "from a range": ("A, pp. 22–23", "p. 15", "A, p. 15"),
    "roman": ("A, p. iii", "p. iv", "A, p. iv"),
    "roman range": ("A, pp. ii-iii", "p. i", "A, p. i"),
    "to a roman range": ("A, p. 4", "pp. ii-iii", "A, pp. ii-iii"),
    "over the change of numbering": ("A, p. 4", "pp. iv-1", "A, pp. iv-1"),
    "from over it": ("A, pp. iv-1", "p. iv (PDF p. 4)", "A, p. iv"),
    "PDF page alone": ("A, PDF p. 2", "p. 1 (PDF p. 5)", "A, PDF p. 5"),
    "both": ("A, p. iii (PDF p. 2)", "p. i (PDF p. 1)", "A, p. i (PDF p. 1)"),
    "one of both": ("A, p. 3 (PDF p. 3)", "p. 3 (PDF p. 7)", "A, p. 3 (PDF p. 7)"),
    "the other of both": ("A, p. 7 (PDF p. 7)", "p. 3 (PDF p. 7)", "A, p. 3 (PDF p. 7)"),
    "no page is printed there": ("A, p. 3", "PDF p. 7", None),
    "no pages at all": ("A, p. 3", "Rec. 4", None),
    "two of them": ("A, p. 3, and again p. 3", "p. 7", None),
}  # fmt: skip


@pytest.mark.parametrize(("printed", "right", "wanted"), EDITS.values(), ids=EDITS)
def test_what_is_changed_in_a_citation(printed, right, wanted):
    made = edits(printed, parse(printed), parse(right))
    text = printed
    for edit in reversed(made):
        start, end, new = edit.least()
        assert end > start
        text = text[:start] + new + text[end:]
    assert (text if made else None) == wanted


def test_a_page_that_cannot_be_mended_is_listed(tmp_path):
    path = tmp_path / "note.md"
    rec4 = " ".join(CORPUS.passages["gfmd-dialogue-cluster6-session-brief-2017/rec.4"].text.split()[:12])
    path.write_text(f"“{rec4}” (Session Brief, Rec. 4, p. 2)\n", encoding="utf-8")
    (mended,) = fix_pages(path, tmp_path / "out.md", CORPUS)
    assert not mended.done
    assert (tmp_path / "out.md").read_bytes() == path.read_bytes()


def test_the_note_itself_is_never_overwritten(tmp_path):
    path = written(tmp_path, "md")
    with pytest.raises(UsageError, match="another file"):
        fix_pages(path, path, CORPUS)
    with pytest.raises(UsageError, match="keeps its format"):
        fix_pages(path, tmp_path / "out.docx", CORPUS)
    with pytest.raises(UsageError, match="another file"):
        annotate(path, read_note(path), check(read_note(path), CORPUS), path)


# --- annotation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", writers.WRITERS)
def test_annotated_markdown_holds_each_finding_below_its_paragraph(tmp_path, kind):
    path, out = written(tmp_path, kind), tmp_path / "annotated.md"
    note = read_note(path)
    annotate(path, note, check(note, CORPUS), out)
    text = out.read_text(encoding="utf-8")
    places = [
        text.index(word) for word in ("First", "Second", "wrong_page", "Third", "Fourth", "altered", "Fifth")
    ]
    assert places == sorted(places)
    assert "[-migrant-] {+refugee+}" in text


@pytest.mark.parametrize("kind", writers.WRITERS)
def test_annotated_word_holds_comments(tmp_path, kind):
    docx = pytest.importorskip("docx")
    path, out = written(tmp_path, kind), tmp_path / "annotated.docx"
    note = read_note(path)
    report = check(note, CORPUS)
    annotate(path, note, report, out)
    comments = [comment.text for comment in docx.Document(str(out)).comments]
    said = [f for f in report.findings if f.verdict != "ok" or f.remarks]
    assert len(comments) == len(said) >= 4
    assert any(comment.startswith("Altered.") for comment in comments)
    assert [f.verdict for f in verify(read_note(out), CORPUS)][: len(VERDICTS)].count("altered") == 1


def test_other_endings_are_refused(tmp_path):
    path = written(tmp_path, "md")
    with pytest.raises(UsageError, match=r"\.docx or \.md"):
        annotate(path, read_note(path), check(read_note(path), CORPUS), tmp_path / "out.pdf")


# --- certificates ----------------------------------------------------------------------------------------

CERTIFICATE = Certificate(CORPUS.sha256, "fake", "1", "t", "9.9", question="fees <b>--> & “who pays”?")


def carried(kind: str, certificate: Certificate) -> bytes:
    data = writers.WRITERS[kind](LINES[:1])
    if kind == "md":
        return data + f"\n{markdown_comment(certificate)}\n".encode()
    if kind == "txt":
        return data + f"\n{text_line(certificate)}\n".encode()
    if kind == "html":
        return data.replace(b"</body>", html_element(certificate).encode() + b"</body>")
    value = json.dumps({"corpus_sha256": certificate.corpus_sha256, "program_version": "9.9"})
    if kind == "odt":
        meta = (
            f'<office:document-meta xmlns:office="{writers.ODF}:office:1.0" xmlns:meta="{writers.ODF}:meta:1.0">'
            f'<office:meta><meta:user-defined meta:name="gcm-draft-certificate">{value}</meta:user-defined>'
            "</office:meta></office:document-meta>"
        )
        return writers.odt("<text:p>Text.</text:p>", {"meta.xml": meta})
    custom = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f'<property name="gcm-draft-certificate"><vt:lpwstr>{value}</vt:lpwstr></property></Properties>'
    )
    return writers.docx(writers.paragraph(writers.run("Text.")), extra={"docProps/custom.xml": custom})


@pytest.mark.parametrize("kind", writers.WRITERS)
def test_a_certificate_is_read_from_every_format(tmp_path, kind):
    path = tmp_path / f"note.{kind}"
    path.write_bytes(carried(kind, CERTIFICATE))
    report = check(read_note(path), CORPUS)
    assert report.clean
    assert "the corpus is the one the brief was made from" in report.certificate_status
    assert "made by version 9.9" in report.certificate_status


@pytest.mark.parametrize("kind", writers.WRITERS)
def test_a_changed_corpus_is_said(tmp_path, kind):
    path = tmp_path / f"note.{kind}"
    path.write_bytes(carried(kind, Certificate("0" * 64, "fake", "1", "t", "9.9")))
    assert "the corpus has changed since" in check(read_note(path), CORPUS).certificate_status


def test_no_or_a_damaged_certificate_is_none():
    assert find_certificate("no certificate") is None
    assert find_certificate('Certificate: {"corpus_sha256": 3}') is None
    assert find_certificate("<!-- gcm-draft certificate: {broken -->") is None
    assert certificate_status(None, "x", "1") is None


def test_a_word_note_keeps_all_its_parts_when_annotated(tmp_path):
    path, out = written(tmp_path, "docx"), tmp_path / "annotated.docx"
    note = read_note(path)
    annotate(path, note, check(note, CORPUS), out)
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as package:
        assert {"word/document.xml", "word/footnotes.xml", "word/comments.xml"} <= set(package.namelist())
