"""Word documents (docx): paragraphs with headings and numbers, tables, footnotes; tracked changes either way.

A docx has no pages until Word sets it, so none are claimed; paragraphs are cited by number or by place under
their heading. Automatic numbers are not in a file's text: they are counted as Word counts them and used for
the locator only. Comments, headers and footers are not part of the text; comments are counted in a remark.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from assistant.errors import SourceError
from assistant.sources.extracted import Block, Extraction, Role, TextBuilder
from assistant.sources.word_xml import Numbers, Package, R, Styles, W, num_pr, value

Tracked = Literal["accept", "refuse"]
_GONE = {
    "accept": frozenset((f"{W}del", f"{W}moveFrom")),
    "refuse": frozenset((f"{W}ins", f"{W}moveTo")),
}
_CHANGES = frozenset((f"{W}ins", f"{W}del", f"{W}moveFrom", f"{W}moveTo"))
_DRAWING = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LITERAL = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\u2011",
    f"{W}softHyphen": "\u00ad",
}
_CALLS = {f"{W}footnoteReference": "", f"{W}endnoteReference": "e"}
MAX_DEPTH = 20
"""Tables within tables; deeper nesting is not made by hand."""


def read(path: Path, *, tracked: Tracked = "accept") -> Extraction:
    """Text and blocks of a docx, tracked changes accepted or refused.

    Raises SourceError for a damaged, encrypted or hostile file (see :mod:`word_xml`).
    """
    with Package(path) as package:
        root = package.part("word/document.xml")
        body = root.find(f"{W}body") if root is not None else None
        if body is None:
            raise SourceError(
                f"{path.name}: the Word file has no text part. Open it in Word and save it again."
            )
        reader = _Reader(package, tracked)
        reader.body(body)
        reader.notes("word/footnotes.xml", f"{W}footnote", "")
        reader.notes("word/endnotes.xml", f"{W}endnote", "e")
        comments = package.part("word/comments.xml")
        title = _title(package)
    remarks = []
    if reader.changes:
        done = "accepted" if tracked == "accept" else "refused"
        remarks.append(f"{reader.changes} tracked changes, read as if {done}.")
    if comments is not None and len(comments):
        remarks.append(f"{len(comments)} comments are not part of the text and were left out.")
    return Extraction(
        reader.text.text(), tuple(reader.blocks), title=title or reader.title, remarks=tuple(remarks)
    )


def _title(package: Package) -> str | None:
    core = package.part("docProps/core.xml")
    found = core.findtext("{http://purl.org/dc/elements/1.1/}title") if core is not None else None
    title = " ".join((found or "").split())
    return title if title and title != "Word Document" else None


class _Reader:
    """Collects the blocks of one document."""

    def __init__(self, package: Package, tracked: Tracked) -> None:
        self._package = package
        self._gone = _GONE[tracked]
        self._tracked = tracked
        self._styles = Styles(package.part("word/styles.xml"))
        self._numbers = Numbers(package.part("word/numbering.xml"))
        self._links = _relations(package, "word/_rels/document.xml.rels")
        self.text = TextBuilder()
        self.blocks: list[Block] = []
        self.changes = 0
        self.title: str | None = None
        self._tables = 0
        self._carried = ""

    def body(self, body: Any) -> None:
        """All paragraphs and tables, in order."""
        self.changes = sum(1 for _ in body.iter(*_CHANGES))
        for element in _content(body, 0):
            if element.tag == f"{W}p":
                self._paragraph(element)
            else:
                self._table(element, 0)

    def _paragraph(self, paragraph: Any, label: str = "", role: Role = "paragraph") -> None:
        """One paragraph as a block, joined to the next where its end mark was deleted (or refused)."""
        properties = paragraph.find(f"{W}pPr")
        said, links = self._said(paragraph)
        mark = properties.find(f"{W}rPr") if properties is not None else None
        if mark is not None and any(mark.find(tag) is not None for tag in self._gone):
            self._carried += said
            return
        said, self._carried = self._carried + said, ""
        style = value(properties.find(f"{W}pStyle")) if properties is not None else None
        level = self._styles.heading(style)
        outline = value(properties.find(f"{W}outlineLvl")) if properties is not None else None
        if level is None and outline is not None and outline.isdigit() and int(outline) < 9:
            level = int(outline) + 1
        number = self._number(properties, style) if said.strip() else None
        if not said.strip():
            return
        if level is not None and role == "paragraph":
            if number is not None and number != "•":
                said = f"{number} {said}"
            self.title = self.title or " ".join(said.split())
            span = self.text.line(said.strip())
            self.blocks.append(Block("heading", (span,), level=level, links=links))
            return
        contents = (
            style is not None and style.casefold().startswith(("toc", "tm", "tdc")) and style[-1:].isdigit()
        )
        span = self.text.line(said.strip())
        self.blocks.append(
            Block(
                "contents" if contents else role,
                (span,),
                number=None if number == "•" else number,
                bullet=number is not None,
                label=label,
                links=links,
            )
        )

    def _number(self, properties: Any, style: str | None) -> str | None:
        """The automatic number of a paragraph: its own list, else its style's; list 0 switches it off."""
        own, level = num_pr(properties)
        inherited, inherited_level = self._styles.numbering(style)
        chosen = own if own is not None else inherited
        if chosen is None or chosen == "0":
            return None
        return self._numbers.next(chosen, level if level is not None else inherited_level or 0)

    def _said(self, paragraph: Any) -> tuple[str, tuple[str, ...]]:
        """The words of a paragraph and its links; field codes and what tracked changes took out aside."""
        pieces: list[str] = []
        links: list[str] = []
        fields: list[bool] = []
        for element in _inline(paragraph, self._gone):
            tag = element.tag
            if tag == f"{W}fldChar":
                _follow_field(element, fields)
            elif tag == f"{W}hyperlink":
                target = self._links.get(element.get(f"{R}id", ""), "")
                if target.startswith(("http://", "https://")):
                    links.append(target)
            elif any(fields):
                continue
            elif tag == f"{W}t" or (tag == f"{W}delText" and self._tracked == "refuse"):
                pieces.append(element.text or "")
            elif tag in _LITERAL:
                pieces.append(_LITERAL[tag])
            elif tag == f"{W}sym":
                pieces.append(_symbol(element))
            elif tag in _CALLS:
                pieces.append(f"[^{_CALLS[tag]}{element.get(f'{W}id', '')}]")
        return "".join(pieces), tuple(dict.fromkeys(links))

    def _table(self, table: Any, depth: int) -> None:
        """A table cell by cell; each cell is one block, so that a quotation never runs over two cells."""
        if depth > MAX_DEPTH:
            raise SourceError(
                f"{self._package.name}: tables are nested deeper than {MAX_DEPTH}. Save it as PDF."
            )
        self._tables += 1
        number = self._tables
        for row_number, row in enumerate(_rows(table), 1):
            if self._row_gone(row):
                continue
            for column, cell in enumerate(row.iterchildren(f"{W}tc"), 1):
                self._cell(cell, f"table {number}, row {row_number}, col. {column}", depth)

    def _row_gone(self, row: Any) -> bool:
        properties = row.find(f"{W}trPr")
        return properties is not None and any(properties.find(tag) is not None for tag in self._gone)

    def _cell(self, cell: Any, label: str, depth: int) -> None:
        first = len(self.blocks)
        for element in _content(cell, 0):
            if element.tag == f"{W}p":
                self._paragraph(element, label, "cell")
            else:
                self._table(element, depth + 1)
        own = [block for block in self.blocks[first:] if block.label == label]
        if len(own) > 1 and len(own) == len(self.blocks) - first:
            self.blocks[first:] = [
                Block(
                    "cell", ((own[0].spans[0][0], own[-1].spans[0][1]),), label=label, links=_all_links(own)
                )
            ]

    def notes(self, member: str, tag: str, prefix: str) -> None:
        """Footnotes or endnotes, after the text, each under its number."""
        root = self._package.part(member)
        if root is None:
            return
        self._links = _relations(self._package, f"word/_rels/{member.removeprefix('word/')}.rels")
        called = [note for note in root.findall(tag) if note.get(f"{W}type") is None]
        for note in called:
            name = "endnote" if prefix else "note"
            for paragraph in note.iter(f"{W}p"):
                self._paragraph(paragraph, f"{name} {note.get(f'{W}id', '')}", "note")


def _all_links(blocks: list[Block]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link for block in blocks for link in block.links))


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table, those inside content controls included."""
    for child in table:
        if child.tag == f"{W}tr":
            yield child
        elif child.tag in {f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}del", f"{W}customXml"}:
            yield from _rows(child)


def _content(parent: Any, depth: int) -> Iterator[Any]:
    """Paragraphs and tables of a body or cell, those inside content controls included."""
    for child in parent:
        if child.tag in {f"{W}p", f"{W}tbl"}:
            yield child
        elif child.tag in {f"{W}sdt", f"{W}sdtContent", f"{W}customXml"} and depth < MAX_DEPTH:
            yield from _content(child, depth + 1)


def _inline(paragraph: Any, gone: frozenset[str]) -> Iterator[Any]:
    """Every element below a paragraph in order, without what is gone, properties, and doubled drawings."""
    skipped = gone | {f"{W}pPr", f"{W}rPr", _DRAWING}
    stack = [iter(paragraph)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif isinstance(child.tag, str) and child.tag not in skipped:
            yield child
            stack.append(iter(child))


def _follow_field(element: Any, fields: list[bool]) -> None:
    """Keep track of fields: True while in a field's code, False while in its result."""
    kind = element.get(f"{W}fldCharType")
    if kind == "begin":
        fields.append(True)
    elif kind == "separate" and fields:
        fields[-1] = False
    elif kind == "end" and fields:
        fields.pop()


def _symbol(element: Any) -> str:
    """A sign of a symbol font by its code, as far as the code says."""
    try:
        return chr(int(element.get(f"{W}char", ""), 16))
    except (ValueError, OverflowError):
        return "\ufffd"


def _relations(package: Package, member: str) -> dict[str, str]:
    """Targets of a part's external links by their id."""
    root = package.part(member)
    return {} if root is None else {e.get("Id", ""): e.get("Target", "") for e in root if e.get("Id")}
