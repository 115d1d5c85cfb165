"""Citations in running text: in brackets, in a line or footnote of their own, or in the sentence itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.citations import Citation, document_names, documents_named, parse_all
from assistant.verification.compare import Readable

_PLACE = (
    r"(?:GCM\s+)?[Cc]luster\s+\d{1,2}|Section\s+(?:I{1,3}|IV)\b|"
    r"(?:POs?|OPAs?|Examples?|Introduction|Policy [Oo]ptions?|[Oo]ptions? for practical action|"
    r"[Pp]ractice [Ee]xamples?)\b|Objective\s+\d{1,2}|"
    r"(?:Rec\.|[Rr]ecommendation|[Rr]ec)\s*(?:no\.?\s*)?\d{1,2}(?:\s*\([\d;,\s–-]+\))?|"
    r"Guiding [Qq]uestion\s+\d|"
    r"(?:[Pp]ara(?:graph|s?\.|s)?|[Pp]ar\.|§)\s*\d{1,3}(?:\s*\([a-z]\))?|under\s+“[^”]+”|"
    r"(?:policy|practical) recommendations|governance|recruitment|skills|notes?\s+\d+|"
    r"\b(?:pp?|págs?)\.\s*\d{1,4}(?:\s*[-–—]\s*\d{1,4})?|[Pp]ages?\s+\d{1,4}(?:\s*[-–—]\s*\d{1,4})?|"
    r"PDF p\.\s*\d+|\((?:PDF pp?\.\s*[\d-]+)\)"
)
_OTHER = r"(?:;\s*p\.\s*\d+(?:\s+or\s+p\.\s*\d+)*\s+in the edition cited by the GFMD overview)"
# What a chain in running text may begin with: never a bare "examples" or "recruitment".
_START = r"(?=GCM|[Cc]luster|Section|Objective|Rec|rec|Guiding|[Pp]ar|§|p{1,2}\.|[Pp]age|pág|PDF|under “)"
_BRACKET = re.compile(r"[()\[\]]")
_CHAIN = re.compile(rf"(?:\b|(?=§)){_START}(?:{_PLACE})(?:\s*,?\s*(?:{_PLACE}))*{_OTHER}?")
_NAME = re.compile(r"((?:[A-Z][^\s,;:()“”\"]*\s+)(?:(?:[A-Z0-9][^\s,;:()“”\"]*|of|on|the|and|for)\s+){0,8})$")
_NAME_COMMA = re.compile(
    r"((?:[A-Z][^\s,;:()“”\"]*)(?:\s+(?:[A-Z0-9][^\s,;:()“”\"]*|of|on|the|and|for)){0,8}),\s*$"
)
_IBID = re.compile(
    r"\b(?:[Ii]bid(?:em)?|Idem|Id)\b\.?(?:\s*,\s*(?:pp?\.\s*\d+(?:\s*[-–—]\s*\d+)?|para\.\s*\d+|Rec\.\s*\d+))?"
)
_AFTER_QUOTE = re.compile(r"[”\"»’]\s*[,;:—–-]?\s*$")
_STRONG = re.compile(r"(?:para|par\.|§|Rec|pp?\.|[Pp]ages?|Guiding|Section|PDF)", re.I)
_DOCUMENT = re.compile(r"\b(?:recollection|overview|brief|report|hub)\b(?:\s+\d{4})?$", re.I)
_LONGEST_LINE = 260


class Finder:
    """Finds citations, given the documents there are and the authors they know."""

    def __init__(self, corpus: Readable) -> None:
        self.corpus = corpus
        self.titles = document_names(corpus)
        authors = {p.author for source in corpus.sources.values() for p in source.passages if p.author}
        self._authors = tuple(authors)
        self._known: dict[str, bool] = {}
        names = "|".join(re.escape(name) for name in sorted(authors, key=len, reverse=True))
        day_first, month_first = (
            r"\d{1,2}\s+[A-Za-zéû]{3,10}\.?\s+\d{4}",
            r"[A-Z][a-z]{2,8}\.?\s+\d{1,2},?\s+\d{4}",
        )
        dates = rf"(?:{day_first}|{month_first}|\d{{4}}-\d\d-\d\d)"
        self._posts = (
            re.compile(rf"(?:{names}),?\s+\(?{dates}\)?(?:,\s+(?:Question\s+\d|standalone))?")
            if authors
            else None
        )

    def read(self, text: str) -> tuple[Citation, ...]:
        """The citations of one bracket, line or note; a document's usual name alone is one."""
        found = parse_all(text, self.titles)
        bare = text.strip("()[] .;,")
        if not found and len(bare) < 60 and _DOCUMENT.search(bare) and self.names_document(bare):
            return (Citation(document=bare),) if len(documents_named(bare, self.corpus)) == 1 else ()
        return found

    def names_document(self, name: str) -> bool:
        """Whether ``name`` means a document of the corpus."""
        if name not in self._known:
            self._known[name] = bool(documents_named(name, self.corpus))
        return self._known[name]

    def whole(self, text: str) -> tuple[Citation, ...]:
        """The citations of a line that is nothing else, such as an attribution; empty if it is not."""
        text = text.strip()
        if not text or len(text) > _LONGEST_LINE:
            return ()
        if text[0] in "([" and text.rstrip(".")[-1:] in ")]":
            return self.read(text)
        found = self.read(text)
        if found and _looks_whole(text, found, self):
            return found
        return ()

    def find(
        self, text: str, inside: list[tuple[int, int]], *, whole: bool = False
    ) -> Iterator[tuple[int, int, tuple[Citation, ...]]]:
        """Citations of ``text`` outside the ranges ``inside``, as (start, end, citations), in order.

        ``whole``: the text is a footnote, all of which may be one citation.
        """
        if whole:
            found = self._sentences(text)
            if found:
                yield from found
                return
        taken: list[tuple[int, int]] = list(inside)
        entries: list[tuple[int, int, tuple[Citation, ...]]] = []
        for start, end in self.brackets(text, inside):
            citations = self.read(text[start:end]) or _ibid(text[start + 1 : end - 1])
            if citations:
                entries.append((start, end, citations))
                taken.append((start, end))
        entries.extend(self._lines(text, taken))
        taken += [(start, end) for start, end, _ in entries]
        entries.extend(self._chains(text, taken))
        yield from sorted(entries, key=lambda entry: entry[0])

    def brackets(self, text: str, inside: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The outermost brackets of ``text`` that stand outside ``inside``."""
        depth, start = 0, 0
        for first, last in inside:
            text = text[:first] + " " * (last - first) + text[last:]
        for match in _BRACKET.finditer(text):
            at, char = match.start(), match.group()
            if char in "([":
                if depth == 0:
                    start = at
                depth += 1
            elif depth:
                depth -= 1
                if depth == 0:
                    yield start, at + 1

    def _sentences(self, text: str) -> list[tuple[int, int, tuple[Citation, ...]]]:
        """A footnote that is one citation, or several sentences each of which may be one."""
        stripped = text.strip()
        ibid = _ibid(stripped)
        if ibid:
            return [(0, len(text), ibid)]
        citations = self.read(stripped)
        if citations and (len(stripped) <= _LONGEST_LINE or citations[0].document in self.titles):
            return [(0, len(text), citations)]
        return []

    def _lines(
        self, text: str, taken: list[tuple[int, int]]
    ) -> Iterator[tuple[int, int, tuple[Citation, ...]]]:
        """Table cells and lines that are nothing but a citation."""
        start = 0
        for piece in re.split(r"([\t\n])", text):
            end = start + len(piece)
            if piece.strip() and not _overlaps(start, end, taken):
                citations = self.whole(re.sub(r"^\s*[—–-]{0,3}\s*", "", piece))
                if citations:
                    yield start, end, citations
            start = end

    def _chains(
        self, text: str, taken: list[tuple[int, int]]
    ) -> Iterator[tuple[int, int, tuple[Citation, ...]]]:
        for match in _CHAIN.finditer(text):
            if _overlaps(*match.span(), taken):
                continue
            entry = self._chain(text, match)
            if entry:
                yield entry
        for pattern in self._patterns(text):
            for match in pattern.finditer(text):
                if not _overlaps(*match.span(), taken):
                    citations = _ibid(match.group()) or self.read(match.group())
                    if citations:
                        yield (*match.span(), citations)

    def _patterns(self, text: str) -> Iterator[re.Pattern[str]]:
        """The further patterns worth trying on ``text``: posts by author and date, "ibid."."""
        if self._posts is not None and any(author in text for author in self._authors):
            yield self._posts
        if "bid" in text or "Id" in text:
            yield _IBID

    def _chain(self, text: str, match: re.Match[str]) -> tuple[int, int, tuple[Citation, ...]] | None:
        """A chain of places in the sentence counts if a document is named, or if it is precise by itself."""
        chain = match.group()
        before = text[: match.start()]
        named = _NAME_COMMA.search(before) or _NAME.search(before)
        if named:
            name = re.sub(r"^(?:The|As|In|See|Per)\s+", "", named.group(1).strip())
            start = named.start(1) + named.group(1).find(name)
            if self.names_document(name) and (
                _STRONG.search(chain) or "luster" in chain or "Objective" in chain
            ):
                return start, match.end(), self.read(f"{name}, {chain}")
            if _AFTER_QUOTE.search(text[:start]) and _STRONG.search(chain):
                return start, match.end(), self.read(f"{name}, {chain}")
        if _AFTER_QUOTE.search(before) and _STRONG.search(chain):
            return match.start(), match.end(), self.read(chain)
        citations = self.read(chain)
        if (
            citations
            and citations[0].cluster is not None
            and (citations[0].kind or citations[0].page is not None)
        ):
            return match.start(), match.end(), citations
        return None


def _looks_whole(text: str, found: tuple[Citation, ...], finder: Finder) -> bool:
    first = found[0]
    if not replace(first, document=None, date=None).has_locator:
        return False
    if first.document is not None and finder.names_document(first.document):
        return True
    if first.document is not None:
        return False
    if first.author is not None:
        return len(text) < 80
    stated = first.cluster is not None or first.recommendation is not None or first.paragraph is not None
    return (stated or first.page is not None or first.question is not None) and len(text) < 90


def _ibid(text: str) -> tuple[Citation, ...]:
    """A citation whose document is "ibid", for "Ibid." and "ibid., p. 18"."""
    match = re.match(
        r"^\s*(?:ibid(?:em)?|idem|id|ib[íi]d)\b\.?\s*(?:,\s*)?(.*)$", text.strip(" ()[]."), re.I | re.S
    )
    if not match:
        return ()
    rest = match.group(1).strip(" .")
    if not rest:
        return (Citation(document="ibid"),)
    return tuple(
        Citation(**{**{name: getattr(c, name) for name in c.__slots__}, "document": "ibid"})
        for c in parse_all(rest)[:1]
    )


def _overlaps(start: int, end: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in ranges)
