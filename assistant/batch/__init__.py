"""Many briefs at once: one file each and format, an index page, one merged Word file on request.

A second run redoes only what changed and says why; what a person edited is never overwritten unasked; one
brief that fails is reported and the others are written. Files are written through the caller's ``write``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.batch import index
from assistant.batch.manifest import Manifest, Record, Write, bytes_of, changes, sha256
from assistant.batch.tasks import (
    FOR_OBJECTIVES,
    FOR_QUESTIONS,
    Task,
    check,
    tasks_for_objectives,
    tasks_for_questions,
)
from assistant.errors import GcmDraftError, UsageError
from assistant.i18n_remarks import remark
from assistant.model import as_dict
from assistant.rendering import FORMATS, load_template, merge
from assistant.resources import config_dir
from assistant.version import __version__

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.model import Brief, Item

__all__ = [
    "FOR_OBJECTIVES",
    "FOR_QUESTIONS",
    "Outcome",
    "Task",
    "check",
    "run",
    "tasks_for_objectives",
    "tasks_for_questions",
]

SAVE_EVERY = 1.0
"""Seconds between two writings of the manifest while briefs are made; it is always written at the end."""


@dataclass(slots=True)
class Outcome:
    """What a run did: files written with the reason, files left as they were, files kept as edited.

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


def run(
    library: Library,
    tasks: Sequence[Task],
    formats: Sequence[str],
    folder: Path,
    write: Write,
    *,
    force: bool = False,
    merged: Path | None = None,
    progress: Callable[[int], Callable[[int], None]] = lambda _: lambda _: None,
) -> Outcome:
    """Write the briefs into ``folder``, which is made if it is missing.

    ``force`` makes everything anew and overwrites edited files. ``progress`` is given the number
    of briefs once the index is open and returns a function to call with 1 after each.
    Raises ProblemsError before anything is written (:func:`check`), SourceError for a damaged manifest, and
    whatever keeps every brief from being made (a corpus or a store that cannot be read).
    """
    check(tasks, formats, folder, merged)
    manifest = Manifest.read(folder)
    batch = _Batch(library, folder, write, manifest, force)
    batch.prepare(tasks, formats)
    folder.mkdir(parents=True, exist_ok=True)
    advance = progress(len(tasks))
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
        self.library, self.folder, self.write, self.manifest, self.force = (
            library,
            folder,
            write,
            manifest,
            force,
        )
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
        """Write the file unless other bytes than ours stand there; whether the content now stands there."""
        found = bytes_of(path)
        if found == content:
            self.outcome.unchanged.append(name)
            return True
        if found is not None and not self.force:
            if entry is None:
                self.outcome.kept.append((name, "was there before this batch"))
                return False
            if sha256(found) != entry["sha256"]:
                self.outcome.kept.append((name, f"edited by hand; left although {why or 'asked'}"))
                return False
        self.write(path, content)
        self.outcome.written.append(
            (name, "it was missing" if found is None and entry else why or "asked with --force")
        )
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
        return {
            p.id
            for p in cited
            if p and number in p.objectives and p.kind in ("policy_option", "practical_action")
        }

    def _remarks(self, task: Task, brief: Brief, mapped: int) -> list[str]:
        objective = self.library.objectives.get(task.objective) if task.objective else None
        remarks = [brief.reason] if brief.reason and (brief.abstained or brief.weak) else []
        note = objective.note if objective and not mapped else None
        return remarks + ([remark(note, brief.language)] if note else [])

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
            record.files = {
                name: entry for name, entry in record.files.items() if (self.folder / name).is_file()
            }
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
            if self._put(
                self.folder / name, name, content, entry, "new" if entry is None else "the briefs changed"
            ):
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
    return (
        text
        if isinstance(error, GcmDraftError) or hasattr(error, "exit_code")
        else f"{type(error).__name__}: {text}"
    )
