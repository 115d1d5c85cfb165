"""The operative verb and the addressees of an option, and excerpts of long passages."""

from __future__ import annotations

import pytest

from assistant import excerpts, options

VERBS = {
    "Promote monitoring, licensing and certification systems": "Promote",
    "Further promote fair recruitment initiatives": "Promote",
    "As part of efforts to tackle xenophobia, adopt and implement legislation": None,
    "Set up a fund and build institutional capacities": "Set",
    "Policies need to be based on the shared interest": None,
    "Promoting the assessment of migration": None,
    "“Establish” is the word": "Establish",
    "": None,
    "2. 3.": None,
}


@pytest.mark.parametrize(("text", "verb"), VERBS.items(), ids=[t[:20] for t in VERBS])
def test_operative_verb(text, verb):
    assert options.operative_verb(text) == verb


ADDRESSEES = {
    "Encourage destination countries to cooperate with countries of origin.": (
        "destination countries; countries of origin"
    ),
    "Engage the private sector (e.g. banks and financial institutions)": (
        "the private sector; banks; financial institutions"
    ),
    "Ensure migrants have access to basic services.": None,
    "The interstate system restated it": None,
}


@pytest.mark.parametrize(("text", "named"), ADDRESSEES.items(), ids=[t[:20] for t in ADDRESSEES])
def test_addressees(text, named):
    assert options.addressees(text) == named


def test_every_option_of_the_corpus_but_few_has_a_verb(corpus):
    found = [p for p in corpus.passages.values() if p.kind in ("policy_option", "practical_action")]
    without = [p.id for p in found if options.operative_verb(p.text) is None]
    assert len(found) == 148
    assert len(without) <= 3


def test_an_excerpt_is_a_run_of_whole_sentences(corpus):
    for p in corpus.passages.values():
        text, cut = excerpts.excerpt(p.text, frozenset({"recruit", "worker"}), p.language)
        assert text in p.text
        assert cut == (text != p.text)
        at = p.text.index(text)
        assert at == 0 or p.text[at - 1].isspace()


def test_short_passages_are_quoted_whole():
    assert excerpts.excerpt("Establish a fund. Close it.", frozenset(), "en") == (
        "Establish a fund. Close it.",
        False,
    )


def test_the_excerpt_holds_what_was_asked_for():
    filler = "This sentence speaks of other matters entirely and at some length. " * 20
    text, cut = excerpts.excerpt(
        filler + "Recruiters must be licensed by the State. " + filler, frozenset({"licens"}), "en"
    )
    assert cut
    assert "Recruiters must be licensed by the State." in text
