"""A report as JSON for programs and as text for people."""

from __future__ import annotations

from typing import Any

from assistant.model import Finding, as_dict
from assistant.verification.check import Report

VERDICTS = (
    "ok",
    "wrong_page",
    "altered",
    "misattributed",
    "stitched",
    "not_found",
    "unresolvable",
    "too_short",
)
_WORDS = {
    "ok": "ok",
    "wrong_page": "wrong page",
    "altered": "altered",
    "misattributed": "misattributed",
    "stitched": "stitched",
    "not_found": "not found",
    "unresolvable": "unresolvable",
    "too_short": "too short",
}
_COLOURS = {"ok": "32", "wrong_page": "33", "too_short": "33", "unresolvable": "35"}
_LONGEST = 110


def report_dict(report: Report) -> dict[str, Any]:
    """The promised JSON object, with further keys: what was not checked, and the certificate's state."""
    return {
        "findings": [as_dict(finding) for finding in report.findings],
        "counts": {verdict: report.counts[verdict] for verdict in VERDICTS if verdict in report.counts},
        "paraphrases": [
            {
                "line": entry.line,
                "citation": entry.citation,
                "statement": entry.statement,
                "fitting": entry.fitting,
                "outside_corpus": entry.outside,
                "passages": [{"id": i, "citation": c, "text": t} for i, c, t in entry.passages],
            }
            for entry in report.paraphrases
        ],
        "unchecked": [{"line": line, "text": text} for line, text in report.unchecked],
        "certificate": report.certificate_status,
        "note": report.name,
    }


def report_text(report: Report, *, colour: bool = False, every: bool = False) -> str:
    """The report for people: each finding with its line, verdict and what to do.

    Quotations that are ok are counted, and listed only where there is a remark on them, or if ``every``.
    ``colour`` uses a terminal's colours.
    """
    lines: list[str] = []
    for finding in report.findings:
        if finding.verdict != "ok" or finding.remarks or every:
            lines += [*_finding(finding, colour), ""]
    for entry in report.paraphrases:
        lines += [
            f"line {entry.line}  {_paint('paraphrase, not checked', '36', colour)}  {entry.citation}",
            f"  {_short(entry.statement)}",
        ]
        if entry.outside:
            lines.append("  The document cited is not in the corpus.")
        lines += [f"  beside it ({citation}): {_short(text, 300)}" for _, citation, text in entry.passages]
        if entry.fitting > len(entry.passages):
            lines.append(f"  and {entry.fitting - len(entry.passages)} more passages that fit the citation")
        lines.append("")
    if report.unchecked:
        shown = "; ".join(f"line {line} “{_short(text, 40)}”" for line, text in report.unchecked[:12])
        more = f"; and {len(report.unchecked) - 12} more" if len(report.unchecked) > 12 else ""
        lines += [
            f"Marked words without a citation, taken as terms or titles, not checked: {shown}{more}",
            "",
        ]
    lines += [
        *report.remarks,
        *([report.certificate_status] if report.certificate_status else []),
        summary(report),
    ]
    return "\n".join(lines) + "\n"


def summary(report: Report) -> str:
    """One line: how many of each verdict."""
    if not report.findings:
        return f"{report.name}: no quotations found."
    counts = report.counts
    parts = ", ".join(f"{counts[verdict]} {_WORDS[verdict]}" for verdict in VERDICTS if verdict in counts)
    total = len(report.findings)
    tail = f"; {len(report.paraphrases)} paraphrased" if report.paraphrases else ""
    return f"{report.name}: {total} checked: {parts}{tail}."


def finding_text(finding: Finding) -> str:
    """One finding in a few sentences, as a comment beside its paragraph says it."""
    parts = [f"{_WORDS[finding.verdict].capitalize()}."]
    if finding.quote:
        parts.append(f"“{_short(finding.quote, 160)}”")
    if finding.diff:
        parts.append(f"Difference: {finding.diff}")
    if finding.advice:
        parts.append(finding.advice)
    elif finding.expected and finding.verdict != "ok":
        parts.append(f"Expected: {finding.expected}")
    parts += finding.remarks
    return " ".join(parts)


def _finding(finding: Finding, colour: bool) -> list[str]:
    verdict = _paint(_WORDS[finding.verdict], _COLOURS.get(finding.verdict, "31"), colour)
    lines = [f"line {finding.line}  {verdict}  {finding.citation or 'no citation'}"]
    if finding.quote:
        lines.append(f"  “{_short(finding.quote)}”")
    if finding.diff:
        lines.append(f"  difference: {_painted_diff(finding.diff, colour)}")
    if finding.advice:
        lines.append(f"  {finding.advice}")
    return lines + [f"  remark: {remark}" for remark in finding.remarks]


def _painted_diff(diff: str, colour: bool) -> str:
    if not colour:
        return diff
    marks = {"[-": "\x1b[31m[-", "-]": "-]\x1b[0m", "{+": "\x1b[32m{+", "+}": "+}\x1b[0m"}
    for mark, painted in marks.items():
        diff = diff.replace(mark, painted)
    return diff


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
