"""One self-contained HTML file: readable on a phone, on paper, by day and by night, without any script.

Each citation opens a panel with the cited passage in its surroundings, the quoted stretch marked. Panels are
shown by the ``:target`` rule of the style sheet. They carry ``data-gcm-source``: what stands inside them is
the source's own text, not a claim of the brief.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path

from assistant.certificate import html_element
from assistant.i18n import section_title, translator
from assistant.model import Brief, NumberedCitation
from assistant.rendering import tree as t
from assistant.rendering.corpus_view import CorpusView, passage_of
from assistant.rendering.surroundings import Piece, surroundings

_COLUMNS = 3  # tables with more columns get the whole width of the window
_NUMBER_GAP = re.compile(r"(?<=\bp\.) (?=\d)|(?<=\bpp\.) (?=\d)")
_CLOSED = "#closed"  # an id no element has: going there closes the panel and does not scroll


def write_html(tree: t.Tree, brief: Brief, corpus: CorpusView | None) -> str:
    """The whole file. Without ``corpus`` (or for a passage no longer in it) citations lead to their notes."""
    writer = _Writer(brief, corpus)
    css = _css()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    tables = [block for block in tree.blocks if isinstance(block, t.Table)]
    wide = " wide" if any(len(table.header) > _COLUMNS for table in tables) else ""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(brief.language)}">',
        '<head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark"><meta name="generator" content="gcm-draft">',
        f"<title>{escape(tree.title or brief.question)}</title>",
        f"<style>{css}</style></head>",
        "<body>",
        f'<main class="brief{wide}">{writer.body(tree)}{writer.notes(tree)}</main>',
        *writer.panels(),
        html_element(brief.certificate),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


@cache
def _css() -> str:
    return (Path(__file__).parent / "brief.css").read_text(encoding="utf-8")


class _Writer:
    def __init__(self, brief: Brief, corpus: CorpusView | None) -> None:
        self.brief = brief
        self.corpus = corpus
        self.gettext = translator(brief.language).gettext
        self.citations = {c.number: c for c in brief.citations}
        items = [item for section in brief.sections for item in section.items if item.quote]
        self.quoted = {item.citation.number: item.text for item in items}
        self.contexts = {c.number: self._context(c) for c in brief.citations}
        self.referred: set[str] = set()
        self.used: set[int] = set()

    def _context(self, citation: NumberedCitation) -> tuple[tuple[Piece, ...], ...]:
        passage = passage_of(self.corpus, citation.document, citation.passage_id)
        if passage is None or self.corpus is None:
            return ()
        quoted = self.quoted.get(citation.number, "")
        return surroundings(self.corpus.sources[citation.document], passage, quoted)

    def body(self, tree: t.Tree) -> str:
        """Everything but the notes: a header, then one section for each second-level heading."""
        parts, opened = [], False
        blocks = list(tree.blocks)
        if blocks and isinstance(blocks[0], t.Heading) and blocks[0].level == 1:
            kind = ""
            if len(blocks) > 1 and isinstance(blocks[1], t.Paragraph) and blocks[1].all_italic:
                kind = f'<p class="kind">{escape(t.plain(blocks.pop(1).inlines))}</p>'  # type: ignore[union-attr]
            title = self.inlines(blocks.pop(0).inlines)  # type: ignore[union-attr]
            parts.append(f"<header>{kind}<h1>{title}</h1></header>")
        for block in blocks:
            if isinstance(block, t.Heading) and block.level == 2:
                parts.append(("</section>" if opened else "") + "<section>")
                opened = True
            parts.append(self.block(block))
        if blocks and isinstance(blocks[-1], t.Paragraph) and blocks[-1].all_italic:
            parts[-1] = parts[-1].replace("<p>", '<p class="colophon">', 1)
        return "\n".join([*parts, "</section>" if opened else ""])

    def block(self, block: t.Block) -> str:  # noqa: PLR0911 - one return a kind of block
        """One block as HTML."""
        match block:
            case t.Heading(level=level, inlines=inlines):
                return f"<h{level}>{self.inlines(inlines)}</h{level}>"
            case t.Paragraph(inlines=inlines):
                return f"<p>{self.inlines(inlines)}</p>"
            case t.ListBlock(start=start, items=items):
                tag = "ul" if start is None else "ol"
                first = f' start="{start}"' if start not in (None, 1) else ""
                return f"<{tag}{first}>{''.join(map(self._item, items))}</{tag}>"
            case t.QuoteBlock(blocks=blocks):
                return f'<div class="notice">{"".join(map(self.block, blocks))}</div>'
            case t.Table():
                return self._table(block)
            case t.Code(text=text):
                return f"<pre>{escape(text)}</pre>"
            case t.Rule():
                return "<hr>"

    def _item(self, blocks: Sequence[t.Block]) -> str:
        inner = [
            self.inlines(block.inlines) if isinstance(block, t.Paragraph) and not index else self.block(block)
            for index, block in enumerate(blocks)
        ]
        quoted = any(
            isinstance(run, t.Run) and run.mark is not None and run.mark.kind == "quote"
            for inlines in t.walk(blocks)
            for run in inlines
        )
        kind = ' class="said"' if quoted else ""
        return f"<li{kind}>{''.join(inner)}</li>\n"

    def _table(self, table: t.Table) -> str:
        heads = [t.plain(cell) for cell in table.header]
        header = "".join(f'<th scope="col">{self.inlines(cell)}</th>' for cell in table.header)
        rows = []
        for row in table.rows:
            cells = (
                f'<td data-head="{escape(head)}">{self.inlines(cell)}</td>'
                for head, cell in zip(heads, row, strict=True)
            )
            rows.append(f"<tr>{''.join(cells)}</tr>")
        body = "\n".join(rows)
        return (
            f'<div class="table"><table><thead><tr>{header}</tr></thead>\n<tbody>{body}</tbody></table></div>'
        )

    def inlines(self, inlines: t.Inlines) -> str:
        """Inlines as HTML; neighbouring runs of one mark share one element."""
        parts: list[str] = []
        for inline in inlines:
            match inline:
                case t.Run():
                    parts.append(self._run(inline))
                case t.NoteRef(label=label):
                    parts.append(self._reference(label))
                case t.Break():
                    parts.append("<br>")
        return "".join(parts)

    def _run(self, run: t.Run) -> str:
        text = escape(run.text, quote=False)
        if run.mark is None or run.mark.kind != "quote":
            text = _NUMBER_GAP.sub("\u00a0", text)  # never in a quotation, which stays as printed
        if run.code:
            text = f"<code>{text}</code>"
        if run.bold:
            text = f"<strong>{text}</strong>"
        if run.italic:
            text = f"<em>{text}</em>"
        if run.href and run.href.lower().startswith(("http://", "https://", "mailto:", "#")):
            text = f'<a href="{escape(run.href)}" rel="noreferrer">{text}</a>'
        mark = run.mark
        if mark is None:
            return text
        if mark.kind == "quote":
            language = escape(mark.language or "")
            return f'<span class="quote" lang="{language}">{text}</span>'
        if mark.kind == "citation" and mark.number is not None:
            number = mark.number
            if not self.contexts.get(number):
                return f'<a class="cite" href="#note-{number}">{text}</a>'
            self.used.add(number)
            return f'<a class="cite" href="#passage-{number}">{text}</a>'
        return f'<span class="label">{text}</span>'

    def _reference(self, label: str) -> str:
        label = escape(label)
        identity = "" if label in self.referred else f' id="ref-{label}"'
        self.referred.add(label)
        return f'<sup class="ref"{identity}><a href="#note-{label}">{label}</a></sup>'

    def notes(self, tree: t.Tree) -> str:
        """The numbered notes."""
        if not tree.notes:
            return ""
        items = []
        for label, blocks in tree.notes.items():
            text = " ".join(self.inlines(b.inlines) if isinstance(b, t.Paragraph) else "" for b in blocks)
            value = f' value="{label}"' if label.isdigit() else ""
            back = f'<a class="back" href="#ref-{escape(label)}" aria-label="↩">↩</a>'
            items.append(f'<li id="note-{escape(label)}"{value}>{text}{back}</li>')
        title = escape(section_title("notes", self.brief.language))
        listed = "\n".join(items)
        return f'<section class="notes"><h2>{title}</h2><ol>\n{listed}\n</ol></section>'

    def panels(self) -> Iterator[str]:
        """One panel for each citation that the text opens."""
        standing = {entry.document: entry for entry in self.brief.sources}
        close = escape(self.gettext("Close"))
        for number in sorted(self.used):
            citation = self.citations[number]
            entry = standing.get(citation.document)
            paragraphs = "\n".join(_paragraph(paragraph) for paragraph in self.contexts[number])
            foot = ""
            if entry:
                title, caveat = escape(entry.title), escape(entry.standing)
                foot = f'<p class="standing"><strong>{title}.</strong> {caveat}</p>'
            yield (
                f'<aside class="panel" id="passage-{number}" data-gcm-source role="dialog" '
                f'aria-labelledby="passage-{number}-title">'
                f'<a class="backdrop" href="{_CLOSED}" tabindex="-1" aria-hidden="true"></a>'
                f'<div class="sheet"><a class="close" href="{_CLOSED}" aria-label="{close}">×</a>'
                f'<p class="kind">{escape(self.gettext("The passage in its source"))}</p>'
                f'<h2 id="passage-{number}-title"><span class="number">{number}</span> '
                f"{escape(citation.label)}</h2>"
                f'<div class="context">{paragraphs}</div>{self._doubt(citation)}{foot}</div></aside>'
            )

    def _doubt(self, citation: NumberedCitation) -> str:
        if citation.page_certain is False:
            return f'<p class="standing">{escape(self.gettext("Page probable, not certain."))}</p>'
        return ""


def _paragraph(pieces: Sequence[Piece]) -> str:
    inner = "".join(
        f"<mark>{escape(piece.text, quote=False)}</mark>" if piece.cited else escape(piece.text, quote=False)
        for piece in pieces
    )
    return f"<p>{inner}</p>"
