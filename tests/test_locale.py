"""Catalogues: complete, compiled, and of the same shape as the English they translate."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import briefs
import pytest
from click.testing import CliRunner

from assistant import i18n, objectives
from assistant.cli.group import program
from assistant.errors import UsageError
from assistant.i18n_remarks import remark
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


# --- remarks on the sources ------------------------------------------------------------------------------


def remarks(corpus) -> list[str]:
    """Every remark that a brief or the matrix can print: those of the passages, the notes of the objectives."""
    made = [said for p in corpus.passages.values() for said in p.remarks]
    return [*dict.fromkeys(made), *(o.note for o in objectives.load() if o.note)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_remark_of_the_corpus_is_translated(corpus, language):
    assert len(remarks(corpus)) > 20
    for text in remarks(corpus):
        assert remark(text, "en") == text
        assert remark(text, language) != text
        quoted = re.findall(r"“[^”]*”|\bp\. \d+|(?:Cluster|para\.) \d", text)
        assert [q for q in quoted if q not in remark(text, language)] == []


REMARKS = {
    "a list in French": (
        "Joins the wording of 2 options into one: Cluster 4, PO, p. 31; Cluster 4, OPA, p. 31.",
        "fr",
        "Réunit en une seule la formulation de 2 options\u00a0: Cluster 4, PO, p. 31\u00a0; Cluster 4, OPA, p. 31.",
    ),
    "parts of a remark": (
        "Differs from the Recollection: nothing for “a”; “b” for “c” (Cluster 2, PO, p. 18).",
        "es",
        "Difiere de la Recopilación temática: nada en lugar de “a”; “b” en lugar de “c” (Cluster 2, PO, p. 18).",
    ),
    "numbers": (
        "Notes 31 and 32 of the source carry the same link; probably a slip in the source.",
        "es",
        "Las notas 31 y 32 de la fuente llevan el mismo enlace; probablemente un error en la fuente.",
    ),
    "the end that may be absent": (
        "The cited p. 3 is a wrong page for X: options before it are cited by later pages. It does fit Y.",
        "es",
        "La p. 3 citada no es la página correcta de X: las opciones anteriores se citan por páginas posteriores. "
        "Sí corresponde a Y.",
    ),
    "no form has it": ("3 comments were left out.", "fr", "3 comments were left out."),
}


@pytest.mark.parametrize(("text", "language", "wanted"), REMARKS.values(), ids=REMARKS)
def test_a_remark_keeps_its_parts(text, language, wanted):
    assert remark(text, language) == wanted


NOTES = {
    "en": "Note: also searched: ",
    "fr": "Remarque\u00a0: recherché aussi\u00a0: ",
    "es": "Nota: también se buscó: ",
}

MOST = {"en": "leaves at most ", "fr": "le nombre maximal de passages", "es": "el número máximo de pasajes"}


@pytest.mark.parametrize("language", NOTES)
def test_notes_on_stderr_are_in_the_language_of_the_brief(built_store, tmp_path, language):
    out = tmp_path / "brief.md"
    arguments = [
        "brief",
        "remittances",
        "--lang",
        language,
        "--cluster",
        "4",
        "--max-tokens",
        "1500",
        "-o",
        str(out),
    ]
    result = CliRunner().invoke(program, arguments)
    assert result.exit_code == 0
    assert NOTES[language] in result.stderr
    _ = i18n.translator(language).gettext
    assert _("passages that each filter alone leaves out: {counts}").partition("{")[0] in result.stderr
    assert MOST[language] in result.stderr
    assert _("Written: {file}").format(file=out) in result.stderr
    if language != "en":
        assert not re.search(r"Note:|also|filters|leaves|Written", result.stderr)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_remark_in_a_brief_is_in_its_language(corpus, built_store, language):
    passage = next(p for p in corpus.passages.values() if p.remarks and p.kind == "practice_example")
    brief = built_store.draft(passage.text[:300], language=language)
    assert passage.remarks in [citation.remarks for citation in brief.citations]
    for fmt in ("md", "html"):
        text = built_store.render(brief, fmt).decode()
        assert all(remark(said, language) in text for said in passage.remarks)
        assert not any(said in text for said in passage.remarks)
