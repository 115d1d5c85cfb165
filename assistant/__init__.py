"""gcm-draft from Python: open a library, search, draft, render, resolve a citation, verify a note.

>>> import assistant
>>> library = assistant.open()                                      # doctest: +SKIP
>>> brief = library.draft("ethical recruitment")                    # doctest: +SKIP
>>> print(library.render(brief, "md").decode())                     # doctest: +SKIP
>>> library.resolve("Cluster 2, OPA, p. 17")                        # doctest: +SKIP

Everything is typed; the records are in :mod:`assistant.model`, errors in :mod:`assistant.errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.errors import GcmDraftError as GcmDraftError
    from assistant.library import Library as Library
    from assistant.model import Answer as Answer
    from assistant.model import Brief as Brief
    from assistant.model import Document as Document
    from assistant.model import Finding as Finding
    from assistant.model import Hit as Hit
    from assistant.model import Passage as Passage
    from assistant.retrieval import Filters as Filters

__all__ = [
    "Answer",
    "Brief",
    "Document",
    "Filters",
    "Finding",
    "GcmDraftError",
    "Hit",
    "Library",
    "Passage",
    "open",
]

_HOMES = {"Library": "library", "Filters": "retrieval", "GcmDraftError": "errors"}


def open(*, corpus: str | None = None, store: str | None = None) -> Library:  # noqa: A001 reads as assistant.open()
    """The library of the corpus called ``corpus`` ("default"), with its vector store in ``store``.

    Nothing is read yet; the index is built at the first search if it is missing. Raises UsageError for a bad name.
    """
    from assistant.library import Library

    return Library(corpus=corpus, store=store)


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used, so that ``import assistant`` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"assistant.{_HOMES.get(name, 'model')}"), name)
