"""Everything measured for one question set, as plain values ready for JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assistant.evaluation import measures, questions
from assistant.evaluation.abstention import tally
from assistant.evaluation.baselines import LLAMA_INDEX, baselines
from assistant.evaluation.proof import prove
from assistant.evaluation.questions import Question, Scope
from assistant.evaluation.systems import System, variant, variants

if TYPE_CHECKING:
    from assistant.embeddings import Embedder
    from assistant.library import Library

PARTS = ("retrieval", "abstention", "citations", "mutations")
GOALS = {"experts": (0.65, 0.80), "en": (0.75, 0.85), "fr": (0.75, None), "es": (0.75, None)}
"""nDCG@10 and recall@10 to reach over the Recollection's units."""

Say = Callable[[str], None]


def evaluate(
    library: Library,
    name: str,
    *,
    parts: Sequence[str] = PARTS,
    notes: bool = True,
    with_baselines: bool = True,
    published: Embedder | None = None,
    detailed: bool = False,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """The figures of a question set ("development", "test" or "wide") as plain values.

    ``notes`` false: measured as if the store had no search notes, as for a user's own documents.
    ``published`` is a model for the baselines instead of the library's own.
    ``detailed`` adds the value of every question, of the development set; nobody should tune on the others.
    ``say`` is told what is being done. Raises MissingExtraError without ``ir_measures``.
    """
    asked = questions.load(name)
    used = library if notes else variant(library, notes=False)
    found: dict[str, Any] = {"set": name, "questions": len(asked), "search_notes": notes}
    found |= {"corpus_sha256": library.identity.corpus_sha256, "embedder": library.identity.embedder}
    if "retrieval" in parts:
        say("retrieval")
        systems: list[System] = [*variants(library, notes=notes)]
        if with_baselines:
            systems += baselines(
                questions.scopes(library.corpus), library.corpus, library.embedder, published
            )
        found["retrieval"] = _retrieval(library, asked, systems, detailed and name == "development", say)
    if "abstention" in parts:
        say("abstention")
        found["abstention"] = [asdict(row) for row in tally(used, asked)]
    if "citations" in parts:
        say("citations")
        proof = prove(used, [q.question for q in asked if q.answerable])
        found["citations"] = {**asdict(proof), "whole": proof.whole}
    if "mutations" in parts:
        say("planted errors")
        found["mutations"] = _mutations(library)
    return found


def _retrieval(
    library: Library, asked: Sequence[Question], systems: Sequence[System], detailed: bool, say: Say
) -> list[dict[str, Any]]:
    units, everything = questions.scopes(library.corpus)
    answerable = [q for q in asked if q.answerable]
    settings = [
        (units, [*questions.experts(library.corpus), *answerable]),
        (everything, answerable),
    ]
    return [_setting(scope, chosen, systems, detailed, say) for scope, chosen in settings]


def _setting(
    scope: Scope, asked: Sequence[Question], systems: Sequence[System], detailed: bool, say: Say
) -> dict[str, Any]:
    qrels = {q.id: scope.qrels(q) for q in asked}
    kept = [q for q in asked if max(qrels[q.id].values(), default=0) >= questions.RELEVANT]
    groups = _groups(kept)
    rows = []
    for system in systems:
        say(f"retrieval, {scope.title}: {system.name}")
        run = {q.id: system.rank(q, scope) for q in kept}
        values = measures.per_question({q.id: qrels[q.id] for q in kept}, run)
        row: dict[str, Any] = {"system": system.name, "groups": {}}
        for group, ids in groups.items():
            figures = {m: asdict(f) for m, f in measures.summarise(values, ids).items()}
            if system.name == LLAMA_INDEX:
                figures = {"recall of all returned": asdict(_whole_recall(qrels, run, ids))}
            row["groups"][group] = {
                "figures": figures,
                "unanswered": sum(not run[i] for i in ids),
                "returned": sum(len(run[i]) for i in ids) / len(ids),
            }
        if detailed:
            row["per_question"] = {
                q.id: {"question": q.question, **{m: round(v[q.id], 4) for m, v in values.items()}}
                for q in kept
            }
        rows.append(row)
    return {
        "scope": scope.key,
        "title": scope.title,
        "passages": len(scope.passages),
        "kinds": list(scope.kinds),
        "documents": list(scope.documents),
        "left_out": sum(q.answerable for q in asked) - sum(q.answerable for q in kept),
        "goals": {g: goal for g, goal in GOALS.items() if g in groups} if scope.key == "units" else {},
        "systems": rows,
    }


def _groups(asked: Sequence[Question]) -> dict[str, list[str]]:
    """Question ids by group: the experts' titles, then each language, then all questions of the set."""
    groups = {"experts": [q.id for q in asked if q.category == "experts"]}
    own = [q for q in asked if q.category != "experts"]
    groups |= {code: [q.id for q in own if q.language == code] for code in questions.LANGUAGES}
    groups["set"] = [q.id for q in own]
    return {group: ids for group, ids in groups.items() if ids}


def _whole_recall(
    qrels: dict[str, dict[str, int]], run: dict[str, list[str]], ids: Sequence[str]
) -> measures.Figure:
    """Recall over everything returned, however much that is."""
    values = []
    for i in ids:
        relevant = {p for p, grade in qrels[i].items() if grade >= questions.RELEVANT}
        values.append(len(relevant & set(run[i])) / len(relevant))
    return measures.figure(values)


def _mutations(library: Library) -> dict[str, Any]:
    from assistant.verification.suite import run_suite

    rows = [asdict(row) for row in run_suite(library.corpus)]
    last = rows[-1]
    return {"rows": rows, "clean": last["missed"] == 0 and last["false_alarms"] == 0}
