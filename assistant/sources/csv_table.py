"""Tables of recommendations: one passage a row; cells are text, never formulas.

Columns: ``text``, and if wanted ``number``, ``page``, ``kind``, ``heading``, ``author``, ``date`` and
``language``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as calendar_date
from pathlib import Path

from assistant.errors import ProblemsError, SourceError
from assistant.model import KINDS, Kind, Page
from assistant.sources.extracted import Block, Extraction, TextBuilder
from assistant.sources.sniffing import decode
from assistant.text import counted

COLUMNS = ("text", "number", "page", "kind", "heading", "author", "date", "language")
LANGUAGES = ("en", "fr", "es")
MAX_CELL = 1_000_000
"""Characters; beyond it a quotation mark was left open and the rest of the file ran into one cell."""
MAX_SHOWN = 50
"""Bad rows named one by one; the rest are counted."""
_NUMBER = re.compile(r"\(?[\w.]{1,12}\)?(?: \([a-z]+\))*")
_PARA = re.compile(r"(?:para\.?|§)\s*", re.IGNORECASE)


@dataclass(slots=True)
class _Row:
    """One row that can be read: its line in the file and its filled cells."""

    line: int
    cells: dict[str, str]


def read(path: Path) -> Extraction:
    """Text and blocks of a table; SourceError for a wrong header, ProblemsError naming every bad row."""
    text = decode(path)
    columns, rows = _rows(path.name, text)
    problems: list[str] = []
    good: list[_Row] = []
    for row in rows:
        found = [f"line {row.line}: {problem}" for problem in _problems(row)]
        problems.extend(found)
        if not found:
            good.append(row)
    if problems:
        shown = problems[:MAX_SHOWN]
        if len(problems) > MAX_SHOWN:
            shown.append(f"and {len(problems) - MAX_SHOWN:,} more")
        count = counted(len(problems), "problem")
        raise ProblemsError(
            f"{path.name}: {count}; nothing was added. Correct the rows and add it again:", shown
        )
    if not good:
        raise SourceError(
            f"{path.name}: the table has a header but no rows. Expected one recommendation a row."
        )
    return _extraction(good, "page" in columns)


def _rows(name: str, text: str) -> tuple[tuple[str, ...], Iterator[_Row]]:
    """The header's columns and the rows below it; the delimiter is the one that makes the header fit."""
    first = text.lstrip("\n").split("\n", 1)[0]
    for delimiter in ",;\t":
        header = [cell.strip().casefold() for cell in next(csv.reader([first], delimiter=delimiter), [])]
        if "text" in header:
            break
    else:
        raise SourceError(
            f"{name}: expected a first line with the column names text[, {', '.join(COLUMNS[1:])}]; "
            f"found {first[:80]!r}. Add the line and try again."
        )
    unknown = [column for column in header if column not in COLUMNS]
    twice = sorted({column for column in header if header.count(column) > 1})
    if unknown or twice:
        what = [f"unknown columns {', '.join(map(repr, unknown))}"] if unknown else []
        what += [f"columns named twice {', '.join(twice)}"] if twice else []
        raise SourceError(f"{name}: {'; '.join(what)}. Known are: {', '.join(COLUMNS)}.")
    return tuple(header), _body(name, text, header, delimiter)


def _body(name: str, text: str, header: list[str], delimiter: str) -> Iterator[_Row]:
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text.lstrip("\n"), newline=""), delimiter=delimiter, strict=True)
    blank = len(text) - len(text.lstrip("\n"))
    line = 1
    try:
        next(reader)
        for cells in reader:
            line, begin = reader.line_num, line + 1
            if any(cell.strip() for cell in cells):
                named = dict(zip(header, (cell.strip() for cell in cells), strict=False))
                if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                    named["_surplus"] = str(len(cells))
                yield _Row(begin + blank, named)
    except csv.Error as error:
        raise SourceError(
            f"{name}: line {reader.line_num + blank}: {error}. Is a quotation mark left open or not doubled?"
        ) from None


def _problems(row: _Row) -> Iterator[str]:
    """Everything that is wrong with a row."""
    cells = row.cells
    if "_surplus" in cells:
        yield f"{cells['_surplus']} cells, more than the header has; is text with the delimiter unquoted?"
    if not any(character.isalnum() for character in cells.get("text", "")):
        yield "no text"
    page = cells.get("page", "")
    if page and not (page.isascii() and page.isdigit() and 0 < int(page[:9]) < 100_000):
        yield f"page: expected a whole number from 1, found {page[:40]!r}"
    kind = cells.get("kind", "")
    if kind and _kind(kind) is None:
        yield f"kind: expected one of {', '.join(k for k in KINDS if k != 'mapping')}; found {kind[:40]!r}"
    number = cells.get("number", "")
    if number and _NUMBER.fullmatch(_PARA.sub("", number).rstrip(".")) is None:
        yield f"number: expected a number such as 4, 2.1 or 22 (c); found {number[:40]!r}"
    language = cells.get("language", "")
    if language and language.casefold() not in LANGUAGES:
        yield f"language: expected {', '.join(LANGUAGES)}; found {language[:40]!r}"
    day = cells.get("date", "")
    if day and not _is_date(day):
        yield f"date: expected YYYY-MM-DD, found {day[:40]!r}"


def _is_date(day: str) -> bool:
    try:
        calendar_date.fromisoformat(day)
    except ValueError:
        return False
    return len(day) == 10


def _kind(cell: str) -> Kind | None:
    """The kind a cell names, "Policy option" as well as "policy_option"; None if it names none."""
    wanted = cell.strip().casefold().replace(" ", "_").replace("-", "_")
    return next((kind for kind in KINDS if kind == wanted and kind != "mapping"), None)


def _extraction(rows: list[_Row], paged: bool) -> Extraction:
    """Rows as text and blocks; rows of one page that stand together make a page."""
    builder = TextBuilder()
    blocks: list[Block] = []
    pages: list[Page] = []
    paged = paged and all(row.cells.get("page") for row in rows)
    for row in rows:
        cells = row.cells
        begin = builder.length
        span = builder.line(cells["text"])
        kind = _kind(cells.get("kind", "")) or "recommendation"
        blocks.append(
            Block(
                "cell",
                (span,),
                label=_label(cells, kind, row.line),
                kind=kind,
                heading=cells.get("heading") or None,
                author=cells.get("author") or None,
                date=cells.get("date") or None,
                language=cells.get("language", "").casefold() or None,
                page=int(cells["page"]) if cells.get("page") else None,
            )
        )
        if paged:
            _extend(pages, int(cells["page"]), begin, builder.length)
    return Extraction(builder.text(), tuple(blocks), tuple(pages))


def _label(cells: dict[str, str], kind: Kind, line: int) -> str:
    """The locator part of a row: its number, else its line in the file."""
    number = _PARA.sub("", cells.get("number", "")).rstrip(".")
    if number:
        return f"{'Rec.' if kind == 'recommendation' else 'para.'} {number}"
    return f"row {line}"


def _extend(pages: list[Page], number: int, start: int, end: int) -> None:
    if pages and pages[-1].number == number:
        pages[-1] = Page(number, str(number), pages[-1].start, end, True, "page column of the table")
    else:
        pages.append(Page(number, str(number), start, end, True, "page column of the table"))
