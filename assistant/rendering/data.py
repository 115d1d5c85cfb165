"""Briefs for programs: the promised JSON, and references for Zotero (CSL-JSON)."""

from __future__ import annotations

import json
from typing import Any

from assistant.model import Brief, NumberedCitation, as_dict
from assistant.rendering.corpus_view import CorpusView, document_of


def write_json(brief: Brief) -> str:
    """The brief in the form promised to scripts (``docs/json.md``); more keys than promised, none fewer."""
    record: dict[str, Any] = as_dict(brief)
    for section in record["sections"]:
        section["items"] = [
            {"text": item.pop("text"), "quote": item.pop("quote"), "citation": item.pop("citation"), **item}
            for item in section["items"]
        ]
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def write_csl(brief: Brief, corpus: CorpusView | None) -> str:
    """CSL-JSON: one reference for each cited document, with the cited places and the standing in its note.

    Without a corpus only what the brief itself knows is given (title, standing, places).
    """
    references = []
    for entry in brief.sources:
        cited = [c for c in brief.citations if c.document == entry.document]
        document = document_of(corpus, entry.document)
        reference: dict[str, Any] = {"id": entry.document, "type": "report", "title": entry.title}
        if document is not None:
            reference["publisher"] = document.publisher
            reference["title-short"] = document.short_title
            reference["language"] = document.languages[0] if document.languages else "en"
            if document.date:
                reference["issued"] = {"date-parts": [[int(part) for part in document.date.split("-")]]}
            if document.url:
                reference["URL"] = document.url
        places = "; ".join(f"[{c.number}] {_place(c)}" for c in cited)
        reference["note"] = f"{entry.standing} {places}".strip()
        references.append(reference)
    return json.dumps(references, ensure_ascii=False, indent=2) + "\n"


def _place(citation: NumberedCitation) -> str:
    if citation.other_edition_page is None:
        return citation.locator
    return f"{citation.locator}; p. {citation.other_edition_page} in the edition cited by the GFMD overview"
