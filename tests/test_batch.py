"""Batches: what is written, what is left alone and why."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant import batch
from assistant.batch.manifest import NAME, Manifest
from assistant.cli.common import KIND_NAMES, write_file
from assistant.cli.group import program
from assistant.errors import GcmDraftError, ProblemsError
from assistant.questions_file import Allowed
from assistant.verification import read_note, verify

ALLOWED = Allowed(KIND_NAMES, ("briefing-note", "talking-points"))


def gcm(*args):
    return CliRunner().invoke(program, [str(a) for a in args])


def names(folder):
    return sorted(p.name for p in folder.iterdir() if p.name != NAME)


# -- batches -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def objectives(built_store, tmp_path_factory):
    """A folder with objectives 6 and 8 in two formats and merged, as the command line writes it."""
    folder = tmp_path_factory.mktemp("batch") / "new" / "folder"
    result = gcm(
        "batch",
        "--objectives",
        "6,8",
        "-o",
        folder,
        "-f",
        "md,docx",
        "-f",
        "html",
        "--merge",
        folder / "all.docx",
    )
    assert result.exit_code == 0, result.stderr
    assert result.stdout.strip() == str(folder / "index.md")
    return folder


def test_one_file_each_and_an_index(objectives):
    files = {f"objective-{n:02}.{e}" for n in (6, 8) for e in ("md", "docx", "html")}
    assert set(names(objectives)) == files | {"index.md", "index.html", "all.docx"}


def test_an_objective_without_mapping_says_so(objectives):
    index = (objectives / "index.md").read_text("utf-8")
    assert "no option is mapped to it" in index
    assert "| 8 | Save lives" in index
    assert "no mapping" in next(line for line in index.splitlines() if line.startswith("| 8 |"))
    assert "no mapping" not in next(line for line in index.splitlines() if line.startswith("| 6 |"))
    assert "no entry for objective 8" in (objectives / "objective-08.md").read_text("utf-8")


def test_the_index_counts_what_the_briefs_hold(objectives, built_store):
    brief = built_store.draft("Objective 6", template="objective-summary")
    mapped = {i.citation.passage_id for s in brief.sections if s.key == "mapped" for i in s.items}
    row = next(
        li for li in (objectives / "index.md").read_text("utf-8").splitlines() if li.startswith("| 6 |")
    )
    assert row.split("|")[3].strip() == str(len(mapped)) == "2"


def test_the_index_links_to_files_that_exist(objectives):
    import re

    for page, pattern in (("index.md", r"\]\(([^)]+)\)"), ("index.html", r'href="([^"]+)"')):
        links = re.findall(pattern, (objectives / page).read_text("utf-8"))
        assert len(links) == 6
        assert all((objectives / link).is_file() for link in links)


@pytest.mark.parametrize("page", ["index.md", "index.html"])
def test_the_index_claims_nothing_that_verification_doubts(objectives, page, corpus):
    assert verify(read_note(objectives / page), corpus) == ()


def test_nothing_is_left_half_written_and_no_path_is_told(objectives):
    assert not list(objectives.glob("*.part"))
    manifest = (objectives / NAME).read_text("utf-8")
    assert str(objectives) not in manifest
    assert "/tmp" not in manifest


def test_a_second_run_writes_nothing(objectives):
    before = {p.name: p.stat().st_mtime_ns for p in objectives.iterdir() if p.name != NAME}
    result = gcm(
        "batch",
        "--objectives",
        "6,8",
        "-o",
        objectives,
        "-f",
        "md,docx,html",
        "--merge",
        objectives / "all.docx",
    )
    assert result.exit_code == 0
    assert "Written" not in result.stderr
    assert "Unchanged: 9 files" in result.stderr
    assert {p.name: p.stat().st_mtime_ns for p in objectives.iterdir() if p.name != NAME} == before


@pytest.fixture
def folder(built_store, tmp_path):
    """A folder with objective 6 as Markdown."""
    assert gcm("batch", "--objectives", "6", "-o", tmp_path / "out").exit_code == 0
    return tmp_path / "out"


def test_the_same_batch_elsewhere_has_the_same_bytes(folder, tmp_path):
    gcm("batch", "--objectives", "6", "-o", tmp_path / "again")
    for name in (*names(folder), NAME):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["-k", "2"], "Written (the options changed): objective-06.md"),
        (["--lang", "fr"], "Written (the options changed): objective-06.md"),
        (["-t", "talking-points"], "Written (it is another template, the template changed): objective-06.md"),
        (["--cluster", "2"], "Written (the options changed): objective-06.md"),
        (["-f", "md,txt"], "Written (new): objective-06.txt"),
    ],
    ids=lambda v: v[0] if isinstance(v, list) else "",
)
def test_only_what_changed_is_redone_and_the_reason_said(folder, more, said):
    result = gcm("batch", "--objectives", "6", "-o", folder, *more)
    assert result.exit_code == 0
    assert said in result.stderr


def test_a_changed_template_of_ones_own_is_seen(folder, built_store, monkeypatch, tmp_path):
    monkeypatch.setenv("GCM_DRAFT_CONFIG", str(tmp_path / "config"))
    own = Path(gcm("templates", "new", "mine").stdout.split("Edit ")[1].splitlines()[0])
    assert gcm("batch", "--objectives", "6", "-t", "mine", "-o", tmp_path / "o").exit_code == 0
    own.write_text(own.read_text("utf-8") + "\nMore.\n", encoding="utf-8")
    result = gcm("batch", "--objectives", "6", "-t", "mine", "-o", tmp_path / "o")
    assert "Written (the template changed): objective-06.md" in result.stderr


def test_a_deleted_file_is_made_again(folder):
    (folder / "objective-06.md").unlink()
    result = gcm("batch", "--objectives", "6", "-o", folder)
    assert "Written (it was missing): objective-06.md" in result.stderr


def test_an_edited_file_is_kept_until_forced(folder):
    edited = folder / "objective-06.md"
    edited.write_text(edited.read_text("utf-8") + "\nmy own line\n", encoding="utf-8")
    for more in ((), ("-k", "2")):
        result = gcm("batch", "--objectives", "6", "-o", folder, *more)
        assert result.exit_code == 0
        assert "kept as it is (edited by hand" in result.stderr
        assert edited.read_text("utf-8").endswith("my own line\n")
    assert "edited by hand" in (folder / "index.md").read_text("utf-8")
    gcm("batch", "--objectives", "6", "-o", folder, "--force")
    assert "my own line" not in edited.read_text("utf-8")


def test_somebody_elses_file_is_not_overwritten(built_store, tmp_path):
    (tmp_path / "objective-06.md").write_text("mine", encoding="utf-8")
    (tmp_path / "index.md").write_text("mine too", encoding="utf-8")
    result = gcm("batch", "--objectives", "6", "-o", tmp_path)
    assert "was there before this batch" in result.stderr
    assert (tmp_path / "objective-06.md").read_text("utf-8") == "mine"
    assert (tmp_path / "index.md").read_text("utf-8") == "mine too"


def test_a_run_that_was_killed_is_taken_up(folder):
    """Files without a record, as after a crash before it was written, are recognised by their bytes."""
    (folder / NAME).unlink()
    result = gcm("batch", "--objectives", "6", "-o", folder)
    assert "Unchanged: objective-06.md, index.md" in result.stderr


def test_an_interrupted_run_leaves_a_record(built_store, tmp_path):
    tasks = batch.tasks_for_objectives((6, 7), batch.Task("", "", "objective-summary"))

    def stop(path, content):
        if path.name == "objective-07.md":
            raise KeyboardInterrupt
        write_file(path, content)

    with pytest.raises(KeyboardInterrupt):
        batch.run(built_store, tasks, ("md",), tmp_path / "out", stop)
    assert "objective-06.md" in Manifest.read(tmp_path / "out").items["objective-06"].files
    assert batch.run(built_store, tasks, ("md",), tmp_path / "out", write_file).unchanged == [
        "objective-06.md"
    ]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"form": 9}', '{"form":1,"items":{"a":{"title":1}},"others":{}}']
)
def test_a_damaged_record_stops_the_run(built_store, tmp_path, content):
    (tmp_path / NAME).write_text(content, encoding="utf-8")
    result = gcm("batch", "--objectives", "6", "-o", tmp_path)
    assert result.exit_code == 2
    assert "Delete this file and run again" in result.stderr
    assert names(tmp_path) == []


def test_one_bad_item_is_reported_and_the_rest_written(built_store, tmp_path):
    (tmp_path / "q.txt").write_text(f"ethical recruitment\n???\n{'word ' * 500}\nCON\n", encoding="utf-8")
    result = gcm("batch", "--questions", tmp_path / "q.txt", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "2 failed; the rest is written" in result.stderr
    assert "02-question: The question has no words" in result.stderr
    assert names(tmp_path / "out") == ["01-ethical-recruitment.md", "04-con.md", "index.md"]
    assert "not made" in (tmp_path / "out" / "index.md").read_text("utf-8")


def test_a_file_that_cannot_be_written_is_one_bad_item(built_store, tmp_path):
    (tmp_path / "objective-06.md").mkdir()
    result = gcm("batch", "--objectives", "6,7", "-o", tmp_path)
    assert result.exit_code == 1
    assert "objective-06" in result.stderr
    assert (tmp_path / "objective-07.md").is_file()


def test_a_list_with_its_own_options(built_store, tmp_path):
    rows = [
        {"question": "remittances", "template": "talking-points", "lang": "fr", "file": "geld", "cluster": 4}
    ]
    (tmp_path / "q.yaml").write_text(json.dumps([*rows, "ethical recruitment"]), encoding="utf-8")
    result = gcm("batch", "--questions", tmp_path / "q.yaml", "-o", tmp_path / "out", "-f", "json")
    assert result.exit_code == 0
    made = json.loads((tmp_path / "out" / "geld.json").read_text("utf-8"))
    assert made["certificate"]["options"]["template"] == "talking-points"
    assert made["certificate"]["options"]["language"] == "fr"
    assert {i["citation"]["locator"][:9] for s in made["sections"] for i in s["items"]} == {"Cluster 4"}
    assert (tmp_path / "out" / "02-ethical-recruitment.json").is_file()


def test_briefs_of_an_earlier_run_stay_in_the_index(folder):
    gcm("batch", "--objectives", "7", "-o", folder)
    index = (folder / "index.md").read_text("utf-8")
    assert (
        index.index("objective-07.md") < index.index("## From earlier runs") < index.index("objective-06.md")
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "--objectives all"),
        (["--objectives", "24"], "expected numbers from 1 to 23"),
        (["--objectives", "six"], "expected numbers from 1 to 23"),
        (["--objectives", "6", "-f", "doc"], "expected formats out of"),
        (["--objectives", "6", "-t", "nope"], "Expected the name of a template"),
        (["--objectives", "6", "--source", "nope"], "names no document"),
        (["--objectives", "6", "--merge", "a.doc"], "ends in .docx"),
        (["--objectives", "6", "--merge", "no/such/a.docx"], "there is no folder"),
        (["--questions", "nope.txt"], "no such file"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_wrong_usage_writes_nothing(tmp_path, args, said):
    result = gcm("batch", *args, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_everything_wrong_is_said_at_once(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "q.csv").write_text("question,lang\na,de\nb,xx\n", encoding="utf-8")
    wrong = ("-t", "nope", "--source", "zzz", "--merge", "x.doc", "-o", tmp_path / "file")
    result = gcm("batch", "--questions", tmp_path / "q.csv", *wrong)
    assert result.exit_code == 2
    assert result.stderr.count("\n  - ") == 6


def test_merged_briefs_need_one_template(tmp_path):
    (tmp_path / "q.txt").write_text("remittances\n", encoding="utf-8")
    both = ("--objectives", "6", "--questions", tmp_path / "q.txt")
    result = gcm("batch", *both, "--merge", tmp_path / "a.docx", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "one template for all" in result.stderr


def test_the_merged_file_holds_every_brief(objectives):
    import zipfile

    with zipfile.ZipFile(objectives / "all.docx") as file:
        text = file.read("word/document.xml").decode("utf-8")
    assert "ethical recruitment" in text
    assert "missing migrants" in text


def test_two_names_that_differ_in_case_only_are_refused(tmp_path):
    tasks = [batch.Task(name, "x", "briefing-note") for name in ("a", "A")]
    with pytest.raises(ProblemsError, match="two briefs would be called"):
        batch.check(tasks, ("md",), tmp_path / "out", None)


def test_files_are_written_with_the_users_own_mask(folder):
    mask = os.umask(0)
    os.umask(mask)
    assert (folder / "index.md").stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_read_only_folder_is_reported(built_store, tmp_path):
    tasks = batch.tasks_for_objectives((6,), batch.Task("", "", "objective-summary"))

    def refuse(path, content):
        raise PermissionError(13, "Permission denied", path.name)

    with pytest.raises((GcmDraftError, OSError), match="Permission denied"):
        batch.run(built_store, tasks, ("md",), tmp_path / "out", refuse)
