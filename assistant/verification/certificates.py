"""The certificate a brief carries, read back from an edited note and compared with the corpus at hand."""

from __future__ import annotations

import json
import re
from typing import Any

from assistant.certificate import MARKDOWN_PREFIX, MARKDOWN_SUFFIX, NAME, TEXT_PREFIX

_COMMENT = re.compile(
    re.escape(MARKDOWN_PREFIX.rstrip()) + r"\s*(\{.*?\})\s*" + re.escape(MARKDOWN_SUFFIX.strip()), re.S
)
_LINE = re.compile(rf"^[ \t>]*{re.escape(TEXT_PREFIX.rstrip())}[ \t]*(\{{.*\}})[ \t]*$", re.M)
_ELEMENT = re.compile(
    rf"<script\b[^>]*\bid\s*=\s*[\"']?{re.escape(NAME)}[\"']?[^>]*>(.*?)</script>", re.S | re.I
)


def find_certificate(text: str) -> dict[str, Any] | None:
    """The certificate in ``text``, whichever text format carries it; None without one or if damaged."""
    for pattern in (_COMMENT, _ELEMENT, _LINE):
        for match in pattern.finditer(text):
            found = parse_certificate(match.group(1))
            if found is not None:
                return found
    return None


def from_text(text: str) -> tuple[dict[str, Any] | None, str]:
    """The certificate and the text with its line blanked, so that line numbers stay."""
    return find_certificate(text), _LINE.sub("", text)


def parse_certificate(value: str) -> dict[str, Any] | None:
    """The object in ``value``; None where it is no certificate."""
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("corpus_sha256"), str) else None


def certificate_status(certificate: dict[str, Any] | None, corpus_sha256: str, version: str) -> str | None:
    """One sentence: has the corpus or the program changed since the brief was made; None without one."""
    if certificate is None:
        return None
    then, now = certificate["corpus_sha256"], corpus_sha256
    made = str(certificate.get("program_version", "unknown"))
    program = "" if made == version else f" It was made by version {made}; this is {version}."
    if then == now:
        return f"Certificate: the corpus is the one the brief was made from ({now[:12]})." + program
    return (
        f"Certificate: the corpus has changed since the brief was made (then {then[:12]}, now {now[:12]}); "
        "quotations are checked against the corpus as it is now." + program
    )
