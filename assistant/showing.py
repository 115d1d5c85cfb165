"""Everything about one passage that a reader needs to cite it: page, surroundings, links, standing, who cites it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from assistant import citations
from assistant.corpus import Corpus
from assistant.errors import UsageError
from assistant.model import Page, Passage

NEIGHBOURS = 2
"""Passages shown before and after on the same page."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage with what stands around it. ``pages`` are the pages it lies on, with how each was decided."""

    passage: Passage
    citation: str
    title: str
    standing: dict[str, str]
    pages: tuple[Page, ...]
    before: tuple[Passage, ...]
    after: tuple[Passage, ...]
    cited_by: tuple[tuple[Passage, str], ...]
    targets: tuple[tuple[Passage, str], ...]


def find(reference: str, corpus: Corpus) -> tuple[Passage, ...]:
    """The passages that an id (whole, or the part after the document) or a citation names; none if none does."""
    reference = reference.strip()
    if reference in corpus.passages:
        return (corpus.passages[reference],)
    by_end = tuple(p for p in corpus.passages.values() if p.id.partition("/")[2] == reference)
    if by_end:
        return by_end
    return citations.find(reference, corpus)


def find_quotation(quotation: str, corpus: Corpus) -> tuple[Passage, ...]:
    """The passages in which these words stand in this order; quotation marks, case, dashes and hyphens aside.

    Raises UsageError for fewer than three words: too little to find a place by.
    """
    words = _words(quotation)
    if len(words) < 3:
        raise UsageError(f"Give at least three words of the quotation; found {len(words)}.")
    wanted = f" {' '.join(words)} "
    return tuple(p for p in corpus.passages.values() if wanted in f" {' '.join(_words(p.text))} ")


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text.replace("\u00ad", "")).casefold()
    return re.findall(r"[^\W_]+", text)


def show(passage: Passage, corpus: Corpus) -> Shown:
    """What there is to say about a passage."""
    source = corpus.source(passage.document)
    document = source.document
    on_page = [p for p in source.passages if p.topic != "footnote" or passage.topic == "footnote"]
    at = on_page.index(passage)
    first, last = passage.spans[0][0], passage.spans[-1][1]
    return Shown(
        passage,
        citations.label(passage, document),
        document.title,
        document.standing,
        tuple(page for page in source.pages if page.start < last and first < page.end),
        tuple(p for p in on_page[max(0, at - NEIGHBOURS) : at] if _near(p, passage)),
        tuple(p for p in on_page[at + 1 : at + 1 + NEIGHBOURS] if _near(p, passage)),
        _labelled(passage.cited_by, corpus),
        _labelled(passage.mapping.targets if passage.mapping else (), corpus),
    )


def _near(other: Passage, passage: Passage) -> bool:
    """Whether a neighbour stands on a page of the passage; without pages, under the same heading."""
    if passage.page_start is None or other.page_start is None:
        return other.heading_path == passage.heading_path
    return other.page_start <= (passage.page_end or 0) and passage.page_start <= (other.page_end or 0)


def _labelled(ids: tuple[str, ...], corpus: Corpus) -> tuple[tuple[Passage, str], ...]:
    found = [corpus.passages[i] for i in ids if i in corpus.passages]
    return tuple((p, citations.label(p, corpus.source(p.document).document)) for p in found)
