"""The citation of a passage as printed; apart from the reading of citations, which costs more to load."""

from __future__ import annotations

from assistant.model import Document, Passage


def label(passage: Passage, document: Document, *, other_edition: bool = False) -> str:
    """The citation of a passage as printed, without parentheses.

    A Hub post under a question names it; ``other_edition`` adds the pages by which the GFMD overview cites
    the passage, where they are known.
    """
    pieces = [document.short_title, passage.locator]
    if passage.thread and passage.thread not in passage.locator:
        pieces.append(passage.thread)
    printed = ", ".join(piece for piece in pieces if piece)
    if other_edition and passage.other_edition_pages:
        pages = " or ".join(f"p. {page}" for page in passage.other_edition_pages)
        printed += f"; {pages} in the edition cited by the GFMD overview"
    return printed
