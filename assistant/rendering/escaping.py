"""Data on its way into Markdown: cleaned, escaped, and marked with what a plain Markdown file cannot say.

A brief is rendered once, to Markdown. What Markdown has no words for (the language of a quotation, which
citation a phrase belongs to) travels as *marks*: noncharacters of Unicode, which no text may contain
(cleaning removes them from data). The ``.md`` file is the same text with the marks taken out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

OPEN, MIDDLE, CLOSE = "\ufdd0", "\ufdd1", "\ufdd2"
_MARK = re.compile(f"{OPEN}[0-9]+{MIDDLE}|{CLOSE}")
_SPACE = re.compile(r"[^\S\u00a0\u202f]+")
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef"
    + "".join(chr(plane | code) for plane in range(0, 0x110000, 0x10000) for code in (0xFFFE, 0xFFFF))
    + "]"
)
_ALWAYS = re.compile(r"[\\`*|~$^]")
_BRACKETS = re.compile(r"\[(?=[\^!@\[ xX]|\Z)|\](?=[(\[:{]|\Z)|<(?=[A-Za-z/!?]|\Z)")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?[0-9A-Za-z]{1,31};)")
_TAG = re.compile(r"(?<!\w)[#@](?=\w)")
_LINE_START = re.compile(
    r"^(?P<lead> ?)(?:(?P<sign>[-+](?=\s|\Z)|-(?=-*\s*\Z)|=(?==*\s*\Z)|#(?=#*(?:\s|\Z))|>|[:%](?=\s))"
    r"|(?P<number>[0-9]{1,9})(?P<point>[.)])(?=\s|\Z))"
)
_URL = re.compile(r"(?:https?://|mailto:)[^\s<>\x00-\x20]+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a marked stretch is: a quotation (in ``language``), the citation after it, or a small label.

    ``number`` is the brief's citation number, or None where the stretch belongs to no single citation.
    """

    kind: Literal["quote", "citation", "label"]
    language: str | None = None
    number: int | None = None


def clean(text: str) -> str:
    r"""Text fit for every format: white space folded, control characters and noncharacters removed.

    No-break spaces stay (French typography needs them).

    Removed are Unicode's Cc, lone surrogates, noncharacters (no XML may carry them, and marks are made of
    them) and the explicit bidirectional overrides, which could reorder what stands around them.

    >>> clean("a\x07b\n c")
    'ab c'
    """
    return _SPACE.sub(" ", _REMOVED.sub("", text)).strip(" ")


def escape(text: str) -> str:
    r"""Cleaned text as inline Markdown that every common reader shows verbatim.

    Only what could act as markup is escaped, so that the source stays readable: an underscore inside a
    word, "[…]" and an ampersand that starts no entity stay as they are. One space at either end is kept.

    >>> escape("5 * 3 [see](x) [...] snake_case R&D")
    '5 \\* 3 [see\\](x) [...] snake_case R&D'
    """
    cleaned = clean(text)
    before = " " if text[:1].isspace() and text[:1] != cleaned[:1] else ""
    after = " " if cleaned and text[-1:].isspace() and text[-1:] != cleaned[-1:] else ""
    text = _ALWAYS.sub(r"\\\g<0>", before + cleaned + after)
    text = _BRACKETS.sub(r"\\\g<0>", text)
    text = _UNDERSCORE.sub(r"\\_", text)
    text = _ENTITY.sub("&amp;", text)
    text = _TAG.sub(r"\\\g<0>", text)
    return _LINE_START.sub(_unlisted, text)


def _unlisted(match: re.Match[str]) -> str:
    if match["sign"]:
        return f"{match['lead']}\\{match['sign']}"
    return f"{match['lead']}{match['number']}\\{match['point']}"


def link(url: str) -> str:
    """A link as Markdown; anything but a plain http(s) or mailto address is shown as text, not linked."""
    url = clean(url)
    return f"<{url}>" if _URL.match(url) and "\\" not in url else escape(url)


def unmarked(markdown: str) -> str:
    """The Markdown file: the text without its marks."""
    return _MARK.sub("", markdown)


def marked(text: str, index: int) -> str:
    """``text`` between the marks of the registry's entry ``index``."""
    return f"{OPEN}{index}{MIDDLE}{text}{CLOSE}"
