"""HTML notes: what a browser shows, as paragraphs; scripts and styles left out, footnotes by their links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from assistant.verification.certificates import find_certificate
from assistant.verification.note import Note, Paragraph, ParagraphKind

_TEXT_BLOCKS = ("p", "div", "li", "ul", "ol", "dl", "dt", "dd", "blockquote", "pre", "address", "figcaption")
_PAGE_BLOCKS = (
    "section",
    "article",
    "header",
    "footer",
    "main",
    "figure",
    "aside",
    "hr",
    "nav",
    "table",
    "tr",
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = frozenset((*_TEXT_BLOCKS, *_PAGE_BLOCKS, *_HEADINGS))
_HIDDEN = frozenset(("script", "style", "head", "template", "noscript"))
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_NOTE_ID = re.compile(
    r"(?:^|[-_:.])(?:fn|ftn|footnote|note|sdfootnote|sdendnote|endnote|edn)[-_:]?(\w*?)(?:sym)?$", re.I
)
_BACK = re.compile(r"ref|back|anc|return", re.I)
_LONGEST_CALL = 5
SOURCE_MARK = "data-gcm-source"
"""Marks an element of a brief that shows the source itself: not part of what the note says."""
_RAISE = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass
class _State:
    """The paragraph being gathered."""

    text: str = ""
    line: int = 0
    breaks: list[int] = field(default_factory=list)
    calls: list[tuple[int, str]] = field(default_factory=list)
    end_line: int = 0


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[tuple[Paragraph, str | None]] = []
        self.state = _State()
        self.hidden = 0
        self.quotes: list[int] = []
        self.stack: list[tuple[str, str | None, bool]] = []
        self.heading = 0
        self.raised = 0
        self.row = 0
        self.link: tuple[str, int] | None = None
        self.skip_link = False
        self.code = 0

    # -- tags --

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        shown_source = SOURCE_MARK in values and tag not in _VOID
        self.hidden += (tag in _HIDDEN) + shown_source
        if tag == "body":
            self.hidden = 0
        if tag in _BLOCKS and not (self.row and tag in {"p", "div", "li"}):
            self.flush()
        if tag == "br":
            self.add("\n")
            return
        if tag not in _VOID:
            self.stack.append((tag, values.get("id") or values.get("name"), shown_source))
        if tag == "blockquote":
            self.quotes.append(self.getpos()[0])
        self.heading += tag in _HEADINGS
        self.raised += tag == "sup"
        self.row += tag == "tr"
        self.code += tag == "pre"
        if tag in {"td", "th"} and self.state.text:
            self.add("\t")
        if tag == "a":
            self.open_link(values)
        if tag == "q":
            self.add("“")

    def open_link(self, values: dict[str, str | None]) -> None:
        target = values.get("href") or ""
        self.link, self.skip_link = None, False
        if not target.startswith("#"):
            return
        key = target[1:]
        described = " ".join(str(values.get(name) or "") for name in ("class", "rel", "role", "epub:type"))
        if "backref" in described or "backlink" in described or self.in_note():
            self.skip_link = True
        elif self.raised or "noteref" in described or "footnote" in described or _NOTE_ID.search(key):
            self.link = (key, len(self.state.text))

    def in_note(self) -> bool:
        """Whether an element around here is a note, to whose own links nothing is called."""
        return any(
            name and _NOTE_ID.search(name) and not _BACK.search(name) for _, name, _ in self.stack[:-1]
        )

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        if tag == "a":
            self.close_link()
        if tag == "q":
            self.add("”")
        if tag in _BLOCKS and not (self.row and tag in {"p", "div", "li"}):
            self.flush()
        elif tag in _BLOCKS and self.row and self.state.text:
            self.add("\n")
        if tag == "blockquote" and self.quotes:
            self.quotes.pop()
        self.heading -= tag in _HEADINGS and self.heading > 0
        self.raised -= tag == "sup" and self.raised > 0
        self.row -= tag == "tr" and self.row > 0
        self.code -= tag == "pre" and self.code > 0
        for at in range(len(self.stack) - 1, -1, -1):
            if self.stack[at][0] == tag:
                self.hidden = max(0, self.hidden - sum(source for _, _, source in self.stack[at:]))
                del self.stack[at:]
                break

    def close_link(self) -> None:
        if self.link is not None:
            key, start = self.link
            if len(self.state.text[start:].strip(" ()[]")) <= _LONGEST_CALL:
                self.state.text = self.state.text[:start].rstrip(" ")
                self.state.calls.append((len(self.state.text), key))
        self.link, self.skip_link = None, False

    # -- text --

    def handle_data(self, data: str) -> None:
        if self.hidden or self.skip_link:
            return
        if self.raised and self.link is None and data.strip().isdigit():
            data = data.strip().translate(_RAISE)
        self.add(data)

    def add(self, data: str) -> None:
        """Append text as a browser lays it out: white space folded, but line numbers kept."""
        if self.hidden:
            return
        state, line = self.state, self.getpos()[0]
        if not state.text.strip() and data.strip():
            state.text, state.breaks = "", []
            lead = len(data) - len(data.lstrip())
            line += data[:lead].count("\n")
            state.line = line
            data = data[lead:]
        elif state.text and line > state.end_line:
            state.breaks += [len(state.text)] * (line - state.end_line)
        for char in data:
            if char == "\n":
                line += 1
                state.breaks.append(len(state.text) + 1)
            if char in " \n\r\f" and (not state.text or state.text[-1] in " \n"):
                continue
            state.text += " " if char in "\r\f\n" and data != "\n" else char
        state.end_line = line

    def flush(self) -> None:
        """End the paragraph."""
        state, self.state = self.state, _State()
        if not state.text.strip():
            return
        kind: ParagraphKind = "text"
        if self.code:
            kind = "code"
        elif self.row:
            kind = "row"
        elif self.quotes:
            kind = "quote"
        elif self.heading:
            kind = "heading"
        paragraph = Paragraph(
            state.text.rstrip(),
            state.line,
            kind,
            calls=tuple(state.calls),
            breaks=tuple(state.breaks),
            group=self.quotes[0] if self.quotes else None,
            end_line=state.end_line,
        )
        self.paragraphs.append((paragraph, self.note_key()))

    def note_key(self) -> str | None:
        """The id of the note around the paragraph, if it stands in one."""
        for _, name, _ in reversed(self.stack):
            if name and _NOTE_ID.search(name) and not _BACK.search(name):
                return name
        return None


def read_html(text: str, name: str) -> Note:
    """The note in HTML ``text``. Any text parses; nothing is loaded or run."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.flush()
    called = {key for paragraph, _ in reader.paragraphs for _, key in paragraph.calls}
    paragraphs: list[Paragraph] = []
    footnotes: dict[str, Paragraph] = {}
    for paragraph, key in reader.paragraphs:
        if key is None or key not in called:
            paragraphs.append(paragraph)
        elif key in footnotes:
            first = footnotes[key]
            footnotes[key] = replace(
                first, text=f"{first.text}\n{paragraph.text}", end_line=paragraph.end_line
            )
        else:
            footnotes[key] = paragraph
    return Note(name, "html", tuple(paragraphs), footnotes, find_certificate(text))
