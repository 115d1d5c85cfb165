"""What retrieval weighs, and the weights: chosen on the development questions only (``docs/evaluation.md``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """How the parts of a passage's score are put together.

    ``context``: share of the vector of text under its headings against the text alone, 0 to 1. ``lexical``:
    what full coverage of the question's words is worth, in cosine. ``note``: the same for its search note's
    words. ``note_dense``: share of the cosine to the search note where that is higher than to the passage.
    """

    context: float = 0.5
    lexical: float = 0.8
    note: float = 0.4
    note_dense: float = 0.5
    variant: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one passage for one question: cosines in [-1, 1], coverages in [0, 1)."""

    number: int
    text: float
    context: float
    note: float
    lexical: float
    note_lexical: float

    def score(self, w: Weights) -> float:
        """Higher is better; comparable within one question."""
        dense = (1 - w.context) * self.text + w.context * self.context
        if self.note > dense:
            dense += w.note_dense * (self.note - dense)
        return dense + w.lexical * self.lexical + w.note * self.note_lexical


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below these an answer is weak, or there is none. ``cosine`` and ``coverage`` are of the best passages."""

    none: float = 0.40
    weak: float = 0.60


WEIGHTS = Weights()
THRESHOLDS = Thresholds()
