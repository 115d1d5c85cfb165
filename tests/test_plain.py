"""What the readers of plain-text documents share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sources.plain import form_feed_pages, objectives_named, page_label, pages_of, trim
from assistant.sources.wording import compare, wording
from tests.reading import OVERVIEW, RECOLLECTION, corpus, source

TEXTS = st.text(alphabet="ab \n.\t", max_size=60)
WORD = st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"])
WORDS = st.lists(WORD, min_size=4, max_size=20)


@given(TEXTS)
def test_pages_cover_the_text_without_gaps(text: str):
    pages = form_feed_pages(text)
    assert "".join(text[page.start : page.end] for page in pages) == text
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    for page in pages[1:]:
        assert text[page.start] == " "
        assert text[page.start + 1].strip()
        assert text[page.start - 1] == "\n"


def test_a_line_of_one_space_is_no_page():
    assert len(form_feed_pages("one\n \ntwo\n  three\n\n")) == 1
    assert len(form_feed_pages(" one\n two\n")) == 2


@given(TEXTS, st.data())
def test_trim(text: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = trim(text, start, end)
    assert start <= first <= last <= end
    assert text[first:last] == text[start:end].strip()


@given(st.data())
def test_the_page_of_a_span_is_that_of_its_own_characters(data: st.DataObject):
    read = source(OVERVIEW)
    start = data.draw(st.integers(0, len(read.text) - 1))
    end = data.draw(st.integers(start + 1, min(len(read.text), start + 3000)))
    first, last = pages_of(read.pages, [(start, end)])
    page_a, page_b = corpus().page_of(OVERVIEW, start), corpus().page_of(OVERVIEW, end - 1)
    assert page_a is not None
    assert page_b is not None
    assert (first, last) == (page_a.number, page_b.number)


def test_no_pages_no_label():
    assert pages_of((), [(0, 1)]) == (None, None)
    assert page_label(None, None) == ""


NAMED = [
    ("Objective 2 (paragraphs 18.h-18.l) and Objective 5 (paragraph 21.g)", (2, 5)),
    ("Obj. 2 paragraph 18(i)", (2,)),
    ("some of the objectives, like #5 (“Enhance”), and objective #20", (5, 20)),
    ("in line with objective 2.18.d of the GCM", (2,)),
    ("GCM objectives 6 and 18, the demand", (6, 18)),
    ("objectives 2, 5 and 22", (2, 5, 22)),
    ("objectifs 2 et 5; los objetivos 3 y 4", (2, 3, 4, 5)),
    ("as stated in its Objective number 5", (5,)),
    ("objective 24, objective 0, objective 123", ()),
    ("SDG 10.7, Question 3, para. 18, the objectives under review", ()),
]


@pytest.mark.parametrize(("text", "named"), NAMED, ids=[str(n) for n in range(len(NAMED))])
def test_objectives_named(text: str, named: tuple[int, ...]):
    assert objectives_named(text) == named


@given(WORDS, st.data())
def test_a_part_of_a_wording_is_verbatim_or_part(words: list[str], data: st.DataObject):
    start = data.draw(st.integers(0, len(words) - 2))
    end = data.draw(st.integers(start + 2, len(words)))
    option = wording(" ".join(words) + ".")
    found = compare(wording(" ".join(words[start:end])), [option], [[0]], prose=False)
    assert found.match == ("verbatim" if words[start:end] == words else "part")


@given(WORDS, st.data())
def test_a_word_put_in_is_never_passed_over(words: list[str], data: st.DataObject):
    at = data.draw(st.integers(0, len(words)))
    option = wording(" ".join(words))
    found = compare(wording(" ".join([*words[:at], "not", *words[at:]])), [option], [[0]], prose=False)
    assert found.match in ("reworded", "none")


@pytest.mark.parametrize(
    "swap", [("“", '"'), ("’", "'"), ("-", "‑"), (" ", "\n")], ids=["quotes", "apostrophe", "hyphen", "space"]
)
def test_typography_is_no_difference(swap: tuple[str, str]):
    for option in [p for p in source(RECOLLECTION).passages if p.kind == "policy_option"][:20]:
        assert wording(option.text.replace(*swap)).tokens == wording(option.text).tokens
