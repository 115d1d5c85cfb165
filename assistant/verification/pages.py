"""``--fix pages``: a copy of a note in which wrong pages are mended, one by one, and nothing else is touched.

In text formats only the digits of a page change, byte for byte. In Word documents only the text of the runs
that hold those digits changes.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assistant.citations import Citation, parse
from assistant.errors import SourceError, UsageError
from assistant.model import Finding
from assistant.verification.check import examine
from assistant.verification.compare import Library, Readable
from assistant.verification.notes import FORMATS, read_bytes
from assistant.verification.quotations import Cited, Quotation

_PAGES = re.compile(
    r"(?P<word>\b(?:pp?|pgs?|págs?)\b\.?|\bpages?\b|\bpáginas?\b)(?P<space>[\s\u00a0\u202f]*)"
    r"(?P<first>\d{1,4})(?P<range>\s*(?:[-–—‑‐]|to|à|a)\s*\d{1,4})?",
    re.I,
)


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
    if kind == "odt":
        raise UsageError("Pages are mended in md, txt, html and docx. Save the note as .docx first.")
    data = path.read_bytes() if path.is_file() else b""
    note = read_bytes(data, path.name, kind) if data else None
    if note is None:
        raise SourceError(f"Cannot read the note {path}: no such file, or it is empty. Check its name.")
    report, reading = examine(note, Library(corpus))
    wrong = [finding for finding in report.findings if finding.verdict == "wrong_page"]
    jobs = [(finding, _quotation(finding, reading.quotations)) for finding in wrong]
    mended, changed = (_fix_docx if kind == "docx" else _fix_text)(data, jobs)
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


def _right_pages(finding: Finding) -> tuple[str, str] | None:
    """The word and the digits of the right page: ("p.", "17") or ("pp.", "11-12")."""
    expected = parse(finding.expected or "")
    if expected is None or expected.page is None:
        return None
    last = expected.page_end
    return ("p.", str(expected.page)) if last is None else ("pp.", f"{expected.page}-{last}")


def _rewritten(
    printed: str, finding: Finding, stated: Citation | None
) -> tuple[str, str, tuple[int, int]] | None:
    """(before, after, range in ``printed``) of the page that is wrong; None if it is not the only one."""
    right = _right_pages(finding)
    found = list(_PAGES.finditer(printed))
    if stated is not None and stated.page is not None:
        found = [match for match in found if int(match.group("first")) == stated.page]
    if right is None or len(found) != 1:
        return None
    match = found[0]
    word = match.group("word")
    plural = bool(match.group("range")) or word.lower().rstrip(".") in {
        "pp",
        "pages",
        "pgs",
        "págs",
        "páginas",
    }
    several = "-" in right[1]
    if several != plural:
        word = _renumbered(word, several=several)
    after = f"{word}{match.group('space')}{right[1]}"
    return match.group(), after, match.span()


_PLURALS = {"p": "pp", "page": "pages", "pg": "pgs", "pág": "págs", "página": "páginas"}


def _renumbered(word: str, *, several: bool) -> str:
    bare, dot = word.rstrip("."), "." if word.endswith(".") else ""
    table = _PLURALS if several else {plural: singular for singular, plural in _PLURALS.items()}
    other = table.get(bare.lower(), bare)
    return (other.capitalize() if bare[:1].isupper() else other) + dot


def _stated(finding: Finding, cited: Cited) -> Citation | None:
    del finding
    return next((citation for citation in cited.citations if citation.page is not None), None)


# --- text ------------------------------------------------------------------------------------------------

_BETWEEN = r"(?:&#?\w+;|<[^<>]*>|\\|[^\w])*?"


def _fix_text(data: bytes, jobs: list[Job]) -> tuple[list[Mended], bytes]:
    text, encode = _decoded(data)
    lines = _line_starts(text)
    edits: dict[tuple[int, int], str] = {}
    mended = []
    for finding, quotation in jobs:
        cited = quotation.cited if quotation else None
        edit = _text_edit(text, lines, finding, cited) if cited else None
        if edit is None:
            mended.append(
                Mended(
                    finding.line,
                    finding.citation or "",
                    finding.citation or "",
                    finding.expected or "",
                    False,
                )
            )
            continue
        span, before, after = edit
        clash = edits.get(span)
        if clash is None or clash == after:
            edits[span] = after
        mended.append(Mended(finding.line, finding.citation or "", before, after, clash in (None, after)))
    for (start, end), after in sorted(edits.items(), reverse=True):
        text = text[:start] + after + text[end:]
    return mended, encode(text)


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


def _text_edit(
    text: str, lines: list[int], finding: Finding, cited: Cited
) -> tuple[tuple[int, int], str, str] | None:
    paragraph, start, end = cited.inner or (cited.paragraph, cited.start, cited.end)
    printed = paragraph.text[start:end]
    rewritten = _rewritten(printed, finding, _stated(finding, cited))
    if rewritten is None:
        return None
    before, after, _ = rewritten
    first = lines[min(paragraph.line - 1, len(lines) - 1)]
    last_line = (paragraph.end_line or paragraph.line) + 1
    last = lines[last_line - 1] if last_line - 1 < len(lines) else len(text)
    pattern = _loosely(printed)
    nth = sum(1 for _ in re.finditer(pattern, paragraph.text[:start], re.S))
    hits = list(re.finditer(pattern, text[first:last], re.S))
    if nth >= len(hits):
        return None
    hit = hits[nth]
    page = list(re.finditer(_loosely(before), hit.group(), re.S))
    if len(page) != 1:
        return None
    at = first + hit.start() + page[0].start()
    return (at, at + len(page[0].group())), page[0].group(), after


def _loosely(printed: str) -> str:
    """A pattern for ``printed`` as a file may hold it: other spaces, marks and entities between words."""
    tokens = re.findall(r"\w+|[^\w\s]", printed)
    return _BETWEEN.join(re.escape(token) for token in tokens if token.isalnum() or len(tokens) == 1)


# --- Word ------------------------------------------------------------------------------------------------


def _fix_docx(data: bytes, jobs: list[Job]) -> tuple[list[Mended], bytes]:
    from lxml import etree

    from assistant.verification.notes_office import docx_paragraphs
    from assistant.verification.office import W, open_package, parse_xml

    parts: dict[str, Any] = {}
    mended = []
    with open_package(data, "the note") as package:

        def root(member: str) -> Any:
            if member not in parts:
                parts[member] = parse_xml(package.read(member), member, "the note")
            return parts[member]

        for finding, quotation in jobs:
            cited = quotation.cited if quotation else None
            edit = None
            if cited is not None and cited.footnote is not None:
                kind = "endnote" if cited.footnote.startswith("endnote") else "footnote"
                number = cited.footnote.removeprefix(kind)
                notes = [n for n in root(f"word/{kind}s.xml").iter(f"{W}{kind}") if n.get(f"{W}id") == number]
                edit = _docx_edit(list(notes[0].iter(f"{W}p")), finding, cited) if notes else None
            elif cited is not None and cited.paragraph.index is not None:
                paragraphs = docx_paragraphs(root("word/document.xml"))
                at = cited.paragraph.index
                many = paragraphs[at : at + 60] if cited.paragraph.kind == "row" else paragraphs[at : at + 1]
                edit = _docx_edit(many, finding, cited)
            before, after = edit or (finding.citation or "", finding.expected or "")
            mended.append(Mended(finding.line, finding.citation or "", before, after, edit is not None))
        changed = {
            member: etree.tostring(
                tree.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True
            )
            for member, tree in parts.items()
        }
        return mended, _repacked(package, changed)


def _docx_edit(paragraphs: list[Any], finding: Finding, cited: Cited) -> tuple[str, str] | None:
    """Change the page in the runs of the one paragraph that holds the citation."""
    from assistant.verification.notes_office import gather

    rewritten = _rewritten(cited.printed, finding, _stated(finding, cited))
    if rewritten is None:
        return None
    before, after, (start, end) = rewritten
    wanted = cited.printed.strip()
    offset = len(cited.printed) - len(cited.printed.lstrip())
    for paragraph in paragraphs:
        text = "".join(gather(paragraph).pieces)
        base = cited.start if text[cited.start : cited.end].strip() == wanted else text.find(wanted) - offset
        if base + offset >= 0 and wanted in text and text[base + start : base + end] == before:
            _set_text(paragraph, base + start, base + end, after)
            return before, after
    return None


def _set_text(paragraph: Any, start: int, end: int, new: str) -> None:
    """Replace the text between two offsets of a paragraph, within its ``w:t`` elements alone."""
    from assistant.verification.notes_office import walk
    from assistant.verification.office import W

    at = 0
    for element in walk(paragraph):
        if element.tag != f"{W}t":
            at += element.tag in {
                f"{W}{name}" for name in ("tab", "br", "cr", "noBreakHyphen", "softHyphen", "sym")
            }
            continue
        text = element.text or ""
        first, last = max(start - at, 0), min(end - at, len(text))
        if first < last:
            element.text = text[:first] + new + text[last:]
            new = ""
        at += len(text)


def _repacked(package: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    """The package with some parts replaced; all others keep their bytes, order and dates."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for info in package.infolist():
            out.writestr(info, changed.get(info.filename) or package.read(info.filename))
    return buffer.getvalue()
