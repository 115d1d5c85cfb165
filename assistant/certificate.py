"""The certificate inside a brief: how each format carries what the brief was made from.

Written by ``rendering``, read back by ``verification``. The value is one line of JSON with the keys of
:class:`~assistant.model.Certificate`; ``<``, ``>``, ``&`` and doubled hyphens are written as JSON escapes,
so that it can stand inside an HTML comment or script element unharmed.

- Markdown: the last line, ``<!-- gcm-draft certificate: {json} -->``
- text: the last line, ``Certificate: {json}``
- HTML: ``<script type="application/json" id="gcm-draft-certificate">{json}</script>``
- Word: the custom document property ``gcm-draft-certificate`` (docProps/custom.xml)
"""

from __future__ import annotations

import json

from assistant.model import Certificate, as_dict

NAME = "gcm-draft-certificate"
MARKDOWN_PREFIX, MARKDOWN_SUFFIX = "<!-- gcm-draft certificate: ", " -->"
TEXT_PREFIX = "Certificate: "


def certificate_json(certificate: Certificate) -> str:
    """The certificate as one line of JSON, keys sorted, safe inside HTML."""
    text = json.dumps(as_dict(certificate), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.replace("--", "-\\u002d")


def markdown_comment(certificate: Certificate) -> str:
    """The last line of a Markdown brief."""
    return f"{MARKDOWN_PREFIX}{certificate_json(certificate)}{MARKDOWN_SUFFIX}"


def text_line(certificate: Certificate) -> str:
    """The last line of a plain text brief."""
    return f"{TEXT_PREFIX}{certificate_json(certificate)}"


def html_element(certificate: Certificate) -> str:
    """The data element of an HTML brief (a data block, never run)."""
    return f'<script type="application/json" id="{NAME}">{certificate_json(certificate)}</script>'
