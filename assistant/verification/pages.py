"""``--fix pages``: a copy of a note in which wrong pages are mended, one by one, and nothing else is touched.

In text formats only the numbers of a page change, byte for byte. In Word and OpenDocument files only the text
of the elements that hold those numbers changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assistant.citations import parse
from assistant.errors import SourceError, UsageError
from assistant.model import Finding
from assistant.verification.check import examine
from assistant.verification.compare import Library, Readable
from assistant.verification.notes import FORMATS, read_bytes
from assistant.verification.page_edits import Edit, edits, shown
from assistant.verification.places import pages_only
from assistant.verification.quotations import Cited, Quotation

OFFICE = ("docx", "odt")


@dataclass(frozen=True, slots=True)
class Mended:
    """One wrong page: ``before`` and ``after`` as printed; ``done`` false where it must be mended by hand."""

    line: int
    citation: str
    before: str
    after: str
    done: bool


def fix_pages(path: Path, out: Path, corpus: Readable) -> tuple[Mended, ...]:
    """Write to ``out`` a copy of the note ``path`` with its wrong pages mended; returns each, in order.

    ``out`` must not be the note itself. A page that cannot be found unambiguously in the file is left and
    reported with ``done`` false.
    """
    if out.resolve() == path.resolve():
        raise UsageError(
            f"--fix pages writes a copy: expected another file than {path.name}. Name a new one."
        )
    kind = FORMATS.get(path.suffix.lower(), "")
    if out.suffix.lower() != path.suffix.lower():
        raise UsageError(
            f"The mended copy keeps its format: expected a name ending in {path.suffix}, found {out.name}."
        )
    data = path.read_bytes() if path.is_file() else b""
    note = read_bytes(data, path.name, kind) if data else None
    if note is None:
        raise SourceError(f"Cannot read the note {path}: no such file, or it is empty. Check its name.")
    library = Library(corpus)
    report, reading = examine(note, library)
    wrong = [finding for finding in report.findings if finding.verdict == "wrong_page"]
    jobs = [(finding, _quotation(finding, reading.quotations)) for finding in wrong]
    titles = tuple(source.document.short_title for source in library.sources.values())
    mended, changed = (
        _fix_office(data, kind, jobs, titles) if kind in OFFICE else _fix_text(data, jobs, titles)
    )
    write_out(out, changed)
    return tuple(mended)


def write_out(out: Path, data: bytes) -> None:
    """Write a copy; where that cannot be done, say why."""
    try:
        out.write_bytes(data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"Cannot write {out}: {reason}. Name a file in a folder that exists.") from error


Job = tuple[Finding, Quotation | None]


def _quotation(finding: Finding, quotations: list[Quotation]) -> Quotation | None:
    return next((q for q in quotations if q.line == finding.line and q.text == finding.quote), None)


def _edits(finding: Finding, cited: Cited, printed: str, titles: Iterable[str]) -> tuple[Edit, ...]:
    """What to change in ``printed``; nothing where the finding's right pages cannot be put there."""
    right = parse(finding.expected or "", titles)
    stated = next((c for c in cited.citations if pages_only(c)), None)
    return () if right is None or stated is None else edits(printed, stated, right)


def _left(finding: Finding) -> Mended:
    """A page to be mended by hand."""
    cited = finding.citation or ""
    return Mended(finding.line, cited, cited, finding.expected or "", False)


# --- text ------------------------------------------------------------------------------------------------

_BETWEEN = r"(?:&#?\w+;|<[^<>]*>|\\|[^\w])*?"


def _fix_text(data: bytes, jobs: list[Job], titles: tuple[str, ...]) -> tuple[list[Mended], bytes]:
    text, encode = _decoded(data)
    lines = _line_starts(text)
    changes: dict[tuple[int, int], str] = {}
    mended = []
    for finding, quotation in jobs:
        cited = quotation.cited if quotation else None
        made = _text_edits(text, lines, finding, cited, titles) if cited else ()
        if not made or any(changes.get(edit_span(e), e.after) != e.after for e in made):
            mended.append(_left(finding))
            continue
        changes |= {edit_span(edit): edit.after for edit in made}
        mended.append(Mended(finding.line, finding.citation or "", *shown(text, made), True))
    for (start, end), after in sorted(changes.items(), reverse=True):
        text = text[:start] + after + text[end:]
    return mended, encode(text)


def edit_span(edit: Edit) -> tuple[int, int]:
    """Where an edit stands."""
    return edit.start, edit.end


def _decoded(data: bytes) -> tuple[str, Any]:
    """The text with its own line ends, and the function that gives the same bytes back."""
    for encoding in ("utf-8", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-16":
            return text, partial(_utf16, mark=data[:2])
        return text, partial(str.encode, encoding=encoding)
    raise SourceError("The note's encoding cannot be told. Save it as UTF-8 and try again.")


def _utf16(text: str, mark: bytes) -> bytes:
    return mark + text.encode("utf-16-be" if mark == b"\xfe\xff" else "utf-16-le")


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


def _text_edits(
    text: str, lines: list[int], finding: Finding, cited: Cited, titles: tuple[str, ...]
) -> tuple[Edit, ...]:
    """The edits of one citation as they stand in the file, whose marks and entities the note has not."""
    paragraph, start, end = cited.inner or (cited.paragraph, cited.start, cited.end)
    printed = paragraph.text[start:end]
    first = lines[min(paragraph.line - 1, len(lines) - 1)]
    last_line = (paragraph.end_line or paragraph.line) + 1
    last = lines[last_line - 1] if last_line - 1 < len(lines) else len(text)
    pattern = _loosely(printed)
    nth = sum(1 for _ in re.finditer(pattern, paragraph.text[:start], re.S))
    hits = list(re.finditer(pattern, text[first:last], re.S))
    if nth >= len(hits):
        return ()
    hit = hits[nth]
    placed = []
    for edit in _edits(finding, cited, printed, titles):
        page = re.compile(rf"(?<!\w){_loosely(edit.before)}(?!\w)", re.S)
        there = list(page.finditer(hit.group()))
        here = [match.start() for match in page.finditer(printed)]
        if edit.start not in here or len(there) != len(here):
            return ()
        match = there[here.index(edit.start)]
        placed.append(Edit(first + hit.start() + match.start(), match.group(), edit.after))
    return tuple(placed)


def _loosely(printed: str) -> str:
    """A pattern for ``printed`` as a file may hold it: other spaces, marks and entities between words."""
    tokens = re.findall(r"\w+|[^\w\s]", printed)
    return _BETWEEN.join(re.escape(token) for token in tokens if token.isalnum() or len(tokens) == 1)


# --- Word, OpenDocument ----------------------------------------------------------------------------------


def _fix_office(
    data: bytes, kind: str, jobs: list[Job], titles: tuple[str, ...]
) -> tuple[list[Mended], bytes]:
    from assistant.verification.pages_office import Package

    package = Package(data, kind)
    mended = []
    for finding, quotation in jobs:
        cited = quotation.cited if quotation else None
        made = _edits(finding, cited, cited.printed, titles) if cited is not None else ()
        if cited is not None and made and package.change(cited, made):
            mended.append(Mended(finding.line, finding.citation or "", *shown(cited.printed, made), True))
        else:
            mended.append(_left(finding))
    return mended, package.data()
