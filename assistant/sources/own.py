"""A file of the user's -> a Source: which reader it needs is told by its content, never by its name alone.

Everything a file can be besides a readable document (empty, cut off, encrypted, mislabelled, a picture, an
archive that unpacks to gigabytes) ends in one SourceError that says what was found and what to do.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from assistant.errors import SourceError, UsageError
from assistant.model import Document, Passage, Source
from assistant.sources.extracted import Extraction
from assistant.sources.language import guess_language
from assistant.sources.sniffing import sniff
from assistant.sources.structure import build_passages
from assistant.text import has_letters, one_line

MAX_BYTES = {
    "pdf": 1 << 30,  # a scanned volume of 2,000 pages has some 500 MB; its pages are read one at a time
    "word": 256 << 20,  # pictures included; the text parts have their own limits in word_xml
    "html": 32 << 20,  # parsed as a whole, about ten times as large in memory
    "markdown": 32 << 20,
    "text": 64 << 20,  # some 30,000 printed pages
    "csv": 64 << 20,
}
"""Largest file of each family in bytes; each is held in memory but for the PDF."""

STANDING = {
    "en": "Added by the user; standing not stated.",
    "fr": "Ajouté par l'utilisateur ; statut non précisé.",
    "es": "Añadido por el usuario; carácter no indicado.",
}
PUBLISHER = "Added by the user"
MAX_SHORT_TITLE = 60
"""Characters: a citation is printed after every quotation."""
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_ID = re.compile(r"[\w][\w.-]*")


def extract(
    path: Path,
    *,
    title: str | None = None,
    date: str | None = None,
    standing: str | None = None,
    short_title: str | None = None,
    tracked: Literal["accept", "refuse"] = "accept",
    document_id: str | None = None,
) -> Source:
    """Read a user's file: its extracted text, pages, typed passages, and what a reader must know of it.

    ``tracked`` says what becomes of tracked changes in Word files. ``date`` is ISO (YYYY, YYYY-MM or
    YYYY-MM-DD). ``document_id`` overrides the id made of the file's name. Raises SourceError for a file that
    cannot be read, ProblemsError for a table with bad rows, UsageError for a bad date or id.
    """
    path = Path(path)
    if date is not None and _DATE.fullmatch(date) is None:
        raise UsageError(f"--date expects YYYY, YYYY-MM or YYYY-MM-DD; found {date!r}.")
    identity = document_id if document_id is not None else slug(path.stem)
    if _ID.fullmatch(identity) is None:
        raise UsageError(f"A document's id is made of letters, digits, '-', '_' and '.'; found {identity!r}.")
    family = sniff(path, MAX_BYTES)
    try:
        extraction = _read(family, path, tracked)
    except (MemoryError, RecursionError):
        raise SourceError(
            f"{path.name}: reading it needs more memory than there is. Split it into parts and add those."
        ) from None
    if not has_letters(extraction.text):
        raise SourceError(f"{path.name}: there is no text in it. Check that it is the right file.")
    title = one_line(title or "") or one_line(extraction.title or "") or one_line(path.stem) or identity
    document = Document(
        id=identity,
        title=title,
        short_title=one_line(short_title or "") or _short_title(title),
        publisher=PUBLISHER,
        date=date,
        languages=(guess_language(extraction.text),),
        standing=dict(STANDING) if standing is None else dict.fromkeys(STANDING, standing),
        sha256=_sha256(path),
        file=one_line(path.name),
        family=f"own-{family}",
        shipped=False,
    )
    passages = build_passages(document, extraction.text, extraction.pages, extraction.blocks)
    return Source(document, extraction.text, extraction.pages, passages, extraction.remarks)


def iter_passages(path: Path, **options: str | None) -> Iterator[Passage]:
    """The passages of a file one by one; options as for :func:`extract`."""
    yield from extract(path, **options).passages  # type: ignore[arg-type]


def _read(family: str, path: Path, tracked: Literal["accept", "refuse"]) -> Extraction:
    """Call the family's reader; each imports its format library only now."""
    from assistant.sources import csv_table, html, markdown, pdf, plain_text, word

    if family == "word":
        return word.read(path, tracked=tracked)
    readers = {
        "pdf": pdf.read,
        "html": html.read,
        "markdown": markdown.read,
        "csv": csv_table.read,
        "text": plain_text.read,
    }
    return readers[family](path)


def slug(stem: str) -> str:
    """An id from a file's name: lower case, letters and digits of any script, the rest hyphens.

    >>> slug("Rapport d'été (final) v2"), slug("تقرير 2018")
    ('rapport-d-été-final-v2', 'تقرير-2018')
    """
    name = unicodedata.normalize("NFC", stem).casefold()
    name = "".join(c if c.isalnum() or unicodedata.category(c) in {"Mn", "Mc"} else "-" for c in name)
    return re.sub("-+", "-", name).strip("-")[:120] or "document"


def _short_title(title: str) -> str:
    """What citations print: the title without brackets, cut at a word if long."""
    title = " ".join(re.sub(r"[()\[\]]", " ", title).split())
    if len(title) <= MAX_SHORT_TITLE:
        return title
    return title[: MAX_SHORT_TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:-–") + "…"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
