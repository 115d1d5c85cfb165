"""A printed citation of a user's own document leads back to its passage, whatever the document is called."""

from __future__ import annotations

import pytest

from assistant import citations, showing
from assistant.citation_label import label
from assistant.corpus import Corpus, load_shipped
from assistant.model import Document, Passage, Source

TITLES = {
    "an ordinary title": "Report on nurses",
    "like a paragraph": "Note c",
    "like an objective": "Objective 6, comments",
    "like a cluster": "Cluster 2 paper",
    "like a page": "p. 12 and after",
    "like a recommendation": "Rec. 4 revisited",
    "a number": "2018",
    "with a comma": "Recruitment, fees and debt",
    "not English": "Livre blanc n° 3",
    "named like a shipped document": "Thematic Recollection, our reading",
}


def merged(title: str) -> tuple[Corpus, tuple[Passage, ...]]:
    """The shipped corpus with a document of two paragraphs."""
    texts = ("Nurses pay no fees.", "Seafarers pay no fees either.")
    made, start = [], 0
    for n, text in enumerate(texts, start=1):
        made.append(
            Passage(
                f"own/para.{n}", "own", "paragraph", text, ((start, start + len(text)),), (),
                page_start=n, page_end=n, page_certain=True, locator=f"para. {n}, p. {n}",
            )
        )  # fmt: skip
        start += len(text) + 1
    document = Document(
        "own",
        title,
        title,
        "Us",
        "2024",
        ("en",),
        {"en": "Ours."},
        "0" * 64,
        "own.txt",
        "own-text",
        shipped=False,
    )
    source = Source(document, "\n".join(texts), (), tuple(made))
    return load_shipped().merged([source]), tuple(made)


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES.keys())
def test_a_printed_citation_leads_back_to_its_passage(title: str) -> None:
    corpus, passages = merged(title)
    document = corpus.sources["own"].document
    for passage in passages:
        printed = label(passage, document)
        assert citations.find(printed, corpus) == (passage,), printed
        assert citations.find(f"({printed})", corpus) == (passage,)
        assert showing.find(printed, corpus) == (passage,)
