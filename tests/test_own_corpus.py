"""A user's own documents: add, change, remove, list, copy to another machine; nothing lost, nothing mixed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant import own_documents
from assistant.adding import Options, files_in
from assistant.cli.group import program
from assistant.errors import ProblemsError, SourceError, StoreError, UsageError
from assistant.model import passage_dict
from assistant.sources.extracted import fold_extracted
from assistant.text import cut
from tests.fakes import FakeEmbedder
from tests.store_kit import built_home, home, library, note, state

FOLDER = "corpora/default/documents"


@pytest.fixture
def place(tmp_path: Path):
    folder = built_home(tmp_path / "home")
    with home(folder):
        yield folder


@pytest.fixture
def run(place: Path, monkeypatch):
    """The command line in this home, with the embedder that needs no model."""
    monkeypatch.setattr("assistant.embeddings.default_embedder", FakeEmbedder)

    def call(*arguments: str):
        return CliRunner().invoke(program, [str(a) for a in arguments])

    return call


def outcomes(reports) -> list[str]:
    return [report.outcome for report in reports]


def test_a_document_is_added_and_found(place: Path, tmp_path: Path):
    found = library(place)
    [report] = found.add(
        [note(tmp_path / "Fishing note.md")], title="On visas", date="2018-05", standing="A draft."
    )
    assert (report.outcome, report.document) == ("added", "fishing-note")
    hit = found.search("registry of fishing visas", k=1).hits[0]
    assert hit.passage.document == "fishing-note"
    assert hit.passage.kind == "recommendation"
    assert hit.citation.startswith("On visas, ")
    document = found.documents[-1]
    assert (document.date, document.standing["en"], document.shipped) == ("2018-05", "A draft.", False)
    state(place)


def test_spans_are_offsets_into_the_kept_text(place: Path, tmp_path: Path):
    library(place).add([note(tmp_path / "a.md")])
    source = library(place).corpus.sources["a"]
    [text] = (place / FOLDER / "a").glob("v-*/text.txt")
    kept = text.read_bytes().decode("utf-8")
    assert source.text == kept
    for passage in source.passages:
        assert fold_extracted(cut(kept, passage.spans)) == passage.text


def test_what_is_kept_of_a_document(place: Path, tmp_path: Path):
    original = note(tmp_path / "Été (final).md")
    library(place).add([original])
    [entry] = own_documents.entries(place / FOLDER)
    folder = entry.folder / entry.version
    assert entry.document.id == "été-final"
    assert (folder / "original" / original.name).read_bytes() == original.read_bytes()
    record = json.loads((folder / "source.json").read_text(encoding="utf-8"))
    assert record["passages"] == [passage_dict(p) for p in own_documents.load(entry).passages]
    assert entry.document.sha256 == entry.proof()
    for path in entry.folder.rglob("*"):
        assert str(tmp_path) not in (path.read_text(encoding="utf-8") if path.is_file() else "")


def test_adding_it_again_does_nothing(place: Path, tmp_path: Path):
    path = note(tmp_path / "a.md")
    library(place).add([path])

    def kept() -> dict[Path, bytes]:
        files = (
            p for p in place.rglob("*") if p.is_file() and "chroma" not in p.parts
        )  # which writes when read
        return {p: p.read_bytes() for p in files}

    before = kept()
    assert outcomes(library(place).add([path])) == ["unchanged"]
    assert kept() == before


def test_the_same_file_adds_up_to_the_same_corpus(tmp_path: Path):
    found = []
    for name in "ab":
        folder = built_home(tmp_path / name)
        paths = [note(tmp_path / name / "x.md"), note(tmp_path / name / "y.md", "Other.", "Y")]
        for path in paths if name == "a" else reversed(paths):
            library(folder).add([path])
        found.append(state(folder))
    assert found[0] == found[1]


def test_of_a_changed_file_only_what_changed_is_embedded(place: Path, tmp_path: Path):
    path = note(tmp_path / "a.md")
    found = library(place)
    found.add([path], standing="A draft.")
    texts: list[str] = []
    embed = found.embedder.embed
    found.embedder.embed = lambda some: (texts.extend(some), embed(some))[1]
    note(path, "Establish a secret registry of fishing visas.")
    assert outcomes(found.add([path])) == ["changed"]
    assert texts == ["Establish a secret registry of fishing visas."]
    assert found.documents[-1].standing["en"] == "A draft."  # options stay
    assert "secret" in found.search("registry of fishing visas", k=1).hits[0].passage.text
    [former] = found.former_sources()
    assert any("public registry" in p.text for p in former.passages)
    assert all(former.text[s:e] for p in former.passages for s, e in p.spans)
    state(place)


def test_going_back_to_a_former_version(place: Path, tmp_path: Path):
    path = note(tmp_path / "a.md")
    found = library(place)
    found.add([path])
    first = found.identity.corpus_sha256
    note(path, "Another text.")
    found.add([path])
    note(path)
    assert outcomes(found.add([path])) == ["changed"]
    assert found.identity.corpus_sha256 == first
    assert ["Another text." in {p.text for p in s.passages} for s in found.former_sources()] == [True]
    state(place)


def test_another_title_is_a_change_of_the_corpus(place: Path, tmp_path: Path):
    path = note(tmp_path / "a.md")
    found = library(place)
    found.add([path])
    before = found.identity.corpus_sha256
    assert outcomes(found.add([path], title="New")) == ["changed"]
    assert found.identity.corpus_sha256 != before
    assert outcomes(found.add([path])) == ["unchanged"]


def test_bad_files_do_not_keep_the_good_ones_out(run, place: Path, tmp_path: Path):
    folder = tmp_path / "in box"
    note(folder / "sub" / "good.md")
    (folder / "cut.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n")
    (folder / ".hidden.md").write_text("# Not asked for")
    done = run("corpus", "add", folder, tmp_path / "nowhere.md")
    assert done.exit_code == 2
    assert "added" in done.stdout
    assert "good.md" in done.stdout
    for name in ("cut.pdf", "empty.txt", "photo.png", "nowhere.md"):
        assert f"{name}" in done.stderr
    assert "hidden" not in done.output
    assert "4 of 5 refused; the others are in the corpus." in done.stderr
    assert [e.document.id for e in library(place).own] == ["good"]
    state(place)


def test_the_report_as_json(run, tmp_path: Path):
    done = run("corpus", "add", "--format", "json", note(tmp_path / "a.md"))
    assert done.exit_code == 0
    assert json.loads(done.stdout)[0]["outcome"] == "added"
    rows = json.loads(run("corpus", "list", "--format", "json").stdout)
    assert [r["document"] for r in rows if not r["shipped"]] == ["a"]
    assert "a (yours)" in run("corpus", "list").stdout


CLASHES = [
    ("shipped", ["gfmd-thematic-recollection-2017.md"], {}, "is a shipped document's"),
    ("two of one name", ["a/x.md", "b/x.md"], {}, "its id 'x' is already that of"),
    ("other ending", ["x.md", "x.txt"], {}, "its id 'x' is already that of"),
]


@pytest.mark.parametrize(
    ("names", "options", "reason"), [c[1:] for c in CLASHES], ids=[c[0] for c in CLASHES]
)
def test_ids_that_clash(place: Path, tmp_path: Path, names, options, reason):
    reports = library(place).add([note(tmp_path / name) for name in names], **options)
    assert reason in next(r.reason for r in reports if r.outcome == "refused")
    assert len(library(place).own) == len(names) - 1


def test_an_id_of_ones_own(place: Path, tmp_path: Path):
    found = library(place)
    assert outcomes(found.add([note(tmp_path / "b/x.md")], document_id="other-x")) == ["added"]
    assert [e.document.id for e in found.own] == ["other-x"]
    [report] = found.add([note(tmp_path / "c.md")], document_id="../../x")
    assert "letters, digits" in report.reason
    with pytest.raises(UsageError, match="for one file"):
        found.add([note(tmp_path / "d.md"), note(tmp_path / "e.md")], title="Both")


REFUSALS = {
    # what is named -> all that is said on stderr
    "one that is not there": (["no.pdf"], "  refused  {0}/no.pdf: there is no such file. Check its name.\n"),
    "one that is empty": (
        ["empty.md"], "  refused  {0}/empty.md: the file is empty (0 bytes). Export or download it again.\n",
    ),
    "several, none of them good": (
        ["no.pdf", "no.md"],
        "  refused  {0}/no.pdf: there is no such file. Check its name.\n"
        "  refused  {0}/no.md: there is no such file. Check its name.\n"
        "2 of 2 refused; nothing was added.\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("names", "said"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_refused_is_said_once(run, tmp_path: Path, names, said):
    (tmp_path / "empty.md").write_bytes(b"")
    done = run("corpus", "add", *(tmp_path / name for name in names))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == said.format(tmp_path)


def test_remove(run, place: Path, tmp_path: Path):
    before = state(place)
    run("corpus", "add", note(tmp_path / "a.md"), note(tmp_path / "b.md", "Other.", "B"))
    done = run("corpus", "remove", "a", "nothing", "gfmd-thematic-recollection-2017")
    assert done.exit_code == 2
    assert "nothing: no document of yours" in done.stderr
    assert "gfmd-thematic-recollection-2017: a shipped document" in done.stderr
    assert run("corpus", "remove", "a").stdout.split() == ["removed", "a"]
    assert [e.document.id for e in library(place).own] == ["b"]
    run("corpus", "remove", "b")
    assert state(place) == before
    assert list((place / FOLDER).iterdir()) == []


def test_nothing_is_left_of_a_removed_document_in_a_store_built_anew(place: Path, tmp_path: Path):
    found = library(place)
    found.add([note(tmp_path / "a.md")])
    found.remove(["a"])
    found.build_index(force=True)
    for path in place.rglob("*"):
        assert not path.is_file() or b"public registry of fishing" not in path.read_bytes(), path


def test_named_corpora_are_apart(place: Path, tmp_path: Path):
    library(place, corpus="delegation").add([note(tmp_path / "a.md")])
    assert library(place).own == ()
    assert len(library(place, corpus="delegation").own) == 1
    with pytest.raises(UsageError, match="corpus name"):
        library(place, corpus="../elsewhere")


@pytest.mark.parametrize("with_store", [True, False], ids=["with its store", "without"])
def test_a_copied_folder_works_on_another_machine(place: Path, tmp_path: Path, with_store: bool):
    library(place).add([note(tmp_path / "a.md")])
    expected = state(place)
    other = tmp_path / "another machine"
    shutil.copytree(place, other)
    if not with_store:
        shutil.rmtree(other / "corpora/default/store")
    (tmp_path / "a.md").unlink()
    assert state(other) == expected


ALTERATIONS = [
    ("text", "v-*/text.txt", b"fishing", b"hunting"),
    ("passages", "v-*/source.json", b"island", b"valley"),
    ("record", "document.json", b"Fishing note", b"Hunting note"),
    ("record cut", "document.json", b"{", b""),
    ("version elsewhere", "document.json", b'"version": "v-', b'"version": "../v-'),
]


@pytest.mark.parametrize(
    ("name", "old", "new"), [a[1:] for a in ALTERATIONS], ids=[a[0] for a in ALTERATIONS]
)
def test_an_altered_document_is_refused_and_can_be_removed(place: Path, tmp_path: Path, name, old, new):
    found = library(place)
    found.add([note(tmp_path / "a.md")])
    [path] = (place / FOLDER / "a").glob(name)
    path.write_bytes(path.read_bytes().replace(old, new))
    for use in ("documents", "corpus"):
        with pytest.raises(SourceError, match="is not what was added"):
            getattr(library(place), use)
    with pytest.raises(SourceError, match="gcm-draft corpus remove a"):
        library(place).search("fishing")
    library(place).remove(["a"])
    state(place)


def test_a_file_that_changes_while_it_is_read(place: Path, tmp_path: Path, monkeypatch):
    path = note(tmp_path / "a.md")
    from assistant.sources import own

    extract = own.extract

    def meanwhile(*args, **options):
        made = extract(*args, **options)
        path.write_text("# Other", encoding="utf-8")
        return made

    monkeypatch.setattr(own, "extract", meanwhile)
    [report] = library(place).add([path])
    assert "changed while it was read" in report.reason
    assert library(place).own == ()
    state(place)


def test_breaking_off_keeps_what_is_whole(place: Path, tmp_path: Path):
    paths = [note(tmp_path / f"n{i}.md", f"Line {i}.", f"N{i}") for i in range(3)]
    found = library(place)

    def told(report):
        if report.document == "n1":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found.add(paths, told)
    assert {e.document.id for e in library(place).own} <= {"n0", "n1"}
    assert "n0" in {e.document.id for e in library(place).own}
    state(place)
    assert outcomes(library(place).add(paths))[0] == "unchanged"
    assert len(library(place).own) == 3
    state(place)


def test_a_store_behind_by_little_catches_up(place: Path, tmp_path: Path):
    shutil.copytree(place / "corpora/default/store", tmp_path / "old store")
    library(place).add([note(tmp_path / "a.md")])
    shutil.rmtree(place / "corpora/default/store")
    shutil.copytree(tmp_path / "old store", place / "corpora/default/store")
    state(place)


def test_a_store_far_behind_is_refused_with_the_command_that_mends_it(
    run, place: Path, tmp_path: Path, monkeypatch
):
    library(place).add([note(tmp_path / "a.md")])
    monkeypatch.setattr("assistant.embeddings.default_embedder", lambda: FakeEmbedder(16))
    done = run("search", "fishing visas")
    assert done.exit_code == 2
    assert "gcm-draft index build" in done.stderr
    assert "embedder: built from fake-32-256, needed fake-16-256" in done.stderr
    assert run("index", "build").exit_code == 0
    assert "fishing" in run("search", "fishing visas").stdout


def test_a_damaged_store_with_own_documents_is_refused(place: Path, tmp_path: Path):
    library(place).add([note(tmp_path / "a.md")])
    [path] = (place / "corpora/default/store").glob("gen-*/catalogue.sqlite3")
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="gcm-draft index build"):
        library(place).search("fishing")
    assert library(place).build_index()
    state(place)


def test_all_faults_of_entries_are_told_together(place: Path, tmp_path: Path):
    library(place).add([note(tmp_path / "a.md"), note(tmp_path / "b.md", "B.", "B")])
    for name in "ab":
        (place / FOLDER / name / "document.json").write_text("{}")
    with pytest.raises(ProblemsError) as caught:
        _ = library(place).own
    assert len(caught.value.problems) == 2


def test_folders_are_walked_in_order_and_every_file_told(tmp_path: Path):
    for name in ("b.md", "a/c.TXT", "a/d.exe", "~$lock.docx"):
        note(tmp_path / name)
    found, refused = files_in([tmp_path, tmp_path / "b.md"])
    assert [p.name for p in found] == ["c.TXT", "b.md"]
    assert [r.path.name for r in refused] == ["d.exe"]
    (tmp_path / "none").mkdir()
    assert files_in([tmp_path / "none"])[1][0].reason == "there are no files in this folder"


def test_options_given():
    assert Options(title="x").given() == {"title": "x"}


def test_long_and_odd_ids_have_folders(tmp_path: Path):
    names = {own_documents.folder_name(i) for i in ("a", "é" * 120, "汉" * 119, "..", "a/b", "a.")}
    assert len(names) == 6
    for name in names:
        (tmp_path / name).mkdir()
        assert (tmp_path / name).parent == tmp_path
