"""What the command line says where it has no answer: what was found, what was expected, what to do next."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from assistant.cli import show
from assistant.cli.group import program


def gcm(*args):
    return CliRunner().invoke(program, [str(a) for a in args])


# --- a question that begins with a dash ------------------------------------------------------------------

DASHED = {
    "after --": (["--", "-x something"], "-x something"),
    "options after it": (["--", "-x something", "-f", "txt"], "-x something"),
    "options before it": (["--corpus", "default", "--", "--ethical recruitment"], "--ethical recruitment"),
    "a negative number": (["--", "-1 visas"], "-1 visas"),
    "the command named": (["brief", "--", "-x something"], "-x something"),
}


@pytest.mark.parametrize(("arguments", "question"), DASHED.values(), ids=DASHED)
def test_a_question_may_begin_with_a_dash(built_store, arguments, question):
    result = gcm(*arguments)
    assert result.exit_code in (0, 1), result.stderr
    assert question in result.stdout.replace("\\", "")


FIRST = {
    "format": ["-f", "txt", "ethical recruitment"],
    "with =": ["--lang=en", "-f", "txt", "ethical recruitment"],
    "with the program's own after it": ["-f", "txt", "--corpus", "default", "ethical recruitment"],
}


@pytest.mark.parametrize("arguments", FIRST.values(), ids=FIRST)
def test_options_may_stand_before_the_question(built_store, arguments):
    result = gcm(*arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("Ethical recruitment\n")


REFUSED = {
    "a misspelt option of the program": (["--stroe", "x", "q"], "--store"),
    "no question": (["-x something"], "No such option"),
    "two": (["--", "-x", "b"], "unexpected extra"),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_without_the_mark_it_is_an_option(arguments, said):
    result = gcm(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


# --- show ------------------------------------------------------------------------------------------------

NOTHING = {
    # reference -> what is said, and what is not
    "no entry in the overview": (
        "Objective 8",
        ["The GFMD overview has no entry for objective 8", 'gcm-draft "Objective 8"', "gcm-draft objectives"],
        ["What is found here"],
    ),
    "no such objective then": ("Objective 23", ["The Zero Draft has no objective 23", 'gcm-draft "Objective 23"'], []),
    "an objective's name": ("remittances", ['gcm-draft "Objective 20"'], ["no entry"]),
    "another page": ("Objective 6, p. 9", ["On other pages it has: Objective 6, p. 3."], ["no entry"]),
    "no such number": ("Objective 99", ["No passage fits 'Objective 99'"], ['gcm-draft "Objective']),
    "anything": ("blah", ["No passage fits 'blah'", "gcm-draft passages"], ["Objective 8", "brief on"]),
}  # fmt: skip


@pytest.mark.parametrize(("reference", "said", "unsaid"), NOTHING.values(), ids=NOTHING)
def test_show_says_what_there_is_to_show(reference, said, unsaid):
    result = gcm("show", reference)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "What can be shown: a citation, such as Cluster 2, OPA, p. 17;" in result.stderr
    for words in said:
        assert words in result.stderr
    for words in unsaid:
        assert words not in result.stderr


@pytest.mark.parametrize("citation", show.CITED)
def test_the_citations_given_as_examples_are_shown(citation):
    assert gcm("show", citation).exit_code == 0


def test_show_of_words_that_stand_nowhere():
    result = gcm("show", "--quote", "words that stand nowhere at all")
    assert result.exit_code == 1
    assert "stand in no passage" in result.stderr
    assert "gcm-draft search" in result.stderr


# --- verify ----------------------------------------------------------------------------------------------

FOLDERS = {"plain": [], "to annotate": ["--annotate", "out.md"], "to mend": ["--fix", "pages"]}


@pytest.mark.parametrize("more", FOLDERS.values(), ids=FOLDERS)
@pytest.mark.parametrize("name", ["notes", "notes.md"])
def test_a_folder_is_no_note(tmp_path, name, more):
    (tmp_path / name).mkdir()
    result = gcm("verify", tmp_path / name, *more)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(
        rf"Error: Cannot verify .*{re.escape(name)}: expected a note, found a folder\. Name a file in it: .*\n",
        result.stderr,
    )
