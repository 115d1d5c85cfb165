"""Word documents made from known text: python-docx for the plain parts, XML for what it cannot write."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

FOOTNOTES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    f"<w:footnotes {nsdecls('w')}>"
    '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
    '<w:footnote w:id="1"><w:p><w:r>'
    "<w:t>See General Assembly resolution 73/195.</w:t></w:r></w:p></w:footnote>"
    "</w:footnotes>"
)


def document(path: Path, fill: Callable[[docx.document.Document], None]) -> Path:
    """A docx that ``fill`` has written into."""
    made = docx.Document()
    fill(made)
    made.save(str(path))
    return path


def tracked(paragraph: docx.text.paragraph.Paragraph, tag: str, text: str) -> None:
    """Append a tracked insertion (``ins``) or deletion (``del``) to a paragraph."""
    inner = "delText" if tag == "del" else "t"
    paragraph._p.append(
        parse_xml(
            f'<w:{tag} {nsdecls("w")} w:id="9" w:author="A" w:date="2024-01-01T00:00:00Z"><w:r>'
            f'<w:{inner} xml:space="preserve">{text}</w:{inner}></w:r></w:{tag}>'
        )
    )


def number(paragraph: docx.text.paragraph.Paragraph, list_id: int, level: int) -> None:
    """Give a paragraph an automatic number of a list of the document."""
    properties = paragraph._p.get_or_add_pPr()
    num_pr = OxmlElement("w:numPr")
    for name, value in (("w:ilvl", level), ("w:numId", list_id)):
        element = OxmlElement(name)
        element.set(qn("w:val"), str(value))
        num_pr.append(element)
    properties.append(num_pr)


def add_list(made: docx.document.Document, list_id: int = 77) -> int:
    """A list numbered 1., (a), (i) on its three levels; returns its id."""
    levels = "".join(
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for index, (style, pattern) in enumerate(
            (("decimal", "%1."), ("lowerLetter", "(%2)"), ("lowerRoman", "(%3)"))
        )
    )
    root = made.part.numbering_part.element
    root.insert(
        0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{list_id}">{levels}</w:abstractNum>')
    )
    root.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{list_id}"><w:abstractNumId w:val="{list_id}"/></w:num>')
    )
    return list_id


def with_footnote(path: Path) -> Path:
    """Add a footnotes part to a docx whose text has ``@@1@@`` where the call belongs."""
    parts = read_parts(path)
    text = parts["word/document.xml"].decode()
    call = '</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:t xml:space="preserve">'
    parts["word/document.xml"] = text.replace("@@1@@", call).encode()
    parts["word/footnotes.xml"] = FOOTNOTES.encode()
    return write_parts(path, parts)


def read_parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def with_doctype(path: Path, declaration: str) -> Path:
    """Put a document type before the root element of the text part."""
    parts = read_parts(path)
    text = parts["word/document.xml"].decode()
    parts["word/document.xml"] = re.sub(r"(<w:document)", f"{declaration}\\1", text, count=1).encode()
    return write_parts(path, parts)
