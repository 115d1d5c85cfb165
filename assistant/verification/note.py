"""A note as verification sees it, whatever its file: paragraphs in order, footnotes by their calls."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Any, Literal

ParagraphKind = Literal["text", "heading", "quote", "row", "code"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, list item, block-quote paragraph or table row (cells apart by tabs).

    ``line`` is 1-based in the file (for Word and other formats without lines, the ordinal of the paragraph);
    ``breaks`` are offsets in ``text`` at which further lines begin. ``calls`` are footnote calls as
    (offset, key): the call stands before ``text[offset]``. ``index`` is the 0-based index of the paragraph in
    a Word document. ``number`` is that of a numbered list item whose text lacks it. ``group`` is shared
    by neighbouring paragraphs of one block quote.
    """

    text: str
    line: int
    kind: ParagraphKind = "text"
    calls: tuple[tuple[int, str], ...] = ()
    breaks: tuple[int, ...] = ()
    index: int | None = None
    group: int | None = None
    end_line: int | None = None
    number: str | None = None

    def line_at(self, offset: int) -> int:
        """The line on which ``text[offset]`` stands."""
        return self.line + bisect_right(self.breaks, offset)


@dataclass(frozen=True, slots=True)
class Note:
    """A note read. ``format`` is md, txt, html, docx or odt; ``certificate`` what it carries of one."""

    name: str
    format: str
    paragraphs: tuple[Paragraph, ...]
    footnotes: dict[str, Paragraph] = field(default_factory=dict)
    certificate: dict[str, Any] | None = None
    remarks: tuple[str, ...] = ()


_NUMBERED = re.compile(r"^\s*\[(\d{1,3})\]:?\s+(?=\S)")
_LISTED = re.compile(r"^\s*(\d{1,3})[.)]\s+(?=\S)")
_RAISED = re.compile(r"^\s*([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})\s*(?=\S)")
_BRACKET_CALL = re.compile(r"\s?\[(\d{1,3})\]")
_RAISED_CALL = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NOTES_HEADING = re.compile(
    r"^\W*(?:notes?|footnotes?|endnotes?|references?|sources?|citations?|r[ée]f[ée]rences?|notas?|referencias?|"
    r"fuentes?)\W*$",
    re.I,
)


def with_numbered_notes(note: Note) -> Note:
    """The note with "[1] …" paragraphs, and lists under a heading "Notes", taken as the notes they are.

    A paragraph is a note only if something before it calls its number; all else stays where it is.
    """
    found: dict[str, tuple[int, Paragraph]] = {}
    in_notes = False
    for at, paragraph in enumerate(note.paragraphs):
        if _NOTES_HEADING.match(paragraph.text):
            in_notes = True
            continue
        if paragraph.kind == "heading":
            in_notes = False
        match = _NUMBERED.match(paragraph.text) or _RAISED.match(paragraph.text)
        if match is None and in_notes and paragraph.number is None:
            match = _LISTED.match(paragraph.text)
        if in_notes and match is None and paragraph.number is not None:
            found.setdefault(paragraph.number, (at, paragraph))
        elif match:
            found.setdefault(
                match.group(1).translate(_PLAIN_DIGITS), (at, _without_lead(paragraph, match.end()))
            )
    found = {key: entry for key, entry in found.items() if key not in note.footnotes}
    if not found:
        return note
    taken = {at for at, _ in found.values()}
    called: set[str] = set()
    paragraphs = [
        paragraph if at in taken else _with_calls(paragraph, set(found), called)
        for at, paragraph in enumerate(note.paragraphs)
    ]
    kept = {key: entry for key, entry in found.items() if key in called}
    gone = {at for at, _ in kept.values()}
    notes = {key: paragraph for key, (_, paragraph) in kept.items()}
    return replace(
        note,
        paragraphs=tuple(paragraph for at, paragraph in enumerate(paragraphs) if at not in gone),
        footnotes={**note.footnotes, **notes},
    )


def _without_lead(paragraph: Paragraph, length: int) -> Paragraph:
    return replace(
        paragraph,
        text=paragraph.text[length:],
        calls=tuple((max(0, at - length), key) for at, key in paragraph.calls),
        breaks=tuple(max(0, at - length) for at in paragraph.breaks),
    )


def _with_calls(paragraph: Paragraph, keys: set[str], called: set[str]) -> Paragraph:
    """``[3]`` and superscript digits that call a note taken out of the text and kept as calls."""
    cuts: list[tuple[int, int, str]] = []
    for pattern in (_BRACKET_CALL, _RAISED_CALL):
        for match in pattern.finditer(paragraph.text):
            key = (match.group(1) if match.groups() else match.group()).translate(_PLAIN_DIGITS)
            if key in keys:
                cuts.append((*match.span(), key))
    if not cuts:
        return paragraph
    return cut_calls(paragraph, sorted(cuts), called)


def cut_calls(paragraph: Paragraph, cuts: list[tuple[int, int, str]], called: set[str]) -> Paragraph:
    """``paragraph`` without the ranges ``cuts``, each of which becomes a call of its key."""
    pieces, calls, removed, start = [], list(paragraph.calls), [], 0
    for first, last, key in cuts:
        pieces.append(paragraph.text[start:first])
        calls.append((sum(map(len, pieces)), key))
        removed.append((first, last - first))
        called.add(key)
        start = last
    pieces.append(paragraph.text[start:])

    def moved(at: int) -> int:
        return at - sum(length for first, length in removed if first < at)

    return replace(
        paragraph,
        text="".join(pieces),
        calls=tuple(sorted(calls)),
        breaks=tuple(moved(at) for at in paragraph.breaks),
    )
