"""The inside of a Word file: parts read within limits, styles, automatic numbers, tracked changes.

A docx is a zip of XML. Sizes and ratios are checked before anything is unpacked; document types (and with
them entities) are refused; nothing is fetched.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import SourceError
from assistant.sources.pdf_pages import to_roman

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MAX_MEMBERS = 20_000
"""A report with every picture and chart of a year has a few hundred parts."""
MAX_PART = 64 << 20
"""Bytes of one XML part unpacked: a text of some 5,000 pages; lxml needs about ten times as much memory."""
MAX_TOTAL = 1 << 30
"""Bytes of all parts unpacked, pictures included."""
MAX_RATIO = 250
"""Unpacked to packed size of a part beyond 1 MB: prose in XML reaches 30, tables 100, bombs 1,000."""
RATIO_FROM = 1 << 20
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": W.strip("{}").encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": R.strip("{}").encode(),
}
"""Names of the strict form of the format (ISO/IEC 29500-1) and the transitional ones Word writes."""
_PREFIXED = re.compile(r"%([1-9])")


class Package:
    """An opened docx; use as a context manager. ``part`` gives a part's root element or None."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._zip = zipfile.ZipFile(path)
            self._check()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise SourceError(
                f"{self.name}: the Word file is cut off or damaged. Copy or save it again."
            ) from None

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _check(self) -> None:
        """Refuse archives that would unpack to more than any document, before unpacking anything."""
        members = self._zip.infolist()
        bomb = (
            len(members) > MAX_MEMBERS
            or sum(member.file_size for member in members) > MAX_TOTAL
            or any(
                member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * max(1, member.compress_size)
                for member in members
            )
            or any(member.file_size > MAX_PART for member in members if member.filename.endswith(".xml"))
        )
        if bomb:
            self._zip.close()
            unpacked = sum(member.file_size for member in members)
            raise SourceError(
                f"{self.name}: refused: it would unpack to {unpacked:,} bytes in {len(members):,} parts, "
                f"more than a document can need (at most {MAX_PART:,} a part, {MAX_TOTAL:,} in all, "
                f"{MAX_RATIO} times its packed size). If it is genuine, save it as PDF and add that."
            )
        if any(member.flag_bits & 1 for member in members):
            self._zip.close()
            raise SourceError(
                f"{self.name}: the Word file is encrypted. Save a copy without a password and add that."
            )

    def part(self, member: str) -> Any:
        """The root element of an XML part, None if there is no such part."""
        from lxml import etree

        try:
            with self._zip.open(member) as file:
                data = file.read(MAX_PART + 1)
        except KeyError:
            return None
        except (
            zipfile.BadZipFile,
            EOFError,
            OSError,
            ValueError,
            NotImplementedError,
            zlib_error(),
        ) as error:
            raise SourceError(
                f"{self.name}: its part {member} is damaged ({error}). Open it in Word and save it again."
            ) from None
        if len(data) > MAX_PART:
            raise SourceError(f"{self.name}: refused: its part {member} unpacks to more than it says.")
        for strict, usual in _STRICT.items():
            data = data.replace(b'"' + strict + b'"', b'"' + usual + b'"')
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise SourceError(
                f"{self.name}: its part {member} is no well-formed XML ({error.msg}). "
                "Open it in Word and save it again."
            ) from None
        if root.getroottree().docinfo.doctype:
            raise SourceError(
                f"{self.name}: refused: its part {member} declares a document type, which Word never writes "
                "and attacks need. Open it in Word and save it again if you trust it."
            )
        return root


def zlib_error() -> type[Exception]:
    """The error of a damaged compressed stream."""
    import zlib

    return zlib.error


@dataclass(slots=True)
class _Style:
    based_on: str | None
    heading: int | None
    numbering: tuple[str | None, int | None]


class Styles:
    """Paragraph styles: which are headings, at which level, and which number their paragraphs."""

    def __init__(self, root: Any) -> None:
        self._styles: dict[str, _Style] = {}
        for element in root.iter(f"{W}style") if root is not None else ():
            name = (value(element.find(f"{W}name")) or "").casefold()
            self._styles[element.get(f"{W}styleId", "")] = _Style(
                value(element.find(f"{W}basedOn")),
                _heading_level(name, element.find(f"{W}pPr")),
                num_pr(element.find(f"{W}pPr")),
            )

    def _chain(self, style: str | None) -> list[_Style]:
        found: list[_Style] = []
        while style is not None and style in self._styles and len(found) < 20:
            found.append(self._styles[style])
            style = found[-1].based_on
        return found

    def heading(self, style: str | None) -> int | None:
        """The heading level of a style from 1, None if it is no heading's; "Title" is level 1."""
        return next((s.heading for s in self._chain(style) if s.heading is not None), None)

    def numbering(self, style: str | None) -> tuple[str | None, int | None]:
        """The list a style puts its paragraphs into, and the level in it."""
        chain = self._chain(style)
        return (
            next((s.numbering[0] for s in chain if s.numbering[0] is not None), None),
            next((s.numbering[1] for s in chain if s.numbering[1] is not None), None),
        )


def _heading_level(name: str, properties: Any) -> int | None:
    """Word's built-in styles keep their English names in every language of the program."""
    match = re.fullmatch(r"heading ([1-9])", name)
    if match:
        return int(match[1])
    if name in {"title", "subtitle"}:
        return 1 if name == "title" else None
    outline = value(properties.find(f"{W}outlineLvl")) if properties is not None else None
    return int(outline) + 1 if outline is not None and outline.isdigit() and int(outline) < 9 else None


def value(element: Any) -> str | None:
    """The ``w:val`` of an element, None if there is no element or no value."""
    found = element.get(f"{W}val") if element is not None else None
    return str(found) if found is not None else None


def num_pr(properties: Any) -> tuple[str | None, int | None]:
    """List id and level a paragraph's properties name."""
    element = properties.find(f"{W}numPr") if properties is not None else None
    if element is None:
        return None, None
    level = value(element.find(f"{W}ilvl"))
    return value(element.find(f"{W}numId")), int(level) if level is not None and level.isdigit() else None


@dataclass(slots=True)
class _Level:
    start: int = 1
    style: str = "decimal"
    pattern: str = ""


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, _Level] = field(default_factory=dict)
    restart: dict[int, int] = field(default_factory=dict)


class Numbers:
    """Word's automatic numbers, counted as Word counts them: ``next`` gives "22.", "(c)", or "•"."""

    def __init__(self, root: Any) -> None:
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[str] = set()
        if root is None:
            return
        abstract = {
            element.get(f"{W}abstractNumId"): {
                int(level.get(f"{W}ilvl", "0")): _level(level) for level in element.findall(f"{W}lvl")
            }
            for element in root.findall(f"{W}abstractNum")
        }
        for element in root.findall(f"{W}num"):
            name = value(element.find(f"{W}abstractNumId")) or ""
            entry = _List(name, dict(abstract.get(name, {})))
            for override in element.findall(f"{W}lvlOverride"):
                index = int(override.get(f"{W}ilvl", "0"))
                start, level = value(override.find(f"{W}startOverride")), override.find(f"{W}lvl")
                if level is not None:
                    entry.levels[index] = _level(level)
                if start is not None and start.isdigit():
                    entry.restart[index] = int(start)
            self._lists[element.get(f"{W}numId", "")] = entry

    def next(self, list_id: str, level: int) -> str | None:
        """The mark Word prints before the next paragraph of this list and level; None if none."""
        entry = self._lists.get(list_id)
        if entry is None or level not in entry.levels:
            return None
        counts = self._counts.setdefault(entry.abstract, {})
        if list_id not in self._started:
            self._started.add(list_id)
            for index, start in entry.restart.items():
                counts[index] = start - 1
        counts[level] = counts.get(level, entry.levels[level].start - 1) + 1
        for deeper in [index for index in counts if index > level]:
            del counts[deeper]
        return self._printed(entry, counts, level)

    def _printed(self, entry: _List, counts: dict[int, int], level: int) -> str | None:
        own = entry.levels[level]
        if own.style == "bullet":
            return "•"
        if own.style == "none":
            return None

        def number(match: re.Match[str]) -> str:
            index = int(match[1]) - 1
            at = entry.levels.get(index, _Level())
            return _formatted(counts.get(index, at.start), at.style)

        return _PREFIXED.sub(number, own.pattern).strip() or None


def _level(element: Any) -> _Level:
    start = value(element.find(f"{W}start"))
    return _Level(
        int(start) if start is not None and start.isdigit() else 1,
        value(element.find(f"{W}numFmt")) or "decimal",
        value(element.find(f"{W}lvlText")) or "",
    )


def _formatted(number: int, style: str) -> str:
    """A number in one of Word's formats; formats without a Latin form are given in figures."""
    if style in {"lowerLetter", "upperLetter"} and number > 0:
        letters = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters.upper() if style == "upperLetter" else letters
    if style in {"lowerRoman", "upperRoman"} and 0 < number < 400:
        numeral = to_roman(number)
        return numeral.upper() if style == "upperRoman" else numeral
    return f"{number:02d}" if style == "decimalZero" else str(number)
