"""The parts of a Word file around its text, and the zip that holds them: same parts in, same bytes out.

WordprocessingML as in ECMA-376, written directly: the styles are this package's own (``ooxml/``), not
those of some library's template, and footnotes are real ones.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from functools import cache
from html import escape as html_escape
from pathlib import Path

from assistant.certificate import NAME

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = f'xmlns:w="{W}" xmlns:r="{R}"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FIXED_DATE = "2018-12-19T00:00:00Z"
"""Creation date of every file, so that equal briefs are equal files: the day the Compact was adopted."""
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_WML = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CONTENT_TYPES = {
    "word/document.xml": f"{_WML}.document.main+xml",
    "word/styles.xml": f"{_WML}.styles+xml",
    "word/settings.xml": f"{_WML}.settings+xml",
    "word/fontTable.xml": f"{_WML}.fontTable+xml",
    "word/numbering.xml": f"{_WML}.numbering+xml",
    "word/footnotes.xml": f"{_WML}.footnotes+xml",
    "word/footer1.xml": f"{_WML}.footer+xml",
    "word/footer2.xml": f"{_WML}.footer+xml",
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    "docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "docProps/custom.xml": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
}


def escape(text: str) -> str:
    """Text for XML content or a double-quoted attribute."""
    return html_escape(text, quote=True).replace("&#x27;", "'")


@cache
def template(name: str) -> str:
    """A fixed part of the package, read from ``ooxml/``."""
    return (Path(__file__).parent / "ooxml" / name).read_text(encoding="utf-8")


@dataclass(slots=True)
class Links:
    """The external links of one part: address -> relationship id."""

    ids: dict[str, str] = field(default_factory=dict)

    def add(self, url: str) -> str:
        """The relationship id of ``url``."""
        return self.ids.setdefault(url, f"rIdLink{len(self.ids) + 1}")

    def xml(self, fixed: str = "") -> str:
        """The part's relationships, ``fixed`` first."""
        links = "".join(
            f'<Relationship Id="{name}" Type="{R}/hyperlink" Target="{escape(url)}" TargetMode="External"/>'
            for url, name in self.ids.items()
        )
        return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{fixed}{links}</Relationships>'


def document_relations(links: Links) -> str:
    """The relationships of the main part."""
    digits = "12"
    parts = ("styles", "settings", "fontTable", "numbering", "footnotes", "footer1", "footer2")
    fixed = "".join(
        f'<Relationship Id="rId{n}" Type="{R}/{name.rstrip(digits)}" Target="{name}.xml"/>'
        for n, name in enumerate(parts, 1)
    )
    return links.xml(fixed)


FOOTERS = {False: "rId6", True: "rId7"}
"""Relationship ids of the footers for upright and for turned pages."""


def document(body: str) -> str:
    """The main part."""
    return f"{HEAD}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"


def footnotes(notes: str) -> str:
    """The footnotes part: the two separators Word expects, then the notes."""
    rules = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:pPr><w:spacing w:after="60" w:line="240" '
        f'w:lineRule="auto"/></w:pPr><w:r><w:{mark}/></w:r></w:p></w:footnote>'
        for kind, number, mark in (
            ("separator", -1, "separator"),
            ("continuationSeparator", 0, "continuationSeparator"),
        )
    )
    return f"{HEAD}<w:footnotes {NAMESPACES}>{rules}{notes}</w:footnotes>"


def numbering(ordered: list[int]) -> str:
    """Bullets as list 1; each ordered list of the text (given by its first number) as list 3, 4, …"""
    bullets = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="{sign}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{357 * (n + 1)}" w:hanging="357"/></w:pPr>'
        '<w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:color w:val="1D4F7C"/></w:rPr>'
        "</w:lvl>"
        for n, sign in enumerate("•–•–•–•–•")
    )
    formats = ("decimal", "lowerLetter")
    numbers = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{formats[n % 2]}"/>'
        f'<w:lvlText w:val="%{n + 1}."/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{425 * (n + 1)}" '
        'w:hanging="425"/></w:pPr></w:lvl>'
        for n in range(9)
    )
    lists = "".join(
        f'<w:num w:numId="{at}"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride '
        f'w:val="{first}"/></w:lvlOverride></w:num>'
        for at, first in enumerate(ordered, 3)
    )
    return (
        f'{HEAD}<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:multiLevelType '
        f'w:val="hybridMultilevel"/>{bullets}</w:abstractNum><w:abstractNum w:abstractNumId="1">'
        f'<w:multiLevelType w:val="hybridMultilevel"/>{numbers}</w:abstractNum><w:num w:numId="1">'
        '<w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
        f"{lists}</w:numbering>"
    )


def footer(left: str, width: int) -> str:
    """The footer: a short title on the left, "3 / 7" on the right at ``width`` twentieths of a point."""

    def number(code: str) -> str:
        return (
            f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {code} '
            '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )

    return (
        f'{HEAD}<w:ftr {NAMESPACES}><w:p><w:pPr><w:pStyle w:val="Footer"/><w:tabs><w:tab w:val="right" '
        f'w:pos="{width}"/></w:tabs></w:pPr><w:r><w:t xml:space="preserve">'
        f"{escape(left)}</w:t></w:r><w:r><w:tab/></w:r>{number('PAGE')}<w:r>"
        f"<w:t xml:space='preserve'> / </w:t></w:r>{number('NUMPAGES')}</w:p></w:ftr>"
    )


def core_properties(title: str, language: str) -> str:
    """Title, language and the fixed date; no author, no machine, no user."""
    schema = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{schema}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator></dc:creator><cp:revision>1</cp:revision>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{FIXED_DATE}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{FIXED_DATE}</dcterms:modified>'
        f"<dc:language>{language}</dc:language></cp:coreProperties>"
    )


def _property(number: int) -> str:
    return NAME if number == 1 else f"{NAME}-{number}"


def custom_properties(certificates: list[str]) -> str:
    """The certificate as a custom property; several briefs in one file number theirs from the second on."""
    types = "http://schemas.openxmlformats.org/officeDocument/2006"
    properties = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{n + 1}" '
        f'name="{_property(n)}"><vt:lpwstr>{escape(text)}</vt:lpwstr></property>'
        for n, text in enumerate(certificates, 1)
    )
    return (
        f'{HEAD}<Properties xmlns="{types}/custom-properties" xmlns:vt="{types}/docPropsVTypes">'
        f"{properties}</Properties>"
    )


def pack(parts: dict[str, str]) -> bytes:
    """The parts as a docx file; adds content types, package relationships and application properties."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in _CONTENT_TYPES.items()
    )
    types = (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{overrides}</Types>'
    )
    relations = (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/>'
        f'<Relationship Id="rId3" Type="{R}/extended-properties" Target="docProps/app.xml"/>'
        f'<Relationship Id="rId4" Type="{R}/custom-properties" Target="docProps/custom.xml"/></Relationships>'
    )
    app = (
        f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        "<Application>gcm-draft</Application></Properties>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        fixed = {"[Content_Types].xml": types, "_rels/.rels": relations, "docProps/app.xml": app}
        for name, text in {**fixed, **parts}.items():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            archive.writestr(entry, text.encode("utf-8"))
    return stream.getvalue()
