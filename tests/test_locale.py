"""Catalogues: complete, compiled, and of the same shape as the English they translate."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import briefs
import pytest

from assistant import i18n
from assistant.errors import UsageError
from assistant.rendering import render

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import compile_catalogues  # noqa: E402

LANGUAGES = [language for language in i18n.LANGUAGES if language != "en"]


def po(language: str) -> Path:
    return i18n.LOCALE / language / "LC_MESSAGES" / "gcm-draft.po"


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_matches_its_source(language):
    catalogue = compile_catalogues.read_po(po(language))
    assert po(language).with_suffix(".mo").read_bytes() == compile_catalogues.compile_mo(catalogue)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_and_none_is_left_over(language):
    catalogue = compile_catalogues.read_po(po(language))
    assert compile_catalogues.missing(catalogue) == []
    known = set(compile_catalogues.messages())
    assert [key for key in catalogue if key and not set(key.split("\0")) <= known] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language):
    for source, text in compile_catalogues.read_po(po(language)).items():
        if source:
            for form in text.split("\0"):
                wanted = sorted(set(re.findall(r"%\(\w+\)s|\{\w*\}", source)))
                assert sorted(set(re.findall(r"%\(\w+\)s|\{\w*\}", form))) == wanted, source


def test_french_puts_a_no_break_space_before_double_punctuation():
    for source, text in compile_catalogues.read_po(po("fr")).items():
        if source:
            assert not re.search(r" [:;?!»]|« ", text), text


def test_messages_of_code_and_templates_are_found():
    found = compile_catalogues.messages()
    assert "assistant/i18n.py" in found["Policy options"]
    assert "prompts/talking-points.j2" in found["What not to claim"]
    assert "prompts/talking-points.j2" in found["Talking points"]
    assert "Cited in notes %(numbers)s." in found


def test_plurals_follow_each_language():
    for language, count, wanted in (
        ("fr", 1, "Cité en note"),
        ("fr", 2, "Cité dans les"),
        ("es", 1, "Citado en la nota"),
    ):
        text = i18n.translator(language).ngettext(
            "Cited in note %(numbers)s.", "Cited in notes %(numbers)s.", count
        )
        assert text.startswith(wanted)


def test_unknown_language_names_the_known_ones():
    with pytest.raises(UsageError, match="en, fr, es, found 'de'"):
        i18n.translator("de")


@pytest.mark.parametrize(
    ("language", "heading"), [("fr", "Options de politique"), ("es", "Opciones de política")]
)
def test_a_brief_speaks_its_language_and_quotes_as_printed(language, heading):
    text = render(briefs.briefing_note(language), "md").decode()
    assert f"## {heading}\n" in text
    assert "“Further promote fair recruitment initiatives" in text
    english = set(re.findall(r"^## (.*)$", render(briefs.briefing_note(), "md").decode(), re.MULTILINE))
    assert not english & set(re.findall(r"^## (.*)$", text, re.MULTILINE))


def test_section_titles_and_kinds():
    assert i18n.section_title("verb:Establish", "fr") == "Establish"
    assert i18n.section_title("verb:", "fr") == "Autres"
    assert i18n.section_title("unknown key", "fr") == "unknown key"
    assert i18n.kind_label("comment", "es", 2) == "contribuciones"
    assert i18n.kind_label("comment", "es") == "contribución"


def test_a_faulty_catalogue_names_its_line(tmp_path):
    path = tmp_path / "x.po"
    path.write_text('msgid "a"\nmsgstr "b"\nnonsense\n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 3"):
        compile_catalogues.read_po(path)
