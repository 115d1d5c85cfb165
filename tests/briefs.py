"""Briefs made by hand from the real corpus, for the tests of rendering: no retrieval involved."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from briefs_passages import FOUND, HUB, LAYOUT, REC

from assistant.i18n import section_title
from assistant.model import (
    Brief,
    Certificate,
    Document,
    Item,
    NumberedCitation,
    Passage,
    Section,
    Source,
    SourceEntry,
)
from assistant.text import cut, fold

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
ADOPTED_6 = "Facilitate fair and ethical recruitment and safeguard conditions that ensure decent work"
ZERO_6 = "Facilitate fair and ethical recruitment and safeguard conditions that ensure decent work"


@dataclass(frozen=True)
class MiniCorpus:
    sources: dict[str, Source]


@cache
def documents() -> dict[str, Document]:
    records = tomllib.loads((CORPUS / "manifest.toml").read_text(encoding="utf-8"))["document"]
    return {r["id"]: Document(**{**r, "languages": tuple(r["languages"])}) for r in records}


@cache
def text_of(document: str) -> str:
    return (CORPUS / documents()[document].file).read_bytes().decode("utf-8")


@cache
def passage(local: str) -> Passage:
    found = next(f for f in FOUND if f.local == local)
    text = text_of(found.document)
    spans = tuple(
        (text.index(first), text.index(last, text.index(first)) + len(last))
        for first, last in [(found.first, found.last), *([found.second] if found.second else [])]
    )
    start_page, end_page = found.pages or (None, None)
    return Passage(
        id=f"{found.document}/{local}",
        document=found.document,
        kind=found.kind,
        text=fold(cut(text, spans), markdown=found.document == REC),
        spans=spans,
        page_start=start_page,
        page_end=end_page,
        page_certain=found.certain if found.pages else None,
        locator=found.locator,
        links=found.links,
        language=found.language,
        other_edition_pages=(found.other,) if found.other else (),
        remarks=found.remarks,
        thread=found.thread or None,
    )


@cache
def corpus() -> MiniCorpus:
    return MiniCorpus(
        {
            name: Source(
                document, text_of(name), (), tuple(passage(f.local) for f in FOUND if f.document == name)
            )
            for name, document in documents().items()
        }
    )


def citation(local: str, number: int) -> NumberedCitation:
    found = next(f for f in FOUND if f.local == local)
    p = passage(local)
    label = f"{documents()[found.document].short_title}, {found.locator}"
    if found.thread:
        label += f", {found.thread}"
    other = found.other
    return NumberedCitation(
        number,
        label,
        p.document,
        p.id,
        p.locator,
        p.page_start,
        p.page_end,
        other,
        p.links,
        p.page_certain,
        p.remarks,
    )


def item(local: str, number: int) -> Item:
    found = next(f for f in FOUND if f.local == local)
    p = passage(local)
    return Item(
        p.text,
        True,
        citation(local, number),
        p.kind,
        p.language,
        found.verb,
        found.addressee,
        heading_path=p.heading_path,
        author=found.locator.split(",")[0] if found.document == HUB else None,
    )


def standing(document: str, language: str) -> SourceEntry:
    d = documents()[document]
    return SourceEntry(document, d.title, d.standing[language])


def certificate(question: str) -> Certificate:
    return Certificate("c0ffee" * 10 + "abcd", "lexical", "1", "beef" * 16, "0.1.0", question, {"k": 8})


def compose(
    question: str, keys: list[tuple[str, str, tuple[str, ...]]], language: str = "en", **more: object
) -> Brief:
    """A brief of sections (key, title, passages), numbered as the program does: by first appearance."""
    numbers: dict[str, int] = {}
    sections = []
    for key, title, locals_ in keys:
        items = tuple(item(local, numbers.setdefault(local, len(numbers) + 1)) for local in locals_)
        sections.append(Section(key, title, items))
    cited = dict.fromkeys(passage(local).document for local in numbers)
    values = {
        "question": question,
        "template": "briefing-note",
        "language": language,
        "abstained": False,
        "weak": False,
        "reason": None,
        "sections": tuple(sections),
        "sources": tuple(standing(name, language) for name in documents() if name in cited),
        "citations": tuple(citation(local, number) for local, number in numbers.items()),
        "certificate": certificate(question),
    }
    return Brief(**{**values, **more})


def kinds(keys: tuple[str, ...], language: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(key, section_title(key, language), LAYOUT[key]) for key in keys]


NOTE_KEYS = ("bottom_line", "policy_options", "practical_actions", "practice_examples", "dialogue", "hub")
SUMMARY_KEYS = ("mapped", "further", "practice_examples", "dialogue", "hub")
COUNTS = {
    "en": "The corpus offers 3 policy options, 3 options for practical action and 2 practice examples.",
    "fr": "Le corpus offre 3 options de politique, 3 mesures pratiques et 2 exemples.",
    "es": "El corpus ofrece 3 opciones de política, 3 medidas prácticas y 2 ejemplos.",
}


def briefing_note(language: str = "en") -> Brief:
    brief = compose("Ethical recruitment: who pays the fees?", kinds(NOTE_KEYS, language), language)
    first = replace(brief.sections[0], note=COUNTS[language])
    return replace(
        brief,
        sections=(first, *brief.sections[1:]),
        gaps=("No passage speaks of recruitment through digital platforms.",),
        excluded={"cluster": 3},
    )


def objective_summary(language: str = "en") -> Brief:
    titles = {"adopted": ADOPTED_6, "zero_draft": ZERO_6}
    return compose(
        "Objective 6",
        kinds(SUMMARY_KEYS, language),
        language,
        template="objective-summary",
        objective=6,
        objective_titles=titles,
        gaps=("The experts mapped no practice example to this objective.",),
    )


def text_proposals(language: str = "en") -> Brief:
    groups: dict[str, list[str]] = {}
    for found in FOUND:
        if found.kind in {"policy_option", "practical_action", "recommendation"}:
            groups.setdefault(found.verb or "", []).append(found.local)
    keys = [
        (f"verb:{verb}", section_title(f"verb:{verb}", language), tuple(found))
        for verb, found in groups.items()
    ]
    return compose("ethical recruitment", keys, language, template="text-proposals")


def by_documents(template: str, language: str = "en") -> Brief:
    keys = [
        (
            f"document:{name}",
            document.short_title,
            tuple(found.local for found in FOUND if found.document == name),
        )
        for name, document in documents().items()
    ]
    return compose("ethical recruitment", [k for k in keys if k[2]], language, template=template)


def sample(template: str, language: str = "en") -> Brief:
    makers = {
        "objective-summary": objective_summary,
        "text-proposals": text_proposals,
        "comparison": lambda lang: by_documents("comparison", lang),
        "annotated-bibliography": lambda lang: by_documents("annotated-bibliography", lang),
    }
    return replace(makers.get(template, briefing_note)(language), template=template)
