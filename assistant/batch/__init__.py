"""Many briefs at once: one file each and format, an index page, one merged Word file on request.

A second run redoes only what changed and says why; what a person edited is never overwritten unasked; one
brief that fails is reported and the others are written. Files are written through the caller's ``write``.
"""

from __future__ import annotations

import os
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.batch import index
from assistant.batch.manifest import Manifest, Record, Write, bytes_of, changes, sha256
from assistant.errors import GcmDraftError, ProblemsError, UsageError
from assistant.model import as_dict
from assistant.questions_file import Question
from assistant.rendering import FORMATS, load_template, merge
from assistant.resources import config_dir
from assistant.retrieval import Filters
from assistant.version import __version__

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.model import Brief, Item

FOR_OBJECTIVES = "objective-summary"
FOR_QUESTIONS = "briefing-note"
SAVE_EVERY = 1.0
"""Seconds between two writings of the manifest while briefs are made; it is always written at the end."""
_SLUG = 48


@dataclass(frozen=True, slots=True)
class Task:
    """One brief to write. ``name`` is its file without ending; ``limit`` is passages a section, None for usual."""

    name: str
    question: str
    template: str
    language: str = "en"
    filters: Filters = field(default_factory=Filters)
    limit: int | None = None
    objective: int | None = None


@dataclass(slots=True)
class Outcome:
    """What a run did: files written with the reason, left as they were, kept although stale or edited; failures.

    ``failures`` are names of briefs with the message; ``weak`` and ``empty`` are names of briefs.
    """

    written: list[tuple[str, str]] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def failed(self, name: str, error: Exception) -> None:
        """Note a failure; the error itself is kept for those who look for its cause."""
        self.failures.append((name, _message(error)))
        self.errors.append(error)


def tasks_for_objectives(numbers: Iterable[int], common: Task) -> list[Task]:
    """A task for each objective (1 to 23), with the options of ``common``."""
    return [replace(common, name=f"objective-{n:02}", question=f"Objective {n}", objective=n) for n in numbers]


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
    """A name for a file on any system: small Latin letters, digits and hyphens, at most 48; "question" if none.

    >>> slug("Équité : l'accès aux soins?"), slug("العمل اللائق")
    ('equite-l-acces-aux-soins', 'question')
    """
    plain = unicodedata.normalize("NFKD", text[:1000]).encode("ascii", "ignore").decode().lower()
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
        problems.append(f"--merge makes a Word file: expected a name that ends in .docx, found {str(merged)!r}")
    if merged.is_dir():
        problems.append(f"--merge {merged}: expected a file, found a folder")
    if not merged.parent.is_dir() and merged.parent.resolve() != folder.resolve():
        problems.append(f"--merge {merged}: there is no folder {merged.parent}; make it first")
    if len(templates) > 1:
        problems.append(f"--merge takes one template for all, found {', '.join(templates)}; choose one with -t")
    if merged.parent.resolve() == folder.resolve() and merged.stem.casefold() in {t.name.casefold() for t in tasks}:
        problems.append(f"--merge {merged}: one of the briefs has this name; choose another")
    return problems


def run(
    library: Library,
    tasks: Sequence[Task],
    formats: Sequence[str],
    folder: Path,
    write: Write,
    *,
    force: bool = False,
    merged: Path | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Write the briefs into ``folder``, which is made if it is missing.

    ``force`` makes everything anew and overwrites edited files. ``advance`` is called with 1 after each brief.
    Raises ProblemsError before anything is written (:func:`check`), SourceError for a damaged manifest, and
    whatever keeps every brief from being made (a corpus or a store that cannot be read).
    """
    check(tasks, formats, folder, merged)
    manifest = Manifest.read(folder)
    batch = _Batch(library, folder, write, manifest, force)
    batch.prepare(tasks, formats)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for task in tasks:
            batch.one(task, formats)
            advance(1)
        if merged is not None:
            batch.merge(tasks, merged)
        batch.pages(tasks, html="html" in formats or "index.html" in manifest.others)
    finally:
        if manifest.items or manifest.others:
            manifest.save(write)
    return batch.outcome


class _Batch:
    """One run over one folder."""

    def __init__(self, library: Library, folder: Path, write: Write, manifest: Manifest, force: bool) -> None:
        self.library, self.folder, self.write, self.manifest, self.force = library, folder, write, manifest, force
        self.outcome = Outcome()
        self.briefs: dict[str, Brief] = {}
        self.saved = time.monotonic()
        self.hashes: dict[str, str] = {}
        self.lexicon = sha256((library.identity.notes_sha256 + sha256(_own_thesaurus())).encode())

    def prepare(self, tasks: Sequence[Task], formats: Sequence[str]) -> None:
        """Open (or build) the index before anything is written, if anything is to be drafted at all."""
        if any(self._stale(task, fmt) for task in tasks for fmt in formats):
            _ = self.library.retriever

    def _stale(self, task: Task, fmt: str) -> bool:
        entry = self._entry(task, task.name + FORMATS[fmt].ending)
        return self.force or entry is None or entry["made_from"] != self.made_from(task)

    def made_from(self, task: Task) -> dict[str, Any]:
        """All that decides what a brief says; :data:`~assistant.batch.manifest.CHANGES` names each."""
        identity = self.library.identity
        if task.template not in self.hashes:
            self.hashes[task.template] = load_template(task.template).sha256
        options: dict[str, Any] = {"language": task.language, "limit": task.limit}
        options |= {key: value for key, value in as_dict(task.filters).items() if value}
        return {
            "question": task.question,
            "options": options,
            "template": task.template,
            "template_sha256": self.hashes[task.template],
            "corpus_sha256": identity.corpus_sha256,
            "lexicon_sha256": self.lexicon,
            "embedder": identity.embedder,
            "index_version": identity.index_version,
            "program_version": __version__,
        }

    def _entry(self, task: Task, name: str) -> dict[str, Any] | None:
        record = self.manifest.items.get(task.name)
        return record.files.get(name) if record else None

    # -- one brief -------------------------------------------------------------------------------------------

    def one(self, task: Task, formats: Sequence[str]) -> None:
        """Write the files of one brief that need it; a failure is recorded and ends with this brief."""
        try:
            made_from = self.made_from(task)
            todo = [fmt for fmt in formats if self._todo(task, fmt, made_from)]
            if todo:
                self._draft(task, todo, made_from)
            record = self.manifest.items.get(task.name)
            if record is not None and record.state != "ok":
                (self.outcome.weak if record.state == "weak" else self.outcome.empty).append(task.name)
        except Exception as error:
            self.outcome.failed(task.name, error)
        if time.monotonic() - self.saved > SAVE_EVERY:
            self.manifest.save(self.write)
            self.saved = time.monotonic()

    def _todo(self, task: Task, fmt: str, made_from: dict[str, Any]) -> bool:
        """Whether the file must be made (or compared); what can be left alone is noted as such."""
        name = task.name + FORMATS[fmt].ending
        entry = self._entry(task, name)
        if self.force or entry is None or entry["made_from"] != made_from:
            return True
        found = bytes_of(self.folder / name)
        if found is None:
            return True
        if sha256(found) == entry["sha256"]:
            self.outcome.unchanged.append(name)
        else:
            self.outcome.kept.append((name, "edited by hand"))
        return False

    def _draft(self, task: Task, formats: Sequence[str], made_from: dict[str, Any]) -> None:
        brief = self.library.draft(
            task.question,
            template=task.template,
            language=task.language,
            per_section=task.limit,
            filters=task.filters,
        )
        self.briefs[task.name] = brief
        old = self.manifest.items.get(task.name)
        record = self._record(task, brief)
        record.files = dict(old.files) if old else {}
        self.manifest.items[task.name] = record
        failed: list[Exception] = []
        for fmt in formats:
            name = task.name + FORMATS[fmt].ending
            entry = record.files.get(name)
            why = ", ".join(changes(entry["made_from"], made_from)) if entry else "new"
            try:
                content = self.library.render(brief, fmt)
                if self._put(self.folder / name, name, content, entry, why):
                    record.files[name] = {"sha256": sha256(content), "made_from": made_from}
            except Exception as error:
                failed.append(error)
        if failed:
            raise GcmDraftError("; ".join(dict.fromkeys(map(_message, failed)))) from failed[0]

    def _put(self, path: Path, name: str, content: bytes, entry: dict[str, Any] | None, why: str) -> bool:
        """Write the file unless somebody else's or edited bytes stand there; whether the content now stands there."""
        found = bytes_of(path)
        if found == content:
            self.outcome.unchanged.append(name)
            return True
        if found is not None and not self.force:
            if entry is None:
                self.outcome.kept.append((name, "was there before this batch"))
                return False
            if sha256(found) != entry["sha256"]:
                self.outcome.kept.append((name, f"edited by hand; not made anew although {why or 'asked'}"))
                return False
        self.write(path, content)
        self.outcome.written.append((name, "it was missing" if found is None and entry else why or "asked with --force"))
        return True

    def _record(self, task: Task, brief: Brief) -> Record:
        body = [item for section in brief.sections for item in section.items]
        mapped = self._mapped(task, brief)
        found = _distinct(body, ("policy_option", "practical_action")) - mapped
        title = brief.objective_titles.get("adopted") or brief.question
        return Record(
            title=title,
            question=task.question,
            language=task.language,
            objective=task.objective,
            mapped=len(mapped),
            found=len(found),
            examples=len(_distinct(body, ("practice_example",))),
            state="empty" if brief.abstained or not body else "weak" if brief.weak else "ok",
            remarks=self._remarks(task, brief, len(mapped)),
        )

    def _mapped(self, task: Task, brief: Brief) -> set[str]:
        """The ids of cited options that the experts mapped to the objective asked for."""
        number = task.objective or brief.objective
        if number is None:
            return set()
        sections = [section for section in brief.sections if section.key == "mapped"]
        if sections:
            return {item.citation.passage_id for section in sections for item in section.items}
        passages = self.library.corpus.passages
        cited = (passages.get(c.passage_id) for c in brief.citations)
        return {p.id for p in cited if p and number in p.objectives and p.kind in ("policy_option", "practical_action")}

    def _remarks(self, task: Task, brief: Brief, mapped: int) -> list[str]:
        objective = self.library.objectives.get(task.objective) if task.objective else None
        remarks = [brief.reason] if brief.reason and (brief.abstained or brief.weak) else []
        return remarks + ([objective.note] if objective and objective.note and not mapped else [])

    # -- all together ----------------------------------------------------------------------------------------

    def merge(self, tasks: Sequence[Task], path: Path) -> None:
        """One Word file of all briefs that could be made, in order."""
        failed = {name for name, _ in self.outcome.failures}
        wanted = [task for task in tasks if task.name not in failed]
        name = _relative(path, self.folder)
        key = sha256(repr([(t.name, sorted(self.made_from(t).items(), key=str)) for t in wanted]).encode())
        entry = self.manifest.others.get(name)
        found = bytes_of(path)
        if entry and entry.get("made_from") == key and found is not None and not self.force:
            if sha256(found) == entry["sha256"]:
                self.outcome.unchanged.append(name)
            else:
                self.outcome.kept.append((name, "edited by hand"))
            return
        try:
            if not wanted:
                raise UsageError("none of the briefs could be made, so there is nothing to merge.")
            briefs = [self._brief(task) for task in wanted]
            content = merge(briefs, template=wanted[0].template)
            if self._put(path, name, content, entry, "new" if entry is None else "a brief in it changed"):
                self.manifest.others[name] = {"sha256": sha256(content), "made_from": key}
        except Exception as error:
            self.outcome.failed(name, error)

    def _brief(self, task: Task) -> Brief:
        found = self.briefs.get(task.name)
        return found or self.library.draft(
            task.question,
            template=task.template,
            language=task.language,
            per_section=task.limit,
            filters=task.filters,
        )

    def pages(self, tasks: Sequence[Task], *, html: bool) -> None:
        """The index: this run's briefs, then those of earlier runs that are still in the folder."""
        names = [task.name for task in tasks]
        for record in self.manifest.items.values():
            record.files = {name: entry for name, entry in record.files.items() if (self.folder / name).is_file()}
        self.manifest.items = {n: r for n, r in self.manifest.items.items() if r.files or n in names}
        page = index.Page(
            tasks[0].language,
            [(n, self.manifest.items[n]) for n in names if n in self.manifest.items],
            [(n, r) for n, r in sorted(self.manifest.items.items()) if n not in names],
            [(name, message) for name, message in self.outcome.failures],
            {name for name, _ in self.outcome.kept},
        )
        made = {"index.md": index.markdown(page)} | ({"index.html": index.html(page)} if html else {})
        for name, text in made.items():
            content, entry = text.encode("utf-8"), self.manifest.others.get(name)
            if self._put(self.folder / name, name, content, entry, "new" if entry is None else "the briefs changed"):
                self.manifest.others[name] = {"sha256": sha256(content)}


def _distinct(items: Iterable[Item], kinds: Sequence[str]) -> set[str]:
    return {item.citation.passage_id for item in items if item.kind in kinds}


def _own_thesaurus() -> bytes:
    return bytes_of(config_dir() / "thesaurus.toml") or b""


def _relative(path: Path, folder: Path) -> str:
    """The path as seen from the folder, with forward slashes; its bare name where there is no such way."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive of Windows
        return path.name


def _message(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    text = str(error) or type(error).__name__
    return text if isinstance(error, GcmDraftError) or hasattr(error, "exit_code") else f"{type(error).__name__}: {text}"
