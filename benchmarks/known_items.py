"""Questions, each written for one passage: python benchmarks/known_items.py [--bare]

``corpus/questions/known-items.json`` has for each of 260 passages, taken at random, one question in French and one in
Spanish, and for 130 of them one in English, written from the passage alone. How high the passage stands for which a
question was written (MRR, and how often it is among the first ten) says, in French and Spanish, how well questions are
carried over into English. It is a development set, and other passages may answer a question as well.

``--bare`` takes notes and known questions from every fifth passage, as a user's own have none, and gives the figures of
those: how they fare among passages that have both.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import retrieval
from assistant.library import Library
from assistant.ranking import Evidence, Weights, ranked

QUESTIONS = Path(__file__).resolve().parent.parent / "corpus" / "questions" / "known-items.json"


def rank(library: Library, question: str, passage: str) -> int | None:
    """From 1; None if the passage is not found."""
    ranking = library._rank(question, None)
    places = [(p.id, *ranking.also_at.get(p.id, ())) for p in ranking.passages]
    return next((n for n, ids in enumerate(places, start=1) if passage in ids), None)


def plain(evidence: Evidence) -> Evidence:
    """The same as if the passage had no notes."""
    return replace(evidence, note=evidence.text, note_lexical=evidence.lexical, noted=False)


def bare(library: Library, passages: Sequence[str]) -> None:
    """From now on, rank these passages as if they had neither notes nor known questions."""
    numbers = set(library._store.catalogue.numbers(passages).values())

    def as_if(
        evidence: Sequence[Evidence], w: Weights, contents: Sequence[Evidence], support: Mapping[int, float]
    ) -> list[float]:
        given = [plain(e) if e.number in numbers else e for e in evidence]
        covers = [plain(e) if e.number in numbers else e for e in contents]
        return ranked(given, w, covers, {n: share for n, share in support.items() if n not in numbers})

    held: Any = retrieval
    held.ranked = as_if


def main() -> None:
    """One row a language."""
    library = Library()
    items: dict[str, dict[str, str]] = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    if "--bare" in sys.argv[1:]:
        fifth = sorted(library.corpus.passages)[::5]
        bare(library, fifth)
        items = {passage: asked for passage, asked in items.items() if passage in fifth}
    print("| language | questions | MRR | among the first ten |\n| --- | ---: | ---: | ---: |")
    for language in ("en", "fr", "es"):
        ranks = [
            rank(library, asked[language], passage) for passage, asked in items.items() if language in asked
        ]
        mrr = sum(1 / r for r in ranks if r) / len(ranks)
        tenth = sum(r is not None and r <= 10 for r in ranks) / len(ranks)
        print(f"| {language} | {len(ranks)} | {mrr:.3f} | {tenth:.3f} |")


if __name__ == "__main__":
    main()
