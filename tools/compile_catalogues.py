"""Catalogues of the brief's languages: find messages, check that all are translated, compile .po to .mo.

python tools/compile_catalogues.py           compile what changed, list messages that lack a translation
python tools/compile_catalogues.py --check   write nothing; exit 1 if anything is missing or stale
"""

from __future__ import annotations

import ast
import re
import struct
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from assistant.i18n import DOMAIN, LANGUAGES, LOCALE  # noqa: E402 - the checkout's own package
from assistant.rendering.sandbox import environment  # noqa: E402

FUNCTIONS = {"_", "N_", "gettext", "ngettext"}
_ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) +(".*")$')
_HEADER = re.compile(r"\{#-?\s*gcm-draft\n(.*?)-?#\}", re.DOTALL)


def messages_of_code() -> Iterator[tuple[str, str]]:
    """Every literal message in the package's code, with the file that prints it."""
    for path in sorted((ROOT / "assistant").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                count = 2 if name == "ngettext" else 1
                for argument in node.args[:count] if name in FUNCTIONS else ():
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, path.relative_to(ROOT).as_posix()


def messages_of_templates() -> Iterator[tuple[str, str]]:
    """Every literal message in the shipped templates, their titles included."""
    from jinja2.ext import extract_from_ast

    env = environment([ROOT / "prompts"])
    for path in sorted((ROOT / "prompts").glob("*.j2")):
        source = path.read_text(encoding="utf-8")
        header = _HEADER.match(source)
        if header:
            yield tomllib.loads(header[1])["title"], f"prompts/{path.name}"
        for _, _, found in extract_from_ast(env.parse(source), ("_", "gettext", "ngettext")):
            for message in found if isinstance(found, tuple) else (found,):
                if message:
                    yield message, f"prompts/{path.name}"


def messages() -> dict[str, list[str]]:
    """All messages and where they stand, in alphabetical order."""
    found: dict[str, list[str]] = {}
    for message, place in (*messages_of_code(), *messages_of_templates()):
        if place not in found.setdefault(message, []):
            found[message].append(place)
    return dict(sorted(found.items()))


def read_po(path: Path) -> dict[str, str]:
    """A catalogue as msgid -> msgstr; a plural entry has both forms joined by NUL, as .mo files have them.

    Raises ValueError naming the line that is not understood.
    """
    entries: list[dict[str, str]] = []
    key = ""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        match = _ENTRY.match(line)
        if match:
            key = match[1]
            if key == "msgid":
                entries.append({})
            entries[-1][key] = ast.literal_eval(match[2])
        elif line.startswith('"') and entries:
            entries[-1][key] += ast.literal_eval(line)
        elif line and not line.startswith("#"):
            raise ValueError(f"{path}, line {number}: expected a comment, msgid or msgstr, found {line!r}")
    catalogue: dict[str, str] = {}
    for entry in entries:
        plural = entry.get("msgid_plural")
        source = entry["msgid"] + (f"\0{plural}" if plural is not None else "")
        if source in catalogue:
            raise ValueError(f"{path}: the message {source!r} stands there twice")
        forms = [entry[name] for name in sorted(entry) if name.startswith("msgstr")]
        catalogue[source] = "\0".join(forms)
    return catalogue


def compile_mo(catalogue: dict[str, str]) -> bytes:
    """The .mo file: GNU's binary form, entries sorted, no hash table."""
    entries = sorted((key.encode(), value.encode()) for key, value in catalogue.items() if value)
    count = len(entries)
    keys_at, values_at, at = 28, 28 + 8 * count, 28 + 16 * count
    tables, blob = {0: b"", 1: b""}, b""
    for part in (0, 1):
        for entry in entries:
            tables[part] += struct.pack("<II", len(entry[part]), at + len(blob))
            blob += entry[part] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, count, keys_at, values_at, 0, at) + tables[0] + tables[1] + blob


def missing(catalogue: dict[str, str]) -> list[str]:
    """The program's messages that a catalogue does not translate."""
    known = {part for source, text in catalogue.items() if text for part in source.split("\0")}
    return [message for message in messages() if message not in known]


def main(arguments: list[str]) -> int:
    """Compile, or check with ``--check``."""
    check = "--check" in arguments
    wrong = 0
    for language in LANGUAGES[1:]:
        path = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"
        catalogue = read_po(path)
        for message in missing(catalogue):
            wrong += 1
            print(f"{path.relative_to(ROOT)}: no translation of {message!r}", file=sys.stderr)
        compiled, target = compile_mo(catalogue), path.with_suffix(".mo")
        if check:
            stale = not target.is_file() or target.read_bytes() != compiled
            wrong += stale
            if stale:
                print(f"{target.relative_to(ROOT)}: stale; run this tool without --check", file=sys.stderr)
        else:
            target.write_bytes(compiled)
            print(f"{target.relative_to(ROOT)}: {len(catalogue) - 1} messages")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
