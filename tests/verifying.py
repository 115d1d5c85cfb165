"""What tests of verification share: quotations with their citations, and the findings of a note."""

from __future__ import annotations

from functools import cache

from assistant.corpus import load_shipped
from assistant.model import Finding
from assistant.verification import read_text, verify

REC = "GFMD Thematic Recollection 2017"
CODES = (
    "Develop codes of fair and ethical recruitment, particularly in the health sector, and further the "
    "dissemination of lessons learned from existing codes of conduct."
)
CITED = f"({REC}, Cluster 2, OPA, p. 17)"
NOT_A_NECESSITY = "Efforts must be made to ensure that migration becomes a choice and not a necessity."
TALENT = "Leverage technology to link migrant talent to work opportunities."


@cache
def shipped():
    return load_shipped()


def findings(note: str, kind: str = "md") -> tuple[Finding, ...]:
    return verify(read_text(note, "note", kind), shipped())


def only(note: str, kind: str = "md") -> Finding:
    found = findings(note, kind)
    assert len(found) == 1, found
    return found[0]


def verdict(note: str) -> str:
    return only(note).verdict
