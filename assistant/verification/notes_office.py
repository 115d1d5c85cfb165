"""Word and OpenDocument notes, as they read now: insertions count, deletions and comments do not.

Paragraphs are counted in the order of the document, from 1, tables and text boxes included; that ordinal is a
finding's line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.errors import SourceError
from assistant.verification.certificates import parse_certificate
from assistant.verification.note import Note, Paragraph, ParagraphKind
from assistant.verification.office import MC, TEXT, W, open_package, xml_part

_QUOTE_STYLE = re.compile(r"quot|citat|zitat|cita\b|blocktext|block text", re.I)
_HEADING_STYLE = re.compile(r"^(?:heading|title|titre|überschrift|t[ií]tulo|encabezado)", re.I)
_SKIPPED = frozenset(
    f"{W}{name}" for name in ("del", "moveFrom", "delText", "instrText", "pPr", "rPr", "sdtPr")
)
_SPACES = {
    f"{W}tab": " ",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\u2011",
    f"{W}softHyphen": "\u00ad",
}
_CHARACTERS = {"0": "0"}


@dataclass
class _Gathered:
    """Text and calls of one paragraph."""

    pieces: list[str] = field(default_factory=list)
    calls: list[tuple[int, str]] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        """Append text."""
        self.pieces.append(text)
        self.length += len(text)


def read_docx(data: bytes, name: str) -> Note:
    """The note in a Word document."""
    with open_package(data, name) as package:
        document = xml_part(package, "word/document.xml", name)
        if document is None:
            raise SourceError(
                f"{name} is no Word document: it has no word/document.xml. Save it as .docx again."
            )
        styles = _styles(xml_part(package, "word/styles.xml", name))
        footnotes: dict[str, Paragraph] = {}
        for kind in ("footnote", "endnote"):
            root = xml_part(package, f"word/{kind}s.xml", name)
            footnotes |= _notes(root, kind) if root is not None else {}
        certificate = _custom_property(xml_part(package, "docProps/custom.xml", name))
    paragraphs = tuple(_body(document, styles))
    return Note(name, "docx", paragraphs, footnotes, certificate)


def docx_paragraphs(document: Any) -> list[Any]:
    """All ``w:p`` elements of the body in document order: a finding's ``paragraph`` counts these from 0."""
    return [element for element in document.iter(f"{W}p") if not _within_fallback(element)]


def _within_fallback(element: Any) -> bool:
    """Whether an element stands in the older copy that Word keeps of a text box."""
    return any(ancestor.tag == f"{MC}Fallback" for ancestor in element.iterancestors())


def _styles(root: Any | None) -> dict[str, str]:
    """Style names by id, with the names of the styles they are based on."""
    if root is None:
        return {}
    names, bases = {}, {}
    for style in root.iter(f"{W}style"):
        key = style.get(f"{W}styleId") or ""
        name, base = style.find(f"{W}name"), style.find(f"{W}basedOn")
        names[key] = name.get(f"{W}val") if name is not None else key
        bases[key] = base.get(f"{W}val") if base is not None else None
    return {key: f"{names[key]}|{names.get(bases[key] or '', '')}" for key in names}


def _body(document: Any, styles: dict[str, str]) -> Iterator[Paragraph]:
    group, rows = 0, dict[Any, list[tuple[int, Any, int]]]()
    order: list[tuple[int, Any]] = []
    for at, element in enumerate(docx_paragraphs(document)):
        row = _row(element)
        if row is None:
            order.append((at, element))
        else:
            if row not in rows:
                order.append((at, row))
            rows.setdefault(row, []).append((at, element, _cell_number(row, element)))
    before_quote = False
    for at, element in order:
        if element in rows:
            yield _table_row(at, rows[element])
            before_quote = False
            continue
        gathered = gather(element)
        kind = _kind(element, styles)
        if not "".join(gathered.pieces).strip():
            continue
        group = group if before_quote and kind == "quote" else at + 1
        before_quote = kind == "quote"
        yield _paragraph(gathered, at, kind, group if kind == "quote" else None)


def _paragraph(gathered: _Gathered, at: int, kind: ParagraphKind, group: int | None = None) -> Paragraph:
    return Paragraph(
        "".join(gathered.pieces),
        at + 1,
        kind,
        calls=tuple(gathered.calls),
        index=at,
        group=group,
        end_line=at + 1,
    )


def _row(element: Any) -> Any | None:
    return next((ancestor for ancestor in element.iterancestors() if ancestor.tag == f"{W}tr"), None)


def _cell_number(row: Any, element: Any) -> int:
    cells = list(row.iter(f"{W}tc"))
    return next((n for n, cell in enumerate(cells) if any(a is cell for a in element.iterancestors())), 0)


def _table_row(at: int, entries: list[tuple[int, Any, int]]) -> Paragraph:
    whole = _Gathered()
    last = None
    for _, element, cell in entries:
        gathered = gather(element)
        if last is not None:
            whole.add("\t" if cell != last else "\n")
        last = cell
        whole.calls += [(whole.length + offset, key) for offset, key in gathered.calls]
        whole.add("".join(gathered.pieces).replace("\t", " "))
    return _paragraph(whole, at, "row")


def _kind(element: Any, styles: dict[str, str]) -> ParagraphKind:
    style = element.find(f"{W}pPr/{W}pStyle")
    if style is None:
        return "text"
    name = f"{styles.get(style.get(f'{W}val') or '', '')}|{style.get(f'{W}val')}"
    if any(_QUOTE_STYLE.search(part) for part in name.split("|")):
        return "quote"
    return "heading" if any(_HEADING_STYLE.match(part) for part in name.split("|")) else "text"


def gather(paragraph: Any) -> _Gathered:
    """The text and note calls of a ``w:p``, nested paragraphs (text boxes) apart."""
    gathered = _Gathered()
    for element, _, text in docx_pieces(paragraph):
        gathered.add(text)
        if element.tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            kind = "footnote" if element.tag == f"{W}footnoteReference" else "endnote"
            gathered.calls.append((gathered.length, f"{kind}{element.get(f'{W}id')}"))
    return gathered


def docx_pieces(paragraph: Any) -> Iterator[tuple[Any, str, str]]:
    """A ``w:p``'s text in order: (element, "text" if it is the element's own, else "", text)."""
    for element in walk(paragraph):
        if element.tag == f"{W}t":
            yield element, "text", element.text or ""
        elif element.tag == f"{W}sym":
            yield element, "", _symbol(element)
        else:
            yield element, "", _SPACES.get(element.tag, "")


def _symbol(element: Any) -> str:
    try:
        return chr(int(element.get(f"{W}char") or "20", 16))
    except ValueError:
        return " "


def walk(element: Any) -> Iterator[Any]:
    """The elements of a paragraph that show text, in order."""
    for child in element:
        if child.tag in _SKIPPED or child.tag in (f"{W}p", f"{MC}Fallback"):
            continue
        if child.tag == f"{W}txbxContent":
            continue
        yield child
        yield from walk(child)


def _notes(root: Any, kind: str) -> dict[str, Paragraph]:
    found = {}
    for at, note in enumerate(root.iter(f"{W}{kind}")):
        if note.get(f"{W}type") in ("separator", "continuationSeparator", "continuationNotice"):
            continue
        texts = ["".join(gather(paragraph).pieces) for paragraph in note.iter(f"{W}p")]
        found[f"{kind}{note.get(f'{W}id')}"] = Paragraph("\n".join(texts).strip(), at + 1)
    return found


def _custom_property(root: Any | None) -> dict[str, Any] | None:
    from assistant.certificate import NAME

    if root is None:
        return None
    for entry in root:
        if entry.get("name") == NAME:
            return parse_certificate("".join(entry.itertext()))
    return None


# --- OpenDocument ----------------------------------------------------------------------------------------

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_ODT_SPACES = {f"{TEXT}tab": " ", f"{TEXT}line-break": "\n"}
_ODT_SKIPPED = frozenset((f"{_OFFICE}annotation", f"{TEXT}tracked-changes"))


def read_odt(data: bytes, name: str) -> Note:
    """The note in an OpenDocument text."""
    with open_package(data, name) as package:
        content = xml_part(package, "content.xml", name)
        meta = xml_part(package, "meta.xml", name)
    if content is None:
        raise SourceError(f"{name} is no OpenDocument text: it has no content.xml. Save it as .odt again.")
    styles = {
        style.get(f"{_STYLE}name"): style.get(f"{_STYLE}parent-style-name") or ""
        for style in content.iter(f"{_STYLE}style")
    }
    footnotes: dict[str, Paragraph] = {}
    paragraphs: list[Paragraph] = []
    rows: dict[Any, int] = {}
    for at, element in enumerate(odt_paragraphs(content)):
        inside = {ancestor.tag for ancestor in element.iterancestors()}
        if inside & {f"{TEXT}note", f"{_OFFICE}annotation", f"{TEXT}tracked-changes"}:
            continue
        gathered = _odt_gather(element, footnotes)
        paragraph = _paragraph(gathered, at, _odt_kind(element, styles))
        row = next((a for a in element.iterancestors() if a.tag == f"{_TABLE}table-row"), None)
        if row is not None and row in rows:
            paragraphs[rows[row]] = _beside(paragraphs[rows[row]], paragraph)
        elif paragraph.text.strip():
            if row is not None:
                rows[row] = len(paragraphs)
                paragraph = replace(paragraph, kind="row")
            elif paragraph.kind == "quote":
                paragraph = replace(paragraph, group=_odt_group(paragraphs, at))
            paragraphs.append(paragraph)
    return Note(name, "odt", tuple(paragraphs), footnotes, _odt_certificate(meta))


def odt_paragraphs(content: Any) -> list[Any]:
    """All paragraphs and headings of the body in document order, those of notes and comments among them."""
    body = content.find(f"{_OFFICE}body")
    return list(body.iter(f"{TEXT}p", f"{TEXT}h")) if body is not None else []


def _odt_group(paragraphs: list[Paragraph], at: int) -> int:
    last = paragraphs[-1] if paragraphs else None
    return last.group if last is not None and last.kind == "quote" and last.group is not None else at + 1


def _odt_kind(element: Any, styles: dict[str, str]) -> ParagraphKind:
    style = element.get(f"{TEXT}style-name") or ""
    if element.tag == f"{TEXT}h":
        return "heading"
    return "quote" if _QUOTE_STYLE.search(f"{style} {styles.get(style, '')}") else "text"


def _odt_gather(element: Any, footnotes: dict[str, Paragraph]) -> _Gathered:
    gathered = _Gathered()
    for node, slot, text in odt_pieces(element):
        gathered.add(text)
        if node.tag == f"{TEXT}note" and not slot:
            key = node.get(f"{TEXT}id") or f"note{len(footnotes)}"
            texts = ["".join(piece for _, _, piece in odt_pieces(p)) for p in node.iter(f"{TEXT}p")]
            footnotes[key] = Paragraph("\n".join(texts), 0)
            gathered.calls.append((gathered.length, key))
    return gathered


def odt_pieces(element: Any) -> Iterator[tuple[Any, str, str]]:
    """A paragraph's text in order: (node, "text" or "tail" if it is the node's own, else "", text).

    Notes, comments and what a tracked change took away give no text; a note comes with an empty one.
    """
    yield element, "text", element.text or ""
    for child in element:
        if child.tag == f"{TEXT}note":
            yield child, "", ""
        elif child.tag == f"{TEXT}s":
            yield child, "", " " * int(child.get(f"{TEXT}c") or 1)
        elif child.tag in _ODT_SPACES:
            yield child, "", _ODT_SPACES[child.tag]
        elif isinstance(child.tag, str) and child.tag not in _ODT_SKIPPED:
            yield from odt_pieces(child)
        yield child, "tail", child.tail or ""


def _beside(first: Paragraph, second: Paragraph) -> Paragraph:
    offset = len(first.text) + 1
    calls = (*first.calls, *((offset + at, key) for at, key in second.calls))
    return replace(first, text=f"{first.text}\t{second.text}", calls=calls)


def _odt_certificate(meta: Any | None) -> dict[str, Any] | None:
    from assistant.certificate import NAME

    if meta is None:
        return None
    for entry in meta.iter(f"{_META}user-defined"):
        if entry.get(f"{_META}name") == NAME:
            return parse_certificate(entry.text or "")
    return None
