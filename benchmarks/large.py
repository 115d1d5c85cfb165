# ruff: noqa: D102, D103, E501
"""How the store bears size: ingestion, disk, memory, warm queries, cold start.

    python benchmarks/large.py run 206 10000 100000
    python benchmarks/large.py run 206 10000 --server
    python benchmarks/large.py table

The 206 are the real units of the Recollection, embedded by the real model. Larger sizes are synthetic:
clauses of the shipped corpus put together at random to passages of the same lengths, so that words and
lengths are distributed as in the real one. Their vectors are random unit vectors around a few hundred
centres (the embedder's own rate is measured beside, on the same passages): the store's own work is measured,
not hours of embedding. Each size runs in a process of its own; results go to ``benchmarks/results/``. With
``--server`` the same passages go to a Chroma server started for it; see ``benchmarks/large_server.py``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
sys.path.insert(0, str(ROOT))

from assistant.corpus import load_shipped  # noqa: E402
from assistant.model import Document, Passage, Source  # noqa: E402

if TYPE_CHECKING:
    from assistant.store import Store

QUESTIONS = (
    "ethical recruitment", "portability of social security benefits", "birth registration of migrant children",
    "remittance transfer costs", "recognition of skills and qualifications", "consular protection in crisis",
    "return and reintegration", "detention alternatives", "missing migrants identification",
    "diaspora investment", "gender responsive policies", "access to justice for migrant workers",
    "xenophobia in public discourse", "circular migration for seasonal workers", "data collection on migration",
    "border management training", "trafficking in persons prosecution", "climate displacement planned relocation",
    "family reunification procedures", "pre-departure orientation programmes",
)  # fmt: skip
PASSAGES_A_DOCUMENT = 1_000


class SpreadVectors:
    """An embedder without a model: unit vectors around centres, by the text alone; tokens are words."""

    dimensions, max_tokens, name = 384, 256, "benchmark-random"

    def __init__(self) -> None:
        import numpy as np

        self._centres = np.random.default_rng(7).standard_normal((400, self.dimensions)).astype(np.float32)

    def embed(self, texts: Sequence[str]):  # noqa: ANN201
        import numpy as np

        made = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for i, text in enumerate(texts):
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
            rng = np.random.default_rng(seed)
            made[i] = self._centres[seed % 400] + rng.standard_normal(self.dimensions, dtype=np.float32)
            made[i] /= np.linalg.norm(made[i])
        return made

    def count_tokens(self, text: str) -> int:
        return len(text.split())


def units() -> list[Passage]:
    """The 206 policy options, practical actions and practice examples of the Recollection."""
    kinds = ("policy_option", "practical_action", "practice_example")
    return [p for p in load_shipped().passages.values() if p.kind in kinds]


def synthetic(count: int) -> Iterator[Source]:
    """Documents of synthetic passages, ``count`` in all; the same every time."""
    real = [p.text for p in load_shipped().passages.values() if p.kind != "mapping" and len(p.text) > 40]
    clauses = [c for text in real for c in re.split(r"(?<=[,;.:])\s+", text) if len(c) > 15]
    rng = random.Random(1)
    for start in range(0, count, PASSAGES_A_DOCUMENT):
        identity = f"synthetic-{start // PASSAGES_A_DOCUMENT:05d}"
        made, parts, offset = [], [], 0
        for n in range(min(PASSAGES_A_DOCUMENT, count - start)):
            length, text = len(rng.choice(real)), ""
            while len(text) < length:
                text = f"{text} {rng.choice(clauses)}".strip()
            heading = (f"Chapter {n // 50 + 1}", rng.choice(clauses)[:60])
            made.append(Passage(
                f"{identity}/para.{n + 1}", identity, "paragraph", text, ((offset, offset + len(text)),), heading,
                page_start=n // 8 + 1, page_end=n // 8 + 1, page_certain=True, locator=f"para. {n + 1}, p. {n // 8 + 1}",
            ))  # fmt: skip
            parts.append(text)
            offset += len(text) + 1
        whole = "\n".join(parts)
        document = Document(
            identity, f"Synthetic {identity}", identity, "Benchmark", "2020", ("en",), {"en": "Synthetic."},
            hashlib.sha256(whole.encode()).hexdigest(), f"{identity}.txt", "own-text", shipped=False,
        )  # fmt: skip
        yield Source(document, whole, (), tuple(made))


def real_source() -> Source:
    source = next(s for s in load_shipped().sources.values() if s.document.family == "recollection")
    chosen = {p.id for p in units()}
    return Source(
        source.document, source.text, source.pages, tuple(p for p in source.passages if p.id in chosen)
    )


def embedder_rate(passages: Sequence[Passage]) -> tuple[float, float]:
    """Passages a second of the real embedder alone on both cores; and for each second of processor time."""
    from assistant.embeddings import default_embedder

    embedder = default_embedder()
    embedder.embed(["warm up"])
    began, used = time.perf_counter(), time.process_time()
    embedder.embed([p.text for p in passages])
    return len(passages) / (time.perf_counter() - began), len(passages) / (time.process_time() - used)


def build(size: int, root: Path) -> dict[str, float]:
    """Fill a store and measure it. Runs in a process of its own."""
    from assistant.embeddings import default_embedder
    from assistant.store import Identity
    from assistant.store.ingestion import build as build_store

    real = size <= 206
    embedder = default_embedder() if real else SpreadVectors()
    sample = units() if real else list(next(synthetic(300)).passages)
    rate, rate_cpu = embedder_rate(sample)
    sources = [real_source()] if real else synthetic(size)
    course = Course()
    identity = Identity("benchmark", embedder.name, "none")
    build_store(root, sources, embedder, identity, progress=course.note).close()
    return {
        "embedder_rate": rate,
        "embedder_rate_cpu": rate_cpu,
        **course.figures(),
        "disk_bytes": disk(root),
    }


def disk(root: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(p.stat().st_size for p in root.rglob("*") if p.is_file())


class Course:
    """How filling a store goes on."""

    def __init__(self) -> None:
        self.began, self.used = time.perf_counter(), time.process_time()
        self.steps: list[tuple[float, int]] = []
        self.done = 0

    def note(self, count: int) -> None:
        """So many passages more."""
        self.done += count
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self.steps.append((time.perf_counter() - self.began, peak))
        if self.done % 20_480 < count:
            seconds, peak = self.steps[-1]
            print(
                f"  {self.done:>9,} passages, {self.done / seconds:.0f}/s, peak {peak / 1024:.0f} MiB",
                flush=True,
            )

    def figures(self) -> dict[str, float]:
        """At the end."""
        seconds = time.perf_counter() - self.began
        quarter = self.steps[max(0, len(self.steps) // 4 - 1)]
        return {
            "passages": self.done,
            "load_average": os.getloadavg()[0],
            "build_seconds": seconds,
            "build_cpu_seconds": time.process_time() - self.used,
            "ingestion_rate": self.done / seconds,
            "peak_mib_at_a_quarter": quarter[1] / 1024,
            "peak_mib_filling": self.steps[-1][1] / 1024,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


def query(root: Path, began: float) -> dict[str, float]:
    """Cold start to the first answer, then warm questions. Runs in a process of its own."""
    from assistant.store import open_store

    return ask(lambda: open_store(root), began)


def ask(opened: Callable[[], Store], began: float) -> dict[str, float]:
    """The same of any store."""
    import numpy as np

    from assistant.elsewhere import Elsewhere
    from assistant.embeddings import as_text, default_embedder
    from assistant.known_questions import KnownQuestions
    from assistant.resources import shipped
    from assistant.retrieval import Retriever
    from assistant.thesaurus import Thesaurus, read

    thesaurus = Thesaurus.prepare(read(shipped("corpus") / "thesaurus", None))
    store = opened()
    meant = store.catalogue.meta["embedder"]
    embedder = default_embedder() if meant != SpreadVectors.name else SpreadVectors()
    nowhere = as_text(
        np.zeros(embedder.dimensions, np.float32)
    )  # these stores have no list of other subjects
    elsewhere = Elsewhere(lambda _: nowhere, embedder.dimensions)
    known = KnownQuestions(lambda _: None, embedder.dimensions)
    retriever = Retriever(store, embedder, thesaurus, elsewhere, known)
    retriever.search(QUESTIONS[0])
    cold = time.time() - began
    cold_cpu = time.process_time()
    times, processor = [], []
    for question in QUESTIONS * 3:
        start, used = time.perf_counter(), time.process_time()
        retriever.search(question)
        times.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    return {
        "cold_seconds": cold,
        "cold_cpu_seconds": cold_cpu,
        "p50_cpu_ms": 1000 * statistics.median(processor),
        "p95_cpu_ms": 1000 * sorted(processor)[int(0.95 * len(processor))],
        "p50_ms": 1000 * statistics.median(times),
        "p95_ms": 1000 * sorted(times)[int(0.95 * len(times))],
        "query_peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def run(size: int, folder: Path | None) -> None:
    """One size: build and query, each in a process of its own; the result is committed."""
    root = Path(tempfile.mkdtemp(prefix="large-", dir=folder))
    try:
        result: dict[str, object] = {}
        for step in ("build", "query"):
            result |= apart(__file__, "step", step, str(size), str(root), repr(time.time()))
        keep(f"large-{size}", result)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def apart(*arguments: str) -> dict[str, object]:
    """What a step says that runs in a process of its own."""
    command = [sys.executable, *arguments]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    print(output, end="", flush=True)
    found: dict[str, object] = json.loads(output.splitlines()[-1])
    return found


def keep(name: str, result: dict[str, object]) -> None:
    """Write a result with what it was measured on."""
    result |= {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def results(pattern: str) -> list[dict[str, float]]:
    """The results kept, smallest first."""
    found = [json.loads(p.read_text(encoding="utf-8")) for p in RESULTS.glob(pattern)]
    return sorted(found, key=lambda r: r["passages"])


def table() -> str:
    """The results as Markdown."""
    rows = results("large-[0-9]*.json")
    lines = [
        "| passages | embedder alone, passages/s of one core | store alone, the same | wall time of the build | disk | peak memory filling: at a quarter, at the end | memory of a question | query p50 (processor) | p95 (processor) | cold start (processor) | load |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for r in rows:
        alone = "" if r["passages"] <= 206 else f"{r['passages'] / r['build_cpu_seconds']:.0f}"
        lines.append(
            f"| {r['passages']:,} | {r['embedder_rate_cpu']:.0f} | {alone} | {r['build_seconds']:,.0f} s "
            f"| {r['disk_bytes'] / 1e6:,.0f} MB | {r['peak_mib_at_a_quarter']:.0f}, {r['peak_mib_filling']:.0f} MiB "
            f"| {r['query_peak_mib']:.0f} MiB "
            f"| {r['p50_ms']:.0f} ms ({r['p50_cpu_ms']:.0f}) | {r['p95_ms']:.0f} ms ({r['p95_cpu_ms']:.0f}) "
            f"| {r['cold_seconds']:.1f} s ({r['cold_cpu_seconds']:.1f}) | {r['load_average']:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    sizes = commands.add_parser("run")
    sizes.add_argument("sizes", type=int, nargs="+")
    sizes.add_argument("--folder", type=Path, help="where the stores are made and removed again")
    sizes.add_argument("--server", action="store_true", help="on a Chroma server started for it")
    sizes.add_argument("--sync", type=int, help="of the server's collection; kept under a name of its own")
    commands.add_parser("table")
    step = commands.add_parser("step")
    step.add_argument("what", choices=["build", "query"])
    step.add_argument("size", type=int)
    step.add_argument("root", type=Path)
    step.add_argument("began", type=float)
    given = parser.parse_args()
    from benchmarks import large_server

    if given.command == "table":
        print(table(), large_server.table(), sep="\n\n")
    elif given.command == "step":
        result = build(given.size, given.root) if given.what == "build" else query(given.root, given.began)
        print(json.dumps(result))
    else:
        for size in given.sizes:
            print(f"{size:,} passages", flush=True)
            if given.server:
                large_server.run(size, given.folder, given.sync)
            else:
                run(size, given.folder)


if __name__ == "__main__":
    main()
