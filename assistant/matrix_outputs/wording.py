"""Sentences of the matrix that stand in several of its forms, in its language.

"Cluster", PO and OPA stay: they are GFMD's own labels, by which its documents are cited in every language.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.i18n import N_, translator
from assistant.i18n import standing as standing_of
from assistant.matrix import Matrix, code, other_pages
from assistant.model import Passage

TITLE = N_("Coverage of the Compact’s objectives by the GFMD Thematic Recollection")
GAPS = N_("Gaps")
MAPPED = N_("Options mapped to each objective")
UNMAPPED = N_("Options mapped to no objective")
FOUND = N_("found by the program, not mapped by the experts")
ANY = N_("options mapped to any objective")
NONE = N_("no option mapped")
SHOWN_BY = N_("Shown by: gcm-draft show PASSAGE")


def said(matrix: Matrix, message: str, **parts: object) -> str:
    """A message in the matrix's language, its parts in braces filled in."""
    text = translator(matrix.language).gettext(message)
    return text.format(**parts) if parts else text


def objective(matrix: Matrix, number: int) -> str:
    """The name of an objective: Objective 6."""
    return translator(matrix.language).gettext("Objective %(number)s") % {"number": number}


def colon(matrix: Matrix, title: str, text: str) -> str:
    """What is spoken of and what is said of it, apart as the language has it."""
    return said(matrix, N_("{title}: {text}"), title=title, text=text)


def listed(matrix: Matrix, parts: Iterable[str]) -> str:
    """Parts in a row, apart by the language's semicolon."""
    return said(matrix, N_("; ")).join(parts)


def titled(matrix: Matrix, number: int, title: str) -> str:
    """An objective with its title, or with what else is said of it."""
    return colon(matrix, objective(matrix, number), title)


def of(matrix: Matrix, part: int, whole: int) -> str:
    """A part of a whole: 2 of 30."""
    return said(matrix, N_("{part} of {whole}"), part=part, whole=whole)


def lead(matrix: Matrix) -> str:
    """What is counted, in a sentence or two."""
    text = said(
        matrix,
        N_(
            "Options of the Recollection that the GFMD overview of 2018 maps to each objective, by cluster and "
            "kind: policy options (PO) and options for practical action (OPA). "
            "{mapped} of the {options} options are mapped to {covered} of the {objectives} objectives; "
            "an option may be mapped to several."
        ),
        mapped=len(matrix.mapped_ids),
        options=len(matrix.options),
        covered=len(matrix.rows) - len(matrix.without),
        objectives=len(matrix.rows),
    )
    if not matrix.with_found:
        return text
    return f"{text} {said(matrix, N_('A plus sign marks options {found}.'), found=said(matrix, FOUND))}"


def standing(matrix: Matrix) -> str:
    """The caveats a reader must see."""
    mapping = N_(
        "The mapping is the GFMD Support Unit's analysis of the Zero Draft of 5 February 2018, "
        "not an agreed text."
    )
    caveat = standing_of(matrix.document, matrix.language)
    named = colon(matrix, matrix.document.title, caveat)
    return f"{named} {said(matrix, mapping)}"


def citation(passage: Passage) -> str:
    """The citation as briefs print it: "Cluster 2, OPA, p. 17"."""
    return passage.locator


def other_edition(matrix: Matrix, passage: Passage) -> str:
    """The page by which the overview cites it, if any: a reader of that edition needs it."""
    pages = other_pages(passage)
    message = translator(matrix.language).gettext("p. %(page)s in the edition cited by the GFMD overview")
    return message % {"page": pages} if pages else ""


def doubt(matrix: Matrix, passage: Passage) -> str:
    """Said where the page is probable only."""
    return said(matrix, N_("page probable, not certain")) if passage.page_certain is False else ""


def aside(matrix: Matrix, passage: Passage) -> str:
    """What stands behind a citation in smaller print."""
    return listed(matrix, [part for part in (other_edition(matrix, passage), doubt(matrix, passage)) if part])


def unmapped(matrix: Matrix, cluster: int) -> list[tuple[str, list[Passage]]]:
    """The options of a cluster that are mapped to no objective, by kind's code."""
    here = [p for p in matrix.unmapped if p.cluster == cluster]
    return [(c, [p for p in here if code(p.kind) == c]) for c in ("PO", "OPA")]
