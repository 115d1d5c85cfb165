"""The coverage matrix: which options of which cluster the GFMD's experts mapped to which objective.

Counts are of distinct options (policy options, PO, and options for practical action, OPA) at their real place
in the Recollection, which is not always the one the overview's label names. What the program itself found is
counted apart from what the experts mapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.corpus import Corpus
from assistant.i18n import check_language
from assistant.i18n_remarks import remark as remark_in
from assistant.model import KIND_CODES, Document, Kind, Passage
from assistant.objectives import Objective, mapped

KINDS: tuple[Kind, ...] = ("policy_option", "practical_action")
CLUSTERS = range(1, 7)
FAMILY = "recollection"
Place = tuple[int, Kind]
"""A column: cluster and kind."""


@dataclass(frozen=True, slots=True)
class Row:
    """One objective: options mapped to it and (if asked for) options found, in the Recollection's order.

    ``citations`` are the overview's citations under it; ``unmatched`` those that fit no option.
    """

    objective: Objective
    mapped: tuple[Passage, ...]
    citations: tuple[Passage, ...]
    unmatched: tuple[Passage, ...]
    found: tuple[Passage, ...] = ()

    def at(self, place: Place) -> tuple[Passage, ...]:
        """The mapped options of one cluster and kind."""
        return tuple(p for p in self.mapped if (p.cluster, p.kind) == place)

    def found_at(self, place: Place) -> tuple[Passage, ...]:
        """The options the program found, of one cluster and kind."""
        return tuple(p for p in self.found if (p.cluster, p.kind) == place)


@dataclass(frozen=True)
class Matrix:
    """Rows by objective (1 to 23), every option of the Recollection; ``with_found``: ``found`` was given.

    ``language`` is that of headings and fixed texts (en, fr or es); what the sources print stays as it is.
    """

    rows: tuple[Row, ...]
    options: tuple[Passage, ...]
    document: Document
    cluster_titles: Mapping[int, str]
    with_found: bool = False
    language: str = "en"

    @property
    def places(self) -> tuple[Place, ...]:
        """The columns in order."""
        return tuple((cluster, kind) for cluster in CLUSTERS for kind in KINDS)

    @cached_property
    def mapped_ids(self) -> frozenset[str]:
        """Ids of the options mapped to at least one objective."""
        return frozenset(p.id for row in self.rows for p in row.mapped)

    @cached_property
    def unmapped(self) -> tuple[Passage, ...]:
        """The options mapped to no objective."""
        return tuple(p for p in self.options if p.id not in self.mapped_ids)

    def share(self, place: Place) -> tuple[int, int]:
        """How many options of one cluster and kind are mapped to any objective, and how many there are."""
        there = [p for p in self.options if (p.cluster, p.kind) == place]
        return sum(p.id in self.mapped_ids for p in there), len(there)

    @property
    def without(self) -> tuple[Row, ...]:
        """The objectives to which no option is mapped."""
        return tuple(row for row in self.rows if not row.mapped)


def build(
    corpus: Corpus,
    objectives: Iterable[Objective],
    found: Mapping[int, Sequence[Passage]] | None = None,
    *,
    language: str = "en",
) -> Matrix:
    """The matrix. ``found``: passages by objective; those that are mapped there are not counted again."""
    source = next(s for s in corpus.sources.values() if s.document.family == FAMILY)
    options = tuple(p for p in source.passages if p.kind in KINDS and p.cluster is not None)
    order = {p.id: number for number, p in enumerate(options)}
    rows = []
    for objective in objectives:
        citations = mapped(corpus, objective.number)
        targets = {target for c in citations if c.mapping for target in c.mapping.targets}
        here = tuple(p for p in options if p.id in targets)
        others = {
            p.id: p for p in (found or {}).get(objective.number, ()) if p.id in order and p.id not in targets
        }
        rows.append(
            Row(
                objective,
                here,
                citations,
                tuple(c for c in citations if c.mapping and not c.mapping.targets),
                tuple(sorted(others.values(), key=lambda p: order[p.id])),
            )
        )
    return Matrix(
        tuple(rows), options, source.document, _titles(options), found is not None, check_language(language)
    )


def _titles(options: Iterable[Passage]) -> dict[int, str]:
    """The headings of the clusters as printed, without their number."""
    titles: dict[int, str] = {}
    for p in options:
        if p.cluster is not None and p.heading_path:
            titles.setdefault(
                p.cluster, p.heading_path[0].partition(". ")[2].rstrip(".") or p.heading_path[0]
            )
    return titles


def code(kind: Kind) -> str:
    """PO or OPA."""
    return KIND_CODES[kind]


def anchor(objective: int, place: Place) -> str:
    """The name of one cell's list, for links: "o6-c2-opa"."""
    return f"o{objective}-c{place[0]}-{code(place[1]).lower()}"


def pages(passage: Passage) -> str:
    """The printed page or pages: "17", "46-47"."""
    if passage.page_end in (None, passage.page_start):
        return str(passage.page_start or "")
    return f"{passage.page_start}-{passage.page_end}"


def other_pages(passage: Passage) -> str:
    """The page in the edition that the overview cites: "17", "17, 18" or ""."""
    return ", ".join(map(str, passage.other_edition_pages))


def remark(row: Row, language: str = "en") -> str | None:
    """What a reader must know of this row beyond its counts, or None."""
    parts = []
    if not row.mapped:
        parts.append(row.objective.note or "No option is mapped to it.")
    for citation in row.unmatched:
        parts.append(f"One citation of the overview ({citation.locator}) fits no option of the Recollection.")
    return " ".join(remark_in(part, language) for part in parts) or None
