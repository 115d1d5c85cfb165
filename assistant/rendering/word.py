"""Word files with real footnotes, heading and list styles, and each quotation marked with its language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.certificate import certificate_json
from assistant.i18n import translator
from assistant.model import Brief
from assistant.rendering import ooxml_package as package
from assistant.rendering import tree as t
from assistant.rendering.ooxml_package import Links, escape

_LOCALES = {"en": "en-GB", "fr": "fr-FR", "es": "es-ES"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2})?\Z")
_AMERICAN = re.compile(r"\b(labor|behavior|center|program)s?\b", re.IGNORECASE)
_NUMBER_GAP = re.compile(r"(?<=\bp\.) (?=\d)|(?<=\bpp\.) (?=\d)")
_MARGIN, _SHORT, _LONG = 1247, 11906, 16838  # twentieths of a point: 22 mm, and the sides of A4
_WIDE_TABLE = 4  # columns from which a brief is set in landscape
_NOTE_MARK = '<w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'


def write_word(briefs: Sequence[tuple[Brief, t.Tree]], title: str | None = None) -> bytes:
    """A docx of one brief or several; several get a title page with contents and begin on new pages.

    Same input, same bytes. Footnotes are numbered by Word itself, through the whole file: the briefs must be
    numbered in the order in which they are read (:func:`assistant.rendering.markdown.compose`).
    """
    first, tree = briefs[0]
    writer = _Writer()
    merged = len(briefs) > 1 or title is not None
    if merged:
        title = title or translator(first.language).gettext("Briefs")
        writer.title_page(title, briefs)
    for brief, parsed in briefs:
        writer.brief(brief, parsed, merged)
    language = _locale(first.language)
    heading = title if merged and title else tree.title or first.question
    certificates = [certificate_json(brief.certificate) for brief, _ in briefs]
    return package.pack(
        {
            "docProps/core.xml": package.core_properties(heading, language),
            "docProps/custom.xml": package.custom_properties(certificates),
            "word/document.xml": package.document(writer.finish()),
            "word/_rels/document.xml.rels": package.document_relations(writer.links),
            "word/styles.xml": package.template("styles.xml").replace("{language}", language),
            "word/settings.xml": package.template("settings.xml").replace("{language}", language),
            "word/fontTable.xml": package.template("fontTable.xml"),
            "word/numbering.xml": package.numbering(writer.ordered),
            "word/footnotes.xml": package.footnotes("".join(writer.notes)),
            "word/_rels/footnotes.xml.rels": writer.note_links.xml(),
            "word/footer1.xml": package.footer(_short_title(heading), _SHORT - 2 * _MARGIN),
            "word/footer2.xml": package.footer(_short_title(heading), _LONG - 2 * _MARGIN),
        }
    )  # fmt: skip


def _short_title(text: str) -> str:
    return text if len(text) <= 90 else text[:88].rsplit(" ", 1)[0] + " …"


def _locale(language: str) -> str:
    if not _LANGUAGE.match(language):
        return "en-GB"
    return _LOCALES.get(language, language)


def _quote_locale(language: str, text: str) -> str:
    """A quotation's locale for the spelling checker: the Recollection spells American, the report British."""
    return "en-US" if language == "en" and _AMERICAN.search(text) else _locale(language)


def _section(wide: bool) -> str:
    """Page size, margins and the footer that fits them."""
    width, height = (_LONG, _SHORT) if wide else (_SHORT, _LONG)
    turned = ' w:orient="landscape"' if wide else ""
    return (
        f'<w:sectPr><w:footerReference w:type="default" r:id="{package.FOOTERS[wide]}"/>'
        '<w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"{turned}/><w:pgMar w:top="1304" w:right="{_MARGIN}" '
        f'w:bottom="1247" w:left="{_MARGIN}" w:header="624" w:footer="624" w:gutter="0"/></w:sectPr>'
    )


class _Writer:
    """Writes the body and collects what stands in other parts: notes, links, lists."""

    def __init__(self) -> None:
        self.body: list[str] = []
        self.notes: list[str] = []
        self.links, self.note_links = Links(), Links()
        self.ordered: list[int] = []
        self.bookmarks = 0
        self.wide = False
        self.pending: bool | None = None
        self._begin(t.Tree(()))

    def _begin(self, tree: t.Tree) -> None:
        self.tree = tree
        self.placed: dict[str, str] = {}

    def title_page(self, title: str, briefs: Sequence[tuple[Brief, t.Tree]]) -> None:
        """Title, and a table of contents as a field: links now, page numbers on "update field" in Word."""
        language = briefs[0][0].language
        kinds = dict.fromkeys(_kind_of(tree) for _, tree in briefs)
        self.body.append(_paragraph("Title", _run(title)))
        self.body.append(_paragraph("Subtitle", _run(" · ".join(kind for kind in kinds if kind))))
        self.body.append(_paragraph("TableHeading", _run(translator(language).gettext("Contents"))))
        begin = _field(' TOC \\o "1-1" \\h \\z ', "")
        for at, (brief, tree) in enumerate(briefs, 1):
            entry = _run(tree.title or brief.question)
            link = f'<w:hyperlink w:anchor="_Toc{at:08d}" w:history="1">{entry}</w:hyperlink>'
            self.body.append(_paragraph("TOC1", (begin if at == 1 else "") + link))
        self.body.append(_paragraph("Normal", '<w:r><w:fldChar w:fldCharType="end"/></w:r>'))
        self.pending = False

    def brief(self, brief: Brief, tree: t.Tree, merged: bool) -> None:
        """One brief; in a merged file as a section of its own."""
        if self.pending is not None:
            thin = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
            self.body.append(f"<w:p><w:pPr>{thin}{_section(self.pending)}</w:pPr></w:p>")
        self._begin(tree)
        blocks = list(tree.blocks)
        kind = _kind_of(tree)
        if kind:
            self.body.append(_paragraph("BriefKind", _run(kind)))
            del blocks[1]
        last = blocks[-1] if blocks else None
        for block in blocks:
            if block is last and isinstance(block, t.Paragraph) and block.all_italic:
                self.body.append(_paragraph("BriefColophon", self._inlines(block.inlines)))
            else:
                self.body += self._block(block, merged)
        tables = [block for block in blocks if isinstance(block, t.Table)]
        self.pending = any(len(table.header) >= _WIDE_TABLE for table in tables)

    def finish(self) -> str:
        """The body's XML."""
        return "".join(self.body) + _section(bool(self.pending))

    def _block(  # noqa: PLR0911 - one return a kind of block
        self, block: t.Block, merged: bool = False, style: str = "Normal", depth: int = 0
    ) -> list[str]:
        match block:
            case t.Heading(level=level, inlines=inlines):
                text = self._inlines(inlines)
                if level == 1 and merged:
                    text = self._bookmark(f"_Toc{self._count_titles() + 1:08d}", text)
                return [_paragraph(f"Heading{min(level, 4)}", text)]
            case t.Paragraph(inlines=inlines):
                return [_paragraph(style, self._inlines(inlines))]
            case t.ListBlock():
                return self._list(block, depth)
            case t.QuoteBlock(blocks=blocks):
                return [
                    text for inner in blocks for text in self._block(inner, style="BriefNotice", depth=depth)
                ]
            case t.Table():
                return [self._table(block)]
            case t.Code(text=text):
                lines = "<w:r><w:br/></w:r>".join(_run(line) for line in text.split("\n"))
                return [_paragraph("BriefCode", lines)]
            case t.Rule():
                return []

    def _count_titles(self) -> int:
        return sum('"_Toc' in text and "bookmarkStart" in text for text in self.body)

    def _list(self, block: t.ListBlock, depth: int) -> list[str]:
        if block.start is None:
            number, style = 1, "ListBullet"
        else:
            self.ordered.append(block.start)
            number, style = len(self.ordered) + 2, "ListNumber"
        level = min(depth, 8)
        style += "2" if depth else ""
        listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
        paragraphs = []
        for item in block.items:
            for at, inner in enumerate(item):
                if not at and isinstance(inner, t.Paragraph):
                    paragraphs.append(_paragraph(style, self._inlines(inner.inlines), listed))
                else:
                    paragraphs += self._block(inner, style="ListContinue", depth=depth + 1)
        return paragraphs

    def _table(self, table: t.Table) -> str:
        columns = len(table.header)
        room = (_LONG if columns >= _WIDE_TABLE else _SHORT) - 2 * _MARGIN
        widths = _widths(table, room)
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        rows = [self._row(table.header, widths, "TableHeading")]
        rows += [self._row(row, widths, "TableText") for row in table.rows]
        after = _paragraph("Normal", "", '<w:spacing w:after="60" w:line="120" w:lineRule="exact"/>')
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="BriefTable"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" '
            'w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>{after}"
        )

    def _row(self, cells: Sequence[t.Inlines], widths: Sequence[int], style: str) -> str:
        head = "<w:tblHeader/>" if style == "TableHeading" else ""
        written = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
            f"{_paragraph(style, self._inlines(cell))}</w:tc>"
            for cell, width in zip(cells, widths, strict=True)
        )
        return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{written}</w:tr>"

    def _inlines(self, inlines: t.Inlines) -> str:
        return _inlines(inlines, self.links, self._reference)

    def _bookmark(self, name: str, inner: str) -> str:
        self.bookmarks += 1
        at = self.bookmarks
        return f'<w:bookmarkStart w:id="{at}" w:name="{name}"/>{inner}<w:bookmarkEnd w:id="{at}"/>'

    def _reference(self, label: str) -> str:
        """A footnote at its first reference; afterwards a field that repeats its number."""
        name = self.placed.get(label)
        if name is not None:
            shown = f"<w:r>{_NOTE_MARK}<w:t>{escape(label)}</w:t></w:r>"
            end = f'<w:r>{_NOTE_MARK}<w:fldChar w:fldCharType="end"/></w:r>'
            return _field(f" NOTEREF {name} \\f \\h ", _NOTE_MARK) + shown + end
        number = len(self.notes) + 1
        blocks = self.tree.notes.get(label, ())
        text = " ".join(
            _inlines(block.inlines, self.note_links, lambda _: "")
            for block in blocks
            if isinstance(block, t.Paragraph)
        )
        self.notes.append(
            f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
            f"<w:r>{_NOTE_MARK}"
            f'<w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r>{text}</w:p></w:footnote>'
        )
        name = self.placed[label] = f"_RefNote{number}"
        return self._bookmark(name, f'<w:r>{_NOTE_MARK}<w:footnoteReference w:id="{number}"/></w:r>')


def _kind_of(tree: t.Tree) -> str:
    """The line that says what paper this is: a paragraph in italics under the title."""
    second = tree.blocks[1] if len(tree.blocks) > 1 else None
    if isinstance(tree.blocks[0], t.Heading) and isinstance(second, t.Paragraph) and second.all_italic:
        return t.plain(second.inlines)
    return ""


def _widths(table: t.Table, room: int) -> list[int]:
    """Column widths by the amount of text in each, none under half of an even share."""
    columns = list(zip(*(table.header, *table.rows), strict=True))
    amounts = [max(len(t.plain(cell)) for cell in column) ** 0.5 + 1 for column in columns]
    shares = [max(amount / sum(amounts), 0.5 / len(amounts)) for amount in amounts]
    return [int(room * share / sum(shares)) for share in shares]


def _paragraph(style: str, runs: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{runs}</w:p>'


def _field(code: str, properties: str) -> str:
    """A field up to where its shown result begins."""
    start, middle = (
        f'<w:r>{properties}<w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate")
    )
    return f'{start}<w:r>{properties}<w:instrText xml:space="preserve">{code}</w:instrText></w:r>{middle}'


def _run(text: str, properties: str = "") -> str:
    styled = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{styled}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def _inlines(inlines: t.Inlines, links: Links, reference: Callable[[str], str]) -> str:
    parts = []
    for inline in inlines:
        match inline:
            case t.Run():
                parts.append(_styled(inline, links))
            case t.NoteRef(label=label):
                parts.append(reference(label))
            case t.Break():
                parts.append("<w:r><w:br/></w:r>")
    return "".join(parts)


def _styled(run: t.Run, links: Links) -> str:
    mark = run.mark
    kind = mark.kind if mark is not None else None
    style = {"citation": "BriefCitation", "label": "BriefLabel"}.get(kind or "", "")
    linked = run.href is not None and run.href.lower().startswith(("http://", "https://", "mailto:"))
    if linked:
        style = "Hyperlink"
    properties = f'<w:rStyle w:val="{style}"/>' if style else ""
    if run.code:
        properties += '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>'
    properties += "<w:b/><w:bCs/>" if run.bold else ""
    properties += "<w:i/><w:iCs/>" if run.italic else ""
    if linked:
        properties += "<w:noProof/>"
    if mark is not None and mark.kind == "quote":
        properties += f'<w:lang w:val="{_quote_locale(mark.language or "en", run.text)}"/>'
    shown = run.text if kind == "quote" else _NUMBER_GAP.sub("\u00a0", run.text)
    text = _run(shown, properties)
    if linked and run.href:
        return f'<w:hyperlink r:id="{links.add(run.href)}" w:history="1">{text}</w:hyperlink>'
    return text
