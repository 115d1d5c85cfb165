"""Briefing templates: the shipped ones in ``prompts/`` and the user's own beside them.

A template is a Jinja2 file ``NAME.j2`` that turns a brief into Markdown. It begins with a header, a Jinja2
comment holding TOML::

    {#- gcm-draft
    title = "Briefing note"
    layout = "kinds"
    sections = ["bottom_line", "policy_options"]
    -#}

``title`` is shown in English or, if the catalogues know it, in the brief's language. ``layout`` says how a
brief is divided: by kinds of passage, by operative verbs, or by documents. ``sections`` gives the order (and
choice) of sections for the layout "kinds". ``description`` is one line for ``templates list``.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ProblemsError, TemplateError
from assistant.i18n import SECTION_TITLES
from assistant.resources import config_dir, shipped

LAYOUTS = ("kinds", "verbs", "documents")
MACROS = "_macros.j2"
_HEADER = re.compile(r"\A\s*\{#-?\s*gcm-draft[^\S\n]*\n(?P<toml>.*?)-?#\}", re.DOTALL)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_SECTIONS = tuple(key for key in SECTION_TITLES if key not in {"gaps", "sources", "notes", "other"})


@dataclass(frozen=True, slots=True)
class Header:
    """What a template's header says; see the module's text for the keys."""

    title: str
    layout: str
    sections: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A template as found: ``sha256`` covers its source and the shared macros, all that decides its output.

    ``shipped`` is false for the user's own; ``hides`` is true where a user's template has a shipped name.
    """

    name: str
    path: Path
    header: Header
    source: str
    sha256: str
    shipped: bool = True
    hides: bool = False


def user_folder() -> Path:
    """Where the user's own templates lie (the folder may not exist yet)."""
    return config_dir() / "templates"


def folders() -> tuple[Path, Path]:
    """The folders searched, in order: the user's own first, so that a copy can replace a shipped template."""
    return user_folder(), shipped("prompts")


def template_names() -> tuple[str, ...]:
    """The names of all templates, shipped and own, in alphabetical order."""
    found = {path.stem for folder in folders() if folder.is_dir() for path in folder.glob("*.j2")}
    return tuple(sorted(name for name in found if not name.startswith("_")))


def list_templates() -> tuple[Template, ...]:
    """All templates; one faulty header fails the list with every fault named (:class:`ProblemsError`)."""
    templates, problems = [], []
    for name in template_names():
        try:
            templates.append(load_template(name))
        except TemplateError as error:
            problems.append(str(error))
    if problems:
        raise ProblemsError("Expected every template to have a readable header:", problems)
    return tuple(templates)


def load_template(name: str) -> Template:
    """The template called ``name``; the user's own wins over a shipped one of the same name.

    Raises :class:`TemplateError` for an unknown name, a file that is no UTF-8 text, or a faulty header.
    """
    paths = [folder / f"{name}.j2" for folder in folders()]
    found = [path for path in paths if _NAME.match(name) and path.is_file()]
    if not found:
        raise TemplateError(
            f"Expected the name of a template, found {name!r}. There are: {', '.join(template_names())}. "
            f"Your own go into {user_folder()}; make one with: gcm-draft templates new NAME"
        )
    path = found[0]
    source = _read(path)
    own_macros = path.parent / MACROS
    macros = _read(own_macros if own_macros.is_file() else shipped("prompts") / MACROS)
    digest = hashlib.sha256(f"{source}\0{macros}".encode()).hexdigest()
    own = path.parent == user_folder()
    return Template(name, path, _header(source, path), source, digest, not own, own and len(found) > 1)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise TemplateError(
            f"{path}, line {line}: expected UTF-8 text. Save the template as UTF-8."
        ) from error


def _header(source: str, path: Path) -> Header:
    match = _HEADER.match(source)
    if match is None:
        raise TemplateError(
            f"{path}, line 1: expected a header `{{#- gcm-draft … -#}}` with title and layout. "
            "See the first lines of: gcm-draft templates show briefing-note"
        )
    first = source[: match.start("toml")].count("\n") + 1
    try:
        values = tomllib.loads(match["toml"])
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = first + int(line[1]) - 1 if line else first
        raise TemplateError(f"{path}, line {place}: expected TOML in the header: {error}") from error
    problems = _problems(values)
    if problems:
        raise TemplateError(f"{path}, line {first}: in the header, {'; '.join(problems)}.")
    return Header(
        values["title"], values["layout"], tuple(values.get("sections", ())), values.get("description", "")
    )


def _problems(values: dict[str, Any]) -> list[str]:
    problems = [
        f"expected {key!r} to be a text, found {values.get(key)!r}"
        for key in ("title", "layout")
        if not isinstance(values.get(key), str)
    ]
    if isinstance(values.get("layout"), str) and values["layout"] not in LAYOUTS:
        problems.append(f"expected layout to be one of {', '.join(LAYOUTS)}, found {values['layout']!r}")
    sections = values.get("sections", [])
    if not isinstance(sections, list):
        problems.append(f"expected sections to be a list, found {sections!r}")
        sections = []
    if values.get("layout") == "kinds" and not sections:
        problems.append(f"expected sections, some of {', '.join(_SECTIONS)}")
    unknown = [repr(key) for key in sections if key not in _SECTIONS]
    if unknown:
        problems.append(f"unknown sections {', '.join(unknown)} (known: {', '.join(_SECTIONS)})")
    stray = sorted(set(values) - {"title", "layout", "sections", "description"})
    if stray:
        problems.append(f"unknown keys {', '.join(stray)}")
    return problems


def new_template(name: str, base: str = "briefing-note") -> Path:
    """A copy of ``base`` under the user's templates as ``name``; returns its path, overwrites nothing."""
    if not _NAME.match(name):
        raise TemplateError(
            f"Expected a name of small letters, digits and hyphens (such as 'my-note'), found {name!r}."
        )
    template = load_template(base)
    path = user_folder() / f"{name}.j2"
    if path.exists():
        raise TemplateError(f"{path} exists already. Edit it, or choose another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template.source, encoding="utf-8", newline="\n")
    return path
