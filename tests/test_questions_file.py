"""Lists of questions in three forms and their faults; names that files of a batch bear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.batch.tasks import slug
from assistant.cli.common import KIND_NAMES
from assistant.errors import GcmDraftError, ProblemsError, SourceError
from assistant.questions_file import MAX_NAME, RESERVED, Allowed, name_fault, read_questions

ALLOWED = Allowed(KIND_NAMES, ("briefing-note", "talking-points"))


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
