"""Turn text into vectors: the Embedder protocol, and the embedded default that needs no network.

The default is all-MiniLM-L6-v2, taught the field by ``tools/tune_minilm.py`` and quantised by
``tools/export_minilm.py`` (mean cosine to the unquantised weights .997), in ``models/gcm-minilm-l6-v2-int8/`` with its
provenance. Heavy imports are inside the functions.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import SourceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    """float32, shape (texts, dimensions), every row of Euclidean length 1."""

MODEL_DIR = Path(__file__).resolve().parent / "models" / "gcm-minilm-l6-v2-int8"

_SEP = 102  # the [SEP] that ends every text of this vocabulary
_BULK = 4  # texts from which on starting threads pays
_MAX_WORKERS = 8


class Embedder(Protocol):
    """What the store and the chunker need of an embedding model.

    An implementation must be a function of the text alone: the same text gives the same vector, bit for
    bit, whatever stands beside it in the call.
    """

    @property
    def name(self) -> str:
        """Stable identity, recorded in the store. Changes whenever the vectors would."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that count, the model's own markers included; the rest is not seen."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``texts``, in their order: float32, (n, dimensions), L2-normalised; (0, d) for none."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of the whole text, the model's own markers included: above ``max_tokens`` the end is cut."""
        ...


class MiniLMEmbedder:
    """all-MiniLM-L6-v2, taught the field, in 8 bits on onnxruntime: 384 dimensions, 256 tokens of which 2 are markers.

    Each text is a run of its own on one thread, and bulk is spread over the processors, longest texts first.
    The quantised attention scales its input by the largest value in the whole batch, so in a batch a vector
    depends on its neighbours (measured for 16 texts of equal length: up to .013 in a component). Alone it
    does not, to the last bit, and costs no more time.

    The model is loaded at the first use and may be used from several threads.

    Raises (at first use): SourceError if a file of the model is missing or cut short.
    """

    dimensions = 384
    max_tokens = 256

    def __init__(self, model_dir: Path = MODEL_DIR) -> None:
        self._dir = model_dir

    @functools.cached_property
    def name(self) -> str:
        """``gcm-minilm-l6-v2-int8-`` and 12 digits of the SHA-256 of the model file, as exported."""
        return f"gcm-minilm-l6-v2-int8-{self._files['model.onnx']['sha256'][:12]}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``texts``: float32, (n, 384), L2-normalised; tokens after the 256th are not seen."""
        import numpy as np

        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors
        session, tokenizer = self._session, self._tokenizer

        def run(i: int) -> None:
            ids = tokenizer.encode(texts[i]).ids
            if len(ids) > self.max_tokens:
                ids = [*ids[: self.max_tokens - 1], _SEP]
            vectors[i] = session.run(None, {"ids": np.array([ids], dtype=np.int64)})[0][0]

        # The threads share one iterator: a task for every text would cost half as much again.
        longest_first = iter(sorted(range(len(texts)), key=lambda i: -len(texts[i])))
        workers = min(_processors(), _MAX_WORKERS, len(texts))

        def work() -> None:
            for i in longest_first:
                run(i)

        if len(texts) < _BULK or workers == 1:
            work()
        else:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(workers) as pool:
                for done in [pool.submit(work) for _ in range(workers)]:
                    done.result()
        return vectors

    def warm(self) -> Callable[[], None]:
        """Load the model beside other preparations; the function returned waits until that is done.

        Libraries are imported here and now: two threads that import one library at a time see it half made.
        What is wrong with the model is told when it is used.
        """
        _onnxruntime()
        import tokenizers  # noqa: F401

        def load() -> None:
            with contextlib.suppress(Exception):
                self._session  # noqa: B018 cached
                self._tokenizer  # noqa: B018 cached

        thread = threading.Thread(target=load, daemon=True)
        thread.start()
        return thread.join

    def count_tokens(self, text: str) -> int:
        """Tokens of the whole text with its 2 markers; the text is embedded whole up to 256."""
        return len(self._tokenizer.encode(text))

    @functools.cached_property
    def _files(self) -> dict[str, Any]:
        path = self._dir / "provenance.json"
        try:
            files: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["files"]
        except (OSError, ValueError, KeyError) as error:
            raise _damaged(path, "its provenance", type(error).__name__) from error
        return files

    def _path(self, name: str) -> str:
        path, size = self._dir / name, self._files[name]["bytes"]
        found = path.stat().st_size if path.is_file() else None
        if found != size:
            raise _damaged(path, f"{size} bytes", "no file" if found is None else f"{found} bytes")
        return str(path)

    @functools.cached_property
    def _session(self) -> Any:
        path = self._path("model.onnx")
        ort = _onnxruntime()
        options = ort.SessionOptions()
        # The graph is shipped as it is to run: optimising it again costs time and could change the vectors.
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    @functools.cached_property
    def _tokenizer(self) -> Any:
        path = self._path("tokenizer.json")
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(path)
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer


def as_text(array: NDArray[Any]) -> str:
    """An array's values as text, as the store keeps vectors that are no passage's."""
    return base64.b64encode(array.tobytes()).decode("ascii")


def from_text(text: str, width: int, kind: type[np.generic] | None = None) -> NDArray[Any]:
    """The array again, in rows of ``width``; of ``kind``, float32 if none is given."""
    import numpy as np

    return np.frombuffer(base64.b64decode(text), dtype=kind or np.float32).reshape(-1, width)


@functools.cache
def default_embedder() -> MiniLMEmbedder:
    """The embedder used when none is asked for: one for the whole process, loaded at its first use."""
    return MiniLMEmbedder()


def _onnxruntime() -> Any:
    """Onnxruntime without its telemetry, which looks up a server of its maker's and leaves a file behind.

    The library reads the variable when it is loaded, so it is set before.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _damaged(path: Path, expected: str, found: str) -> SourceError:
    return SourceError(
        f"{path}: expected {expected} of the embedding model, found {found}. "
        "Install gcm-draft again (pip install --force-reinstall gcm-draft)."
    )
