"""The embedded model: faithful to the original, and a function of the text alone."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.embeddings import MODEL_DIR, Embedder, MiniLMEmbedder, default_embedder
from assistant.errors import SourceError

REFERENCE = json.loads((Path(__file__).parent / "data" / "minilm_fp32_reference.json").read_text("utf-8"))
TEXTS = [row["text"] for row in REFERENCE]
LONG = "Return; readmission; reintegration of migrants. " * 60


@pytest.fixture(scope="module")
def embedder() -> MiniLMEmbedder:
    return default_embedder()


def run_python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_close_to_the_unquantised_model(embedder):
    expected = np.array([row["vector"] for row in REFERENCE])
    cosine = (embedder.embed(TEXTS) * expected).sum(axis=1)
    assert cosine.mean() > 0.995
    assert cosine.min() > 0.99


def test_the_nearest_neighbour_is_that_of_the_unquantised_model_or_one_as_near(embedder):
    """Of 24 texts many have two neighbours alike; .03 is three standard deviations of a difference of cosines here."""
    expected = np.array([row["vector"] for row in REFERENCE])
    wanted, found = expected @ expected.T, embedder.embed(TEXTS) @ embedder.embed(TEXTS).T
    for similarity in (wanted, found):
        np.fill_diagonal(similarity, -1)
    lost = wanted.max(axis=1) - wanted[np.arange(len(TEXTS)), found.argmax(axis=1)]
    assert lost.max() < 0.03
    assert (lost == 0).mean() > 0.8


def test_shape_type_and_length(embedder):
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_no_texts_give_no_vectors(embedder):
    vectors = embedder.embed([])
    assert vectors.shape == (0, 384)
    assert vectors.dtype == np.float32


@pytest.mark.parametrize(
    "text", ["", " \n\t", "x", "移民", "🙂", "a\u0000b", "e\u0301te\u0301", "!" * 3000, "w" * 3000]
)
def test_strange_texts_have_a_vector(embedder, text):
    (vector,) = embedder.embed([text])
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_neighbours_do_not_change_a_vector_by_a_bit(embedder):
    together = embedder.embed([*TEXTS, LONG])
    reversed_order = embedder.embed([LONG, *reversed(TEXTS)])[::-1]
    alone = np.concatenate([embedder.embed([text]) for text in [*TEXTS, LONG]])
    assert np.array_equal(together, alone)
    assert np.array_equal(together, reversed_order)
    assert len({row.tobytes() for row in embedder.embed([TEXTS[0]] * 9)}) == 1


def test_another_process_gives_the_same_bits(embedder):
    code = (
        "from assistant.embeddings import default_embedder as d; import hashlib, sys\n"
        f"print(hashlib.sha256(d().embed({TEXTS[:6]!a}).tobytes()).hexdigest())"
    )
    assert run_python(code) == hashlib.sha256(embedder.embed(TEXTS[:6]).tobytes()).hexdigest()


def test_cut_at_256_tokens_and_not_at_128(embedder):
    word = "child "
    fits = word * 254
    assert embedder.count_tokens(fits) == 256 == embedder.max_tokens
    at_128, whole, over = embedder.embed(
        [word * 126, word * 253 + "border", word * 253 + "border" + " x" * 99]
    )
    assert not np.array_equal(at_128, embedder.embed([word * 126 + "border"])[0])
    assert not np.array_equal(whole, embedder.embed([fits])[0])
    assert np.array_equal(whole, over)


def test_counting_goes_past_the_cut(embedder):
    assert embedder.count_tokens(LONG) > 256
    assert embedder.count_tokens("") == 2
    assert embedder.count_tokens("No, sir") == 2 + 3


def test_meaning_decides_over_shared_words(embedder):
    query, near, far = embedder.embed(
        [
            "money sent home by workers abroad",
            "remittances",
            "The home team sent on a new player, not workers.",
        ]
    )
    assert query @ near > query @ far


def test_provenance_is_that_of_the_files_and_names_the_embedder(embedder):
    files = json.loads((MODEL_DIR / "provenance.json").read_text("utf-8"))["files"]
    for name, facts in files.items():
        data = (MODEL_DIR / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (facts["bytes"], facts["sha256"])
    assert embedder.name == "gcm-minilm-l6-v2-int8-" + files["model.onnx"]["sha256"][:12]


def test_import_is_light_and_nothing_needs_torch():
    code = (
        "import sys, assistant.embeddings as e\n"
        "heavy = {'numpy', 'onnxruntime', 'tokenizers'} & set(sys.modules)\n"
        "e.default_embedder().name; heavy |= {'onnxruntime'} & set(sys.modules)\n"
        "e.default_embedder().embed(['x'])\n"
        "print(sorted(heavy), [m for m in ('torch', 'transformers', 'huggingface_hub') if m in sys.modules])"
    )
    assert run_python(code) == "[] []"


def test_a_missing_or_cut_model_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"provenance\.json.*Install gcm-draft again"):
        _ = MiniLMEmbedder(tmp_path).name
    (tmp_path / "provenance.json").write_bytes((MODEL_DIR / "provenance.json").read_bytes())
    with pytest.raises(SourceError, match=r"model\.onnx: expected \d+ bytes.*found no file"):
        MiniLMEmbedder(tmp_path).embed(["x"])
    (tmp_path / "model.onnx").write_text("a pointer to a large file, not the file itself")
    with pytest.raises(SourceError, match="found 46 bytes"):
        MiniLMEmbedder(tmp_path).embed(["x"])


def test_the_protocol_is_met_by_the_default_and_the_fake():
    from fakes import FakeEmbedder

    embedders: list[Embedder] = [default_embedder(), FakeEmbedder()]
    for one in embedders:
        assert one.embed(["a b", "c"]).shape == (2, one.dimensions)
        assert one.embed([]).shape == (0, one.dimensions)
        assert one.name and one.max_tokens == 256


def test_the_fake_depends_on_content_only():
    from fakes import FakeEmbedder

    fake = FakeEmbedder()
    assert np.array_equal(
        fake.embed(["a b", "c", ""])[1:], np.concatenate([fake.embed(["c"]), fake.embed([""])])
    )
    near, query, far = fake.embed(["fair recruitment of workers", "recruitment of workers", "safe borders"])
    assert query @ near > query @ far
    assert fake.count_tokens("No, sir") == 3
