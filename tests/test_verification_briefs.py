"""Every brief the program can produce verifies clean, in every template, language and format."""

from __future__ import annotations

import pytest

from assistant.verification import check
from assistant.verification.notes import read_bytes

TEMPLATES = (
    "briefing-note",
    "objective-summary",
    "talking-points",
    "text-proposals",
    "comparison",
    "annotated-bibliography",
)
QUESTIONS = ("ethical recruitment", "climate change and displacement", "Objective 1", "Objective 20")


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_brief_verifies_clean_in_every_format(built_store, template, language):
    for question in QUESTIONS:
        brief = built_store.draft(question, template=template, language=language)
        counts = []
        for kind in ("md", "txt", "html", "docx"):
            note = read_bytes(built_store.render(brief, kind), f"brief.{kind}", kind)
            report = check(note, built_store.corpus)
            assert report.clean, [f for f in report.findings if f.verdict != "ok"]
            assert "the corpus is the one the brief was made from" in report.certificate_status
            counts.append(len(report.findings))
        assert len(set(counts)) == 1, counts
        assert counts[0] or not brief.citations


@pytest.mark.parametrize("kind", ["md", "txt", "html", "docx"])
def test_an_edited_brief_does_not(built_store, kind):
    data = built_store.render(built_store.draft("Objective 6"), kind)
    if kind == "docx":
        import io
        import zipfile

        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        parts["word/document.xml"] = edited(parts["word/document.xml"])
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as package:
            for name, content in parts.items():
                package.writestr(name, content)
        data = buffer.getvalue()
    else:
        data = edited(data)
    report = check(read_bytes(data, f"brief.{kind}", kind), built_store.corpus)
    wrong = {finding.verdict for finding in report.findings} - {"ok"}
    assert wrong == {"altered"}


def edited(data: bytes) -> bytes:
    """One word of a quotation exchanged, wherever it stands."""
    assert b"lessons learned from existing codes" in data
    return data.replace(b"lessons learned from existing codes", b"lessons ignored from existing codes")
