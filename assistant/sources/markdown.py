"""Markdown: headings, paragraphs, list items, tables and footnotes as a renderer would show them.

The extracted text is the text without its markup, one line a block.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.sources.extracted import Block, Extraction, Role, TextBuilder
from assistant.sources.sniffing import decode

_TAG = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^>]+>", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read(path: Path) -> Extraction:
    """Text and blocks of a Markdown file (CommonMark with tables, footnotes and front matter)."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    parser = (
        MarkdownIt("commonmark").enable("table").use(footnote_plugin, inline=False).use(front_matter_plugin)
    )
    collector = _Collector()
    collector.collect(parser.parse(decode(path)))
    return Extraction(collector.text.text(), tuple(collector.blocks), title=collector.title)


class _Collector:
    """Follows the parser's tokens and collects blocks."""

    def __init__(self) -> None:
        self.text = TextBuilder()
        self.blocks: list[Block] = []
        self.title: str | None = None
        self._level = 0
        self._item: tuple[str | None, bool] = (None, False)
        self._note: str | None = None
        self._table = self._row = self._column = 0
        self._apart = False

    def collect(self, tokens: Sequence[Any]) -> None:
        """Visit every token once."""
        for token in tokens:
            kind = token.type
            if kind == "inline":
                self._inline(token)
            elif kind in {"fence", "code_block"}:
                self._add(token.content.strip("\n"), ())
            elif kind == "html_block":
                self._add(_TAG.sub("", _BREAK.sub("\n", token.content)).strip(), ())
            elif kind.startswith(("table", "tr_", "td_", "th_")):
                self._follow_table(kind)
            else:
                self._follow(kind, token)

    def _follow(self, kind: str, token: Any) -> None:
        """Keep track of headings, lists and notes."""
        if kind == "heading_open":
            self._level = int(token.tag[1:])
        elif kind in {"bullet_list_open", "ordered_list_open"}:
            self._apart = token.level == 0
        elif kind == "list_item_open":
            self._item = (f"{token.info}{token.markup}" if token.info else None, True)
        elif kind == "list_item_close":
            self._item = (None, False)
        elif kind == "footnote_open":
            self._note = f"note {_note_name(token)}"
        elif kind == "footnote_close":
            self._note = None

    def _follow_table(self, kind: str) -> None:
        """Keep track of tables, rows and columns, each counted from 1."""
        if kind == "table_open":
            self._table, self._row = self._table + 1, 0
        elif kind == "tr_open":
            self._row, self._column = self._row + 1, 0
        elif kind in {"td_open", "th_open"}:
            self._column += 1
        elif kind == "table_close":
            self._column = 0

    def _inline(self, token: Any) -> None:
        said, links = _inline_text(token.children or [])
        self._add(said, links)
        self._level = 0

    def _add(self, said: str, links: tuple[str, ...]) -> None:
        said = said.strip()
        if not said:
            return
        span = self.text.line(said)
        role: Role = "paragraph"
        label = ""
        if self._level:
            role = "heading"
            self.title = self.title or (" ".join(said.split()) if self._level == 1 else None)
        elif self._note is not None:
            role, label = "note", self._note
        elif self._column:
            role, label = "cell", f"table {self._table}, row {self._row}, col. {self._column}"
        number, bullet = self._item
        self._item, apart, self._apart = (None, False), self._apart and bullet, False
        self.blocks.append(
            Block(
                role,
                (span,),
                level=self._level,
                number=number,
                bullet=bullet,
                label=label,
                links=links,
                apart=apart,
            )
        )


def _inline_text(children: Sequence[Any]) -> tuple[str, tuple[str, ...]]:
    """The words of an inline token and the web addresses it links to."""
    pieces: list[str] = []
    links: list[str] = []
    for child in children:
        kind = child.type
        if kind in {"text", "code_inline", "text_special"}:
            pieces.append(child.content)
        elif kind in {"softbreak", "hardbreak"} or (kind == "html_inline" and _BREAK.match(child.content)):
            pieces.append("\n")
        elif kind == "footnote_ref":
            pieces.append(f"[^{_note_name(child)}]")
        elif kind == "image":
            pieces.append(child.content)
        elif kind == "link_open" and str(child.attrGet("href") or "").startswith(("http://", "https://")):
            links.append(str(child.attrGet("href")))
    return "".join(pieces), tuple(dict.fromkeys(links))


def _note_name(token: Any) -> str:
    """A footnote's printed name, short enough for a call."""
    label = str(token.meta.get("label") or token.meta["id"] + 1)
    return label if re.fullmatch(r"[0-9A-Za-z]{1,8}", label) else str(token.meta["id"] + 1)
