"""Reader of the GFMD Thematic Recollection 2007-2017: its 54 pages, 206 units, prose and 168 footnotes.

In reading order: the file is cut into labelled blocks (``recollection_blocks``), the pages are recovered from
them (``recollection_pages``), and the blocks become passages (``recollection_units``).
"""

from __future__ import annotations

from assistant.model import Document, Source
from assistant.sources.recollection_blocks import Block, blocks, contents
from assistant.sources.recollection_pages import Boundary, boundaries, page_at, pages
from assistant.sources.recollection_units import (
    Footnote,
    Reading,
    footnotes_of,
    is_focus,
    passages,
    shared_links,
    shared_remark,
)
from assistant.text import fold

__all__ = ["Footnote", "footnotes", "read"]


def read(document: Document, text: str) -> Source:
    """The Recollection with its pages and passages.

    ``text`` is the file decoded as UTF-8. Raises :class:`assistant.errors.SourceError` or
    :class:`assistant.errors.ProblemsError` where headings, pages, notes and calls do not add up.
    """
    found = blocks(text)
    starts = boundaries(text, found, contents(text))
    made = pages(text, starts)
    notes = footnotes_of(text, found, made)
    reading = Reading(document.id, text, made, starts, notes, shared_links(notes))
    return Source(document, text, made, passages(reading, found), _remarks(reading, found, starts))


def footnotes(text: str) -> dict[int, Footnote]:
    """The footnotes by number, each with its span, page, text and addresses."""
    found = blocks(text)
    return footnotes_of(text, found, pages(text, boundaries(text, found, contents(text))))


def _remarks(reading: Reading, found: tuple[Block, ...], starts: tuple[Boundary, ...]) -> tuple[str, ...]:
    """Oddities of the document as a whole, computed from what was read."""
    made = [
        "The file carries no page marks; its pages were recovered from the contents, the footnotes and the "
        "breaks in lists and sentences."
    ]
    judged = ", ".join(str(b.number) for b in starts if not b.certain)
    if judged:
        made.append(f"The start of pages {judged} is probable only; passages that depend on it are marked.")
    furniture = {
        "running": "The section's title is repeated as a running header",
        "bullet": "An empty bullet stands",
    }
    for kind, name in furniture.items():
        at = sorted({page_at(reading.pages, b.start) for b in found if b.kind == kind})
        if at:
            made.append(f"{name} on p. {', '.join(map(str, at))}; it is no part of any passage.")
    made += _retitled(reading, found)
    return (*made, *map(shared_remark, reading.shared))


def _retitled(reading: Reading, found: tuple[Block, ...]) -> list[str]:
    """Focus areas announced in a cluster's introduction under another title than their heading prints."""
    text = reading.text
    titles = {text[b.start : b.end] for b in found if b.kind == "heading"}
    announced = (fold(text[b.start : b.end], markdown=True).rstrip(".;") for b in found if is_focus(text, b))
    return [
        f"The focus area announced as “{title}” has another title at its heading and in the contents."
        for title in announced
        if title not in titles
    ]
