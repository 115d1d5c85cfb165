"""Vectors that need not be computed again: those of the store as it was, and those of an interrupted run.

A vector is known by a digest of the text that was embedded, the embedder's name and the index version: another
version may have put more than the text to the embedder. What a run computes it also notes in ``resume.sqlite3``,
batch by batch, so that the run after a kill goes on from there; a run that ends well removes the file.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import StoreError
from assistant.store import INDEX_VERSION

if TYPE_CHECKING:
    from assistant.store import Store

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vector (digest TEXT UNIQUE, value BLOB);
CREATE TABLE IF NOT EXISTS maker (name TEXT)
"""
"""With row ids, so that vectors are written one behind the other: digests come in no order, and with them as the
table's key every vector would be a page of its own somewhere in the file."""


class _OtherMakerError(Exception):
    """The interrupted run was another embedder's or index version's."""


class KnownVectors:
    """Looks up vectors by digest: first of the interrupted run, then of the former store."""

    def __init__(self, root: Path, embedder: str, former: Store | None = None) -> None:
        self._path = root / "resume.sqlite3"
        self._maker = f"{embedder} in index version {INDEX_VERSION}"
        self._former = former if former is not None and _is_alike(former, embedder) else None
        try:
            self._journal = self._open()
        except (
            sqlite3.DatabaseError,
            _OtherMakerError,
        ):  # cut short by a crash, or useless: it only costs time
            self._path.unlink(missing_ok=True)
            self._journal = self._open()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=30)
        try:
            db.executescript(_SCHEMA)
            db.execute("INSERT INTO maker SELECT ? WHERE NOT EXISTS (SELECT 1 FROM maker)", (self._maker,))
            db.commit()
            db.execute("SELECT digest, value FROM vector LIMIT 1").fetchone()
            if db.execute("SELECT name FROM maker").fetchall() != [(self._maker,)]:
                raise _OtherMakerError
        except BaseException:
            db.close()
            raise
        return db

    def find(self, digests: Sequence[str]) -> dict[str, list[float]]:
        """The known ones of these."""
        import numpy as np

        found: dict[str, list[float]] = {}
        for start in range(0, len(digests), 500):
            some = digests[start : start + 500]
            marks = ",".join("?" * len(some))
            rows = self._journal.execute(
                f"SELECT digest, value FROM vector WHERE digest IN ({marks})",  # noqa: S608
                some,
            )
            found.update((d, np.frombuffer(value, dtype="<f4").tolist()) for d, value in rows)
        if self._former is not None:
            found = {**self._of_former([d for d in digests if d not in found]), **found}
        return found

    def _of_former(self, digests: Sequence[str]) -> dict[str, list[float]]:
        assert self._former is not None  # noqa: S101 for the type checker; the caller has looked
        try:
            chunks = self._former.catalogue.chunks_embedding(digests)
            vectors = self._former.vectors.vectors(sorted(set(chunks.values())))
        except StoreError:
            self._former = None  # damaged or of another form: nothing of it is used
            return {}
        return {d: list(vectors[c]) for d, c in chunks.items() if c in vectors}

    def note(self, vectors: Mapping[str, Sequence[float]]) -> None:
        """Remember freshly computed vectors, by digest, for the run after an interruption."""
        import numpy as np

        rows = ((d, np.asarray(v, dtype="<f4").tobytes()) for d, v in vectors.items())
        with self._journal:
            self._journal.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)

    def close(self, *, done: bool) -> None:
        """Close the journal; after a run that ended well it is removed."""
        self._journal.close()
        if done:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)


def _is_alike(former: Store, embedder: str) -> bool:
    meta = former.catalogue.meta
    return meta.get("embedder") == embedder and meta.get("index_version") == INDEX_VERSION
