"""The corpus: which documents there are, read and proved to be the files they claim to be.

The shipped documents stand in ``corpus/manifest.toml`` with the SHA-256 of their bytes; a file that is
missing, altered or not UTF-8 is never read around. A user's own documents join them as further sources
(:meth:`Corpus.merged`). Only the reader a document needs is imported, and nothing heavy.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from assistant.errors import GcmDraftError, ProblemsError, SourceError
from assistant.model import Document, Page, Passage, Source
from assistant.resources import shipped
from assistant.text import cut, fold

READER_VERSION = "2"
"""Raised whenever a reader changes what it makes of the same file: part of the corpus's hash."""

READERS = {
    "recollection": "assistant.sources.recollection",
    "overview": "assistant.sources.overview",
    "session_brief": "assistant.sources.session_brief",
    "summary_report": "assistant.sources.summary_report",
    "hub": "assistant.sources.hub",
}
"""The module that reads each family of shipped documents; each offers ``read(document, text) -> Source``."""

MARKDOWN_FAMILIES = frozenset({"recollection"})
"""Families whose printed form carries emphasis marks and superscript calls that ``text`` does without."""

MANIFEST = "manifest.toml"


@dataclass(frozen=True)
class Corpus:
    """Documents read, in the order in which briefs list them.

    ``sources`` maps document ids to sources, ``passages`` passage ids to passages, both in order.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: Iterable[Source]) -> Corpus:
        """A corpus of these sources, in this order. Two documents or passages of one id are an error."""
        made: dict[str, Source] = {}
        problems = []
        for source in sources:
            if source.document.id in made:
                problems.append(f"two documents have the id {source.document.id!r}: rename one of the files")
            made[source.document.id] = source
        seen: set[str] = set()
        for passage in (p for source in made.values() for p in source.passages):
            if passage.id in seen:
                problems.append(f"two passages have the id {passage.id!r}")
            seen.add(passage.id)
        if problems:
            raise ProblemsError("The documents cannot be one corpus:", problems)
        return cls(made)

    def merged(self, more: Iterable[Source]) -> Corpus:
        """The corpus with further documents behind its own, such as a user's."""
        return Corpus.of([*self.sources.values(), *more])

    @cached_property
    def passages(self) -> Mapping[str, Passage]:
        """Every passage by id, in the order of documents and then as printed."""
        return {passage.id: passage for source in self.sources.values() for passage in source.passages}

    @cached_property
    def sha256(self) -> str:
        """What an index or brief was made from: a hash of the documents' hashes and the readers' version."""
        return hash_of(source.document for source in self.sources.values())

    def source(self, document: str) -> Source:
        """The document read, by id; an unknown id is a :class:`SourceError` that lists the known ones."""
        try:
            return self.sources[document]
        except KeyError:
            known = ", ".join(self.sources) or "none"
            raise SourceError(
                f"No document “{document}” in the corpus. There are: {known}. See: gcm-draft corpus list"
            ) from None

    def text(self, document: str) -> str:
        """The text of a document, to which its passages' spans refer."""
        return self.source(document).text

    def passage(self, passage_id: str) -> Passage:
        """The passage by id; an unknown id is a :class:`SourceError`."""
        try:
            return self.passages[passage_id]
        except KeyError:
            raise SourceError(
                f"No passage “{passage_id}” in the corpus. List all ids with: gcm-draft passages"
            ) from None

    def page_of(self, document: str, offset: int) -> Page | None:
        """The page on which the character at ``offset`` of a document's text stands; None without pages."""
        return next((p for p in self.source(document).pages if p.start <= offset < p.end), None)

    def printed(self, passage: Passage) -> str:
        """The passage as printed: its spans cut out of its document."""
        return cut(self.text(passage.document), passage.spans)


def hash_of(documents: Iterable[Document]) -> str:
    """The hash of a corpus of these documents, in any order, as these readers read them."""
    lines = sorted(f"{document.id} {document.sha256}" for document in documents)
    return hashlib.sha256("\n".join([READER_VERSION, *lines]).encode()).hexdigest()


def folded(printed: str, family: str) -> str:
    """A printed form as ``passage.text`` has it in documents of this family."""
    return fold(printed, markdown=family in MARKDOWN_FAMILIES)


def load_shipped(folder: Path | None = None) -> Corpus:
    """The shipped documents, proved and read, the overview and the Recollection told of each other.

    ``folder`` stands in for the shipped one. All faults of the manifest's files are reported together, as
    :class:`SourceError` (one) or :class:`ProblemsError` (several).
    """
    folder = folder or shipped("corpus")
    sources: list[Source] = []
    faults: list[GcmDraftError] = []
    for document in documents(folder):
        try:
            sources.append(load_source(document, folder / document.file))
        except GcmDraftError as fault:
            faults.append(fault)
    if len(faults) > 1:
        raise ProblemsError(f"{len(faults)} documents of the corpus cannot be read:", map(str, faults))
    if faults:
        raise faults[0]
    return Corpus.of(_linked(sources))


def documents(folder: Path | None = None) -> tuple[Document, ...]:
    """What the manifest says of the shipped documents, without reading them."""
    path = (folder or shipped("corpus")) / MANIFEST
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["document"]
        return tuple(_document(entry) for entry in entries)
    except FileNotFoundError:
        raise SourceError(f"The corpus has no manifest: expected {path}. Install gcm-draft anew.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as fault:
        raise SourceError(
            f"{path} is no manifest of documents: {type(fault).__name__}: {fault}. Install gcm-draft anew."
        ) from fault


def load_source(document: Document, path: Path) -> Source:
    """One document from its file, proved by its SHA-256 before it is read."""
    reader = READERS.get(document.family)
    if reader is None:
        known = ", ".join(READERS)
        raise SourceError(
            f"{document.file}: no reader for the family “{document.family}”. There are: {known}."
        )
    text = proved(document, path)
    source: Source = import_module(reader).read(document, text)
    return source


def proved(document: Document, path: Path) -> str:
    """The text of a file whose bytes have the hash the document's entry names."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(
            f"{document.file} is missing: expected it at {path}. Restore it or install gcm-draft anew."
        ) from None
    except OSError as fault:
        raise SourceError(f"{document.file} cannot be read: {fault.strerror or fault} ({path}).") from fault
    found = hashlib.sha256(data).hexdigest()
    if found != document.sha256:
        raise SourceError(
            f"{document.file} is not the document it was: expected SHA-256 {document.sha256}, found {found}. "
            "Its citations can no longer be vouched for. Restore the file or install gcm-draft anew."
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise SourceError(
            f"{document.file} is not UTF-8: byte {fault.start} is 0x{data[fault.start]:02x}. "
            "Save it as UTF-8 or install gcm-draft anew."
        ) from fault


def _document(entry: Mapping[str, Any]) -> Document:
    return Document(**{**entry, "languages": tuple(entry["languages"])})


def _linked(sources: list[Source]) -> list[Source]:
    """The sources, with the overview's citations resolved where both it and the Recollection are there."""
    by_family = {source.document.family: n for n, source in enumerate(sources)}
    if not {"overview", "recollection"} <= set(by_family):
        return sources
    from assistant.sources.overview_links import link

    overview, recollection = by_family["overview"], by_family["recollection"]
    linked = list(sources)
    linked[overview], linked[recollection] = link(sources[overview], sources[recollection])
    return linked
