"""The coverage matrix: its counts against the overview itself, and every form it is written in."""

from __future__ import annotations

import builtins
import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest
from click.testing import CliRunner

from assistant import matrix, matrix_outputs, objectives
from assistant.cli.group import program
from assistant.errors import MissingExtraError, UsageError
from assistant.matrix import CLUSTERS, KINDS
from assistant.matrix_outputs import tables
from assistant.verification import read_note, verify


@pytest.fixture(scope="module")
def made(corpus):
    return matrix.build(corpus, objectives.load())


@pytest.fixture(scope="module")
def with_found(corpus, made):
    """The same with found options: for objective 8 two unmapped ones, for 6 one mapped and one not."""
    free = made.unmapped
    mapped = made.rows[5].mapped[0]
    return matrix.build(corpus, objectives.load(), {8: free[:2], 6: [mapped, free[2]]})


def test_every_mapping_of_the_overview_is_counted_once(made, corpus):
    wanted = {
        (p.mapping.objective, target)
        for p in corpus.passages.values()
        if p.mapping
        for target in p.mapping.targets
    }
    assert {(row.objective.number, p.id) for row in made.rows for p in row.mapped} == wanted
    assert sum(len(row.mapped) for row in made.rows) == len(wanted)


def test_the_cells_add_up(made):
    for row in made.rows:
        assert sum(len(row.at(place)) for place in made.places) == len(row.mapped)
    shares = [made.share(place) for place in made.places]
    assert sum(total for _, total in shares) == len(made.options) == 148
    assert sum(there for there, _ in shares) == len(made.mapped_ids)
    assert len(made.unmapped) + len(made.mapped_ids) == len(made.options)


def test_the_gaps(made):
    assert [row.objective.number for row in made.without] == [8, 23]
    assert [row.objective.number for row in made.rows if row.unmatched] == [10]
    assert "no entry for objective 8" in matrix.remark(made.rows[7])
    assert "fits no option" in matrix.remark(made.rows[9])
    assert matrix.remark(made.rows[5]) is None


def test_counts_are_of_the_real_place_not_the_overviews_label(made):
    """Both citations under objective 20 say PO and are half OPA."""
    row = made.rows[19]
    assert len(row.at((4, "policy_option"))) == len(row.at((4, "practical_action"))) == 2


def test_found_options_stand_apart(with_found, made):
    eight, six = with_found.rows[7], with_found.rows[5]
    assert not eight.mapped
    assert len(eight.found) == 2
    assert len(six.found) == 1
    assert six.mapped == made.rows[5].mapped
    assert [row.objective.number for row in with_found.without] == [8, 23]


@pytest.mark.parametrize("fmt", ["md", "html", "svg", "csv"])
def test_the_same_matrix_has_the_same_bytes(made, fmt):
    assert matrix_outputs.write(made, fmt) == matrix_outputs.write(made, fmt)


def test_an_unknown_format(made):
    with pytest.raises(UsageError, match="md, html, svg, csv, xlsx"):
        matrix_outputs.write(made, "png")


@pytest.mark.parametrize("fmt", ["md", "html"])
def test_every_quotation_of_the_matrix_stands(with_found, fmt, corpus, tmp_path):
    path = tmp_path / f"matrix.{fmt}"
    path.write_bytes(matrix_outputs.write(with_found, fmt))
    findings = verify(read_note(path), corpus)
    assert {f.verdict for f in findings} == {"ok"}
    assert len(findings) >= sum(len(row.mapped) + len(row.found) for row in with_found.rows)


def test_markdown_table(made):
    lines = matrix_outputs.write(made, "md").decode().splitlines()
    rows = [line for line in lines if re.match(r"\| \d", line)]
    assert len(rows) == 23
    assert all(row.count("|") == len(CLUSTERS) + 4 for row in rows)
    assert rows[5].endswith("|  | PO: 1, OPA: 1 |  |  |  |  | 2 |")
    assert rows[7].endswith("| **0** |")


def test_html_stands_alone_and_its_links_lead_somewhere(with_found):
    page = matrix_outputs.write(with_found, "html").decode()
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    ids = set(re.findall(r'id="([^"]+)"', page))
    links = re.findall(r'href="#([^"]+)"', page)
    assert set(links) <= ids
    cells = sum(bool(row.at(p) or row.found_at(p)) for row in with_found.rows for p in with_found.places)
    assert sum(link.startswith("o") for link in links) == cells
    assert "prefers-color-scheme:dark" in page
    assert page.count('class="none"') == 2


def test_the_picture_is_svg_with_a_box_for_each_count(with_found):
    tree = ET.fromstring(matrix_outputs.write(with_found, "svg"))
    space = "{http://www.w3.org/2000/svg}"
    boxes = [r for r in tree.iter(f"{space}rect") if r.get("rx") == "4"]
    filled = [r for r in boxes if r.get("class") != "hollow"]
    assert len(filled) == sum(bool(row.at(p)) for row in with_found.rows for p in with_found.places)
    hollow = sum(
        bool(row.found_at(p)) and not row.at(p) for row in with_found.rows for p in with_found.places
    )
    assert len(boxes) - len(filled) == hollow > 0
    width, height = float(tree.get("width")), float(tree.get("height"))
    for text in tree.iter(f"{space}text"):
        assert 0 <= float(text.get("x")) <= width
        assert 0 <= float(text.get("y")) <= height


def test_csv_has_a_line_for_every_place(with_found, made):
    rows = list(csv.DictReader(io.StringIO(matrix_outputs.write(made, "csv").decode())))
    assert len(rows) == 23 * len(CLUSTERS) * len(KINDS)
    assert sum(int(row["count"]) for row in rows) == sum(len(row.mapped) for row in made.rows)
    for row in rows:
        assert len(row["passages"].split()) == int(row["count"])
    rows = list(csv.DictReader(io.StringIO(matrix_outputs.write(with_found, "csv").decode())))
    assert sum(int(row["count"]) for row in rows if row["origin"] == "found") == 3


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_no_cell_is_a_formula(text):
    assert not tables._guarded(text).startswith(("=", "+", "-", "@", "\t"))


def test_xlsx(with_found):
    openpyxl = pytest.importorskip("openpyxl")
    content = matrix_outputs.write(with_found, "xlsx")
    assert content == matrix_outputs.write(with_found, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, listed = book["Matrix"], book["Passages"]
    rows = list(sheet.iter_rows(min_row=5, max_row=27))
    assert [row[0].value for row in rows] == list(range(1, 24))
    assert [row[14].value for row in rows] == [len(row.mapped) for row in with_found.rows]
    assert listed.max_row == 1 + sum(len(row.mapped) + len(row.found) for row in with_found.rows)
    for row in rows:
        for cell in row:
            if cell.hyperlink:
                target = listed[cell.hyperlink.location.split("!")[1]]
                assert target.value == row[0].value
    assert not any(c.data_type == "f" for page in book for line in page.iter_rows() for c in line)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_cell_that_looks_like_a_formula_stays_text():
    openpyxl = pytest.importorskip("openpyxl")
    sheet = openpyxl.Workbook().active
    cell = tables._put(sheet, 1, 1, "=1+1")
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert cell.quotePrefix


def test_xlsx_without_its_extra(made, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("openpyxl"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'gcm-draft\[xlsx\]'"):
        matrix_outputs.write(made, "xlsx")


# -- the command ---------------------------------------------------------------------------------------------


def gcm(*args):
    return CliRunner().invoke(program, [str(a) for a in args])


@pytest.mark.parametrize("fmt", ["md", "html", "svg", "csv"])
def test_the_ending_names_the_format(tmp_path, fmt, made):
    result = gcm("matrix", "-o", tmp_path / f"m.{fmt}")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert (tmp_path / f"m.{fmt}").read_bytes() == matrix_outputs.write(made, fmt)


def test_standard_output_is_markdown(made):
    assert gcm("matrix").stdout == matrix_outputs.write(made, "md").decode()


@pytest.mark.parametrize(
    ("args", "said"), [(["-o", "m.png"], "names no format"), (["-f", "png"], "'png' is not one of")]
)
def test_wrong_usage(args, said):
    result = gcm("matrix", *args)
    assert result.exit_code == 2
    assert said in result.stderr


def test_found_options_on_the_command_line(built_store):
    rows = list(csv.DictReader(io.StringIO(gcm("matrix", "--found", "-f", "csv").stdout)))
    eight = [row for row in rows if row["objective"] == "8" and row["origin"] == "found"]
    assert sum(int(row["count"]) for row in eight) > 0
    assert all(row["count"] == "0" for row in rows if row["objective"] == "8" and row["origin"] == "mapped")


# --- languages -------------------------------------------------------------------------------------------

WORDS = {
    # language -> words of the matrix's own that every form for people has, and none of these
    "fr": (["Couverture des objectifs du Pacte", "rattachées", "aucune option", "Objectif"], "fr"),
    "es": (["Cobertura de los objetivos del Pacto", "vinculadas", "inguna opción", "Objetivo"], "es"),
}
ENGLISH = re.compile(
    r"\bObjective \d+(?!\d*, p\.)|options? mapped|\bof \d|Gaps|Shown by|or more|not certain|Coverage|Mapping:"
)


@pytest.mark.parametrize("fmt", ["md", "html", "svg"])
@pytest.mark.parametrize(("words", "language"), WORDS.values(), ids=WORDS)
def test_headings_and_fixed_texts_are_translated(corpus, made, words, language, fmt):
    further = {8: made.unmapped[:2]}
    text = matrix_outputs.write(
        matrix.build(corpus, objectives.load(), further, language=language), fmt
    ).decode()
    for word in words:
        assert word in text
    printed = re.sub(
        r"“[^”]*”|<style>.*?</style>|class=.[^>]*|<title>[^<]*</title>", "", text, flags=re.DOTALL
    )
    assert ENGLISH.findall(printed) == []
    assert made.rows[7].objective.adopted_title in text  # as printed
    if language == "fr" and fmt != "html":
        own = printed.replace(made.document.standing["fr"], "")
        assert not re.search(r"[^\W\d_] [:;?!](?= )", own)


@pytest.mark.parametrize("language", WORDS)
def test_a_translated_matrix_passes_verification(corpus, tmp_path, language):
    path = tmp_path / "matrix.md"
    path.write_bytes(matrix_outputs.write(matrix.build(corpus, objectives.load(), language=language), "md"))
    findings = verify(read_note(path), corpus)
    assert len(findings) > 50
    assert {finding.verdict for finding in findings} == {"ok"}


def test_a_translated_workbook(corpus):
    openpyxl = pytest.importorskip("openpyxl")
    content = matrix_outputs.write(matrix.build(corpus, objectives.load(), language="fr"), "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Matrice", "Passages"]
    assert [cell.value for cell in book["Passages"][1]][:3] == ["Objectif", "Origine", "Cluster"]
    assert book["Passages"]["B2"].value == "rattachée"
    links = [cell.hyperlink.location for row in book["Matrice"].iter_rows() for cell in row if cell.hyperlink]
    assert links
    assert all(location.startswith("Passages!A") for location in links)


def test_a_table_for_programs_is_the_same_in_every_language(corpus, made):
    for language in WORDS:
        other = matrix.build(corpus, objectives.load(), language=language)
        assert matrix_outputs.write(other, "csv") == matrix_outputs.write(made, "csv")


def test_the_language_is_an_option(made):
    result = gcm("matrix", "--lang", "es")
    assert result.exit_code == 0
    assert "# Cobertura de los objetivos" in result.stdout
    assert gcm("matrix", "--lang", "de").exit_code == 2
