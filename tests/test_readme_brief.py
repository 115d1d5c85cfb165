"""The brief printed in the README is the one that the program makes: words, citations and numbers of notes."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
BRIEF = (ROOT / "examples" / "formats" / "ethical-recruitment.md").read_text(encoding="utf-8")


def excerpt() -> str:
    """Without the marks of a block quotation, white space folded, paragraphs apart."""
    printed = (
        (ROOT / "README.md")
        .read_text(encoding="utf-8")
        .split("<!-- brief -->")[1]
        .split("<!-- /brief -->")[0]
    )
    lines = [line.removeprefix(">").strip() for line in printed.strip().splitlines()]
    return "\n".join(" ".join(block.split()) for block in "\n".join(lines).split("\n\n"))


def test_every_line_stands_in_the_brief_under_its_number() -> None:
    items = re.findall(r"- (“.+?”) (\(.+?\))([⁰¹²³⁴-⁹]+)", excerpt())
    assert len(items) == 2
    for quotation, citation, number in items:
        line = next(
            one for one in BRIEF.splitlines() if one.endswith(f"{citation}[^{number.translate(RAISED)}]")
        )
        assert all(part.strip("“” ") in line for part in quotation.split("[…]")), quotation


def test_every_note_is_the_brief_s() -> None:
    notes = re.findall(r"([⁰¹²³⁴-⁹]+) (GFMD .+?)(?=(?: [⁰¹²³⁴-⁹]+ GFMD)|\n|$)", excerpt())
    assert len(notes) == 2
    for number, text in notes:
        assert f"[^{number.translate(RAISED)}]: {text}" in BRIEF.replace("<", "").replace(">", "")
