"""The documented examples run, and the llama-index retriever says what the command line says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import assistant

DOCS = Path(__file__).resolve().parent.parent / "docs"


def code_of(name: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), re.DOTALL)


def test_the_documented_examples_run(built_store, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    brief = built_store.render(built_store.draft("ethical recruitment"), "md")
    Path("note.md").write_bytes(brief)
    for code in code_of("python.md"):
        exec(compile(code, "python.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "GFMD Thematic Recollection 2017, Cluster 2, OPA, p. 17" in printed
    assert "c2.2.opa.3 17" in printed


def test_nodes_carry_citation_and_verbatim_text(built_store, corpus):
    from assistant.integrations.llama_index import CitedRetriever

    nodes = CitedRetriever(built_store, k=5).retrieve("ethical recruitment")
    hits = built_store.search("ethical recruitment", k=5).hits
    assert [n.node.node_id for n in nodes] == [h.passage.id for h in hits]
    for n in nodes:
        assert n.node.text == corpus.passages[n.node.node_id].text
        assert (
            n.node.metadata["citation"].endswith(n.node.metadata["locator"])
            or "Question" in n.node.metadata["citation"]
        )
        assert n.node.metadata["standing"]


def test_an_off_topic_question_gives_no_node(built_store):
    from assistant.integrations.llama_index import CitedRetriever

    assert CitedRetriever(built_store).retrieve("recipe for onion soup with cheese") == []


@pytest.mark.parametrize("name", assistant.__all__)
def test_public_names_exist_and_are_documented(name):
    assert getattr(assistant, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        assistant.nothing  # noqa: B018
