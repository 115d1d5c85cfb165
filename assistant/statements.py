"""Which passages of a user's own documents a brief draws on: statements, not headings, titles and bare table cells.

Readers of files keep every line as a passage, so that all can be searched, shown and verified. A line of evidence
has to say something. Shipped documents are not touched: their readers know a heading from a recommendation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant import analysis
from assistant.model import Passage

WORDS = 12
"""From so many words a text says something though no point ends it; titles and cells are shorter."""
FEWEST = 4
"""Fewer words say nothing though a point ends them ("None.", "See page 3.")."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_ENDED = re.compile(r"[.!?;…。！？；؟۔।][\"”’»›)\]]*\Z")


def is_statement(passage: Passage) -> bool:
    """Whether a passage of a user's document says something by itself.

    Headings and contents do not. Items of a kind of their own (recommendations, guiding questions, rows of a
    table of options) do, for their reader has found that they are such. Other text does if it is a sentence by
    its end or by its length.
    """
    if passage.kind == "section":
        return False
    if passage.kind not in {"paragraph", "comment"}:
        return True
    words = len(_WORD.findall(passage.text))
    return words >= WORDS or (words >= FEWEST and _ENDED.search(passage.text.rstrip()) is not None)


def drawn_on(
    passages: Sequence[Passage], own: Collection[str], wanted: frozenset[str]
) -> tuple[Passage, ...]:
    """The passages that a brief draws on, in their order.

    ``own`` are the ids of the user's documents, ``wanted`` the terms asked for. Of these documents only statements
    are kept; where there is none, the passages that hold a term asked for, and else the first: what alone answers
    a question is not left out of a brief. Search finds every passage all the same.
    """
    mine = [p for p in passages if p.document in own]
    kept = [p for p in mine if is_statement(p)]
    if not kept:
        kept = [p for p in mine if wanted & set(analysis.terms(p.text, p.language))] or mine[:1]
    ids = {p.id for p in kept}
    return tuple(p for p in passages if p.document not in own or p.id in ids)
