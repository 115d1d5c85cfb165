"""The local store's vectors in shards of bounded size, each a Chroma folder of its own, searched together.

Chroma holds the whole graph of a collection in memory while it is written to (2 KB a vector) and writes all its
links at every synchronisation. With one collection memory would grow with the corpus and filling it would write
the square of its size; in shards both end at a shard's size. A small store is one shard.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.store.engine import open_local, open_writable
from assistant.store.generations import damaged
from assistant.store.vectors import SYNC, Neighbour, Row, Vectors

SHARD = 25_000
"""Vectors in a shard: 50 MB of memory while it is filled, and some 5 ms of every question."""
_SYNC_WHILE_FILLING = 1_000
"""How many vectors may wait outside the graph on disk while a shard is filled ..."""
_LARGE = 5_000
"""... from this many on."""


_GRAPHS = "chroma*/*/*.*"
_SIZES = "sizes.json"


def shard_paths(generation: Path) -> list[Path]:
    """The shards of a generation, first to last: ``chroma``, ``chroma-2``, ``chroma-3`` and so on."""
    paths = [generation / "chroma"]
    while (following := _path(generation, len(paths))).is_dir():
        paths.append(following)
    return paths


def _path(generation: Path, index: int) -> Path:
    return generation / ("chroma" if index == 0 else f"chroma-{index + 1}")


def record_sizes(generation: Path) -> None:
    """Note how large each graph's files are: the engine reads what it expects, past the end of a file cut short."""
    sizes = {p.relative_to(generation).as_posix(): p.stat().st_size for p in generation.glob(_GRAPHS)}
    (generation / _SIZES).write_text(json.dumps(sizes, indent=0), encoding="utf-8")


def _check_sizes(generation: Path) -> None:
    try:
        sizes: dict[str, int] = json.loads((generation / _SIZES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise damaged(generation, f"{_SIZES}: {error}") from error
    for name, size in sizes.items():
        path = generation / name
        found = path.stat().st_size if path.is_file() else None
        if found is None or found < size:
            said = "is not there" if found is None else f"has {found} bytes instead of {size}"
            raise damaged(generation, f"{name} {said}")


def open_shards(generation: Path) -> Vectors:
    """All vectors of a generation, for reading. Raises StoreError if a shard cannot be opened."""
    _check_sizes(generation)
    shards = [open_local(path) for path in shard_paths(generation)]
    return shards[0] if len(shards) == 1 else Shards(shards)


class Shards:
    """Several collections read as one. See :class:`assistant.store.vectors.Vectors`."""

    def __init__(self, shards: Sequence[Vectors]) -> None:
        self._shards = shards

    def query(
        self, vectors: Sequence[Sequence[float]], n: int, where: dict[str, Any] | None = None
    ) -> list[list[Neighbour]]:
        """The nearest of all shards."""
        found = [shard.query(vectors, n, where) for shard in self._shards]
        return [
            heapq.nsmallest(n, (pair for rows in of_shards for pair in rows), key=lambda p: (-p[1], p[0]))
            for of_shards in zip(*found, strict=True)
        ]

    def cosines(self, vectors: Sequence[Sequence[float]]) -> dict[str, float]:
        """Of all shards."""
        return {i: cosine for shard in self._shards for i, cosine in shard.cosines(vectors).items()}

    def vectors(self, ids: Sequence[str]) -> dict[str, list[float]]:
        """Those found in any shard."""
        found: dict[str, list[float]] = {}
        for shard in self._shards:
            if wanted := [i for i in ids if i not in found]:
                found |= shard.vectors(wanted)
        return found

    def count(self) -> int:
        """Of all shards."""
        return sum(shard.count() for shard in self._shards)


class LocalVectors:
    """A local store's vectors for writing; one shard is open at a time."""

    def __init__(self, generation: Path, *, create: bool = False) -> None:
        self._generation = generation
        self._index = 0 if create else len(shard_paths(generation)) - 1
        self._shard = _Shard(_path(generation, self._index), create=create)

    def add(self, rows: Sequence[Row]) -> None:
        """See :class:`assistant.store.ingestion.WritableVectors`; a full shard is followed by a new one."""
        while rows:
            if self._shard.room <= 0:
                self._open(self._index + 1, create=True)
            room = self._shard.room
            self._shard.add(rows[:room])
            rows = rows[room:]

    def delete(self, ids: Sequence[str]) -> None:
        """Remove these chunks from whichever shards they are in; unknown ids are ignored."""
        if not ids:
            return
        last = len(shard_paths(self._generation)) - 1
        for index in range(last, -1, -1):
            self._open(index)
            self._shard.delete(ids)
        self._open(last)

    def settle(self) -> None:
        """Have everything that was added in its lasting place, so that the next opening is quick."""
        self._shard.settle()

    def close(self) -> None:
        """Let go of the store's files."""
        self._shard.close()

    def _open(self, index: int, *, create: bool = False) -> None:
        if index == self._index:
            return
        self._shard.settle()
        self._shard.close()
        self._index = index
        self._shard = _Shard(_path(self._generation, index), create=create)


class _Shard:
    """One shard for writing; synchronises more rarely from a certain size on."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self._path = path
        self._vectors = open_writable(path, create=create)
        self._size = self._vectors.count()
        self._sync = SYNC

    @property
    def room(self) -> int:
        """How many vectors more it takes."""
        return SHARD - self._size

    def add(self, rows: Sequence[Row]) -> None:
        self._size += len(rows)
        if self._size >= _LARGE:
            self._reopen(_SYNC_WHILE_FILLING)
        self._vectors.add(rows)

    def delete(self, ids: Sequence[str]) -> None:
        self._vectors.delete(ids)
        self._size = self._vectors.count()

    def settle(self) -> None:
        """Have everything that was added in its lasting place.

        Chroma has no call for it: it synchronises after so many writes, so these are made, of what is there. What
        waited would be entered into the graph anew at every opening, at random, so that two openings could name
        other neighbours.
        """
        self._reopen(SYNC)
        self._vectors.write_again(SYNC)

    def close(self) -> None:
        self._vectors.close()

    def _reopen(self, sync: int) -> None:
        """Synchronise after this many vectors."""
        if sync == self._sync:
            return
        self._vectors.synchronise_after(sync)
        self._vectors.close()
        self._vectors = open_writable(self._path)
        self._sync = sync
