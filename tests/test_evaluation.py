"""The evaluation itself: question sets, variants against real builds, the prover by planted errors, the reports."""

from __future__ import annotations

import copy
import importlib.util
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import evaluate as command
from assistant.errors import GcmDraftError, ProblemsError
from assistant.evaluation import (
    abstention,
    as_markdown,
    as_text,
    baselines,
    collect,
    evaluate,
    measures,
    proof,
)
from assistant.evaluation import questions as sets
from assistant.evaluation.report import share
from assistant.evaluation.systems import Program, variant, without_notes
from assistant.model import SearchNote
from tests.fakes import FakeEmbedder

RECOLLECTION = "gfmd-thematic-recollection-2017"
GOOD = {"id": "x-1", "question": "q", "language": "en", "category": "keyword", "qrels": {"a": 3}}


@pytest.fixture(scope="module")
def scopes(corpus):
    return sets.scopes(corpus)


# -- questions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("no list", "expected a list"),
        ([3], "expected an object, found 3"),
        ([{"id": "x"}], "question, language, category, qrels"),
        ([{**GOOD, "language": "de"}], "'de'"),
        ([{**GOOD, "category": "guess"}], "'guess'"),
        ([{**GOOD, "qrels": {"a": 4}}], "grades 1, 2 or 3"),
        ([{**GOOD, "qrels": {"a": True}}], "grades 1, 2 or 3"),
        ([{**GOOD, "qrels": ["a"]}], "grades 1, 2 or 3"),
        ([{**GOOD, "language": "de"}, {**GOOD, "category": "guess"}], "2 problems"),
    ],
    ids=lambda v: str(v)[:30],
)
def test_a_faulty_set_is_refused_with_its_faults(record, said):
    with pytest.raises(ProblemsError, match=said):
        sets.parse(record, "set.json")


@pytest.mark.parametrize("name", sets.SETS)
def test_the_committed_sets_load(name):
    found = sets.load(name)
    assert any(q.answerable for q in found)
    assert all(bool(q.qrels) == q.answerable for q in found)


def test_the_command_line_offers_every_set() -> None:
    assert set(command.SETS) == set(sets.SETS)
    assert all(set(together) <= set(sets.SETS) for together in command.TOGETHER.values())


def test_an_unknown_set_is_refused():
    with pytest.raises(GcmDraftError, match="development, test"):
        sets.load("../test")


def test_what_is_searched(scopes):
    units, everything = scopes
    assert len(units.passages) == 206
    assert len(everything.passages) == 319
    assert not {p.document for p in everything.passages} & {sets.OVERVIEW}
    assert {p.kind for p in everything.passages} == set(sets.JUDGED_KINDS)
    assert not any(p.id.endswith(("/q1", "/q2", "/q3", "/q4")) for p in everything.passages)


def test_the_experts_questions_are_the_titles_with_a_mapping(corpus, scopes):
    found = sets.experts(corpus)
    assert [q.id for q in found] == [f"objective-{n:02d}" for n in range(1, 23) if n != 8]
    for question in found:
        assert scopes[0].qrels(question) == question.qrels != {}


# -- the program and its variants ----------------------------------------------------------------------------


def test_the_program_is_measured_as_the_command_line_runs_it(built_store, scopes):
    question = sets.Question("q", "ethical recruitment", "en", "keyword", {})
    ranking = Program(built_store).rank(question, scopes[0])
    answer = built_store.search(question.question, 10, scopes[0].filters)
    assert ranking[0] == answer.hits[0].passage.id
    assert len(ranking) == len(set(ranking)) == measures.DEPTH
    assert set(ranking) <= scopes[0].ids


def test_what_is_refused_has_no_ranking_unless_refusals_are_ignored(built_store, scopes):
    question = sets.Question("q", "a recipe for plum cake with butter", "en", "off_topic_plain", {})
    assert Program(built_store).rank(question, scopes[0]) == []
    assert len(Program(built_store, "x", refusing=False).rank(question, scopes[0])) == measures.DEPTH


def test_without_notes_is_as_if_built_without_notes(tmp_path, corpus):
    from assistant.search_notes import load_notes
    from assistant.store import Identity
    from assistant.store.ingestion import build

    embedder, notes = FakeEmbedder(), load_notes(corpus)
    source = corpus.source("gfmd-dialogue-cluster6-summary-report-2017")
    mine = {
        p.id: notes.get(p.id)
        or (SearchNote("en", "Workers pay nothing.", True), SearchNote("fr", "Sans frais.", False))
        for p in source.passages
    }
    identity = Identity("x", embedder.name, "x")
    whole = build(tmp_path / "a", [source], embedder, identity, notes=mine)
    bare = build(tmp_path / "b", [source], embedder, identity)
    cut = without_notes(whole)
    words = ["recruit", "worker", "frais", "regular", "pay"]
    assert "frais" in whole.catalogue.document_frequency(words)
    assert cut.catalogue.document_frequency(words) == bare.catalogue.document_frequency(words)
    assert {r[:3] for r in cut.catalogue.lexical(words, 400)} == {
        r[:3] for r in bare.catalogue.lexical(words, 400)
    }
    views = [{v for _, v in s.catalogue.chunk_passages(_chunks(whole)).values()} for s in (whole, cut)]
    assert "note" in views[0]
    assert "note" not in views[1]
    for store in (whole, bare, cut):
        store.catalogue.close()


def _chunks(store) -> list[str]:
    return [i for n in range(1, 200) for i in store.catalogue.chunks_of([n]).get(n, [])]


def test_a_variant_leaves_the_library_as_it_was(built_store, scopes):
    question = "How can we keep hiring agents from charging people who go abroad to work?"
    before = built_store.search(question, 10)
    bare = variant(built_store, notes=False, thesaurus=False)
    other = bare.search(question, 10)
    assert other.expanded == ()
    assert built_store.search(question, 10) == before
    assert [h.score for h in other.hits] != [h.score for h in before.hits]
    bare._store.catalogue.close()


# -- abstention ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "counts", "reached"),
    [
        ("off_topic_plain", (0, 0, 5), True),
        ("off_topic_plain", (0, 1, 4), False),
        ("off_topic_far", (1, 0, 9), True),
        ("off_topic_far", (1, 0, 5), False),
        ("lexical_trap", (1, 1, 8), True),
        ("domain_gap", (0, 8, 0), True),
        ("domain_gap", (1, 0, 7), False),
        ("real", (20, 9, 1), True),
        ("real", (28, 0, 2), False),
    ],
)
def test_goals_of_abstention(category, counts, reached):
    said = [name for name, n in zip(("answered", "weak", "abstained"), counts, strict=True) for _ in range(n)]
    assert abstention._tally(category, said).reached is reached


# -- the prover ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def brief(built_store):
    return json.loads(built_store.render(built_store.draft("ethical recruitment"), "json"))


def _set(**changes):
    return lambda item: item["citation"].update(**changes)


PLANTED = {
    "page +1": lambda i: i["citation"].update(locator=i["citation"]["locator"].replace("p. 17", "p. 18")),
    "page only in the number": _set(page_start=18, page_end=18),
    "word dropped": lambda i: i.update(text=i["text"].replace(" and ", " ", 1)),
    "word changed": lambda i: i.update(text=i["text"].replace("recruitment", "employment", 1)),
    "not inserted": lambda i: i.update(text=i["text"].replace(" ", " not ", 1)),
    "another document's label": _set(label="GFMD Dialogue Summary Report 2017, p. 17"),
    "another document": _set(document="gfmd-dialogue-cluster6-summary-report-2017"),
    "another passage": _set(passage_id=f"{RECOLLECTION}/c2.2.opa.2"),
    "no passage": _set(passage_id="nowhere"),
    "also somewhere it is not": lambda i: i.update(also=[{**i["citation"], "page_start": 3, "page_end": 3}]),
}


def test_every_line_of_a_brief_is_proved(brief, corpus):
    problems = proof.problems_of(brief, corpus)
    assert len(problems) == sum(len(s["items"]) for s in brief["sections"]) > 0
    assert problems == [[]] * len(problems)


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_a_planted_error_is_caught(plant, brief, corpus):
    items = [i for s in copy.deepcopy(brief)["sections"] for i in s["items"]]
    item = next(i for i in items if i["citation"]["passage_id"].endswith("c2.2.opa.1"))
    assert proof.item_problems(item, corpus) == []
    plant(item)
    assert proof.item_problems(item, corpus) != []


# -- all of it -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(built_store, scopes):
    """The figures of a few questions, as the whole evaluation makes them."""
    asked = [q for q in sets.load("development") if q.language == "en" and q.answerable][:4]
    experts = sets.experts(built_store.corpus)[:3]
    systems = [
        Program(built_store),
        baselines.Baseline("BM25, stemmed", "bm25", _benches(scopes, built_store)),
    ]
    setting = collect._setting(scopes[0], [*experts, *asked], systems, True, str)
    found = {"set": "development", "questions": 7, "search_notes": True, "corpus_sha256": "0" * 64}
    rows = [{"group": "all", "planted": 3, "caught": 2, "missed": 1, "controls": 1, "false_alarms": 0}]
    tally = abstention._tally("off_topic_far", ["abstained"] * 6)
    return {
        **found,
        "embedder": "none",
        "retrieval": [setting],
        "abstention": [collect.asdict(tally)],
        "citations": {
            "briefs": 1,
            "lines": 9,
            "proved": 8,
            "verdicts": {"ok": 9},
            "problems": ["x"],
            "whole": False,
        },
        "mutations": {"rows": rows, "clean": False},
    }


def _benches(scopes, library):
    return {scopes[0].key: baselines.Bench(scopes[0], library.corpus, library.embedder)}


def test_the_figures_are_plain_and_grouped(small):
    assert json.loads(json.dumps(small)) == {**small, "retrieval": json.loads(json.dumps(small["retrieval"]))}
    setting = small["retrieval"][0]
    groups = setting["systems"][0]["groups"]
    assert {g: v["figures"]["nDCG@10"]["questions"] for g, v in groups.items()}["experts"] == 3
    assert set(groups) == {"experts", "en", "set"}
    for row in setting["systems"]:
        for group in row["groups"].values():
            for figure in group["figures"].values():
                assert 0 <= figure["low"] <= figure["mean"] <= figure["high"] <= 1
    assert len(setting["systems"][0]["per_question"]) == 7 - setting["left_out"]


def test_text_and_markdown_say_the_same(small):
    text, page = as_text(small), as_markdown([small], "gcm-draft evaluate")
    mean = share(small["retrieval"][0]["systems"][0]["groups"]["experts"]["figures"]["nDCG@10"]["mean"])
    for form in (text, page):
        for said in (
            mean,
            "BM25, stemmed",
            "Goal: nDCG@10 .65",
            "off topic, far",
            "Not proved: x",
            "false alarms",
        ):
            assert said in form
    assert page.startswith("# Figures\n")
    assert len({line.count("|") for line in page.splitlines() if line.startswith("| gcm-draft")}) == 1


def test_no_question_of_the_test_set_is_in_the_figures(built_store):
    found = evaluate(built_store, "test", parts=("abstention",), detailed=True)
    assert not any(q.question in json.dumps(found, ensure_ascii=False) for q in sets.load("test"))
    assert sum(row["questions"] for row in found["abstention"]) == len(sets.load("test"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--per-question"], "--set development"),
        (["--per-question", "--set", "wide"], "--set development"),
        (["--set", "every"], "'every'"),
        (["--what", "recall"], "retrieval, abstention, citations, mutations"),
    ],
    ids=["per question", "per question of the wide set", "set", "part"],
)
def test_wrong_usage_is_refused(arguments, said):
    from assistant.cli.group import program

    result = CliRunner().invoke(program, ["evaluate", *arguments])
    assert result.exit_code == 2
    assert said in result.output


def test_a_written_page_says_by_which_command(built_store, tmp_path):
    from assistant.cli.group import program

    target = tmp_path / "figures.md"
    arguments = ["evaluate", "--set", "development", "--what", "abstention", "--write", str(target)]
    result = CliRunner().invoke(program, arguments)
    assert result.exit_code == 0, result.output
    page = target.read_text(encoding="utf-8")
    assert f"`gcm-draft evaluate --set development --what abstention --write {target}`" in page
    assert "## Development set, 84 questions" in page


# -- the benchmark's arithmetic ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def speed():
    path = Path(__file__).resolve().parent.parent / "benchmarks" / "speed.py"
    spec = importlib.util.spec_from_file_location("benchmarks_speed", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_run_is_measured(speed, tmp_path):
    case = speed.Case("x", speed.python("import os; b = bytes(40_000_000); print(os.environ['HOME'])"))
    case.run(tmp_path / "home")
    assert case.said == [f"{tmp_path / 'home'}\n"]
    assert case.wall[0] > 0
    assert case.memory[0] > 40
    with pytest.raises(RuntimeError, match="exit status 3"):
        speed.Case("y", speed.python("raise SystemExit(3)")).run(tmp_path / "home")


def test_goals_are_reported_as_they_are(speed):
    def case(name, wall, said="", memory=100.0):
        return speed.Case(name, [], [wall] * 3, [wall] * 3, [memory] * 3, [said] * 3)

    cases = {
        "help": case("help", 0.1),
        "question": case("question", 0.4),
        "chromadb": case("chromadb", 1.0),
        "llama": case("llama", 2.0),
        "default": case("default", 4.0),
        "objectives": case("objectives", 3.0, '{"load": 0.5, "objectives": 2.5}\n'),
        "build": case("build", 9.0, memory=300.0),
        "default_build": case("default build", 18.0),
    }
    page = speed.report(cases, 3, [0.0])
    assert "| question / chromadb | 0.40 |" in page
    assert "| build / default build | 0.50 |" in page
    assert "| 23 objectives after start | 2.50 s | 2 s | missed by 0.50 s |" in page
    assert "| peak memory of the index build | 300.00 MB | 250 MB | missed by 50.00 MB |" in page
    assert page.count("| reached |") == 6
