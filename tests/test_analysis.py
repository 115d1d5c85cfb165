"""Words of a question and of a passage meet whatever their spelling, case, accents or ending."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import analysis

SAME = [
    ("labour", "labor", "en"),
    ("organisation", "organization", "en"),
    ("organisations", "Organization", "en"),
    ("recognise", "recognized", "en"),
    ("programme", "programs", "en"),
    ("centre", "centers", "en"),
    ("travelling", "traveling", "en"),
    ("licence", "license", "en"),
    ("ageing", "aging", "en"),
    ("favourable", "favorable", "en"),
    ("workers’", "worker", "en"),
    ("employer's", "employers", "en"),
    ("réduction", "reduction", "fr"),
    ("travailleurs", "travailleur", "fr"),
    ("migración", "MIGRACION", "es"),
    ("trabajadores", "trabajador", "es"),
]


@pytest.mark.parametrize(("a", "b", "language"), SAME, ids=[f"{a}-{b}" for a, b, _ in SAME])
def test_spellings_meet(a, b, language):
    assert analysis.stem(a, language) == analysis.stem(b, language)


@pytest.mark.parametrize(
    ("a", "b"),
    [("four", "for"), ("our", "or"), ("rise", "rice"), ("worker", "employer"), ("source", "sorce")],
)
def test_different_words_stay_apart(a, b):
    assert analysis.stem(a) != analysis.stem(b)


def test_numbers_with_points_are_one_term():
    assert "10.7" in analysis.terms("SDG 10.7 and its indicators")


def test_french_elisions_are_split():
    assert analysis.terms("l’accès à l'éducation", "fr") == analysis.terms("accès éducation", "fr")


@given(st.text(max_size=200), st.sampled_from(["en", "fr", "es"]))
def test_terms_never_fail_and_never_hold_white_space(text, language):
    for term in analysis.terms(text, language):
        assert term
        assert not any(c.isspace() for c in term)
        assert '"' not in term


@given(st.text(max_size=100))
def test_folding_twice_is_folding_once(text):
    assert analysis.fold_word(analysis.fold_word(text)) == analysis.fold_word(text)


@pytest.mark.parametrize("language", ["ru", "ar", "de", "zh", "en", "fr", "es"])
@pytest.mark.parametrize("word", ["wörkers", "fees", "пошлины", "s", "", "las", "1998s"])
def test_every_word_of_every_language_has_a_stem(word: str, language: str) -> None:
    assert isinstance(analysis.stem(word, language), str)


PLURALS = [("fr", "étranger", "étrangers"), ("fr", "loi", "lois"), ("es", "mujer", "mujeres"), ("es", "año", "años"),
           ("es", "país", "países"), ("es", "sociedad", "sociedades")]  # fmt: skip


@pytest.mark.parametrize(("language", "one", "many"), PLURALS)
def test_a_plural_has_the_stem_of_its_singular(language: str, one: str, many: str) -> None:
    assert analysis.stem(one, language) == analysis.stem(many, language)


APART = {
    # what Snowball would take for one word
    "nationality": "national", "informal": "inform", "minorities": "minors", "emergency": "emerging",
    "authorities": "authors", "housing": "house", "relatives": "relations", "positive": "position",
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), APART.items(), ids=APART)
def test_words_of_one_stem_and_two_meanings_are_kept_apart(one, other):
    assert analysis.stem(one) != analysis.stem(other)
