"""Where a named corpus and its store lie: one folder a corpus, which can be copied to another machine.

``<data>/corpora/<name>/documents/`` holds the user's own documents, ``<data>/corpora/<name>/store/`` what is
built from them and the shipped ones, which can be built again at any time.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import UsageError
from assistant.resources import data_dir

DEFAULT = "default"
_NAME = re.compile(r"[\w-]{1,64}\Z")
_URL = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders of one corpus. ``server`` is set where the vectors are on a Chroma server."""

    name: str
    folder: Path
    store: Path
    server: str | None = None

    @property
    def documents(self) -> Path:
        """Where the user's own documents lie, or a server's are mirrored; may not exist."""
        return (self.store if self.server else self.folder) / "documents"


def workspace(corpus: str | None = None, store: str | None = None, embedder: str | None = None) -> Workspace:
    """The workspace of the corpus ``corpus``; ``store`` or ``GCM_DRAFT_STORE`` put its store elsewhere.

    Another ``embedder`` than the embedded one has a store of its own beside it, so that the two never mix.

    Raises UsageError for a name that is no plain folder name.
    """
    name = corpus or os.environ.get("GCM_DRAFT_CORPUS") or DEFAULT
    if not _NAME.match(name):
        raise UsageError(
            f"Expected a corpus name of letters, digits, '-' and '_' (at most 64), found {name!r}."
        )
    folder = _home() / "corpora" / name
    where = store or os.environ.get("GCM_DRAFT_STORE")
    if where and _URL.match(where):
        place = hashlib.sha256(where.rstrip("/").encode()).hexdigest()[:12]
        return Workspace(name, folder, folder / f"server-{place}", where)
    if where and "://" in where:
        raise UsageError(f"Expected a folder or http(s)://HOST:PORT as the store, found {where!r}.")
    if where and Path(where).is_file():
        raise UsageError(f"Expected a folder or http(s)://HOST:PORT as the store, found a file: {where}.")
    place = "store" if embedder is None else "store-" + re.sub(r"[^\w.-]+", "-", embedder)[:80]
    return Workspace(name, folder, Path(where) if where else folder / place)


def _home() -> Path:
    """The data folder; a path that cannot be written to where the system knows no home of this user."""
    try:
        folder = data_dir()
    except (RuntimeError, KeyError):
        return _NOWHERE
    return _NOWHERE if folder.parts[:1] == ("~",) else folder


_NOWHERE = Path(os.devnull) / "gcm-draft"
"""Below a file that is no folder: opening says there is no store, writing that it cannot be written."""
