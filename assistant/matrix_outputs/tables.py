"""The matrix for spreadsheets: CSV with a line for each count, XLSX with the matrix and the passages.

No cell can be taken for a formula: in CSV by an apostrophe, in XLSX by the cell's type.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

from assistant.errors import MissingExtraError
from assistant.i18n import N_
from assistant.matrix import CLUSTERS, Matrix, Row, code, other_pages, pages, remark
from assistant.matrix_outputs import wording
from assistant.model import Passage
from assistant.rendering.escaping import clean

COLUMNS = ("objective", "adopted_title", "zero_draft_title", "cluster", "kind", "origin", "count", "passages",
           "pages", "other_edition_pages")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOMENT = (1980, 1, 1, 0, 0, 0)
_FILLS = ("E4EEF6", "BFD7EA", "8FB8DA", "5E97C6")
_GAP = "FBE3D8"


def csv_text(matrix: Matrix) -> str:
    """A line for each objective, cluster, kind and origin, zeros too; ids and pages joined by spaces."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in matrix.rows:
        for place in matrix.places:
            origins = [("mapped", row.at(place))] + (
                [("found", row.found_at(place))] if matrix.with_found else []
            )
            for origin, there in origins:
                titles = (row.objective.adopted_title, row.objective.zero_draft_title or "")
                where = (place[0], code(place[1]), origin, len(there))
                values = (row.objective.number, *titles, *where, *_places(there))
                writer.writerow([_guarded(value) for value in values])
    return out.getvalue()


def _places(passages: tuple[Passage, ...]) -> tuple[str, str, str]:
    return (
        " ".join(p.id for p in passages),
        " ".join(f"p.{pages(p)}" for p in passages),
        " ".join(f"p.{other_pages(p)}" if p.other_edition_pages else "none" for p in passages),
    )


def _guarded(value: object) -> str:
    text = clean(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


# -- XLSX ----------------------------------------------------------------------------------------------------


def xlsx(matrix: Matrix) -> bytes:
    """A workbook: the matrix, with links from each count to its first passage, and the passages."""
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtraError("Writing xlsx", "xlsx") from error
    book = Workbook()
    sheets = tuple(wording.said(matrix, name) for name in (N_("Matrix"), N_("Passages")))
    overview, listed = book.active, book.create_sheet(sheets[1])
    overview.title = sheets[0]
    _fill_matrix(overview, matrix, _fill_passages(listed, matrix))
    book.properties.creator, book.properties.title = "gcm-draft", wording.said(matrix, wording.TITLE)
    buffer = io.BytesIO()
    book.save(buffer)
    return _timeless(buffer.getvalue())


def _fill_passages(sheet: Any, matrix: Matrix) -> dict[tuple[int, int, str, str], int]:
    """The list; returns the row of the first passage of each objective, cluster, kind and origin."""
    from openpyxl.styles import Alignment

    header = (N_("Objective"), N_("Origin"), "Cluster", N_("Kind"), N_("Page"),
              N_("Page in the edition cited by the overview"), N_("Passage"), N_("Text"))  # fmt: skip
    _heading(sheet, 1, tuple(wording.said(matrix, name) for name in header))
    first: dict[tuple[int, int, str, str], int] = {}
    number = 1
    for row in matrix.rows:
        for origin, there in ((N_("mapped"), row.mapped), (N_("found"), row.found)):
            for p in there:
                number += 1
                first.setdefault((row.objective.number, p.cluster or 0, code(p.kind), origin), number)
                place = (p.cluster, code(p.kind), pages(p), other_pages(p))
                values = (row.objective.number, wording.said(matrix, origin), *place, p.id, p.text)
                for column, value in enumerate(values, 1):
                    _put(sheet, number, column, value).alignment = Alignment(
                        wrap_text=column == 8, vertical="top"
                    )
    for letter, width in zip("ABCDEFGH", (10, 10, 8, 7, 8, 16, 42, 110), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:H{number}"
    return first


def _fill_matrix(sheet: Any, matrix: Matrix, first: dict[tuple[int, int, str, str], int]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    last = get_column_letter(len(matrix.places) + 4)
    _put(sheet, 1, 1, wording.said(matrix, wording.TITLE)).font = Font(bold=True, size=14)
    _put(sheet, 2, 1, wording.lead(matrix)).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells(f"A2:{last}2")
    sheet.row_dimensions[2].height = 34
    names = [f"C{cluster} {code(kind)}" for cluster, kind in matrix.places]
    said = [wording.said(matrix, word) for word in (N_("Objective"), N_("Title"), N_("All"), N_("Remark"))]
    _heading(sheet, 4, (*said[:2], *names, *said[2:]))
    at = 5
    for row in matrix.rows:
        _matrix_row(sheet, at, row, matrix, first)
        at += 1
    shares = [wording.of(matrix, *matrix.share(place)) for place in matrix.places]
    total = wording.of(matrix, len(matrix.mapped_ids), len(matrix.options))
    for column, value in enumerate(("", wording.said(matrix, wording.ANY), *shares, total), 1):
        _put(sheet, at, column, value).font = Font(italic=True, size=9)
    for line, (cluster, title) in enumerate(matrix.cluster_titles.items(), at + 2):
        _put(sheet, line, 2, f"C{cluster}: {title}").font = Font(size=9)
    _put(sheet, at + 3 + len(CLUSTERS), 2, wording.standing(matrix)).font = Font(size=9, italic=True)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 10, 62
    for index in range(3, len(matrix.places) + 4):
        sheet.column_dimensions[get_column_letter(index)].width = 8.5
    sheet.column_dimensions[last].width = 80
    sheet.freeze_panes = "C5"


def _matrix_row(
    sheet: Any, at: int, row: Row, matrix: Matrix, first: dict[tuple[int, int, str, str], int]
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.hyperlink import Hyperlink

    _put(sheet, at, 1, row.objective.number)
    _put(sheet, at, 2, row.objective.adopted_title).alignment = Alignment(wrap_text=True, vertical="top")
    for column, place in enumerate(matrix.places, 3):
        count, extra = len(row.at(place)), len(row.found_at(place))
        if not count and not extra:
            continue
        cell = _put(sheet, at, column, f"{count} +{extra}" if extra else count)
        cell.alignment = Alignment(horizontal="center")
        origin = "mapped" if count else "found"
        target = first[row.objective.number, place[0], code(place[1]), origin]
        cell.hyperlink = Hyperlink(
            ref=cell.coordinate, location=f"{wording.said(matrix, N_('Passages'))}!A{target}"
        )
        cell.font = Font(underline="single")
        if count:
            cell.fill = PatternFill("solid", fgColor=_FILLS[min(count, len(_FILLS)) - 1])
    last = 3 + len(matrix.places)
    total = _put(sheet, at, last, len(row.mapped))
    total.font = Font(bold=True)
    _put(sheet, at, last + 1, remark(row, matrix.language) or "").alignment = Alignment(
        wrap_text=True, vertical="top"
    )
    if not row.mapped:
        for column in range(1, last + 1):
            sheet.cell(at, column).fill = PatternFill("solid", fgColor=_GAP)


def _heading(sheet: Any, at: int, names: tuple[str, ...]) -> None:
    from openpyxl.styles import Alignment, Font

    for column, name in enumerate(names, 1):
        cell = _put(sheet, at, column, name)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="bottom")


def _put(sheet: Any, row: int, column: int, value: object) -> Any:
    """A cell with a number or with text that is never a formula."""
    cell = sheet.cell(row, column)
    if isinstance(value, int):
        cell.value = value
        return cell
    text = clean("" if value is None else str(value))
    cell.value = text
    if text:
        cell.data_type = "s"
    if text.startswith(_FORMULA):
        cell.quotePrefix = True
    return cell


def _timeless(content: bytes) -> bytes:
    """The same workbook without the moment of its making: the same matrix gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(
                    rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", part
                )
            info = zipfile.ZipInfo(name, _MOMENT)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(info, part)
    return out.getvalue()
