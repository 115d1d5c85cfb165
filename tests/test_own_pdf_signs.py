"""What stands between the letters of a PDF: hyphens, ligatures, turned pages, right-to-left writing."""

from __future__ import annotations

import pytest
from make_documents import register_dejavu
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from assistant.sources import own
from assistant.sources.extracted import fold_extracted
from assistant.sources.pdf_rtl import logical
from assistant.text import cut


def lines_pdf(path, pages, font="Times-Roman", size=11):
    """A PDF of given lines at (x, y), page by page."""
    canvas = Canvas(str(path), pagesize=A4)
    for lines in pages:
        canvas.setFont(font, size)
        for x, y, text in lines:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return path


@pytest.mark.parametrize(
    ("first", "second", "elsewhere", "expected"),
    [
        ("an inter-", "national fund", "", "an international fund"),
        ("their well-", "being matters", "the well-being of all", "their well-being matters"),
        ("the coopera-", "tion of", "cooperation and", "the cooperation of"),
        ("of non-", "binding texts", "", "of non-binding texts"),
        ("with labour-", "intensive work", "labour is intensive", "with labour-intensive work"),
        ("the South-", "South exchange", "", "the South-South exchange"),
        ("the short-", "and long-term plan", "", "the short- and long-term plan"),
        ("access and/", "or support", "", "access and/or support"),
    ],
)
def test_hyphens_at_line_ends(tmp_path, first, second, elsewhere, expected):
    lines = [(72, 700, "Here stands"), (72, 686, first), (72, 672, second), (72, 500, f"Later {elsewhere}.")]
    source = own.extract(lines_pdf(tmp_path / "a.pdf", [lines]))
    assert expected in " ".join(p.text for p in source.passages)
    for passage in source.passages:
        assert fold_extracted(cut(source.text, passage.spans)) == passage.text


def test_a_word_cut_by_the_page_is_whole_in_its_passage(tmp_path):
    pages = [
        [(72, 120, "The States should establish an interna-"), (290, 40, "3")],
        [(72, 760, "tional fund for all."), (290, 40, "4")],
        [(72, 760, "International it is."), (290, 40, "5")],
    ]
    source = own.extract(lines_pdf(tmp_path / "a.pdf", pages))
    whole = next(p for p in source.passages if "fund" in p.text)
    assert whole.text == "The States should establish an international fund for all."
    assert whole.locator == "pp. 3-4"
    assert whole.page_labels == "pp. 3-4 (PDF pp. 1-2)"


def test_turned_pages_are_read_as_shown(tmp_path):
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for sheet in range(2):
        canvas.setPageRotation(90)
        canvas.translate(0, 0)
        canvas.rotate(90)
        canvas.setFont("Times-Roman", 11)
        canvas.drawString(72, -80, f"The first line of sheet {sheet} is here")
        canvas.drawString(72, -94, "and the second one follows it.")
        canvas.showPage()
    canvas.save()
    source = own.extract(path)
    assert [p.text for p in source.passages] == [
        f"The first line of sheet {sheet} is here and the second one follows it." for sheet in range(2)
    ]


def test_ligatures_are_typed_as_letters(tmp_path):
    font = register_dejavu()
    if font is None:
        pytest.skip("DejaVu Sans is not installed: no font with ligatures at hand")
    lines = [(72, 700, "The e\ufb03cient \ufb01nancing of \ufb02ows.")]
    source = own.extract(lines_pdf(tmp_path / "a.pdf", [lines], font))
    assert source.passages[0].text == "The efficient financing of flows."


def test_arabic_is_in_reading_order(tmp_path):
    font = register_dejavu()
    if font is None:
        pytest.skip("DejaVu Sans is not installed: no font with Arabic at hand")
    text = "ينبغي للدول أن تنشئ مسارات منتظمة"
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont(font, 11)
    canvas.drawRightString(520, 700, text[::-1])  # drawn as a page shows it: from left to right
    canvas.drawRightString(520, 684, "للعمال المهاجرين."[::-1])
    canvas.save()
    source = own.extract(path)
    assert source.passages[0].text == f"{text} للعمال المهاجرين."
    assert source.passages[0].language == "ar"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("في عام ،2018 والحوكمة", "في عام 2018، والحوكمة"),
        (".1 تلتزم الدول", "1. تلتزم الدول"),
        ("والبيانات )الفقرة 22( والحماية", "والبيانات (الفقرة 22) والحماية"),
        ("التعاون (GFMD) الدولي", "التعاون (GFMD) الدولي"),
    ],
)
def test_right_to_left_signs(given, expected):
    assert logical(given) == expected
