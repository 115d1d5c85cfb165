"""What a file is, by its first bytes; and text files decoded, or refused with the reason."""

from __future__ import annotations

import codecs
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from assistant.errors import SourceError

HEAD = 4096
"""Bytes looked at; the PDF header may stand within the first 1,024."""

_FAMILY_NAMES = {"pdf": "a PDF", "word": "a Word document (docx)", "html": "an HTML page"}
_ENDINGS = {
    "pdf": {".pdf"},
    "word": {".docx", ".docm", ".dotx"},
    "html": {".html", ".htm", ".xhtml"},
    "markdown": {".md", ".markdown"},
    "csv": {".csv", ".tsv"},
    "text": {".txt", ".text"},
}
_USUAL = {"pdf": ".pdf", "word": ".docx", "html": ".html", "markdown": ".md", "csv": ".csv", "text": ".txt"}
_KNOWN_ENDINGS = {ending: family for family, endings in _ENDINGS.items() for ending in endings}
# Signatures of what is often offered and cannot be read, with what to do about it.
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"{\\rtf", "a Rich Text file", "Save it as .docx in your word processor and add that."),
    (b"\x89PNG", "a picture (PNG)", "Recognise its text first, e.g. with ocrmypdf, and add the PDF."),
    (b"\xff\xd8\xff", "a picture (JPEG)", "Recognise its text first, e.g. with ocrmypdf, and add the PDF."),
    (b"II*\0", "a picture (TIFF)", "Recognise its text first, e.g. with ocrmypdf, and add the PDF."),
    (b"MM\0*", "a picture (TIFF)", "Recognise its text first, e.g. with ocrmypdf, and add the PDF."),
    (b"GIF8", "a picture (GIF)", "Recognise its text first, e.g. with ocrmypdf, and add the PDF."),
    (b"%!PS", "a PostScript file", "Convert it to PDF and add that."),
    (b"\x1f\x8b", "a compressed archive (gzip)", "Unpack it and add the documents in it."),
    (b"7z\xbc\xaf", "a compressed archive (7z)", "Unpack it and add the documents in it."),
    (b"Rar!", "a compressed archive (rar)", "Unpack it and add the documents in it."),
    (b"SQLite format 3", "a database", "Export the text you need as csv or docx."),
    (b"\x7fELF", "a program", "Check that it is the right file."),
    (b"MZ", "a program", "Check that it is the right file."),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TAG = re.compile(r"<(?:p|div|h[1-6]|ul|ol|table|br|span|a|article|section)\b[^>]*>", re.IGNORECASE)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)


def sniff(path: Path, limits: Mapping[str, int]) -> str:
    """The family of a file: "pdf", "word", "html", "markdown", "csv" or "text".

    Raises SourceError if the file is missing, empty, too large for its family, of no readable family, or
    named as something else than it is.
    """
    name = path.name
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD)
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such file. Check the path.") from None
    except IsADirectoryError:
        raise SourceError(f"{path} is a folder. Name the files in it.") from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error}).") from None
    if size == 0:
        raise SourceError(f"{name}: the file is empty (0 bytes). Export or download it again.")
    family = _family(path, head)
    expected = _KNOWN_ENDINGS.get(path.suffix.casefold())
    if expected is not None and family != expected and (family in _FAMILY_NAMES or expected in _FAMILY_NAMES):
        found = _FAMILY_NAMES.get(family, "plain text")
        ending = _USUAL[family]
        raise SourceError(
            f"{name}: named {path.suffix}, but its content is {found}. Check that it is the right file; "
            f"if it is, rename it to end in {ending} and add it again."
        )
    if size > limits[family]:
        raise SourceError(
            f"{name}: {size:,} bytes; at most {limits[family]:,} are read from one file of this kind. "
            "Split it into parts."
        )
    return family


def _family(path: Path, head: bytes) -> str:
    """The family by content; the name decides only between kinds of plain text."""
    name = path.name
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_family(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError(f"{name}: {_ole_kind(path)}")
    for signature, what, advice in _FOREIGN:
        if head.startswith(signature):
            raise SourceError(f"{name}: its content is {what}, which cannot be read. {advice}")
    text = _decoded_head(name, head)
    if _HTML.match(text):
        return "html"
    expected = _KNOWN_ENDINGS.get(path.suffix.casefold(), "text")
    if expected == "html" and _TAG.search(text):
        return "html"
    return expected if expected in {"markdown", "csv"} else "text"


def _zip_family(path: Path) -> str:
    """A zip file is a Word document if it holds one; else say what it is."""
    name = path.name
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise SourceError(
            f"{name}: it begins like a Word document (zip) but is cut off or damaged. Copy or save it again."
        ) from None
    if "word/document.xml" in members or (
        "[Content_Types].xml" in members and any(member.startswith("word/") for member in members)
    ):
        return "word"
    if any(member.startswith("xl/") for member in members):
        raise SourceError(
            f"{name}: its content is a spreadsheet. Save the sheet you need as .csv and add that."
        )
    if any(member.startswith("ppt/") for member in members):
        raise SourceError(f"{name}: its content is a presentation. Save it as PDF and add that.")
    if "mimetype" in members and "content.xml" in members:
        raise SourceError(
            f"{name}: its content is an OpenDocument file. Save it as .docx or PDF and add that."
        )
    raise SourceError(f"{name}: its content is a zip archive. Unpack it and add the documents in it.")


def _ole_kind(path: Path) -> str:
    """What an OLE compound file is: an encrypted docx or an old Office file."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in start:
        return "the Word document is encrypted and needs a password. Save a copy without one and add that."
    return (
        "its content is an old Office file (.doc, .xls or .ppt). Save it as .docx, .csv or PDF and add that."
    )


def _decoded_head(name: str, head: bytes) -> str:
    """The first bytes as text, for telling HTML from other text; binary content is refused."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return codecs.decode(head, encoding, "ignore")
    if b"\0" in head:
        raise SourceError(
            f"{name}: its content is binary and of no kind that can be read "
            "(PDF, docx, html, md, txt, csv). Check that it is the right file."
        )
    return head.decode("utf-8", "ignore")


def decode(path: Path) -> str:
    """A text file decoded: UTF-8 (a byte order mark is dropped), or UTF-16/32 with one; line ends as LF.

    Raises SourceError for any other encoding: which byte is wrong where, what it looks like, how to convert.
    """
    data = path.read_bytes()
    encoding = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(_undecodable(path.name, data, encoding, error)) from None
    if "\0" in text:
        raise SourceError(
            f"{path.name}: expected text, found a zero byte at character {text.index(chr(0)):,}: it is "
            "binary, or UTF-16 without a byte order mark. Save it as UTF-8 in your editor and add it again."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _undecodable(name: str, data: bytes, encoding: str, error: UnicodeDecodeError) -> str:
    expected = "UTF-8" if encoding.startswith("utf-8") else encoding.upper()
    line = data.count(b"\n", 0, error.start) + 1
    controls = sum(byte < 9 or 13 < byte < 32 for byte in data[:HEAD])
    if controls > 0.05 * min(len(data), HEAD):
        return (
            f"{name}: its content is binary and of no kind that can be read (PDF, docx, html, md, txt, csv). "
            "Check that it is the right file."
        )
    return (
        f"{name}: expected {expected} text, found byte 0x{data[error.start]:02x} on line {line}, which is "
        "none (an older encoding such as Windows-1252?). Save it as UTF-8 in your editor, or convert it "
        f"with: iconv -f WINDOWS-1252 -t UTF-8 '{name}'"
    )
