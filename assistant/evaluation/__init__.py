"""How good the program is, measured: retrieval, abstention, citations, planted errors.

Reading order: ``questions`` (what is asked, and what answers it), ``systems`` (the program, whole and with
parts left out) and ``baselines`` (what others do), ``measures`` (figures with intervals), ``abstention``,
``proof`` (every line of every brief against the source files), ``collect`` (all of it as plain values),
``report`` (those values for people). How to read the figures: ``docs/evaluation.md``.
"""

from __future__ import annotations

from assistant.evaluation.collect import PARTS, evaluate
from assistant.evaluation.report import as_markdown, as_text

__all__ = ["PARTS", "as_markdown", "as_text", "evaluate"]
