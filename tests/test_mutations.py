"""The planted-error suite: over 300 faults in real passages, none missed, and no clean quotation accused."""

from __future__ import annotations

from collections import Counter

import pytest

from assistant.corpus import load_shipped
from assistant.verification.mutations import BLOCK, CLASSES, MARKS, STYLES, planted
from assistant.verification.report import VERDICTS
from assistant.verification.suite import HEADER, run, run_suite, table

CORPUS = load_shipped()
CASES = planted(CORPUS)


def test_the_suite_is_large_and_covers_everything():
    errors = [case for case in CASES if case.verdict != "ok"]
    assert len(errors) >= 300
    assert len(CASES) - len(errors) >= 100
    assert {case.verdict for case in CASES} == set(VERDICTS)
    assert {case.mark for case in errors} == {*MARKS, BLOCK}
    assert {case.style for case in errors} == set(STYLES)
    assert {case.word_class for case in errors} >= set(CLASSES)
    assert {case.document for case in errors} == set(CORPUS.sources)
    for document in CORPUS.sources:
        found = {case.verdict for case in CASES if case.document == document}
        without_pages = not CORPUS.sources[document].pages
        assert found >= set(VERDICTS) - ({"wrong_page"} if without_pages else set())


def test_the_suite_is_the_same_every_time():
    assert planted(CORPUS) == CASES


def test_nothing_is_missed_and_nothing_clean_accused():
    wrong = [outcome for outcome in run(CASES, CORPUS) if not outcome.right]
    assert not wrong, "\n".join(f"{o.case.verdict} {o.verdicts} {o.case.note}" for o in wrong[:5])


@pytest.mark.parametrize("seed", [7, 11])
def test_other_plants_are_caught_as_well(seed):
    wrong = [outcome for outcome in run(planted(CORPUS, each=3, seed=seed), CORPUS) if not outcome.right]
    assert not wrong, "\n".join(f"{o.case.verdict} {o.verdicts} {o.case.note}" for o in wrong[:5])


def test_the_table_counts_every_case_once_a_group():
    rows = {row.group: row for row in run_suite(CORPUS)}
    assert len(HEADER) == 6
    everything = rows["all"]
    assert (everything.planted + everything.controls) == len(CASES)
    assert (everything.missed, everything.false_alarms) == (0, 0)
    verdicts = Counter(case.verdict for case in CASES)
    for verdict in VERDICTS:
        row = rows[f"verdict: {verdict}"]
        assert row.planted + row.controls == verdicts[verdict]


def test_a_verifier_that_says_ok_to_all_would_be_seen():
    from assistant.verification.suite import Outcome

    rows = {row.group: row for row in table([Outcome(case, ("ok",)) for case in CASES])}
    assert rows["all"].missed == rows["all"].planted >= 300
    assert rows["all"].false_alarms == 0
