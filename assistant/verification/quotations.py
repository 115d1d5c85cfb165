"""Finding quotations and citations in a note, and pairing them as people write them.

A quotation takes the citation that follows it: in its sentence, by a footnote call, in the next table cell,
in the line below a block quote. Where another quotation stands between, a citation that leads in ("As
Cluster 2, OPA, p. 17 says: “…”") is taken first. "Ibid." is the citation before it in reading order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant.citations import Citation
from assistant.verification.inline import Finder
from assistant.verification.marks import Extent, extents
from assistant.verification.note import Note, Paragraph
from assistant.verification.quoted import Quoted, take_apart


@dataclass(slots=True)
class Cited:
    """One citation, or one bracket of several, as written: where it stands and what it was read as.

    ``start`` and ``end`` are offsets in its paragraph's text; for a footnote, of its call. ``see`` marks
    "see also" and "cf.", which back no quotation where another citation does.
    """

    printed: str
    citations: tuple[Citation, ...]
    paragraph: Paragraph
    start: int
    end: int
    line: int
    footnote: str | None = None
    see: bool = False
    used: bool = False
    sentence: str = ""
    inner: tuple[Paragraph, int, int] | None = None


@dataclass(slots=True)
class Quotation:
    """One quotation: its paragraphs taken apart, where it begins, and the citation paired with it, if any.

    ``block``: a block quote without marks. ``heading``: it stands in a heading. ``also``: citations right
    behind the first, such as a footnote after a bracket. ``adjacent``: no word stands between it and its
    citation. ``last`` is its last paragraph. ``footnote``: it stands in one.
    """

    text: str
    parts: tuple[Quoted, ...]
    paragraph: Paragraph
    line: int
    start: int
    end: int
    cited: Cited | None = None
    block: bool = False
    heading: bool = False
    closed: bool = True
    also: tuple[Cited, ...] = ()
    adjacent: bool = True
    last: Paragraph | None = None
    footnote: bool = False


@dataclass(slots=True)
class Reading:
    """All quotations and citations of a note, in reading order, paired."""

    quotations: list[Quotation]
    citations: list[Cited]


_IBID = re.compile(r"\b(?:ibid(?:em)?|id|idem|ib[íi]d)\b\.?", re.I)
_SEE = re.compile(r"^[(\[]?\s*(?:see also|see, also|cf\.?|compare|voir aussi|v[ée]ase tambi[ée]n)\b", re.I)
_ATTRIBUTION = re.compile(r"^\s*(?:[—–-]{1,3}\s*)?")


def read(note: Note, finder: Finder) -> Reading:
    """The quotations and citations of ``note``, paired."""
    reading = Reading([], [])
    previous: Citation | None = None
    paragraphs = [
        paragraph for paragraph in note.paragraphs if paragraph.kind != "code" and paragraph.text.strip()
    ]
    for at, paragraph in enumerate(paragraphs):
        following = paragraphs[at + 1] if at + 1 < len(paragraphs) else None
        found = _quotations(paragraph, finder, following)
        inside = [(q.start, q.end) for q in found]
        cited = _citations(paragraph, inside, note, finder)
        for entry in cited:
            previous = _settle(entry, previous)
        cited = [entry for entry in cited if entry.citations]
        found = _continued(reading, found, paragraph)
        _pair(found, cited)
        _pair_across(reading, found, cited, paragraph, paragraphs[at - 1] if at else None)
        reading.quotations += found
        reading.citations += cited
    for footnote in note.footnotes.values():
        reading.quotations += _in_footnote(footnote, note, finder)
    return reading


def _in_footnote(footnote: Paragraph, note: Note, finder: Finder) -> list[Quotation]:
    """Quotations in a footnote, with the citations that stand beside them there."""
    found = _quotations(footnote, finder, None)
    if found:
        cited = _citations(footnote, [(q.start, q.end) for q in found], note, finder)
        _pair(found, cited)
        for quotation in found:
            quotation.footnote = True
    return found


# --- quotations ------------------------------------------------------------------------------------------


def _quotations(paragraph: Paragraph, finder: Finder, following: Paragraph | None) -> list[Quotation]:
    calls = frozenset(at for at, _ in paragraph.calls)
    found = []
    text = paragraph.text
    marked = extents(text, calls)
    if paragraph.kind == "quote" and not _wholly_marked(text, marked, finder):
        below = following is not None and following.kind != "quote" and finder.whole(following.text)
        end = len(text.rstrip()) if below else _body_end(paragraph, finder)
        if end > 0 and text[:end].strip():
            return [_quotation(paragraph, 0, end, 0, end, block=True)]
        return []
    for mark in marked:
        extent = mark if mark.closed else _shortened(paragraph, mark, finder, following)
        quotation = _quotation(paragraph, extent.start, extent.end, extent.inner, extent.outer, block=False)
        quotation.closed = extent.closed
        found.append(quotation)
    return found


def _wholly_marked(text: str, marked: list[Extent], finder: Finder) -> bool:
    """A block quote that has marks of its own around all of it, but for what cites it."""
    if not marked or text[: marked[0].start].strip(" *\n"):
        return False
    if not marked[0].closed:
        return True
    between = zip(marked, [*(mark.start for mark in marked[1:]), None], strict=True)
    return all(_cites(text[mark.end : stop], finder) for mark, stop in between)


def _cites(rest: str, finder: Finder) -> bool:
    """Whether what follows a quotation is nothing, or nothing but its citation."""
    rest = rest.strip(" .,;:—–-\n")
    return not rest or rest[0] in "([" or bool(finder.whole(rest))


def _body_end(paragraph: Paragraph, finder: Finder) -> int:
    """Where the quotation of a block quote ends: before a closing bracket or line that cites it."""
    text = paragraph.text.rstrip()
    for line in (text[text.rfind("\n") + 1 :],):
        start = len(text) - len(line)
        if finder.whole(_ATTRIBUTION.sub("", line)):
            return start
    trailing = [entry for entry in finder.brackets(text, []) if not text[entry[1] :].strip(" .;,")]
    noted = trailing and any(at >= trailing[-1][1] for at, _ in paragraph.calls)
    if trailing and not noted and finder.read(text[trailing[-1][0] : trailing[-1][1]]):
        return trailing[-1][0]
    dash = max(text.rfind("— "), text.rfind("– "))
    if dash > 0 and finder.whole(text[dash + 2 :]):
        return dash
    return len(text)


def _shortened(paragraph: Paragraph, extent: Extent, finder: Finder, following: Paragraph | None) -> Extent:
    """A quotation whose mark is never closed ends before the citation that follows it, if one does."""
    opener = paragraph.text[extent.start]
    if following is not None and following.text.lstrip().startswith(opener):
        return extent
    for start, end in finder.brackets(paragraph.text, []):
        if start > extent.inner and finder.read(paragraph.text[start:end]):
            return replace(extent, end=start, outer=start)
    return extent


def _quotation(
    paragraph: Paragraph, start: int, end: int, inner: int, outer: int, *, block: bool
) -> Quotation:
    text = paragraph.text[inner:outer]
    folded = " ".join(text.split())
    return Quotation(
        text=folded,
        parts=(take_apart(text),),
        paragraph=paragraph,
        line=paragraph.line_at(start),
        start=start,
        end=end,
        block=block,
        heading=paragraph.kind == "heading",
        last=paragraph,
    )


def _continued(reading: Reading, found: list[Quotation], paragraph: Paragraph) -> list[Quotation]:
    """An opening mark repeated, or one block quote of several paragraphs, becomes one quotation."""
    if not found or not reading.quotations:
        return found
    before, first = reading.quotations[-1], found[0]
    same_block = (
        before.block
        and first.block
        and before.paragraph.group is not None
        and paragraph.group == before.paragraph.group
    )
    repeated = (
        not before.closed
        and not paragraph.text[: first.start].strip()
        and paragraph.text[first.start] == before.paragraph.text[before.start]
        and before.cited is None
    )
    if not (same_block and before.cited is None) and not repeated:
        return found
    merged = replace(
        before,
        text=f"{before.text} {first.text}",
        parts=(*before.parts, *first.parts),
        closed=first.closed,
        start=first.start,
        end=first.end,
        last=paragraph,
    )
    reading.quotations.pop()
    return [merged, *found[1:]]


# --- citations -------------------------------------------------------------------------------------------


def _citations(
    paragraph: Paragraph, inside: list[tuple[int, int]], note: Note, finder: Finder
) -> list[Cited]:
    text = paragraph.text
    found = [
        Cited(text[start:end], citations, paragraph, start, end, paragraph.line_at(start))
        for start, end, citations in finder.find(text, inside)
    ]
    for at, key in paragraph.calls:
        footnote = note.footnotes.get(key)
        # A call before a quotation's last full stop is its citation; one further within is the source's own.
        stands = next((end for start, end in inside if start < at < end), at)
        if footnote is not None and not any(char.isalnum() for char in text[at:stands]):
            found += _from_footnote(paragraph, stands, key, footnote, finder)
    for entry in found:
        entry.see = bool(_SEE.match(entry.printed))
        entry.sentence = sentence_at(text, entry.start)
    return sorted(found, key=lambda entry: (entry.start, entry.end))


def _from_footnote(
    paragraph: Paragraph, at: int, key: str, footnote: Paragraph, finder: Finder
) -> Iterable[Cited]:
    for start, end, citations in finder.find(footnote.text, [], whole=True):
        yield Cited(
            footnote.text[start:end].strip(),
            citations,
            paragraph,
            at,
            at,
            paragraph.line_at(max(0, at - 1)),
            footnote=key,
            inner=(footnote, start, end),
        )


def _settle(entry: Cited, previous: Citation | None) -> Citation | None:
    """Read "ibid." and a bare page as what they repeat; the citation to go on from."""
    settled = []
    for stated in entry.citations:
        read: Citation | None = stated
        if stated.document and _IBID.fullmatch(stated.document.strip(" ,")):
            read = _repeat(replace(stated, document=None), previous)
        elif previous is not None and _only_pages(stated):
            read = _repeat(stated, previous)
        if read is not None:
            settled.append(read)
            previous = read
    entry.citations = tuple(settled)
    return previous


def _only_pages(citation: Citation) -> bool:
    return citation.document is None and citation.has_locator and not citation.without_pages().has_locator


def _repeat(citation: Citation, previous: Citation | None) -> Citation | None:
    if previous is None:
        return citation if citation.has_locator else None
    if not citation.has_locator:
        return previous
    if _only_pages(citation):
        stated = replace(previous.without_pages(), page=citation.page, page_end=citation.page_end)
        return replace(
            stated,
            page_label=citation.page_label,
            page_label_end=citation.page_label_end,
            pdf_page=citation.pdf_page,
            pdf_page_end=citation.pdf_page_end,
        )
    return replace(citation, document=previous.document)


_STOP = re.compile(r"(?<=[.!?])[”\"»’]?\s+(?=[A-ZÀ-Þ“«\"„‘(])")


def sentence_at(text: str, at: int) -> str:
    """The sentence of ``text`` that holds or ends at offset ``at``, white space folded."""
    start = 0
    for stop in _STOP.finditer(text):
        if stop.end() > at:
            return " ".join(text[start : stop.start()].split())
        if text[stop.end() : stop.end() + 1] not in "([":
            start = stop.end()
    return " ".join(text[start:].split())


# --- pairing ---------------------------------------------------------------------------------------------


def _pair(quotations: list[Quotation], cited: list[Cited]) -> None:
    """Pairs within one paragraph."""
    for at, quotation in enumerate(quotations):
        next_start = quotations[at + 1].start if at + 1 < len(quotations) else None
        last_end = quotations[at - 1].end if at else 0
        after = [entry for entry in cited if entry.start >= quotation.end]
        between = [entry for entry in after if next_start is None or entry.start <= next_start]
        leading = [entry for entry in cited if last_end <= entry.start and entry.end <= quotation.start]
        leading = [entry for entry in leading if not entry.used]
        chosen = _preferred(between) or _preferred(leading[::-1]) or _preferred(after)
        if chosen is not None:
            quotation.cited = chosen
            text = quotation.paragraph.text
            quotation.adjacent = _adjacent(text, quotation.end, chosen.start) or _adjacent(
                text, chosen.end, quotation.start
            )
            quotation.also = tuple(_with(chosen, between)) if chosen in between else ()
            for entry in (chosen, *quotation.also):
                entry.used = True


def _with(chosen: Cited, entries: list[Cited]) -> Iterable[Cited]:
    """Citations that stand with the chosen one: in the same note, or right behind it."""
    end = chosen.end
    for entry in entries:
        if entry is chosen or entry.see or entry.start < chosen.start:
            continue
        same_note = entry.footnote is not None and entry.footnote == chosen.footnote
        if same_note or _adjacent(chosen.paragraph.text, end, entry.start):
            end = max(end, entry.end)
            yield entry


def _adjacent(text: str, first: int, second: int) -> bool:
    """Whether nothing but punctuation and spaces stands between two offsets."""
    return first <= second and not any(char.isalnum() for char in text[first:second])


def _preferred(entries: list[Cited]) -> Cited | None:
    return next((entry for entry in entries if not entry.see), entries[0] if entries else None)


def _pair_across(
    reading: Reading,
    found: list[Quotation],
    cited: list[Cited],
    paragraph: Paragraph,
    before: Paragraph | None,
) -> None:
    """A citation below a block quote or a paragraph that is all quotation; one above that ends in a colon."""
    last = reading.quotations[-1] if reading.quotations else None
    if (
        not found
        and cited
        and last is not None
        and last.cited is None
        and last.last is before
        and before is not None
    ):
        first = cited[0]
        lead = paragraph.text[: first.start].strip(" —–-*\n")
        if not lead and _all_quotation(last, before):
            last.cited = first
            first.used = True
    if before is None or not before.text.rstrip().endswith(":"):
        return
    leading = [entry for entry in reading.citations if entry.paragraph is before]
    for quotation in found:
        if quotation.cited is None and leading:
            quotation.cited = leading[-1]
            leading[-1].used = True


def _all_quotation(quotation: Quotation, paragraph: Paragraph) -> bool:
    return quotation.block or not paragraph.text[quotation.end :].strip(" .,;:")
