"""What an objective of the Compact covers, by which passages are weighed when a question names the objective.

A title says little of what an objective asks for ("Address and reduce vulnerabilities in migration"). Its
aspects, in the project's own words (``corpus/objective_contents.toml``), say the rest.
"""

from __future__ import annotations

import itertools
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.analysis import terms
from assistant.embeddings import as_text, from_text
from assistant.resources import shipped

if TYPE_CHECKING:
    from assistant.embeddings import Embedder

FILE = "objective_contents.toml"
TOGETHER = 4
"""Aspects embedded as one text: a single phrase is too short to tell passages apart, all of them too vague."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The aspects of one objective: ``terms`` of all, and ``vectors`` as float32 of shape (groups, dimensions)."""

    terms: tuple[str, ...]
    vectors: Any


def prepared(embedder: Embedder, path: Path | None = None) -> dict[str, str]:
    """The contents of all objectives, embedded now, as texts for the store by key."""
    record = tomllib.loads((path or shipped("corpus") / FILE).read_text(encoding="utf-8"))
    groups = {
        entry["number"]: [
            "; ".join(entry["covers"][i : i + TOGETHER]) for i in range(0, len(entry["covers"]), TOGETHER)
        ]
        for entry in record["objective"]
    }
    vectors = embedder.embed(list(itertools.chain.from_iterable(groups.values())))
    ends = itertools.accumulate(len(texts) for texts in groups.values())
    return {
        _key(number): json.dumps(
            {
                "terms": list(dict.fromkeys(terms(" ".join(texts)))),
                "vectors": as_text(vectors[end - len(texts) : end]),
            }
        )
        for (number, texts), end in zip(groups.items(), ends, strict=True)
    }


def restore(read: Callable[[str], str | None], number: int, dimensions: int) -> Contents | None:
    """The contents of one objective; ``read`` gives what :func:`prepared` made. None for one that has none."""
    found = read(_key(number))
    if found is None:
        return None
    entry = json.loads(found)
    return Contents(tuple(entry["terms"]), from_text(entry["vectors"], dimensions))


def _key(number: int) -> str:
    return f"contents/{number}"
