"""What a batch remembers about its folder: which files it wrote, from what, and with which bytes.

The manifest is ``.gcm-draft-batch.json`` in the folder. A file whose bytes are no longer those recorded was
edited by somebody; a file that is not recorded belongs to somebody else. Neither is overwritten unasked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import SourceError

NAME = ".gcm-draft-batch.json"
FORM = 1
Write = Callable[[Path, bytes], None]
"""Writes a file in one step: whole or not at all."""

CHANGES: dict[str, str] = {
    "question": "the question changed",
    "options": "the options changed",
    "template": "it is another template",
    "template_sha256": "the template changed",
    "corpus_sha256": "the corpus changed",
    "lexicon_sha256": "search notes or thesaurus changed",
    "embedder": "the embedder changed",
    "index_version": "the index has another version",
    "program_version": "the program has another version",
}
"""What a file is made from, and what to say where it is no longer the same."""


@dataclass(slots=True)
class Record:
    """One brief of the folder as last drafted. ``files`` maps file names to ``sha256`` and ``made_from``.

    ``mapped``, ``found`` and ``examples`` count distinct passages; ``state`` is "ok", "weak" or "empty";
    ``remarks`` are sentences a reader of the index must see.
    """

    title: str
    question: str
    language: str
    objective: int | None = None
    mapped: int = 0
    found: int = 0
    examples: int = 0
    state: str = "ok"
    remarks: list[str] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Manifest:
    """The records by brief (file name without ending), and the bytes of index pages and merged files."""

    path: Path
    items: dict[str, Record] = field(default_factory=dict)
    others: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The folder's manifest, empty where there is none. Raises SourceError for one that is damaged."""
        path = folder / NAME
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["form"] != FORM:
                raise ValueError(f"form {content['form']!r}, not {FORM}")
            items = {str(name): _record(value) for name, value in content["items"].items()}
            others = {str(name): {"sha256": str(v["sha256"]), **v} for name, v in content["others"].items()}
            return cls(path, items, others)
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
            raise SourceError(
                f"{path}: expected the record of an earlier batch, found {type(fault).__name__}: {fault}. "
                "Delete this file and run again: briefs that are still the same are kept, edited ones too."
            ) from fault

    def save(self, write: Write) -> None:
        """Write the manifest, keys in order, so that the same folder has the same manifest."""
        content = {
            "form": FORM,
            "items": {name: asdict(record) for name, record in sorted(self.items.items())},
            "others": dict(sorted(self.others.items())),
        }
        write(self.path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def _record(value: dict[str, Any]) -> Record:
    record = Record(**value)
    texts = (record.title, record.question, record.language, record.state, *record.remarks)
    counts = (record.mapped, record.found, record.examples)
    if not all(isinstance(t, str) for t in texts) or not all(isinstance(n, int) for n in counts):
        raise ValueError(f"an entry of another kind: {str(value)[:60]}")
    for entry in record.files.values():
        entry["sha256"], entry["made_from"].items()
    return record


def sha256(content: bytes) -> str:
    """The SHA-256 of these bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def bytes_of(path: Path) -> bytes | None:
    """The file's bytes, or None where there is no file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def changes(recorded: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """What is no longer the same, one phrase each, in a fixed order."""
    return [phrase for key, phrase in CHANGES.items() if recorded.get(key) != wanted.get(key)]
