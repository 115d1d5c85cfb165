"""Whether a text is a question of a committed set in other words' order: what is written may not know what is asked."""

from __future__ import annotations

from assistant.analysis import terms
from assistant.evaluation.questions import load

ALIKE = 0.8
"""Share of common terms from which a text would be the question itself in another order."""

Asked = list[tuple[str, frozenset[str]]]


def asked(name: str) -> Asked:
    """The language and the terms of each question of a set."""
    return [(q.language, frozenset(terms(q.question, q.language))) for q in load(name)]


def repeats(text: str, language: str, questions: Asked) -> bool:
    """Whether a text is one of these questions."""
    own = frozenset(terms(text, language))
    return any(lang == language and q and len(own & q) >= ALIKE * len(own | q) for lang, q in questions)
