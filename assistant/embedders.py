"""Other embedders than the embedded one: any llama-index embedding, by name, where the user asks for it.

``ollama:MODEL[@URL]``, ``openai:MODEL[@URL]`` (any server that speaks OpenAI's protocol; the key is read from
``OPENAI_API_KEY``) and ``huggingface:MODEL`` (a folder or a model already on the machine). Each needs its
extra. Questions and passages then go where that embedder sends them: only the embedded one never leaves the
process. A store keeps to the embedder it was built with; another one has a store of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.errors import GcmDraftError, MissingExtraError, UsageError

if TYPE_CHECKING:
    from assistant.embeddings import Embedder, Vectors

KINDS = ("ollama", "openai", "huggingface")
_SPEC = re.compile(r"(?P<kind>[a-z]+):(?P<model>[^@\s]+)(?:@(?P<url>https?://\S+))?\Z")
_WORD = re.compile(r"\w+|[^\w\s]")
MAX_WORDS = 200
"""Words of a chunk for a model whose tokenizer is not known: at most 256 tokens in the languages here, nearly."""


class LlamaIndexEmbedder:
    """A llama-index embedding as an :class:`assistant.embeddings.Embedder`; vectors are normalised here.

    Its tokenizer is not known, so tokens are counted as words and punctuation marks.
    Raises GcmDraftError if the embedding cannot be reached or answers with something else than vectors.
    """

    max_tokens = MAX_WORDS

    def __init__(self, name: str, embedding: Any) -> None:
        self.name = name
        self._embedding = embedding

    @cached_property
    def dimensions(self) -> int:
        """Length of every vector, asked of the embedding once."""
        return int(self.embed(["migration"]).shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``texts``: float32, (n, dimensions), L2-normalised."""
        import numpy as np

        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        try:
            vectors = np.asarray(self._embedding.get_text_embedding_batch(list(texts)), dtype=np.float32)
        except Exception as error:  # each integration raises its own classes
            raise GcmDraftError(
                f"The embedder {self.name} did not answer as expected ({type(error).__name__}: {error}). "
                "Start it, correct --embedder, or leave that out to use the embedded one."
            ) from error
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.maximum(norms, 1e-12)
        return unit

    def count_tokens(self, text: str) -> int:
        """Words and punctuation marks of a text."""
        return len(_WORD.findall(text))


def check(spec: str) -> re.Match[str]:
    """The parts of an embedder's name. Raises UsageError for a name of another form."""
    match = _SPEC.match(spec)
    if match is None or match["kind"] not in KINDS:
        raise UsageError(
            f"Expected an embedder such as ollama:nomic-embed-text, openai:MODEL@http://host:port/v1 or "
            f"huggingface:FOLDER, found {spec!r}. Leave --embedder out to use the embedded one."
        )
    return match


def load(spec: str) -> Embedder:
    """The embedder of this name. Raises UsageError for a bad name, MissingExtraError without its extra."""
    match = check(spec)
    kind, model, url = match["kind"], match["model"], match["url"]
    makers = {"ollama": _ollama, "openai": _openai, "huggingface": _huggingface}
    try:
        embedding = makers[kind](model, url)
    except ImportError as error:
        raise MissingExtraError(f"The embedder {spec}", kind) from error
    return LlamaIndexEmbedder(spec, embedding)


def _ollama(model: str, url: str | None) -> Any:
    from llama_index.embeddings.ollama import OllamaEmbedding

    return OllamaEmbedding(model_name=model, base_url=url or "http://localhost:11434")


def _openai(model: str, url: str | None) -> Any:
    from llama_index.embeddings.openai_like import OpenAILikeEmbedding

    return OpenAILikeEmbedding(
        model_name=model,
        api_base=url or "https://api.openai.com/v1",
        api_key=os.environ.get("OPENAI_API_KEY", "none"),
        max_retries=1,
    )


def _huggingface(model: str, _url: str | None) -> Any:
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    return HuggingFaceEmbedding(model_name=model)
