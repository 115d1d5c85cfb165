"""A user's own documents on disk: one folder each, whole or absent, which can be copied to another machine.

``documents/<id>/document.json`` names the version in force, ``documents/<id>/<version>/`` holds it::

    original/report.pdf   the file as it was added
    text.txt              the extracted text (UTF-8), to which the spans of passages refer
    source.json           pages, passages and remarks

A document is added, replaced or removed by one renaming; what a killed run leaves behind is invisible and
removed by the next writer. Of former versions text and passages are kept, so that citations into them can be
told from wrong ones. Nothing here names a machine, a folder outside, or a time.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant.errors import GcmDraftError, ProblemsError, SourceError
from assistant.model import Document, Page, Source, as_dict, passage_dict, passage_from_dict
from assistant.store.generations import sync, write_whole

ENTRY = "document.json"
FORMAT = 1
"""Of the files; a higher one is from a newer program."""
_VERSION = re.compile(r"v-[0-9a-f]{16}")
_PAGE_FIELDS = ("number", "label", "start", "end", "certain", "evidence", "physical")


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the user's documents. ``document.sha256`` proves record, text and passages together.

    ``folder`` is the document's, ``version`` the name of the folder in it; ``original`` and
    ``original_sha256`` are of the file as added; ``options`` those of ``corpus add``; ``former`` are the
    versions no longer in force, oldest first.
    """

    folder: Path
    version: str
    document: Document
    original: str
    original_sha256: str
    text_sha256: str
    source_sha256: str
    passages: int
    options: dict[str, str] = field(default_factory=dict)
    former: tuple[str, ...] = ()

    def proof(self) -> str:
        """What ``document.sha256`` must be."""
        record = as_dict(self.document)
        del record["sha256"]
        proved = [record, self.original_sha256, self.text_sha256, self.source_sha256]
        return hashlib.sha256(json.dumps(proved, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


def entries(folder: Path) -> tuple[Entry, ...]:
    """The documents in ``folder`` by id, by their records alone. All faults are reported together."""
    found: list[Entry] = []
    faults: list[GcmDraftError] = []
    for path in sorted(folder.glob(f"*/{ENTRY}")) if folder.is_dir() else []:
        if path.parent.name.startswith("."):
            continue
        try:
            found.append(_read_entry(path))
        except GcmDraftError as fault:
            faults.append(fault)
    _raise(faults)
    return tuple(sorted(found, key=lambda entry: entry.document.id))


def _raise(faults: list[GcmDraftError]) -> None:
    if len(faults) > 1:
        raise ProblemsError(f"{len(faults)} of your documents cannot be read:", map(str, faults))
    if faults:
        raise faults[0]


def _read_entry(path: Path) -> Entry:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] > FORMAT:
            raise SourceError(f"{path} was written by a newer gcm-draft. Update gcm-draft.")
        document = Document(**{**record["document"], "languages": tuple(record["document"]["languages"])})
        entry = Entry(
            path.parent,
            record["version"],
            document,
            record["original"],
            record["original_sha256"],
            record["text_sha256"],
            record["source_sha256"],
            record["passages"],
            record["options"],
            tuple(record["former"]),
        )
        if not all(map(_VERSION.fullmatch, (entry.version, *entry.former))):
            raise ValueError("a version's name is none")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _altered(path, f"{type(error).__name__}: {error}") from error
    if entry.proof() != document.sha256:
        raise _altered(path, "its record is not as it was written")
    return entry


def _altered(path: Path, problem: str) -> SourceError:
    return SourceError(
        f"Your document in {path.parent} is not what was added ({problem}). Its citations can no longer be "
        f"vouched for. Take it out and add the file again: gcm-draft corpus remove {path.parent.name}"
    )


def prove(entry: Entry) -> Entry:
    """The entry, its text and passages read through and found as they were written. Raises SourceError."""
    for name, expected in (("text.txt", entry.text_sha256), ("source.json", entry.source_sha256)):
        path = entry.folder / entry.version / name
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _altered(entry.folder / ENTRY, f"{name}: {error.strerror or error}") from error
        if found != expected:
            raise _altered(entry.folder / ENTRY, f"{name} was changed")
    return entry


def load(entry: Entry) -> Source:
    """The document with its text, pages and passages, proved."""
    prove(entry)
    return _load(entry.folder / entry.version, entry.document)


def _load(folder: Path, document: Document | None = None) -> Source:
    try:
        text = (folder / "text.txt").read_bytes().decode("utf-8")
        record = json.loads((folder / "source.json").read_text(encoding="utf-8"))
        if document is None:
            document = Document(**{**record["document"], "languages": tuple(record["document"]["languages"])})
        pages = tuple(Page(**dict(zip(_PAGE_FIELDS, page, strict=True))) for page in record["pages"])
        passages = tuple(passage_from_dict(p) for p in record["passages"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _altered(folder, f"{type(error).__name__}: {error}") from error
    return Source(document, text, pages, passages, tuple(record["remarks"]))


def sources(found: Iterable[Entry]) -> Iterator[Source]:
    """The documents one by one; only one is in memory at a time."""
    return map(load, found)


def former_sources(folder: Path) -> Iterator[Source]:
    """Every former version of the documents in ``folder``, newest first within a document."""
    for entry in entries(folder):
        for version in reversed(entry.former):
            if (entry.folder / version / "source.json").is_file():
                yield _load(entry.folder / version)


# --- writing; the caller holds the lock of the workspace ----------------------------------------------------


def folder_name(document_id: str) -> str:
    """The name of a document's folder: its id, or a stand-in where a file system would refuse that."""
    plain = re.fullmatch(r"\w[\w.-]*", document_id) and not document_id.endswith(".")
    if plain and len(document_id.encode("utf-8")) <= 120:
        return document_id
    return f"document-{hashlib.sha256(document_id.encode()).hexdigest()[:24]}"


def stage(
    folder: Path, source: Source, original: Path, options: dict[str, str], former: Entry | None = None
) -> Entry:
    """Write a version of a document beside those there are; it is in force only after :func:`enforce`.

    ``source.document.sha256`` must be of ``original``'s bytes. Raises SourceError if the file has changed
    since it was read.
    """
    place = folder / folder_name(source.document.id)
    part = place / f".part-{uuid.uuid4().hex[:8]}"
    (part / "original").mkdir(parents=True)
    try:
        copy = part / "original" / original.name
        shutil.copyfile(original, copy)
        with copy.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != source.document.sha256:
                raise SourceError(f"{original.name} changed while it was read. Add it again.")
        text = source.text.encode("utf-8")
        record = _record(source)
        (part / "text.txt").write_bytes(text)
        (part / "source.json").write_bytes(record)
        entry = Entry(
            place,
            "",
            source.document,
            original.name,
            source.document.sha256,
            hashlib.sha256(text).hexdigest(),
            hashlib.sha256(record).hexdigest(),
            len(source.passages),
            options,
            (*former.former, former.version) if former else (),
        )
        proof = entry.proof()
        entry = replace(entry, version=f"v-{proof[:16]}", document=replace(source.document, sha256=proof))
        if former and former.version == entry.version:
            shutil.rmtree(part, ignore_errors=True)
            return replace(former, options=options)
        entry = replace(entry, former=tuple(v for v in entry.former if v != entry.version))
        for path in (copy, part / "text.txt", part / "source.json", part):
            sync(path)
        if (place / entry.version).exists():
            shutil.rmtree(place / entry.version)
        part.rename(place / entry.version)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return entry


def _record(source: Source) -> bytes:
    """``source.json``: one passage a line, so that two versions can be compared by eye."""
    passages = ",\n".join(json.dumps(passage_dict(p), ensure_ascii=False) for p in source.passages)
    pages = ",\n".join(
        json.dumps([getattr(p, n) for n in _PAGE_FIELDS], ensure_ascii=False) for p in source.pages
    )
    parts = {
        "document": json.dumps(as_dict(source.document), ensure_ascii=False),
        "remarks": json.dumps(source.remarks, ensure_ascii=False),
        "pages": f"[\n{pages}\n]",
        "passages": f"[\n{passages}\n]",
    }
    return ("{\n" + ",\n".join(f'"{key}": {value}' for key, value in parts.items()) + "\n}\n").encode("utf-8")


def enforce(entry: Entry) -> None:
    """Put a staged version in force, in one step."""
    record: dict[str, Any] = {
        "format": FORMAT,
        "version": entry.version,
        "document": as_dict(entry.document),
        **{
            k: getattr(entry, k)
            for k in ("original", "original_sha256", "text_sha256", "source_sha256", "passages")
        },
        "options": entry.options,
        "former": entry.former,
    }
    write_entry(entry.folder, json.dumps(record, ensure_ascii=False, indent=1).encode("utf-8"))
    for version in entry.former:
        shutil.rmtree(entry.folder / version / "original", ignore_errors=True)


def write_entry(folder: Path, record: bytes) -> None:
    """Write the record that names the version in force, in one step."""
    write_whole(folder / ENTRY, record)


def discard(entry: Entry) -> None:
    """Remove a version staged and not put in force."""
    shutil.rmtree(entry.folder / entry.version, ignore_errors=True)
    if not (entry.folder / ENTRY).exists() and entry.folder.is_dir() and not any(entry.folder.iterdir()):
        entry.folder.rmdir()


def remove_folder(folder: Path) -> None:
    """Take out a document with all its versions, in one step, whatever state its record is in."""
    gone = folder.with_name(f".gone-{uuid.uuid4().hex[:8]}")
    folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def tidy(folder: Path) -> None:
    """Remove what killed runs have left in ``folder``."""
    if not folder.is_dir():
        return
    for left in folder.glob(".gone-*"):
        shutil.rmtree(left, ignore_errors=True)
    for place in folder.iterdir():
        if not place.is_dir():
            continue
        try:
            entry = _read_entry(place / ENTRY) if (place / ENTRY).exists() else None
        except GcmDraftError:
            continue  # not ours to judge: it is reported where it is read
        wanted = {entry.version, *entry.former} if entry else set()
        for version in [*place.glob("v-*"), *place.glob(".part-*")]:
            if version.name not in wanted:
                shutil.rmtree(version, ignore_errors=True)
        for pointer in place.glob(f"{ENTRY}.*"):
            pointer.unlink(missing_ok=True)
        if not any(place.iterdir()):
            place.rmdir()
