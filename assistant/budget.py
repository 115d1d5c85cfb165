"""Briefs that fit a language model's context: counted by tiktoken, offline, weakest passages left out first."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.model import Brief

ENCODING = "o200k_base"


@cache
def encoding() -> Any:
    """Tiktoken's encoding from the files that llama-index-core ships, so that nothing is downloaded."""
    spec = importlib.util.find_spec("llama_index")
    for place in spec.submodule_search_locations if spec and spec.submodule_search_locations else ():
        cached = Path(place) / "core" / "_static" / "tiktoken_cache"
        if cached.is_dir():
            os.environ["TIKTOKEN_CACHE_DIR"] = str(cached)
    import tiktoken

    return tiktoken.get_encoding(ENCODING)


def count(text: str) -> int:
    """Tokens of a text in o200k_base; special tokens in the text count as plain text."""
    return len(encoding().encode(text, disallowed_special=()))


def fit(
    make: Callable[[int], Brief], most: int, max_tokens: int, text_of: Callable[[Brief], str]
) -> tuple[Brief, int]:
    """The fullest brief of at most ``max_tokens``, and its items a section, lowered from ``most`` to 1.

    Raises UsageError if even one item a section is too long.
    """
    for per_section in range(most, 0, -1):
        brief = make(per_section)
        needed = count(text_of(brief))
        if needed <= max_tokens:
            return brief, per_section
    raise UsageError(
        f"Even with one passage a section the brief has {needed:,} tokens; --max-tokens allows {max_tokens:,}. "
        "Raise it, or limit the brief with --kind or --cluster."
    )
