"""What retrieval does beyond its figures: filters in a large store, refusals, and questions that name an objective."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant import briefing, evidence
from assistant.elsewhere import Elsewhere
from assistant.errors import StoreError, UsageError
from assistant.library import Library
from assistant.retrieval import Filters

RECOLLECTION = "gfmd-thematic-recollection-2017"
BRIEF = "gfmd-dialogue-cluster6-session-brief-2017"
NARROW = {
    "a rare kind": Filters(kinds=("guiding_question",)),
    "a small document": Filters(documents=(BRIEF,)),
    "a cluster": Filters(clusters=(4,)),
    "a kind of a document": Filters(kinds=("practice_example",), documents=(RECOLLECTION,)),
    "what experts mapped to an objective": Filters(objectives=(20,)),
    "an objective and a kind": Filters(objectives=(22,), kinds=("policy_option",)),
}


@pytest.fixture
def as_if_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is searched as a large one: by the graph, few candidates of each search."""
    monkeypatch.setattr(evidence, "EXACT_UP_TO", 0)
    monkeypatch.setattr(evidence, "CANDIDATES", 40)


@pytest.mark.parametrize("filters", NARROW.values(), ids=NARROW.keys())
@pytest.mark.parametrize("question", ["ethical recruitment", "cheaper transfer of remittances"])
def test_a_filter_leaves_the_best_of_what_meets_it_even_in_a_large_store(
    built_store: Library, question: str, filters: Filters, as_if_large: None
) -> None:
    narrowed = [hit.passage.id for hit in built_store.retriever.search(question, 5, filters).hits]
    evidence.EXACT_UP_TO = 10**9
    every = [hit.passage.id for hit in built_store.retriever.search(question, 40, filters).hits]
    assert set(narrowed) <= set(every)
    assert set(every[:2]) <= set(narrowed)


def test_an_objective_is_searched_by_what_it_covers_and_its_plain_name_by_itself(
    built_store: Library,
) -> None:
    def order(question: str, contents: bool) -> list[str]:
        given = built_store._contents(20) if contents else None
        return [p.id for p in built_store.retriever.rank(question, Filters(), given).passages[:20]]

    title = built_store.objectives[20].adopted_title
    for asked, sought, contents in (
        (title, title, True),
        ("Objective 20", title, True),
        ("remittances", "remittances", False),
    ):
        found = [p.id for p in built_store._rank(asked, None).passages[:20]]
        assert found == order(sought, contents), asked
        assert found != order(sought, not contents), asked


@pytest.mark.parametrize("question", ["Objective 24", "objectif 99", "#0"])
def test_a_number_no_objective_has_is_told(built_store: Library, question: str) -> None:
    with pytest.raises(UsageError, match="There is no objective"):
        built_store.search(question)


def test_several_objectives_in_one_question_are_told(
    built_store: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(built_store, "warn", told.append)
    built_store.search("Objectives 5 and 6")
    assert len(told) == 1
    assert "names 2 objectives" in told[0]
    built_store.search("Objective 5")
    assert len(told) == 1


def test_a_store_without_what_every_store_has_is_told(built_store: Library) -> None:
    elsewhere = Elsewhere(built_store._store.catalogue.needed_extra, built_store.embedder.dimensions)
    vector = built_store.embedder.embed(["recruitment"])[0]
    found = elsewhere.nearest(vector, "fr")
    assert -1 < found.elsewhere < 1
    assert -1 < found.neighbouring < 1
    with pytest.raises(StoreError, match="index build --force"):
        elsewhere.nearest(vector, "xx")


ABSENT = {
    # question -> the words that no passage has, and whether the answer is weak
    "a name no passage has": ("missing migrants in the Mediterranean", ("Mediterranean",), True),
    "a word asked in another form": ("guest workers", (), False),
    "a French word that the lexicon knows": ("envois de fonds", (), False),
    "a name that only the search notes have": ("reintegration of returnees in Togo", ("Togo",), True),
    "asking words are no subject": ("Please help us with wording on skills partnerships for tomorrow", (), False),
    "a word that stands nowhere": ("ethical recruitment of lamplighters", ("lamplighters",), True),
    "all in capitals": ("ETHICAL RECRUITMENT OF LAMPLIGHTERS", ("LAMPLIGHTERS",), True),
    "a number": ("ethical recruitment 1848", (), False),
}  # fmt: skip


@pytest.mark.parametrize(("question", "absent", "weak"), ABSENT.values(), ids=ABSENT.keys())
def test_what_stands_in_no_passage_is_told(
    built_store: Library, question: str, absent: tuple[str, ...], weak: bool
) -> None:
    answer = built_store.search(question, 3)
    assert answer.absent == absent
    assert (answer.abstained, answer.weak) == (False, weak)


def test_a_weak_brief_names_what_stands_in_no_passage(built_store: Library) -> None:
    question = "missing migrants in the Mediterranean"
    assert "In no passage: Mediterranean." in built_store.render(built_store.draft(question), "md").decode()
    french = built_store.render(built_store.draft(question, language="fr"), "md").decode()
    assert "Dans aucun passage\u00a0: Mediterranean." in french


def test_a_passage_that_only_announces_others_is_no_hit(built_store: Library) -> None:
    hits = built_store.search("common options for practical actions to fight human trafficking", 40).hits
    assert len(hits) > 20
    ends = [hit.passage for hit in hits if hit.passage.text.endswith(":")]
    assert "gfmd-zero-draft-overview-2018/o10.intro.1" not in {p.id for p in ends}
    assert all(". " in p.text for p in ends)


LANGUAGES = {
    # what tells the language: the question
    "en": ["UN migration pact", "tell us about visas", "red crescent", "EU blue card", "special rapporteur"],
    "fr": ["envois de fonds", "Que dit le pacte sur les visas ?", "droits des enfants migrants"],
    "es": ["remesas", "¿Qué dice el pacto sobre los visados?", "derechos de los niños migrantes"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "question"), [(language, q) for language, asked in LANGUAGES.items() for q in asked]
)
def test_the_language_of_a_question(built_store: Library, language: str, question: str) -> None:
    assert built_store.thesaurus.expand(question).language == language


def test_an_abbreviation_is_no_word_of_grammar(built_store: Library) -> None:
    found = {
        q: [t.matched for t in built_store.thesaurus.expand(q).terms]
        for q in ("the US position", "tell us the position")
    }
    assert "US" in found["the US position"]
    assert "us" not in found["tell us the position"]


MEANT = {
    # question -> what is searched first in English, in its language
    "traite": ("fr", "trafficking in persons"),
    "traité": ("fr", "agreement"),
    "trata": ("es", "trafficking in persons"),
    "regroupement familial": ("fr", "family reunification"),
}


@pytest.mark.parametrize(("question", "meant"), MEANT.items(), ids=MEANT)
def test_a_word_means_what_is_written(built_store: Library, question: str, meant: tuple[str, str]) -> None:
    expansion = built_store.thesaurus.expand(question)
    assert (expansion.language, expansion.terms[0].alternatives[0][0]) == meant


def test_page_furniture_is_no_hit(built_store: Library) -> None:
    hits = built_store.search(
        "disclaimer: opinions expressed, designations employed, frontiers or boundaries", 40
    ).hits
    assert not [hit for hit in hits if hit.passage.id.endswith("/disclaimer")]


def test_a_document_of_ones_own_does_not_silence_the_corpus(built_store: Library) -> None:
    ranking = built_store._rank("ethical recruitment", None)
    shipped = briefing._relevant(ranking, set(), 0.6)
    own = replace(ranking.passages[0], document="own-note", id="own-note/p.1")
    far_ahead = replace(
        ranking, passages=(own, *ranking.passages), scores=(5 * ranking.scores[0], *ranking.scores)
    )
    assert briefing._relevant(far_ahead, {"own-note"}, 0.6) == [own, *shipped]
