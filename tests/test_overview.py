"""The GFMD overview of the Zero Draft: its entries, its 56 citations, what they point at."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from assistant.errors import SourceError
from assistant.model import Mapping, Passage, Source
from assistant.sources import overview, overview_links
from assistant.sources.wording import compare, wording
from tests.reading import OVERVIEW, RECOLLECTION, local, passage, source, unread

MAPPINGS = [p for p in source(OVERVIEW).passages if p.mapping is not None]


def mapping(p: Passage) -> Mapping:
    assert p.mapping is not None
    return p.mapping


def test_counts():
    read = source(OVERVIEW)
    assert len(read.pages) == 8
    assert read.remarks == ("The overview has no entry for objective 8.",)
    assert len(MAPPINGS) == 56
    assert {mapping(p).objective for p in MAPPINGS} == set(range(1, 23)) - {8}
    sections = [p for p in read.passages if p.kind == "section"]
    assert [local(p) for p in sections] == ["intro.1", *(f"o{n}.intro.1" for n in range(1, 23) if n != 8)]
    in_prose = [p for p in MAPPINGS if any(s.spans[0][0] <= p.spans[0][0] < s.spans[0][1] for s in sections)]
    assert [local(p) for p in in_prose] == ["o9.m1", "o18.m1", "o22.m1"]


def test_how_the_citations_match():
    assert Counter(mapping(p).match for p in MAPPINGS) == {
        "verbatim": 29, "part": 11, "cut": 5, "reworded": 3, "merged": 4, "paraphrase": 3, "none": 1,
    }  # fmt: skip


TARGETS = [
    ("o1.m1", "cut", ["c3.1.po.3"]),
    ("o3.m1", "verbatim", ["c1.1.opa.2"]),
    ("o6.m1", "part", ["c2.2.po.1"]),
    ("o9.m1", "paraphrase", ["c6.2.po.4"]),
    ("o10.m1", "reworded", ["c6.1.po.4"]),
    ("o10.m3", "none", []),
    ("o11.m2", "cut", ["c3.4.po.1"]),
    ("o12.m2", "merged", ["c6.3.po.1", "c6.3.opa.1"]),
    ("o15.m1", "verbatim", ["c2.1.opa.2"]),
    ("o16.m2", "reworded", ["c2.3.po.5"]),
    ("o18.m1", "paraphrase", ["c2.3.po.5", "c2.3.po.1"]),
    ("o19.m3", "merged", ["c4.3.opa.1", "c4.3.opa.3"]),
    ("o19.m5", "reworded", ["c4.4.po.1"]),
    ("o20.m1", "merged", ["c4.2.po.2", "c4.2.opa.1"]),
    ("o20.m2", "merged", ["c4.2.po.3", "c4.2.opa.2"]),
    ("o22.m1", "paraphrase", ["c4.2.po.3", "c4.5.po.2"]),
]


@pytest.mark.parametrize(("name", "match", "targets"), TARGETS, ids=[row[0] for row in TARGETS])
def test_targets(name: str, match: str, targets: list[str]):
    found = mapping(passage(OVERVIEW, name))
    assert found.match == match
    assert found.targets == tuple(f"{RECOLLECTION}/{t}" for t in targets)


REMARKS = [
    (
        "o1.m1",
        "the Recollection also has “such as the Regional Consultative Processes on Migration (RCPs)”",
    ),
    ("o10.m1", "punctuation only"),
    ("o10.m3", "No option of the Recollection has this wording"),
    ("o11.m1", "“appropriate”"),
    ("o11.m2", "“States have the sovereign right to determine which non-nationals may enter"),
    ("o12.m2", "Joins the wording of 2 options"),
    ("o16.m2", "“increate” for “increase”"),
    ("o19.m5", "“Extend” for “Expand”"),
    ("o20.m1", "Labelled PO, but part of it is Cluster 4, OPA, p. 31"),
    ("o20.m2", "Labelled PO, but part of it is Cluster 4, OPA, p. 31"),
    ("o22.m1", "p. 32 is a wrong page for Cluster 4, PO, p. 35"),
]


@pytest.mark.parametrize(("name", "words"), REMARKS, ids=[row[0] for row in REMARKS])
def test_remarks(name: str, words: str):
    assert words in " ".join(passage(OVERVIEW, name).remarks)


def test_faithful_citations_carry_no_remark():
    for p in MAPPINGS:
        assert bool(p.remarks) == (mapping(p).match not in ("verbatim", "part")), p.id


PRINTED = [
    ("o1.m1", "Objective 1, p. 1", "Strengthen regional partnerships", "(GCM Cluster 3, PO, p.23)."),
    ("o4.m2", "Objective 4, p. 3", "Strengthen and improve systems", "(GCM Cluster 6, OPA, p.48)."),
    ("o11.m1", "Objective 11, pp. 4-5", "Adopt concrete measures", "(GCM Cluster 1, OPA, p.9)."),
    (
        "o12.m1",
        "Objective 12, p. 5",
        "Recognize the increasingly",
        "and protection. (GCM Cluster 6, PO, p.46).",
    ),
    ("o12.m2", "Objective 12, p. 5", "Develop effective mechanisms", "(GCM Cluster 6, PO and OPA, p.48)."),
    ("o15.m1", "Objective 15, p. 6", "Promote programs", "(GCM Cluster 2, OPA, p.16)."),
    ("o15.m2", "Objective 15, p. 6", "Promote one-stop-shops", "(GCM Cluster 2, OPA, p.16)."),
    ("o18.m1", "Objective 18, p. 6", "The GFMD recommended to promote", "(GCM Cluster 2, PO, p.18)."),
    ("o18.intro.1", "Objective 18, pp. 6-7", "The GFMD recommended", "to improve employability”."),
    ("o21.m2", "Objective 21, p. 8", "Ensure reintegration", "(GCM Cluster 2, OPA, p.19)."),
    ("o21.m3", "Objective 21, p. 8", "Enhance interstate", "(GCM Cluster 5, PO, p. 40)."),
    ("o22.m1", "Objective 22, p. 8", "The GFMD Thematic Recollection also", "(GCM Cluster 4, PO, p.32)."),
    (
        "intro.1",
        "Introduction, p. 1",
        "On 5 February 2018, the Global Compact",
        "contribution to the GCM process.",
    ),
]


@pytest.mark.parametrize(("name", "locator", "start", "end"), PRINTED, ids=[row[0] for row in PRINTED])
def test_printed(name: str, locator: str, start: str, end: str):
    found = passage(OVERVIEW, name)
    assert found.locator == locator
    assert found.text.startswith(start)
    assert found.text.endswith(end)


def test_each_bullet_holds_one_citation_and_no_lost_text():
    for p in MAPPINGS:
        assert len(overview.CITATION.findall(p.text)) == 1, p.id
        assert p.text[0].isupper()
    left = unread(source(OVERVIEW))
    text = " ".join(left)
    headings = re.findall(r"Objective \d+: [^.]+\.", text)
    assert len(headings) == 21
    for heading in headings:
        text = text.replace(heading, "")
    title = "GFMD THEMATIC RECOLLECTION IN THE ZERO DRAFT OF THE GLOBAL COMPACT FOR SAFE, ORDERLY AND REGULAR"
    assert " ".join(text.split()) == f"{title} MIGRATION GCM ACTIONABLE COMMITMENTS"


def test_kind_and_page_as_printed():
    kinds = Counter(mapping(p).cited_kind for p in MAPPINGS)
    assert kinds["PO and OPA"] == 1
    assert set(kinds) == {"PO", "OPA", "PO and OPA"}
    assert mapping(passage(OVERVIEW, "o22.m1")).cited_page == 32


# --- what the Recollection learns -------------------------------------------------------------------------

BOTH_EDITIONS = [
    ("c1.1.opa.1", (11,), (9,)),
    ("c2.1.opa.2", (3, 15), (16,)),
    ("c2.3.po.5", (16, 18), (18,)),
    ("c3.3.opa.2", (1, 3), (27,)),
    ("c4.2.po.3", (20, 22), (32,)),
    ("c4.5.po.2", (22,), ()),
    ("c6.2.po.4", (9,), (47,)),
    ("c6.3.opa.1", (4, 7, 12), (48,)),
    ("c6.3.opa.2", (14,), (49,)),
]


@pytest.mark.parametrize(
    ("name", "objectives", "pages"), BOTH_EDITIONS, ids=[row[0] for row in BOTH_EDITIONS]
)
def test_options_know_who_cites_them(name: str, objectives: tuple[int, ...], pages: tuple[int, ...]):
    option = passage(RECOLLECTION, name)
    assert option.objectives == objectives
    assert option.other_edition_pages == pages
    assert {int(c.partition("/o")[2].partition(".")[0]) for c in option.cited_by} == set(objectives)


def test_other_editions_pages_never_run_behind_and_never_decrease():
    cited = [p for p in source(RECOLLECTION).passages if p.other_edition_pages]
    pages = [page for p in cited for page in p.other_edition_pages]
    assert pages == sorted(pages)
    for p in cited:
        assert p.page_start is not None
        assert all(0 <= page - p.page_start <= overview_links.PAGES_AHEAD for page in p.other_edition_pages)


def test_every_target_exists_and_knows_its_mapping():
    options = {p.id: p for p in source(RECOLLECTION).passages}
    for p in MAPPINGS:
        for target in mapping(p).targets:
            assert p.id in options[target].cited_by


# --- planted differences ----------------------------------------------------------------------------------

OPTIONS = [
    "Promote fair recruitment in the health sector, and inform migrants of their rights.",
    "Lower the costs of transferring remittances through competition between providers.",
    "Promote fair recruitment, in all sectors.",
]
PLANTED = [
    ("Promote fair recruitment in the health sector, and inform migrants of their rights", "verbatim", (0,)),
    (
        "Promote fair recruitment in the health sec- tor, and inform migrants of their rights",
        "verbatim",
        (0,),
    ),
    ("Promote fair recruitment in the health sector and inform migrants of their rights", "reworded", (0,)),
    ("Promote fair recruitment in the health sector", "part", (0,)),
    ("Promote fair recruitment and inform migrants of their rights", "cut", (0,)),
    ("Promote fair recruitment in the care sector, and inform migrants of their rights", "reworded", (0,)),
    ("Inform migrants of their rights and lower the costs of transferring remittances", "merged", (0, 1)),
    ("Open consulates that issue travel documents to nationals abroad", "none", ()),
    ("Promote fair trade", "none", ()),
]


@pytest.mark.parametrize(
    ("text", "match", "options"), PLANTED, ids=[f"{n}-{row[1]}" for n, row in enumerate(PLANTED)]
)
def test_comparing_wordings(text: str, match: str, options: tuple[int, ...]):
    found = compare(wording(text), [wording(o) for o in OPTIONS], [range(len(OPTIONS))], prose=False)
    assert (found.match, found.options) == (match, options)


def test_a_dropped_not_is_never_verbatim():
    option = wording("Ensure that irregular migration is not criminalized.")
    found = compare(wording("Ensure that irregular migration is criminalized"), [option], [[0]], prose=False)
    assert found.match == "cut"
    assert "not" in found.differs


def test_an_unknown_form_of_citation_is_an_error():
    read = source(OVERVIEW)
    text = read.text.replace("(GCM Cluster 3, PO, p.25)", "(GCM Cluster 3, policy option, p.25)")
    with pytest.raises(
        SourceError, match=r"expected only citations of the form .* found “\(GCM Cluster 3, policy"
    ):
        overview.read(read.document, text)


def test_a_document_without_objectives_is_an_error():
    with pytest.raises(SourceError, match="expected headings of the form"):
        overview.read(source(OVERVIEW).document, "Some other text.\n")


def test_a_citation_of_a_wrong_page_is_not_offered_as_the_other_editions():
    read: Source = source(OVERVIEW)
    fresh = overview.read(
        read.document, read.text.replace("(GCM Cluster 5, PO, p.40)", "(GCM Cluster 5, PO, p.31)", 1)
    )
    plain = replace(
        source(RECOLLECTION),
        passages=tuple(
            replace(p, objectives=(), cited_by=(), other_edition_pages=())
            for p in source(RECOLLECTION).passages
        ),
    )
    linked, options = overview_links.link(fresh, plain)
    wrong = next(p for p in linked.passages if local(p) == "o2.m1")
    assert "p. 31 is a wrong page" in " ".join(wrong.remarks)
    assert next(p for p in options.passages if local(p) == "c5.1.po.2").other_edition_pages == ()
