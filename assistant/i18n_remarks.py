"""Remarks on the sources, in the language of a brief.

Remarks are made where a source is read, in English, and kept with the passages. Here each sentence that a reader
of this package can make stands as a form; the parts in braces are taken out of the remark and put into the
translation. What fits no form (a remark of a document's own) stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from assistant.i18n import N_, check_language, translator

FORMS: tuple[str, ...] = (
    N_("Stands word for word in {place} as well."),
    N_("Notes {numbers} of the source carry the same link; probably a slip in the source."),
    N_(
        "The host of this note's link is printed “refugeemigrants”; other notes print “refugeesmigrants”. "
        "Probably a slip in the source."
    ),
    N_("Printed so: the source does not say what was set up (“has set up to collect”)."),
    N_("Replies to a post by {author} that the page does not show in this thread."),
    N_("No option of the Recollection has this wording."),
    N_("Quoted with a silent cut: the Recollection also has {words} ({place})."),
    N_("Differs from the Recollection: {words} ({place})."),
    N_("Joins the wording of {count} options into one: {place}."),
    N_("A paraphrase in a sentence of the overview, not a quotation: {place}."),
    N_("Labelled {kinds}, but part of it is {place}."),
    N_("Labelled {kinds}, but it is {place}."),
    N_(
        "The cited p. {page} is a wrong page for {place}: options before it are cited by later pages. "
        "It does fit {other}."
    ),
    N_("The cited p. {page} is a wrong page for {place}: options before it are cited by later pages."),
    # The notes of corpus/objectives.toml.
    N_(
        "The GFMD overview has no entry for objective 8: no option of the Recollection is mapped to it. What is "
        "found here was found by search, not by the experts' mapping."
    ),
    N_(
        "The Zero Draft has no objective 23 (it was added in the negotiations), so the GFMD overview has no entry "
        "for it: no option of the Recollection is mapped to it. What is found here was found by search, not by "
        "the experts' mapping."
    ),
    # The matrix.
    N_("No option is mapped to it."),
    N_("One citation of the overview ({place}) fits no option of the Recollection."),
)
"""Every sentence, the longer before what it begins with; a test holds them against the corpus."""

PARTS: tuple[str, ...] = (
    N_("punctuation only"),
    N_("“{one}” for “{other}”"),
    N_("nothing for “{other}”"),
    N_("“{one}” for nothing"),
    N_("“{one}” and “{other}”"),
)
"""What ``{words}`` of a form is made of."""


def remark(text: str, language: str) -> str:
    """A remark in ``language`` (en, fr or es); in English, or where no form has it, as it is.

    >>> remark("Stands word for word in para. 5, p. 2 as well.", "es")
    'Figura también, palabra por palabra, en para. 5, p. 2.'
    """
    if check_language(language) == "en":
        return text
    found = _filled(text, FORMS, language)
    return text if found is None else found


def _filled(text: str, forms: tuple[str, ...], language: str) -> str | None:
    for form in forms:
        match = _pattern(form).fullmatch(text)
        if match:
            parts = match.groupdict()
            if "words" in parts:
                parts["words"] = "; ".join(_words(part, language) for part in parts["words"].split("; "))
            for name in {"place", "other"} & set(parts):
                parts[name] = parts[name].replace("; ", translator(language).gettext(APART))
            if "numbers" in parts:
                parts["numbers"] = parts["numbers"].replace(" and ", f" {translator(language).gettext(AND)} ")
            return translator(language).gettext(form).format(**parts)
    return None


AND, APART = N_("and"), N_("; ")


def _words(part: str, language: str) -> str:
    found = _filled(part, PARTS, language)
    return part if found is None else found


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """The form as a pattern with a named group for each part in braces."""
    pieces = re.split(r"\{(\w+)\}", form)
    pattern = "".join(f"(?P<{piece}>.+?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    return re.compile(pattern, re.DOTALL)
