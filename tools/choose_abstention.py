"""Learn when to refuse and when to mark an answer as weak: python tools/choose_abstention.py

Prints the rules of ``assistant/abstention.py`` and, cross-validated, what they do with each kind of question. They are
learned from ``corpus/questions/abstention.json``, ``known-items.json``, ``development.json`` and the experts' titles;
the test sets have no part in it. Then it says what they do with short questions (``short.json``), which nothing is
learned from. Needs the extra ``test`` (scipy) and builds the index if it is missing.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from assistant.abstention import Bound, Rule, Signs  # noqa: E402 - the checkout's own package
from assistant.evaluation import questions  # noqa: E402
from assistant.evaluation.systems import variant  # noqa: E402
from assistant.library import Library  # noqa: E402

SIGNS = Signs.__slots__
REAL, EASY = "real", "known item"
"""Answerable questions; the bounds are set by those of the first kind. The others are nearer to their passages."""
REFUSED = ("off_topic_plain", "off_topic_far", "lexical_trap")
ANSWERED = 0.97
"""The share of answerable questions that are to be answered (the goal is 29 of 30) ..."""
UNMARKED = 0.70
"""... and left unmarked."""
FOLDS, ROUNDS, PENALTY = 8, 4, 1.0


def asked(library: Library) -> list[tuple[str, str]]:
    """Category and question."""
    folder = ROOT / "corpus" / "questions"
    found = [
        (q["category"], q["question"]) for q in json.loads((folder / "abstention.json").read_text("utf-8"))
    ]
    items: dict[str, dict[str, str]] = json.loads((folder / "known-items.json").read_text("utf-8"))
    found += [(EASY, question) for item in items.values() for question in item.values()]
    developed = questions.load("development")
    found += [(REAL if q.answerable else q.category, q.question) for q in developed]
    return found + [(EASY, q.question) for q in questions.experts(library.corpus)]


def table(library: Library, texts: list[str]) -> Any:
    """The signs of each question: float64, shape (questions, signs)."""
    made = [library.retriever.signs(text) for text in texts]
    return np.array([[getattr(found, name) for name in SIGNS] for found in made])


def learned(x: Any, y: Any) -> Any:
    """Logistic regression with an L2 penalty on standardised signs, both classes of equal weight: weights, constant."""
    mean, scale = x.mean(0), x.std(0)
    scale[scale == 0] = 1
    z = (x - mean) / scale
    weight = np.where(y, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    sign = np.where(y, 1.0, -1.0)

    def loss(w: Any) -> float:
        return float(
            (weight * np.logaddexp(0, -sign * (z @ w[:-1] + w[-1]))).sum() + w[:-1] @ w[:-1] / 2 / PENALTY
        )

    w = minimize(loss, np.zeros(x.shape[1] + 1)).x
    return np.append(w[:-1] / scale, w[-1] - (w[:-1] * mean / scale).sum())


def crossed(x: Any, y: Any) -> Any:
    """The value of each question by rules learned without it, mean of several divisions."""
    total = np.zeros(len(y))
    for seed in range(ROUNDS):
        fold = np.random.default_rng(seed).permutation(len(y)) % FOLDS
        for k in range(FOLDS):
            w = learned(x[fold != k], y[fold != k])
            total[fold == k] += x[fold == k] @ w[:-1] + w[-1]
    return total / ROUNDS


def bound(x: Any, kinds: Any, share: float, ignored: tuple[str, ...] = ()) -> tuple[Bound, Any]:
    """A bound that ``share`` of the real questions meet, and the cross-validated values against it."""
    y = np.isin(kinds, (REAL, EASY))
    x = np.where([name in ignored for name in SIGNS], 0.0, x)
    values = crossed(x, y)
    edge = float(np.quantile(values[kinds == REAL], 1 - share))
    w = learned(x, y)
    return Bound(*(round(float(v), 2) for v in [*w[:-1], w[-1] - edge])), values - edge


def main() -> None:
    """Both rules, then how many of each kind are answered and left unmarked."""
    library = Library()
    pairs = asked(library)
    kinds = np.array([kind for kind, _ in pairs])
    total = Counter(kinds)
    for name, one in (("NOTED", library), ("PLAIN", variant(library, notes=False))):
        x = table(one, [text for _, text in pairs])
        off = np.isin(kinds, (REAL, EASY, *REFUSED))
        unknown = () if name == "NOTED" else ("known",)
        bears, values = bound(x[off], kinds[off], ANSWERED, ("neighbouring", *unknown))
        firm, against = bound(x, kinds, UNMARKED, unknown)
        print(f"{name} = Rule(\n    bears={bears},\n    firm={firm},\n)")
        answered, unmarked = Counter(kinds[off][values > 0]), Counter(kinds[against > 0])
        for kind in sorted(total):
            said = f"{answered[kind]:4} answered" if kind in (REAL, EASY, *REFUSED) else " " * 13
            print(f"  {kind:16}{total[kind]:4} asked {said} {unmarked[kind]:4} unmarked")
        checked(one, Rule(bears, firm))


def checked(library: Library, rule: Rule) -> None:
    """What a rule does with the short questions."""
    path = ROOT / "corpus" / "questions" / "short.json"
    records = json.loads(path.read_text(encoding="utf-8"))
    kinds = np.array([record["category"] for record in records])
    made = [Signs(*row) for row in table(library, [record["question"] for record in records])]
    answered = Counter(kinds[[rule.bears.value(s) > 0 for s in made]])
    unmarked = Counter(kinds[[min(b.value(s) for b in (rule.bears, rule.firm)) > 0 for s in made]])
    for kind, asked in sorted(Counter(kinds).items()):
        print(f"  short, {kind:16}{asked:4} asked {answered[kind]:4} answered {unmarked[kind]:4} unmarked")


if __name__ == "__main__":
    main()
