"""PDF files: text, pages and blocks, page by page.

Only one page of the file is open at a time; what is kept is its lines. The order of work: lines of every page
(:mod:`pdf_chars`, :mod:`pdf_layout`), running lines and page numbers (:mod:`pdf_pages`), paragraphs across
columns and pages (:mod:`pdf_paragraphs`), then the text, in which each page ends with a form feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from assistant.errors import SourceError
from assistant.model import Page, Span
from assistant.sources.extracted import Block, Extraction, TextBuilder, ranges
from assistant.sources.pdf_bombs import refuse_bombs
from assistant.sources.pdf_chars import PageReader
from assistant.sources.pdf_hyphens import join_lines
from assistant.sources.pdf_layout import reading_order
from assistant.sources.pdf_pages import Sheet, body_size, mark_running, number_pages
from assistant.sources.pdf_paragraphs import NOTE_START, Group, folded, group_lines

MAX_PAGES = 20_000
"""About the length of a whole series of volumes; beyond it a file is a fault or an attack."""
MAX_PAGE_CHARACTERS = 500_000
"""A densely set broadsheet page has some 60,000; beyond this a page is generated to exhaust memory."""
TAIL_BYTES = 65_536
"""The end-of-file mark stands in the last 1,024 bytes by the format's rules; some tools add a little more."""
_CALL = re.compile(r"\[\^(\d{1,3}|[*†‡]{1,3})\]")
_LINEARIZED = re.compile(rb"/Linearized\b[^>]{0,200}?/L\s+(\d+)", re.DOTALL)
_FILE_NAME_TITLE = re.compile(
    r"^(?:microsoft word|powerpoint|untitled|anonymous|\(anonymous\))|\.(?:docx?|pdf|indd|odt|rtf|tex|qxd)$",
    re.IGNORECASE,
)
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY


def read(path: Path) -> Extraction:
    """Text, pages and blocks of a PDF.

    Raises SourceError if it is encrypted, cut off, damaged, beyond the limits, or has no text on any page.
    """
    _check_whole(path)
    refuse_bombs(path)
    pdf = _open(path)
    try:
        pages = len(pdf)
        if pages == 0:
            raise SourceError(f"{path.name}: the PDF has no pages. Export or download it again.")
        if pages > MAX_PAGES:
            raise SourceError(
                f"{path.name}: {pages:,} pages; at most {MAX_PAGES:,} are read from one file. "
                "Split it into parts."
            )
        remarks: list[str] = []
        sheets = list(_sheets(pdf, path.name, remarks))
        outline = _outline(pdf)
        title = _stated_title(pdf)
    finally:
        pdf.close()
    remarks[:0] = _textless(sheets, path.name)
    body = body_size(sheets)
    mark_running(sheets, body)
    remarks.extend(number_pages(sheets))
    groups = group_lines(sheets, body_size(sheets), outline)
    remarks.extend(_join(groups, sheets))
    text, page_list = _write(sheets)
    blocks = tuple(_block(group, text) for group in groups)
    return Extraction(text, blocks, page_list, title, tuple(remarks))


def _check_whole(path: Path) -> None:
    """Refuse a file that ends before its end mark, or that is shorter than it says of itself."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(2048)
        file.seek(max(0, size - TAIL_BYTES))
        tail = file.read()
    stated = _LINEARIZED.search(head)
    if b"%%EOF" not in tail or (stated is not None and int(stated[1]) > size):
        raise SourceError(
            f"{path.name}: the PDF is cut off ({size:,} bytes, its end is missing). "
            "Download or copy it again."
        )


def _open(path: Path) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(str(path))
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in {_PASSWORD, _SECURITY} or "password" in str(error).casefold():
            raise SourceError(
                f"{path.name}: the PDF is encrypted and needs a password. "
                "Save a copy without one and add that."
            ) from None
        raise SourceError(
            f"{path.name}: the PDF is damaged and cannot be opened. "
            "Open it in a viewer and save it again as PDF."
        ) from None


def _sheets(pdf: Any, name: str, remarks: list[str]) -> Iterator[Sheet]:
    """Every page's lines in reading order; each page is closed before the next is opened."""
    import pypdfium2

    unmapped: list[int] = []
    outside: list[int] = []
    gutters: set[float] = set()
    for index in range(len(pdf)):
        try:
            page = _page(pdf, index)
        except pypdfium2.PdfiumError:
            raise SourceError(
                f"{name}: page {index + 1} of {len(pdf)} is damaged and cannot be read. "
                "Open the file in a viewer and save it again as PDF."
            ) from None
        textpage = page.get_textpage()
        try:
            count = textpage.count_chars()
            if count > MAX_PAGE_CHARACTERS:
                raise SourceError(
                    f"{name}: page {index + 1} holds {count:,} characters; "
                    f"at most {MAX_PAGE_CHARACTERS:,} are read from one page."
                )
            reader = PageReader(page, textpage)
            sheet = Sheet(
                index + 1,
                pdf.get_page_label(index).strip(),
                reading_order(reader.lines(), gutters, reader.tables),
            )
            if reader.unmapped > 3:
                unmapped.append(sheet.physical)
            if reader.outside:
                outside.append(sheet.physical)
            if not any(character.isalnum() for line in sheet.lines for character in line.text):
                sheet.images = _shows_something(page)
            yield sheet
        finally:
            textpage.close()
            page.close()
    if unmapped:
        remarks.append(
            f"On PDF pages {ranges(unmapped)} some letters have no text behind them (the file's fonts do not "
            "say which letter a sign is); compare quotations with the page."
        )
    if outside:
        remarks.append(
            f"On PDF pages {ranges(outside)} some text lies outside the visible page; it was left out."
        )


def _page(pdf: Any, index: int) -> Any:
    """A page as it is shown: what is filled into its form or typed onto it becomes part of it (not of the file).

    PDFium keeps these texts apart from the page's.
    """
    from pypdfium2 import raw

    page = pdf[index]
    kinds = {raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP}
    for number in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, number)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind in kinds:
            break
    else:
        return page
    raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
    page.close()
    return pdf[index]


def _shows_something(page: Any) -> bool:
    from pypdfium2 import raw

    return bool(raw.FPDFPage_CountObjects(page.raw) > 0)


def _outline(pdf: Any) -> dict[int, dict[str, int]]:
    """The file's bookmarks: by sheet, the folded titles with their depth from 1."""
    import pypdfium2

    titles: dict[int, dict[str, int]] = {}
    try:
        for mark in pdf.get_toc(max_depth=6):
            destination = mark.get_dest()
            index = destination.get_index() if destination is not None else None
            title = folded(mark.get_title())
            if index is not None and title:
                titles.setdefault(index + 1, {}).setdefault(title, mark.level + 1)
    except pypdfium2.PdfiumError:
        return titles  # bookmarks only help to find headings; a damaged list of them changes no quotation
    return titles


def _stated_title(pdf: Any) -> str | None:
    """The title in the file's properties, unless it is a file name or a program's filling."""
    title = " ".join(pdf.get_metadata_value("Title").split())
    return title if title and not _FILE_NAME_TITLE.search(title) else None


def _textless(sheets: list[Sheet], name: str) -> list[str]:
    """Name and count pages without text; SourceError if no page has any."""
    without = [
        sheet for sheet in sheets if not any(char.isalnum() for line in sheet.lines for char in line.text)
    ]
    scanned = [sheet.physical for sheet in without if sheet.images]
    blank = [sheet.physical for sheet in without if not sheet.images]
    if len(without) == len(sheets):
        what = f"none of its {len(sheets)} pages has text" if len(sheets) > 1 else "its only page has no text"
        raise SourceError(
            f"{name}: {what} ({'scanned?' if scanned else 'all blank'}). Recognise the text first, "
            "e.g. with: ocrmypdf IN.pdf OUT.pdf; then add OUT.pdf."
        )
    remarks = []
    if scanned:
        pages = f"Pages {ranges(scanned)} have" if len(scanned) > 1 else f"Page {scanned[0]} has"
        remarks.append(
            f"{pages} no text (scanned?): {len(scanned)} of {len(sheets)} PDF pages cannot be searched "
            "or quoted. Recognise their text first, e.g. with: ocrmypdf --skip-text IN.pdf OUT.pdf"
        )
    if blank:
        remarks.append(f"Blank: {len(blank)} of {len(sheets)} PDF pages ({ranges(blank)}).")
    return remarks


def _join(groups: list[Group], sheets: list[Sheet]) -> list[str]:
    """Settle footnote calls and line-break hyphens; says how many hyphens were decided by likelihood only."""
    notes: dict[str, list[int]] = {}
    for group in groups:
        if group.label.startswith("note "):
            notes.setdefault(group.label.removeprefix("note "), []).append(group.lines[0][0].physical)
    for sheet in sheets:
        for line in sheet.lines:
            if "[^" in line.text:
                line.text = _CALL.sub(partial(_call, notes, sheet.physical), line.text)
    undecided = join_lines(groups, sheets)
    if not undecided:
        return []
    return [
        f"Hyphens at line ends: {undecided} could not be settled from the document's other words and were "
        "joined or kept by likelihood."
    ]


def _call(notes: dict[str, list[int]], page: int, call: re.Match[str]) -> str:
    """A call stays one if its note is at the foot of this page or the next, or is an endnote; else a number."""
    places = notes.get(call[1], [])
    footnote = page in places or page + 1 in places
    return call.group() if footnote or (len(places) == 1 and places[0] > page) else call[1]


def _write(sheets: list[Sheet]) -> tuple[str, tuple[Page, ...]]:
    """The extracted text, every line knowing its place in it, and the pages."""
    builder = TextBuilder()
    pages: list[Page] = []
    for sheet in sheets:
        begin = builder.length
        for line in sheet.lines:
            hyphen = line.hyphen if line.end == "\n" else ""
            line.start, line.stop = builder.add(line.text + hyphen + line.end)
            if line.breaks and not line.end.endswith("\n"):
                builder.add("\n")
        builder.add("\f")
        pages.append(
            Page(sheet.number, sheet.printed, begin, builder.length, True, sheet.evidence, sheet.physical)
        )
    return builder.text(), tuple(pages)


def _block(group: Group, text: str) -> Block:
    """A group as a block: one span for each run of lines that stand together on one page."""
    spans: list[Span] = []
    last_sheet: Sheet | None = None
    for sheet, line in group.lines:
        if spans and sheet is last_sheet and spans[-1][1] == line.start:
            spans[-1] = (spans[-1][0], line.stop)
        else:
            spans.append((line.start, line.stop))
        last_sheet = sheet
    if group.role == "note":
        start, end = spans[0]
        match = NOTE_START.match(text[start:end])
        if match is not None and text[start + match.end() : end].strip():
            spans[0] = (start + match.end(), end)
    start, end = spans[-1]
    spans[-1] = (start, start + len(text[start:end].rstrip()))
    role = group.role if group.role in {"heading", "contents", "note"} else "paragraph"
    return Block(role, tuple(spans), level=group.level, label=group.label)  # type: ignore[arg-type]
