"""Which page a quotation stands on, and whether a citation states it: from the quotation's own words."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace

from assistant.citations import Citation, documents_named, fits, located
from assistant.model import Document, Page, Passage, Source
from assistant.verification.compare import Library, Match

_ITEM = re.compile(r"(?:^|[\s(])\(?([a-z])\)\s")


@dataclass(frozen=True, slots=True)
class Pages:
    """The first and last page of a quotation; both None where the document has no pages."""

    first: Page | None
    last: Page | None


def pages_of(library: Library, match: Match) -> Pages:
    """The pages on which the quotation's own words stand."""
    stream = library.stream(match.document)
    pages = stream.source.pages
    start = stream.offsets[match.place.first]
    end = stream.ends[match.place.last - 1] - 1
    return Pages(page_at(pages, start), page_at(pages, end))


def page_at(pages: tuple[Page, ...], offset: int) -> Page | None:
    """The page of an offset into the document's text."""
    at = bisect_right(pages, offset, key=lambda page: page.start) - 1
    return pages[at] if at >= 0 and offset < pages[at].end else None


def adapted(citation: Citation, document: Document) -> Citation:
    """The citation without a cluster that the document has in its name ("Cluster 6 summary report")."""
    if citation.cluster is None or citation.document is None:
        return citation
    if f"cluster {citation.cluster} " in f"{document.title.casefold()} ":
        return replace(citation, cluster=None)
    return citation


def fitting(library: Library, citation: Citation) -> list[tuple[str, int]]:
    """The passages that fit a citation when pages are left aside, as (document, index)."""
    if citation not in library.fitting:
        found: list[tuple[str, int]] = []
        for document in documents_named(citation.document, library.corpus):
            wanted = adapted(citation, document)
            passages = library.sources[document.id].passages
            found += [(document.id, at) for at, p in enumerate(passages) if fits(wanted, p, pages=False)]
        library.fitting[citation] = found
    return library.fitting[citation]


def place_fits(library: Library, citation: Citation, match: Match) -> bool:
    """Whether the citation, pages aside, fits the passage in which the quotation stands."""
    source = library.sources[match.document]
    if source.document not in documents_named(citation.document, library.corpus):
        return False
    passage = source.passages[match.passage]
    wanted = adapted(citation, source.document)
    return fits(wanted, passage, pages=False) and _item_fits(library, wanted, match, passage)


def _item_fits(library: Library, citation: Citation, match: Match, passage: Passage) -> bool:
    """Whether a lettered item, if one is cited, is the one the quotation begins in."""
    if citation.item is None or located(passage).item is not None:
        return True
    stream = library.stream(match.document)
    bounds = stream.bounds(match.passage)
    text = stream.source.text[stream.offsets[bounds.first] : stream.offsets[match.place.first] + 1]
    letters = _ITEM.findall(text)
    if citation.item == "a" and not letters:
        return stream.forms[match.place.first] == "a"
    return bool(letters) and letters[-1] == citation.item


def pages_right(citation: Citation, pages: Pages, passage: Passage) -> bool:
    """Whether every page the citation states is right.

    The exact pages of the quotation are right, and so is any part of the passage's own pages that holds them.
    """
    if not _range_right(citation.page, citation.page_end, _number(pages.first), _number(pages.last), passage):
        return False
    if citation.page_label is not None:
        own = located(passage)
        exact = tuple(page.label for page in (pages.first, pages.last) if page is not None)
        stated = (citation.page_label, citation.page_label_end or citation.page_label)
        whole = (own.page_label, own.page_label_end or own.page_label)
        single = citation.page_label_end is None and citation.page_label in {*exact, own.page_label}
        if not single and stated not in (exact, whole):
            return False
    sheets = [page.physical for page in (pages.first, pages.last) if page is not None]
    if citation.pdf_page is not None:
        own = located(passage)
        first, last = (sheets[0], sheets[-1]) if sheets else (None, None)
        known = (own.pdf_page, own.pdf_page_end or own.pdf_page)
        if not _inside(citation.pdf_page, citation.pdf_page_end, first, last, known):
            return False
    return other_edition_right(citation, passage) is not False


def other_edition_right(citation: Citation, passage: Passage) -> bool | None:
    """Whether the other edition's page is the one the overview gives; None where neither can be said."""
    if citation.other_page is None or not passage.other_edition_pages:
        return None
    return citation.other_page in passage.other_edition_pages


def _number(page: Page | None) -> int | None:
    return None if page is None else page.number


def _range_right(
    first: int | None, last: int | None, on: int | None, to: int | None, passage: Passage
) -> bool:
    return first is None or _inside(first, last, on, to, (passage.page_start, passage.page_end))


def _inside(
    first: int, last: int | None, on: int | None, to: int | None, whole: tuple[int | None, int | None]
) -> bool:
    if on is None or to is None:
        return False
    end = last or first
    if (first, end) == (on, to):
        return True
    start, stop = whole
    return start is not None and stop is not None and start <= first <= on and to <= end <= stop


def pinpoint(passage: Passage, pages: Pages | None = None) -> Citation:
    """The locator of a place, with the quotation's own pages, printed and of the PDF, where they are known."""
    own = located(passage)
    if pages is None or pages.first is None or pages.last is None:
        return own
    first, last = pages.first, pages.last
    if own.page is not None or own.page_label is not None:
        own = _with_printed(own, first, last)
    if first.physical is not None and own.pdf_page is not None:
        own = replace(own, pdf_page=first.physical, pdf_page_end=_end(first.physical, last.physical))
    return own


def _with_printed(own: Citation, first: Page, last: Page) -> Citation:
    """The locator with the pages from ``first`` to ``last`` as they are printed: "17", "iv", "iv-1"."""
    if first.number is not None and last.number is not None:
        end = _end(first.number, last.number)
        return replace(own, page=first.number, page_end=end, page_label=None, page_label_end=None)
    if first.label and last.label:
        label_end = last.label if last.label != first.label else None
        return replace(own, page=None, page_end=None, page_label=first.label, page_label_end=label_end)
    return own


def _end(first: int, last: int | None) -> int | None:
    return last if last != first else None


def pages_only(own: Citation) -> str:
    """The pages of a locator as printed in citations: "p. 17", "p. iii (PDF p. 5)"; "" where it has none."""
    return replace(
        Citation(),
        page=own.page,
        page_end=own.page_end,
        page_label=own.page_label,
        page_label_end=own.page_label_end,
        pdf_page=own.pdf_page,
        pdf_page_end=own.pdf_page_end,
    ).locator


def exact(source: Source, passage: Passage, pages: Pages | None = None) -> str:
    """The citation of a place as printed, with the quotation's own pages where they are known."""
    own = pinpoint(passage, pages)
    return (
        str(replace(own, document=source.document.short_title))
        if own.has_locator
        else source.document.short_title
    )
