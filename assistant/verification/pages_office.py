"""Pages mended in Word and OpenDocument packages: only the text that holds their numbers changes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

from assistant.verification.note import Paragraph
from assistant.verification.notes_office import docx_paragraphs, docx_pieces, odt_paragraphs, odt_pieces
from assistant.verification.office import TEXT, W, open_package, parse_xml
from assistant.verification.page_edits import Edit
from assistant.verification.quotations import Cited

Pieces = Callable[[Any], Any]
"""A paragraph's text in order, as (element, "text" or "tail" or "" where it stands for an element, text)."""

_PROLOGUE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>\s*")


class Package:
    """A note's package with some of its parts changed."""

    def __init__(self, data: bytes, kind: str) -> None:
        self.kind = kind
        self._package = open_package(data, "the note")
        self._parts: dict[str, Any] = {}

    def change(self, cited: Cited, edits: tuple[Edit, ...]) -> bool:
        """Carry the edits of one printed citation out; false where its place cannot be found for certain."""
        pieces = docx_pieces if self.kind == "docx" else odt_pieces
        found = (
            self._footnote(cited.footnote)
            if cited.footnote is not None
            else self._paragraphs(cited.paragraph)
        )
        return any(_change(element, cited, edits, pieces) for element in found)

    def data(self) -> bytes:
        """The package anew; parts without a change keep their bytes, order and dates."""
        changed = {member: self._written(member) for member in self._parts}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
            for info in self._package.infolist():
                out.writestr(info, changed.get(info.filename) or self._package.read(info.filename))
        return buffer.getvalue()

    def _root(self, member: str) -> Any:
        if member not in self._parts:
            self._parts[member] = parse_xml(self._package.read(member), member, "the note")
        return self._parts[member]

    def _written(self, member: str) -> bytes:
        from lxml import etree

        prologue = _PROLOGUE.match(self._package.read(member))
        tree = etree.tostring(self._parts[member].getroottree(), encoding="UTF-8", xml_declaration=False)
        return (prologue.group() if prologue else b"") + bytes(tree)

    def _footnote(self, key: str) -> list[Any]:
        """The paragraphs of a footnote or endnote, by the key its call has in the note read."""
        if self.kind == "odt":
            notes = list(self._root("content.xml").iter(f"{TEXT}note"))
            named = [n for at, n in enumerate(notes) if (n.get(f"{TEXT}id") or f"note{at}") == key]
            return list(named[0].iter(f"{TEXT}p")) if named else []
        kind = "endnote" if key.startswith("endnote") else "footnote"
        number = key.removeprefix(kind)
        notes = [n for n in self._root(f"word/{kind}s.xml").iter(f"{W}{kind}") if n.get(f"{W}id") == number]
        return list(notes[0].iter(f"{W}p")) if notes else []

    def _paragraphs(self, paragraph: Paragraph) -> list[Any]:
        """The paragraph a citation stands in; for a row of a table those of its cells."""
        if paragraph.index is None:
            return []
        if self.kind == "odt":
            found = odt_paragraphs(self._root("content.xml"))
        else:
            found = docx_paragraphs(self._root("word/document.xml"))
        at = paragraph.index
        return found[at : at + 60] if paragraph.kind == "row" else found[at : at + 1]


def _change(paragraph: Any, cited: Cited, edits: tuple[Edit, ...], pieces: Pieces) -> bool:
    """Change the pages in the one paragraph that holds the citation."""
    text = "".join(piece for _, _, piece in pieces(paragraph))
    wanted = cited.printed.strip()
    offset = len(cited.printed) - len(cited.printed.lstrip())
    base = cited.start if text[cited.start : cited.end].strip() == wanted else text.find(wanted) - offset
    if base + offset < 0 or wanted not in text:
        return False
    if any(text[base + edit.start : base + edit.end] != edit.before for edit in edits):
        return False
    for edit in reversed(edits):
        start, end, new = edit.least()
        _set_text(pieces(paragraph), base + start, base + end, new)
    return True


def _set_text(pieces: Any, start: int, end: int, new: str) -> None:
    """Replace what stands between two offsets of a paragraph, within the text of its elements alone.

    Where several elements hold it, each keeps as many characters as it had; the last takes what is left.
    """
    at = 0
    for element, slot, text in list(pieces):
        first, last = max(start - at, 0), min(end - at, len(text))
        if slot and first < last:
            share = len(new) if end - at <= len(text) else last - first
            setattr(element, slot, text[:first] + new[:share] + text[last:])
            new = new[share:]
        at += len(text)
