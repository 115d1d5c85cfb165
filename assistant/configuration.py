"""The user's defaults: one flat TOML file, ``config.toml`` in the user's configuration folder.

The command line wins over the environment (``GCM_DRAFT_LANG`` and so on), which wins over the file. A key or
value that is not known is an error that names what is allowed; nothing is ignored.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ProblemsError, SourceError, UsageError
from assistant.i18n import LANGUAGES
from assistant.resources import config_dir

FORMATS = ("md", "txt", "html", "docx", "odt", "pdf", "json", "csl-json")
_CORPUS = re.compile(r"[\w-]{1,64}\Z")
_TEMPLATE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: what it decides, what it may be (for people), and how a text becomes its value.

    ``read`` returns None for a text that is not allowed. ``default`` is what holds where nothing is set.
    """

    name: str
    about: str
    allowed: str
    read: Callable[[str], str | int | None]
    default: str | int | None = None

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"GCM_DRAFT_{self.name.upper()}"


def _number(low: int, high: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
        return number if low <= number <= high else None

    return read


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if pattern.match(text) else None


def _one_of(*values: str) -> Callable[[str], str | None]:
    return lambda text: text if text in values else None


KEYS: dict[str, Key] = {
    key.name: key
    for key in (
        Key("template", "template of a brief", "a name of: gcm-draft templates list", _matching(_TEMPLATE),
            "briefing-note"),
        Key("format", "format of files", f"one of {', '.join(FORMATS)}", _one_of(*FORMATS), "md"),
        Key("limit", "passages a section, at most", "a number from 1 to 100", _number(1, 100), 6),
        Key("lang", "language of headings, labels and standing", f"one of {', '.join(LANGUAGES)}",
            _one_of(*LANGUAGES), "en"),
        Key("max_tokens", "length of a brief in tokens, at most", "a number from 100", _number(100, 10**9)),
        Key("corpus", "which of your corpora", "letters, digits, '-' and '_', at most 64", _matching(_CORPUS),
            "default"),
        Key("store", "where the vector store is", "the full path of a folder, or a Chroma server's address",
            lambda text: text if Path(text).is_absolute() or re.match(r"https?://\S+\Z", text) else None),
    )
}  # fmt: skip
"""Everything that can be set, in the order of ``gcm-draft config list``."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value in force and where it comes from: "environment", "file" or "default"."""

    key: Key
    value: str | int | None
    origin: str


def path() -> Path:
    """Where the file is, or would be."""
    return config_dir() / "config.toml"


def key_named(name: str) -> Key:
    """The key of this name. Raises UsageError that names those there are."""
    key = KEYS.get(name.strip().lower().replace("-", "_"))
    if key is None:
        near = difflib.get_close_matches(name.lower(), KEYS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"There is no setting {name!r}.{hint} There are: {', '.join(KEYS)}.")
    return key


def settings() -> dict[str, Setting]:
    """Every setting in force. Raises ProblemsError with all that is wrong in the file and the environment."""
    problems: list[str] = []
    stored = _stored(problems)
    found: dict[str, Setting] = {}
    for name, key in KEYS.items():
        given = os.environ.get(key.variable)
        if given:
            value = key.read(given)
            if value is None:
                problems.append(f"{key.variable}: expected {key.allowed}, found {given[:60]!r}")
            found[name] = Setting(key, value, "environment")
        elif name in stored:
            found[name] = Setting(key, stored[name], "file")
        else:
            found[name] = Setting(key, key.default, "default")
    if problems:
        raise ProblemsError(
            "Your defaults cannot be used. Correct them, or see: gcm-draft config --help", problems
        )
    return found


def value(name: str) -> str | int | None:
    """What is set for ``name`` by environment or file; None where nothing is."""
    setting = settings()[name]
    return None if setting.origin == "default" else setting.value


def _stored(problems: list[str]) -> dict[str, str | int]:
    """The file's values; what is wrong with it goes to ``problems``."""
    file = path()
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        problems.append(f"{file}: {error.strerror}")
        return {}
    return _parsed(content, problems)


def _parsed(content: bytes, problems: list[str]) -> dict[str, str | int]:
    import tomllib

    file = path()
    try:
        values = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{file}: expected TOML in UTF-8, found: {error}")
        return {}
    found: dict[str, str | int] = {}
    for name, given in values.items():
        key = KEYS.get(name)
        if key is None:
            near = difflib.get_close_matches(name, KEYS, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            problems.append(f"{file}: unknown setting {name!r}{hint}; there are {', '.join(KEYS)}")
            continue
        taken = (
            key.read(str(given)) if isinstance(given, (str, int)) and not isinstance(given, bool) else None
        )
        if taken is None:
            problems.append(f"{file}: {name}: expected {key.allowed}, found {str(given)[:60]!r}")
        else:
            found[name] = taken
    return found


# -- changing the file ---------------------------------------------------------------------------------------


def changed(name: str, text: str | None) -> bytes:
    """The file's new content with ``name`` set to ``text``, or removed for None; all else stays as written.

    Raises UsageError for an unknown key or a value that is not allowed, SourceError for a file that has to be
    corrected by hand first.
    """
    key = key_named(name)
    new = None if text is None else key.read(text.strip())
    if text is not None and new is None:
        raise UsageError(f"{key.name}: expected {key.allowed}, found {text[:60]!r}.")
    before = path().read_bytes() if path().is_file() else b""
    lines = _text(before).splitlines(keepends=True)
    line = f"{key.name} = {json.dumps(new, ensure_ascii=False)}\n"
    places = [n for n, old in enumerate(lines) if re.match(rf"\s*[\"']?{key.name}[\"']?\s*=", old)]
    if new is None:
        lines = [old for n, old in enumerate(lines) if n not in places]
    elif places:
        lines[places[0]] = line
    else:
        lines = [*lines[:-1], lines[-1].rstrip("\n") + "\n", line] if lines else [line]
    after = "".join(lines).encode("utf-8")
    _prove(after, key, new)
    return after


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path()}: expected TOML in UTF-8, found other bytes. Correct the file by hand."
        ) from error


def _prove(content: bytes, key: Key, wanted: str | int | None) -> None:
    """The changed file says what it was asked to say. other keys are judged when they are used."""
    import tomllib

    try:
        held = tomllib.loads(content.decode("utf-8")).get(key.name)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(
            f"{path()}: expected TOML, found: {error}. Correct the file by hand first."
        ) from error
    if held != wanted:
        raise SourceError(f"{path()}: {key.name} is written in a way of its own. Correct the file by hand.")
