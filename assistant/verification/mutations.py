"""Planted errors: real passages quoted in notes, each with one known fault, to see whether each is caught.

:func:`planted` is deterministic for a seed and a corpus. A fault is planted only where it is one: an oracle
of its own (plain lower-case words, no code shared with the comparison) makes sure that an altered text
stands nowhere, and that a wrong citation is wrong.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.citations import label
from assistant.model import Passage, Source, Verdict
from assistant.verification.compare import Readable

SEED = 20171122
"""The date of the Recollection: any number would do, but it must stay the same."""

MARKS: dict[str, tuple[str, str]] = {
    "curly": ("“", "”"),
    "straight": ('"', '"'),
    "French and Spanish": ("« ", " »"),
    "German": ("„", "“"),
    "single guillemets": ("‹", "›"),
    "single": ("‘", "’"),
}
BLOCK = "block quote"
STYLES = ("in brackets", "without document", "house form", "footnote", "numbered note", "leading in", "ibid.")
CLASSES = ("negation", "modal verb", "number", "actor", "plain word")

_SWAPS: dict[str, dict[str, str]] = {
    "modal verb": {
        "should": "shall",
        "shall": "should",
        "must": "may",
        "may": "must",
        "can": "must",
        "could": "should",
        "will": "may",
        "would": "will",
        "might": "shall",
        "doivent": "peuvent",
        "deben": "pueden",
    },
    "actor": {
        "employers": "workers",
        "workers": "employers",
        "migrants": "refugees",
        "migrant": "refugee",
        "states": "employers",
        "governments": "recruiters",
        "government": "employer",
        "countries": "businesses",
        "women": "men",
        "agencies": "governments",
        "society": "government",
    },
    "plain word": {
        "and": "or",
        "all": "some",
        "national": "regional",
        "promote": "oppose",
        "develop": "consider",
        "strengthen": "review",
        "ensure": "encourage",
        "support": "study",
        "access": "exposure",
        "effective": "costly",
        "rights": "duties",
        "labor": "trade",
        "regular": "irregular",
    },
}
_NEGATIONS = ("not", "no", "never", "without", "pas", "sin")
_INVENTED = (
    "Bicycles painted green ought to be parked beside the southern fountain before lunch",
    "The committee of gardeners resolved that tulips outrank daffodils in every spring parade",
    "Nine lighthouse keepers exchanged recipes for plum cake during the long eclipse",
    "Every violin in the municipal orchestra was tuned by the baker and his patient cousin",
    "Penguins rarely audit spreadsheets unless the quarterly herring dividend disappoints them",
    "Snow fell upward over the harbour while the clockmaker painted his staircase blue",
)


@dataclass(frozen=True, slots=True)
class Planted:
    """One note with one quotation and what must be said of it. ``passage`` is the id of the text's source."""

    note: str
    verdict: Verdict
    mark: str
    style: str
    word_class: str
    document: str
    passage: str


def planted(corpus: Readable, *, each: int = 6, seed: int = SEED) -> tuple[Planted, ...]:
    """The suite: every document, verdict, mark, word class and citation style has its share.

    ``each`` is how many passages of a document are used for a verdict. The five shipped documents give more
    than 300 planted errors and as many clean controls at the default.
    """
    return tuple(_Planter(corpus, each, seed).all())


def plain(text: str) -> str:
    """The oracle's own view of a text: lower-case words with single spaces."""
    text = re.sub(r"[\u00ad*⁰¹²³⁴⁵⁶⁷⁸⁹]", "", text.lower())
    return " " + " ".join(re.findall(r"[^\W_]+", text)) + " "


class _Planter:
    def __init__(self, corpus: Readable, each: int, seed: int) -> None:
        self.corpus = corpus
        self.each = each
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.texts = {p.id: plain(p.text) for source in corpus.sources.values() for p in source.passages}
        self.everything = "|".join(self.texts.values())
        self.turn = 0

    def all(self) -> Iterator[Planted]:
        """All planted errors and controls."""
        makers: list[Callable[[Source, Passage], Iterator[Planted]]] = [
            self._controls,
            self._altered,
            self._wrong_page,
            self._misattributed,
            self._stitched,
            self._not_found,
            self._unresolvable,
            self._too_short,
        ]
        for source in self.corpus.sources.values():
            usable = [p for p in source.passages if _usable(p)]
            for make in makers:
                chosen = self.random.sample(
                    usable, min(len(usable), self.each * (4 if make == self._altered else 2))
                )
                for passage in chosen:
                    yield from make(source, passage)

    # -- how a note says it --

    def _note(
        self, quote: str, cited: str, verdict: Verdict, passage: Passage, word_class: str = "", mark: str = ""
    ) -> Planted:
        """The quotation in the next mark and citation style, in turn."""
        self.turn += 1
        names = [*MARKS, BLOCK]
        mark = mark or names[self.turn % len(names)]
        if any(char in quote for char in "‘’“”\"'«»‹›") and mark != BLOCK:
            mark = "curly" if '"' in quote or "'" in quote else mark
        if mark == "single" and ("’" in quote or len(quote.split()) < 4):
            mark = "curly"
        if mark == BLOCK and len(quote.split()) < 4:
            mark = "curly"
        style = STYLES[(self.turn // len(names)) % len(STYLES)]
        if style == "ibid." and verdict in {"unresolvable", "wrong_page"}:
            style = "in brackets"  # the citation repeated would be a finding of its own
        return self._written(quote, cited, verdict, passage, word_class, mark, style)

    def _written(
        self,
        quote: str,
        cited: str,
        verdict: Verdict,
        passage: Passage,
        word_class: str,
        mark: str,
        style: str,
    ) -> Planted:
        document = self.corpus.sources[passage.document].document
        printed = cited
        if style == "house form":
            bare = cited.removeprefix(f"{document.short_title}, ")
            printed = (
                "GCM " + bare.replace("p. ", "p.") if bare.startswith("Cluster") and bare != cited else cited
            )
            style = style if printed != cited else "in brackets"
        if style == "without document":
            bare = cited.removeprefix(f"{document.short_title}, ")
            telling = ("Cluster", "Rec.", "para.", "Guiding")
            printed = bare if bare.startswith(telling) else cited
            style = style if printed != cited else "in brackets"
        if mark == BLOCK:
            quote_line = f"> {quote}\n> ({printed})" if self.turn % 2 else f"> {quote}\n\n({printed})"
            return Planted(
                f"An opening line.\n\n{quote_line}\n",
                verdict,
                mark,
                "in brackets",
                word_class,
                document.id,
                passage.id,
            )
        opening, closing = MARKS[mark]
        quoted = f"{opening}{quote}{closing}"
        bodies = {
            "footnote": f"It was said that {quoted}.[^1]\n\n[^1]: {printed}.\n",
            "numbered note": f"It was said that {quoted} [1].\n\n[1] {printed}\n",
            "leading in": f"As it stands in ({printed}): {quoted}.\n",
            "ibid.": f"The matter was raised early on ({printed}). It was said that {quoted} (ibid.).\n",
        }
        body = bodies.get(style, f"It was said that {quoted} ({printed}).\n")
        return Planted(
            f"An opening line.\n\n{body}", verdict, mark, style, word_class, document.id, passage.id
        )

    def _cite(self, passage: Passage) -> str:
        return label(passage, self.corpus.sources[passage.document].document)

    def _excerpt(self, passage: Passage, most: int = 40) -> str:
        """The whole passage, or a stretch of whole words of it."""
        found = passage.text.split(" ")
        if len(found) <= most:
            return passage.text
        for _ in range(20):
            start = self.random.randrange(0, len(found) - most)
            excerpt = " ".join(found[start : start + most])
            if _balanced(excerpt):
                return excerpt
        return passage.text

    def _one_place(self, passage: Passage) -> bool:
        """Whether a one-page passage: an excerpt of one over two pages is cited by its own page."""
        return passage.page_start == passage.page_end

    # -- the faults --

    def _controls(self, source: Source, passage: Passage) -> Iterator[Planted]:
        del source
        cited = self._cite(passage)
        yield self._note(passage.text, cited, "ok", passage)
        if not self._one_place(passage):
            return
        quote = self._excerpt(passage)
        yield self._note(quote, cited, "ok", passage)
        found = quote.split(" ")
        if len(found) >= 16 and self._unique(quote):
            third = len(found) // 3
            cut = " ".join([*found[:third], "[…]", *found[2 * third :]])
            if _balanced(cut):
                yield self._note(cut, cited, "ok", passage)
            if found[0][:1].isalpha() and found[0].isalpha():
                first = found[0]
                turned = f"[{first[0].swapcase()}]{first[1:]}" if len(first) > 1 else first
                yield self._note(" ".join([turned, *found[1:]]), cited, "ok", passage)

    def _unique(self, quote: str) -> bool:
        return self.everything.count(plain(quote)) == 1

    def _altered(self, source: Source, passage: Passage) -> Iterator[Planted]:
        del source
        quote = self._excerpt(passage)
        cited = self._cite(passage)
        for word_class in CLASSES:
            changed = self._change(quote, word_class)
            if changed is not None and plain(changed) not in self.everything:
                yield self._note(changed, cited, "altered", passage, word_class)
        found = quote.split(" ")
        dropped = " ".join([*found[: len(found) // 2], *found[len(found) // 2 + 1 :]])
        if plain(dropped) not in self.everything and plain(dropped) != plain(quote):
            yield self._note(dropped, cited, "altered", passage, "plain word")

    def _change(self, quote: str, word_class: str) -> str | None:
        found = quote.split(" ")
        inner = range(1, len(found) - 1)
        if word_class == "negation":
            for at in inner:
                if found[at].lower() in _NEGATIONS:
                    return " ".join([*found[:at], *found[at + 1 :]])
            at = self.random.choice(list(inner))
            return " ".join([*found[:at], "not", *found[at:]])
        if word_class == "number":
            for at in inner:
                digits = re.search(r"\d+", found[at])
                if digits and "http" not in found[at]:
                    new = str(int(digits.group()) + 1)
                    return " ".join(
                        [*found[:at], found[at].replace(digits.group(), new, 1), *found[at + 1 :]]
                    )
            return None
        for at in inner:
            new = _SWAPS[word_class].get(found[at].lower(), "")
            if new:
                return " ".join([*found[:at], new, *found[at + 1 :]])
        return None

    def _wrong_page(self, source: Source, passage: Passage) -> Iterator[Planted]:
        if passage.page_start is None or not self._one_place(passage) or "note" in passage.locator:
            return
        quote = self._excerpt(passage)
        pages = [*passage.other_edition_pages, passage.page_start + 1, max(1, passage.page_start - 2)]
        for page in pages:
            wrong = self._cite(passage).replace(f"p. {passage.page_start}", f"p. {page}")
            twin = any(
                p.page_start is not None
                and p.page_end is not None
                and p.page_start <= page <= p.page_end
                and plain(quote) in self.texts[p.id]
                for p in source.passages
            )
            if page != passage.page_start and not twin and self._unique_in(source, quote):
                yield self._note(quote, wrong, "wrong_page", passage)

    def _unique_in(self, source: Source, quote: str) -> bool:
        return sum(plain(quote) in self.texts[p.id] for p in source.passages) == 1

    def _misattributed(self, source: Source, passage: Passage) -> Iterator[Planted]:
        quote = self._excerpt(passage)
        if len(quote.split()) < 8:
            return
        others = [p for s in self.corpus.sources.values() for p in s.passages if _usable(p)]
        for other in self.random.sample(others, 12):
            same = other.document == passage.document and _place(passage).startswith(_place(other))
            fitting = [
                p
                for p in self.corpus.sources[other.document].passages
                if _place(p).startswith(_place(other)) and plain(quote) in self.texts[p.id]
            ]
            if not same and not fitting and self.everything.count(plain(quote)) >= 1:
                del source
                yield self._note(quote, self._cite(other), "misattributed", passage)
                return

    def _stitched(self, source: Source, passage: Passage) -> Iterator[Planted]:
        others = [
            p for p in source.passages if _usable(p) and p.id != passage.id and len(p.text.split()) >= 14
        ]
        if len(passage.text.split()) < 14 or not others:
            return
        other = self.random.choice(others)
        first = " ".join(passage.text.split(" ")[:10])
        second = " ".join(other.text.split(" ")[-10:])
        both = f"{first.rstrip('.,;:')} {second}"
        holding = [text for text in self.texts.values() if plain(first) in text and plain(second) in text]
        if (
            plain(both) not in self.everything
            and not holding
            and len(plain(first).split()) > 7
            and _balanced(both)
        ):
            yield self._note(both, self._cite(passage), "stitched", passage)

    def _not_found(self, source: Source, passage: Passage) -> Iterator[Planted]:
        del source
        yield self._note(self.random.choice(_INVENTED), self._cite(passage), "not_found", passage)

    def _unresolvable(self, source: Source, passage: Passage) -> Iterator[Planted]:
        title = source.document.short_title
        wrong = {
            "recollection": f"{title}, Cluster 9, OPA, p. 17",
            "overview": f"{title}, Objective 31, p. 4",
            "session_brief": f"{title}, Rec. 40",
            "summary_report": f"{title}, para. 77, p. 4",
            "hub": f"{title}, Ada Nobody, 3 Jan 2022",
        }.get(source.document.family)
        if wrong is not None:
            yield self._note(self._excerpt(passage), wrong, "unresolvable", passage)
        yield self._note(self._excerpt(passage), "Berlin Communiqué 1999, para. 3", "unresolvable", passage)

    def _too_short(self, source: Source, passage: Passage) -> Iterator[Planted]:
        del source
        found = [word for word in passage.text.split(" ") if word.isalpha()]
        if len(plain(passage.text).split()) > 4 and len(found) > 3:
            at = self.random.randrange(0, len(found) - 2)
            yield self._note(found[at], self._cite(passage), "too_short", passage)
            two = " ".join(passage.text.split(" ")[:2])
            if len(plain(two).split()) == 2 and not set("\"'“”‘’") & set(two):
                yield self._note(two, self._cite(passage), "too_short", passage)


def _balanced(text: str) -> bool:
    """Whether a stretch of text closes the quotation marks it opens, as a writer sees to."""
    depth = 0
    for char in text:
        depth += (char in "“«") - (char in "”»")
        if depth < 0:
            return False
    return depth == 0 and text.count('"') % 2 == 0


def _usable(passage: Passage) -> bool:
    """Long enough to quote, and without what only a reader of the source file can tell apart."""
    return len(plain(passage.text).split()) >= 6 and "http" not in passage.text and "](" not in passage.text


def _place(passage: Passage) -> str:
    """The locator without its page."""
    return re.sub(r",? pp?\. [\d-]+$", "", passage.locator)
