"""The Recollection's passages: counts, spans, pages, links, names, and the overview as an outside witness."""

import re
import time
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ProblemsError
from assistant.model import Document
from assistant.sources.countries import countries, entities
from assistant.sources.recollection import footnotes, read
from assistant.sources.recollection_blocks import blocks
from assistant.sources.recollection_units import addresses
from assistant.text import cut, fold

CORPUS = Path(__file__).parent.parent / "corpus"
ID = "gfmd-thematic-recollection-2017"
ENTRY = next(
    d for d in tomllib.loads((CORPUS / "manifest.toml").read_text("utf-8"))["document"] if d["id"] == ID
)
DOCUMENT = Document(**{**ENTRY, "languages": tuple(ENTRY["languages"])})
TEXT = (CORPUS / ENTRY["file"]).read_bytes().decode("utf-8")
SOURCE = read(DOCUMENT, TEXT)
BY_ID = {p.id.removeprefix(f"{ID}/"): p for p in SOURCE.passages}
UNITS = [p for p in SOURCE.passages if p.kind != "section"]
IDS = list(BY_ID)


def test_206_units():
    assert Counter(p.kind for p in UNITS) == {
        "policy_option": 71,
        "practical_action": 77,
        "practice_example": 58,
    }
    assert len(BY_ID) == len(SOURCE.passages)


def test_units_by_cluster_and_subtheme():
    subthemes = {1: 3, 2: 4, 3: 4, 4: 5, 5: 2, 6: 3}
    assert {(p.cluster, p.subtheme) for p in UNITS} == {
        (c, s) for c, n in subthemes.items() for s in range(1, n + 1)
    }
    for p in UNITS:
        cluster, subtheme = p.heading_path
        assert cluster.startswith(f"{p.cluster}. ")
        assert subtheme.startswith(f"({p.subtheme}) ")


@pytest.mark.parametrize("local", IDS)
def test_a_passage_is_its_spans_on_its_pages(local):
    p = BY_ID[local]
    assert fold(cut(TEXT, p.spans), markdown=True) == p.text
    assert p.text
    assert "*" not in p.text
    pages_of = [
        page.number
        for page in SOURCE.pages
        if any(TEXT[max(a, page.start) : min(b, page.end)].strip() for a, b in p.spans)
    ]
    assert pages_of == list(range(p.page_start, p.page_end + 1))
    where = f"p. {p.page_start}" if p.page_start == p.page_end else f"pp. {p.page_start}-{p.page_end}"
    assert p.locator.endswith(where)


def test_nothing_of_the_document_is_lost_or_taken_twice():
    in_blocks, in_passages = [0] * len(TEXT), [0] * len(TEXT)
    furniture = set()
    for b in blocks(TEXT):
        for i in range(b.lead, b.end):
            in_blocks[i] += 1
            if i < b.start or b.kind not in ("item", "subitem", "paragraph", "note"):
                furniture.add(i)
    for p in SOURCE.passages:
        for start, end in p.spans:
            for i in range(start, end):
                in_passages[i] += 1
    for i, char in enumerate(TEXT):
        if not char.isspace():
            assert in_blocks[i] == 1, TEXT[i : i + 40]
            assert in_passages[i] == (i not in furniture), TEXT[i : i + 40]


def test_three_options_run_over_two_pages():
    across = {i: p.locator for i, p in BY_ID.items() if p.kind != "section" and p.page_start != p.page_end}
    assert across == {
        "c1.3.opa.1": "Cluster 1, OPA, pp. 11-12",
        "c3.3.po.3": "Cluster 3, PO, pp. 25-26",
        "c6.3.po.1": "Cluster 6, PO, pp. 46-47",
    }
    assert "adopt well-balanced policies to foster tolerance" in BY_ID["c1.3.opa.1"].text
    assert [len(BY_ID[i].spans) for i in across] == [2, 2, 2]
    assert not any("gfmd.org/pfp" in cut(TEXT, BY_ID[i].spans) for i in across)


def test_prose_over_a_page_break_is_one_passage_without_the_running_header():
    across = [i for i, p in BY_ID.items() if p.kind == "section" and p.page_start != p.page_end]
    assert across == [
        "i.5", "c1.intro.3", "c2.intro.16", "c3.intro.5", "c6.intro.4",
        "iii.4", "iii.3.1", "iii.3.13", "iv.6",
    ]  # fmt: skip
    assert "in the 2030 Agenda for Sustainable Development and in the GCM. Finally" in BY_ID["iii.4"].text
    assert "Global Compact on Refugees and the Global Compact on safe" in BY_ID["iv.6"].text
    assert not any("Provide feedback" in p.text for p in SOURCE.passages)


def test_the_census_action_with_its_five_items_is_one_unit():
    census = BY_ID["c3.2.opa.1"]
    assert [f"{n}) " in census.text for n in range(1, 6)] == [True] * 5
    assert "Policy to: 1) Ask basic census questions" in census.text
    assert census.notes == (81, 82)
    assert BY_ID["c3.2.opa.2"].text.startswith("Set up a fund")


@pytest.mark.parametrize(
    ("local", "locator", "opens"),
    [
        ("i.5", "Section I, pp. 4-5", "Substance: Since its inception"),
        ("ii.1", "Section II, p. 7", "The thematic recollection uses"),
        ("c2.intro.1", "Cluster 2, Introduction, p. 13", "Since the 2006 High Level Dialogue"),
        ("c2.2.opa.1", "Cluster 2, OPA, p. 17", "Develop codes of fair and ethical recruitment"),
        ("c2.2.ex.1", "Cluster 2, Example, p. 17", "The UK Code of Practice for the Ethical Recruitment"),
        ("c5.1.po.1", "Cluster 5, PO, p. 38", "Promote greater cross-sector"),
        ("c5.1.opa.3", "Cluster 5, OPA, p. 39", "Promote training of emergency responders"),
        ("iii.1.1", "Section III, p. 49", "As an informal forum"),
        ("iv.11", "Section IV, p. 54", "Against the backdrop"),
        ("note.3", "note 3, p. 4", "In a statement delivered"),
    ],
)  # fmt: skip
def test_known_places(local, locator, opens):
    assert BY_ID[local].locator == locator
    assert BY_ID[local].text.startswith(opens)


def test_focus_areas_look_like_options_and_are_not():
    focus = [p for p in SOURCE.passages if p.topic == "focus area"]
    assert Counter(p.cluster for p in focus) == {1: 3, 2: 4, 3: 4, 4: 5, 5: 2, 6: 3}
    assert {p.kind for p in focus} == {"section"}


def test_certainty_shows_where_a_page_depends_on_a_judged_boundary():
    uncertain = {i.rsplit(".", 1)[0] for i, p in BY_ID.items() if p.page_certain is False}
    assert uncertain == {"c1.1.opa", "c3.1.opa", "c3.4.opa", "c5.1.opa", "c6.2.opa", "c5.intro"}
    assert [i for i in IDS if i.startswith("c5.intro") and not BY_ID[i].page_certain] == [
        "c5.intro.12",
        "c5.intro.13",
    ]
    assert sum(p.page_certain is False for p in SOURCE.passages) == 26
    assert all(p.page_certain in (True, False) for p in SOURCE.passages)


def test_every_example_has_the_links_of_its_notes():
    notes = footnotes(TEXT)
    for p in UNITS:
        assert p.links == tuple(dict.fromkeys(u for n in p.notes for u in notes[n].urls))
        if p.kind == "practice_example":
            assert any(re.search(r"gfmd\.org/pfp/ppd/\d+$", url) for url in p.links), p.id
    assert BY_ID["c2.2.ex.1"].links == ("http://gfmd.org/pfp/ppd/470",)
    assert BY_ID["c4.2.ex.1"].notes == (104, 105, 106)


def test_notes_31_and_32_are_flagged():
    remark = "Notes 31 and 32 of the source carry the same link; probably a slip in the source."
    assert [i for i, p in BY_ID.items() if remark in p.remarks] == [
        "c1.2.ex.2",
        "c1.3.ex.1",
        "note.31",
        "note.32",
    ]
    assert remark in SOURCE.remarks


def test_oddities_are_remarked_where_they_stand():
    assert "has set up to collect" in BY_ID["c6.3.ex.1"].remarks[0]
    assert {i for i, p in BY_ID.items() if any("refugeemigrants" in r for r in p.remarks)} == {
        "note.99",
        "note.100",
    }
    assert any("forced/crisis migration" in r for r in SOURCE.remarks)
    assert any("running header on p. 48, 49, 50, 51, 52" in r for r in SOURCE.remarks)
    assert any("10, 23, 28, 38, 39, 46" in r for r in SOURCE.remarks)


def test_footnotes_are_within_reach():
    notes = footnotes(TEXT)
    assert list(notes) == list(range(1, 169))
    assert notes[3].page == 4
    assert notes[3].text.endswith(
        "the United States of America indicated their reservation against the document."
    )
    assert notes[54].urls == ("http://gfmd.org/pfp/ppd/470",)
    assert [p.id.rpartition(".")[2] for p in SOURCE.passages if p.topic == "footnote"] == [
        str(n) for n in notes
    ]
    assert BY_ID["note.3"].heading_path == ("I. Introduction",)


@pytest.mark.parametrize(
    ("number", "urls"),
    [
        (13, 0), (14, 2), (17, 1), (30, 1), (39, 2), (41, 1), (143, 2), (144, 1), (167, 0),
    ],
)  # fmt: skip
def test_addresses_of_awkward_notes(number, urls):
    note = footnotes(TEXT)[number]
    assert len(note.urls) == urls
    assert not any(url.endswith((".", ";", ">", "]")) for url in note.urls)


def test_an_address_with_brackets_is_kept_whole():
    assert "http://undocs.org/A/RES/217(III)" in footnotes(TEXT)[14].urls


@given(st.sampled_from(["http://a.org/b", "https://c.d/e?f=g:0::H", "http://x.org/y(Z)"]))
def test_an_address_is_read_in_every_way_it_is_printed(url):
    assert addresses(f"¹ See <{url}>.") == (url,)
    assert addresses(f"¹ See {url}.") == (url,)
    assert addresses(f"¹ See [{url}.]({url}), p. 3") == (url,)


@pytest.mark.parametrize(
    ("local", "named"),
    [
        ("c1.2.ex.1", ("Guatemala", "IOM")),
        ("c2.1.ex.1", ("Permanent Migratory Statutes", "Peru", "Colombia", "Venezuela")),
        ("c3.1.ex.4", ("Migration Impacts Forum", "United Kingdom")),
        ("c4.5.ex.2", ("Sweden",)),
        ("c6.1.ex.2", (
            "Manila Declaration to Enhance International Cooperation in Combating Human Trafficking",
            "Philippines", "Netherlands",
        )),
        ("c6.2.ex.2", (
            "Australia-Asia Program to Combat Trafficking in Persons (AAPTIP)", "Australia", "ASEAN",
        )),
        ("note.3", ("United States of America",)),
    ],
)  # fmt: skip
def test_entities(local, named):
    assert BY_ID[local].entities == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Niger and Nigeria", ("Niger", "Nigeria")),
        ("Papua New Guinea, Guinea-Bissau", ("Papua New Guinea", "Guinea-Bissau")),
        ("in Spanish: Oficial", ()),
        ("the Spanish government", ("Spain",)),
        ("South Africa and the South African framework", ("South Africa",)),
        ("islands of the Indian Ocean; Maliki", ()),
        ("ILO and the International Labour Organization", ("ILO",)),
        ("Mexico's law", ("Mexico",)),
        ("", ()),
    ],
    ids=str,
)
def test_the_gazetteer_keeps_to_whole_names(text, named):
    assert entities(text) == named


@given(st.sampled_from(countries()))
def test_every_country_is_found_in_a_sentence(name):
    assert entities(f"The government of {name}, with others,") == (name,)


def test_misplaced_blocks_are_reported_with_their_line():
    altered = TEXT.replace("\n- Promote regular immigration", "\nPromote regular immigration")
    with pytest.raises(ProblemsError, match=r"line \d+: expected one item for each policy_option"):
        read(DOCUMENT, altered)


def test_reading_is_fast():
    best = 1.0
    for _ in range(3):
        started = time.perf_counter()
        read(DOCUMENT, TEXT)
        best = min(best, time.perf_counter() - started)
    assert best < 0.15


OVERVIEW = fold((CORPUS / "gfmd-zero-draft-overview-2018.txt").read_text("utf-8"))
CITATION = re.compile(r"\(GCM Cluster (\d), ([APO and]+), p\. ?(\d+)\)")


def letters(text: str) -> str:
    """Lower-case letters only: the overview lost hyphens and changed quotation marks."""
    return "".join(c for c in text.lower() if c.isalpha())


def cited() -> list[tuple[str, int]]:
    """(local id, page in the overview's edition) of each citation whose last words stand in one unit."""
    made, end = [], 0
    for m in CITATION.finditer(OVERVIEW):
        tail = letters(OVERVIEW[end : m.start()])[-45:]
        end = m.end()
        fits = [
            i
            for i, p in BY_ID.items()
            if p.kind != "section" and p.cluster == int(m[1]) and tail in letters(p.text)
        ]
        if len(fits) == 1 and (fits[0], int(m[3])) != ("c4.5.po.2", 32):  # objective 22's page is an error
            made.append((fits[0], int(m[3])))
    return made


def test_the_overviews_pages_bear_ours_out():
    found = cited()
    assert len(found) >= 40
    allowed = {1: {0}, 2: {0, 1}, 3: {1}, 4: {1}, 5: {1, 2}, 6: {1, 2}}
    for local, page in found:
        unit = BY_ID[local]
        offsets = {page - unit.page_start, page - unit.page_end}
        assert offsets & allowed[unit.cluster], (local, page, unit.locator)
    order = {local: n for n, local in enumerate(IDS)}
    in_order = [page for _, page in sorted((order[local], page) for local, page in found)]
    assert in_order == sorted(in_order)
