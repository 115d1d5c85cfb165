"""Brief -> Markdown: the one text from which every other format is made.

Footnotes are written here, from the brief's own numbers, and appended for every number a template refers
to; a template cannot misnumber. The helpers a template may call are documented in ``docs/templates.md``.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import i18n
from assistant.certificate import markdown_comment
from assistant.i18n_remarks import remark as remark_in
from assistant.model import Brief, Item, NumberedCitation
from assistant.rendering import escaping, sandbox, templates
from assistant.rendering.escaping import Mark
from assistant.resources import shipped

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from assistant.rendering.tree import Tree

RECOLLECTION = "gfmd-thematic-recollection-2017"
_REFERENCE = re.compile(r"\[\^([0-9]+)\](?!:)")
_DEFINED = re.compile(r"^\[\^([0-9]+)\]:", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_SENTENCE = re.compile(r"[.!?](?=\s+[“\"‘'(¿¡]?[A-ZÀ-Þ])|;(?=\s)")
_ABBREVIATION = re.compile(r"(?:\b(?:etc|e\.g|i\.e|cf|vs|Mr|Mrs|Ms|Dr|Nos?|Art|paras?|pp?|St)|\b[A-Z])\.\Z")
_CUT = "[…]"
_SHORT = 240


def inline_citation(citation: NumberedCitation) -> str:
    """The citation as it stands behind a quotation, without parentheses.

    GFMD's own short form for the Recollection ("Cluster 2, OPA, p. 17"); every other document is named,
    since "Cluster 6" or "p. 4" alone would point at the wrong one.
    """
    if citation.document == RECOLLECTION and citation.locator.startswith("Cluster"):
        return citation.locator
    return citation.label


@dataclass(frozen=True, slots=True)
class Notes:
    """Numbers of notes: how many, and the folded list."""

    count: int
    text: str


class Helpers:
    """The functions a template may call, bound to one brief and one language; collects the marks."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.marks: list[Mark] = []
        self._messages = i18n.translator(brief.language)

    def variables(self) -> dict[str, Any]:
        """Everything a template sees."""
        functions: tuple[Callable[..., Any], ...] = (
            self.quote,
            self.short,
            self.cite,
            self.note,
            self.line,
            self.label,
            self.link,
            self.other_edition,
            self.notes_of,
            self.comes_again,
            self.section,
            self.section_title,
            self.kind_label,
            self.ngettext,
        )
        return {
            "brief": self.brief,
            "_": self.gettext,
            **{function.__name__: function for function in functions},
        }

    def gettext(self, message: str, **values: Any) -> Markup:
        """``_("Objective %(n)s", n=6)``: a message in the brief's language, with its values filled in."""
        return self._fill(self._messages.gettext(message), values)

    def ngettext(self, singular: str, plural: str, n: int, **values: Any) -> Markup:
        """``ngettext("%(n)s option", "%(n)s options", 3)``."""
        return self._fill(self._messages.ngettext(singular, plural, n), {"n": n, **values})

    def _fill(self, message: str, values: dict[str, Any]) -> Markup:
        filled = {key: _markdown(value) for key, value in values.items()}
        return _safe(escaping.escape(message) % filled if filled else escaping.escape(message))

    def _mark(self, text: str, mark: Mark) -> Markup:
        self.marks.append(mark)
        return _safe(escaping.marked(text, len(self.marks) - 1))

    def quote(self, item: Item) -> Markup:
        """The item's text: in double quotation marks if it is verbatim, and marked with its language."""
        return self._quotation(item, item.text, cut_after=item.cut and not item.cut_to_end)

    def short(self, item: Item, limit: int = _SHORT) -> Markup:
        """Like :meth:`quote`, but sentences within ``limit`` characters only, with "[…]" for the rest.

        They begin with the sentence that meets the question best and hold the member of its list that does.
        Never cut inside a sentence, where a cut could turn its sense; a long sentence stays whole.
        """
        text = item.text
        if not item.quote or len(text) <= limit:
            return self.quote(item)
        ends = [match.end() for match in _SENTENCE.finditer(text)]
        ends = [end for end in ends if not _ABBREVIATION.search(text[:end])]
        starts = [0, *(len(text) - len(text[end:].lstrip()) for end in ends)]
        start = max(s for s in starts if s <= item.telling[0])
        after = [end for end in ends if end > start and text[end : item.telling[1]].strip() == ""]
        fitting = [end for end in after if end - start <= limit] or after[:1]
        end = fitting[-1] if fitting else len(text)
        if start == 0 and end == len(text):
            return self.quote(item)
        left = end < len(text) or (item.cut and not item.cut_to_end)
        return self._quotation(item, text[start:end], cut_after=left, cut_before=start > 0)

    def _quotation(self, item: Item, text: str, cut_after: bool, cut_before: bool = False) -> Markup:
        text = escaping.escape(escaping.clean(text))
        if not item.quote:
            return _safe(text)
        before = f"{_CUT} " if cut_before or item.cut_before else ""
        after = f" {_CUT}" if cut_after else ""
        return self._mark(f"“{before}{text}{after}”", Mark("quote", item.language, item.citation.number))

    def cite(self, citation: NumberedCitation) -> Markup:
        """The citation in parentheses with its footnote: ``(Cluster 2, OPA, p. 17)[^3]``."""
        text = f"({escaping.escape(inline_citation(citation))})"
        return self._mark(text, Mark("citation", None, citation.number)) + self.note(citation)

    def note(self, citation: NumberedCitation) -> Markup:
        """The footnote reference alone: ``[^3]``."""
        return _safe(f"[^{citation.number}]")

    def line(self, item: Item, shorten: bool = False) -> Markup:
        """Quotation and citation, the usual line of a brief; near-identical passages elsewhere follow it."""
        quotation = self.short(item) if shorten else self.quote(item)
        text = _safe(f"{quotation} {self.cite(item.citation)}")
        if not item.also:
            return text
        also = _safe(", ").join(self.cite(citation) for citation in item.also)
        return _safe(f"{text} {self.gettext('also at')} {also}")

    def other_edition(self, citation: NumberedCitation) -> Markup:
        """The other edition's page ("p. 17 in the edition cited by the GFMD overview"), or nothing."""
        text = self._other_edition(citation)
        return self._mark(text, Mark("citation")) if text else text

    def _other_edition(self, citation: NumberedCitation) -> Markup:
        page = citation.other_edition_page
        if page is None:
            return _safe("")
        return self.gettext("p. %(page)s in the edition cited by the GFMD overview", page=page)

    def label(self, text: str) -> Markup:
        """A small label (small capitals in Word and HTML, plain in Markdown)."""
        return self._mark(str(_markdown(text)), Mark("label"))

    def link(self, url: str) -> Markup:
        """A link that can be followed; anything but http(s) and mailto is printed as text."""
        return _safe(escaping.link(url))

    def comes_again(self, item: Item) -> bool:
        """Whether another line of the brief cites the same passage."""
        lines = [line for section in self.brief.sections for line in section.items]
        return sum(line.citation.number == item.citation.number for line in lines) > 1

    def notes_of(self, document: str) -> Notes:
        """The numbers of the notes that cite a document: ``count``, and ``text`` folded ("1–4, 7")."""
        numbers = sorted(c.number for c in self.brief.citations if c.document == document)
        runs: list[list[int]] = []
        for number in numbers:
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        text = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
        return Notes(len(numbers), text)

    def section(self, key: str) -> Any:
        """The section ``key`` of the brief, or None if the brief has none."""
        return next((section for section in self.brief.sections if section.key == key), None)

    def section_title(self, key: str) -> str:
        """The title of a section key in the brief's language."""
        return i18n.section_title(key, self.brief.language)

    def kind_label(self, kind: str, count: int = 1) -> str:
        """The name of a kind of passage in the brief's language."""
        return i18n.kind_label(kind, self.brief.language, count)

    def footnote(self, citation: NumberedCitation) -> str:
        """The footnote's text: full citation, the other edition's page, links, doubts and remarks."""
        _ = self.gettext
        text = escaping.escape(citation.label)
        if citation.other_edition_page is not None:
            text += f"; {self._other_edition(citation)}"
        text += "."
        if citation.links:
            text += " " + " ".join(escaping.link(url) for url in citation.links)
        if citation.page_certain is False:
            text += f" {_('Page probable, not certain.')}"
        for remark in citation.remarks:
            text += " " + _sentence(escaping.escape(remark_in(remark, self.brief.language)))
        return text


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _safe(text: str) -> Markup:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - Markdown whose data were escaped by the caller


def _markdown(value: Any) -> Markup:
    from markupsafe import Markup

    return value if isinstance(value, Markup) else _safe(escaping.escape(str(value)))


@cache
def _environment(paths: tuple[Path, ...]) -> Environment:
    return sandbox.environment(paths)


@dataclass(frozen=True, slots=True)
class Composed:
    """A brief as Markdown with marks (``marks`` by index), numbered in the order in which it is read."""

    brief: Brief
    text: str
    marks: tuple[Mark, ...]

    @property
    def tree(self) -> Tree:
        """The text parsed."""
        from assistant.rendering.tree import parse  # of no use to Markdown itself

        return parse(self.text, self.marks)

    @property
    def markdown(self) -> str:
        """The ``.md`` file: without marks, ending with the certificate as an HTML comment."""
        return f"{escaping.unmarked(self.text)}\n{markdown_comment(self.brief.certificate)}\n"


def compose(brief: Brief, template: str, start: int = 1) -> Composed:
    """The brief through a template, its citations numbered from ``start`` in the order they are first read.

    A brief comes numbered in the order of its sections. Where a template reads in another order (a table
    row by row), the brief is numbered anew, once, here: Word and most readers of Markdown number footnotes
    by themselves, and every format must agree with them.

    Raises :class:`~assistant.errors.TemplateError` naming the template's file and line.
    """
    found = templates.load_template(template)
    helpers = Helpers(brief)
    body = _run(found, helpers)
    read = list(dict.fromkeys(int(number) for number in _REFERENCE.findall(body)))
    known = [citation.number for citation in brief.citations]
    order = [number for number in read if number in known]
    order += [number for number in known if number not in order]
    numbers = {old: new for new, old in enumerate(order, start)}
    if any(old != new for old, new in numbers.items()):
        helpers = Helpers(renumbered(brief, numbers))
        body = _run(found, helpers)
    missing = _missing(body, helpers.brief.citations)
    if missing:
        body += "\n" + "\n".join(f"[^{c.number}]: {helpers.footnote(c)}" for c in missing) + "\n"
    return Composed(helpers.brief, body, tuple(helpers.marks))


def prepare(found: templates.Template) -> None:
    """Compile a template ahead of its use, when what is wrong with it is told."""
    environment = _environment(_folders(found))
    for name in (templates.MACROS, f"{found.name}.j2"):
        with contextlib.suppress(Exception):
            environment.get_template(name)


def _folders(found: templates.Template) -> tuple[Path, ...]:
    own = found.path.parent
    return (own,) if found.shipped else (own, shipped("prompts"))


def _run(found: templates.Template, helpers: Helpers) -> str:
    variables = {**helpers.variables(), "template": found.header}
    body = sandbox.run(_environment(_folders(found)), f"{found.name}.j2", variables)
    return _BLANK_LINES.sub("\n\n", body).strip() + "\n"


def renumbered(brief: Brief, numbers: dict[int, int]) -> Brief:
    """The brief with each citation's number replaced, wherever it stands; citations in numeric order."""

    def cited(citation: NumberedCitation) -> NumberedCitation:
        return replace(citation, number=numbers[citation.number])

    def item(old: Item) -> Item:
        return replace(old, citation=cited(old.citation), also=tuple(map(cited, old.also)))

    sections = tuple(replace(s, items=tuple(map(item, s.items))) for s in brief.sections)
    citations = tuple(sorted(map(cited, brief.citations), key=lambda citation: citation.number))
    return replace(brief, sections=sections, citations=citations)


def _missing(body: str, citations: Iterable[NumberedCitation]) -> list[NumberedCitation]:
    """The citations that the text refers to and does not define, by number."""
    wanted = {int(number) for number in _REFERENCE.findall(body)}
    defined = {int(number) for number in _DEFINED.findall(body)}
    return [citation for citation in citations if citation.number in wanted - defined]
