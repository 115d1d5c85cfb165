"""Running the planted errors and counting: what was caught, what was missed, what was a false alarm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.verification.check import examine
from assistant.verification.compare import Library, Readable
from assistant.verification.mutations import Planted, planted
from assistant.verification.notes import read_text

HEADER = ("group", "planted", "caught", "missed", "controls", "false alarms")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One planted note and the verdicts it got."""

    case: Planted
    verdicts: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the one quotation got the one verdict it deserves."""
        return self.verdicts == (self.case.verdict,)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: the planted errors of one group, caught and missed; clean controls and alarms."""

    group: str
    planted: int
    caught: int
    missed: int
    controls: int
    false_alarms: int


def run(cases: Iterable[Planted], corpus: Readable) -> tuple[Outcome, ...]:
    """Verify each case against the corpus."""
    library = Library(corpus)
    return tuple(
        Outcome(
            case, tuple(f.verdict for f in examine(read_text(case.note, case.passage), library)[0].findings)
        )
        for case in cases
    )


def run_suite(corpus: Readable) -> tuple[Row, ...]:
    """The table that ``gcm-draft evaluate`` prints: a row a verdict, word class, mark, style, document."""
    return table(run(planted(corpus), corpus))


def table(outcomes: Sequence[Outcome]) -> tuple[Row, ...]:
    """The outcomes counted by each property of the cases, and in all."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        case = outcome.case
        names = [f"verdict: {case.verdict}", f"mark: {case.mark}", f"citation: {case.style}"]
        names += [f"word: {case.word_class}"] if case.word_class else []
        for name in (*names, f"document: {case.document}", "all"):
            groups.setdefault(name, []).append(outcome)
    order = ("verdict", "word", "mark", "citation", "document", "all")
    return tuple(
        _row(name, groups[name]) for name in sorted(groups, key=lambda n: (order.index(n.split(":")[0]), n))
    )


def _row(name: str, outcomes: Sequence[Outcome]) -> Row:
    errors = [outcome for outcome in outcomes if outcome.case.verdict != "ok"]
    controls = [outcome for outcome in outcomes if outcome.case.verdict == "ok"]
    caught = sum(outcome.right for outcome in errors)
    alarms = sum(not outcome.right for outcome in controls)
    return Row(name, len(errors), caught, len(errors) - caught, len(controls), alarms)
