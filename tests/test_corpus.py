"""The corpus: what is promised of every document and passage, and what an altered file is told."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.corpus import Corpus, documents, folded, load_shipped, load_source
from assistant.errors import ProblemsError, SourceError
from assistant.model import Passage, passage_dict, passage_from_dict
from assistant.resources import shipped
from tests.reading import BRIEF, HUB, OVERVIEW, RECOLLECTION, REPORT, corpus

PASSAGES = list(corpus().passages.values())


def test_documents_in_the_order_of_the_manifest():
    assert list(corpus().sources) == [RECOLLECTION, OVERVIEW, BRIEF, REPORT, HUB]
    assert [d.id for d in documents()] == list(corpus().sources)
    for document in documents():
        assert document.id == Path(document.file).stem
        assert set(document.standing) == {"en", "fr", "es"}


def family(passage: Passage) -> str:
    return corpus().sources[passage.document].document.family


def test_text_is_the_printed_form_folded():
    for p in PASSAGES:
        assert folded(corpus().printed(p), family(p)) == p.text, p.id
        assert p.text == " ".join(p.text.split())


def test_spans_are_in_order_and_without_margins():
    for p in PASSAGES:
        text = corpus().text(p.document)
        assert p.spans, p.id
        assert all(0 <= start < end <= len(text) for start, end in p.spans), p.id
        assert all(a[1] <= b[0] for a, b in zip(p.spans, p.spans[1:], strict=False)), p.id
        assert text[p.spans[0][0]].strip(), p.id
        assert text[p.spans[-1][1] - 1].strip(), p.id


def test_pages_are_where_the_text_stands():
    for p in PASSAGES:
        first = corpus().page_of(p.document, p.spans[0][0])
        last = corpus().page_of(p.document, p.spans[-1][1] - 1)
        assert (p.page_start, p.page_end) == (
            first.number if first else None,
            last.number if last else None,
        ), p.id
        assert (p.page_certain is None) == (p.page_start is None), p.id


def test_pages_cover_each_document_without_gaps():
    for source in corpus().sources.values():
        if source.pages:
            assert [page.number for page in source.pages] == list(range(1, len(source.pages) + 1))
            assert source.pages[0].start == 0
            assert source.pages[-1].end == len(source.text)
            assert all(a.end == b.start for a, b in zip(source.pages, source.pages[1:], strict=False))


def test_ids_locators_and_references():
    assert len({p.id for p in PASSAGES}) == len(PASSAGES)
    for p in PASSAGES:
        assert p.id.startswith(f"{p.document}/")
        assert p.locator
        assert p.mapping is None or all(target in corpus().passages for target in p.mapping.targets)
        assert all(mapping in corpus().passages for mapping in p.cited_by)
        assert passage_from_dict(passage_dict(p)) == p


def test_hash_of_the_whole():
    assert len(corpus().sha256) == 64
    assert load_shipped().sha256 == corpus().sha256
    less = Corpus.of(list(corpus().sources.values())[1:])
    assert less.sha256 != corpus().sha256
    assert Corpus.of(reversed(list(corpus().sources.values()))).sha256 == corpus().sha256


def test_look_ups():
    some = PASSAGES[0]
    assert corpus().passage(some.id) is some
    with pytest.raises(SourceError, match="No passage “x/y” in the corpus"):
        corpus().passage("x/y")
    with pytest.raises(SourceError, match=f"No document “x” in the corpus. There are: {RECOLLECTION}"):
        corpus().text("x")
    assert corpus().page_of(HUB, 10) is None


def test_a_users_documents_join_behind():
    source = corpus().sources[BRIEF]
    mine = replace(
        source,
        document=replace(source.document, id="mine", shipped=False),
        passages=tuple(replace(p, id=f"mine/{n}", document="mine") for n, p in enumerate(source.passages)),
    )
    both = corpus().merged([mine])
    assert list(both.sources)[-1] == "mine"
    assert list(both.passages)[-1].startswith("mine/")
    assert both.text("mine") == source.text
    with pytest.raises(ProblemsError, match="two documents have the id 'mine'"):
        both.merged([mine])


# --- files that are not what they were -------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped("corpus"), tmp_path / "corpus"))


def test_an_altered_file_is_named_with_both_hashes(folder: Path):
    path = folder / f"{OVERVIEW}.txt"
    altered = path.read_bytes().replace(b"(GCM Cluster 2, OPA, p.17)", b"(GCM Cluster 2, OPA, p.71)")
    path.write_bytes(altered)
    expected = next(d.sha256 for d in documents() if d.id == OVERVIEW)
    with pytest.raises(SourceError) as caught:
        load_shipped(folder)
    message = str(caught.value)
    assert path.name in message
    assert f"expected SHA-256 {expected}, found {hashlib.sha256(altered).hexdigest()}" in message


def test_a_change_of_line_ends_is_an_altered_file(folder: Path):
    path = folder / f"{HUB}.txt"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(SourceError, match="is not the document it was"):
        load_shipped(folder)


def test_a_missing_file_is_named(folder: Path):
    (folder / f"{REPORT}.txt").unlink()
    with pytest.raises(SourceError, match=f"{REPORT}.txt is missing: expected it at"):
        load_shipped(folder)


def test_all_faults_are_reported_together(folder: Path):
    (folder / f"{REPORT}.txt").unlink()
    (folder / f"{BRIEF}.txt").write_text("another", encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        load_shipped(folder)
    assert len(caught.value.problems) == 2


def test_a_file_that_is_not_utf8(tmp_path: Path):
    data = b"caf\xe9"
    path = tmp_path / "x.txt"
    path.write_bytes(data)
    document = replace(documents()[1], file="x.txt", sha256=hashlib.sha256(data).hexdigest())
    with pytest.raises(SourceError, match=r"x\.txt is not UTF-8: byte 3 is 0xe9"):
        load_source(document, path)


def test_a_folder_instead_of_a_file(tmp_path: Path):
    with pytest.raises(SourceError, match="cannot be read"):
        load_source(documents()[1], tmp_path)


def test_an_unknown_family(tmp_path: Path):
    with pytest.raises(SourceError, match="no reader for the family “runes”"):
        load_source(replace(documents()[0], family="runes"), tmp_path / "x")


MANIFESTS = [
    ("no file", None, "no manifest"),
    ("no TOML", "[[document", "TOMLDecodeError"),
    ("no documents", "a = 1", "KeyError"),
    ("a key missing", '[[document]]\nid = "x"\nlanguages = ["en"]', "TypeError"),
]


@pytest.mark.parametrize(
    ("text", "message"), [row[1:] for row in MANIFESTS], ids=[row[0] for row in MANIFESTS]
)
def test_faulty_manifests(tmp_path: Path, text: str | None, message: str):
    if text is not None:
        (tmp_path / "manifest.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        load_shipped(tmp_path)


def test_loading_needs_nothing_heavy():
    heavy = (
        "chromadb",
        "llama_index",
        "numpy",
        "docx",
        "lxml",
        "pypdfium2",
        "onnxruntime",
        "jinja2",
        "tiktoken",
    )
    code = (
        "import sys; from assistant.corpus import load_shipped; load_shipped(); "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=shipped("corpus").parent
    )
    assert done.stdout.strip() == "[]"
