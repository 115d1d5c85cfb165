"""Faults beside those of test_faults: damage that counting does not see, refusals that must come first, links."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.group import INTERRUPTED, program
from assistant.errors import StoreError
from assistant.library import Library
from assistant.store import current_generation, engine, open_store
from assistant.store.ingestion import is_current
from tests.fakes import FakeEmbedder
from tests.store_kit import ROOT, built_home, home, library, note


def gcm(folder: Path, *arguments: str):
    with home(folder):
        return CliRunner().invoke(program, list(arguments))


def test_the_model_looks_up_nobody_and_leaves_no_file(tmp_path: Path):
    """Onnxruntime has a telemetry of its own, in C++, which keeps a file in the folder for temporary ones."""
    code = "from assistant.embeddings import default_embedder as d; d().embed(['visas'] * 8)"
    subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert list(tmp_path.iterdir()) == []


def test_many_equal_paragraphs_do_not_look_like_damage(tmp_path: Path):
    """The graph of neighbours does not reach all of thousands of equal vectors."""
    form = tmp_path / "form.md"
    form.write_text("\n\n".join(["No reply was received to this question."] * 3_000), encoding="utf-8")
    mine = library(built_home(tmp_path / "home"))
    mine.add([form])
    found = mine.search("no reply was received", 5)
    assert [hit.passage.document for hit in found.hits] == ["form"] * len(found.hits) != []
    assert mine.search("ethical recruitment", 5).hits


def newer(folder: Path) -> None:
    """A store from a newer program."""
    with home(folder):
        generation = current_generation(Library(embedder=FakeEmbedder()).workspace.store)
    with sqlite3.connect(generation / "catalogue.sqlite3") as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'index_version'")


def test_what_cannot_be_removed_stays(tmp_path: Path):
    folder = built_home(tmp_path / "home")
    library(folder).add([note(tmp_path / "one.md")])
    newer(folder)
    with pytest.raises(StoreError, match="99"):
        library(folder).remove(["one"])
    assert [d.id for d in library(folder).documents if not d.shipped] == ["one"]


def test_a_store_that_cannot_be_written_to_is_copied_with_leave_to_write(tmp_path: Path):
    place = current_generation(library(built_home(tmp_path / "home")).workspace.store) / "chroma"
    for path in place.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    opened = engine._open_copy(place)
    assert opened.count() > 0
    copy = Path(opened._path)  # type: ignore[attr-defined]
    assert all(p.stat().st_mode & 0o200 for p in (copy, *copy.rglob("*")))


def test_a_graph_cut_short_is_told_and_built_anew(tmp_path: Path):
    """The engine itself would read past the end of such a file, and die."""
    mine = library(built_home(tmp_path / "home"))
    place = current_generation(mine.workspace.store) / "chroma"
    for graph in place.rglob("data_level0.bin"):
        graph.write_bytes(graph.read_bytes()[:1000])
    with pytest.raises(StoreError, match="1000 bytes instead of"):
        open_store(mine.workspace.store)
    assert not is_current(mine.workspace.store, mine.identity)
    assert mine.search("ethical recruitment").hits  # nothing of the user's is in it: it is built anew unasked


STORES = {"another scheme": "htpp://127.0.0.1:9", "a file": "a-file"}


@pytest.mark.parametrize("where", STORES.values(), ids=STORES)
def test_what_is_no_store_is_refused(tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("a-file").touch()
    result = gcm(tmp_path / "home", "--store", where, "search", "remittances")
    assert result.exit_code == 2
    assert "Expected a folder or http(s)://HOST:PORT" in result.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a-file"]


def test_the_status_of_a_server_that_is_down_says_so(tmp_path: Path):
    result = gcm(tmp_path / "home", "--store", "http://127.0.0.1:9", "index", "status")
    assert "No Chroma server can be reached" in result.stdout


def test_ctrl_c_has_an_exit_status_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    folder = built_home(tmp_path / "home")
    monkeypatch.setattr(Library, "build_index", stopped)
    result = gcm(folder, "index", "build")
    assert (result.exit_code, INTERRUPTED) == (130, 130)
    assert "Stopped." in result.stderr


LEXICONS = {
    "a folder": lambda path: path.mkdir(),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "nested without end": lambda path: path.write_text("a=" + "[" * 5_000, encoding="utf-8"),
    "in UTF-16": lambda path: path.write_text("[[word]]\nen = ['x']\n", encoding="utf-16"),
}


@pytest.mark.parametrize("make", LEXICONS.values(), ids=LEXICONS)
def test_a_thesaurus_that_cannot_be_read_is_told(built_store, tmp_path: Path, make, monkeypatch):
    monkeypatch.setenv("GCM_DRAFT_CONFIG", str(tmp_path))
    make(tmp_path / "thesaurus.toml")
    result = CliRunner().invoke(program, ["search", "remittances"])
    assert result.exit_code == 2
    assert "thesaurus.toml" in result.stderr
    assert "UTF-8" in result.stderr or "move it away" in result.stderr


def test_links_passed_by_in_a_folder_are_told(tmp_path: Path):
    folder = tmp_path / "reports"
    note(folder / "ok.md")
    (folder / "self.md").symlink_to("self.md")
    (folder / "loop").symlink_to(tmp_path, target_is_directory=True)
    result = gcm(built_home(tmp_path / "home"), "corpus", "add", str(folder), "--help")
    assert result.exit_code == 0
    reports = library(tmp_path / "home").add([folder])
    told = {Path(r.path).name: r.outcome for r in reports}
    assert told == {"ok.md": "added", "loop": "refused", "self.md": "refused"}
    shutil.rmtree(folder)


def test_a_translation_of_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GCM_DRAFT_CONFIG", str(tmp_path))
    (tmp_path / "thesaurus.toml").write_text("[[translation]]\nen = ['remittances']\n", encoding="utf-8")
    result = CliRunner().invoke(program, ["search", "remittances"])
    assert result.exit_code == 2
    assert "translation 1: fr, es: expected a phrase in one of them" in result.stderr
