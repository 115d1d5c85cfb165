"""Proof of every line of every brief from the source files; nothing of the brief's writer is used.

Given are a brief's JSON, as printed for programs, and the files. A line is proved if exactly one passage of
the cited document has the printed locator and holds its words, these stand verbatim in the file at that
passage's place, and the page named is the one on which that place lies.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.corpus import folded
from assistant.text import cut

if TYPE_CHECKING:
    from assistant.corpus import Corpus
    from assistant.library import Library
    from assistant.model import Brief, Finding

MOST_PROBLEMS = 20


@dataclass(slots=True)
class Proof:
    """What was proved: briefs and their lines; the same briefs as notes, by ``gcm-draft verify``'s verdicts.

    ``problems``, each once and at most ``MOST_PROBLEMS``, name passages and citations, never a question.
    """

    briefs: int = 0
    lines: int = 0
    proved: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every line is proved and every quotation verified."""
        return self.proved == self.lines and not set(self.verdicts) - {"ok"}


def problems_of(brief: dict[str, Any], corpus: Corpus) -> list[list[str]]:
    """For each line of a brief's JSON, in order, what of it cannot be proved; nothing for a proved line."""
    return [
        [f"{section['title']}: {problem}" for problem in item_problems(item, corpus)]
        for section in brief["sections"]
        for item in section["items"]
    ]


def item_problems(item: dict[str, Any], corpus: Corpus) -> list[str]:
    """What of one line, with the places it names as holding the same, cannot be proved."""
    cited, text = item["citation"], item["text"]
    fitting = [
        p
        for p in corpus.passages.values()
        if p.document == cited["document"] and p.locator == cited["locator"] and text in p.text
    ]
    if len(fitting) != 1:
        return [f"{len(fitting)} passages fit {cited['label']}"]
    passage = fitting[0]
    source = corpus.source(passage.document)
    problems = place_problems(cited, corpus)
    if passage.id != cited["passage_id"]:
        problems.append(f"{cited['passage_id']} is not {passage.id}")
    if text not in folded(cut(source.text, passage.spans), source.document.family):
        problems.append(f"{cited['label']}: not verbatim in the source")
    return problems + [problem for other in item.get("also", ()) for problem in place_problems(other, corpus)]


def place_problems(cited: dict[str, Any], corpus: Corpus) -> list[str]:
    """What of a citation's document, place and page cannot be proved."""
    passage = corpus.passages.get(cited["passage_id"])
    if passage is None or (passage.document, passage.locator) != (cited["document"], cited["locator"]):
        return [f"{cited['passage_id']} does not stand at {cited['label']}"]
    source, problems = corpus.source(passage.document), []
    if not cited["label"].startswith(source.document.short_title):
        problems.append(f"another document's name: {cited['label']}")
    pages = [
        p.number for p in source.pages for a, b in passage.spans if p.start < b and a < p.end and p.number
    ]
    named = (cited["page_start"], cited["page_end"])
    if pages and named != (min(pages), max(pages)):
        problems.append(
            f"{cited['label']}: stands on {min(pages)} to {max(pages)}, cited by {named[0]} to {named[1]}"
        )
    if not pages and named[0] is not None:
        problems.append(f"{cited['label']}: a page is claimed where the document has none")
    return problems


def prove(library: Library, questions: Sequence[str]) -> Proof:
    """Prove the briefs of all objectives and of ``questions``, and verify each as the note it prints."""
    proof = Proof()
    for brief in _briefs(library, questions):
        proof.briefs += 1
        for problems in problems_of(json.loads(library.render(brief, "json")), library.corpus):
            proof.lines += 1
            proof.proved += not problems
            proof.problems += problems
        for finding in _findings(library.render(brief, "md").decode("utf-8"), library.corpus):
            proof.verdicts[finding.verdict] = proof.verdicts.get(finding.verdict, 0) + 1
            if finding.verdict != "ok":
                proof.problems.append(
                    f"{finding.citation}: {finding.verdict}; fits {', '.join(finding.candidates)}"
                )
    proof.problems = list(dict.fromkeys(proof.problems))[:MOST_PROBLEMS]
    return proof


def _briefs(library: Library, questions: Sequence[str]) -> Iterable[Brief]:
    for number in library.objectives:
        yield library.draft(f"Objective {number}", template="objective-summary")
    for question in questions:
        yield library.draft(question)


def _findings(note: str, corpus: Corpus) -> tuple[Finding, ...]:
    from assistant.verification import check, read_text

    return check(read_text(note, "brief"), corpus).findings
