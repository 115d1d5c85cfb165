"""The recovery of the Recollection's 54 pages: what settles each boundary, and what if nothing does."""

import re
from pathlib import Path

import pytest

from assistant.errors import GcmDraftError
from assistant.sources.recollection_blocks import blocks, contents, note_number
from assistant.sources.recollection_pages import boundaries, page_at, pages

FILE = Path(__file__).parent.parent / "corpus" / "gfmd-thematic-recollection-2017.md"
TEXT = FILE.read_bytes().decode("utf-8")
FOUND = blocks(TEXT)
STARTS = boundaries(TEXT, FOUND, contents(TEXT))
PAGES = pages(TEXT, STARTS)
# Written here by hand from the file's own table, so that the reader's parsing is not its own witness.
ROWS = [
    (m[1].rstrip(".") if ".." in m[1] else m[1], int(m[2]))
    for m in re.finditer(r"^\| (.+?) \| (\d+) \|$", TEXT, re.MULTILINE)
]
CALLS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
WITHOUT_NOTES = {1, 2, 3, 9, 15, 22, 27, 38, 45, 53, 54}
PROBABLE = [10, 23, 28, 38, 39, 46]


def on_page(number: int) -> str:
    page = PAGES[number - 1]
    return TEXT[page.start : page.end]


def test_there_are_54_pages_that_cover_the_whole_text():
    assert [page.number for page in PAGES] == list(range(1, 55))
    assert [page.label for page in PAGES] == [str(n) for n in range(1, 55)]
    edges = [PAGES[0].start, *(page.end for page in PAGES)]
    assert edges == [0, *(page.start for page in PAGES[1:]), len(TEXT)]
    assert all(on_page(page.number).strip() for page in PAGES)


def test_the_contents_are_read_from_the_file():
    assert len(ROWS) == 36
    assert [(entry.title, entry.page) for entry in contents(TEXT)] == ROWS


@pytest.mark.parametrize(("title", "page"), ROWS, ids=[f"p{p}-{t[:24]}" for t, p in ROWS])
def test_every_heading_stands_on_its_printed_page(title, page):
    assert re.search(rf"^{re.escape(title)}$", on_page(page), re.MULTILINE)


@pytest.mark.parametrize("number", range(1, 55))
def test_the_calls_of_a_page_are_the_notes_at_its_foot(number):
    lines = on_page(number).split("\n")
    notes = [note_number(m.group()) for line in lines if (m := CALLS.match(line))]
    called = [
        note_number(c)
        for line in lines
        for c in CALLS.findall(CALLS.sub("", line, count=1) if CALLS.match(line) else line)
    ]
    assert called == notes
    assert bool(notes) is (number not in WITHOUT_NOTES)


def test_the_notes_are_1_to_168_in_order():
    assert [b.number for b in FOUND if b.kind == "note"] == list(range(1, 169))


def test_the_boundaries_that_stay_probable():
    assert [b.number for b in STARTS if not b.certain] == PROBABLE
    assert all(b.doubt and b.doubt[0] <= b.start <= b.doubt[1] for b in STARTS if not b.certain)
    beside = {n for p in PROBABLE for n in (p - 1, p)}
    assert {page.number for page in PAGES if not page.certain} == beside


@pytest.mark.parametrize(
    ("number", "opens", "evidence"),
    [
        (2, "CONTENT\n", "Contents entry"),
        (3, "| | |", "table of contents is broken"),
        (4, "I. Introduction\n", "Contents entry"),
        (6, "-\n- Three Dialogues", "Footnote block: notes 4-6"),
        (10, "Policy and Practice Example\n", "Judged probable because"),
        (15, "cluster. Past GFMD", "Footnote block: notes 39-50"),
        (16, "- Promote one-stop-shops", "Blank line in a list"),
        (19, "*In November 2009", "Footnote block: note 58 "),
        (23, "Policy and Practice Examples\n", "Judged probable because"),
        (28, "Policy and Practice Examples\n", "Judged probable because"),
        (33, "Policy Options:", "Footnote block: notes 104-109"),
        (38, "(1) Addressing vulnerability", "Judged probable because the list announced above"),
        (39, "Options for practical action:", "Judged probable because"),
        (46, "Policy and Practice Examples\n", "Judged probable because"),
        (48, "III. Provide feedback", "Running header"),
        (49, "III. Provide feedback", "Running header"),
        (53, "IV. Conclusions", "Contents entry"),
        (54, "the Global Compact on safe", "Blank line in a sentence"),
    ],
    ids=str,
)
def test_what_a_page_opens_with_and_why(number, opens, evidence):
    assert on_page(number).startswith(opens)
    assert evidence in PAGES[number - 1].evidence


def test_every_page_says_why_it_begins_where_it_does():
    kinds = ("title page", "Contents entry", "Footnote block", "Blank line in a", "Judged probable because")
    assert all(any(kind in page.evidence for kind in kinds) for page in PAGES)
    assert "p. 10" in PAGES[8].evidence


def test_a_gap_of_three_blank_lines_is_no_page_mark():
    gaps = list(re.finditer(r"\n{4,}", TEXT))
    assert len(gaps) == 6
    on = [(page_at(PAGES, m.start() - 1), page_at(PAGES, m.end())) for m in gaps]
    # Two of the gaps follow a footnote block, which is what ends those pages; four stand inside a page.
    assert on == [(8, 9), (15, 15), (21, 21), (30, 31), (38, 38), (43, 43)]


def _without_line(start: str) -> str:
    return re.sub(rf"^{re.escape(start)}.*\n", "", TEXT, count=1, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("altered", "says"),
    [
        ("", "table of contents"),
        ("Some other document.\n", "table of contents"),
        (_without_line("⁸⁷ <"), "p. 26: calls"),
        (TEXT.replace("**UK**¹⁰⁵", "**UK**"), "p. 32: calls"),
        (_without_line("(3) Multi-stakeholder involvement"), "(3) Multi-stakeholder involvement"),
        (TEXT.replace("partnerships | 22 |", "partnerships | 26 |"), "p. 26"),
        (TEXT.replace("¹¹⁴ The", "¹¹⁵ The"), "p. 34: calls"),
        (TEXT.replace("¹⁶⁸ GFMD", "¹⁶⁹ GFMD"), "168"),
    ],
    ids=[
        "empty",
        "other",
        "lost-note",
        "lost-call",
        "lost-heading",
        "wrong-page",
        "wrong-call",
        "wrong-note",
    ],
)
def test_a_damaged_file_is_refused_with_the_place(altered, says):
    with pytest.raises(GcmDraftError, match=re.escape(says)):
        boundaries(altered, blocks(altered), contents(altered))
