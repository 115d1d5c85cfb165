"""Questions, each written for one passage: python benchmarks/known_items.py

``corpus/questions/known-items.json`` has for each of 260 passages, taken at random, one question in French and one in
Spanish, and for 130 of them one in English, written from the passage alone. How high the passage stands for which a
question was written (MRR, and how often it is among the first ten) says, in French and Spanish, how well questions are
carried over into English. It is a development set, and other passages may answer a question as well.
"""

from __future__ import annotations

import json
from pathlib import Path

from assistant.library import Library

QUESTIONS = Path(__file__).resolve().parent.parent / "corpus" / "questions" / "known-items.json"


def rank(library: Library, question: str, passage: str) -> int | None:
    """From 1; None if the passage is not found."""
    ranking = library._rank(question, None)
    places = [(p.id, *ranking.also_at.get(p.id, ())) for p in ranking.passages]
    return next((n for n, ids in enumerate(places, start=1) if passage in ids), None)


def main() -> None:
    """One row a language."""
    library = Library()
    items: dict[str, dict[str, str]] = json.loads(QUESTIONS.read_text(encoding="utf-8"))
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
