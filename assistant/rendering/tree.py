"""Markdown with marks -> a small tree of blocks and runs, which text, HTML and Word are written from.

One parser for all formats: what is bold, a list or a footnote in one is so in all. Raw HTML is never
interpreted (it stays text).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from assistant.rendering.escaping import CLOSE, MIDDLE, OPEN, Mark

if TYPE_CHECKING:
    from markdown_it.token import Token

_PIECES = re.compile(f"({OPEN}[0-9]+{MIDDLE}|{CLOSE}|[{OPEN}{MIDDLE}])")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style. ``href`` makes it a link; ``mark`` is what the brief knows of it."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    href: str | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class NoteRef:
    """A reference to the footnote with this label."""

    label: str


@dataclass(frozen=True, slots=True)
class Break:
    """A forced line break."""


Inline: TypeAlias = Run | NoteRef | Break
Inlines: TypeAlias = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` from 1."""

    level: int
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    inlines: Inlines

    @property
    def all_italic(self) -> bool:
        """Whether the whole paragraph is set in italics (a subtitle, if it follows the title)."""
        runs = [i for i in self.inlines if isinstance(i, Run) and i.text.strip()]
        return bool(runs) and all(run.italic for run in runs)


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list; ``start`` is the first number of an ordered one, else None. Each item is a tuple of blocks."""

    start: int | None
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class QuoteBlock:
    """An indented block (``>``)."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the header's cells and the rows of cells."""

    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Preformatted text."""

    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal rule."""


Block: TypeAlias = Heading | Paragraph | ListBlock | QuoteBlock | Table | Code | Rule


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed text: its blocks, and its footnotes by label in order of first reference."""

    blocks: tuple[Block, ...]
    notes: dict[str, tuple[Block, ...]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The text of the first heading, or ""."""
        return next((plain(block.inlines) for block in self.blocks if isinstance(block, Heading)), "")


def plain(inlines: Sequence[Inline]) -> str:
    """The bare text of inlines, without note references."""
    return "".join(" " if isinstance(i, Break) else i.text for i in inlines if not isinstance(i, NoteRef))


def blocks_text(blocks: Sequence[Block]) -> str:
    """The bare text of blocks, joined by spaces: for titles, tests and word counts."""
    return " ".join(plain(inlines) for inlines in walk(blocks))


def walk(blocks: Sequence[Block]) -> Iterator[Inlines]:
    """Every run of inlines in reading order."""
    for block in blocks:
        match block:
            case Heading(inlines=inlines) | Paragraph(inlines=inlines):
                yield inlines
            case ListBlock(items=items):
                for item in items:
                    yield from walk(item)
            case QuoteBlock(blocks=inner):
                yield from walk(inner)
            case Table(header=header, rows=rows):
                for row in (header, *rows):
                    yield from row
            case Code(text=text):
                yield (Run(text, code=True),)


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    return MarkdownIt("commonmark", {"html": False}).enable("table").use(footnote_plugin, inline=False)


def parse(markdown: str, marks: Sequence[Mark] = ()) -> Tree:
    """Markdown (with marks, by index into ``marks``) as a tree."""
    reader = _Reader(_parser().parse(markdown), marks)
    blocks = reader.blocks(None)
    return Tree(blocks, reader.notes)


class _Reader:
    """Reads markdown-it's flat tokens, once, from left to right."""

    def __init__(self, tokens: Sequence[Token], marks: Sequence[Mark]) -> None:
        self.tokens = tokens
        self.marks = marks
        self.at = 0
        self.notes: dict[str, tuple[Block, ...]] = {}

    def blocks(self, end: str | None) -> tuple[Block, ...]:
        """Blocks up to the token of type ``end``, which is consumed."""
        found: list[Block] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == end:
                break
            block = self._block(token)
            if block is not None:
                found.append(block)
        return tuple(found)

    def _block(self, token: Token) -> Block | None:
        readers: dict[str, Callable[[Token], Block | None]] = {
            "heading_open": lambda t: Heading(int(t.tag[1]), self._inlines("heading_close")),
            "paragraph_open": lambda t: Paragraph(self._inlines("paragraph_close")),
            "bullet_list_open": lambda t: ListBlock(None, self._items("bullet_list_close")),
            "ordered_list_open": lambda t: ListBlock(
                int(t.attrGet("start") or 1), self._items("ordered_list_close")
            ),
            "blockquote_open": lambda t: QuoteBlock(self.blocks("blockquote_close")),
            "table_open": lambda t: self._table(),
            "fence": lambda t: Code(t.content.rstrip("\n")),
            "code_block": lambda t: Code(t.content.rstrip("\n")),
            "hr": lambda t: Rule(),
            "footnote_open": self._note,
        }
        reader = readers.get(token.type)
        return reader(token) if reader else None

    def _note(self, token: Token) -> None:
        label = str(token.meta["label"])
        self.notes[label] = self.blocks("footnote_close")

    def _items(self, end: str) -> tuple[tuple[Block, ...], ...]:
        items = []
        while self.tokens[self.at].type != end:
            self.at += 1  # list_item_open
            items.append(self.blocks("list_item_close"))
        self.at += 1
        return tuple(items)

    def _table(self) -> Table:
        rows: list[tuple[Inlines, ...]] = []
        cells: list[Inlines] = []
        while self.tokens[self.at].type != "table_close":
            token = self.tokens[self.at]
            self.at += 1
            if token.type in {"th_open", "td_open"}:
                cells.append(self._inlines(token.type.replace("open", "close")))
            elif token.type == "tr_close":
                rows.append(tuple(cells))
                cells = []
        self.at += 1
        return Table(rows[0], tuple(rows[1:]))

    def _inlines(self, end: str) -> Inlines:
        children: list[Token] = []
        while self.tokens[self.at].type != end:
            children += self.tokens[self.at].children or ()
            self.at += 1
        self.at += 1
        return _inlines(children, self.marks)


def _inlines(tokens: Sequence[Token], marks: Sequence[Mark]) -> Inlines:
    found: list[Inline] = []
    style = Run("")
    open_marks: list[Mark] = []
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                style = replace(style, bold=token.nesting == 1)
            case "em_open" | "em_close":
                style = replace(style, italic=token.nesting == 1)
            case "link_open":
                style = replace(style, href=str(token.attrGet("href")))
            case "link_close":
                style = replace(style, href=None)
            case "footnote_ref":
                found.append(NoteRef(str(token.meta["label"])))
            case "hardbreak":
                found.append(Break())
            case "softbreak":
                found.append(replace(style, text=" ", mark=open_marks[-1] if open_marks else None))
            case "image":
                found.append(replace(style, text=token.content))
            case _:
                found += _pieces(token, style, open_marks, marks)
    return _joined(found)


def _pieces(token: Token, style: Run, open_marks: list[Mark], marks: Sequence[Mark]) -> Iterator[Run]:
    """The runs of one text token; opening and closing marks are taken out and remembered."""
    for piece in _PIECES.split(token.content):
        if piece.startswith(OPEN):
            if len(piece) > 1:
                open_marks.append(marks[int(piece[1:-1])])
        elif piece == CLOSE:
            if open_marks:
                open_marks.pop()
        elif piece and piece != MIDDLE:
            mark = open_marks[-1] if open_marks else None
            yield replace(style, text=piece, code=token.type == "code_inline", mark=mark)


def _joined(inlines: Sequence[Inline]) -> Inlines:
    """Neighbouring runs of the same style as one run."""
    joined: list[Inline] = []
    for inline in inlines:
        last = joined[-1] if joined else None
        if (
            isinstance(inline, Run)
            and isinstance(last, Run)
            and replace(last, text="") == replace(inline, text="")
            and (last.mark is inline.mark)
        ):
            joined[-1] = replace(last, text=last.text + inline.text)
        else:
            joined.append(inline)
    return tuple(joined)
