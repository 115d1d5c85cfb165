"""A passage among its neighbours in the source: what a reader sees on opening a citation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.model import Passage, Source, Span
from assistant.rendering.escaping import CLOSE, OPEN, clean

MARGIN = 650
"""Characters shown before and after the passage, then widened to whole lines."""
_PARAGRAPH = re.compile(r"\n(?=\s*(?:[-•*o]|\d{1,2}\.|\(?[a-z]\))\s)|\n[^\S\n]*\n\s*")
_EMPHASIS = re.compile(r"\*+")
_HEADING = re.compile(r"^\s*#+\s*", re.MULTILINE)
_LINK = re.compile(r"<(https?://[^>\s]+)>")
_SKIPPED = re.compile(r"[\s*⁰¹²³⁴⁵⁶⁷⁸⁹]")
_ENDED = re.compile(r"[.:;!?…”\"»)\]⁰-⁹¹²³]$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph; ``cited`` if it belongs to the passage itself."""

    text: str
    cited: bool


def surroundings(
    source: Source, passage: Passage, quoted: str = "", margin: int = MARGIN
) -> tuple[tuple[Piece, ...], ...]:
    """The paragraphs around a passage, the ``quoted`` stretch told apart (all of the passage if it is empty).

    White space is folded and Markdown's emphasis taken out; footnote calls stay as printed. A line break
    inside a sentence (PDF extraction leaves many) does not start a paragraph.
    """
    text = source.text
    spans = _quoted_spans(text, passage.spans, quoted)
    first, last = spans[0][0], spans[-1][1]
    start = _line_start(text, max(0, first - margin), first)
    end = _line_end(text, min(len(text), last + margin), last)
    parts, at = [], start
    for begin, stop in spans:
        parts += [_plain(text[at:begin], source), OPEN, _plain(text[begin:stop], source), CLOSE]
        at = stop
    parts.append(_plain(text[at:end], source))
    marked = "".join(parts)
    if start > 0:
        marked = "… " + marked.lstrip()
    if end < len(text):
        marked = marked.rstrip() + " …"
    return _paragraphs(marked)


def _quoted_spans(text: str, spans: Sequence[Span], quoted: str) -> Sequence[Span]:
    """The spans of ``quoted`` within a passage, over line breaks, calls and emphasis; else all of it.

    Both are compared without white space, which is folded in the one and printed in the other.
    """
    wanted = "".join(quoted.split())
    positions = [at for start, end in spans for at in range(start, end) if not _SKIPPED.match(text[at])]
    found = "".join(text[at] for at in positions).find(wanted)
    if not wanted or found < 0:
        return spans
    cut = positions[found : found + len(wanted)]
    pieces = [(max(start, cut[0]), min(end, cut[-1] + 1)) for start, end in spans]
    return [(start, end) for start, end in pieces if start < end]


def _line_start(text: str, at: int, limit: int) -> int:
    found = text.find("\n", at, limit)
    return at if at == 0 or found < 0 else found + 1


def _line_end(text: str, at: int, limit: int) -> int:
    found = text.rfind("\n", limit, at)
    return at if at == len(text) or found < 0 else found


def _plain(text: str, source: Source) -> str:
    text = text.replace(OPEN, "").replace(CLOSE, "")
    if source.document.file.endswith(".md"):
        text = _LINK.sub(r"\1", _HEADING.sub("", _EMPHASIS.sub("", text)))
    return text


def _paragraphs(marked: str) -> tuple[tuple[Piece, ...], ...]:
    lines: list[str] = []
    for raw in _PARAGRAPH.split(marked):
        line = raw.strip()
        if not line.strip(f"{OPEN}{CLOSE}… "):
            if lines:
                lines[-1] += line
            elif line:
                lines.append(line)
        elif (
            lines
            and not _ENDED.search(lines[-1].rstrip(f"{OPEN}{CLOSE} "))
            and line.lstrip(OPEN)[:1].islower()
        ):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    paragraphs, cited = [], False
    for line in lines:
        pieces, cited = _pieces(line, cited)
        if pieces:
            paragraphs.append(pieces)
    return tuple(paragraphs)


def _pieces(line: str, cited: bool) -> tuple[tuple[Piece, ...], bool]:
    pieces: list[Piece] = []
    for part in re.split(f"([{OPEN}{CLOSE}])", line):
        if part in {OPEN, CLOSE}:
            cited = part == OPEN
        elif text := clean(part):
            lead = " " if pieces and part[:1].isspace() else ""
            tail = " " if part[-1:].isspace() else ""
            pieces.append(Piece(f"{lead}{text}{tail}", cited))
    return tuple(pieces), cited
