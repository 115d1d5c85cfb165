"""What real documents taught: each of these was read wrongly in a manual, brochure or form that is in use."""

from __future__ import annotations

import re

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from assistant.sources import own

WORDS = "The committee reviewed the annual statement and asked every region for its figures before autumn."


def paragraph(canvas, top=700, lines=6, text=WORDS, size=11):
    canvas.setFont("Times-Roman", size)
    for number in range(lines):
        canvas.drawString(72, top - 14 * number, f"{text[number:]} {number}x")


def made(path, draw, sheets=1, pagesize=A4):
    canvas = Canvas(str(path), pagesize=pagesize)
    for sheet in range(1, sheets + 1):
        draw(canvas, sheet)
        canvas.showPage()
    canvas.save()
    return own.extract(path)


def labels(source):
    return [page.label for page in source.pages]


def test_a_date_in_a_running_line_is_no_page_number(tmp_path):
    """Chapters count their pages anew; the edition's date stands at the foot of every page."""
    folios = ["", "A-1", "A-2", "A-3", "A-4", "B-1", "B-2", "B-3", "1 of 3", "2 of 3", "3 of 3", "C"] + [
        f"D-{n}" for n in range(1, 25)
    ]

    def draw(canvas, sheet):
        paragraph(canvas, text=f"Sheet {'abcdefghijklmnopqrstuvwxyz'[sheet % 26]}: {WORDS}")
        canvas.drawString(72, 700 - 14 * 6, f"So it was in {'abcdefghijklmnopqrstuvwxyz'[sheet % 26]}.")
        canvas.drawString(72, 40, f"Edition 2.2020, 07/15/20, {folios[sheet - 1].rstrip('0123456789-')}")
        canvas.drawString(500, 60, folios[sheet - 1])

    source = made(tmp_path / "a.pdf", draw, sheets=len(folios))
    found = labels(source)
    for label, folio in zip(found, folios, strict=True):
        assert label in {"", *re.findall(r"\d+", folio)[:1]}, (label, folio)
    assert found[-20:] == [str(n) for n in range(5, 25)]
    for passage in source.passages:  # where several sheets bear a number the citation says which
        ends = {str(passage.page_start), str(passage.page_end)}
        repeated = any(found.count(label) > 1 for label in ends)
        assert ("(PDF p" in passage.locator) == repeated, passage.locator
    assert any("(PDF p" in passage.locator for passage in source.passages)


def test_a_brace_at_the_foot_does_not_begin_the_paragraph_of_the_next_page(tmp_path):
    def draw(canvas, sheet):
        paragraph(canvas, top=700, lines=44 if sheet == 1 else 5, text=f"{WORDS} {'ab'[sheet - 1]}")
        if sheet == 1:
            canvas.drawString(72, 700 - 14 * 44, "}")

    source = made(tmp_path / "a.pdf", draw, sheets=2)
    for passage in source.passages:
        if "autumn. b" in passage.text:
            assert passage.locator == "PDF p. 2"


def test_words_outside_the_visible_page_are_left_out_and_told_of(tmp_path):
    def draw(canvas, sheet):
        paragraph(canvas)
        canvas.drawString(72, -30, "Below the paper stands an invisible row.")
        canvas.drawString(700, 400, "beyond")

    source = made(tmp_path / "a.pdf", draw)
    assert "invisible" not in source.text
    assert "beyond" not in source.text
    assert any("outside the visible page" in remark for remark in source.remarks)


TABLE = [
    ("package", "use", "what it is for"),
    ("gimp", "V:53", "a program for pictures|of every kind"),
    ("xsane", "V:13", "a frontend to scanners|with a preview"),
    ("dia", "V:2", "an editor of diagrams|and charts"),
    ("xfig", "V:0", "drawing by hand|under a window system"),
    ("ocrad", "V:1", "reading scanned text|without a model"),
]
EDGES = (72, 150, 210, 470)


def table(canvas, open_foot=False, inside_form=False):
    if inside_form:
        canvas.beginForm("table")
    canvas.setFont("Times-Roman", 10)
    top = 600
    for row, cells in enumerate(TABLE):
        for x, cell in zip(EDGES, cells, strict=False):
            pieces = cell.split("|")
            for number, piece in enumerate(pieces):
                canvas.drawString(x + 4, top - 15 - 12 * number - 6 * (2 - len(pieces)), piece)
        canvas.line(EDGES[0], top, EDGES[-1], top)
        top -= 32
        if row < len(TABLE) - 1 or not open_foot:
            canvas.line(EDGES[0], top, EDGES[-1], top)
    for x in EDGES[1:-1]:
        canvas.line(x, 600, x, top)
    if inside_form:
        canvas.endForm()
        canvas.doForm("table")


@pytest.mark.parametrize(
    "options",
    [{}, {"open_foot": True}, {"inside_form": True}],
    ids=["closed", "open at its foot", "in a form"],
)
def test_a_ruled_table_is_read_row_by_row(tmp_path, options):
    def draw(canvas, sheet):
        paragraph(canvas, top=780)
        table(canvas, **options)
        paragraph(canvas, top=380)

    texts = [passage.text for passage in made(tmp_path / "a.pdf", draw).passages]
    for cells in TABLE:
        assert " ".join(cells).replace("|", " ") in texts
    assert sum("The committee" in text for text in texts) == 2


def test_names_and_figures_beside_each_other_are_no_columns_of_text(tmp_path):
    """Without rules too: what stands in one row is read together, and no later page is cut where they begin."""

    def draw(canvas, sheet):
        paragraph(canvas, top=780)
        for number in range(9):
            canvas.drawString(72, 600 - 16 * number, f"Region of rivers {number}")
            canvas.drawString(165, 600 - 16 * number, f"{number}24,310 residents")
            canvas.drawString(270, 600 - 16 * number, f"{number},9 per cent more")
        paragraph(canvas, top=400)

    text = made(tmp_path / "a.pdf", draw, sheets=3).text
    assert text.count("Region of rivers 4 424,310 residents 4,9 per cent more") == 3


def test_a_figure_after_a_tall_sign_is_no_call_of_a_note(tmp_path):
    """A sign of another font made the whole line look low, and its figures raised: they were taken out."""

    def draw(canvas, sheet):
        paragraph(canvas)
        canvas.setFont("Symbol", 20)
        canvas.drawString(72, 560, "\u21d2")
        canvas.setFont("Courier", 10)
        canvas.drawString(100, 566, "Sparse matrix (rows=4, cols=4, nnz=3)")
        canvas.setFont("Times-Roman", 8)
        if sheet == 1:
            canvas.drawString(72, 90, "3 See the report of the second session on matrices.")
            canvas.drawString(72, 80, "4 See the report of the third session on matrices.")

    text = made(tmp_path / "a.pdf", draw, sheets=2).text
    assert text.count("(rows=4, cols=4, nnz=3)") == 2


def test_a_call_without_its_note_on_the_page_is_a_number(tmp_path):
    def draw(canvas, sheet):
        paragraph(canvas, top=760, lines=4)
        canvas.setFont("Times-Roman", 11)
        canvas.drawString(72, 500, "The area is 12 km")
        width = canvas.stringWidth("The area is 12 km", "Times-Roman", 11)
        canvas.setFont("Times-Roman", 6)
        canvas.drawString(72 + width, 504, "2")
        canvas.setFont("Times-Roman", 11)
        canvas.drawString(78 + width, 500, "in all, as was said before.")
        paragraph(canvas, top=480, lines=4)
        canvas.setFont("Times-Roman", 8)
        if sheet in {4, 5}:
            canvas.drawString(72, 90, "2 A note of another page.")

    passages = made(tmp_path / "a.pdf", draw, sheets=5).passages
    areas = [passage.text for passage in passages if "The area" in passage.text]
    assert len(areas) == 5
    assert ["km2" in text for text in areas[:2]] == [True, True]


def test_what_is_filled_into_a_form_is_read(tmp_path):
    def draw(canvas, sheet):
        paragraph(canvas)
        canvas.acroForm.textfield(
            name="agency", value="Department of Fisheries", x=72, y=400, width=300, height=20
        )

    assert "Department of Fisheries" in made(tmp_path / "a.pdf", draw).text


def test_pages_that_hold_nothing_but_lines_alike_are_read(tmp_path):
    source = made(
        tmp_path / "a.pdf", lambda canvas, sheet: canvas.drawString(72, 780, "Background"), sheets=6
    )
    assert [passage.text for passage in source.passages] == ["Background"] * 6


def test_accents_set_as_signs_over_their_letter_are_composed(tmp_path):
    def draw(canvas, sheet):
        paragraph(canvas)
        for start, before, accent, letter, after in (
            (72, "The report of M", "\u00a8", "o", "ller"),
            (300, "d", "\u00b4", "e", "cision"),
        ):
            x = start + canvas.stringWidth(before, "Times-Roman", 11)
            wide, narrow = (canvas.stringWidth(sign, "Times-Roman", 11) for sign in (letter, accent))
            canvas.drawString(start, 560, before)
            canvas.drawString(x + (wide - narrow) / 2, 560, accent)
            canvas.drawString(x, 560, letter)
            canvas.drawString(x + wide, 560, after)
        canvas.drawString(72, 500, "The power x^n and a ~home stay.")

    text = made(tmp_path / "a.pdf", draw).text
    assert "The report of Möller" in text
    assert "décision" in text
    assert "x^n and a ~home" in text
