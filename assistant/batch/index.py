"""The index page of a batch: what stands in which brief, and first of all which are weak or empty."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape as escape_html
from pathlib import Path
from urllib.parse import quote

from assistant.batch.manifest import Record
from assistant.i18n import translator
from assistant.rendering.escaping import clean, escape

Named = Sequence[tuple[str, Record]]


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows: ``failures`` are names with messages, ``kept`` files left as edited by hand."""

    language: str
    items: Named
    earlier: Named = ()
    failures: Sequence[tuple[str, str]] = ()
    kept: frozenset[str] | set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Link:
    text: str
    file: str


_Cell = str | tuple[_Link, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with its title; ``numeric`` are the columns of numbers, whose zeros are gaps."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[_Cell, ...], ...]
    numeric: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Outline:
    title: str
    warnings_title: str
    warnings: tuple[tuple[str, str], ...]
    tables: tuple[_Table, ...]
    foot: str


def _outline(page: Page) -> _Outline:
    _ = translator(page.language).gettext
    tables = [
        *_tables(page, page.items, _("Briefs")),
        *_tables(page, page.earlier, _("From earlier runs")),
    ]
    return _Outline(
        _("Index of briefs"),
        _("Weak, empty or missing"),
        tuple(_warnings(page)),
        tuple(tables),
        _(
            "Mapped options: those that the GFMD's experts mapped to the objective. "
            "Options found: the program's own finding."
        ),
    )


def _warnings(page: Page) -> Iterable[tuple[str, str]]:
    """A label and a sentence for each brief that a reader must not take for a full one."""
    _ = translator(page.language).gettext
    for _name, record in page.items:
        said = []
        if record.state != "ok":
            state = _states(page.language)[record.state]
            said.append(state.split(":")[0] if record.remarks else state)
        if record.objective and not record.mapped:
            said.append(_("no option is mapped to it"))
        if said:
            yield _label(record, page.language), " ".join(["; ".join(said) + ".", *record.remarks])
    for name, message in page.failures:
        yield name, f"{_('not made')}: {message}"


def _states(language: str) -> dict[str, str]:
    _ = translator(language).gettext
    return {
        "ok": "",
        "weak": _("weak: the corpus covers it poorly"),
        "empty": _("empty: the corpus offers no evidence"),
    }


def _label(record: Record, language: str) -> str:
    if record.objective is None:
        return record.title
    title = translator(language).gettext("Objective %(number)s") % {"number": record.objective}
    return f"{title}, {record.title}"


def _tables(page: Page, items: Named, title: str) -> Iterable[_Table]:
    _ = translator(page.language).gettext
    objectives = [(n, r) for n, r in items if r.objective is not None]
    questions = [(n, r) for n, r in items if r.objective is None]
    counts = (_("Options found"), _("Examples"), _("Remarks"), _("Files"))
    if objectives:
        header = (_("Objective"), _("Title of the objective"), _("Mapped options"), *counts)
        rows = tuple(
            (
                str(r.objective),
                r.title,
                str(r.mapped),
                str(r.found),
                str(r.examples),
                _remark(page, r),
                _links(r),
            )
            for _n, r in objectives
        )
        yield _Table(title, header, rows, frozenset({0, 2, 3, 4}))
    if questions:
        asked: tuple[tuple[_Cell, ...], ...] = tuple(
            (r.question, str(r.found), str(r.examples), _remark(page, r), _links(r)) for _n, r in questions
        )
        yield _Table(title, (_("Question"), *counts), asked, frozenset({1, 2}))


def _remark(page: Page, record: Record) -> str:
    _ = translator(page.language).gettext
    said = [_states(page.language)[record.state].split(":")[0]] if record.state != "ok" else []
    if record.objective and not record.mapped:
        said.append(_("no mapping"))
    if page.kept & set(record.files):
        said.append(_("edited by hand"))
    return ", ".join(said)


def _links(record: Record) -> tuple[_Link, ...]:
    return tuple(_Link(name.rsplit(".", 1)[1] if not name.endswith(".csl.json") else "csl.json", name)
                 for name in sorted(record.files))  # fmt: skip


# -- Markdown ------------------------------------------------------------------------------------------------


def markdown(page: Page) -> str:
    """The page as Markdown."""
    outline = _outline(page)
    parts = [f"# {escape(outline.title)}"]
    if outline.warnings:
        lines = [f"- **{escape(label)}**: {escape(said)}" for label, said in outline.warnings]
        parts += [f"## {escape(outline.warnings_title)}", "\n".join(lines)]
    for table in outline.tables:
        rule = ["---:" if number in table.numeric else "---" for number in range(len(table.header))]
        rows = [
            [escape(head) for head in table.header],
            rule,
            *([_md(cell) for cell in row] for row in table.rows),
        ]
        parts += [f"## {escape(table.title)}", "\n".join(f"| {' | '.join(row)} |" for row in rows)]
    return "\n\n".join([*parts, f"*{escape(outline.foot)}*"]) + "\n"


def _md(cell: _Cell) -> str:
    if isinstance(cell, str):
        return escape(cell)
    return " ".join(f"[{escape(link.text)}]({quote(link.file)})" for link in cell)


# -- HTML ----------------------------------------------------------------------------------------------------


def html(page: Page) -> str:
    """The page as one self-contained HTML file without any script."""
    outline = _outline(page)
    policy = base64.b64encode(hashlib.sha256(_css().encode()).digest()).decode()
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{escape_html(page.language)}"><head><meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'sha256-{policy}'; base-uri 'none'; form-action 'none'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="generator" content="gcm-draft">',
        f"<title>{_text(outline.title)}</title><style>{_css()}</style></head>",
        f"<body><main><h1>{_text(outline.title)}</h1>",
    ]
    if outline.warnings:
        lines = (
            f"<li><strong>{_text(label)}</strong>: {_text(said)}</li>" for label, said in outline.warnings
        )
        parts += [f"<section><h2>{_text(outline.warnings_title)}</h2><ul>", *lines, "</ul></section>"]
    for table in outline.tables:
        parts.append(_html_table(table))
    return "\n".join([*parts, f"<footer>{_text(outline.foot)}</footer></main></body></html>"]) + "\n"


def _html_table(table: _Table) -> str:
    last = len(table.header) - 1
    kinds = dict.fromkeys(table.numeric, ' class="n"') | {last: ' class="files"', last - 1: ' class="remark"'}
    head = "".join(
        f'<th scope="col"{kinds[n] if n in table.numeric else ""}>{_text(h)}</th>'
        for n, h in enumerate(table.header)
    )
    rows = []
    for row in table.rows:
        cells = []
        for number, cell in enumerate(row):
            kind = ' class="n zero"' if number in table.numeric and cell == "0" else kinds.get(number, "")
            cells.append(f"<td{kind}>{_html_cell(cell, zero='zero' in kind)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    body = "\n".join(rows)
    return (
        f'<section><h2>{_text(table.title)}</h2><div class="scroll"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _html_cell(cell: _Cell, *, zero: bool) -> str:
    if isinstance(cell, str):
        return f"<span>{_text(cell)}</span>" if zero else _text(cell)
    return " ".join(f'<a href="{escape_html(quote(link.file))}">{_text(link.text)}</a>' for link in cell)


def _text(text: str) -> str:
    return escape_html(clean(text))


@cache
def _css() -> str:
    return (Path(__file__).parent / "index.css").read_text(encoding="utf-8")
