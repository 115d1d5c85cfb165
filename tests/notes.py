"""Small writers of notes for the tests of verification: the same content as md, txt, html and docx."""

from __future__ import annotations

import html
import io
import zipfile
from dataclasses import dataclass

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True)
class Line:
    """One paragraph: text, quotation with its marks, citation; ``footnote`` puts that in a note."""

    before: str
    quote: str
    citation: str
    footnote: bool = False
    block: bool = False


def write_md(lines: list[Line]) -> bytes:
    out, notes = [], []
    for line in lines:
        quote = escape_md(line.quote)
        cited = f" ({escape_md(line.citation)})."
        if line.footnote:
            notes.append(f"[^{len(notes) + 1}]: {escape_md(line.citation)}.")
            cited = f".[^{len(notes)}]"
        out.append(f"{line.before}\n\n> {quote}{cited}" if line.block else f"{line.before} {quote}{cited}")
    return ("\n\n".join([*out, *notes]) + "\n").encode()


def escape_md(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>|~" else c for c in text)


def write_txt(lines: list[Line]) -> bytes:
    out, notes = [], []
    for line in lines:
        cited = f" ({line.citation})."
        if line.footnote:
            notes.append(f"[{len(notes) + 1}] {line.citation}")
            cited = f" [{len(notes)}]."
        out.append(
            f"{line.before}\n\n> {line.quote}{cited}" if line.block else f"{line.before} {line.quote}{cited}"
        )
    return ("\n\n".join([*out, *(["NOTES"] if notes else []), *notes]) + "\n").encode()


def write_html(lines: list[Line]) -> bytes:
    out, notes = [], []
    for line in lines:
        quote, cited = html.escape(line.quote), f" ({html.escape(line.citation)})."
        if line.footnote:
            n = len(notes) + 1
            notes.append(
                f'<li id="fn{n}"><p>{html.escape(line.citation)}. <a href="#fnref{n}">↩</a></p></li>'
            )
            cited = f'.<sup><a href="#fn{n}" id="fnref{n}">{n}</a></sup>'
        before = html.escape(line.before)
        if line.block:
            out.append(f"<p>{before}</p>\n<blockquote><p>{quote}{cited}</p></blockquote>")
        else:
            out.append(f"<p>{before} <em>{quote}</em>{cited}</p>")
    body = "\n".join(out) + (f"\n<section><ol>{''.join(notes)}</ol></section>" if notes else "")
    page = f"<!doctype html><html><head><title>“Not a quotation”</title></head><body>{body}</body></html>"
    return page.encode()


def paragraph(*runs: str, style: str = "") -> str:
    props = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{props}{''.join(runs)}</w:p>"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{html.escape(text, quote=False)}</w:t></w:r>'


def docx(body: str, footnotes: list[str] | None = None, extra: dict[str, str] | None = None) -> bytes:
    """A Word package of these paragraphs (XML) and footnotes (text)."""
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{main}.styles+xml"/>'
        f'<Override PartName="/word/footnotes.xml" ContentType="{main}.footnotes+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{rels}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": "<Relationships "
        'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{rels}/styles" Target="styles.xml"/>'
        f'<Relationship Id="r2" Type="{rels}/footnotes" Target="footnotes.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="Quote">'
        '<w:name w:val="Quote"/></w:style></w:styles>',
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}">'
        + "".join(
            f'<w:footnote w:id="{n}"><w:p>{run(" " + text)}</w:p></w:footnote>'
            for n, text in enumerate(footnotes or [], 2)
        )
        + "</w:footnotes>",
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        **(extra or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


def write_docx(lines: list[Line]) -> bytes:
    """Each quotation is split over several runs, as word processors do."""
    body, notes = [], []
    for line in lines:
        half = len(line.quote) // 2
        runs = [run(line.quote[:half]), run(line.quote[half:])]
        cited = [run(f" ({line.citation[:-2]}"), run(f"{line.citation[-2:]}).")]
        if line.footnote:
            notes.append(f"{line.citation}.")
            cited = [f'<w:r><w:footnoteReference w:id="{len(notes) + 1}"/></w:r>', run(".")]
        if line.block:
            body += [paragraph(run(line.before)), paragraph(*runs, *cited, style="Quote")]
        else:
            body.append(paragraph(run(line.before + " "), *runs, *cited))
    return docx("".join(body), notes)


ODF = "urn:oasis:names:tc:opendocument:xmlns"


def odt(body: str, extra: dict[str, str] | None = None) -> bytes:
    """An OpenDocument package with this body (XML); the type comes first and is not packed."""
    spaces = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "text", "table", "style"))
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>",
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        "</manifest:manifest>",
        **(extra or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(name, content, kind)
    return buffer.getvalue()


def write_odt(lines: list[Line]) -> bytes:
    """Each citation is split over spans within its page number, as word processors do."""
    body, count = [], 0
    for line in lines:
        quote, cited = html.escape(line.quote), html.escape(line.citation)
        end = f" ({cited[:-1]}<text:span>{cited[-1]}</text:span>)."
        if line.footnote:
            count += 1
            end = (
                f'<text:note text:id="ftn{count}" text:note-class="footnote"><text:note-citation>{count}'
                f"</text:note-citation><text:note-body><text:p>{cited}.</text:p></text:note-body></text:note>."
            )
        before = f"{html.escape(line.before)}<text:s/>"
        if line.block:
            body += [
                f"<text:p>{before}</text:p>",
                f'<text:p text:style-name="Quotations">{quote}{end}</text:p>',
            ]
        else:
            body.append(f"<text:p>{before}<text:span>{quote}</text:span>{end}</text:p>")
    return odt("".join(body))


WRITERS = {"md": write_md, "txt": write_txt, "html": write_html, "docx": write_docx, "odt": write_odt}
