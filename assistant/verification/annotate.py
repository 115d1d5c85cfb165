"""``--annotate``: the note again with its findings beside the paragraphs they are about.

To Markdown from any text note: each finding in a block below its paragraph. To Word: comments, in a copy of a
Word note or in a new document that holds the note's paragraphs.
"""

from __future__ import annotations

import io
from collections import defaultdict
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.model import Finding
from assistant.verification.check import Report
from assistant.verification.note import Note
from assistant.verification.pages import write_out
from assistant.verification.report import finding_text, summary

AUTHOR = "gcm-draft"


def annotate(path: Path, note: Note, report: Report, out: Path) -> None:
    """Write ``note`` (read from ``path``) with the findings of ``report`` to ``out``, a .md or .docx file."""
    if out.resolve() == path.resolve():
        raise UsageError(f"--annotate writes a copy: expected another file than {path.name}. Name a new one.")
    kind = out.suffix.lower()
    if kind == ".md":
        write_out(out, annotated_markdown(path, note, report).encode("utf-8"))
    elif kind == ".docx":
        write_out(out, annotated_docx(path.read_bytes() if note.format == "docx" else None, note, report))
    else:
        raise UsageError(f"--annotate writes .docx or .md: found “{out.name}”. Give it one of these endings.")


def _worth_saying(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.verdict != "ok" or finding.remarks]


def annotated_markdown(path: Path, note: Note, report: Report) -> str:
    """The note as Markdown, findings below their paragraphs; a Markdown note keeps its own source."""
    by_line: dict[int, list[Finding]] = defaultdict(list)
    for finding in _worth_saying(report):
        by_line[finding.line].append(finding)
    if note.format in {"md", "txt"}:
        from assistant.verification.notes import decode

        text = decode(path.read_bytes(), path.name).replace("\r\n", "\n").replace("\r", "\n")
        return _beside_lines(text.split("\n"), note, by_line, report)
    blocks = []
    for paragraph in note.paragraphs:
        last = paragraph.end_line or paragraph.line
        found = [f for line in range(paragraph.line, last + 1) for f in by_line.pop(line, [])]
        text = paragraph.text.replace("\t", " | ")
        blocks += [f"> {text}" if paragraph.kind == "quote" else text, *map(_box, found)]
    blocks += [_box(finding) for found in by_line.values() for finding in found]
    return "\n\n".join([*blocks, f"*{summary(report)}*"]) + "\n"


def _beside_lines(lines: list[str], note: Note, by_line: dict[int, list[Finding]], report: Report) -> str:
    """Findings are set after the last line of the paragraph, quotation or table that they are about."""
    after: dict[int, list[Finding]] = defaultdict(list)
    for line, found in by_line.items():
        end = next(
            (p.end_line or p.line for p in note.paragraphs if p.line <= line <= (p.end_line or p.line)), line
        )
        while end < len(lines) and lines[end].strip() and lines[end - 1].lstrip()[:1] in ("|", ">"):
            end += 1
        after[end] += found
    made: list[str] = []
    for number, source in enumerate(lines, 1):
        made.append(source)
        for finding in after.get(number, ()):
            made += ["", _box(finding), ""]
    return "\n".join([*made, f"*{summary(report)}*"]) + "\n"


def _box(finding: Finding) -> str:
    text = finding_text(finding).replace("\n", " ")
    return f"> **[line {finding.line}: {finding.verdict}]** {_escaped(text)}"


def _escaped(text: str) -> str:
    return text.replace("*", r"\*").replace("<", "&lt;")


def annotated_docx(data: bytes | None, note: Note, report: Report) -> bytes:
    """A Word document with a comment for each finding: a copy of ``data``, or the note's text set anew."""
    import docx
    from docx.text.paragraph import Paragraph as DocxParagraph

    document: Any = docx.Document(io.BytesIO(data)) if data is not None else docx.Document()
    anchors: dict[int, Any] = {}
    if data is not None:
        from assistant.verification.notes_office import docx_paragraphs

        elements = docx_paragraphs(document.element)
        anchors = {at: DocxParagraph(element, document._body) for at, element in enumerate(elements)}
    else:
        for at, paragraph in enumerate(note.paragraphs):
            style = {"heading": "Heading 2", "quote": "Quote"}.get(paragraph.kind)
            anchors[at] = document.add_paragraph(paragraph.text.replace("\t", " | "), style=style)
    for finding in _worth_saying(report):
        anchor = anchors.get(_anchor(finding, note))
        if anchor is None:
            continue
        runs = anchor.runs or [anchor.add_run("")]
        document.add_comment(runs=runs, text=finding_text(finding), author=AUTHOR, initials="gd")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _anchor(finding: Finding, note: Note) -> int:
    """The paragraph a finding is about: its index in a Word note, else by its line."""
    if finding.paragraph is not None and note.format == "docx":
        return finding.paragraph
    for at, paragraph in enumerate(note.paragraphs):
        if paragraph.line <= finding.line <= (paragraph.end_line or paragraph.line):
            return at
    return 0
