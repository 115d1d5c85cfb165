"""Briefs made by hand from the real corpus, for the tests of rendering: no retrieval involved."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

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
REC, OVERVIEW, BRIEF, REPORT, HUB = (
    "gfmd-thematic-recollection-2017",
    "gfmd-zero-draft-overview-2018",
    "gfmd-dialogue-cluster6-session-brief-2017",
    "gfmd-dialogue-cluster6-summary-report-2017",
    "migration-network-hub-imrf-roundtable1-2022",
)
ADOPTED_6 = "Facilitate fair and ethical recruitment and safeguard conditions that ensure decent work"
ZERO_6 = "Facilitate fair and ethical recruitment and safeguard conditions that ensure decent work"


@dataclass(frozen=True)
class MiniCorpus:
    sources: dict[str, Source]


@dataclass(frozen=True)
class Found:
    """Where a passage of a fixture stands: first and last words as printed, and what a citation needs."""

    local: str
    document: str
    kind: str
    first: str
    last: str
    locator: str
    pages: tuple[int, int] | None = None
    links: tuple[str, ...] = ()
    other: int | None = None
    language: str = "en"
    certain: bool | None = True
    remarks: tuple[str, ...] = ()
    thread: str = ""
    verb: str | None = None
    addressee: str | None = None
    second: tuple[str, str] | None = None


PPD = "http://gfmd.org/pfp/ppd/"
P17 = (17, 17)
FOUND = (
    Found("c2.2.opa.1", REC, "practical_action", "Develop codes of fair and ethical", "for recruitment agencies.",
          "Cluster 2, OPA, p. 17", P17, other=17, verb="Develop", addressee=None),
    Found("c2.2.po.1", REC, "policy_option", "Protect women and men migrants through: the adoption of",
          "development effects of migration.", "Cluster 2, PO, p. 17", P17, other=17, verb="Protect",
          addressee="women and men migrants"),
    Found("rec.4", BRIEF, "recommendation", "Protection of migrant workers to be prioritized",
          "with private enterprises.", "Rec. 4 (2009; 2014-15)", verb=None),
    Found("c2.2.po.3", REC, "policy_option", "Further promote fair recruitment initiatives",
          "design common guidelines.", "Cluster 2, PO, p. 17", P17, verb="Promote",
          addressee="government, civil society, trade unions, business and employers’ organizations"),
    Found("c2.1.po.4", REC, "policy_option", "Reduce worker-paid recruitment fees", "recruitment fees.",
          "Cluster 2, PO, p. 15", (15, 15), other=16, verb="Reduce"),
    Found("c2.2.opa.3", REC, "practical_action", "Promote monitoring, licensing and certification",
          "other intermediaries.", "Cluster 2, OPA, p. 17", P17, verb="Promote",
          addressee="recruiters and other intermediaries"),
    Found("c2.2.ex.1", REC, "practice_example", "The **UK Code of Practice for the Ethical", "healthcare professionals.*",
          "Cluster 2, Example, p. 17", P17, links=(PPD + "470",), other=None),
    Found("c2.2.ex.3", REC, "practice_example", "The **International Recruitment Integrity", "labor recruiters.*",
          "Cluster 2, Example, p. 17", P17, links=(PPD + "2347", PPD + "5424"),
          remarks=("Notes 31 and 32 carry the same link, probably a slip in the source.",)),
    Found("c1.3.opa.1", REC, "practical_action", "Pursue more active integration", "well-balanced policies\n",
          "Cluster 1, OPA, pp. 11-12", (11, 12), certain=False, verb="Pursue",
          second=("to foster tolerance, integration", "and cultures.")),
    Found("para.17", REPORT, "paragraph", "The session deliberated on how States", "ensure their enforcement.",
          "para. 17, p. 4", (4, 4)),
    Found("rec.policy.recruitment.3", REPORT, "recommendation", "Adopt codes of conduct for fair",
          "government oversight.", "para. 21, policy recommendations, recruitment, p. 5", (5, 5), verb="Adopt"),
    Found("q3.a1", HUB, "comment", "Ensanchamiento de las vías legales", "necesidades proyectadas.",
          "Spanish Commis…, 25 Nov 2021", language="es", thread="Question 4"),
    Found("q2.a7", HUB, "comment", "Pour les syndicats, comme bonne pratique", "fonctionnent difficilement sans moyens)",
          "Fambaye Ndoye, 7 Dec 2021", language="fr", thread="Question 2"),
    Found("q2.a1", HUB, "comment", "Governments should implement the recommendations set forth",
          "freedom of association, including:", "Kate Barth, 3 Dec 2021", thread="Question 2"),
)  # fmt: skip
LAYOUT = {
    "bottom_line": ("c2.2.opa.1", "c2.2.po.1", "rec.4"),
    "mapped": ("c2.2.po.1", "c2.2.opa.1", "c2.1.po.4"),
    "policy_options": ("c2.2.po.1", "c2.2.po.3", "c2.1.po.4"),
    "practical_actions": ("c2.2.opa.1", "c2.2.opa.3", "c1.3.opa.1"),
    "further": ("c2.2.po.3", "c2.2.opa.3"),
    "practice_examples": ("c2.2.ex.1", "c2.2.ex.3"),
    "dialogue": ("rec.4", "para.17", "rec.policy.recruitment.3"),
    "hub": ("q2.a1", "q2.a7", "q3.a1"),
}


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
            name: Source(document, text_of(name), (), tuple(passage(f.local) for f in FOUND if f.document == name))
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
        number, label, p.document, p.id, p.locator, p.page_start, p.page_end, other, p.links, p.page_certain,
        p.remarks,
    )  # fmt: skip


def item(local: str, number: int) -> Item:
    found = next(f for f in FOUND if f.local == local)
    p = passage(local)
    return Item(
        p.text, True, citation(local, number), p.kind, p.language, found.verb, found.addressee,
        heading_path=p.heading_path, author=found.locator.split(",")[0] if found.document == HUB else None,
    )  # fmt: skip


def standing(document: str, language: str) -> SourceEntry:
    d = documents()[document]
    return SourceEntry(document, d.title, d.standing[language])


def certificate(question: str) -> Certificate:
    return Certificate("c0ffee" * 10 + "abcd", "lexical", "1", "beef" * 16, "0.1.0", question, {"k": 8})


def compose(question: str, keys: list[tuple[str, str, tuple[str, ...]]], language: str = "en", **more: object) -> Brief:
    """A brief of sections (key, title, passages), numbered as the program numbers: once, by first appearance."""
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
        "Objective 6", kinds(SUMMARY_KEYS, language), language, template="objective-summary", objective=6,
        objective_titles=titles, gaps=("The experts mapped no practice example to this objective.",),
    )  # fmt: skip


def text_proposals(language: str = "en") -> Brief:
    groups: dict[str, list[str]] = {}
    for found in FOUND:
        if found.kind in {"policy_option", "practical_action", "recommendation"}:
            groups.setdefault(found.verb or "", []).append(found.local)
    keys = [(f"verb:{verb}", section_title(f"verb:{verb}", language), tuple(found)) for verb, found in groups.items()]
    return compose("ethical recruitment", keys, language, template="text-proposals")


def by_documents(template: str, language: str = "en") -> Brief:
    keys = [
        (f"document:{name}", document.short_title, tuple(found.local for found in FOUND if found.document == name))
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
