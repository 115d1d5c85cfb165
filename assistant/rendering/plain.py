"""Text to paste anywhere, and the view in a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.rendering.tree import (
    Block,
    Break,
    Code,
    Heading,
    Inlines,
    ListBlock,
    NoteRef,
    Paragraph,
    QuoteBlock,
    Rule,
    Run,
    Table,
    Tree,
    plain,
)

BULLET = "• "


@dataclass(frozen=True, slots=True)
class Style:
    """How text is laid out: ``width`` columns (0: never wrapped), ``ansi`` for a terminal's colours."""

    width: int = 0
    ansi: bool = False

    def paint(self, text: str, codes: str) -> str:
        """``text`` in an ANSI style, or as it is."""
        return f"\x1b[{codes}m{text}\x1b[0m" if self.ansi and text.strip() else text


def write_text(tree: Tree, notes_title: str) -> str:
    """Plain text: no marks of Markdown, numbered notes at the end.

    Lines are not wrapped: mail and word processors wrap by themselves, and a quotation that stays on one
    line can be found again, pasted on and checked.
    """
    return _write(tree, notes_title, Style())


def write_terminal(tree: Tree, notes_title: str, *, width: int, ansi: bool) -> str:
    """The same text for a screen: wrapped at ``width`` columns (at least 40), styled if ``ansi``."""
    return _write(tree, notes_title, Style(max(40, width), ansi))


def _write(tree: Tree, notes_title: str, style: Style) -> str:
    parts = _blocks(tree.blocks, style, 0)
    if tree.notes:
        parts.append(style.paint(notes_title.upper(), "1;36"))
        notes = []
        for label, blocks in tree.notes.items():
            text = " ".join(
                _inlines(block.inlines, style) for block in blocks if isinstance(block, Paragraph)
            )
            notes.append(_wrap(style.paint(f"[{label}]", "36") + " " + text, style, 0, " " * 5))
        parts.append("\n".join(notes))
    return "\n\n".join(part for part in parts if part) + "\n"


def _blocks(blocks: Sequence[Block], style: Style, depth: int) -> list[str]:
    return [_block(block, style, depth) for block in blocks]


def _block(block: Block, style: Style, depth: int) -> str:  # noqa: PLR0911 - one a kind of block
    match block:
        case Heading(level=1, inlines=inlines):
            return _wrap(style.paint(_inlines(inlines, style), "1"), style, depth)
        case Heading(level=2, inlines=inlines):
            return _wrap(style.paint(_inlines(inlines, style).upper(), "1;36"), style, depth)
        case Heading(inlines=inlines):
            return _wrap(style.paint(_inlines(inlines, style), "1"), style, depth)
        case Paragraph(inlines=inlines):
            return _wrap(_inlines(inlines, style), style, depth)
        case ListBlock():
            return _list(block, style, depth)
        case QuoteBlock(blocks=inner):
            return "\n\n".join(_blocks(inner, style, depth + 1))
        case Table():
            return _table(block, style, depth)
        case Code(text=text):
            return textwrap.indent(text, "    ")
        case Rule():
            return ""


def _list(block: ListBlock, style: Style, depth: int) -> str:
    lines = []
    loose = any(len(item) > 1 for item in block.items) or style.width > 0
    for index, item in enumerate(block.items):
        sign = BULLET if block.start is None else f"{block.start + index}. "
        inner = _blocks(item, Style(0, style.ansi), 0)
        first = inner[0] if inner else ""
        lines.append(_wrap(sign + first, style, depth, " " * len(sign)))
        lines += [_wrap(line, style, depth + 1) for part in inner[1:] for line in part.split("\n")]
    return ("\n\n" if loose and all(len(item) == 1 for item in block.items) else "\n").join(lines)


def _table(table: Table, style: Style, depth: int) -> str:
    """A table as records, one block a row: columns of text do not survive pasting."""
    heads = [plain(cell) for cell in table.header]
    records = []
    for row in table.rows:
        cells = [
            f"{style.paint(head, '1')}: {_inlines(cell, style)}" if head else _inlines(cell, style)
            for head, cell in zip(heads, row, strict=True)
            if plain(cell).strip()
        ]
        records.append("\n".join(_wrap(cell, style, depth, "  ") for cell in cells))
    return "\n\n".join(records)


def _inlines(inlines: Inlines, style: Style) -> str:
    parts = []
    for inline in inlines:
        match inline:
            case Run():
                parts.append(_run(inline, style))
            case NoteRef(label=label):
                parts.append(" " + style.paint(f"[{label}]", "36"))
            case Break():
                parts.append("\n")
    return "".join(parts)


def _run(run: Run, style: Style) -> str:
    text = run.text
    if run.href and run.href not in (text, f"mailto:{text}"):
        text = f"{text} ({run.href})"
    if run.mark is not None and run.mark.kind == "citation":
        return style.paint(text, "2")
    if run.bold:
        return style.paint(text, "1")
    return style.paint(text, "3") if run.italic else text


def _wrap(text: str, style: Style, depth: int, hanging: str = "") -> str:
    indent = "  " * depth
    if not style.width:
        return "\n".join(indent + line for line in text.split("\n"))
    lines = text.split("\n")
    return "\n".join(
        _fill(line, style.width, indent if not at else indent + hanging, indent + hanging)
        for at, line in enumerate(lines)
    )


def _fill(text: str, width: int, first: str, rest: str) -> str:
    """Like :func:`textwrap.fill`, but a word's width does not count its ANSI codes."""
    import re

    lines, line, room = [], first, width - len(first)
    used = 0
    for word in text.split(" "):
        size = len(re.sub(r"\x1b\[[0-9;]*m", "", word))
        if used and used + 1 + size > room:
            lines.append(line)
            line, room, used = rest, width - len(rest), 0
        line += (" " if used else "") + word
        used += size + (1 if used else 0)
    return "\n".join([*lines, line])
