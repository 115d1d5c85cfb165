"""A second reader of Word files: pandoc's, paragraph by paragraph, against the passages of the program's own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.second_reader import plain


def compare(path: Path, passages: list[dict[str, Any]]) -> tuple[int, int, list[str]]:
    """Letters of our passages that pandoc has in this order, all of ours, and what differs.

    Every paragraph of pandoc's must stand in our passages after the one before it, and nothing may remain.
    Notes are compared after the text, where the program puts them.
    """
    body, notes = paragraphs(path)
    ours = [plain(p["text"]) for p in passages]
    whole = "".join(ours)
    problems: list[str] = []
    at = matched = 0
    for paragraph in [*body, *notes]:
        letters = plain(paragraph)
        if not letters:
            continue
        found = whole.find(letters, at)
        if found >= 0:
            at, matched = found + len(letters), matched + len(letters)
        else:
            where = "in another order" if letters in whole else "missing"
            problems.append(f"{where}: {paragraph[:80]!r}")
    if len(whole) > matched and not problems:
        problems.append(f"{len(whole) - matched} letters more than the second reader's")
    return matched, len(whole), problems


def paragraphs(path: Path) -> tuple[list[str], list[str]]:
    """The paragraphs of the text, and those of its notes, as pandoc reads them (tracked changes accepted)."""
    done = subprocess.run(
        ["pandoc", "-f", "docx", "-t", "json", str(path)], capture_output=True, check=False, timeout=120
    )
    if done.returncode:
        return [f"(pandoc: {done.stderr.decode('utf-8', 'replace')[:100]})"], []
    document = json.loads(done.stdout)
    body: list[str] = []
    notes: list[str] = []
    title = document["meta"].get("title", {}).get("c")
    if title:
        body.append(_said(title, notes))
    for key in ("subtitle", "author", "date"):
        value = document["meta"].get(key)
        if value and value["t"] == "MetaInlines":
            body.append(_said(value["c"], notes))
    body.extend(_blocks(document["blocks"], notes))
    return body, notes


def _blocks(node: Any, notes: list[str]) -> Iterator[str]:
    """Every paragraph below a node, in order."""
    if isinstance(node, list):
        for child in node:
            yield from _blocks(child, notes)
    elif isinstance(node, dict):
        if node.get("t") in {"Para", "Plain", "Header", "LineBlock", "CodeBlock"}:
            yield _said(node["c"], notes)
        else:
            yield from _blocks(node.get("c"), notes)


def _said(node: Any, notes: list[str]) -> str:
    """The words of a run of text; its notes are put aside."""
    if isinstance(node, list):
        return "".join(_said(child, notes) for child in node)
    kind, content = (node.get("t"), node.get("c")) if isinstance(node, dict) else (None, None)
    if kind == "Note":
        notes.extend(_blocks(content, notes))
        return ""
    if kind in {"Str", "Code", "Math"}:
        return str(content if kind == "Str" else content[1])
    if kind in {"Space", "SoftBreak", "LineBreak"}:
        return " "
    return _said(content, notes) if content is not None else ""
