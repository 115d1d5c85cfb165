"""Markdown notes: block by block and line by line, so that every finding names its line.

Reads what briefs and people write: headings, lists, block quotes, tables, footnotes ``[^1]``, emphasis, links,
escapes, entities; HTML comments and code are left out. Written by hand rather than over a Markdown library
because a note of 300 pages must be read in well under a second.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.verification.certificates import find_certificate
from assistant.verification.note import Note, Paragraph, ParagraphKind

_FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})")
_HEADING = re.compile(r"^\s{0,3}#{1,6}(?:\s+|$)")
_UNDERLINE = re.compile(r"^\s{0,3}(?:=+|-{2,})\s*$")
_RULE = re.compile(r"^\s{0,3}(?:(?:\*\s*){3,}|(?:_\s*){3,}|(?:-\s*){3,})$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,9}[.)])(?:\s+|$)")
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


def read_markdown(text: str, name: str) -> Note:
    """The note in Markdown ``text``."""
    certificate = find_certificate(text)
    text = _COMMENT.sub(lambda m: re.sub(r"[^\n]+", "", m.group()), text)
    paragraphs: list[Paragraph] = []
    footnotes: dict[str, Paragraph] = {}
    for block in _blocks(text.split("\n")):
        paragraph = _paragraph(block)
        if block.footnote is None:
            paragraphs.append(paragraph)
        elif block.footnote in footnotes:
            footnotes[block.footnote] = _joined(footnotes[block.footnote], paragraph)
        else:
            footnotes[block.footnote] = paragraph
    return Note(name, "md", tuple(paragraphs), footnotes, certificate)


def _blocks(lines: list[str]) -> Iterator[_Block]:  # noqa: C901, PLR0912 - one branch a kind of line
    current: _Block | None = None
    footnote: str | None = None
    fenced: str | None = None
    group: int | None = None
    for number, raw in enumerate(lines, 1):
        line = raw
        if fenced is not None:
            if line.strip().startswith(fenced):
                fenced = None
            continue
        if _FENCE.match(line):
            if current:
                yield current
            current, fenced = None, line.strip()[:3]
            continue
        if not line.strip():
            if current:
                yield current
            current, group = None, None
            continue
        definition = _DEFINITION.match(line)
        if definition:
            if current:
                yield current
            footnote = definition.group(1)
            current = _Block("text", [(number, line[definition.end() :])], footnote=footnote)
            continue
        if footnote is not None and not line[0].isspace() and current is None:
            footnote = None
        kind, bare, starts = _stripped(line)
        if kind == "quote":
            group = group or number
            starts = starts or not bare.strip()
        else:
            group = None
        if current and kind == "text" and not starts and current.kind == "text" and _UNDERLINE.match(line):
            yield replace_kind(current)
            current = None
            continue
        if _RULE.match(line):
            if current:
                yield current
            current = None
            continue
        same = current is not None and current.kind == kind and kind not in {"heading", "row"}
        if current and (starts or not same):
            yield current
            current = None
        if not bare.strip() or (kind == "row" and _TABLE_RULE.match(line)):
            continue
        if current is None:
            current = _Block(kind, [], group, footnote)
        current.lines.append((number, bare))
    if current:
        yield current


def replace_kind(block: _Block) -> _Block:
    """A paragraph that turned out to be an underlined heading."""
    return _Block("heading", block.lines)


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
