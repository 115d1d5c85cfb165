"""Markdown notes: block by block and line by line, so that every finding names its line.

Reads what briefs and people write: headings, lists, block quotes, tables, footnotes, emphasis, links,
escapes and entities; HTML comments and code are left out. Written by hand rather than over a Markdown
library because a note of 300 pages must be read in well under a second.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace

from assistant.verification.certificates import find_certificate
from assistant.verification.note import Note, Paragraph, ParagraphKind

_FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})")
_HEADING = re.compile(r"^\s{0,3}#{1,6}(?:\s+|$)")
_UNDERLINE = re.compile(r"^\s{0,3}(?:=+|-{2,})\s*$")
_RULE = re.compile(r"^\s{0,3}(?:(?:\*\s*){3,}|(?:_\s*){3,}|(?:-\s*){3,})$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,9}[.)])(?:\s+|$)")
_NUMBERED = re.compile(r"^\s*(\d{1,3})[.)]\s")
_QUOTE = re.compile(r"^\s*>\s?")
_DEFINITION = re.compile(r"^\s{0,3}\[\^([^\]\s]+)\]:\s*")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_CELL = re.compile(r"(?<!\\)\|")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_INLINE = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])|(?P<newline>\\\n|<br\s*/?>)|`+(?P<code>[^`\n]+)`+|\[\^(?P<call>[^\]\s]+)\]|"
    r"!\[[^\]]*\]\([^)\s]*\)|\[(?P<link>(?:[^\[\]\\]|\\.)*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)|"
    r"<(?P<url>https?://[^>\s]+)>|<sup>\s*(?P<raised>\d{1,3})\s*</sup>|</?[A-Za-z][^<>]*>|"
    r"(?P<entity>&(?:[A-Za-z]+|#\d+|#[xX][0-9a-fA-F]+);)|\*+|~~|(?<![^\W_])_+|_+(?![^\W_])"
)
_RAISE = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass
class _Block:
    """Lines being gathered: (number, text without its marks)."""

    kind: ParagraphKind
    lines: list[tuple[int, str]]
    group: int | None = None
    footnote: str | None = None
    number: str | None = None


def read_markdown(text: str, name: str) -> Note:
    """The note in Markdown ``text``."""
    certificate = find_certificate(text)
    text = _COMMENT.sub(lambda m: re.sub(r"[^\n]+", "", m.group()), text)
    paragraphs: list[Paragraph] = []
    footnotes: dict[str, Paragraph] = {}
    reader = _Reader()
    for block in reader.read(text.split("\n")):
        paragraph = _paragraph(block)
        if block.footnote is None:
            paragraphs.append(paragraph)
        elif block.footnote in footnotes:
            footnotes[block.footnote] = _joined(footnotes[block.footnote], paragraph)
        else:
            footnotes[block.footnote] = paragraph
    remarks: tuple[str, ...] = ()
    if reader.fence is not None:
        remarks = (
            f"The code block of line {reader.fence[1]} is never closed: nothing below it was checked.",
        )
    return Note(name, "md", tuple(paragraphs), footnotes, certificate, remarks)


class _Reader:
    """Gathers lines into blocks; ``fence`` is the mark and line of a code block that is open."""

    def __init__(self) -> None:
        self.done: list[_Block] = []
        self.current: _Block | None = None
        self.footnote: str | None = None
        self.fence: tuple[str, int] | None = None
        self.group: int | None = None

    def read(self, lines: list[str]) -> list[_Block]:
        """All blocks of the text."""
        for number, line in enumerate(lines, 1):
            if not self._code(number, line):
                self._line(number, line)
        self._end()
        return self.done

    def _end(self) -> None:
        if self.current is not None:
            self.done.append(self.current)
        self.current = None

    def _code(self, number: int, line: str) -> bool:
        """Whether the line belongs to a fenced code block."""
        if self.fence is not None:
            if line.strip().startswith(self.fence[0]):
                self.fence = None
            return True
        if not _FENCE.match(line):
            return False
        self._end()
        self.fence = (line.strip()[:3], number)
        return True

    def _line(self, number: int, line: str) -> None:
        definition = _DEFINITION.match(line)
        if not line.strip():
            self._end()
            self.group = None
        elif definition:
            self._end()
            self.footnote = definition.group(1)
            self.current = _Block("text", [(number, line[definition.end() :])], footnote=self.footnote)
        elif self._underlines(line):
            self.done.append(_Block("heading", self.current.lines if self.current else []))
            self.current = None
        elif _RULE.match(line):
            self._end()
        else:
            self._text(number, line)

    def _underlines(self, line: str) -> bool:
        return self.current is not None and self.current.kind == "text" and bool(_UNDERLINE.match(line))

    def _text(self, number: int, line: str) -> None:
        if self.current is None and not line[0].isspace():
            self.footnote = None
        kind, bare, starts = _stripped(line)
        self.group = (self.group or number) if kind == "quote" else None
        goes_on = self.current is not None and self.current.kind == kind and kind not in {"heading", "row"}
        if starts or not goes_on or not bare.strip():
            self._end()
        if not bare.strip() or (kind == "row" and _TABLE_RULE.match(line)):
            return
        if self.current is None:
            numbered = _NUMBERED.match(line)
            number_of_item = numbered.group(1) if numbered else None
            self.current = _Block(kind, [], self.group, self.footnote, number_of_item)
        self.current.lines.append((number, bare))


def _stripped(line: str) -> tuple[ParagraphKind, str, bool]:
    """What a line is, its text without marks, and whether it begins a paragraph of its own."""
    if _HEADING.match(line):
        return "heading", _HEADING.sub("", line).rstrip("# "), True
    starts, quoted = False, False
    while True:
        item, quote = _ITEM.match(line), _QUOTE.match(line)
        if quote:
            quoted, line = True, line[quote.end() :]
        elif item and not _RULE.match(line):
            starts, line = True, line[item.end() :]
        else:
            break
    if quoted:
        return "quote", line, starts
    if line.lstrip().startswith("|"):
        return "row", line, True
    return "text", line, starts


def _paragraph(block: _Block) -> Paragraph:
    if block.kind == "row":
        cells = [cell.strip() for cell in _CELL.split(block.lines[0][1].strip().strip("|"))]
        raw = "\t".join(cells)
    else:
        raw = "\n".join(line.strip() for _, line in block.lines)
    text, calls = _inline(raw)
    ends = [match.end() for match in re.finditer("\n", text)]
    breaks = tuple(ends[: len(block.lines) - 1])
    return Paragraph(
        text,
        block.lines[0][0],
        block.kind,
        calls=tuple(calls),
        breaks=breaks,
        group=block.group,
        end_line=block.lines[-1][0],
        number=block.number,
    )


def _inline(raw: str) -> tuple[str, list[tuple[int, str]]]:
    """The text of a paragraph without its marks, and its footnote calls."""
    pieces: list[str] = []
    calls: list[tuple[int, str]] = []
    length = start = 0
    for match in _INLINE.finditer(raw):
        pieces.append(raw[start : match.start()])
        length += match.start() - start
        start = match.end()
        if match.group("call"):
            calls.append((length, match.group("call")))
            continue
        shown = _shown(match)
        pieces.append(shown)
        length += len(shown)
    pieces.append(raw[start:])
    return "".join(pieces), calls


def _shown(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups["newline"]:
        return "\n" if match.group().startswith("\\") else " "
    if groups["raised"]:
        return groups["raised"].translate(_RAISE)
    if groups["entity"]:
        return html.unescape(groups["entity"])
    if groups["link"] is not None:
        return _inline(groups["link"])[0]
    return groups["escaped"] or groups["code"] or groups["url"] or ""


def _joined(first: Paragraph, second: Paragraph) -> Paragraph:
    """A footnote of several paragraphs as one."""
    offset = len(first.text) + 1
    return replace(
        first,
        text=f"{first.text}\n{second.text}",
        breaks=(*first.breaks, offset, *(offset + at for at in second.breaks)),
        end_line=second.end_line,
    )
