"""The Recollection's passages: options, practical actions, examples, prose, footnotes, with their pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.errors import ProblemsError
from assistant.model import Kind, Page, Passage, Span
from assistant.sources.countries import entities, is_country
from assistant.sources.recollection_blocks import CALL, LABELS, Block, calls, is_open
from assistant.sources.recollection_pages import Boundary, page_at
from assistant.text import cut, fold

CODES: dict[Kind, tuple[str, str]] = {
    "policy_option": ("po", "PO"),
    "practical_action": ("opa", "OPA"),
    "practice_example": ("ex", "Example"),
}
"""For each kind of unit: its part of the id and its name in a locator."""
PROSE: Kind = "section"
ODDITIES = {
    "has set up to collect": "Printed so: the source does not say what was set up (“has set up to collect”).",
    "http://refugeemigrants.un.org": (
        "The host of this note's link is printed “refugeemigrants”; other notes print “refugeesmigrants”. "
        "Probably a slip in the source."
    ),
}
"""Slips of this document that no rule finds: what is printed, and the remark made where it stands."""
_SECTION = re.compile(r"(I{1,3}|IV)\. ")
_CLUSTER = re.compile(r"(\d)\. ")
_SUBTHEME = re.compile(r"\((\d)\) ")
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_BOLD_TORN = re.compile(r"\*\*(\s+)\*\*")
_ADDRESS = re.compile(
    r"\]\((?P<target>https?://\S+)\)|<(?P<angled>https?://[^>\s]+)>|(?P<bare>https?://[^\s>\]]+)"
)
_LABELLED = re.compile(r"\[https?://[^\]]*(?=\]\()")


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote: ``span`` from its number to its end, ``text`` without the number, ``urls`` as printed."""

    number: int
    span: Span
    page: int
    text: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the document's structure a passage stands."""

    section: str = ""
    cluster: int | None = None
    subtheme: int | None = None
    titles: tuple[str, ...] = ()

    def under(self, title: str) -> Place:
        """The place below a heading of the contents."""
        if section := _SECTION.match(title):
            return Place(section[1], titles=(title,))
        if cluster := _CLUSTER.match(title):
            return Place(self.section, int(cluster[1]), titles=(title,))
        number = _SUBTHEME.match(title)
        above = self.titles if self.subtheme is None else self.titles[:-1]
        return Place(self.section, self.cluster, int(number[1]) if number else None, (*above, title))


@dataclass(slots=True)
class Draft:
    """A passage in the making: its spans, still open to a continuation on the next page."""

    place: Place
    kind: Kind
    spans: list[Span] = field(default_factory=list)
    last: Block | None = None

    def add(self, text: str, block: Block) -> None:
        """Append a block; the line end of what came before goes with it, so that no two words touch."""
        if self.spans:
            start, end = self.spans[-1]
            self.spans[-1] = (start, text.index("\n", end) + 1)
        self.spans.append((block.start, block.end))
        self.last = block


@dataclass(frozen=True, slots=True)
class Reading:
    """What every passage is made with: the text, its pages and their doubts, its notes, its document's id."""

    document: str
    text: str
    pages: tuple[Page, ...]
    starts: tuple[Boundary, ...]
    notes: dict[int, Footnote]
    shared: tuple[tuple[int, ...], ...]

    def page_range(self, spans: Iterable[Span]) -> tuple[int, int]:
        """The pages of the first and the last character of the spans that is not white space."""
        pieces = list(spans)
        first, (last, end) = pieces[0][0], pieces[-1]
        end = last + len(self.text[last:end].rstrip())
        return page_at(self.pages, first), page_at(self.pages, end - 1)

    def is_certain(self, spans: Iterable[Span]) -> bool:
        """False if a part of the spans might stand on the other side of a judged page boundary."""
        doubts = [b.doubt for b in self.starts if b.doubt]
        return not any(start < high and low < end for start, end in spans for low, high in doubts)

    def links(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """The addresses of some notes, each once, in order."""
        return tuple(dict.fromkeys(url for number in numbers for url in self.notes[number].urls))


def footnotes_of(text: str, found: tuple[Block, ...], made: tuple[Page, ...]) -> dict[int, Footnote]:
    """All footnotes by number."""
    return {
        b.number: Footnote(
            b.number,
            (b.start, b.end),
            page_at(made, b.start),
            fold(text[b.start : b.end], markdown=True),
            addresses(text[b.start : b.end]),
        )
        for b in found
        if b.kind == "note" and b.number is not None
    }


def addresses(printed: str) -> tuple[str, ...]:
    """The web addresses of a note as printed, without brackets and the punctuation that closes the note.

    >>> addresses("⁵⁴ <http://gfmd.org/pfp/ppd/470>.")
    ('http://gfmd.org/pfp/ppd/470',)
    """
    # A Markdown link prints its address twice; the target is kept, because it is not escaped.
    bare = _LABELLED.sub("[", printed)
    found = (m["target"] or m["angled"] or m["bare"] for m in _ADDRESS.finditer(bare))
    return tuple(dict.fromkeys(url.rstrip(".,;") for url in found))


def passages(reading: Reading, found: tuple[Block, ...]) -> tuple[Passage, ...]:
    """All passages in the order of the text, the footnotes last."""
    drafts, note_places = _drafts(reading.text, found)
    counts: Counter[str] = Counter()
    made = []
    for draft in drafts:
        prefix = _prefix(draft)
        counts[prefix] += 1
        made.append(_passage(reading, draft, f"{prefix}.{counts[prefix]}"))
    return (*made, *(_note(reading, note, note_places[number]) for number, note in reading.notes.items()))


def _drafts(text: str, found: tuple[Block, ...]) -> tuple[list[Draft], dict[int, Place]]:
    place = Place()
    kind: Kind = PROSE
    drafts: list[Draft] = []
    note_places: dict[int, Place] = {}
    current: Draft | None = None
    problems: list[str] = []
    for b in found:
        if b.kind == "heading":
            place, kind, current = place.under(text[b.start : b.end]), PROSE, None
        elif b.kind == "label":
            kind, current = LABELS[text[b.start : b.end]], None
        elif b.kind in ("item", "subitem", "paragraph"):
            if not _continues(text, current, b):
                problems += _misplaced(text, kind, b)
                current = Draft(place, kind)
                drafts.append(current)
            assert current is not None  # noqa: S101 - either it was there or it has just been made
            current.add(text, b)
            note_places.update(dict.fromkeys((n for _, n in calls(text, b.start, b.end)), place))
    if problems:
        raise ProblemsError("Lists that are not as expected; restore the shipped file:", problems)
    return drafts, note_places


def _continues(text: str, current: Draft | None, block: Block) -> bool:
    """True when a block goes on with the passage before it: a sub-item, or the rest of a broken sentence."""
    if current is None or current.last is None:
        return False
    return block.kind == "subitem" or (block.kind == "paragraph" and is_open(text, current.last))


def _misplaced(text: str, kind: Kind, block: Block) -> list[str]:
    expected = {"policy_option": "item", "practical_action": "item", "practice_example": "paragraph"}
    if expected.get(kind, block.kind) == block.kind:
        return []
    line = text.count("\n", 0, block.start) + 1
    return [f"line {line}: expected one {expected[kind]} for each {kind}, found a {block.kind}"]


def _prefix(draft: Draft) -> str:
    place = draft.place
    if draft.kind in CODES:
        return f"c{place.cluster}.{place.subtheme}.{CODES[draft.kind][0]}"
    if place.cluster is not None:
        return f"c{place.cluster}.intro"
    return f"{place.section.lower()}.{place.subtheme}" if place.subtheme else place.section.lower()


def _locator(draft: Draft, first: int, last: int) -> str:
    page = f"p. {first}" if first == last else f"pp. {first}-{last}"
    if draft.place.cluster is None:
        return f"Section {draft.place.section}, {page}"
    name = CODES[draft.kind][1] if draft.kind in CODES else "Introduction"
    return f"Cluster {draft.place.cluster}, {name}, {page}"


def _passage(reading: Reading, draft: Draft, local: str) -> Passage:
    printed = cut(reading.text, draft.spans)
    text = fold(printed, markdown=True)
    first, last = reading.page_range(draft.spans)
    notes = tuple(n for start, end in draft.spans for _, n in calls(reading.text, start, end))
    return Passage(
        id=f"{reading.document}/{local}",
        document=reading.document,
        kind=draft.kind,
        text=text,
        spans=tuple(draft.spans),
        heading_path=draft.place.titles,
        cluster=draft.place.cluster,
        subtheme=draft.place.subtheme if draft.place.cluster is not None else None,
        page_start=first,
        page_end=last,
        page_certain=reading.is_certain(draft.spans),
        locator=_locator(draft, first, last),
        links=reading.links(notes),
        entities=_named(printed, text) if draft.kind == "practice_example" else entities(text),
        topic="focus area" if draft.last and is_focus(reading.text, draft.last) else None,
        notes=notes,
        remarks=_remarks(reading, printed, notes),
    )


def is_focus(text: str, block: Block) -> bool:
    """True for a line of a cluster's list of focus areas: "(2) Empowerment of migrants;"."""
    return block.kind in ("item", "paragraph") and bool(_SUBTHEME.match(text, block.start))


def _note(reading: Reading, note: Footnote, place: Place) -> Passage:
    printed = cut(reading.text, [note.span])
    return Passage(
        id=f"{reading.document}/note.{note.number}",
        document=reading.document,
        kind="section",
        text=note.text,
        spans=(note.span,),
        heading_path=place.titles,
        cluster=place.cluster,
        subtheme=place.subtheme if place.cluster is not None else None,
        page_start=note.page,
        page_end=note.page,
        page_certain=reading.is_certain([note.span]),
        locator=f"note {note.number}, p. {note.page}",
        links=note.urls,
        entities=entities(note.text),
        topic="footnote",
        notes=(note.number,),
        remarks=_remarks(reading, printed, (note.number,)),
    )


def _named(printed: str, text: str) -> tuple[str, ...]:
    """What an example names: its bold names as printed, then countries and bodies known to the gazetteer.

    Left out are bold words that are no name (they begin with a small letter) and bold countries, which the
    gazetteer gives by their common names. In prose bold type is emphasis: only examples have bold names.
    """
    bold = []
    for match in _BOLD.finditer(_BOLD_TORN.sub(r"\1", CALL.sub("", printed))):
        name = fold(match[1], markdown=True).rstrip(".,;:")
        parts = re.split(r", | and ", name.removeprefix("Republic of "))
        if name[0].isupper() and not all(map(is_country, parts)):
            bold.append(name)
    return tuple(dict.fromkeys([*bold, *entities(text)]))


def _remarks(reading: Reading, printed: str, numbers: tuple[int, ...]) -> tuple[str, ...]:
    plain = CALL.sub("", printed).replace("*", "")
    made = [remark for quote, remark in ODDITIES.items() if quote in plain]
    for group in reading.shared:
        if set(group) & set(numbers):
            made.append(shared_remark(group))
    return tuple(made)


def shared_links(notes: dict[int, Footnote]) -> tuple[tuple[int, ...], ...]:
    """Groups of notes with the same link to the Platform for Partnerships, which has one page an example."""
    by_link: dict[str, list[int]] = {}
    for note in notes.values():
        for url in note.urls:
            if "gfmd.org/pfp/ppd/" in url:
                by_link.setdefault(url, []).append(note.number)
    return tuple(tuple(group) for group in by_link.values() if len(group) > 1)


def shared_remark(group: tuple[int, ...]) -> str:
    """The remark on notes with one link."""
    numbers = " and ".join(map(str, group))
    return f"Notes {numbers} of the source carry the same link; probably a slip in the source."
