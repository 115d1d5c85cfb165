"""Ranked passages -> a brief: what stands in which section, and each citation numbered once for all outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from assistant import analysis
from assistant.citation_label import label
from assistant.excerpts import excerpt, telling
from assistant.i18n import N_, SECTION_TITLES, section_title, standing, translator
from assistant.model import (
    Brief,
    Certificate,
    Document,
    Item,
    NumberedCitation,
    Passage,
    Section,
    SourceEntry,
)
from assistant.objectives import Objective
from assistant.options import addressees, operative_verb
from assistant.retrieval import OPTION_KINDS, WEAK, Ranking
from assistant.statements import drawn_on

PER_SECTION = 6
"""Items of a section unless the user asks for another number."""
VIEWS = 4
"""Of what was said in the Dialogue and on the Hub fewer are shown: it is opinion, options are the matter."""
RELEVANT = 0.55
"""A passage is left out of a brief where its score is below this share of the best of the whole answer. On the
development questions 19 of 20 relevant options within the first six of their kind remain."""
STRICT = 0.75
"""The same where the experts mapped nothing to the objective asked for: little is said of it."""
OPTIONS_FOUND = N_("Options found")
NO_ENTRY = N_(
    "The GFMD overview has no entry for objective {number}: no option of the Recollection is mapped to it. "
    "What is shown was found by search, not by the experts' mapping."
)
COUNTED = {
    "mapped": (N_("option mapped by the GFMD's experts"), N_("options mapped by the GFMD's experts")),
    "further": (N_("further option found"), N_("further options found")),
    "policy_options": (N_("policy option"), N_("policy options")),
    "practical_actions": (N_("option for practical action"), N_("options for practical action")),
    "practice_examples": (N_("practice example"), N_("practice examples")),
    "dialogue": (
        N_("passage from the GFMD Dialogue's papers"),
        N_("passages from the GFMD Dialogue's papers"),
    ),
    "hub": (N_("post from the Migration Network Hub"), N_("posts from the Migration Network Hub")),
    "own": (N_("passage from your own documents"), N_("passages from your own documents")),
}
"""How the sections of a brief are counted in its bottom line, singular and plural."""
DIALOGUE_FAMILIES = ("session_brief", "summary_report")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a template asks for: its name and hash, how sections are grouped, and which, in order."""

    template: str
    sha256: str
    layout: str = "kinds"
    sections: tuple[str, ...] = ("bottom_line", "mapped", "policy_options", "practical_actions", "practice_examples",
                                 "dialogue", "hub", "own")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """All that a brief is made of: the ranking, the documents, and the objective with its mapped passages."""

    ranking: Ranking
    documents: dict[str, Document]
    objective: Objective | None = None
    mapped: tuple[Passage, ...] = ()
    places: Callable[[Sequence[str]], dict[str, Passage]] = lambda _: {}


@dataclass(slots=True)
class _Numbering:
    """Gives each passage its number at its first appearance; the only place where numbers are made."""

    documents: dict[str, Document]
    made: dict[str, NumberedCitation] = field(default_factory=dict)

    def cite(self, p: Passage) -> NumberedCitation:
        known = self.made.get(p.id)
        if known is None:
            known = self.made[p.id] = NumberedCitation(
                number=len(self.made) + 1,
                label=label(p, self.documents[p.document]),
                document=p.document,
                passage_id=p.id,
                locator=p.locator,
                page_start=p.page_start,
                page_end=p.page_end,
                other_edition_page=p.other_edition_pages[0] if p.other_edition_pages else None,
                links=p.links,
                page_certain=p.page_certain,
                remarks=p.remarks,
            )
        return known


class _Composer:
    """Makes the sections of one brief, in the plan's order, with one numbering."""

    def __init__(self, material: Material, plan: Plan, per_section: int, language: str) -> None:
        self.m = material
        self.limit = per_section
        self.keys: frozenset[str] = frozenset()
        self.language = language
        self.numbering = _Numbering(material.documents)
        ranking = material.ranking
        self.wanted = frozenset(
            word
            for text in (ranking.question, *ranking.expansion.variants)
            for word in analysis.terms(text, "en" if text != ranking.question else ranking.expansion.language)
        )
        own = {d.id for d in material.documents.values() if not d.shipped}
        relevant = _relevant(ranking, own, STRICT if _unmapped(material.objective) else RELEVANT)
        self.relevant = () if ranking.abstained else drawn_on(relevant, own, self.wanted)
        mapped = {p.id for p in material.mapped} if "mapped" in plan.sections else set()
        place = {p.id: n for n, p in enumerate(ranking.passages)}
        strongest_first = sorted(material.mapped, key=lambda p: place.get(p.id, len(place)))
        self.groups: dict[str, list[Passage]] = {"mapped": strongest_first}
        for p in self.relevant:
            if p.id not in mapped:
                self.groups.setdefault(self._group(p), []).append(p)

    def _group(self, p: Passage) -> str:
        document = self.m.documents[p.document]
        if not document.shipped:
            return "own"
        by_kind = {
            "policy_option": "policy_options",
            "practical_action": "practical_actions",
            "practice_example": "practice_examples",
        }
        if p.kind in by_kind:
            return by_kind[p.kind]
        if document.family in DIALOGUE_FAMILIES:
            return "dialogue" if p.kind in {"recommendation", "paragraph"} else "other"
        return "hub" if document.family == "hub" and p.kind == "comment" else "context"

    def item(self, p: Passage) -> Item:
        text, was_cut = excerpt(p.text, self.wanted, p.language)
        is_option = p.kind in OPTION_KINDS or p.kind == "recommendation"
        others = self.m.places(self.m.ranking.also_at.get(p.id, ()))
        return Item(
            text=text,
            quote=True,
            citation=self.numbering.cite(p),
            kind=p.kind,
            language=p.language,
            verb=operative_verb(p.text) if is_option else None,
            addressee=addressees(p.text) if is_option else None,
            also=tuple(self.numbering.cite(other) for other in others.values()),
            heading_path=p.heading_path,
            author=p.author,
            date=p.date,
            cut=was_cut,
            cut_before=not p.text.startswith(text),
            cut_to_end=p.text.endswith(text),
            telling=telling(text, self.wanted, p.language),
        )

    def section(
        self, key: str, passages: Iterable[Passage], title: str | None = None, note: str | None = None
    ) -> Section:
        items = tuple(self.item(p) for p in passages)
        return Section(key, title or section_title(key, self.language), items, note)

    # -- layouts ---------------------------------------------------------------------------------------------

    def kinds(self, keys: Sequence[str]) -> list[Section]:
        made = []
        self.keys = frozenset(keys)
        for key in keys:
            passages = self._of(key)
            if key == "bottom_line":
                made.append(self._bottom_line())
            elif passages:
                made.append(self.section(key, passages, self._title(key)))
        return made

    def _title(self, key: str) -> str | None:
        """A section's own title; None for the usual one. Without an objective nothing is "further" to a mapping."""
        if key == "further" and self.m.objective is None:
            return translator(self.language).gettext(OPTIONS_FOUND)
        return None

    def _of(self, key: str) -> list[Passage]:
        if key == "mapped":
            return self.groups.get("mapped", [])
        if key == "further":
            options = [p for p in self.relevant if p.kind in OPTION_KINDS and p not in self.groups["mapped"]]
            return options[: self.limit]
        few = key in {"dialogue", "hub"} and self.limit <= PER_SECTION
        return self.groups.get(key, [])[: min(self.limit, VIEWS) if few else self.limit]

    def _bottom_line(self) -> Section:
        strongest = [
            p for key in ("mapped", "policy_options", "practical_actions") for p in self._of(key)[:1]
        ]
        strongest = strongest[:2] or self._of("practice_examples")[:1] or self._of("own")[:1]
        return self.section("bottom_line", strongest, note=self._counts())

    def _counts(self) -> str | None:
        """What there is, in a sentence: "The corpus offers 2 policy options, 1 practice example."."""
        _ = translator(self.language).gettext
        counted = [(len(self._of(k)), one, many) for k, (one, many) in COUNTED.items() if k in self.keys]
        parts = [f"{number} {_(one if number == 1 else many)}" for number, one, many in counted if number]
        return _("The corpus offers {list}.").format(list=", ".join(parts)) if parts else None

    def verbs(self, _: Sequence[str]) -> list[Section]:
        options = [
            p for p in (*self.groups["mapped"], *self.relevant) if p.kind in (*OPTION_KINDS, "recommendation")
        ]
        groups: dict[str, list[Passage]] = {}
        for p in dict.fromkeys(options[: 4 * self.limit]):
            groups.setdefault(operative_verb(p.text) or "", []).append(p)
        ordered = sorted(groups.items(), key=lambda g: (not g[0], -len(g[1])))
        other = translator(self.language).gettext(SECTION_TITLES["other"])
        return [self.section(f"verb:{verb or 'other'}", found, verb or other) for verb, found in ordered]

    def by_document(self, _: Sequence[str]) -> list[Section]:
        made = []
        for document in self.m.documents.values():
            found = [
                p
                for p in dict.fromkeys((*self.groups["mapped"], *self.relevant))
                if p.document == document.id
            ]
            if found:
                made.append(
                    self.section(f"document:{document.id}", found[: self.limit], document.short_title)
                )
        return made


def compose(
    material: Material,
    plan: Plan,
    certificate: Certificate,
    *,
    per_section: int = PER_SECTION,
    language: str = "en",
) -> Brief:
    """The brief for one question. ``per_section``: items a section at the most, from 1."""
    composer = _Composer(material, plan, per_section, language)
    layouts = {"kinds": composer.kinds, "verbs": composer.verbs, "documents": composer.by_document}
    sections = tuple(layouts[plan.layout](plan.sections))
    cited = tuple(composer.numbering.made.values())
    used = {c.document for c in cited}
    ranking, objective = material.ranking, material.objective
    return Brief(
        question=ranking.question,
        template=plan.template,
        language=language,
        abstained=ranking.abstained and not material.mapped,
        weak=(ranking.weak or _unmapped(objective)) and not material.mapped,
        reason=_reason(material, language),
        sections=sections,
        sources=tuple(
            SourceEntry(d.id, f"{d.title}, {d.date}" if d.date else d.title, standing(d, language))
            for d in material.documents.values()
            if d.id in used
        ),
        citations=cited,
        certificate=certificate,
        objective=objective.number if objective else None,
        objective_titles=_titles(objective),
        expanded=ranking.expansion.shown,
        absent=ranking.absent,
        excluded=ranking.excluded,
        gaps=_gaps(composer, plan, language),
        nearest=ranking.nearest,
    )


def _unmapped(objective: Objective | None) -> bool:
    """Whether the question names an objective that the GFMD's experts mapped nothing to."""
    return objective is not None and objective.note is not None


def _relevant(ranking: Ranking, own: set[str], share: float) -> list[Passage]:
    """The passages that come near the best one; of the shipped ones near the best of these.

    A document of the user's own that speaks of nothing else shall not silence the corpus.
    """
    scored = list(zip(ranking.passages, ranking.scores, strict=True))
    best = max(ranking.scores, default=0.0)
    shipped = max((score for p, score in scored if p.document not in own), default=0.0)
    return [p for p, score in scored if score >= share * (best if p.document in own else shipped)]


def _reason(material: Material, language: str) -> str | None:
    """Why there is no answer or a weak one, in the brief's language."""
    if material.mapped:
        return None
    reason = material.ranking.reason or (WEAK if _unmapped(material.objective) else None)
    if not reason:
        return None
    _ = translator(language).gettext
    absent = material.ranking.absent
    lacking = _("In no passage: {words}.").format(words=", ".join(absent)) if absent else ""
    return f"{_(reason)} {lacking}".rstrip()


def _titles(objective: Objective | None) -> dict[str, str]:
    if objective is None:
        return {}
    titles = {"adopted": objective.adopted_title}
    if objective.zero_draft_title:
        titles["zero_draft"] = objective.zero_draft_title
    return titles


def _gaps(composer: _Composer, plan: Plan, language: str) -> tuple[str, ...]:
    """A sentence for each section that the template asks for and the corpus leaves empty."""
    _ = translator(language)
    objective = composer.m.objective
    gaps = [_.gettext(NO_ENTRY).format(number=objective.number)] if objective and _unmapped(objective) else []
    if plan.layout != "kinds" or composer.m.ranking.abstained:
        return tuple(gaps)
    expected = ("policy_options", "practical_actions", "practice_examples")
    missing = [section_title(k, language) for k in expected if k in plan.sections and not composer._of(k)]
    return (*gaps, *(_.gettext("Nothing found for: {title}.").format(title=title) for title in missing))
