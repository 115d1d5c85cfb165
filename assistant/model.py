"""The records that travel: frozen, slotted, free of behaviour beyond reading and writing themselves.

Leaf module: imports nothing of this package. The JSON forms are those promised to scripts (see
``docs/json.md``): keys may be added, never renamed or dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

Kind = Literal[
    "policy_option",
    "practical_action",
    "practice_example",
    "recommendation",
    "guiding_question",
    "paragraph",
    "mapping",
    "comment",
    "section",
]
Match = Literal["verbatim", "part", "cut", "reworded", "merged", "paraphrase", "none"]
Verdict = Literal[
    "ok", "wrong_page", "altered", "misattributed", "stitched", "not_found", "unresolvable", "too_short"
]
Span = tuple[int, int]
"""Half-open character offsets ``[start, end)`` into a document's text (the source decoded as UTF-8)."""

KINDS: tuple[Kind, ...] = (
    "policy_option",
    "practical_action",
    "practice_example",
    "recommendation",
    "guiding_question",
    "paragraph",
    "mapping",
    "comment",
    "section",
)
KIND_CODES: dict[Kind, str] = {
    "policy_option": "PO",
    "practical_action": "OPA",
    "practice_example": "Example",
}
"""GFMD's own abbreviations, as printed in citations. Other kinds are cited by number, author or heading."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the corpus, as its manifest entry describes it.

    ``standing`` is the caveat a reader must see, by language (``en`` always present). ``date`` is ISO.
    ``sha256`` is of the source file's bytes. ``family`` names the reader. ``shipped`` is false for the
    user's own documents. ``short_title`` is how citations name it ("GFMD Thematic Recollection 2017").
    """

    id: str
    title: str
    short_title: str
    publisher: str
    date: str | None
    languages: tuple[str, ...]
    standing: dict[str, str]
    sha256: str
    file: str
    family: str
    url: str | None = None
    shipped: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document: the half-open range ``[start, end)`` of its text.

    ``number`` is the page number as printed (1-based) or None where the label is not a number;
    ``label`` is the printed label ("17", "iv"); ``physical`` counts sheets from 1 in a PDF, else None.
    ``certain`` is false where the boundary *before* this page's text or after it is probable only;
    ``evidence`` says how the start of the page was decided.
    """

    number: int | None
    label: str
    start: int
    end: int
    certain: bool = True
    evidence: str = ""
    physical: int | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """One citation of the GFMD overview: which passages it points at and how they match."""

    objective: int
    cited_cluster: int
    cited_kind: str
    cited_page: int
    targets: tuple[str, ...]
    match: Match


@dataclass(frozen=True, slots=True)
class Passage:
    """A typed, citable piece of one document.

    Cutting ``spans`` out of the document's text and joining them gives the passage as printed; ``text`` is
    that with white space folded and footnote calls and emphasis marks removed, nothing else. Pages are as
    printed, 1-based, or None where the document has none. ``page_certain`` is None without pages.
    ``other_edition_pages`` are the pages by which the GFMD overview cites this passage (another edition).
    ``cited_by`` are ids of mapping passages pointing here. ``remarks`` are oddities of the source that a
    reader must see at this place. ``thread`` is what a Hub post stands under ("Question 2", "standalone").
    ``page_labels`` is set only where printed labels are not plain integers or differ from the sheet
    ("p. 12 (PDF p. 14)").
    """

    id: str
    document: str
    kind: Kind
    text: str
    spans: tuple[Span, ...]
    heading_path: tuple[str, ...] = ()
    cluster: int | None = None
    subtheme: int | None = None
    objectives: tuple[int, ...] = ()
    page_start: int | None = None
    page_end: int | None = None
    page_certain: bool | None = None
    locator: str = ""
    links: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    author: str | None = None
    date: str | None = None
    language: str = "en"
    in_reply_to: str | None = None
    mapping: Mapping | None = None
    moderator: bool = False
    thread: str | None = None
    topic: str | None = None
    years: str | None = None
    notes: tuple[int, ...] = ()
    page_labels: str | None = None
    other_edition_pages: tuple[int, ...] = ()
    cited_by: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A document read: its text (the source file decoded as UTF-8), pages in order and passages in order.

    ``remarks`` are oddities of the document as a whole. Property held by test: for every passage,
    ``fold(cut(text, spans)) == passage.text``.
    """

    document: Document
    text: str
    pages: tuple[Page, ...]
    passages: tuple[Passage, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchNote:
    """The project's own words on a passage, searched beside it and never quoted; ``embedded``: by meaning too."""

    language: str
    text: str
    embedded: bool


SearchNotes = dict[str, tuple[SearchNote, ...]]
"""Search notes by passage id."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A token-bounded piece of one passage, as stored: ``text == passage.text[start:end]``.

    ``view`` is what was embedded: the text, or a search note on the passage.
    """

    id: str
    passage_id: str
    start: int
    end: int
    view: Literal["text", "note"]
    embedded: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked passage. ``rank`` is 1-based; ``score`` is higher for better and comparable within one answer.

    ``also_at`` are ids of near-identical passages standing elsewhere, folded into this hit.
    """

    rank: int
    score: float
    passage: Passage
    citation: str
    also_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What retrieval says to one question.

    ``abstained``: nothing found in the corpus. ``weak``: hits exist but the question is poorly covered.
    ``reason`` says why in either case. ``expanded`` are the terms also searched. ``nearest`` are headings
    to try instead. ``excluded`` counts what filters left out, by filter. ``absent`` are the question's words that
    stand in no passage, in none of their other forms that are known.
    """

    question: str
    hits: tuple[Hit, ...]
    abstained: bool = False
    weak: bool = False
    reason: str | None = None
    expanded: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    excluded: dict[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberedCitation:
    """A citation as numbered once for all outputs of a brief (1-based, in reading order)."""

    number: int
    label: str
    document: str
    passage_id: str
    locator: str
    page_start: int | None
    page_end: int | None
    other_edition_page: int | None
    links: tuple[str, ...]
    page_certain: bool | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a brief. ``quote``: ``text`` is verbatim from the cited passage.

    ``cut``: only a part of the passage is quoted; ``cut_before``: something stands before it; ``cut_to_end``:
    nothing stands after it. Rendering prints "[…]" there. ``telling`` is the span in ``text`` of the sentence
    that meets the question best, up to the end of the member of a list that does, for a place with little room.
    """

    text: str
    quote: bool
    citation: NumberedCitation
    kind: Kind
    language: str = "en"
    verb: str | None = None
    addressee: str | None = None
    also: tuple[NumberedCitation, ...] = ()
    heading_path: tuple[str, ...] = ()
    author: str | None = None
    date: str | None = None
    cut: bool = False
    cut_before: bool = False
    cut_to_end: bool = False
    telling: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of items. ``key`` is language-free ("policy_options"); ``note`` a sentence of the program."""

    key: str
    title: str
    items: tuple[Item, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A line of the list of sources: title and standing in the brief's language."""

    document: str
    title: str
    standing: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a brief was made from, so that it can be checked later."""

    corpus_sha256: str
    embedder: str
    index_version: str
    template_sha256: str
    program_version: str
    question: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief before rendering: everything any template or format needs."""

    question: str
    template: str
    language: str
    abstained: bool
    weak: bool
    reason: str | None
    sections: tuple[Section, ...]
    sources: tuple[SourceEntry, ...]
    citations: tuple[NumberedCitation, ...]
    certificate: Certificate
    objective: int | None = None
    objective_titles: dict[str, str] = field(default_factory=dict)
    expanded: tuple[str, ...] = ()
    excluded: dict[str, int] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What verification says of one quotation or citation. ``line`` is 1-based in the note.

    ``advice`` says what to do; ``paragraph`` is the 0-based index of the paragraph in a docx.
    """

    line: int
    verdict: Verdict
    citation: str | None = None
    quote: str | None = None
    expected: str | None = None
    diff: str | None = None
    passage_id: str | None = None
    advice: str | None = None
    candidates: tuple[str, ...] = ()
    paragraph: int | None = None
    remarks: tuple[str, ...] = ()


def as_dict(record: Any) -> Any:
    """A record as plain JSON-ready values; tuples become lists, nested records become objects."""
    if hasattr(record, "__dataclass_fields__"):
        return {f.name: as_dict(getattr(record, f.name)) for f in fields(record)}
    if isinstance(record, dict):
        return {key: as_dict(value) for key, value in record.items()}
    if isinstance(record, (list, tuple)):
        return [as_dict(value) for value in record]
    return record


def passage_dict(passage: Passage) -> dict[str, Any]:
    """The promised JSON object of a passage; ``mapping`` is present only for mappings."""
    record: dict[str, Any] = as_dict(passage)
    if passage.mapping is None:
        del record["mapping"]
    return record


def passage_from_dict(record: dict[str, Any]) -> Passage:
    """The inverse of :func:`passage_dict`; unknown keys are ignored so that older programs read newer stores."""
    known = {f.name for f in fields(Passage)}
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in record.items()
        if key in known
    }
    values["spans"] = tuple((start, end) for start, end in record["spans"])
    mapping = record.get("mapping")
    if mapping is not None:
        values["mapping"] = Mapping(**{**mapping, "targets": tuple(mapping["targets"])})
    return Passage(**values)
