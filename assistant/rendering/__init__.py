"""Brief -> document, in whichever format: one template run, one Markdown text, every format made from it.

Reading order: ``templates`` (find), ``sandbox`` and ``escaping`` (run safely), ``markdown`` (the one text),
``tree`` (parse it), then one module a format. JSON and CSL-JSON are written from the brief itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import UsageError
from assistant.i18n import section_title
from assistant.model import Brief
from assistant.rendering.corpus_view import CorpusView
from assistant.rendering.templates import (
    Header,
    Template,
    list_templates,
    load_template,
    new_template,
    user_folder,
)

__all__ = [
    "FORMATS",
    "Format",
    "Header",
    "Template",
    "list_templates",
    "load_template",
    "merge",
    "new_template",
    "render",
    "render_terminal",
    "user_folder",
]


@dataclass(frozen=True, slots=True)
class Format:
    """An output format: its name on the command line, file ending (with the dot), media type."""

    name: str
    ending: str
    media_type: str
    text: bool = True


FORMATS: dict[str, Format] = {
    found.name: found
    for found in (
        Format("md", ".md", "text/markdown"),
        Format("txt", ".txt", "text/plain"),
        Format("html", ".html", "text/html"),
        Format(
            "docx", ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", False
        ),
        Format("odt", ".odt", "application/vnd.oasis.opendocument.text", False),
        Format("pdf", ".pdf", "application/pdf", False),
        Format("json", ".json", "application/json"),
        Format("csl-json", ".csl.json", "application/vnd.citationstyles.csl+json"),
    )
}


def render(
    brief: Brief, fmt: str, *, template: str = "briefing-note", corpus: CorpusView | None = None
) -> bytes:
    """The brief as a file of format ``fmt``, text in UTF-8; same input, same bytes (but for odt and pdf).

    ``corpus`` lets HTML show each passage in its surroundings and CSL-JSON name publishers and dates.
    Raises :class:`UsageError` for an unknown format, :class:`~assistant.errors.TemplateError` for a faulty
    template, :class:`~assistant.errors.MissingExtraError` where odt or pdf lack their converter.
    """
    if fmt not in FORMATS:
        raise UsageError(f"Expected one of the formats {', '.join(FORMATS)}, found {fmt!r}.")
    if fmt in {"docx", "odt", "pdf"}:
        return _office(brief, fmt, template)
    return _text(brief, fmt, template, corpus).encode("utf-8")


def _text(brief: Brief, fmt: str, template: str, corpus: CorpusView | None) -> str:
    from assistant.rendering import markdown

    composed = markdown.compose(brief, template)
    if fmt == "md":
        return composed.markdown
    if fmt in {"json", "csl-json"}:
        from assistant.rendering import data

        return data.write_json(composed.brief) if fmt == "json" else data.write_csl(composed.brief, corpus)
    if fmt == "html":
        from assistant.rendering import html

        return html.write_html(composed.tree, composed.brief, corpus)
    from assistant.certificate import text_line
    from assistant.rendering import plain

    text = plain.write_text(composed.tree, section_title("notes", brief.language))
    return f"{text}\n{text_line(brief.certificate)}\n"


def _office(brief: Brief, fmt: str, template: str) -> bytes:
    from assistant.rendering import markdown, office, word

    composed = markdown.compose(brief, template)
    document = word.write_word([(composed.brief, composed.tree)])
    return document if fmt == "docx" else office.convert(document, fmt)


def render_terminal(
    brief: Brief, *, template: str = "briefing-note", width: int = 80, ansi: bool = True
) -> str:
    """The brief for a screen, wrapped at ``width`` columns; the caller honours NO_COLOR through ``ansi``."""
    from assistant.rendering import markdown, plain

    tree = markdown.compose(brief, template).tree
    return plain.write_terminal(tree, section_title("notes", brief.language), width=width, ansi=ansi)


def merge(briefs: list[Brief], *, template: str = "objective-summary", title: str | None = None) -> bytes:
    """Several briefs as one Word file: a title page with contents, then each brief on a new page.

    Notes are numbered through the whole file, as Word does.
    """
    from assistant.rendering import markdown, word

    if not briefs:
        raise UsageError("Expected at least one brief to merge, found none.")
    parts, start = [], 1
    for brief in briefs:
        composed = markdown.compose(brief, template, start)
        parts.append((composed.brief, composed.tree))
        start += len(composed.brief.citations)
    return word.write_word(parts, title=title)
