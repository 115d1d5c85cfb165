"""The user's defaults: what wins over what, what is refused, and what of the file is left as it was."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from assistant import configuration
from assistant.cli.defaults import default_map
from assistant.cli.group import program
from assistant.errors import ProblemsError, SourceError, UsageError


def gcm(*args):
    return CliRunner().invoke(program, [str(a) for a in args])


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A configuration folder of the test's own, and none of its variables."""
    monkeypatch.setenv("GCM_DRAFT_CONFIG", str(tmp_path / "config"))
    for key in configuration.KEYS.values():
        monkeypatch.delenv(key.variable, raising=False)
    return tmp_path / "config"


def write(home, text):
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(text, encoding="utf-8")


def test_set_get_list_unset_path(home):
    assert gcm("config", "get", "lang").stdout == "en\n"
    assert gcm("config", "set", "lang", "fr").exit_code == 0
    assert gcm("config", "get", "lang").stdout == "fr\n"
    assert gcm("config", "path").stdout.strip() == str(home / "config.toml")
    rows = {row["key"]: row for row in json.loads(gcm("config", "list", "--format", "json").stdout)}
    assert list(rows) == list(configuration.KEYS)
    assert (rows["lang"]["value"], rows["lang"]["origin"]) == ("fr", "file")
    assert rows["template"]["origin"] == "default"
    assert gcm("config", "unset", "lang").exit_code == 0
    assert gcm("config", "get", "lang").stdout == "en\n"
    assert "was not set" in gcm("config", "unset", "lang").stderr


def test_config_alone_lists(home):
    assert gcm("config").stdout == gcm("config", "list").stdout != ""


def test_a_setting_without_value_or_default():
    result = gcm("config", "get", "store")
    assert result.exit_code == 1
    assert "store is not set" in result.stderr


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lang", "de"), ("limit", "0"), ("limit", "101"), ("limit", "six"), ("limit", "²"), ("format", "doc"),
        ("max_tokens", "99"), ("corpus", "a/b"), ("store", "relative/folder"), ("template", "nope"),
        ("template", "../x"),
    ],
)  # fmt: skip
def test_values_that_are_refused(home, key, value):
    result = gcm("config", "set", key, value)
    assert result.exit_code == 2
    assert "xpected" in result.stderr
    assert not (home / "config.toml").exists()


@pytest.mark.parametrize(
    "command", [["get", "lnag"], ["set", "lnag", "fr"], ["unset", "lnag"]], ids=lambda c: c[0]
)
def test_unknown_settings(command):
    result = gcm("config", *command)
    assert result.exit_code == 2
    assert "Did you mean 'lang'? There are: template, format" in result.stderr


def test_what_else_stands_in_the_file_stays(home):
    write(home, '# mine\nlang = "fr"  # for Geneva\n\nlimit = 4')
    gcm("config", "set", "max-tokens", "900")
    gcm("config", "set", "limit", "5")
    assert (
        home / "config.toml"
    ).read_text() == '# mine\nlang = "fr"  # for Geneva\n\nlimit = 5\nmax_tokens = 900\n'
    gcm("config", "unset", "limit")
    assert (home / "config.toml").read_text() == '# mine\nlang = "fr"  # for Geneva\n\nmax_tokens = 900\n'


@pytest.mark.parametrize("text", ["[table]\nx = 1\n", 'lang = """\nfr"""\n'])
def test_a_file_that_cannot_be_changed_safely_is_left(home, text):
    write(home, text)
    with pytest.raises(SourceError, match="by hand"):
        configuration.changed("lang", "en")


def test_everything_wrong_is_said_at_once(home, monkeypatch):
    write(home, 'lang = "de"\nlimit = true\ncolour = 1\n[brief]\nx = 1\n')
    monkeypatch.setenv("GCM_DRAFT_FORMAT", "doc")
    with pytest.raises(ProblemsError) as caught:
        configuration.settings()
    assert len(caught.value.problems) == 5
    result = gcm("objectives")
    assert result.exit_code == 2
    assert "unknown setting 'colour'" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("content", [b"lang = [", b"\xff\xfe", b'lang = "fr"\nlang = "en"\n'])
def test_a_broken_file_stops_commands_but_not_help_or_config(home, content):
    home.mkdir()
    (home / "config.toml").write_bytes(content)
    assert gcm("objectives").exit_code == 2
    assert gcm("--help").exit_code == 0
    assert gcm("config", "path").exit_code == 0
    assert "expected TOML" in gcm("config", "list").stderr


def test_the_environment_wins_over_the_file(home, monkeypatch):
    write(home, 'lang = "fr"\n')
    monkeypatch.setenv("GCM_DRAFT_LANG", "es")
    assert gcm("config", "get", "lang").stdout == "es\n"
    assert "wins over it" in gcm("config", "set", "lang", "en").stderr


def brief(*args):
    return json.loads(gcm("brief", "remittances", "-f", "json", *args).stdout)["certificate"]["options"]


def test_the_command_line_wins_over_all(home, built_store, monkeypatch):
    write(home, 'lang = "fr"\ntemplate = "talking-points"\nlimit = 2\n')
    found = brief()
    assert (found["language"], found["template"], found["limit"]) == ("fr", "talking-points", 2)
    monkeypatch.setenv("GCM_DRAFT_LANG", "es")
    assert brief()["language"] == "es"
    found = brief("--lang", "en", "-t", "briefing-note", "-k", "3")
    assert (found["language"], found["template"], found["limit"]) == ("en", "briefing-note", 3)


def test_the_format_of_files(home, built_store, tmp_path):
    write(home, 'format = "json"\n')
    assert gcm("remittances").stdout.startswith("{")
    gcm("remittances", "-o", tmp_path / "note.md")
    assert (tmp_path / "note.md").read_text("utf-8").startswith("# ")
    assert gcm("remittances", "-f", "txt").stdout.startswith("R")
    gcm("batch", "--objectives", "6", "-o", tmp_path / "out")
    assert (tmp_path / "out" / "objective-06.json").is_file()


def test_a_batch_takes_its_defaults(home, built_store, tmp_path):
    write(home, 'lang = "fr"\ntemplate = "talking-points"\nlimit = 1\n')
    (tmp_path / "q.txt").write_text("remittances\n", encoding="utf-8")
    gcm("batch", "--objectives", "6", "--questions", tmp_path / "q.txt", "-f", "json", "-o", tmp_path / "out")
    made = [
        json.loads(p.read_text("utf-8"))["certificate"]["options"]
        for p in sorted((tmp_path / "out").glob("[0o]*.json"))
    ]
    assert [options["template"] for options in made] == ["talking-points", "objective-summary"]
    assert {(options["language"], options["limit"]) for options in made} == {("fr", 1)}


def test_corpus_and_store(home, monkeypatch, tmp_path):
    write(home, f"corpus = \"mine\"\nstore = '{tmp_path / 'store'}'\n")
    assert default_map(["objectives"])["corpus_name"] == "mine"
    assert str(tmp_path / "store") in gcm("index", "status").stdout
    assert str(tmp_path / "other") in gcm("--store", tmp_path / "other", "index", "status").stdout
    assert str(tmp_path / "other") in gcm("index", "status", "--store", tmp_path / "other").stdout


def test_without_a_file_nothing_is_read(home, monkeypatch):
    monkeypatch.delenv("GCM_DRAFT_CONFIG")
    monkeypatch.delenv("GCM_DRAFT_HOME", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "none"))
    monkeypatch.setenv("HOME", str(home / "none"))
    code = (
        "import sys\nfrom assistant.cli.defaults import default_map\n"
        "assert default_map(['brief', 'x']) is None\n"
        "print({'tomllib', 'assistant.configuration'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_a_value_out_of_the_table_is_a_programming_error():
    with pytest.raises(UsageError, match="There is no setting"):
        configuration.key_named("nothing-like-it")


def test_the_variables_looked_for_are_those_of_the_settings():
    from assistant.cli import defaults

    assert set(defaults._VARIABLES) == {key.variable for key in configuration.KEYS.values()}
