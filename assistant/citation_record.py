"""A citation taken apart, and how it is printed. :mod:`assistant.citations` reads it back and resolves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from assistant import citation_forms as forms

HOUSE_FORM = "GCM"
"""GFMD's own form "(GCM Cluster 2, OPA, p.17)" names the Recollection by this word alone."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation taken apart. Every field but ``document`` is part of the locator; None means not stated.

    ``kind`` is PO, OPA, Example or the name of an unnumbered part (Introduction, Title); ``section`` a Roman
    number; ``part`` policy or practical and ``topic`` governance, recruitment or skills (paragraph 21 of the
    summary report); ``date`` ISO; ``thread`` "Question 4" or "standalone"; ``item`` the letters within a
    paragraph or recommendation ("b", "b) (ii"); ``place`` parts of a table; ``page_label`` a page number that
    is no plain integer; ``pdf_page`` counts sheets from 1; ``other_page`` is the page in the edition cited by
    the GFMD overview. In users' own documents ``count`` is a paragraph counted under its heading ("¶ 3") and
    ``nth`` tells apart what is printed alike ("note 1 (2)").
    """

    document: str | None = None
    cluster: int | None = None
    section: str | None = None
    objective: int | None = None
    recommendation: int | None = None
    years: str | None = None
    question: int | None = None
    author: str | None = None
    date: str | None = None
    thread: str | None = None
    kind: str | None = None
    paragraph: int | None = None
    paragraph_end: int | None = None
    item: str | None = None
    part: str | None = None
    topic: str | None = None
    count: int | None = None
    bullet: int | None = None
    note: int | None = None
    place: tuple[str, ...] = ()
    heading: str | None = None
    page: int | None = None
    page_end: int | None = None
    page_label: str | None = None
    page_label_end: str | None = None
    pdf_page: int | None = None
    pdf_page_end: int | None = None
    other_page: int | None = None
    other_page_end: int | None = None
    nth: int | None = None

    @property
    def locator(self) -> str:
        """The part after the document: "Cluster 2, OPA, p. 17"; empty if nothing but a document is named."""
        other = _pages("p.", self.other_page, self.other_page_end)
        pieces = [piece for piece in (*_headings(self), *_places(self), _page_piece(self)) if piece]
        if other:
            other += " in the edition cited by the GFMD overview"
        nth = f" ({self.nth})" if self.nth is not None else ""
        return "; ".join(piece for piece in (", ".join(pieces) + nth, other) if piece)

    @property
    def has_locator(self) -> bool:
        """Whether anything beyond a document is stated."""
        return any(getattr(self, name) not in (None, ()) for name in LOCATOR_FIELDS)

    def without_pages(self) -> Citation:
        """The same citation with no page stated."""
        return replace(self, **_NO_PAGES)

    def __str__(self) -> str:
        if self.document == HOUSE_FORM and self.cluster is not None:
            return f"{HOUSE_FORM} {self.locator}"
        return ", ".join(piece for piece in (self.document, self.locator) if piece)


PAGE_FIELDS = (
    "page",
    "page_end",
    "page_label",
    "page_label_end",
    "pdf_page",
    "pdf_page_end",
    "other_page",
    "other_page_end",
)
LOCATOR_FIELDS = tuple(field.name for field in fields(Citation) if field.name != "document")
_NO_PAGES: dict[str, Any] = dict.fromkeys(PAGE_FIELDS)


def _pages(word: str, first: int | str | None, last: int | str | None) -> str:
    if first is None:
        return ""
    return f"{word} {first}" if last is None else f"{word.replace('p.', 'pp.')} {first}-{last}"


def _page_piece(c: Citation) -> str:
    printed = _pages("p.", c.page_label or c.page, c.page_label_end if c.page_label else c.page_end)
    pdf = _pages("PDF p.", c.pdf_page, c.pdf_page_end)
    return f"{printed} ({pdf})" if printed and pdf else printed or pdf


def _headings(c: Citation) -> Iterable[str]:
    yield f"Cluster {c.cluster}" if c.cluster is not None else ""
    yield f"Section {c.section}" if c.section else ""
    yield f"Objective {c.objective}" if c.objective is not None else ""
    if c.recommendation is not None:
        yield f"Rec. {c.recommendation}" + (f" ({c.years})" if c.years else "") + _item(c)
    yield f"Guiding question {c.question}" if c.question is not None else ""
    yield c.author or ""
    yield forms.date_label(c.date) if c.date else ""
    yield c.thread or ""
    yield (c.kind if c.kind != "heading" else f"heading “{c.heading}”") or ""


def _item(c: Citation) -> str:
    return f" ({c.item})" if c.item else ""


def _places(c: Citation) -> Iterable[str]:
    yield f"under “{c.heading}”" if c.heading and c.kind != "heading" else ""
    if c.paragraph is not None:
        last = f"-{c.paragraph_end}" if c.paragraph_end is not None else ""
        yield f"{'paras.' if last else 'para.'} {c.paragraph}{last}" + _item(c)
    elif c.recommendation is None and c.item:
        yield f"item{_item(c)}"
    yield f"¶ {c.count}" if c.count is not None else ""
    yield f"bullet {c.bullet}" if c.bullet is not None else ""
    yield f"{c.part} recommendations" if c.part else ""
    yield c.topic or ""
    yield f"note {c.note}" if c.note is not None else ""
    yield from c.place
