"""The objectives: titles of both texts, what is mapped to each, and which one a question asks for."""

from __future__ import annotations

import pytest

from assistant.errors import SourceError
from assistant.objectives import asked_by_number, load, mapped, match_objective, objective
from assistant.sources import overview
from tests.reading import OVERVIEW, corpus, source


def test_both_texts():
    assert [o.number for o in load()] == list(range(1, 24))
    assert [o.number for o in load() if o.zero_draft_title is None] == [23]
    assert [o.number for o in load() if o.retitled] == [3, 4, 10, 12, 13, 15, 17, 18, 21]


def test_zero_draft_titles_are_those_the_overview_prints():
    printed = overview.titles(source(OVERVIEW))
    assert set(printed) == set(range(1, 23)) - {8}
    for number, title in printed.items():
        ours = objective(number).zero_draft_title
        assert ours is not None
        assert ours.replace("-", "") == title.replace("-", "")


def test_mapped():
    counts = {o.number: len(mapped(corpus(), o.number)) for o in load()}
    assert sum(counts.values()) == 56
    assert {n for n, count in counts.items() if not count} == {8, 23}
    assert [p.locator for p in mapped(corpus(), 6)] == ["Objective 6, p. 3", "Objective 6, p. 3"]


@pytest.mark.parametrize("number", [8, 23])
def test_holes_are_named(number: int):
    note = objective(number).note
    assert note is not None
    assert f"{number}" in note
    assert "no entry" in note
    assert note in objective(number).caveats


def test_retitled_objectives_say_so():
    caveats = " ".join(objective(12).caveats)
    assert "status determination" in caveats
    assert "screening, assessment and referral" in caveats
    assert objective(6).caveats == ()


QUESTIONS = [
    ("objective 6", 6),
    ("What has been said on Objective 18, and by whom?", 18),
    ("Obj. 20", 20),
    ("objectif 12", 12),
    ("objetivo 3", 3),
    ("GCM objective #9", 9),
    ("objective 2.18.d", 2),
    ("6", 6),
    ("#23", 23),
    ("0", None),
    ("24", None),
    ("objective 24", None),
    ("objectives 2 and 5", None),
    ("Objective 5; see also Objective 6", None),
    ("Manage borders in an integrated, secure and coordinated manner", 11),
    ("strengthen procedures and mechanism for status determination", 12),
    ("Certainty and predictability in migration procedures for screening, assessment and referral", 12),
    ("Use immigration detention only as a measure of last resort and work towards alternatives", 13),
    ("Provide access to basic social services for migrants: who said what?", 15),
    ("Collect and utilize accurate and disaggregated data as a basis for evidencebased policies", 1),
    ("missing migrants", 8),
    ("Remittances", 20),
    ("ethical recruitment", 6),
    ("International cooperation", 23),
    ("ethical recruitment of nurses", None),
    ("how do remittances help families?", None),
    ("", None),
    ("?!", None),
    # French
    ("Objectif 20", 20),
    ("l’objectif n° 20", 20),
    ("Que dit le corpus sur l’objectif 6 ?", 6),
    ("envois de fonds", 20),
    ("Envois de fonds ?", 20),
    ("recrutement éthique", 6),
    ("recrutement ethique", 6),
    ("Munir tous les migrants d'une preuve d'identite legale et de papiers adequats", 4),
    ("Objectif : rendre les envois de fonds plus rapides, plus sûrs et moins coûteux, et favoriser l’inclusion "
     "financière des migrants", 20),
    ("Assurer l’accès des migrants aux services de base : qui a dit quoi ?", 15),
    ("objectifs 6 et 18", None),
    ("recrutement éthique des infirmières", None),
    ("Comment les envois de fonds aident-ils les familles ?", None),
    ("Quelles données faut-il sur les travailleurs saisonniers ?", None),
    ("accès des migrants aux soins de santé", None),
    ("frontières et droits de l’homme", None),
    # Spanish
    ("objetivo 20", 20),
    ("el objetivo n.º 20", 20),
    ("¿Qué dice el corpus sobre el objetivo 18?", 18),
    ("remesas", 20),
    ("¿Remesas?", 20),
    ("contratacion etica", 6),
    ("Velar porque todos los migrantes tengan pruebas de su identidad jurídica y documentación adecuada", 4),
    ("Gestionar las fronteras de manera integrada, segura y coordinada", 11),
    ("objetivos 6 y 18", None),
    ("contratación ética de enfermeras", None),
    ("¿Cómo ayudan las remesas a las familias?", None),
    ("acceso de los migrantes a la justicia", None),
    ("datos y fronteras", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "number"), QUESTIONS, ids=[f"{n}-{q[0][:30]}" for n, q in enumerate(QUESTIONS)]
)
def test_which_objective_a_question_asks_for(question: str, number: int | None):
    assert match_objective(question) == number


ALONE = [
    ("6", 6), ("Objective 6?", 6), ("GCM objective #9", 9), ("obj. 18", 18), ("24", None),
    ("remittances", None), ("objective 6 and nurses", None), ("", None),
    ("l’objectif 20", 20), ("Objectif n° 6 ?", 6), ("el objetivo 20", 20), ("¿Objetivo 20?", 20), ("no 30", None),
]  # fmt: skip


@pytest.mark.parametrize(("question", "number"), ALONE, ids=[q or "empty" for q, _ in ALONE])
def test_a_number_and_nothing_else(question: str, number: int | None):
    assert asked_by_number(question) == number


def test_every_title_and_alias_leads_home_and_no_alias_to_two():
    for o in load():
        assert len(o.translations) == 2
        for name in (*o.asked_titles, *o.aliases):
            assert match_objective(name) == o.number, name
            assert match_objective(name.upper()) == o.number, name


def test_no_such_objective():
    with pytest.raises(SourceError, match="There is no objective 24: the adopted Compact has 1 to 23"):
        objective(24)
