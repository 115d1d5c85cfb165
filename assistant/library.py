"""The library behind the command line and for other programs: open, search, draft, render, resolve, verify."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import corpus as corpora
from assistant import own_documents
from assistant.errors import UsageError
from assistant.resources import config_dir, shipped
from assistant.store import INDEX_VERSION, Identity, Store
from assistant.version import __version__
from assistant.workspace import Workspace, workspace

if TYPE_CHECKING:
    from assistant.adding import Report as Added
    from assistant.contents import Contents
    from assistant.corpus import Corpus
    from assistant.embeddings import Embedder
    from assistant.model import Answer, Brief, Document, Passage, Source
    from assistant.objectives import Objective
    from assistant.own_documents import Entry
    from assistant.retrieval import Filters, Ranking, Retriever
    from assistant.thesaurus import Thesaurus
    from assistant.verification import Note, Report

Progress = Callable[[int, str], Callable[[int], None]]
"""Given a total and a label, returns a function to call with the number of passages done."""


def _silent(_total: int, _label: str) -> Callable[[int], None]:
    return lambda _count: None


class Library:
    """A corpus with its store. Nothing is read before it is needed; the index is built when it is missing."""

    def __init__(
        self,
        *,
        corpus: str | None = None,
        store: str | None = None,
        embedder: Embedder | str | None = None,
        progress: Progress = _silent,
        warn: Callable[[str], None] = lambda _message: None,
    ) -> None:
        named = embedder if isinstance(embedder, str) else None
        self.workspace: Workspace = workspace(corpus, store, named)
        self._embedder = embedder
        self.progress = progress
        self.warn = warn

    # -- the corpus ------------------------------------------------------------------------------------------

    @cached_property
    def shipped(self) -> Corpus:
        """The shipped documents, read."""
        return corpora.load_shipped()

    @cached_property
    def own(self) -> tuple[Entry, ...]:
        """The user's own documents in this corpus, by id; from a server, brought here first."""
        if self.workspace.server:
            from assistant.store.server import pull

            pull(self.workspace)
        return own_documents.entries(self.workspace.documents)

    @cached_property
    def corpus(self) -> Corpus:
        """Every document read, with all passages. Raises SourceError if a file is missing or altered."""
        return self.shipped.merged(own_documents.sources(self.own)) if self.own else self.shipped

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The documents, proved to be the files they claim to be, without reading passages out of them."""
        folder = shipped("corpus")
        found = corpora.documents(folder)
        for document in found:
            corpora.proved(document, folder / document.file)
        return (*found, *(own_documents.prove(entry).document for entry in self.own))

    def former_sources(self) -> Iterator[Source]:
        """Former versions of the user's documents, so that a citation into one can be told as such."""
        return own_documents.former_sources(self.workspace.documents)

    def add(
        self, paths: Sequence[Path], told: Callable[[Added], None] = lambda _: None, **options: Any
    ) -> list[Added]:
        """Add files to this corpus; options as of :class:`assistant.adding.Options`. One report a file."""
        from assistant import adding

        return adding.add(self, paths, adding.Options(**options), told)

    def remove(self, ids: Sequence[str]) -> list[str]:
        """Take documents of the user's out of this corpus. Raises ProblemsError for ids that are none."""
        from assistant import adding

        return adding.remove(self, ids)

    def forget(self) -> None:
        """Read corpus and store anew at the next use, because they have changed."""
        for name in ("own", "corpus", "documents", "identity", "_store", "thesaurus", "retriever"):
            self.__dict__.pop(name, None)

    def document_ids(self, names: Sequence[str]) -> tuple[str, ...]:
        """The ids of documents named by id or the beginning of one. Raises UsageError for unknown names."""
        known = [d.id for d in self.documents]
        chosen: list[str] = []
        for name in names:
            fitting = [name] if name in known else [i for i in known if i.startswith(name)]
            if len(fitting) != 1:
                what = "several documents" if fitting else "no document"
                raise UsageError(f"--source {name!r} names {what}. There are: {', '.join(known)}.")
            chosen += fitting
        return tuple(chosen)

    def resolve(self, citation: str) -> tuple[Passage, ...]:
        """All passages that a citation as a person writes it fits: "Cluster 2, OPA, p. 17"; none if none does."""
        from assistant import citations

        return citations.find(citation, self.corpus)

    def verify(self, note: Path | str) -> Report:
        """What verification says of every quotation and citation of a note (md, txt, html, docx)."""
        from assistant import verification

        return self.check(verification.read_note(Path(note)))

    def check(self, note: Note) -> Report:
        """The same for a note already read; what stood in a former version of a document is told as such."""
        from assistant import verification
        from assistant.verification.former import with_former

        report = verification.check(note, self.corpus)
        return report if report.clean else with_former(report, note, self.corpus, self.former_sources())

    # -- the index -------------------------------------------------------------------------------------------

    @property
    def embedder(self) -> Embedder:
        """The embedder in use; the embedded default unless another was given."""
        if self._embedder is None:
            from assistant.embeddings import default_embedder

            self._embedder = default_embedder()
        elif isinstance(self._embedder, str):
            from assistant.embedders import load

            self._embedder = load(self._embedder)
        return self._embedder

    @cached_property
    def identity(self) -> Identity:
        """What a current store must have been built from."""
        return self.identity_of(self.documents)

    def identity_of(self, documents: Sequence[Document]) -> Identity:
        """What a store of these documents must have been built from."""
        return Identity(
            corpora.hash_of(documents), self.embedder.name, _hash_of_files(shipped("corpus"), *_INDEXED)
        )

    def build_index(self, *, force: bool = False) -> bool:
        """Bring the store in step with the corpus; whether anything was to do. ``force`` builds it anew."""
        from assistant import indexing

        self.__dict__.pop("_store", None)
        return indexing.build(self, force=force)

    def index_status(self) -> dict[str, Any]:
        """What is in the store and whether it is current, as plain values."""
        from assistant import indexing

        return indexing.status(self)

    @cached_property
    def _store(self) -> Store:
        """The store, built first if it is missing, stale or damaged."""
        from assistant import indexing

        return indexing.open_current(self)

    def thesaurus_entries(self, own: Path | None) -> list[dict[str, Any]]:
        """The entries of the shipped lexicon, with those of the user's file ``own`` if there is one."""
        from assistant.thesaurus import read

        return read(shipped("corpus") / "thesaurus", own)

    @cached_property
    def thesaurus(self) -> Thesaurus:
        """The lexicon: as prepared in the store, or with the user's own file if there is one."""
        from assistant.thesaurus import Thesaurus

        own = config_dir() / "thesaurus.toml"
        if os.path.lexists(own):
            return Thesaurus.prepare(self.thesaurus_entries(own))
        return Thesaurus(self._store.catalogue.extra)

    @cached_property
    def retriever(self) -> Retriever:
        """The retriever over this library's store. The model is loaded while the store is opened."""
        wait = self._loading
        try:
            return self._retriever()
        finally:
            wait()

    @cached_property
    def _loading(self) -> Callable[[], None]:
        """Loads the model in a thread, from when this is first looked at; to be called to wait for its end."""
        warm: Callable[[], Callable[[], None]] | None = getattr(self.embedder, "warm", None)
        return warm() if warm else lambda: None

    def _retriever(self) -> Retriever:
        from assistant.elsewhere import Elsewhere
        from assistant.known_questions import KnownQuestions
        from assistant.retrieval import Retriever

        catalogue, dimensions = self._store.catalogue, self.embedder.dimensions
        elsewhere = Elsewhere(catalogue.needed_extra, dimensions)
        known = KnownQuestions(catalogue.extra, dimensions)
        return Retriever(self._store, self.embedder, self.thesaurus, elsewhere, known)

    # -- questions -------------------------------------------------------------------------------------------

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> Answer:
        """The ``k`` best passages, k >= 1. Raises UsageError for an empty or overlong question."""
        ranking = self._rank(question, filters)
        return self.retriever.answer(ranking, k)

    def _rank(self, question: str, filters: Filters | None) -> Ranking:
        """A ranking; an objective named by number alone is searched by its titles."""
        from assistant.objectives import asked_by_number, asked_by_plain_name, match_objective, misasked
        from assistant.retrieval import Filters, clean_question

        asked = clean_question(question)
        if told := misasked(asked):
            self.warn(told)
        number = match_objective(asked)
        sought = asked
        if number is not None and asked_by_number(asked):
            sought = self.objectives[number].adopted_title
        contents = None if number is None or asked_by_plain_name(asked) else self._contents(number)
        ranking = self.retriever.rank(sought, filters or Filters(), contents)
        if contents is not None:
            shown = (*ranking.expansion.shown, f"the aspects of Objective {number}")
            ranking = replace(ranking, expansion=replace(ranking.expansion, shown=shown))
        return ranking if sought == asked else replace(ranking, question=asked)

    def _contents(self, number: int) -> Contents | None:
        """What this objective covers."""
        from assistant.contents import restore

        return restore(self._store.catalogue.extra, number, self.embedder.dimensions)

    @cached_property
    def objectives(self) -> dict[int, Objective]:
        """The objectives by number, 1 to 23."""
        from assistant.objectives import load

        return {objective.number: objective for objective in load()}

    def draft(
        self,
        question: str,
        *,
        template: str = "briefing-note",
        language: str = "en",
        per_section: int | None = None,
        filters: Filters | None = None,
        max_tokens: int | None = None,
    ) -> Brief:
        """The brief for a question, composed as the template asks; render it with :meth:`render`.

        ``max_tokens`` bounds the Markdown form in tokens of o200k_base: the weakest passages are left out.
        Raises TemplateError for an unknown or faulty template, UsageError for an unusable question.
        """
        from assistant.briefing import PER_SECTION, compose
        from assistant.budget import fit

        material, plan, certificate = self._material(question, template, filters, language, per_section)

        def make(count: int) -> Brief:
            return compose(material, plan, certificate, per_section=count, language=language)

        most = per_section or PER_SECTION
        if max_tokens is None:
            return make(most)
        brief, shown = fit(make, most, max_tokens, lambda brief: self.render(brief, "md").decode("utf-8"))
        if shown < most:
            from assistant.i18n import translator

            self.warn(
                translator(language)
                .gettext(
                    "--max-tokens {tokens} leaves at most {shown} passages a section, instead of {most}."
                )
                .format(tokens=max_tokens, shown=shown, most=most)
            )
        return brief

    def _material(
        self, question: str, template: str, filters: Filters | None, language: str, per_section: int | None
    ) -> tuple[Any, Any, Any]:
        from assistant.briefing import Material, Plan
        from assistant.model import Certificate, as_dict
        from assistant.objectives import match_objective
        from assistant.rendering.markdown import prepare
        from assistant.rendering.templates import load_template

        found = load_template(template)
        plan = Plan(found.name, found.sha256, found.header.layout, found.header.sections)
        wait = self._loading
        try:
            prepare(found)
            ranking = self._rank(question, filters)
        finally:
            wait()  # a process must not end while the model is being loaded
        number = match_objective(ranking.question)
        objective = self.objectives[number] if number else None
        mapped = self._mapped(number, filters) if number else ()
        documents = self._store.catalogue.documents()
        material = Material(
            ranking,
            {d.id: documents[d.id] for d in (*self.documents, *documents.values()) if d.id in documents},
            objective,
            mapped,
            self._store.catalogue.passages_by_id,
        )
        options: dict[str, Any] = {"template": template, "language": language}
        if per_section:
            options["limit"] = per_section
        if filters:
            options |= {k: v for k, v in as_dict(filters).items() if v}
        certificate = Certificate(
            self.identity.corpus_sha256,
            self.identity.embedder,
            INDEX_VERSION,
            plan.sha256,
            __version__,
            ranking.question,
            options,
        )
        return material, plan, certificate

    def _mapped(self, objective: int, filters: Filters | None) -> tuple[Passage, ...]:
        """The options the GFMD's experts mapped to an objective, in the order of the Recollection."""
        from assistant.retrieval import OPTION_KINDS, Filters, condition

        asked = filters or Filters()
        kinds = tuple(k for k in OPTION_KINDS if not asked.kinds or k in asked.kinds)
        if not kinds:
            return ()
        limited = replace(asked, kinds=kinds, objectives=(objective,))
        catalogue = self._store.catalogue
        return tuple(catalogue.passages(sorted(catalogue.eligible(*condition(limited)))).values())

    def render(self, brief: Brief, fmt: str = "md") -> bytes:
        """The brief as a file of this format (md, txt, html, docx, odt, pdf, json, csl-json)."""
        from assistant.rendering import render

        needs_corpus = fmt in {"html", "csl-json"}
        return render(brief, fmt, template=brief.template, corpus=self.corpus if needs_corpus else None)

    def render_terminal(self, brief: Brief, *, width: int = 80, ansi: bool = True) -> str:
        """The brief for a screen."""
        from assistant.rendering import render_terminal

        return render_terminal(brief, template=brief.template, width=width, ansi=ansi)


_INDEXED = (
    "manifest.toml",
    "search_notes.toml",
    "search_wordings.toml",
    "search_requests.toml",
    "thesaurus/*.toml",
    "elsewhere.toml",
    "neighbouring.toml",
    "objective_contents.toml",
    "known_questions.json",
)
"""Files of the project's own, beside the documents, that the index is made from."""


def _hash_of_files(folder: Path, *patterns: str) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for pattern in patterns for p in folder.glob(pattern)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
