"""A citation into a former version of one's own document is reported as such."""

from __future__ import annotations

import pytest

from assistant import verification
from assistant.library import Library


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("GCM_DRAFT_HOME", str(tmp_path / "home"))
    made = Library()
    report = tmp_path / "report.txt"
    report.write_text("1. States should publish the fees that recruiters charge.\n\n2. A second paragraph.\n")
    made.add([report])
    return made, report


def test_a_quotation_of_the_former_version_is_told_as_such(library):
    made, report = library
    quote = "States should publish the fees that recruiters charge."
    passage = next(p for p in made.corpus.passages.values() if quote in p.text)
    title = made.corpus.source(passage.document).document.short_title
    note = verification.read_text(f"We recall: “{quote}” ({title}, {passage.locator})\n")
    assert made.check(note).clean
    report.write_text("1. States must publish the fees that recruiters charge.\n\n2. A second paragraph.\n")
    made.add([report])
    found = made.check(note)
    assert [f.verdict for f in found.findings] == ["altered"]
    assert any("former version" in remark for remark in found.findings[0].remarks)
