"""What the overview's citations point at: its passages and the Recollection's, each told of the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.model import KIND_CODES, Mapping, Passage, Source
from assistant.sources.overview import CITATION
from assistant.sources.wording import Comparison, Wording, compare, wording

PAGES_AHEAD = 2
"""The most by which the pages of the edition cited run ahead of ours; where to look first, not a rule."""


def link(overview: Source, recollection: Source) -> tuple[Source, Source]:
    """Both documents, each knowing the other: what every citation points at, and what cites each option.

    Mappings get ``targets``, ``match`` and remarks on what a reader must know before quoting them. Options of
    the Recollection get ``objectives``, ``cited_by`` and, where the cited page can be the other edition's,
    ``other_edition_pages``: in the order of the options, cited pages never decrease, whatever the edition. A
    page that breaks this order is an error of the overview and is not offered as a page of that edition.
    """
    options = [p for p in recollection.passages if p.kind in ("policy_option", "practical_action")]
    words = [wording(option.text) for option in options]
    found = {
        p.id: _compared(p, options, words, prose=_is_prose(p, overview))
        for p in overview.passages
        if p.mapping
    }
    pairs = [(p, index) for p in overview.passages if p.mapping for index in found[p.id].options]
    wrong = _out_of_order(pairs)
    passages = tuple(
        _linked(p, found[p.id], options, [i for m, i in wrong if m == p.id]) if p.id in found else p
        for p in overview.passages
    )
    cited: dict[str, list[Passage]] = {}
    for mapping, index in pairs:
        cited.setdefault(options[index].id, []).append(mapping)
    unusable = {(mapping, options[index].id) for mapping, index in wrong}
    known = tuple(_cited(p, cited[p.id], unusable) if p.id in cited else p for p in recollection.passages)
    return replace(overview, passages=passages), replace(recollection, passages=known)


def _compared(
    passage: Passage, options: Sequence[Passage], words: Sequence[Wording], *, prose: bool
) -> Comparison:
    """One citation compared with the options, those of its kind, cluster and page first, all of them last."""
    mapping = passage.mapping
    if mapping is None:
        return Comparison("none")
    codes = mapping.cited_kind.split(" and ")
    cluster = [i for i, option in enumerate(options) if option.cluster == mapping.cited_cluster]
    kind = [i for i in cluster if KIND_CODES[options[i].kind] in codes]
    page = [i for i in kind if 0 <= _ahead(mapping.cited_page, options[i]) <= PAGES_AHEAD]
    text = CITATION.sub(" ", passage.text)
    return compare(wording(text), words, [page, kind, cluster, range(len(options))], prose=prose)


def _is_prose(passage: Passage, overview: Source) -> bool:
    """Whether a citation closes a sentence of the overview's own prose rather than a bullet."""
    start, end = passage.spans[0]
    sections = (p.spans[0] for p in overview.passages if p.kind == "section")
    return any(first <= start and end <= last for first, last in sections)


def _ahead(cited: int, option: Passage) -> int:
    """By how many pages the cited page runs ahead of ours; of two pages of ours, the nearer counts."""
    pages = [page for page in (option.page_start, option.page_end) if page is not None]
    return min((cited - page for page in pages), key=abs, default=0)


def _out_of_order(pairs: Sequence[tuple[Passage, int]]) -> list[tuple[str, int]]:
    """The citations (mapping id, option index) whose page breaks the order the others keep.

    In the order of the options cited pages must not decrease; out of order are the fewest citations without
    which this holds (those outside a longest non-decreasing subsequence).
    """
    rows = sorted((index, p.mapping.cited_page, p.id) for p, index in pairs if p.mapping)
    tails: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for n, (_, page, _id) in enumerate(rows):
        at = bisect_right(tails, page)
        before.append(last[at - 1] if at else None)
        tails[at : at + 1], last[at : at + 1] = [page], [n]
    kept: set[int] = set()
    step = last[-1] if last else None
    while step is not None:
        kept.add(step)
        step = before[step]
    return [(mapping, index) for n, (index, _, mapping) in enumerate(rows) if n not in kept]


def _linked(passage: Passage, found: Comparison, options: Sequence[Passage], wrong: Sequence[int]) -> Passage:
    if passage.mapping is None:
        return passage
    targets = [options[index] for index in found.options]
    mapping = replace(passage.mapping, targets=tuple(t.id for t in targets), match=found.match)
    remarks = [
        *_remarks(mapping, targets, found.differs),
        *_page_remarks(mapping, targets, [options[i] for i in wrong]),
    ]
    return replace(passage, mapping=mapping, remarks=(*passage.remarks, *remarks))


def _remarks(mapping: Mapping, targets: Sequence[Passage], differs: str) -> Iterator[str]:
    where = "; ".join(target.locator for target in targets)
    if mapping.match == "none":
        yield "No option of the Recollection has this wording."
    elif mapping.match == "cut":
        yield f"Quoted with a silent cut: the Recollection also has {differs} ({where})."
    elif mapping.match == "reworded":
        yield f"Differs from the Recollection: {differs} ({where})."
    elif mapping.match == "merged":
        yield f"Joins the wording of {len(targets)} options into one: {where}."
    elif mapping.match == "paraphrase":
        yield f"A paraphrase in a sentence of the overview, not a quotation: {where}."
    cited = set(mapping.cited_kind.split(" and "))
    others = [target for target in targets if KIND_CODES[target.kind] not in cited]
    if others:
        part = "part of it" if len(others) < len(targets) else "it"
        yield f"Labelled {mapping.cited_kind}, but {part} is {others[0].locator}."


def _page_remarks(mapping: Mapping, targets: Sequence[Passage], wrong: Sequence[Passage]) -> Iterator[str]:
    fitting = "; ".join(target.locator for target in targets if target not in wrong)
    for option in wrong:
        yield (
            f"The cited p. {mapping.cited_page} is a wrong page for {option.locator}: options before it are "
            "cited by later pages." + (f" It does fit {fitting}." if fitting else "")
        )


def _cited(option: Passage, mappings: Sequence[Passage], unusable: set[tuple[str, str]]) -> Passage:
    records = [(p.id, p.mapping) for p in mappings if p.mapping]
    objectives = {*option.objectives, *(mapping.objective for _, mapping in records)}
    pages = {mapping.cited_page for id_, mapping in records if (id_, option.id) not in unusable}
    return replace(
        option,
        objectives=tuple(sorted(objectives)),
        cited_by=(*option.cited_by, *(id_ for id_, _ in records)),
        other_edition_pages=tuple(sorted({*option.other_edition_pages, *pages})),
    )
