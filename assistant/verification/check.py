"""The whole check of one note: findings, statements cited but not quoted, and the certificate's state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from assistant.citations import Citation, documents_named, fits, label
from assistant.model import Finding
from assistant.verification import advice, quotations
from assistant.verification.certificates import certificate_status
from assistant.verification.compare import Library, Readable
from assistant.verification.inline import Finder
from assistant.verification.judge import judge
from assistant.verification.note import Note
from assistant.verification.places import adapted, fitting
from assistant.verification.quotations import Cited, Quotation, Reading

MOST_PASSAGES = 3
"""Most passages printed in full beside a paraphrase."""


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A statement with a citation and no quotation marks: not checked, the cited passages beside it.

    ``passages`` are (passage id, citation, text) of those the citation fits, at most ``MOST_PASSAGES``;
    ``fitting`` counts all of them. ``outside``: the document cited is not in the corpus.
    """

    line: int
    citation: str
    statement: str
    passages: tuple[tuple[str, str, str], ...]
    fitting: int
    outside: bool = False
    paragraph: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What verification says of a note. ``counts`` has every verdict that occurs; ``clean`` if all are ok."""

    name: str
    findings: tuple[Finding, ...]
    paraphrases: tuple[Paraphrase, ...] = ()
    certificate_status: str | None = None
    unchecked: tuple[tuple[int, str], ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How often each verdict occurs."""
        return dict(Counter(finding.verdict for finding in self.findings))

    @property
    def clean(self) -> bool:
        """Whether every verdict is ok."""
        return all(finding.verdict == "ok" for finding in self.findings)


def check(note: Note, corpus: Readable) -> Report:
    """The report on ``note``, checked against the sources of ``corpus`` alone."""
    return examine(note, Library(corpus))[0]


def examine(note: Note, library: Library) -> tuple[Report, Reading]:
    """The report and what it was made from, for callers that mend or mark the note."""
    reading = quotations.read(note, Finder(library.corpus))
    findings: list[tuple[int, int, Finding]] = []
    unchecked: list[tuple[int, str]] = []
    order = {id(paragraph): at for at, paragraph in enumerate(note.paragraphs)}
    for quotation in reading.quotations:
        finding = judge(quotation, library)
        if finding is None or (quotation.footnote and _title_at_most(finding, quotation, library)):
            unchecked.append((quotation.line, quotation.text))
        else:
            findings.append((order.get(id(quotation.paragraph), 0), quotation.start, finding))
    paraphrases = []
    standings = _standings(library)
    for cited in reading.citations:
        if not cited.used and any(_pinpoints(citation) for citation in cited.citations):
            letters = _letters(cited.paragraph.text)
            if any(standing in letters for standing in standings):
                continue  # the list of sources, as this program prints it: its caveats are no claims of the note
            made = _unquoted(cited, library)
            if isinstance(made, Paraphrase):
                paraphrases.append(made)
            elif made is not None:
                findings.append((order.get(id(cited.paragraph), 0), cited.start, made))
    findings.sort(key=lambda entry: entry[:2])
    certificate = None
    sha256 = getattr(library.corpus, "sha256", None)
    if note.certificate is not None and isinstance(sha256, str):
        certificate = certificate_status(note.certificate, sha256, _version())
    report = Report(
        name=note.name,
        findings=tuple(finding for _, _, finding in findings),
        paraphrases=tuple(paraphrases),
        certificate_status=certificate,
        unchecked=tuple(unchecked),
        remarks=note.remarks,
    )
    return report, reading


def _standings(library: Library) -> tuple[str, ...]:
    """The caveats of all documents in all languages, by their letters."""
    return tuple(
        _letters(text)
        for source in library.sources.values()
        for text in source.document.standing.values()
        if text
    )


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("gcm-draft")
    except PackageNotFoundError:
        return "unknown"


def _title_at_most(finding: Finding, quotation: Quotation, library: Library) -> bool:
    """Whether marked words in a footnote are no quotation of the corpus, but most likely a title."""
    if finding.verdict not in {"not_found", "unresolvable", "too_short"}:
        return False
    citations = quotation.cited.citations if quotation.cited else ()
    return not any(c.document and documents_named(c.document, library.corpus) for c in citations)


def _unquoted(cited: Cited, library: Library) -> Paraphrase | Finding | None:
    """A statement cited without quotation: listed, unless its citation fits nothing at all."""
    statement = cited.sentence.replace(cited.printed, "").strip(" .;,") or cited.sentence
    for citation in cited.citations:
        if not citation.has_locator:
            continue
        named = documents_named(citation.document, library.corpus)
        if citation.document is None and citation.author is not None and not fitting(library, citation):
            return None  # "(Marrakech, 10 December 2018)": a name and a date, no citation of a post
        if not named and not _like_the_corpus(citation):
            return Paraphrase(cited.line, cited.printed, statement, (), 0, True, cited.paragraph.index)
        if not _fitting(citation, library):
            return _unresolvable(cited, citation, library)
    places = [place for citation in cited.citations for place in _fitting(citation, library)]
    passages = []
    for document, at in dict.fromkeys(places):
        source = library.sources[document]
        passage = source.passages[at]
        passages.append((passage.id, label(passage, source.document), passage.text))
    return Paraphrase(
        cited.line,
        cited.printed,
        statement,
        tuple(passages[:MOST_PASSAGES]),
        len(passages),
        paragraph=cited.paragraph.index,
    )


def _pinpoints(citation: Citation) -> bool:
    """Whether a citation says more than which cluster, objective, section or day is spoken of."""
    rest = replace(citation, document=None, cluster=None, objective=None, section=None, date=None)
    return rest.has_locator


def _fitting(citation: Citation, library: Library) -> list[tuple[str, int]]:
    if not citation.has_locator:
        return []
    return [
        (document, at)
        for document, at in fitting(library, citation)
        if fits(
            adapted(citation, library.sources[document].document),
            library.sources[document].passages[at],
            pages=True,
        )
    ]


def _like_the_corpus(citation: Citation) -> bool:
    """Whether a citation of an unknown document has the form of this corpus, as a misspelled one has."""
    if citation.cluster is not None or citation.recommendation is not None or citation.question is not None:
        return True
    return (citation.document or "").casefold().startswith("gfmd")


def _unresolvable(cited: Cited, citation: Citation, library: Library) -> Finding:
    places = fitting(library, citation)
    labels = dict.fromkeys(
        label(library.sources[document].passages[at], library.sources[document].document)
        for document, at in places
    )
    candidates = tuple(labels)[:8]
    if candidates:
        reason = "No passage of that kind stands on the page stated. It has: " + "; ".join(candidates)
    else:
        reason = advice.no_such_place(citation, (), library)
    return Finding(
        line=cited.line,
        verdict="unresolvable",
        citation=" ".join(cited.printed.split()),
        expected=candidates[0] if len(candidates) == 1 else None,
        advice=reason,
        candidates=candidates,
        paragraph=cited.paragraph.index,
    )
