"""The catalogue beside the vectors: passages, chunks and the lexical index, in one SQLite file.

It is the truth of what a store holds: a chunk that Chroma knows and the catalogue does not is left over from
an interrupted run and is never shown. A chunk's id ends in a hash of what was embedded, so that a changed
passage never meets the vector of its former wording.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from assistant.analysis import terms
from assistant.errors import StoreError
from assistant.model import (
    Chunk,
    Document,
    Passage,
    SearchNotes,
    as_dict,
    passage_dict,
    passage_from_dict,
)

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE extra (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE document (id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE passage (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL, kind TEXT NOT NULL,
    cluster INTEGER, topic TEXT, heading TEXT NOT NULL, record TEXT NOT NULL, proof TEXT NOT NULL);
CREATE INDEX passage_document ON passage (document);
CREATE TABLE chunk (
    id TEXT PRIMARY KEY, passage INTEGER NOT NULL, view TEXT NOT NULL, embedded TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX chunk_passage ON chunk (passage);
CREATE INDEX chunk_embedded ON chunk (embedded);
CREATE VIRTUAL TABLE lexical USING fts5 (
    body, headings, notes, tokenize = "unicode61 remove_diacritics 0 tokenchars '.'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (lexical, row);
CREATE VIRTUAL TABLE column_vocabulary USING fts5vocab (lexical, col);
"""

DECODED = 2_000
"""Passages kept as read: many questions to one store meet the same ones."""
POSTINGS = 50_000
"""Occurrences of a question's terms that the lexical search weighs; some 100 ms of SQLite's time."""


class Catalogue:
    """One catalogue file, open. Use as a context manager or call :meth:`close`."""

    searched, notes_column = "", "notes"
    """The columns the lexical search looks in, as FTS5 writes it (all), and what it gives for notes."""

    def __init__(self, path: Path, *, write: bool = False, create: bool = False) -> None:
        if not create and not path.is_file():
            raise StoreError(f"No catalogue at {path}. Build it with: gcm-draft index build")
        mode = "rwc" if create else "rw" if write else "ro"
        self._write = write or create
        self._decoded: dict[int, Passage] = {}
        try:
            self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=30)
            if create:
                self._db.executescript(_SCHEMA)
            self._meta = dict(self._db.execute("SELECT key, value FROM meta"))
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise StoreError(
                f"The catalogue at {path} is damaged ({error}). Rebuild it with: gcm-draft index build"
            ) from error

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Uncommitted changes are dropped."""
        self._db.close()

    @property
    def meta(self) -> dict[str, str]:
        """What the store was built from: ``corpus_sha256``, ``embedder``, ``index_version``, ..."""
        return self._meta

    def set_meta(self, values: dict[str, str]) -> None:
        """Record these; committed with the next :meth:`commit`."""
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", sorted(values.items()))
        self._meta = {**self._meta, **values}

    def commit(self) -> None:
        """Make all changes since the last commit last, at once."""
        self._db.commit()

    # -- writing ---------------------------------------------------------------------------------------------

    def add_document(self, document: Document) -> None:
        """Enter a document's record."""
        record = json.dumps(as_dict(document), ensure_ascii=False)
        self._db.execute("INSERT INTO document VALUES (?, ?, ?)", (document.id, document.sha256, record))

    def add_passages(self, passages: Iterable[Passage], notes: SearchNotes, first: int) -> int:
        """Enter passages with their lexical terms, numbered from ``first``; returns the next free number."""
        number = first
        for number, p in enumerate(passages, first):
            record = json.dumps(passage_dict(p), ensure_ascii=False)
            self._db.execute(
                "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    p.id,
                    p.document,
                    p.kind,
                    p.cluster,
                    p.topic,
                    " / ".join(p.heading_path),
                    record,
                    digest(record),
                ),
            )
            about = [term for note in notes.get(p.id, ()) for term in terms(note.text, note.language)]
            fields = [*lexical_fields(p), " ".join(about)]
            self._db.execute(
                "INSERT INTO lexical (rowid, body, headings, notes) VALUES (?, ?, ?, ?)", (number, *fields)
            )
        return number + 1

    def add_chunks(self, chunks: Iterable[Chunk]) -> None:
        """Enter chunks of passages already entered."""
        self._db.executemany(
            "INSERT INTO chunk SELECT ?, number, ?, ? FROM passage WHERE id = ?",
            ((stored_id(c), c.view, digest(c.embedded), c.passage_id) for c in chunks),
        )

    def remove_document(self, document: str) -> list[str]:
        """Take a document out; returns the ids of its chunks, which the caller removes from Chroma."""
        ids = self.chunks_of_document(document)
        numbers = "(SELECT number FROM passage WHERE document = ?)"
        self._db.execute(f"DELETE FROM chunk WHERE passage IN {numbers}", (document,))  # noqa: S608 a constant
        self._db.execute(f"DELETE FROM lexical WHERE rowid IN {numbers}", (document,))  # noqa: S608 a constant
        self._db.execute("DELETE FROM passage WHERE document = ?", (document,))
        self._db.execute("DELETE FROM document WHERE id = ?", (document,))
        return ids

    def rollback(self) -> None:
        """Drop all changes since the last commit."""
        self._db.rollback()

    def _query(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows; a damaged file becomes a StoreError."""
        try:
            return self._db.execute(sql, values).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise _damaged(str(error)) from error

    def _among(self, sql: str, chosen: Sequence[Any], values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query with ``IN ({})``, asked for so many at a time as SQLite takes."""
        found: list[Any] = []
        for start in range(0, len(chosen), 500):
            some = chosen[start : start + 500]
            found += self._query(sql.format(",".join("?" * len(some))), [*some, *values])
        return found

    # -- reading ---------------------------------------------------------------------------------------------

    def documents(self) -> dict[str, Document]:
        """The documents by id, in the order they were entered by id."""
        rows = self._query("SELECT id, record FROM document ORDER BY id")
        try:
            return {i: _document(json.loads(record)) for i, record in rows}
        except (ValueError, TypeError, KeyError) as error:
            raise _damaged(f"a document's record: {error}") from error

    def count(self, table: str) -> int:
        """Rows of ``passage``, ``chunk`` or ``document``."""
        if table not in {"passage", "chunk", "document"}:
            raise ValueError(table)
        return int(self._query(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 checked above

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """Passages by number; unknown numbers are left out."""
        if self._write or len(self._decoded) > DECODED:  # what is written to may change
            self._decoded.clear()
        found = {n: self._decoded[n] for n in numbers if n in self._decoded}
        missing = [n for n in numbers if n not in found]
        rows = self._among("SELECT number, record, proof FROM passage WHERE number IN ({})", missing)
        found.update((n, _passage(record, proof)) for n, record, proof in rows)
        self._decoded.update((n, found[n]) for n in missing if n in found)
        return found

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Passages by id; unknown ids are left out. For a handful of ids."""
        rows = (
            r for i in ids for r in self._query("SELECT id, record, proof FROM passage WHERE id = ?", (i,))
        )
        return {i: _passage(record, proof) for i, record, proof in rows}

    def numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """The number of each passage by id; unknown ids are left out."""
        return dict(self._among("SELECT id, number FROM passage WHERE id IN ({})", ids))

    def extra(self, key: str) -> str | None:
        """A text kept with the store, such as an entry of the thesaurus; None if there is none."""
        rows = self._query("SELECT value FROM extra WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def needed_extra(self, key: str) -> str:
        """The same for one that every store has. Raises StoreError if it is not there."""
        found = self.extra(key)
        if found is None:
            raise StoreError(f"The store lacks its {key}. Rebuild it with: gcm-draft index build --force")
        return found

    def set_extras(self, extras: dict[str, str]) -> None:
        """Keep these texts with the store; committed with the next :meth:`commit`."""
        self._db.executemany("INSERT OR REPLACE INTO extra VALUES (?, ?)", sorted(extras.items()))

    def headings(self, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Document and heading path of each passage, by number: passages of one heading stand together."""
        rows = self._among("SELECT number, document, heading FROM passage WHERE number IN ({})", numbers)
        return {number: (document, heading) for number, document, heading in rows}

    def eligible(self, where: str, values: Sequence[Any], among: Sequence[int] | None = None) -> set[int]:
        """Numbers of the passages, or of some of them, that meet an SQL condition of retrieval."""
        if among is None:
            return {r[0] for r in self._query(f"SELECT number FROM passage WHERE {where}", values)}  # noqa: S608
        query = f"SELECT number FROM passage WHERE number IN ({{}}) AND {where}"  # noqa: S608
        return {r[0] for r in self._among(query, among, values)}

    def how_many(self, where: str, values: Sequence[Any]) -> int:
        """How many passages meet an SQL condition built by retrieval."""
        return int(self._query(f"SELECT count(*) FROM passage WHERE {where}", values)[0][0])  # noqa: S608

    def chunk_passages(self, chunks: Sequence[str]) -> dict[str, tuple[int, str]]:
        """Passage number and view by chunk id; chunks the catalogue does not hold are left out."""
        rows = self._among("SELECT id, passage, view FROM chunk WHERE id IN ({})", chunks)
        return {i: (passage, view) for i, passage, view in rows}

    @functools.cached_property
    def places(self) -> dict[str, tuple[int, str]]:
        """Passage number and view of every chunk; read once, for a small catalogue that is only read."""
        return {i: (passage, view) for i, passage, view in self._query("SELECT id, passage, view FROM chunk")}

    def chunks_of(self, numbers: Sequence[int]) -> dict[int, list[str]]:
        """Chunk ids by passage number."""
        found: dict[int, list[str]] = {}
        query = "SELECT passage, id FROM chunk WHERE passage IN ({}) ORDER BY id"
        for passage, chunk in self._among(query, numbers):
            found.setdefault(passage, []).append(chunk)
        return found

    def chunks_of_document(self, document: str) -> list[str]:
        """Ids of the chunks of one document."""
        return [row[0] for row in self._query(_CHUNKS_OF, (document,))]

    def some_chunks(self, number: int) -> list[str]:
        """Ids of so many chunks, if there are so many."""
        return [row[0] for row in self._query("SELECT id FROM chunk LIMIT ?", (number,))]

    def unknown_chunks(self, chunks: Iterable[str]) -> list[str]:
        """Those of these chunk ids that the catalogue does not hold."""
        wanted = list(chunks)
        known = self.chunk_passages(wanted)
        return [c for c in wanted if c not in known]

    def chunks_embedding(self, digests: Sequence[str]) -> dict[str, str]:
        """A chunk id for each of these digests of embedded texts that the store has."""
        query = "SELECT embedded, min(id) FROM chunk WHERE embedded IN ({}) GROUP BY 1"
        return dict(self._among(query, digests))

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file; nothing for a sound one."""
        try:
            rows = [str(r[0]) for r in self._query("PRAGMA quick_check(5)")]
        except StoreError as error:
            return [str(error)]
        return [] if rows == ["ok"] else rows

    def document_frequency(self, words: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands; absent terms are left out."""
        marks = ",".join("?" * len(words))
        rows = self._query(f"SELECT term, doc FROM vocabulary WHERE term IN ({marks})", list(words))  # noqa: S608
        return dict(rows)

    def standing(self, words: Sequence[str]) -> set[str]:
        """Those of the terms that stand in a passage or above one; search notes are not looked at."""
        marks = ",".join("?" * len(words))
        query = f"SELECT DISTINCT term FROM column_vocabulary WHERE term IN ({marks}) AND col <> 'notes'"  # noqa: S608
        return {row[0] for row in self._query(query, list(words))}

    def lexical(
        self, words: Sequence[str], limit: int, where: str = "", values: Sequence[Any] = ()
    ) -> list[tuple[int, str, str, str]]:
        """The ``limit`` best passages by BM25 for any of the terms: number, body, headings, notes.

        Of those only that meet an SQL condition of retrieval, if one is given.
        """
        if not words:
            return []
        words = self._telling(words)
        match = self.searched + "(" + " OR ".join(f'"{w}"' for w in words) + ")"
        # Without "+" SQLite takes the passages one by one and matches the words anew for each.
        among = f"AND +rowid IN (SELECT number FROM passage WHERE {where}) " if where else ""  # noqa: S608
        return self._query(
            f"SELECT rowid, body, headings, {self.notes_column} FROM lexical WHERE lexical MATCH ? {among}"  # noqa: S608
            "ORDER BY rank, rowid LIMIT ?",
            (match, *values, limit),
        )

    def _telling(self, words: Sequence[str]) -> Sequence[str]:
        """The rarest of the terms, as many as stand in :data:`POSTINGS` passages together, at least one.

        In a large corpus the common ones would have to be weighed in every other passage and decide nothing.
        """
        if len(words) * self.count("passage") <= POSTINGS:
            return words
        frequency = self.document_frequency(words)
        told, total = list[str](), 0
        for word in sorted(words, key=lambda w: (frequency.get(w, 0), w)):
            total += frequency.get(word, 0)
            if told and total > POSTINGS:
                break
            told.append(word)
        return told

    def mean_length(self, field: str = "body") -> float:
        """Mean number of terms of passages in their ``body`` or ``notes``, empty ones left out; at least 1."""
        return max(1.0, float(self._meta.get(f"mean_length_{field}", "1")))

    def measure(self) -> None:
        """Record mean lengths, for BM25; call after all passages are entered."""
        for field in ("body", "notes"):
            length = f"length({field}) - length(replace({field}, ' ', '')) + 1"
            mean = self._query(f"SELECT avg({length}) FROM lexical WHERE {field} <> ''")[0][0]  # noqa: S608
            self.set_meta({f"mean_length_{field}": repr(float(mean or 1.0))})


_CHUNKS_OF = (
    "SELECT chunk.id FROM chunk JOIN passage ON passage.number = chunk.passage WHERE document = ? ORDER BY 1"
)


def digest(embedded: str) -> str:
    """What tells one embedded text from another: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(embedded.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def stored_id(chunk: Chunk) -> str:
    """The id under which a chunk stands in the store."""
    return f"{chunk.id}@{digest(chunk.embedded)}"


def lexical_fields(passage: Passage) -> list[str]:
    """A passage's terms and those of its headings, topic and author, each joined by spaces."""
    above = " ".join([*passage.heading_path, passage.topic or "", passage.author or ""])
    return [" ".join(terms(passage.text, passage.language)), " ".join(terms(above, "en"))]


def _passage(record: str, proof: str) -> Passage:
    """A passage from its record, which must be as it was written: it will be quoted."""
    if digest(record) != proof:
        raise _damaged("a passage is not as it was written")
    return passage_from_dict(json.loads(record))


def _damaged(problem: str) -> StoreError:
    return StoreError(
        f"The store's catalogue is damaged ({problem}). Build it anew with: gcm-draft index build --force"
    )


def _document(record: dict[str, Any]) -> Document:
    return Document(**{**record, "languages": tuple(record["languages"])})
