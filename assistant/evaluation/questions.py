"""What is asked and what answers it: the committed question sets, the experts' mapping, and what is searched.

How the sets were written and judged: ``docs/judging.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.errors import ProblemsError, SourceError
from assistant.model import Kind, Passage
from assistant.objectives import load as load_objectives
from assistant.objectives import mapped
from assistant.resources import shipped
from assistant.search_notes import whole_ids
from assistant.text import counted

if TYPE_CHECKING:
    from assistant.corpus import Corpus
    from assistant.retrieval import Filters

SETS = ("development", "test", "wide")
ANSWERABLE = ("paraphrase", "keyword", "drafting", "named", "objective", "french", "spanish", "wide")
OFF_TOPIC = ("off_topic_plain", "off_topic_far", "lexical_trap", "domain_gap")
LANGUAGES = {"en": "English", "fr": "French", "es": "Spanish"}
RECOLLECTION = "gfmd-thematic-recollection-2017"
OVERVIEW = "gfmd-zero-draft-overview-2018"
UNIT_KINDS: tuple[Kind, ...] = ("policy_option", "practical_action", "practice_example")
JUDGED_KINDS: tuple[Kind, ...] = (*UNIT_KINDS, "recommendation", "paragraph", "comment")
"""Kinds of which every passage was judged for every question; of others nothing is known."""
RELEVANT = 2
"""The grade from which a passage counts as relevant where a measure knows only yes and no."""
_HUB_QUESTION = re.compile(r"[^/]+/q\d+")


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``qrels`` gives passage ids their grade, 1 to 3; empty if nothing answers it."""

    id: str
    question: str
    language: str
    category: str
    qrels: dict[str, int]

    @property
    def answerable(self) -> bool:
        """Whether something in the corpus answers it."""
        return self.category in ANSWERABLE


@dataclass(frozen=True)
class Scope:
    """What a ranking is taken over: ``passages`` are the judged ones, all others are left out of it."""

    key: str
    title: str
    passages: tuple[Passage, ...]
    kinds: tuple[Kind, ...]
    documents: tuple[str, ...]

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of its passages."""
        return frozenset(p.id for p in self.passages)

    @property
    def filters(self) -> Filters:
        """The filters by which a user would search it."""
        from assistant.retrieval import Filters

        return Filters(kinds=self.kinds, documents=self.documents)

    def qrels(self, question: Question) -> dict[str, int]:
        """The question's judgements within this scope."""
        return {i: grade for i, grade in question.qrels.items() if i in self.ids}


def load(name: str) -> tuple[Question, ...]:
    """The questions of a committed set, in order. Raises SourceError or ProblemsError for a faulty file."""
    if name not in SETS:
        raise SourceError(f"Expected one of the question sets {', '.join(SETS)}; found {name!r}.")
    path = shipped("corpus") / "questions" / f"{name}.json"
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(
            f"The question set cannot be read: expected JSON in {path}, found {error}."
        ) from error
    return parse(records, path.name)


def parse(records: Any, name: str) -> tuple[Question, ...]:
    """Questions from their JSON form. Raises ProblemsError with every fault.

    A record may give one question in several languages (``questions``), with the same judgements for all; in it, an id
    without a document is one of the Recollection.
    """
    if not isinstance(records, list):
        raise ProblemsError(f"{name}:", [f"expected a list of questions, found {type(records).__name__}"])
    records = [one for record in records for one in _each_language(record)]
    problems = [f"question {n}: {fault}" for n, r in enumerate(records, start=1) for fault in _faults(r)]
    if problems:
        raise ProblemsError(f"{counted(len(problems), 'problem')} in {name}:", problems)
    return tuple(
        Question(r["id"], r["question"], r["language"], r["category"], dict(r["qrels"])) for r in records
    )


def _each_language(record: Any) -> list[Any]:
    if not (isinstance(record, dict) and isinstance(record.get("questions"), dict)):
        return [record]
    qrels = record.get("qrels")
    if isinstance(qrels, dict):
        qrels = whole_ids(qrels)
    return [
        {
            "id": f"{record.get('id')}-{language}",
            "question": question,
            "language": language,
            "category": "wide",
            "qrels": qrels,
        }
        for language, question in record["questions"].items()
    ]


def _faults(record: Any) -> list[str]:
    if not isinstance(record, dict):
        return [f"expected an object, found {record!r}"]
    missing = [key for key in ("id", "question", "language", "category", "qrels") if key not in record]
    if missing:
        return [f"expected the keys {', '.join(missing)}, found none"]
    faults = []
    if record["language"] not in LANGUAGES:
        faults.append(f"language: expected one of {', '.join(LANGUAGES)}, found {record['language']!r}")
    if record["category"] not in (*ANSWERABLE, *OFF_TOPIC):
        faults.append(
            f"category: expected one of {', '.join((*ANSWERABLE, *OFF_TOPIC))}, found {record['category']!r}"
        )
    grades = record["qrels"].values() if isinstance(record["qrels"], dict) else [None]
    if not all(type(grade) is int and 1 <= grade <= 3 for grade in grades):
        faults.append("qrels: expected grades 1, 2 or 3 by passage id")
    return faults


def experts(corpus: Corpus) -> tuple[Question, ...]:
    """The overview's objective titles as questions, its own mapping as judgements (all of one grade).

    Of the 22 titles of the Zero Draft one (objective 8) has no entry in the overview, so no judgement, and is
    left out.
    """
    found = []
    for objective in load_objectives():
        targets = {t for m in mapped(corpus, objective.number) if m.mapping for t in m.mapping.targets}
        if objective.zero_draft_title and targets:
            qrels = dict.fromkeys(sorted(targets), 3)
            found.append(
                Question(
                    f"objective-{objective.number:02d}", objective.zero_draft_title, "en", "experts", qrels
                )
            )
    return tuple(found)


def scopes(corpus: Corpus) -> tuple[Scope, Scope]:
    """The two settings: the units of the Recollection, and every judged passage of the shipped documents.

    The overview, which repeats what it maps, is in neither.
    """
    documents = tuple(
        s.document.id for s in corpus.sources.values() if s.document.shipped and s.document.id != OVERVIEW
    )
    return (
        _scope(corpus, "units", "Recollection units", UNIT_KINDS, (RECOLLECTION,)),
        _scope(corpus, "all", "all judged passages", JUDGED_KINDS, documents),
    )


def _scope(corpus: Corpus, key: str, title: str, kinds: tuple[Kind, ...], documents: Sequence[str]) -> Scope:
    passages = tuple(
        p
        for p in corpus.passages.values()
        if p.kind in kinds and p.document in documents and not _HUB_QUESTION.fullmatch(p.id)
    )
    return Scope(key, title, passages, kinds, tuple(documents))
