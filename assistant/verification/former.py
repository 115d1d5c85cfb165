"""Quotations that stand in a former version of one of the user's documents: told as such, not as not found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assistant.corpus import Corpus
from assistant.model import Finding, Source
from assistant.verification.check import Report, check
from assistant.verification.note import Note

REMARK = (
    "It stands there in a former version of {title}; the document has changed since. Cite the new version."
)


def with_former(report: Report, note: Note, corpus: Corpus, former: Iterable[Source]) -> Report:
    """The report with a remark at each finding that a former version of a document would have made ok.

    The verdict stays: the words or the page are no longer what the corpus holds.
    """
    findings = list(report.findings)
    for source in former:
        if all(f.verdict == "ok" for f in findings):
            break
        others = [s for s in corpus.sources.values() if s.document.id != source.document.id]
        then = check(note, Corpus.of([*others, source])).findings
        was_ok = {(f.line, f.quote, f.citation) for f in then if f.verdict == "ok"}
        findings = [_remarked(f, was_ok, source.document.short_title) for f in findings]
    return replace(report, findings=tuple(findings))


def _remarked(finding: Finding, was_ok: set[tuple[int, str | None, str | None]], title: str) -> Finding:
    remark = REMARK.format(title=title)
    if finding.verdict == "ok" or remark in finding.remarks:
        return finding
    if (finding.line, finding.quote, finding.citation) not in was_ok:
        return finding
    return replace(finding, remarks=(*finding.remarks, remark))
