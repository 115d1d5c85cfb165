"""Citations: every printed form reads back, what people write is read, and resolving never guesses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.citations import (
    Citation,
    documents_named,
    fits,
    label,
    parse,
    parse_all,
    resolve,
)

REC = "gfmd-thematic-recollection-2017"
HUB = "migration-network-hub-imrf-roundtable1-2022"
REPORT = "gfmd-dialogue-cluster6-summary-report-2017"

number = st.integers(1, 999)
item = st.none() | st.sampled_from(["a", "b", "c) (ii"])
# Names of documents as manifests hold them: a year or number keeps them apart from an author's name.
document = st.none() | st.sampled_from(
    [
        "GFMD Thematic Recollection 2017",
        "UN Migration Network Hub 2022",
        "Note on fees (draft 2), 2024",
        "My-note 7",
    ]
)
name = st.sampled_from(["Kate Barth", "Fambaye Ndoye", "Spanish Commis…", "Kristin Eitel, IOM", "José Núñez"])
years = st.none() | st.sampled_from(["2007; 2009; 2012", "2009; 2014-15", "2007"])
date = st.dates().filter(lambda d: d.year > 999).map(str)
words = st.text("abcé’-,", min_size=1, max_size=12).filter(lambda t: t.strip(",") == t)
heading = st.builds(
    "{} {} {}".format, words, words, st.just("") | st.sampled_from(["(a, b)", "“the c, Report” d", "(2)"])
).map(str.strip)


@st.composite
def pages(draw, *, printed: bool = True):
    first = draw(number)
    last = draw(st.none() | st.integers(first + 1, first + 9))
    form = draw(st.sampled_from(["none", "page", "both", "pdf", "label", "label and pdf", "two editions"]))
    if not printed and form == "two editions":
        form = "page"
    made: dict[str, object] = {}
    if form in {"page", "both", "two editions"}:
        made |= {"page": first, "page_end": last}
    if form in {"both", "pdf", "label and pdf"}:
        made |= {"pdf_page": first + 2, "pdf_page_end": None if last is None else last + 2}
    if form in {"label", "label and pdf"}:
        made["page_label"] = draw(st.sampled_from(["iv", "xii", "A-3", "12a"]))
        made["page_label_end"] = draw(st.none() | st.sampled_from(["vi", "A-4"]))
    if form == "two editions":
        made["other_page"] = first + 1
    return made


@st.composite
def citations(draw) -> Citation:  # noqa: C901, PLR0912 - one branch a form
    """Every form of a citation that a brief may print."""
    form = draw(
        st.sampled_from(
            [
                "option",
                "prose",
                "note",
                "objective",
                "rec",
                "question",
                "intro",
                "para",
                "para21",
                "post",
                "own",
                "cell",
            ]
        )
    )
    values: dict[str, object] = {"document": draw(document)}
    if form in {"option", "prose"}:
        values |= draw(pages()) | {"cluster": draw(st.integers(1, 6))}
        values["kind"] = draw(st.sampled_from(["PO", "OPA", "Example", "Introduction"]))
        if form == "prose":
            values |= {
                "cluster": None,
                "kind": None,
                "section": draw(st.sampled_from(["I", "II", "III", "IV"])),
            }
    elif form == "note":
        values |= draw(pages()) | {"note": draw(number)}
    elif form == "objective":
        values |= draw(pages()) | {"objective": draw(st.integers(1, 23))}
    elif form == "rec":
        values |= {"recommendation": draw(st.integers(1, 10)), "years": draw(years), "item": draw(item)}
    elif form == "question":
        values["question"] = draw(st.integers(1, 4))
    elif form == "intro":
        values["kind"] = draw(st.sampled_from(["Introduction", "Title", "Closing note", "Disclaimer"]))
    elif form == "para":
        values |= draw(pages()) | {
            "paragraph": draw(number),
            "item": draw(st.none() | st.sampled_from("abcde")),
        }
    elif form == "para21":
        values |= draw(pages()) | {"paragraph": 21, "part": draw(st.sampled_from(["policy", "practical"]))}
        values["topic"] = draw(st.sampled_from(["governance", "recruitment", "skills"]))
    elif form == "post":
        values |= {"author": draw(name), "date": draw(date)}
        values["thread"] = draw(st.none() | st.sampled_from(["Question 4", "standalone"]))
    elif form == "own":
        values |= draw(pages()) | {"heading": draw(heading), "count": draw(st.none() | number)}
        values["kind"] = draw(st.none() | st.just("heading"))
    else:
        paged = draw(pages(printed=False))
        values |= paged | {"place": ("table 2", "row 3", "col. 1")}
        if not paged:
            values["nth"] = draw(st.none() | st.integers(2, 9))
    return Citation(**values)


@given(citations())
def test_a_printed_citation_reads_back(citation):
    if citation.has_locator:
        assert parse(str(citation)) == citation
        assert parse(f"({citation})") == citation


def test_every_passage_of_the_corpus_is_found_by_its_own_citation(corpus):
    for source in corpus.sources.values():
        for passage in source.passages:
            printed = label(passage, source.document)
            citation = parse(printed)
            assert str(citation) == printed
            assert passage in resolve(citation, corpus)


WRITTEN = [
    (
        "(GFMD Thematic Recollection 2017, Cluster 2, OPA, p. 17)",
        "GFMD Thematic Recollection 2017, Cluster 2, OPA, p. 17",
    ),
    ("(GCM Cluster 2, OPA, p.17)", "GCM Cluster 2, OPA, p. 17"),
    ("GCM Cluster 2, OPA, p.17", "GCM Cluster 2, OPA, p. 17"),
    ("Cluster 2, OPA, p. 17", "Cluster 2, OPA, p. 17"),
    ("cluster 2, options for practical action, page 17", "Cluster 2, OPA, p. 17"),
    ("Cluster 2, policy option, p.\u00a017", "Cluster 2, PO, p. 17"),
    ("Cluster 1, OPA, pp. 11-12", "Cluster 1, OPA, pp. 11-12"),
    ("Cluster 1, OPA, pp. 11–12", "Cluster 1, OPA, pp. 11-12"),
    ("Cluster 1, OPA, pp.11—12", "Cluster 1, OPA, pp. 11-12"),
    ("Cluster 1, OPA, pages 11 to 12", "Cluster 1, OPA, pp. 11-12"),
    ("GFMD Recollection Cluster 2 OPA p. 17", "GFMD Recollection, Cluster 2, OPA, p. 17"),
    ("Recollection p. 17", "Recollection, p. 17"),
    ("p. 17 of the Recollection", "Recollection, p. 17"),
    ("Rec. 4", "Rec. 4"),
    ("recommendation 4", "Rec. 4"),
    ("Recommendation No. 4 (2009; 2014–15)", "Rec. 4 (2009; 2014-15)"),
    ("recommandation 4", "Rec. 4"),
    ("para. 16", "para. 16"),
    ("para 16", "para. 16"),
    ("§ 16", "para. 16"),
    ("§16", "para. 16"),
    ("par. 16", "para. 16"),
    ("paragraph 16, page 4", "para. 16, p. 4"),
    ("para. 5 (b)", "para. 5 (b)"),
    ("para. 5(b)", "para. 5 (b)"),
    ("summary report, §§ 16–17", "summary report, paras. 16-17"),
    ("Kate Barth, 4 Dec 2021", "Kate Barth, 4 Dec 2021"),
    ("Kate Barth, December 4, 2021", "Kate Barth, 4 Dec 2021"),
    ("Kate Barth, 04 December 2021", "Kate Barth, 4 Dec 2021"),
    ("Kate Barth, 2021-12-04", "Kate Barth, 4 Dec 2021"),
    ("Kate Barth (4 décembre 2021)", "Kate Barth, 4 Dec 2021"),
    ("Kate Barth, 4 de diciembre de 2021", "Kate Barth, 4 Dec 2021"),
    ("UN Migration Network Hub 2022, Kate Barth, 4 Dec 2021, Question 4", None),
    ("Hub, Fambaye Ndoye, 4 Dec 2021", "Hub, Fambaye Ndoye, 4 Dec 2021"),
    ("see Cluster 3, PO, p. 22", "Cluster 3, PO, p. 22"),
    ("voir GFMD Thematic Recollection 2017, p. 17", "GFMD Thematic Recollection 2017, p. 17"),
    ("Cluster 2, OPA, pág. 17", "Cluster 2, OPA, p. 17"),
    ("Cluster 2, OPA, p. 17, https://gfmd.org/docs", "Cluster 2, OPA, p. 17"),
    ("Cluster 2, OPA, p. 17, emphasis added", "Cluster 2, OPA, p. 17"),
    ("Cluster 2, OPA, p. 17²⁹", "Cluster 2, OPA, p. 17"),
    (
        "Recollection, Cluster 2, PO, p. 16; p. 17 in the edition cited by the GFMD overview",
        None,
    ),
    ("Cluster 2, OPA, p. 17. The rest of the note says more, at length.", "Cluster 2, OPA, p. 17"),
    ("My note, p. 12 (PDF p. 14)", "My note, p. 12 (PDF p. 14)"),
    ("My note, PDF p. 14", "My note, PDF p. 14"),
    ("My note, under “Fees, costs (2)”", "My note, under “Fees, costs (2)”"),
    ("New York Declaration, para. 23", "New York Declaration, para. 23"),
]


@pytest.mark.parametrize(("written", "printed"), WRITTEN, ids=[w for w, _ in WRITTEN])
def test_what_people_write_is_read(written, printed):
    assert str(parse(written)) == (printed or written)


@pytest.mark.parametrize(
    "text",
    [
        "(2007; 2014-2015)",
        "(CMW)",
        "(e.g. ports, airports, borders)",
        "",
        "()",
        "(SDG 8.8)",
        "Mexico",
        "(i)",
        "(5 February 2018)",
    ],
)
def test_what_states_no_place_is_no_citation(text):
    assert parse(text) is None


def test_a_known_title_is_taken_whole_even_if_it_looks_like_a_locator():
    title = "Report of 4 May 2018, para. 9"
    assert parse(f"{title}, p. 3", [title]) == Citation(document=title, page=3)


def test_several_citations_of_one_bracket():
    found = parse_all("(GFMD Thematic Recollection 2017, Cluster 2, OPA, p. 17; Cluster 3, PO, p. 22; p. 24)")
    assert [str(citation) for citation in found] == [
        "GFMD Thematic Recollection 2017, Cluster 2, OPA, p. 17",
        "GFMD Thematic Recollection 2017, Cluster 3, PO, p. 22",
        "GFMD Thematic Recollection 2017, Cluster 3, PO, p. 24",
    ]


@pytest.mark.parametrize(
    ("name", "documents"),
    [
        ("GFMD Thematic Recollection 2017", [REC]),
        ("GFMD Recollection", [REC]),
        ("GCM Recollection", [REC]),
        ("the Recollection", [REC]),
        ("GCM", [REC]),
        (REC, [REC]),
        ("Summary Report", [REPORT]),
        ("Hub", [HUB]),
        ("Migration Network Hub", [HUB]),
        ("GFMD Thematic Recollection 2018", []),
        ("New York Declaration", []),
    ],
)
def test_documents_by_the_names_people_use(corpus, name, documents):
    assert [document.id for document in documents_named(name, corpus)] == documents


def test_a_citation_that_fits_several_passages_gives_them_all(corpus):
    found = resolve(parse("Cluster 2, OPA, p. 17"), corpus)
    assert len(found) > 1
    assert {(p.cluster, p.kind, p.page_start) for p in found} == {(2, "practical_action", 17)}


@pytest.mark.parametrize(
    "text",
    ["Cluster 9, PO, p. 17", "Cluster 2, OPA, p. 170", "Rec. 11", "para. 23", "Ada Lovelace, 1 Jan 2022"],
)
def test_a_citation_that_fits_nothing_gives_nothing(corpus, text):
    assert resolve(parse(text), corpus) == ()


def test_cluster_6_of_the_recollection_is_not_the_dialogue_papers(corpus):
    assert {p.document for p in resolve(parse("Cluster 6, PO"), corpus)} == {REC}


def test_an_author_may_be_named_by_last_name_and_a_cut_name_completed(corpus):
    post = corpus.passages[f"{HUB}/q4.a1"]
    assert fits(parse(f"{post.author.split()[0]}, 3 Dec 2021"), post)
    assert fits(Citation(author="Spanish Commission for Refugees"), post)
    other = next(p for p in corpus.passages.values() if p.author == "Kate Barth")
    for written in ("Kate Barth", "Barth", "K. Barth", "kate barth"):
        assert fits(Citation(author=written), other)
    for written in ("Karl Barth", "L. Barth", "K.", "Bart"):
        assert not fits(Citation(author=written), other)


def test_the_other_edition_is_printed_where_it_is_known(corpus):
    source = corpus.sources[REC]
    passage = next(p for p in source.passages if p.other_edition_pages)
    printed = label(passage, source.document, other_edition=True)
    assert printed.endswith(" in the edition cited by the GFMD overview")
    assert parse(printed).other_page in passage.other_edition_pages


OWN = """# Report on Fees

Costs, high as they are, can be lowered by agreement.

## Recommendations

1. Establish one fund for all workers who pay fees.
   (a) for workers who stay;
   (b) for workers who return.
2. Report on the fund every second year.

| Country | Measure taken |
|---|---|
| A | Caps on fees since 2019 |

Later text of the report.[^1]

[^1]: See the resolution on fees of 2020.
"""


def test_passages_of_a_users_own_document_are_cited_and_found(tmp_path, corpus):
    from assistant.sources import own

    (tmp_path / "fees.md").write_text(OWN, encoding="utf-8")
    source = own.extract(tmp_path / "fees.md")
    whole = corpus.merged([source])
    assert len(source.passages) > 8
    for passage in source.passages:
        printed = label(passage, source.document)
        citation = parse(printed, [source.document.short_title])
        assert str(citation) == printed
        assert passage in resolve(citation, whole)


def test_sheets_of_a_pdf_are_matched_where_printed_numbers_differ(corpus):
    from dataclasses import replace

    passage = next(p for p in corpus.passages.values() if p.page_start and p.page_start == p.page_end)
    passage = replace(passage, locator="p. 12", page_labels="p. 12 (PDF p. 14)")
    assert fits(parse("Own note, p. 12 (PDF p. 14)"), passage)
    assert fits(parse("Own note, PDF p. 14"), passage)
    assert not fits(parse("Own note, p. 12 (PDF p. 15)"), passage)
