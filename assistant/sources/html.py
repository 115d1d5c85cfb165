"""HTML pages: what a reader sees, block by block; scripts, styles, menus and hidden parts left out.

The extracted text has one line a block, white space as a browser shows it. Nothing is fetched, no entity of
the file's own is expanded.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any

from assistant.errors import SourceError
from assistant.sources.extracted import Block, Extraction, Role, TextBuilder
from assistant.sources.sniffing import decode

_DROPPED_TAGS = (
    "script style noscript template svg math iframe object embed canvas audio video select button nav head"
)
_DROPPED = frozenset(_DROPPED_TAGS.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CELLS = frozenset(("td", "th"))
_BLOCK_TAGS = (
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure "
    "footer form header hr html li main ol p pre section summary table tbody tfoot thead td th tr ul caption"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split()) | frozenset(_HEADINGS)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]+encoding=[\"']([\w.:-]+)", re.I
)
_WEB = re.compile(r"https?://\S+")
MAX_DEPTH = 256
"""Elements within elements, as the parser allows; a page made by a program nests some 40."""
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")


def read(path: Path) -> Extraction:
    """Text and blocks of an HTML page; SourceError if it cannot be decoded or is nested beyond reason."""
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    root = etree.fromstring(_decoded(path).encode("utf-8", "replace"), parser)
    if root is None:
        raise SourceError(f"{path.name}: there is no text in it. Check that it is the right file.")
    if any("depth" in entry.message.casefold() for entry in parser.error_log):
        raise SourceError(
            f"{path.name}: its elements are nested deeper than {MAX_DEPTH} levels, as in no page "
            "made for readers. Save it as PDF or text and add that."
        )
    walker = _Walker()
    walker.walk(root)
    title = root.findtext(".//title")
    remarks: tuple[str, ...] = ()
    if walker.left_out:
        remarks = (f"{walker.left_out} menus or hidden parts of the page were left out.",)
    return Extraction(
        walker.text.text(),
        tuple(walker.blocks),
        title=" ".join((title or "").split()) or None,
        remarks=remarks,
    )


def _decoded(path: Path) -> str:
    """The file decoded by its byte order mark, its own declaration, or as UTF-8."""
    with path.open("rb") as file:
        data = file.read()
    declared = _CHARSET.search(data[:2048])
    if (
        data[:3] == codecs.BOM_UTF8
        or data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
        or declared is None
    ):
        return decode(path)
    encoding = (declared[1] or declared[2]).decode("ascii", "replace")
    try:
        # Browsers read Latin-1 as Windows-1252: the web's standard for encodings says so.
        known = "cp1252" if codecs.lookup(encoding).name in {"iso8859-1", "ascii"} else encoding
        return data.decode(known)
    except LookupError:
        raise SourceError(
            f"{path.name}: it says it is encoded as {encoding!r}, which is unknown. "
            "Save it as UTF-8 and add it again."
        ) from None
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path.name}: it says it is encoded as {encoding}, but byte 0x{data[error.start]:02x} at "
            f"position {error.start:,} is not. Save it as UTF-8 in your editor or browser and add it again."
        ) from None


class _Walker:
    """Walks the elements without recursion and collects blocks."""

    def __init__(self) -> None:
        self.text = TextBuilder()
        self.blocks: list[Block] = []
        self.left_out = 0
        self._pieces: list[str] = []
        self._links: list[str] = []
        self._role: list[tuple[Role, int]] = [("paragraph", 0)]
        self._lists: list[tuple[str, str, int]] = []
        self._item: tuple[str | None, bool] = (None, False)
        self._tables: list[list[int]] = []
        self._table_count = 0
        self._pre = 0
        self._apart = False

    def walk(self, root: Any) -> None:
        """Visit every element once, in document order."""
        from lxml import etree

        walk = etree.iterwalk(root, events=("start", "end"))
        dropped: Any = None
        for event, element in walk:
            if event == "start":
                if self._drops(element):
                    dropped = element
                    walk.skip_subtree()
                    continue
                self._start(element)
            else:
                if element is dropped:
                    dropped = None
                else:
                    self._end(element)
                self._say(element.tail)
        self._flush()

    def _drops(self, element: Any) -> bool:
        hidden = (
            element.get("hidden") is not None
            or element.get("aria-hidden") == "true"
            or _HIDDEN.search(element.get("style", "")) is not None
        )
        if element.tag == "nav" or (hidden and element.tag not in _DROPPED):
            self.left_out += 1
        return hidden or element.tag in _DROPPED

    def _start(self, element: Any) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self._flush()
            self._open_block(tag, element)
        elif tag == "br":
            self._pieces.append("\n")
        elif tag == "a" and _WEB.match(element.get("href", "")):
            self._links.append(element.get("href"))
        call = _footnote_call(element) if tag in {"sup", "a"} else None
        if call is not None:
            self._pieces.append(call)
            element.text = None
            for child in list(element):
                child.text = None
            return
        self._say(element.text)

    def _open_block(self, tag: str, element: Any) -> None:
        if tag in _HEADINGS:
            self._role.append(("heading", _HEADINGS[tag]))
        elif tag in _CELLS:
            if self._tables:
                self._tables[-1][2] += 1
            self._role.append(("cell", 0))
        elif tag == "tr" and self._tables:
            self._tables[-1][1] += 1
            self._tables[-1][2] = 0
        elif tag == "table":
            self._table_count += 1
            self._tables.append([self._table_count, 0, 0])
        elif tag in {"ol", "ul"}:
            start = element.get("start", "1")
            first = int(start) if start.isascii() and start.isdigit() and len(start) < 5 else 1
            self._apart = not self._lists
            self._lists.append((tag, element.get("type", "1"), first))
        elif tag == "li":
            self._item = self._next_item()
        elif tag == "pre":
            self._pre += 1

    def _next_item(self) -> tuple[str | None, bool]:
        if not self._lists:
            return None, True
        tag, style, number = self._lists[-1]
        self._lists[-1] = (tag, style, number + 1)
        if tag == "ul":
            return None, True
        if style == "a" and 1 <= number <= 26:
            return f"({chr(96 + number)})", True
        if style == "i" and 1 <= number <= len(_ROMANS):
            return f"({_ROMANS[number - 1]})", True
        return f"{number}.", True

    def _end(self, element: Any) -> None:
        tag = element.tag
        if tag not in _BLOCKS:
            return
        self._flush()
        if tag in _HEADINGS or tag in _CELLS:
            self._role.pop()
        elif tag == "table" and self._tables:
            self._tables.pop()
        elif tag in {"ol", "ul"} and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._item = (None, False)
        elif tag == "pre":
            self._pre -= 1

    def _say(self, piece: str | None) -> None:
        if piece:
            self._pieces.append(piece if self._pre else re.sub(r"[ \t\n\r\f]+", " ", piece))

    def _flush(self) -> None:
        """Close the block collected so far, if it holds anything."""
        said = re.sub(r" *\n *", "\n", "".join(self._pieces)).strip(" \n")
        said = said if self._pre else re.sub(" {2,}", " ", said)
        links, self._pieces, self._links = tuple(dict.fromkeys(self._links)), [], []
        if not said:
            return
        span = self.text.line(said)
        role, level = self._role[-1]
        label = ""
        if role == "cell" and self._tables:
            table, row, column = self._tables[-1]
            label = f"table {table}, row {row}, col. {column}"
        number, bullet = self._item
        self._item, apart, self._apart = (None, False), self._apart and bullet, False
        self.blocks.append(
            Block(
                role,
                (span,),
                level=level,
                number=number,
                bullet=bullet,
                label=label,
                links=links,
                apart=apart,
            )
        )


def _footnote_call(element: Any) -> str | None:
    """``[^3]`` for a raised link into the page itself; None for anything else."""
    said = "".join(element.itertext()).strip().strip("[]()")
    if not said.isalnum() or len(said) > 4:
        return None
    anchors = [element] if element.tag == "a" else list(element.iter("a"))
    raised = element.tag == "sup" or "footnote" in (element.get("class", "") + element.get("role", ""))
    inside = any(anchor.get("href", "").startswith("#") for anchor in anchors)
    return f"[^{said}]" if raised and inside else None
