"""Tokens are counted offline, and a brief is cut to fit, weakest passages first, with a word about it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assistant import budget
from assistant.errors import UsageError
from assistant.library import Library


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("migration", 1), ("Ethical recruitment", 3)])
def test_tokens(text, tokens):
    assert budget.count(text) == tokens


def test_special_tokens_in_a_text_are_text():
    assert budget.count("<|endoftext|>") > 1


def test_counting_needs_no_network():
    code = "import socket\nsocket.socket.connect = None\nfrom assistant import budget\nassert budget.count('a b') == 2"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_brief_is_cut_to_fit_and_says_so(built_store):
    told: list[str] = []
    library = Library(warn=told.append)
    full = library.draft("ethical recruitment")
    size = budget.count(library.render(full, "md").decode())
    small = library.draft("ethical recruitment", max_tokens=size - 1)
    assert budget.count(library.render(small, "md").decode()) < size
    assert len(small.citations) < len(full.citations)
    assert len(told) == 1
    assert "leaves at most" in told[0]
    strongest = {i.citation.passage_id for s in small.sections for i in s.items}
    assert strongest <= {i.citation.passage_id for s in full.sections for i in s.items}


def test_too_small_a_bound_is_refused(built_store):
    with pytest.raises(UsageError, match="Even with one passage a section"):
        built_store.draft("ethical recruitment", max_tokens=100)
