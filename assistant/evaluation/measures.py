"""Figures of a run: the usual measures, by ``ir_measures``, with bootstrap intervals over questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import MissingExtraError
from assistant.evaluation.questions import RELEVANT

MEASURES = ("nDCG@10", "recall@5", "recall@10", "recall@20", "MRR")
DEPTH = 20
"""Ranks that the measures look at."""
RESAMPLES = 2_000
SEED = 20180205
"""The date of the Zero Draft: any number would do, but it must stay the same."""
PERCENT = 95

Qrels = Mapping[str, Mapping[str, int]]
Run = Mapping[str, Sequence[str]]
"""Question id -> passage ids, best first. A question with none has the value 0 in every measure."""
Values = dict[str, dict[str, float]]
"""Measure -> question id -> value, between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over ``questions`` questions with its interval, all between 0 and 1."""

    mean: float
    low: float
    high: float
    questions: int


def _measures() -> dict[str, Any]:
    try:
        from ir_measures import RR, R, nDCG
    except ImportError as error:
        raise MissingExtraError("Measuring retrieval", "test") from error
    relevant = {"rel": RELEVANT}
    return {
        "nDCG@10": nDCG @ 10,
        **{f"recall@{k}": R(**relevant) @ k for k in (5, 10, 20)},
        "MRR": RR(**relevant) @ DEPTH,
    }


def per_question(qrels: Qrels, run: Run) -> Values:
    """Every measure for every question of ``qrels``.

    nDCG takes the grade as gain (Järvelin & Kekäläinen 2002, as trec_eval computes it); recall and the
    reciprocal rank count grades from ``RELEVANT``. Questions with no judgement of that grade must be left out
    before, as their recall is undefined. Raises MissingExtraError without ``ir_measures``.
    """
    named = _measures()
    import ir_measures

    scored = {
        q: {
            passage: float(-rank)
            for rank, passage in enumerate(dict.fromkeys(run.get(q, ())))
            if rank < DEPTH
        }
        for q in qrels
    }
    plain = {q: dict(grades) for q, grades in qrels.items()}
    names = {measure: name for name, measure in named.items()}
    values: Values = {name: dict.fromkeys(qrels, 0.0) for name in named}
    for metric in ir_measures.iter_calc(list(named.values()), plain, scored):
        values[names[metric.measure]][metric.query_id] = float(metric.value)
    return values


def figure(values: Sequence[float], *, seed: int = SEED) -> Figure:
    """Mean and percentile bootstrap interval (Efron 1979) over questions, drawn with replacement."""
    import numpy as np

    if not values:
        return Figure(0.0, 0.0, 0.0, 0)
    row = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(seed).integers(0, len(row), size=(RESAMPLES, len(row)))
    tail = (100 - PERCENT) / 2
    low, high = np.percentile(row[draws].mean(axis=1), [tail, 100 - tail])
    return Figure(float(row.mean()), float(low), float(high), len(row))


def summarise(values: Values, ids: Sequence[str]) -> dict[str, Figure]:
    """Each measure over the questions ``ids``."""
    return {name: figure([by_question[i] for i in ids]) for name, by_question in values.items()}
