"""PDF files made from known text: every quotation of every page is in a passage that names that page."""

from __future__ import annotations

import bisect
import re
from collections import Counter

import pytest
from make_documents import Layout, Paragraph, Typesetter, prose, typeset
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from assistant.corpus import Corpus
from assistant.sources import own
from assistant.sources.extracted import fold_extracted
from assistant.sources.pdf_pages import roman, to_roman
from assistant.sources.structure import page_locator
from assistant.text import cut
from assistant.verification import check, read_text
from assistant.verification.pages import fix_pages


def sheets_of(source):
    """Each passage with the first and last sheet its own spans lie on."""
    starts = [page.start for page in source.pages]

    def sheet(offset):
        return source.pages[bisect.bisect_right(starts, offset) - 1].physical

    return [(p, sheet(p.spans[0][0]), sheet(p.spans[-1][1] - 1)) for p in source.passages]


def check_every_quotation(source, truth):
    """Zero wrong pages: a quotation is in a passage that covers its sheets, and the passage says so."""
    assert len(source.pages) == truth.sheets
    placed = sheets_of(source)
    count = 0
    for quotation, first, last in truth.quotations():
        count += 1
        hits = [(p, a, b) for p, a, b in placed if quotation in p.text]
        assert hits, f"{quotation!r} of sheet {first} is in no passage"
        assert any(a <= first and last <= b for _, a, b in hits), (
            f"{quotation!r} is on {first}, found on {hits}"
        )
    for passage, first, last in placed:
        assert fold_extracted(cut(source.text, passage.spans)) == passage.text
        pages = source.pages[first - 1], source.pages[last - 1]
        if passage.page_start is not None:
            assert (passage.page_start, passage.page_end) == (pages[0].number, pages[1].number)
        numbered = all(page.label for page in pages)
        labels = [page.label for page in source.pages]
        repeated = passage.page_labels and any(labels.count(page.label) > 1 for page in pages)
        assert ("PDF" in passage.locator) == bool(not numbered or repeated)
        assert all((page.label if numbered else str(page.physical)) in passage.locator for page in pages)
    assert len({p.id for p in source.passages}) == len(source.passages)
    return count


def body(count, language="en", words=90):
    return [Paragraph(prose(words + index * 7 % 60, index, language)) for index in range(count)]


def mixed(language="en"):
    """Headings, prose with notes, and bullets."""
    made = []
    for index in range(18):
        if index % 6 == 0:
            made.append(Paragraph(f"{'IVX'[index // 6]}. Chapter number {index}", "heading"))
        text, notes = prose(40 + index * 17 % 90, index, language), {}
        if index % 3 == 0:
            text += f" Claim^{index + 1} " + prose(20, index + 99, language)
            notes = {index + 1: "See " + prose(12, index + 500, language)}
        made.append(Paragraph(text, notes=notes))
        if index % 4 == 3:
            made += [Paragraph(prose(9 + n * 6, index + n + 77, language), marker="•") for n in range(4)]
    return made


def folio(sheet):
    return str(sheet + 10)


def running(sheet):
    return "Report of the Forum" if sheet % 2 else "Second title"


LAYOUTS = {
    "plain": (body(24), Layout()),
    "ragged with indents": (body(24), Layout(justify=False, hyphenate=False, gap=0, indent=18)),
    "two columns": (body(24), Layout(columns=2, size=10)),
    "two columns drawn row by row": (body(24), Layout(columns=2, size=10, interleave=True)),
    "three columns drawn row by row": (body(24), Layout(columns=3, size=9, interleave=True, margin=40)),
    "running headers and folios": (body(24), Layout(header=running, folio=folio)),
    "notes": (mixed(), Layout(header=running, folio=folio)),
    "notes in two columns": (mixed(), Layout(columns=2, size=10, interleave=True, folio=folio)),
    "French in three ragged columns": (mixed("fr"), Layout(columns=3, size=9, justify=False, header=running)),
    "Spanish in two columns": (mixed("es"), Layout(columns=2, size=10, gap=0, indent=14)),
    "double-spaced": (body(12), Layout(lead=2.2, gap=12, header=running, folio=folio)),
    "landscape": (body(12), Layout(page=landscape(A4), columns=2)),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_quotation_of_every_page(tmp_path, name):
    paragraphs, layout = LAYOUTS[name]
    truth = typeset(tmp_path / "a.pdf", paragraphs, layout)
    assert check_every_quotation(own.extract(tmp_path / "a.pdf"), truth) > 300


class OneDocument:
    """A corpus of a single document, as ``verify`` reads it."""

    def __init__(self, source):
        self.sources = {source.document.id: source}


def verdicts(source, cited):
    """What ``verify`` says of quotations, each cited by the pages given."""
    title = source.document.short_title
    lines = [f"“{quotation}” ({title}, {pages})" for quotation, pages in cited]
    return Counter(
        finding.verdict for finding in check(read_text("\n\n".join(lines)), OneDocument(source)).findings
    )


@pytest.mark.parametrize(
    "name", ["running headers and folios", "notes in two columns", "French in three ragged columns"]
)
def test_verify_agrees_with_every_page_and_with_no_other(tmp_path, name):
    paragraphs, layout = LAYOUTS[name]
    truth = typeset(tmp_path / "a.pdf", paragraphs, layout)
    source = own.extract(tmp_path / "a.pdf", short_title="Test Report 2024")
    placed = [(text, a, b) for text, a, b in truth.quotations(9, 9) if len(text.split()) > 5]
    right = [(text, page_locator(source.pages[a - 1], source.pages[b - 1])) for text, a, b in placed]
    assert verdicts(source, right) == {"ok": len(right)}
    count = truth.sheets
    shifted = [source.pages[(b + 1) % count] for _, _, b in placed]
    wrong = [(text, page_locator(page, page)) for (text, _, _), page in zip(placed, shifted, strict=True)]
    assert verdicts(source, wrong) == {"wrong_page": len(wrong)}


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """Front matter i-iv, then 1-: labels in the file and the same numbers printed."""
    path = tmp_path_factory.mktemp("labels") / "labelled.pdf"
    layout = Layout(
        header=lambda sheet: "Thematic report",
        folio=lambda sheet: ["i", "ii", "iii", "iv"][sheet - 1] if sheet <= 4 else str(sheet - 4),
        labels=[(1, "ROMAN_LOWER", 1), (5, "ARABIC", 1)],
        title="Thematic report on pathways",
    )
    truth = typeset(path, body(40), layout)
    return own.extract(path), truth


def test_labels_and_sheets_are_kept_apart(labelled):
    source, truth = labelled
    check_every_quotation(source, truth)
    assert [page.label for page in source.pages[:6]] == ["i", "ii", "iii", "iv", "1", "2"]
    assert [page.number for page in source.pages[:6]] == [None, None, None, None, 1, 2]
    assert [page.physical for page in source.pages[:3]] == [1, 2, 3]
    locators = {passage.locator: passage for passage in source.passages}
    assert locators["p. iv"].page_start is None
    assert locators["p. iv"].page_labels == "p. iv (PDF p. 4)"
    assert locators["p. 2"].page_labels == "p. 2 (PDF p. 6)"
    assert (locators["p. 2"].page_start, locators["p. 2"].page_certain) == (2, True)
    crossing = next(p for p in source.passages if p.locator == "pp. 1-2")
    assert (crossing.page_start, crossing.page_end) == (1, 2)
    assert len(crossing.spans) == 2
    assert source.document.title == "Thematic report on pathways"


def at(locator, end=False):
    """Some words from the beginning or the end of the first passage with this locator."""
    return lambda source: " ".join(
        next(p for p in source.passages if p.locator == locator).text.split()[
            slice(-6, -1) if end else slice(8)
        ]
    )


ADVICE = {
    # the words quoted, the page cited -> the right pages, and why
    "another roman page": (at("p. ii"), "p. iii", "p. ii (PDF p. 2)", "Write ("),
    "the PDF's page": (
        at("p. iii"), "p. 3", "p. iii (PDF p. 3)", "3 is the page of the PDF; the page printed there is iii.",
    ),
    "the printed page as the PDF's": (
        at("p. 2"), "PDF p. 2", "p. 2 (PDF p. 6)", "2 is the page printed there; in the PDF it is page 6.",
    ),
    "one page of two": (at("pp. i-ii"), "p. v", "p. i (PDF p. 1)", "Write ("),
    "the other page of two": (at("pp. i-ii", end=True), "p. v", "p. ii (PDF p. 2)", "Write ("),
    "before the change of numbering": (at("pp. iv-1"), "p. 2", "p. iv (PDF p. 4)", "Write ("),
    "over it": (at("pp. iv-1", end=True), "p. v", "pp. iv-1 (PDF pp. 4-5)", "Write ("),
    "a range": (at("p. 1"), "pp. ii-iii", "p. 1 (PDF p. 5)", "Write ("),
    "both wrong": (at("p. i"), "p. iii (PDF p. 2)", "p. i (PDF p. 1)", "Write ("),
}  # fmt: skip


@pytest.mark.parametrize(("quotation", "cited", "right", "why"), ADVICE.values(), ids=ADVICE)
def test_the_advice_names_printed_and_pdf_page(labelled, tmp_path, quotation, cited, right, why):
    source, _ = labelled
    title = source.document.short_title
    corpus = Corpus.of([source])
    path, out = tmp_path / "note.md", tmp_path / "mended.md"
    path.write_text(f"Said: “{quotation(source)}” ({title}, {cited}).\n", encoding="utf-8")
    (finding,) = check(read_text(path.read_text(encoding="utf-8")), corpus).findings
    assert (finding.verdict, finding.expected) == ("wrong_page", f"{title}, {right}")
    assert finding.advice.startswith(why)
    assert finding.advice.endswith(f"rite ({title}, {right}).")
    (mended,) = fix_pages(path, out, corpus)
    assert mended.done
    assert [f.verdict for f in check(read_text(out.read_text(encoding="utf-8")), corpus).findings] == ["ok"]


def test_a_page_over_the_change_of_numbering_is_cited_and_read(labelled):
    source, _ = labelled
    (passage,) = [p for p in source.passages if p.locator == "pp. iv-1"]
    text = f"“{passage.text}” ({source.document.short_title}, {{}})."
    for cited, verdict in (("pp. iv-1", "ok"), ("pp. iv-1 (PDF pp. 4-5)", "ok"), ("pp. iv-2", "wrong_page")):
        findings = check(read_text(text.format(cited)), Corpus.of([source])).findings
        assert [f.verdict for f in findings] == [verdict], cited


def test_a_citation_without_a_page_is_told_the_quotations_own(labelled):
    source, _ = labelled
    note = f"“{at('pp. i-ii', end=True)(source)}” ({source.document.short_title})."
    (finding,) = check(read_text(note), Corpus.of([source])).findings
    assert finding.verdict == "ok"
    assert "The citation states no page; the words stand on p. ii (PDF p. 2)." in finding.remarks


def test_running_lines_are_in_the_text_but_in_no_passage(labelled):
    source, _ = labelled
    assert source.text.count("Thematic report\n") == len(source.pages)
    assert not any("Thematic report" in passage.text for passage in source.passages)


@pytest.mark.parametrize(
    ("printed", "labels", "expected"),
    [
        (lambda s: f"Page {s} of 9", (), ["1", "2", "3", "4"]),
        (lambda s: f"- {s + 10} -", (), ["11", "12", "13", "14"]),
        (lambda s: "" if s == 1 else str(s), (), ["", "2", "3", "4"]),
        (lambda s: "" if s == 3 else str(s), (), ["1", "2", "3", "4"]),
        (lambda s: "", (), ["", "", "", ""]),
        (lambda s: "", [(1, "ARABIC", 21)], ["21", "22", "23", "24"]),
        (lambda s: str(s + 100), [(1, "ARABIC", 1)], ["101", "102", "103", "104"]),
        (lambda s: str((s * 37) % 91 + 1), (), ["", "", "", ""]),
    ],
    ids=["page of", "dashes", "cover without", "gap", "none", "labels only", "printed wins", "no agreement"],
)
def test_page_numbers(tmp_path, printed, labels, expected):
    layout = Layout(folio=printed, labels=labels)
    truth = typeset(tmp_path / "a.pdf", body(12, words=120), layout)
    source = own.extract(tmp_path / "a.pdf")
    check_every_quotation(source, truth)
    assert [page.label for page in source.pages[:4]] == expected
    if not any(expected):
        assert source.passages[0].locator == "PDF p. 1"
        assert source.passages[0].page_start is None


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (
            Layout(
                header=lambda s: "A/RES/73/195",
                folio=lambda s: f"{s}/36 18-22547" if s % 2 == 0 else f"18-22547 {s}/36",
            ),
            [str(s) for s in range(1, 19)],
        ),
        (
            Layout(header=lambda s: f"{344 + s} Journal 12 (2018)" if s % 2 else f"Author Name {344 + s}"),
            [str(344 + s) for s in range(1, 19)],
        ),
        (
            Layout(folio=lambda s: ["", "ii", "iii", "iv", "v"][s - 1] if s < 6 else str(s - 5)),
            ["", "ii", "iii", "iv", "v", *[str(s) for s in range(1, 14)]],
        ),
        (
            Layout(folio=lambda s: str(s) if s < 9 else str(s - 8)),
            [*[str(s) for s in range(1, 9)], *[str(s) for s in range(1, 11)]],
        ),
        (Layout(header=lambda s: "Annual report 2017"), [""] * 18),
    ],
    ids=["United Nations symbol", "journal", "Roman front matter", "annex begins anew", "year is no folio"],
)
def test_folios_as_printed(tmp_path, layout, expected):
    truth = typeset(tmp_path / "a.pdf", body(40, words=105), layout)
    source = own.extract(tmp_path / "a.pdf")
    check_every_quotation(source, truth)
    assert [page.label for page in source.pages][:18] == expected[: len(source.pages)]


def test_united_nations_paragraphs(tmp_path):
    made = [Paragraph("II. Commitments", "heading")]
    for number in range(20, 40):
        made.append(Paragraph(prose(50, number), marker=f"{number}."))
        made += [Paragraph(prose(18, number * 7 + i), marker=f"({letter})") for i, letter in enumerate("abc")]
    made.append(Paragraph("III. Recommendations", "heading"))
    made += [Paragraph(prose(20, 900 + number), marker=f"{number}.") for number in range(1, 5)]
    made.append(Paragraph("Recommandations", "heading"))
    made += [Paragraph(prose(20, 950 + number, "fr"), marker="•") for number in range(3)]
    truth = typeset(tmp_path / "a.pdf", made, Layout(folio=str))
    source = own.extract(tmp_path / "a.pdf")
    check_every_quotation(source, truth)
    parts = {re.sub(r",? pp?\. .*", "", passage.locator): passage for passage in source.passages}
    assert parts["para. 22 (c)"].text == prose(18, 22 * 7 + 2)
    assert parts["para. 22 (c)"].heading_path == ("II. Commitments",)
    assert parts["Rec. 3"].kind == "recommendation"
    assert parts["Rec. 3"].text == prose(20, 903)
    assert [p.kind for p in source.passages[-3:]] == ["recommendation"] * 3
    assert {p.language for p in source.passages[-3:]} == {"fr"}


def test_bookmarks_make_headings(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for number, title in enumerate(("Financing the pathways", "Recruitment and skills")):
        canvas.bookmarkPage(str(number))
        canvas.addOutlineEntry(title, str(number), level=0)
        canvas.setFont("Times-Roman", 11)
        canvas.drawString(72, 760, title)
        canvas.drawString(72, 720, f"A sentence below heading {number}.")
        canvas.showPage()
    canvas.save()
    source = own.extract(path)
    paths = {p.text: p.heading_path for p in source.passages if p.kind == "paragraph"}
    assert paths["A sentence below heading 1."] == ("Recruitment and skills",)


def test_same_file_same_source(tmp_path):
    typeset(tmp_path / "a.pdf", mixed())
    assert own.extract(tmp_path / "a.pdf") == own.extract(tmp_path / "a.pdf")


def test_a_blank_page_after_columns(tmp_path):
    setter = Typesetter(tmp_path / "a.pdf", Layout(columns=2))
    setter.set_part(body(16))
    setter.new_page()
    setter.new_page()
    truth = setter.set(body(4))
    source = own.extract(tmp_path / "a.pdf")
    check_every_quotation(source, truth)
    assert any("Blank: 1 of" in remark for remark in source.remarks)


def test_document(tmp_path):
    typeset(tmp_path / "Rapport d'été.pdf", body(3, "fr"))
    document = own.extract(tmp_path / "Rapport d'été.pdf").document
    assert (document.id, document.family, document.languages) == ("rapport-d-été", "own-pdf", ("fr",))
    assert document.standing["en"] == "Added by the user; standing not stated."
    assert len(document.sha256) == 64


@pytest.mark.parametrize("value", [1, 4, 9, 14, 40, 90, 99, 399])
def test_roman_numbers(value):
    assert roman(to_roman(value)) == value


def test_the_typesetter_itself(tmp_path):
    """The truth is only as good as its maker: words, sheets and calls come out as put in."""
    setter = Typesetter(tmp_path / "a.pdf", Layout(columns=2))
    truth = setter.set([Paragraph("One two^1 three.", notes={1: "The note."})])
    assert [[w.word for w in words] for words in truth.paragraphs] == [
        ["One", "two", "three."],
        ["The", "note."],
    ]
    assert truth.sheets == 1
