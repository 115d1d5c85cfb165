"""What a batch is to draft: one task a brief, under a name that any file system takes, checked beforehand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.errors import GcmDraftError, ProblemsError
from assistant.questions_file import Question
from assistant.rendering import FORMATS, load_template
from assistant.retrieval import Filters

FOR_OBJECTIVES = "objective-summary"
FOR_QUESTIONS = "briefing-note"
_SLUG = 48


@dataclass(frozen=True, slots=True)
class Task:
    """One brief to write, in files called ``name``; ``limit``: passages a section, if not as usual."""

    name: str
    question: str
    template: str
    language: str = "en"
    filters: Filters = field(default_factory=Filters)
    limit: int | None = None
    objective: int | None = None


def tasks_for_objectives(numbers: Iterable[int], common: Task) -> list[Task]:
    """A task for each objective (1 to 23), with the options of ``common``."""
    return [
        replace(common, name=f"objective-{n:02}", question=f"Objective {n}", objective=n) for n in numbers
    ]


def tasks_for_questions(questions: Sequence[Question], common: Task) -> list[Task]:
    """A task for each question of a list; what the list says goes before ``common``.

    Files are numbered in the order of the list ("03-ethical-recruitment") unless the list names them.
    """
    digits = max(2, len(str(len(questions))))
    made = []
    for number, q in enumerate(questions, 1):
        filters = Filters(
            q.kinds or common.filters.kinds,
            common.filters.documents,
            q.clusters or common.filters.clusters,
            common.filters.objectives,
        )
        made.append(
            replace(
                common,
                name=q.file or f"{number:0{digits}}-{slug(q.question)}",
                question=q.question,
                template=q.template or common.template,
                language=q.language or common.language,
                filters=filters,
            )
        )
    return made


def slug(text: str) -> str:
    """A name for a file on any system: a-z, digits and hyphens, at most 48 characters; "question" if none.

    >>> slug("Équité : l'accès aux soins?"), slug("العمل اللائق")
    ('equite-l-acces-aux-soins', 'question')
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", text[:1000]) if not unicodedata.combining(c))
    plain = re.sub(r"\W", " ", bare).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    name = ""
    for word in words:
        if len(name) + len(word) + 1 > _SLUG:
            break
        name += f"-{word}"
    return name[1:] or "".join(words)[:_SLUG] or "question"


def check(tasks: Sequence[Task], formats: Sequence[str], folder: Path, merged: Path | None) -> None:
    """Raise ProblemsError with everything that would stop the run or make two briefs share a file."""
    problems = []
    if folder.exists() and not folder.is_dir():
        problems.append(f"{folder} is a file. Name a folder with -o.")
    for name in sorted({t.template for t in tasks}):
        try:
            load_template(name)
        except GcmDraftError as error:
            problems.append(str(error))
    seen: dict[str, Task] = {}
    for task in tasks:
        if seen.setdefault(task.name.casefold(), task) is not task:
            problems.append(f"two briefs would be called {task.name!r}; give one of them another 'file'")
    if merged is not None:
        problems += _merge_problems(tasks, merged, folder)
    unknown = [fmt for fmt in formats if fmt not in FORMATS]
    if unknown or not formats:
        problems.append(f"expected formats out of {', '.join(FORMATS)}, found {', '.join(unknown) or 'none'}")
    if problems:
        raise ProblemsError("Nothing was written:", problems)


def _merge_problems(tasks: Sequence[Task], merged: Path, folder: Path) -> list[str]:
    problems = []
    templates = sorted({t.template for t in tasks})
    if merged.suffix.lower() != ".docx":
        problems.append(
            f"--merge makes a Word file: expected a name that ends in .docx, found {str(merged)!r}"
        )
    if merged.is_dir():
        problems.append(f"--merge {merged}: expected a file, found a folder")
    if not merged.parent.is_dir() and merged.parent.resolve() != folder.resolve():
        problems.append(f"--merge {merged}: there is no folder {merged.parent}; make it first")
    if len(templates) > 1:
        problems.append(
            f"--merge takes one template for all, found {', '.join(templates)}; choose one with -t"
        )
    if merged.parent.resolve() == folder.resolve() and merged.stem.casefold() in {
        t.name.casefold() for t in tasks
    }:
        problems.append(f"--merge {merged}: one of the briefs has this name; choose another")
    return problems
