"""Sentences of the matrix that stand in several of its forms."""

from __future__ import annotations

from assistant.matrix import Matrix, code, other_pages
from assistant.model import Passage

TITLE = "Coverage of the Compact’s objectives by the GFMD Thematic Recollection"
GAPS = "Gaps"
MAPPED = "Options mapped to each objective"
UNMAPPED = "Options mapped to no objective"
FOUND = "found by the program, not mapped by the experts"


def lead(matrix: Matrix) -> str:
    """What is counted, in a sentence or two."""
    total = len(matrix.options)
    said = (
        "Options of the Recollection that the GFMD overview of 2018 maps to each objective, by cluster and "
        "kind: policy options (PO) and options for practical action (OPA). "
        f"{len(matrix.mapped_ids)} of the {total} options are mapped to "
        f"{len(matrix.rows) - len(matrix.without)} of the {len(matrix.rows)} objectives; "
        "an option may be mapped to several."
    )
    return f"{said} A plus sign marks options {FOUND}." if matrix.with_found else said


def standing(matrix: Matrix) -> str:
    """The caveats a reader must see."""
    return (
        f"{matrix.document.title}: {matrix.document.standing['en']} "
        "The mapping is the GFMD Support Unit's analysis of the Zero Draft of 5 February 2018, "
        "not an agreed text."
    )


def citation(passage: Passage) -> str:
    """The citation as briefs print it: "Cluster 2, OPA, p. 17"."""
    return passage.locator


def other_edition(passage: Passage) -> str:
    """The page by which the overview cites it, if any: a reader of that edition needs it."""
    pages = other_pages(passage)
    return f"p. {pages} in the edition cited by the GFMD overview" if pages else ""


def doubt(passage: Passage) -> str:
    """Said where the page is probable only."""
    return "page probable, not certain" if passage.page_certain is False else ""


def aside(passage: Passage) -> str:
    """What stands behind a citation in smaller print."""
    return "; ".join(part for part in (other_edition(passage), doubt(passage)) if part)


def unmapped(matrix: Matrix, cluster: int) -> list[tuple[str, list[Passage]]]:
    """The options of a cluster that are mapped to no objective, by kind's code."""
    here = [p for p in matrix.unmapped if p.cluster == cluster]
    return [(c, [p for p in here if code(p.kind) == c]) for c in ("PO", "OPA")]
