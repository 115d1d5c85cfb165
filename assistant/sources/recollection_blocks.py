"""The Recollection's text cut into labelled blocks: what each line of the file is, before any page is known.

The file is a Markdown rendering of a printed document. Every character that is not white space belongs to
exactly one block (bullets belong to the block's ``lead``), so that nothing of the document can be lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.errors import ProblemsError, SourceError
from assistant.model import Kind
from assistant.text import SUPERSCRIPTS

BlockKind = Literal[
    "front", "contents", "heading", "running", "label", "item", "subitem", "paragraph", "bullet", "note"
]
LABELS: dict[str, Kind] = {
    "Policy Options:": "policy_option",
    "Options for practical action:": "practical_action",
    "Policy and Practice Example": "practice_example",
    "Policy and Practice Examples": "practice_example",
}
CALL = re.compile(f"[{SUPERSCRIPTS}]+")
_DIGITS = str.maketrans(SUPERSCRIPTS, "0123456789")
_ROW = re.compile(r"^\|(?P<title>.*\S)\s*\|\s*(?P<page>\d+)\s*\|$")
_LEADERS = re.compile(r"\.{2,}$")
_MARK = re.compile(r"(?P<indent>[ \t]*)- ")
_NUMBERED = re.compile(r"\d+\. ")
_URL_ONLY = re.compile(r"[\[<]?https?://\S+$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the printed table of contents."""

    title: str
    page: int


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the file: text ``[start, end)``, its bullet (if any) in ``[lead, start)``.

    ``number`` is a note's number; ``entry`` indexes the contents for a heading.
    """

    kind: BlockKind
    lead: int
    start: int
    end: int
    number: int | None = None
    entry: int | None = None


def note_number(superscripts: str) -> int:
    """The number a run of superscript digits prints.

    >>> note_number("¹⁶⁸")
    168
    """
    return int(superscripts.translate(_DIGITS))


def calls(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The footnote calls in ``text[start:end]`` as (offset, number), in order."""
    return [(m.start(), note_number(m.group())) for m in CALL.finditer(text, start, end)]


def contents(text: str) -> tuple[Entry, ...]:
    """The entries of the table of contents, in order, dot leaders removed."""
    rows = (_ROW.match(line) for line in text.split("\n"))
    return tuple(Entry(_LEADERS.sub("", m["title"].strip()), int(m["page"])) for m in rows if m)


def blocks(text: str) -> tuple[Block, ...]:
    """All blocks of the file in order. Raises :class:`SourceError` where the file is not a Recollection."""
    entries = contents(text)
    if not entries:
        raise SourceError(
            "Expected the Thematic Recollection with its table of contents; found no contents line "
            "('| title | page |'). Restore the shipped file, or add your own document with 'corpus add'."
        )
    found = [_block(text, start, end) for start, end in _lines(text)]
    return tuple(_join_notes(text, _name_headings(text, _name_front(found), entries)))


def is_open(text: str, block: Block) -> bool:
    """True when a block's text stops without the punctuation that closes a sentence or a list item."""
    printed = CALL.sub("", text[block.start : block.end]).rstrip("*”\"'’) \n")
    return not printed.endswith((".", ":", ";", "?", "!"))


def _lines(text: str) -> list[tuple[int, int]]:
    """The lines that are not blank, as ranges without their line ends and trailing white space."""
    return [(m.start(), m.end()) for m in re.finditer(r"^[ \t]*\S(?:[^\n]*\S)?", text, re.MULTILINE)]


def _block(text: str, start: int, end: int) -> Block:
    line = text[start:end]
    mark = _MARK.match(line)
    call = CALL.match(line)
    if call:
        return Block("note", start, start, end, number=note_number(call.group()))
    if line in LABELS:
        return Block("label", start, start, end)
    if line == "-":
        return Block("bullet", start, start, end)
    if mark:
        return Block("subitem" if mark["indent"] else "item", start, start + mark.end(), end)
    if _NUMBERED.match(line):
        return Block("item", start, start, end)
    return Block("contents" if line.startswith("|") else "paragraph", start, start, end)


def _name_front(found: list[Block]) -> list[Block]:
    """Everything before the heading of the contents is the title page; that heading is of the contents."""
    first_row = next(i for i, b in enumerate(found) if b.kind == "contents")
    front = [Block("front", b.lead, b.lead, b.end) for b in found[: max(0, first_row - 1)]]
    heading = [Block("contents", b.lead, b.lead, b.end) for b in found[len(front) : first_row]]
    return [*front, *heading, *found[first_row:]]


def _name_headings(text: str, found: list[Block], entries: tuple[Entry, ...]) -> list[Block]:
    """Body lines equal to a contents title become its heading; repetitions of a title are running headers.

    Where a title is printed twice in a row the first is the running header of its page.
    """
    at: dict[int, int] = {}
    position = next(i for i, b in enumerate(found) if b.kind == "contents")
    missing: list[str] = []
    titles = {entry.title for entry in entries}
    lines = [text[b.start : b.end] for b in found]
    for index, entry in enumerate(entries):
        hit = next((i for i in range(position, len(found)) if lines[i] == entry.title), None)
        if hit is None:
            missing.append(f"expected {entry.title!r} (p. {entry.page} by the contents) in its place")
            continue
        while hit + 1 < len(found) and lines[hit + 1] == entry.title:
            hit += 1
        at[hit] = index
        position = hit + 1
    if missing:
        raise ProblemsError("Headings of the table of contents not found in the text:", missing)
    named = list(found)
    for i, b in enumerate(found):
        if i in at:
            kind: BlockKind = "contents" if b.kind == "contents" else "heading"
            named[i] = Block(kind, b.lead, b.start, b.end, entry=at[i])
        elif b.kind in ("paragraph", "item") and lines[i] in titles:
            named[i] = Block("running", b.lead, b.start, b.end)
    return named


def _join_notes(text: str, found: list[Block]) -> list[Block]:
    """Put continuation lines to their note.

    A line without a number right after a note goes on with it if it is a bare address, if it follows
    without a blank line, or if the note so far is open (ends with a comma or a semicolon).
    """
    joined: list[Block] = []
    for b in found:
        last = joined[-1] if joined else None
        if last and last.kind == "note" and b.kind in ("paragraph", "item"):
            between = text[last.end : b.lead].count("\n")
            line = text[b.lead : b.end]
            if between == 1 or _URL_ONLY.match(line) or text[last.end - 1] in ",;":
                joined[-1] = Block("note", last.lead, last.start, b.end, number=last.number)
                continue
        joined.append(b)
    return joined
