"""Batches: what is written, what is left alone and why; question lists in three forms and their faults."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from assistant import batch
from assistant.batch.manifest import NAME, Manifest
from assistant.batch.tasks import slug
from assistant.cli.common import KIND_NAMES, write_file
from assistant.cli.group import program
from assistant.errors import GcmDraftError, ProblemsError, SourceError
from assistant.questions_file import MAX_NAME, RESERVED, Allowed, name_fault, read_questions
from assistant.verification import read_note, verify

ALLOWED = Allowed(KIND_NAMES, ("briefing-note", "talking-points"))


def gcm(*args):
    return CliRunner().invoke(program, [str(a) for a in args])


def names(folder):
    return sorted(p.name for p in folder.iterdir() if p.name != NAME)


# -- lists of questions --------------------------------------------------------------------------------------


def listed(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_questions(path, ALLOWED)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("q.txt", "# mine\n\nethical recruitment\r\n  remittances \n"),
        ("q.txt", b"\xef\xbb\xbfethical recruitment\nremittances"),
        ("q.csv", "question\nethical recruitment\n\nremittances\n"),
        ("q.csv", '\ufeffnumber;Question\n1;"ethical recruitment"\n2;remittances\n'),
        ("q.csv", "question\ttemplate\nethical recruitment\t\nremittances\n"),
        ("q.yaml", "- ethical recruitment\n- question: remittances\n"),
        ("q.yml", '["ethical recruitment", {question: remittances}]'),
    ],
    ids=["txt", "txt-bom", "csv", "csv-semicolon", "csv-tab", "yaml", "yaml-flow"],
)
def test_a_list_is_read_in_each_form(tmp_path, name, content):
    questions, _ = listed(tmp_path, name, content)
    assert [q.question for q in questions] == ["ethical recruitment", "remittances"]


def test_what_a_list_says_of_a_question(tmp_path):
    content = "question,template,kind,cluster,lang,file\nremittances,talking-points,PO;opa,4,fr,geld\n"
    from_csv = listed(tmp_path, "q.csv", content)[0][0]
    content = (
        "- question: remittances\n  template: talking-points\n  kind: [po, opa]\n"
        "  cluster: 4\n  lang: fr\n  file: geld\n"
    )
    from_yaml = listed(tmp_path, "q.yaml", content)[0][0]
    assert from_csv.kinds == from_yaml.kinds == ("policy_option", "practical_action")
    for q in (from_csv, from_yaml):
        assert (q.template, q.clusters, q.language, q.file) == ("talking-points", (4,), "fr", "geld")


def test_columns_that_are_not_used_are_named(tmp_path):
    _, remarks = listed(tmp_path, "q.csv", "owner,question\nme,remittances\n")
    assert remarks == ("q.csv: columns not used: owner",)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("q.txt", b"caf\xe9\n", "line 1: expected text in UTF-8"),
        ("q.txt", "a\n\0b\n", "line 2: expected text, found a zero byte"),
        ("q.txt", "ok\n" + "x" * 2_000_000, "line 2: expected a question, found 2,000,000 characters"),
        ("q.txt", "", "at least one question"),
        ("q.txt", "# only a remark\n\n", "at least one question"),
        ("q.txt", "x" * 5_000_001, "at most 5,000,000 bytes"),
        ("q.pdf", "a", "ends in .txt, .csv, .yaml, .yml"),
        ("q.csv", "frage\na\n", "a column 'question'"),
        ("q.csv", "question,question\na,b\n", "found twice: question"),
        ("q.csv", "question,lang\na,en,x\n", "line 2: expected 2 cells"),
        ("q.csv", 'question\n"a\n', "expected CSV"),
        ("q.csv", "question,template\n,talking-points\n", "line 2: expected a question, found none"),
        ("q.csv", "question,template\na,nope\n", "line 2: expected template to be one of"),
        ("q.csv", "question,kind\na,poo\n", "line 2: expected kind out of"),
        ("q.csv", "question,cluster\na,7\n", "line 2: expected cluster out of 1, 2"),
        ("q.csv", "question,lang\na,de\n", "line 2: expected lang to be one of en, fr, es"),
        ("q.csv", "question,file\na,CON\n", "kept for the system"),
        ("q.csv", "question,file\na,../x\n", "letters, digits"),
        ("q.csv", "question,file\na,same\nb,SAME\n", "taken by line 2 already"),
        ("q.yaml", "- a\n- [b\n", "line 3: expected YAML"),
        ("q.yaml", "question: a\n", "expected a list"),
        ("q.yaml", "- 6\n", "item 1: expected a question as text, found '6'"),
        ("q.yaml", "- {question: a, langs: fr}\n", "Did you mean 'lang'?"),
        ("q.yaml", "- {question: [a]}\n", "item 1: expected a question, found a list"),
        ("q.yaml", "!!python/object/apply:os.system [ls]\n", "expected YAML"),
        ("q.yaml", "[" * 3000, "expected YAML"),
    ],
)  # fmt: skip
def test_a_faulty_list_is_refused_whole(tmp_path, name, content, said):
    with pytest.raises(GcmDraftError) as caught:
        listed(tmp_path, name, content)
    assert said in str(caught.value)


def test_all_faults_of_a_list_come_together(tmp_path):
    with pytest.raises(ProblemsError) as caught:
        listed(tmp_path, "q.csv", "question,lang,cluster\na,de,9\n,en,\nb,xx,1\n")
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize("what", ["missing.txt", "."])
def test_a_list_that_is_no_file(tmp_path, what):
    (tmp_path / "dir.txt").mkdir()
    with pytest.raises(SourceError, match="Check the name"):
        read_questions(tmp_path / what.replace(".", "dir.txt") if what == "." else tmp_path / what, ALLOWED)


# -- names of files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ethical recruitment?", "ethical-recruitment"),
        ("L’équité : où ?", "l-equite-ou"),
        ("العمل اللائق", "question"),
        ("../../etc/passwd", "etc-passwd"),
        ("word " * 40, "word-word-word-word-word-word-word-word-word"),
        ("x" * 300, "x" * 48),
        ("CON", "con"),
    ],
)
def test_a_slug_is_safe(text, name):
    assert slug(text) == name


@given(st.text(max_size=300))
def test_any_text_makes_a_name_that_every_system_takes(text):
    made = f"01-{slug(text)}"
    assert name_fault(made) is None
    assert made.isascii()
    assert len(made) <= 52


@pytest.mark.parametrize(
    "name", [*sorted(RESERVED)[:6], "a/b", "a\\b", ".a", "a.", "a b", "", "x" * (MAX_NAME + 1), "con.x"]
)
def test_names_no_file_can_bear(name):
    assert name_fault(name)


@pytest.mark.parametrize("name", ["a", "été", "العمل", "v1.2", "x" * MAX_NAME])
def test_names_a_file_can_bear(name):
    assert name_fault(name) is None


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
