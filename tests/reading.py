"""What the tests of the readers share: the shipped corpus read once, and what a reader left unread."""

from __future__ import annotations

from functools import cache

from assistant.corpus import Corpus, load_shipped
from assistant.model import Passage, Source

RECOLLECTION = "gfmd-thematic-recollection-2017"
OVERVIEW = "gfmd-zero-draft-overview-2018"
BRIEF = "gfmd-dialogue-cluster6-session-brief-2017"
REPORT = "gfmd-dialogue-cluster6-summary-report-2017"
HUB = "migration-network-hub-imrf-roundtable1-2022"


@cache
def corpus() -> Corpus:
    return load_shipped()


def source(document: str) -> Source:
    return corpus().sources[document]


def passage(document: str, local: str) -> Passage:
    return corpus().passage(f"{document}/{local}")


def local(passage: Passage) -> str:
    return passage.id.partition("/")[2]


def unread(source: Source) -> list[str]:
    """The lines (white space folded, empty ones left out) that no passage of the document covers."""
    kept = list(source.text)
    for span in (span for p in source.passages for span in p.spans):
        for at in range(*span):
            if kept[at] != "\n":
                kept[at] = " "
    lines = (" ".join(line.split()) for line in "".join(kept).split("\n"))
    return [line for line in lines if line]
