"""Citations as printed and as people write them: ``str()`` of a record and :func:`parse`, and what they fit.

The printed form is ``{document}, {locator}``, in running text within parentheses:
"(GFMD Thematic Recollection 2017, Cluster 2, OPA, p. 17)". Property held by test: ``parse(str(c)) == c``.
A citation fits a passage if nothing it states disagrees with the passage's own locator; :func:`resolve` never
guesses: it gives all passages that fit, and the caller decides whether one is enough.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Protocol

from assistant import citation_forms as forms
from assistant.citation_label import label
from assistant.citation_record import HOUSE_FORM, LOCATOR_FIELDS, PAGE_FIELDS, Citation
from assistant.model import Document, Passage, Source

__all__ = [
    "HOUSE_FORM",
    "Citation",
    "documents_named",
    "fits",
    "label",
    "located",
    "parse",
    "parse_all",
    "resolve",
]

# --- reading ---------------------------------------------------------------------------------------------


def parse(text: str, titles: Iterable[str] = ()) -> Citation | None:
    """The first citation written in ``text``, or None where nothing in it states a place.

    Accepts parentheses around it, "p.17", any dash, "recommendation 4", "§ 16", dates of three languages,
    "see", links and "emphasis added". ``titles`` are names of documents that may themselves look like a
    locator; one that begins the text is taken whole.

    >>> str(parse("(GCM Cluster 2, OPA, p.17)"))
    'GCM Cluster 2, OPA, p. 17'
    """
    found = parse_all(text, titles)
    return found[0] if found else None


def parse_all(text: str, titles: Iterable[str] = ()) -> tuple[Citation, ...]:
    """All citations of one bracket or note, in order: "(Cluster 2, OPA, p. 17; Cluster 3, PO, p. 22)".

    A later citation without a document belongs to the document before it; one with a page alone repeats the
    rest as well.
    """
    text = forms.tidy(text).strip()
    text = forms.LEAD.sub("", forms.unwrap(text)).rstrip(" .,;:")
    document, rest = _known_title(text, titles)
    found: list[Citation] = []
    for fragment in forms.split_top(_SENTENCE_END.sub(";", forms.mark_dates(rest)), ";"):
        other = forms.other_edition(fragment)
        if other and (found or document):
            base = found.pop() if found else Citation(document=document)
            found.append(replace(base, **other))
            continue
        citation = _one(forms.LEAD.sub("", fragment), document if not found else None)
        if citation is None:
            continue
        found.append(_inherit(citation, found[-1]) if found else citation)
    if not found and document:
        found.append(Citation(document=document))
    return tuple(found)


# A sentence that ends in a number or bracket: what comes after it is not part of the citation.
_SENTENCE_END = re.compile(r"(?<=[\d)])\.\s+(?=[^\W\d_]|[“\"«(])")


def _known_title(text: str, titles: Iterable[str]) -> tuple[str | None, str]:
    folded = text.casefold()
    for known, title in _folded_titles(tuple(titles)):
        if folded.startswith(known):
            rest = text[len(known) :]
            if not rest or not rest[0].isalnum():
                return title, rest.lstrip(" ,;:")
    return None, text


@lru_cache(maxsize=64)
def _folded_titles(titles: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Names of documents, folded, the longest first."""
    folded = ((forms.tidy(title).casefold(), title) for title in titles)
    return tuple(sorted((entry for entry in folded if entry[0]), key=lambda entry: -len(entry[0])))


def _inherit(citation: Citation, before: Citation) -> Citation:
    if citation.document is not None:
        return citation
    stated = {name for name in LOCATOR_FIELDS if getattr(citation, name) not in (None, ())}
    if stated <= set(PAGE_FIELDS):
        return replace(before.without_pages(), **{name: getattr(citation, name) for name in stated})
    return replace(citation, document=before.document)


def _one(text: str, document: str | None) -> Citation | None:
    values: dict[str, Any] = {}
    places: list[str] = []
    loose: list[tuple[int, str]] = []
    date_at: int | None = None
    text, nth = _counted(text)
    pieces = list(forms.pieces(text))
    for at, piece in enumerate(pieces):
        found = forms.read_piece(piece)
        if found is None or any(name in values for name in found):
            if found is None and not forms.IGNORED.match(piece):
                loose.append((at, forms.unmark_dates(piece)))
            continue
        if "date" in found:
            date_at = at
        if "place" in found:
            places.append(str(found.pop("place")))
        values |= found
    if date_at is not None:
        _take_author(values, loose, date_at)
    before = [piece for at, piece in loose if at < _first_known(pieces)]
    if document is None and before:
        document = ", ".join(before)
    elif document is None and [at for at, _ in loose] == [len(pieces) - 1] and loose[0][1][:1].isupper():
        document = loose[0][1]
    if set(values) == {"date"} and document is None:
        return None  # "(5 February 2018)" is a date, no citation
    citation = Citation(document=document, place=tuple(places), nth=nth, **values)
    return citation if citation.has_locator else None


def _counted(text: str) -> tuple[str, int | None]:
    """``note 1 (2)``: the second of what is printed alike."""
    match = re.fullmatch(
        r"(.*(?:note \S+|¶ \d+|”|col\. \d+|[a-z]\)|bullet \d+|para\. \d+|Rec\. \d+)) \((\d{1,2})\)", text
    )
    return (match.group(1), int(match.group(2))) if match else (text, None)


def _first_known(pieces: list[str]) -> int:
    return next((at for at, piece in enumerate(pieces) if forms.read_piece(piece) is not None), len(pieces))


_DOCUMENT_WORD = re.compile(
    r"\d|\b(?:hub|network|forum|gfmd|gcm|recollection|overview|report|brief|discussion|summary|paper|note|draft)\b",
    re.I,
)


def _take_author(values: dict[str, Any], loose: list[tuple[int, str]], date_at: int) -> None:
    """The pieces right before a date are its author ("Kristin Eitel, IOM"), up to a document's name."""
    author: list[tuple[int, str]] = []
    at = date_at - 1
    for entry in reversed([entry for entry in loose if entry[0] < date_at]):
        if entry[0] != at or _DOCUMENT_WORD.search(entry[1]):
            break
        author.insert(0, entry)
        at -= 1
    if author:
        values["author"] = ", ".join(name for _, name in author)
        for entry in author:
            loose.remove(entry)


# --- what a citation fits --------------------------------------------------------------------------------


class Readable(Protocol):
    """What resolving needs of a corpus: its sources by document id."""

    @property
    def sources(self) -> Mapping[str, Source]:
        """The documents read, by id, in the corpus's order."""


def document_names(corpus: Readable) -> tuple[str, ...]:
    """What the documents may be called in a citation, each name once."""
    return tuple(
        dict.fromkeys(
            name
            for source in corpus.sources.values()
            for name in (source.document.short_title, source.document.title, source.document.id)
        )
    )


def find(text: str, corpus: Readable) -> tuple[Passage, ...]:
    """All passages that the citation in ``text`` fits; a document's name that looks like a locator is known."""
    citation = parse(text, document_names(corpus))
    return resolve(citation, corpus) if citation else ()


def resolve(citation: Citation, corpus: Readable) -> tuple[Passage, ...]:
    """All passages that ``citation`` fits, in the corpus's order; empty if none does."""
    return tuple(
        passage
        for document in documents_named(citation.document, corpus)
        for passage in corpus.sources[document.id].passages
        if fits(citation, passage)
    )


def documents_named(name: str | None, corpus: Readable) -> tuple[Document, ...]:
    """The documents a citation may mean: by id, title, short title or some of its words ("Recollection").

    None means any document. A year in the name must be the document's own.
    """
    documents = tuple(source.document for source in corpus.sources.values())
    if name is None:
        return documents
    if name == HOUSE_FORM:
        return tuple(document for document in documents if document.family == "recollection")
    words, key = _name_words(name), " ".join(forms.tidy(name).casefold().split())
    same = tuple(d for d in documents if key in {d.id.casefold(), _key(d.short_title)})
    same = same or tuple(d for d in documents if key == _key(d.title))
    if same or not words:
        return same
    years = frozenset(word for word in words if re.fullmatch(r"(?:19|20)\d\d", word))
    named = [d for d in documents if words - years <= _name_words(d.short_title)]
    if not named or words == years:
        named = [d for d in documents if words - years <= _name_words(f"{d.short_title} {d.title}")]
    return tuple(d for d in named if years <= _name_words(f"{d.short_title} {d.title} {d.date or ''}"))


@lru_cache(maxsize=4096)
def _key(title: str) -> str:
    return forms.tidy(title).casefold()


_ENGLISH_PARTICLES = ("the", "of", "on", "for", "a", "an", "and", "in", "to", "gcm", "op", "cit", "ibid")
_OTHER_PARTICLES = ("le", "la", "les", "de", "du", "des", "et", "el", "los", "las", "y")
_EMPTY_WORDS = frozenset((*_ENGLISH_PARTICLES, *_OTHER_PARTICLES))


@lru_cache(maxsize=4096)
def _name_words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", forms.tidy(name).casefold())) - _EMPTY_WORDS


_LOOSE = frozenset(
    {"author", "years", "place", "paragraph", "paragraph_end", "item", "heading", "count", "nth"}
)
_PLAIN = tuple(name for name in LOCATOR_FIELDS if name not in _LOOSE and name not in PAGE_FIELDS)


@lru_cache(maxsize=4096)
def _stated(citation: Citation) -> tuple[tuple[str, object], ...]:
    """What a citation states and a locator must repeat as it is."""
    values = ((name, getattr(citation, name)) for name in _PLAIN)
    return tuple((name, value) for name, value in values if value is not None)


def fits(citation: Citation, passage: Passage, *, pages: bool = True) -> bool:
    """Whether nothing ``citation`` states disagrees with the passage's locator ."""
    own = located(passage)
    for name, value in _stated(citation):
        if getattr(own, name) != value:
            return False
    if not set(citation.place) <= set(own.place):
        return False
    return (
        _author_fits(citation.author, own.author)
        and _years_fit(citation.years, own.years)
        and _heading_fits(citation.heading, passage)
        and _paragraph_fits(citation, own)
        and (not pages or pages_fit(citation, own))
    )


@lru_cache(maxsize=65536)
def _locator(locator: str, thread: str | None, labels: str | None) -> Citation:
    own = parse(locator) or Citation()
    pages = parse(labels) if labels else None
    if pages is not None:
        own = replace(own, **{name: getattr(pages, name) for name in PAGE_FIELDS})
    return replace(own, thread=thread) if thread else own


def located(passage: Passage) -> Citation:
    """The passage's own locator taken apart, with its thread and sheets; what none of them states is None."""
    return _locator(passage.locator, passage.thread, passage.page_labels)


def pages_fit(citation: Citation, own: Citation) -> bool:
    """Whether the stated pages lie within the passage's; a page stated where there is none does not fit."""
    if citation.page_label is not None and citation.page_label != own.page_label:
        return False
    return _within(citation.page, citation.page_end, own.page, own.page_end) and _within(
        citation.pdf_page, citation.pdf_page_end, own.pdf_page, own.pdf_page_end
    )


def _within(first: int | None, last: int | None, own_first: int | None, own_last: int | None) -> bool:
    if first is None:
        return True
    if own_first is None:
        return False
    return own_first <= first <= (last or first) <= (own_last or own_first)


def _bare(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.casefold())
    return " ".join("".join(c for c in decomposed if c.isalnum() or c in " …").split())


def _author_fits(stated: str | None, own: str | None) -> bool:
    """Accents and case apart, the author or a part of the name; the source's own cut "…" may be completed."""
    if stated is None:
        return True
    if own is None:
        return False
    name, given = _bare(own), _bare(stated)
    if name.endswith("…") or given.endswith("…"):
        return given.rstrip("… ").startswith(name.rstrip("… ")) or name.startswith(given.rstrip("… "))
    return name == given or _part_of(given.split(), name.split())


def _part_of(given: list[str], name: list[str]) -> bool:
    """Whether the words given are words of the name; a letter stands for a word it begins, not alone."""
    initials = [word for word in given if len(word) == 1]
    if len(initials) == len(given):
        return False
    whole = set(given) - set(initials)
    return whole <= set(name) and all(any(part.startswith(i) for part in name) for i in initials)


def _years_fit(stated: str | None, own: str | None) -> bool:
    return stated is None or re.findall(r"\d+", stated) == re.findall(r"\d+", own or "")


def _heading_fits(stated: str | None, passage: Passage) -> bool:
    if stated is None:
        return True
    own = located(passage).heading
    return _bare(stated) in {_bare(heading) for heading in (*passage.heading_path, own or "")}


def _paragraph_fits(citation: Citation, own: Citation) -> bool:
    """Paragraph, item and count: "¶ 16" may stand for a numbered paragraph, "para. 16" only for that."""
    if citation.count is not None and citation.count not in {own.count, own.paragraph}:
        return False
    if citation.nth is not None and citation.nth != own.nth:
        return False
    if citation.item is not None and own.item not in (None, citation.item):
        return False
    if citation.paragraph is None:
        return True
    last = citation.paragraph_end or citation.paragraph
    return own.paragraph is not None and citation.paragraph <= own.paragraph <= last


# --- printing --------------------------------------------------------------------------------------------
