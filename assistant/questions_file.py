"""Lists of questions as people keep them: text with a question a line, a spreadsheet's CSV, or YAML.

A file is taken whole or not at all: every problem is reported with its line or item before anything is
drafted. Whether the corpus can answer a question is not judged here.
"""

from __future__ import annotations

import csv
import difflib
import io
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ProblemsError, SourceError
from assistant.i18n import LANGUAGES
from assistant.model import Kind
from assistant.text import counted

ENDINGS = (".txt", ".csv", ".yaml", ".yml")
MAX_BYTES = 5_000_000
MAX_LINE = 20_000
"""Characters of one question; what is longer is a document, not a line of a list."""
CLUSTERS = range(1, 7)
KEYS = ("question", "template", "kind", "cluster", "lang", "file")
MAX_NAME = 120
"""Bytes of a file's name without its ending; every common file system takes 255 with it."""
RESERVED = frozenset(
    name
    for names in (
        ("con", "prn", "aux", "nul", "conin$", "conout$", "index"),
        (f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"),
    )
    for name in names
)
"""Names Windows keeps for devices, whatever the ending, and the name of a batch's own page."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a list; what is None or empty was not said. ``place`` is "line 3" or "item 2"."""

    question: str
    place: str
    template: str | None = None
    kinds: tuple[Kind, ...] = ()
    clusters: tuple[int, ...] = ()
    language: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a list may name: kinds of passages by their names, and templates."""

    kinds: Mapping[str, Kind]
    templates: Collection[str]


def read_questions(path: Path, allowed: Allowed) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """The questions of a file in order, and remarks on what was not used.

    Raises SourceError for a file that cannot be read as a list at all, ProblemsError with every faulty entry.
    """
    reader = _reader_of(path)
    text = _text(path)
    problems: list[str] = []
    remarks: list[str] = []
    rows = reader(text, problems, remarks)
    questions = [q for place, row in rows if (q := _question(place, row, allowed, problems)) is not None]
    _names_once(questions, problems)
    if problems:
        raise ProblemsError(f"{counted(len(problems), 'problem')} in {path}:", problems)
    if not questions:
        raise SourceError(f"{path}: expected at least one question, found none. Write one question a line.")
    return tuple(questions), tuple(f"{path.name}: {remark}" for remark in remarks)


Row = tuple[str, dict[str, Any]]
Reader = Callable[[str, list[str], list[str]], Iterable[Row]]


def _reader_of(path: Path) -> Reader:
    readers: dict[str, Reader] = {".txt": _lines, ".csv": _table, ".yaml": _yaml, ".yml": _yaml}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise SourceError(
            f"{path}: expected a list of questions that ends in {', '.join(ENDINGS)}, found {path.suffix!r}. "
            "Save the list in one of these forms."
        )
    return reader


def _text(path: Path) -> str:
    """The file's text without a byte order mark; line ends become plain."""
    try:
        size = path.stat().st_size
        if path.is_file() and size > MAX_BYTES:
            raise SourceError(
                f"{path}: expected at most {MAX_BYTES:,} bytes, found {size:,}. Split the list."
            )
        content = path.read_bytes()
    except OSError as error:
        what = "a folder" if path.is_dir() else (error.strerror or str(error)).lower()
        raise SourceError(
            f"{path}: expected a file with questions, found: {what}. Check the name."
        ) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SourceError(
            f"{path}, line {line}: expected text in UTF-8, found other bytes. "
            'Save the list again as UTF-8 (in Excel: "CSV UTF-8").'
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise SourceError(
            f"{path}, line {line}: expected text, found a zero byte. This is no list of questions."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


# -- the three forms -----------------------------------------------------------------------------------------


def _lines(text: str, _problems: list[str], _remarks: list[str]) -> Iterable[Row]:
    """One question a line; blank lines and lines that begin with # are no questions."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield f"line {number}", {"question": line}


def _table(text: str, problems: list[str], remarks: list[str]) -> Iterable[Row]:
    """CSV with a heading line; separated by commas, semicolons or tabs, whichever the heading line has."""
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    heading: list[str] = []
    try:
        for cells in reader:
            place = f"line {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if not heading:
                heading = [cell.strip().lower() for cell in cells]
                problems += _heading_problems(heading, remarks)
                if problems:
                    return []
            elif len(cells) > len(heading):
                problems.append(
                    f"{place}: expected {len(heading)} cells as in the heading, found {len(cells)}. "
                    'Put a cell that has a separator in it in "quotation marks".'
                )
            else:
                row = {
                    key: cell
                    for key, cell in zip(heading, cells, strict=False)
                    if key in KEYS and cell.strip()
                }
                rows.append((place, row))
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: expected CSV, found: {error}.")
    return rows


def _heading_problems(heading: list[str], remarks: list[str]) -> list[str]:
    twice = sorted({key for key in heading if key in KEYS and heading.count(key) > 1})
    if twice:
        return [f"line 1: expected each column once, found twice: {', '.join(twice)}."]
    if "question" not in heading:
        return [
            f"line 1: expected a heading with a column 'question' (and, if you like, {', '.join(KEYS[1:])}), "
            f"found {', '.join(map(repr, heading))}."
        ]
    unused = [name for name in heading if name not in KEYS]
    if any(unused):
        remarks.append(f"columns not used: {', '.join(name for name in unused if name)}")
    return []


def _yaml(text: str, problems: list[str], _remarks: list[str]) -> Iterable[Row]:
    """A list of texts, or of mappings with the keys of a CSV's heading."""
    import yaml

    try:
        entries = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "the file"
        problems.append(f"{line}: expected YAML, found: {error.problem or error.context}.")
        return []
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problems.append(
            f"expected YAML, found: {str(error).splitlines()[0] if str(error) else 'too deep a nesting'}."
        )
        return []
    if entries is None:
        return []
    if not isinstance(entries, list):
        problems.append(f"expected a list (lines that begin with '- '), found {_named(entries)}.")
        return []
    rows: list[Row] = []
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, str):
            rows.append((f"item {number}", {"question": entry}))
        elif isinstance(entry, dict):
            rows.append((f"item {number}", entry))
        else:
            problems.append(
                f"item {number}: expected a question as text, found {_named(entry)}. "
                "Put it in quotation marks."
            )
    return rows


def _named(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", type(None): "nothing"}
    return names.get(type(value)) or f"{str(value)[:40]!r}"


# -- one entry -----------------------------------------------------------------------------------------------


def _question(place: str, row: dict[str, Any], allowed: Allowed, problems: list[str]) -> Question | None:
    """The entry, or None with its problems added."""
    before = len(problems)
    for key in row:
        if key not in KEYS:
            near = difflib.get_close_matches(str(key), KEYS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            problems.append(f"{place}: expected the keys {', '.join(KEYS)}, found {str(key)[:40]!r}.{hint}")
    asked = row.get("question")
    if not isinstance(asked, str) or not asked.strip():
        problems.append(f"{place}: expected a question, found {_named(asked) if asked else 'none'}.")
    elif len(asked) > MAX_LINE:
        problems.append(
            f"{place}: expected a question, found {len(asked):,} characters. Ask in a sentence or two."
        )
    made = Question(
        str(asked).strip(),
        place,
        _one_of("template", row, sorted(allowed.templates), place, problems),
        tuple(allowed.kinds[name] for name in _list_of("kind", row, allowed.kinds, place, problems)),
        tuple(int(n) for n in _list_of("cluster", row, tuple(map(str, CLUSTERS)), place, problems)),
        _one_of("lang", row, LANGUAGES, place, problems),
        _file(row, place, problems),
    )
    return made if len(problems) == before else None


def _one_of(
    key: str, row: dict[str, Any], values: Collection[str], place: str, problems: list[str]
) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or value.strip() not in values:
        problems.append(
            f"{place}: expected {key} to be one of {', '.join(values)}; found {str(value)[:60]!r}."
        )
        return None
    return value.strip()


def _list_of(
    key: str, row: dict[str, Any], values: Collection[str], place: str, problems: list[str]
) -> tuple[str, ...]:
    value = row.get(key)
    parts = (
        value if isinstance(value, list) else str("" if value is None else value).replace(";", ",").split(",")
    )
    names = [str(part).strip().lower() for part in parts if str(part).strip()]
    unknown = [repr(name[:40]) for name in names if name not in values]
    if unknown:
        problems.append(f"{place}: expected {key} out of {', '.join(values)}; found {', '.join(unknown)}.")
        return ()
    return tuple(dict.fromkeys(names))


def _file(row: dict[str, Any], place: str, problems: list[str]) -> str | None:
    value = row.get("file")
    if value is None:
        return None
    name = unicodedata.normalize("NFC", str(value).strip())
    fault = name_fault(name)
    if fault:
        problems.append(f"{place}: file {name[:60]!r}: {fault}.")
        return None
    return name


def name_fault(name: str) -> str | None:
    """Why no file can bear this name (without ending) everywhere; None for letters, digits, '-', '_', '.'."""
    if not name or not all(c.isalnum() or c in "-_." or unicodedata.combining(c) for c in name):
        return "expected letters, digits, '-', '_' and '.' only, and no ending"
    if name[0] in ".-" or name[-1] == ".":
        return "expected a name that begins with a letter or digit and does not end in a point"
    if name.split(".", maxsplit=1)[0].lower() in RESERVED:
        return "this name is kept for the system or for the index page; choose another"
    if len(name.encode("utf-8")) > MAX_NAME:
        return f"expected at most {MAX_NAME} bytes, found {len(name.encode('utf-8'))}"
    return None


def _names_once(questions: list[Question], problems: list[str]) -> None:
    """Two questions cannot share a file, nor names that differ in case only."""
    seen: dict[str, Question] = {}
    for question in questions:
        if question.file is not None:
            first = seen.setdefault(question.file.casefold(), question)
            if first is not question:
                problems.append(
                    f"{question.place}: file {question.file!r} is taken by {first.place} already."
                )
