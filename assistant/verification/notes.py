"""Reading a note from a file or from text: Markdown, plain text, HTML, Word, OpenDocument."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.errors import SourceError
from assistant.verification.certificates import from_text
from assistant.verification.note import Note, Paragraph, with_numbered_notes

FORMATS = {
    ".md": "md",
    ".markdown": "md",
    ".txt": "txt",
    ".text": "txt",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".odt": "odt",
}
LARGEST = 100_000_000
"""Bytes of the largest note that is read."""


def read_note(path: Path) -> Note:
    """The note in ``path``, by its ending. An unreadable, damaged or unknown file is a SourceError."""
    if path.is_dir():
        raise SourceError(
            f"Cannot verify {path}: expected a note, found a folder. Name a file in it: "
            "gcm-draft verify FOLDER/NOTE.docx; several are verified one by one."
        )
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(sorted(FORMATS))
        raise SourceError(
            f"Cannot verify {path.name}: expected an ending in {known}, found “{path.suffix}”. "
            "Save it as one of these, or pipe its text in: gcm-draft verify - < FILE"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(f"Cannot read the note {path}: {reason}. Check the file's name.") from error
    if len(data) > LARGEST:
        raise SourceError(
            f"{path.name} has {len(data):,} bytes; at most {LARGEST:,} are read. "
            "Split the note and verify each part."
        )
    return read_bytes(data, path.name, kind)


def read_bytes(data: bytes, name: str, kind: str) -> Note:
    """The note in ``data``, whose format is ``kind`` (md, txt, html, docx or odt)."""
    if kind in {"docx", "odt"}:
        from assistant.verification.notes_office import read_docx, read_odt

        note = read_docx(data, name) if kind == "docx" else read_odt(data, name)
    elif kind == "html":
        from assistant.verification.notes_html import read_html

        note = read_html(decode(data, name), name)
    else:
        return read_text(decode(data, name), name, kind)
    return with_numbered_notes(note)


def read_text(text: str, name: str = "standard input", kind: str = "md") -> Note:
    """A note given as text; ``kind`` is md or txt."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if kind == "md":
        from assistant.verification.notes_markdown import read_markdown

        note = read_markdown(text, name)
    else:
        note = _read_plain(text, name)
    return with_numbered_notes(note)


def decode(data: bytes, name: str) -> str:
    """UTF-8 (with or without a mark), UTF-16 with a mark, else Windows-1252, as word processors save text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decoded(data, encoding, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if b"\x00" in data:
            raise SourceError(
                f"{name} is no text: expected UTF-8, found binary data. Give the file its own ending."
            ) from None
        return _decoded(data, "cp1252", name)


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name} cannot be read as {encoding} (byte {error.start}). Save it as UTF-8 and try again."
        ) from None


_QUOTED = re.compile(r"^\s*>\s?")
_BULLET = re.compile(r"^\s*(?:[•*‣◦–—-]\s+|\(?[a-z0-9]{1,3}[.)]\s+|\[\d{1,3}\]\s+|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}\s*\S)")


def _read_plain(text: str, name: str) -> Note:
    """Plain text: blank lines part paragraphs, ``>`` marks block quotes, a certificate has a line."""
    certificate, text = from_text(text)
    paragraphs: list[Paragraph] = []
    lines: list[str] = []
    first, group = 1, 0

    def flush() -> None:
        if lines:
            paragraphs.append(_plain_paragraph(lines, first, group))
            lines.clear()

    for number, line in enumerate(text.split("\n"), 1):
        quoted = bool(_QUOTED.match(line))
        before = bool(lines and _QUOTED.match(lines[0]))
        bare = _QUOTED.sub("", line) if quoted else line
        if not bare.strip() or quoted != before or _BULLET.match(line):
            flush()
        if not quoted:
            group = number
        if bare.strip():
            if not lines:
                first = number
            lines.append(line)
    flush()
    return Note(name, "txt", tuple(paragraphs), certificate=certificate)


def _plain_paragraph(lines: list[str], first: int, group: int) -> Paragraph:
    quoted = bool(_QUOTED.match(lines[0]))
    bare = [(_QUOTED.sub("", line) if quoted else line).rstrip() for line in lines]
    breaks, length = [], 0
    for line in bare[:-1]:
        length += len(line) + 1
        breaks.append(length)
    return Paragraph(
        "\n".join(bare),
        first,
        "quote" if quoted else "text",
        breaks=tuple(breaks),
        group=group if quoted else None,
        end_line=first + len(lines) - 1,
    )
