"""Languages of a brief's headings, labels and messages: stdlib gettext over the catalogues in ``locale/``.

Message ids are English. Quotations are never translated. ``tools/compile_catalogues.py`` compiles the
``.po`` files; a test holds compiled and source catalogues together and finds untranslated messages.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path
from typing import Literal

from assistant.errors import UsageError
from assistant.model import Document

LANGUAGES: tuple[str, ...] = ("en", "fr", "es")
DOMAIN = "gcm-draft"
LOCALE = Path(__file__).resolve().parent / "locale"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Marks a message for the catalogues without translating it here."""
    return message


SECTION_TITLES: dict[str, str] = {
    "bottom_line": N_("Bottom line"),
    "mapped": N_("Options the GFMD's experts mapped to this objective"),
    "policy_options": N_("Policy options"),
    "practical_actions": N_("Options for practical action"),
    "practice_examples": N_("Policy and practice examples"),
    "further": N_("Further options found (the program's own finding, not the experts')"),
    "dialogue": N_("From the papers of the GFMD Dialogue"),
    "hub": N_("What was said on the Migration Network Hub"),
    "context": N_("Context"),
    "own": N_("From your own documents"),
    "gaps": N_("Gaps"),
    "sources": N_("Sources and standing"),
    "notes": N_("Notes"),
    "other": N_("Other"),
}
"""English titles of a brief's sections by language-free key; print them through :func:`section_title`."""

KIND_LABELS: dict[str, tuple[str, str]] = {
    "policy_option": (N_("policy option"), N_("policy options")),
    "practical_action": (N_("option for practical action"), N_("options for practical action")),
    "practice_example": (N_("practice example"), N_("practice examples")),
    "recommendation": (N_("recommendation"), N_("recommendations")),
    "guiding_question": (N_("guiding question"), N_("guiding questions")),
    "paragraph": (N_("paragraph"), N_("paragraphs")),
    "mapping": (N_("mapping by the overview"), N_("mappings by the overview")),
    "comment": (N_("post"), N_("posts")),
    "section": (N_("passage of prose"), N_("passages of prose")),
}
"""English names of the kinds of passage, singular and plural; print them through :func:`kind_label`."""


def check_language(language: str) -> Literal["en", "fr", "es"]:
    """The language itself; :class:`UsageError` if no catalogue speaks it."""
    if language not in LANGUAGES:
        raise UsageError(
            f"Expected one of the languages {', '.join(LANGUAGES)}, found {language!r}. Choose with --lang."
        )
    return language  # type: ignore[return-value]


@cache
def translator(language: str) -> gettext.NullTranslations:
    """The messages of one language: ``translator("fr").gettext("Gaps")`` is "Lacunes".

    English needs no catalogue. A missing or damaged catalogue of a known language is an error of the
    installation and raises ``OSError``; it never falls back to English silently.
    """
    if check_language(language) == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, localedir=str(LOCALE), languages=[language])


def section_title(key: str, language: str) -> str:
    """The title of the section ``key``; a verb section ("verb:Establish") is titled by its verb."""
    if key.startswith("verb:"):
        return key.removeprefix("verb:") or translator(language).gettext(SECTION_TITLES["other"])
    title = SECTION_TITLES.get(key)
    return translator(language).gettext(title) if title else key


def kind_label(kind: str, language: str, count: int = 1) -> str:
    """What readers call ``count`` passages of this kind: "policy option", "policy options"."""
    singular, plural = KIND_LABELS[kind]
    return translator(language).gettext(singular if count == 1 else plural)


def standing(document: Document, language: str) -> str:
    """The caveat a reader must see, in ``language``; in English where the document's owner gave no other."""
    return document.standing.get(language) or document.standing.get("en", "")
