"""Everything that can go wrong on purpose: one small hierarchy.

Each message says what was expected, what was found and what to do next. The command line turns these
into one line on stderr and the exit status; nothing else in the package knows about exit codes.
"""

from __future__ import annotations

from collections.abc import Iterable


class GcmDraftError(Exception):
    """Base of all errors meant for a user. ``exit_code`` is what the command line ends with."""

    exit_code = 2


class UsageError(GcmDraftError):
    """An argument or option cannot be used as given."""


class SourceError(GcmDraftError):
    """A source file is missing, altered, unreadable or not what its name claims."""


class StoreError(GcmDraftError):
    """The vector store is missing, stale, foreign, damaged, locked or out of reach."""


class TemplateError(GcmDraftError):
    """A briefing template is missing or faulty; the message names file and line."""


class MissingExtraError(GcmDraftError):
    """An optional dependency is needed. The message ends with the one command that adds it."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f"{purpose} needs an optional part. Add it with: pip install 'gcm-draft[{extra}]'")
        self.extra = extra


class ProblemsError(GcmDraftError):
    r"""Several problems of one input, reported together.

    >>> str(ProblemsError("2 problems in questions.csv:", ["line 2: empty", "line 5: too long"]))
    '2 problems in questions.csv:\n  - line 2: empty\n  - line 5: too long'
    """

    def __init__(self, headline: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join([headline, *(f"  - {p}" for p in self.problems)]))
