"""The corpus as a llama-index retriever: nodes that carry their citation, for others to build on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.library import Library

if TYPE_CHECKING:
    from assistant.model import Hit
    from assistant.retrieval import Filters


class CitedRetriever(BaseRetriever):
    """Retrieves passages of a library's corpus, ranked as ``gcm-draft search`` ranks them.

    Each node's text is the passage, verbatim; its metadata hold ``citation``, ``passage_id``, ``document``,
    ``kind``, ``locator``, ``page_start``, ``page_end``, ``links`` and ``standing``. When the program abstains,
    no node is returned. ``k`` is the number of nodes, from 1.
    """

    _library: Library = PrivateAttr()

    def __init__(
        self, library: Library | None = None, *, k: int = 10, filters: Filters | None = None, **kw: Any
    ) -> None:
        super().__init__(**kw)
        self._library = library or Library()
        self._k = k
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        answer = self._library.search(query_bundle.query_str, self._k, self._filters)
        standing = {d.id: d.standing.get("en", "") for d in self._library.documents}
        return [node(hit, standing.get(hit.passage.document, "")) for hit in answer.hits]


def node(hit: Hit, standing: str) -> NodeWithScore:
    """A hit as a scored node; the citation is what a model sees before the text."""
    p = hit.passage
    metadata = {
        "citation": hit.citation,
        "passage_id": p.id,
        "document": p.document,
        "kind": p.kind,
        "locator": p.locator,
        "page_start": p.page_start,
        "page_end": p.page_end,
        "links": list(p.links),
        "standing": standing,
    }
    hidden = [key for key in metadata if key != "citation"]
    text = TextNode(id_=p.id, text=p.text, metadata=metadata, excluded_llm_metadata_keys=hidden)
    return NodeWithScore(node=text, score=hit.score)
