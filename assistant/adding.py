"""``corpus add`` and ``corpus remove``: files -> the user's documents and the store, together.

Every file is told of: added, changed, unchanged or refused with the reason. What is good is added even where
other files are refused; nothing is lost by a bad neighbour. The documents' folder is the truth and the store
follows it: both change at the end of the run, or at Ctrl-C with what is whole by then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant import corpus as corpora
from assistant import indexing, own_documents
from assistant.errors import GcmDraftError, ProblemsError, UsageError
from assistant.own_documents import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.library import Library
    from assistant.store.ingestion import Revision

ADDABLE = (".pdf", ".docx", ".html", ".htm", ".xhtml", ".md", ".markdown", ".txt", ".text", ".csv", ".tsv")
"""Endings looked for in folders; a file named by itself is read whatever its ending."""

Outcome = Literal["added", "changed", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one file. ``reason`` is of a refusal; ``remarks`` are the reader's, for people."""

    path: Path
    outcome: Outcome
    document: str | None = None
    passages: int = 0
    pages: int = 0
    reason: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What a user says of the files; None leaves it to the file, or as it was for a document re-added."""

    title: str | None = None
    date: str | None = None
    standing: str | None = None
    short_title: str | None = None
    tracked: str | None = None
    document_id: str | None = None

    def given(self) -> dict[str, str]:
        """The options given, but for the id."""
        named = ("title", "date", "standing", "short_title", "tracked")
        return {name: value for name in named if (value := getattr(self, name)) is not None}


@dataclass(slots=True)
class _Plan:
    """One file that passed the checks made before anything is read."""

    path: Path
    id: str
    former: Entry | None
    options: dict[str, str]
    staged: Entry | None = field(default=None)


_LINK = "a link that is not followed from within a folder. Name what it points to."


def _skipped(path: Path) -> bool:
    """Whether a walk passes by: a link to a folder, to nothing, or to itself."""
    return path.is_symlink() and not path.is_file()


def files_in(paths: Iterable[Path]) -> tuple[list[Path], list[Report]]:
    """The files named, folders walked in order of name; and reports on what cannot be a document."""
    found: list[Path] = []
    refused: list[Report] = []
    for path in paths:
        if path.is_dir():
            walked = sorted(path.rglob("*"))
            inside = [p for p in walked if p.is_file() and not _hidden(p.relative_to(path))]
            readable = [p for p in inside if p.suffix.lower() in ADDABLE]
            found += readable
            refused += [
                Report(
                    p,
                    "refused",
                    reason=f"no document by its ending; looked for in folders: {', '.join(ADDABLE)}",
                )
                for p in inside
                if p not in set(readable)
            ]
            refused += [Report(p, "refused", reason=_LINK) for p in walked if _skipped(p)]
            if not inside:
                refused.append(Report(path, "refused", reason="there are no files in this folder"))
        elif path.is_file():
            found.append(path)
        else:
            what = "not a regular file" if path.exists() else "there is no such file. Check its name"
            refused.append(Report(path, "refused", reason=f"{what}."))
    return list(dict.fromkeys(found)), refused


def _hidden(path: Path) -> bool:
    """Dot files and the lock files of office programs."""
    return any(part.startswith((".", "~$")) for part in path.parts)


def add(
    library: Library, paths: Sequence[Path], options: Options, told: Callable[[Report], None] = lambda _: None
) -> list[Report]:
    """Add files and folders of files; ``told`` hears of each as soon as it is decided.

    Raises UsageError for options that cannot be meant, StoreError if the store cannot be written.
    """
    found, reports = files_in(paths)
    for report in reports:
        told(report)
    named = options.document_id or options.title or options.short_title
    if named and len(found) + len(reports) > 1:
        raise UsageError(
            "--title, --short-title and --id are for one file; several were given. Add them one by one."
        )
    if not found:
        return reports
    with indexing.writing(library):
        own_documents.tidy(library.workspace.documents)
        library.forget()
        indexing.bring_in_step(library)
        plans, decided = _plans(library, found, options)
        for report in decided:
            told(report)
        if plans:
            decided += _carry_out(library, plans, told)
    library.forget()
    return reports + decided


def _plans(library: Library, found: list[Path], options: Options) -> tuple[list[_Plan], list[Report]]:
    """What is to be read, and what is decided without reading."""
    from assistant.sources import own

    present = {e.document.id: e for e in library.own}
    shipped = {d.id for d in corpora.documents()}
    claimed: dict[str, Path] = {}
    plans: list[_Plan] = []
    decided: list[Report] = []
    for path in found:
        identity = options.document_id or own.slug(path.stem)
        former = present.get(identity)
        other = claimed.get(identity) or (
            Path(former.original) if former and former.original != path.name else None
        )
        if identity in shipped:
            reason = f"the id {identity!r} is a shipped document's. Give another with --id"
        elif other is not None and not (former and options.document_id):
            reason = f"its id {identity!r} is already that of {other}. Give another with --id"
        else:
            claimed[identity] = path
            given = {**(former.options if former else {}), **options.given()}
            if former and former.options == given and former.original_sha256 == _sha256(path):
                decided.append(Report(path, "unchanged", identity, former.passages))
            else:
                plans.append(_Plan(path, identity, former, given))
            continue
        decided.append(Report(path, "refused", reason=reason))
    return plans, decided


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None  # reading it will say why


def _carry_out(library: Library, plans: list[_Plan], told: Callable[[Report], None]) -> list[Report]:
    """Read, enter and put in force; with what is whole if the user breaks off."""
    reports: list[Report] = []
    done: list[_Plan] = []
    with indexing.revising(library) as (revision, finish):
        named = {d.id: d.short_title for d in revision.catalogue.documents().values()}
        try:
            for plan in plans:
                report = _one(library, plan, revision, named)
                reports.append(report)
                told(report)
                if plan.staged:
                    done.append(plan)
        except KeyboardInterrupt:
            _finish(library, revision, finish, done)
            raise
        except BaseException:
            for plan in plans:
                if plan.staged:
                    own_documents.discard(plan.staged)
            raise
        _finish(library, revision, finish, done)
    return reports


def _finish(library: Library, revision: Revision, finish: Any, done: list[_Plan]) -> None:
    if not done:
        return

    def enforce() -> None:
        for plan in done:
            if plan.staged:
                own_documents.enforce(plan.staged)

    finish(indexing.identity_after(library, revision), {}, enforce)


def _one(library: Library, plan: _Plan, revision: Revision, named: dict[str, str]) -> Report:
    """One file into the documents' folder, not yet in force, and into the revision.

    ``named`` are the short titles by document id; a new one is entered.
    """
    from assistant.sources import own

    try:
        options: dict[str, Any] = {"tracked": "accept", **plan.options}
        source = _told_apart(own.extract(plan.path, document_id=plan.id, **options), named)
        staged = own_documents.stage(
            library.workspace.documents, source, plan.path, plan.options, plan.former
        )
    except GcmDraftError as error:
        # The readers name the file themselves; a report has it already.
        return Report(plan.path, "refused", plan.id, reason=str(error).removeprefix(f"{plan.path.name}: "))
    except OSError as error:
        if error.filename is None or Path(str(error.filename)) != plan.path:
            raise
        return Report(plan.path, "refused", plan.id, reason=f"it cannot be read: {error.strerror or error}")
    source = _with_document(source, staged)
    if plan.former and plan.former.document.sha256 == staged.document.sha256:
        return Report(plan.path, "unchanged", plan.id, len(source.passages), len(source.pages))
    try:
        revision.put(source, library.progress(len(source.passages), f"Adding {plan.path.name}"))
    except BaseException:
        own_documents.discard(staged)
        raise
    plan.staged = staged
    named[plan.id] = source.document.short_title
    outcome: Outcome = "changed" if plan.former else "added"
    return Report(
        plan.path, outcome, plan.id, len(source.passages), len(source.pages), remarks=source.remarks
    )


def _told_apart(source: Any, named: dict[str, str]) -> Any:
    """The source with its id in its short title if another document has the same: a citation must name one."""
    from dataclasses import replace

    document = source.document
    taken = {title.casefold() for i, title in named.items() if i != document.id}
    if document.short_title.casefold() not in taken:
        return source
    return replace(source, document=replace(document, short_title=f"{document.short_title}, {document.id}"))


def _with_document(source: Any, entry: Entry) -> Any:
    from dataclasses import replace

    return replace(source, document=entry.document)


def remove(library: Library, ids: Sequence[str]) -> list[str]:
    """Take documents of the user's out of folder and store; all or, if one cannot be, none.

    A document whose files were altered can be removed too. Raises ProblemsError naming every id that is no
    document of the user's.
    """
    with indexing.writing(library):
        library.forget()
        if library.workspace.server:
            library.own  # noqa: B018 the mirror is brought in step
        wanted = list(dict.fromkeys(ids))
        folders = {i: library.workspace.documents / own_documents.folder_name(i) for i in wanted}
        shipped = {d.id for d in corpora.documents()}
        problems = [
            f"{i}: a shipped document; it stays" if i in shipped else f"{i}: no document of yours"
            for i in wanted
            if i in shipped or not folders[i].is_dir()
        ]
        if problems:
            raise ProblemsError("Nothing was removed. See: gcm-draft corpus list", problems)
        _take_out(library, folders)
    library.forget()
    return wanted


def _take_out(library: Library, folders: dict[str, Path]) -> None:
    """Out of the folder, which the local store follows; a server's state changes before its mirror."""

    def take() -> None:
        for folder in folders.values():
            own_documents.remove_folder(folder)

    if not library.workspace.server:
        indexing.refuse_unusable(library)  # before anything is taken out
        take()
        library.forget()
        indexing.bring_in_step(library)
        return
    indexing.bring_in_step(library)
    with indexing.revising(library) as (revision, finish):
        for i in folders:
            revision.drop(i)
        finish(indexing.identity_after(library, revision), {}, take)


__all__ = ["ADDABLE", "Options", "Outcome", "Report", "add", "files_in", "remove"]
