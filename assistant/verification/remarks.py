"""What to know about a quotation that is right: marked changes, cuts, uncertain pages, oddities."""

from __future__ import annotations

import re

from assistant.citations import Citation
from assistant.model import Passage
from assistant.verification.compare import Library, Match
from assistant.verification.danger import word_class
from assistant.verification.places import Pages, other_edition_right, pages_only, pinpoint
from assistant.verification.quotations import Quotation
from assistant.verification.quoted import Change, Cut, Quoted
from assistant.verification.words import Place, Run, Stream


def remarks_on(
    library: Library,
    quotation: Quotation,
    quoted: Quoted,
    matches: tuple[Match, ...],
    citation: Citation,
    pages: Pages,
) -> list[str]:
    """The remarks on a quotation found at ``matches``, in order of weight."""
    found: list[str] = []
    parts = (quoted,) if len(matches) == 1 else quotation.parts
    for part, match in zip(parts, matches, strict=True):
        found += _changes(library.stream(match.document), part, match)
    found += _stopped(library.stream(matches[-1].document), parts[-1], matches[-1])
    passage = library.passage(matches[0])
    shown = pages_only(pinpoint(passage, pages))
    if shown and not _states_page(citation):
        found.append(f"The citation states no page; the words stand on {shown}.")
    if any(library.passage(match).page_certain is False for match in matches):
        found.append("The page is probable only: the source carries no page marks.")
    found += _other_edition(citation, passage)
    return [*found, *(f"Source: {remark}" for remark in passage.remarks)]


def _states_page(citation: Citation) -> bool:
    return citation.page is not None or citation.page_label is not None or citation.pdf_page is not None


def _other_edition(citation: Citation, passage: Passage) -> list[str]:
    if citation.other_page is not None and other_edition_right(citation, passage) is None:
        return [
            "The GFMD overview does not cite this passage: its page in the other edition cannot be checked."
        ]
    return []


def _changes(stream: Stream, quoted: Quoted, match: Match) -> list[str]:
    """Marked changes, cuts that drop a negation, capitals changed without a mark."""
    found: list[str] = []
    runs = iter(match.runs)
    before: Place | None = None
    between: list[Cut | Change] = []
    for element in quoted.elements:
        if not isinstance(element, Run):
            between.append(element)
            continue
        place = next(runs)
        found += _between(stream, between, before.last if before else match.place.first, place.first)
        found += _capitals(stream, quoted, element, place)
        before, between = place, []
    if before is not None:
        found += _between(stream, between, before.last, match.place.last)
    if "[" in quoted.text and any(c.isalpha() for c in quoted.text):
        found += _letters(quoted)
    return found


def _stopped(stream: Stream, quoted: Quoted, match: Match) -> list[str]:
    """A full stop within the quotation where the source's sentence goes on: a condition may be lost without a mark."""
    after = match.place.last
    if not re.search(r"(?<![.…\]])\.[”\"»’']*$", quoted.text.rstrip()) or after >= len(stream.forms):
        return []
    if after in stream.first_words:  # the passage ends there
        return []
    gap = stream.source.text[stream.ends[after - 1] : stream.offsets[after]]
    if re.search(r"[.!?:;…•]|\n\s*\n", gap):
        return []
    printed = stream.printed(Place(after, min(after + 8, len(stream.forms))))
    sentence = re.split(r"(?<=[.!?;])", printed)[0]
    rest = f"{gap.strip()} {sentence}".strip()
    return [f"The quotation ends with a full stop; in the source the sentence goes on: “{rest}”."]


def _between(stream: Stream, between: list[Cut | Change], first: int, last: int) -> list[str]:
    found = []
    original = stream.printed(Place(first, last)) if first < last else ""
    for change in (element for element in between if isinstance(element, Change)):
        stands = f"the source has “{original}”" if original else "an addition"
        found.append(f"Marked change {change.printed}: {stands}.")
    dropped = [word for word in stream.forms[first:last] if word_class(word) == "negation"]
    if any(isinstance(element, Cut) for element in between) and dropped:
        found.append(f"The cut leaves out “{dropped[0]}”: see that the sense is kept.")
    if any(isinstance(element, Cut) and element.bare for element in between):
        found.append("House style marks a cut with […].")
    return found


def _letters(quoted: Quoted) -> list[str]:
    import re

    return [
        f"Marked change {match.group()}: a capital changed in square brackets."
        for match in re.finditer(r"(?<!\w)\[[^\W\d_]\]\w+", quoted.text)
    ]


def _capitals(stream: Stream, quoted: Quoted, run: Run, place: Place) -> list[str]:
    """Words whose capitals differ without a mark: no change of word, but worth a bracket."""
    if place.last - place.first != len(run.words):
        return []
    text = stream.source.text
    for word, at in zip(run.words, range(place.first, place.last), strict=True):
        mine, theirs = text[stream.offsets[at] : stream.ends[at]], quoted.text[word.start : word.end]
        if mine[:1] != theirs[:1] and mine[:1].casefold() == theirs[:1].casefold() and "\u200b" not in theirs:
            if quoted.text[max(0, word.start - 1) : word.start] == "[" or "]" in theirs:
                continue
            return [f"Capitals differ at “{theirs}”: the source has “{mine}”."]
    return []
