"""Our embedder as a llama-index embedding, and any llama-index embedding as our embedder."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr


class EmbedderAdapter(BaseEmbedding):
    """An :class:`assistant.embeddings.Embedder` where llama-index wants a ``BaseEmbedding``."""

    _embedder: Any = PrivateAttr()

    def __init__(self, embedder: Any, **options: Any) -> None:
        super().__init__(model_name=embedder.name, embed_batch_size=256, **options)
        self._embedder = embedder

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed(texts).tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)
