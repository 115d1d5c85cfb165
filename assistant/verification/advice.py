"""What to do about a finding, in a sentence or two."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.citations import Citation, documents_named
from assistant.model import Passage
from assistant.verification.compare import Library
from assistant.verification.differences import Difference
from assistant.verification.places import pages_only

NOT_FOUND = (
    "These words stand nowhere in the corpus. Take the quotation marks away, or quote the source again."
)
NOT_FOUND_UNCITED = (
    "These words stand nowhere in the corpus, and no citation says where they are from. "
    "Cite them, or add their document with: gcm-draft corpus add FILE"
)


def _list(labels: Sequence[str]) -> str:
    return "; ".join(f"({label})" for label in labels)


def several(labels: Sequence[str]) -> str:
    """Advice where a citation fits several places at which the words stand."""
    return f"The citation fits {len(labels)} places where these words stand; say which: {_list(labels)}"


def wrong_page(citation: Citation, passage: Passage, place: Citation, expected: str) -> str:
    """Advice on a wrong page; ``place`` has the right ones, printed and of the PDF.

    A page of the other edition, or of the PDF where the printed one is another, is named as such.
    """
    if not pages_only(place):
        return f"This document has no page numbers to cite: write ({expected})."
    if place.pdf_page is not None:
        return f"{_two_counts(citation, place)}Write ({expected})."
    others = passage.other_edition_pages
    if citation.page is not None and citation.page in others and citation.page_end is None:
        return (
            f"p. {citation.page} is the page in the edition cited by the GFMD overview; in this edition "
            f"write ({expected}), or both: ({expected}; p. {citation.page} in the edition cited by the "
            "GFMD overview)."
        )
    if citation.other_page is not None and others and citation.other_page not in others:
        pages = " or ".join(f"p. {page}" for page in others)
        return f"Write ({expected}; {pages} in the edition cited by the GFMD overview)."
    return f"Write ({expected})."


def _two_counts(citation: Citation, place: Citation) -> str:
    """Why a page of a PDF is wrong where printed and PDF pages were taken for each other; else nothing."""
    printed = str(place.page_label or place.page or "")
    if not printed:
        return "No page number is printed there; the PDF's own is cited. "
    if citation.pdf_page is None and citation.page == place.pdf_page:
        return f"{citation.page} is the page of the PDF; the page printed there is {printed}. "
    if citation.page is None and str(citation.pdf_page) == printed:
        return f"{printed} is the page printed there; in the PDF it is page {place.pdf_page}. "
    return ""


def elsewhere(labels: Sequence[str]) -> str:
    """Advice where the words stand in another place than cited."""
    return f"These words stand elsewhere. Cite {_list(labels)}"


def no_such_place(citation: Citation, labels: Sequence[str], library: Library) -> str:
    """Advice where a citation fits nothing in the corpus."""
    if citation.document and not documents_named(citation.document, library.corpus):
        reason = (
            f"“{citation.document}” is not in the corpus. "
            "Correct its name, or add it with: gcm-draft corpus add FILE."
        )
    else:
        reason = "The corpus has no such place."
    return f"{reason} These words stand in {_list(labels)}" if labels else reason


def stitched(found: Sequence[tuple[str, str]], *, cut: bool) -> str:
    """Advice where pieces of several passages read as one quotation."""
    parts = "; ".join(f"“{_short(text)}” ({label})" for text, label in found)
    mark = "The cut hides that" if cut else "No ellipsis shows that"
    return f"{mark} the parts stand in different passages. Quote and cite each by itself: {parts}"


def _short(text: str) -> str:
    parts = text.split()
    return text if len(parts) <= 12 else " ".join([*parts[:6], "…", *parts[-5:]])


def altered(found: Difference, where: str) -> str:
    """Advice where words differ; the gravest kinds are named."""
    kinds = f" The change touches {_kinds(found.classes)}." if found.classes else ""
    if found.only_missing:
        missing = f"Words are left out without a mark.{kinds}"
        return f"{missing} Restore them, or mark the cut with […]. Source: ({where})"
    return f"Restore the source's words, or mark your own with square brackets.{kinds} Source: ({where})"


_ARTICLES = {
    "negation": "a negation",
    "modal verb": "a modal verb",
    "number or quantity": "a number or quantity",
}


def _kinds(classes: Sequence[str]) -> str:
    return " and ".join(_ARTICLES.get(name, "an actor") for name in classes)


def too_short(count: int, *, shredded: bool) -> str:
    """Advice where too little is quoted to prove anything."""
    if shredded:
        return "The cuts leave too few words together to prove anything. Quote more between the cuts."
    words = "1 word proves" if count == 1 else f"{count} words prove"
    return f"{words} nothing: they stand in many texts. Quote at least four, or drop the marks."


def uncited(labels: Sequence[str]) -> str:
    """The remark on a quotation that stands in the corpus but is not cited."""
    return f"No citation follows. The words stand in {_list(labels)}"
