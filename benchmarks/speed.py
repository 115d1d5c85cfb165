"""How fast gcm-draft starts and answers, as ratios to what it stands on, measured in one run.

    python benchmarks/speed.py [--runs N] [--write]

Every figure is a whole process, started anew each time with the page cache warm, in rounds: each round runs
every case once, so that a busy machine slows all of them. A ratio is the median of the rounds' ratios. The
store is built once in a folder of its own. ``--write`` puts the result into ``benchmarks/results/speed.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results" / "speed.md"
ROOT = Path(__file__).resolve().parent.parent
QUESTION = "ethical recruitment"
PIPELINE = """
import sys
import chromadb
from llama_index.core import VectorStoreIndex
from llama_index.vector_stores.chroma import ChromaVectorStore
from assistant.corpus import load_shipped
from assistant.embeddings import default_embedder
from assistant.integrations.default_pipeline import TOP_K, default_index
from assistant.integrations.llama_embedding import EmbedderAdapter

settings = chromadb.config.Settings(anonymized_telemetry=False)
client = chromadb.PersistentClient(sys.argv[1], settings=settings)
store = ChromaVectorStore(chroma_collection=client.get_or_create_collection("default"))
if sys.argv[2] == "build":
    texts = {s.document.id: s.text for s in load_shipped().sources.values()}
    index = default_index(texts, default_embedder(), store)
else:
    model = EmbedderAdapter(embedder=default_embedder())
    index = VectorStoreIndex.from_vector_store(store, embed_model=model)
found = index.as_retriever(similarity_top_k=TOP_K).retrieve(sys.argv[3])
assert len(found) == TOP_K
"""
OBJECTIVES = """
import json, time
started = time.perf_counter()
from assistant.library import Library
library = Library()
library.search("ready")
ready = time.perf_counter()
for number in library.objectives:
    library.render(library.draft(f"Objective {number}", template="objective-summary"), "md")
print(json.dumps({"load": ready - started, "objectives": time.perf_counter() - ready}))
"""


@dataclass(slots=True)
class Case:
    """One command and what its runs took: wall and processor seconds, peak resident memory in 10^6 bytes."""

    name: str
    command: list[str]
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def run(self, home: Path, *, count: bool = True) -> None:
        """Run once; the output is read away. Raises RuntimeError if the command fails."""
        environment = {
            k: v
            for k, v in os.environ.items()
            if k != "PYTHONDONTWRITEBYTECODE" and not k.startswith("GCM_DRAFT_")
        }
        # Not by GCM_DRAFT_HOME: where such a variable is set, the settings are read, at a cost.
        folders = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
        environment |= {**dict.fromkeys(folders, str(home)), "PYTHONPATH": str(ROOT)}
        home.mkdir(exist_ok=True)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            started = time.perf_counter()
            child = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment
            )
            _, status, used = os.wait4(child.pid, 0)
            wall = time.perf_counter() - started
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            if child.returncode:
                raise RuntimeError(
                    f"{self.name}: exit status {child.returncode}: {err.read().decode()[-2000:]}"
                )
            said = out.read().decode()
        if count:
            self.wall.append(wall)
            self.processor.append(used.ru_utime + used.ru_stime)
            scale = 1 if sys.platform == "darwin" else 1024
            self.memory.append(used.ru_maxrss * scale / 1e6)
            self.said.append(said)

    @property
    def seconds(self) -> float:
        """The median of the runs' wall seconds."""
        return statistics.median(self.wall)


def program(*arguments: str) -> list[str]:
    """The installed program if it stands beside this Python, else the checkout's."""
    script = Path(sys.executable).parent / "gcm-draft"
    if script.is_file():
        return [str(script), *arguments]
    return [sys.executable, "-c", "from assistant.cli import main; main()", *arguments]


def python(code: str, *arguments: str) -> list[str]:
    """A Python process."""
    return [sys.executable, "-c", code, *arguments]


def ratio(case: Case, other: Case) -> float:
    """The median over the rounds of one case's time to the other's."""
    return statistics.median(a / b for a, b in zip(case.wall, other.wall, strict=True))


def measure(runs: int, work: Path) -> dict[str, Case]:
    """Run everything: builds first (each in a fresh folder), then the light cases in rounds."""
    home, fresh = work / "home", max(1, min(3, runs // 4))
    cases = {
        "help": Case("gcm-draft --help", program("--help")),
        "question": Case(f'gcm-draft "{QUESTION}"', program(QUESTION)),
        "chromadb": Case('python -c "import chromadb"', python("import chromadb")),
        "llama": Case('python -c "import llama_index.core"', python("import llama_index.core")),
        "default": Case(
            "llama-index + Chroma, query over its store",
            python(PIPELINE, str(work / "default"), "query", QUESTION),
        ),
        "objectives": Case("23 objectives in one process", python(OBJECTIVES)),
    }
    build = Case("gcm-draft index build, nothing there", program("index", "build"))
    default = Case("llama-index + Chroma, build and query", [])
    for i in range(fresh):
        say(f"builds, {i + 1} of {fresh}")
        build.run(home if i == 0 else work / f"home{i}")
        where = work / ("default" if i == 0 else f"default{i}")
        default.command = python(PIPELINE, str(where), "build", QUESTION)
        default.run(home)
    for case in cases.values():
        case.run(home, count=False)
    for i in range(runs):
        say(f"round {i + 1} of {runs}")
        for case in cases.values():
            case.run(home)
    return {**cases, "build": build, "default_build": default}


def say(doing: str) -> None:
    """Progress on stderr."""
    print(f"{doing} …", file=sys.stderr, flush=True)


def goals(cases: dict[str, Case]) -> list[tuple[str, float, float, str]]:
    """What is to be reached: name, found, goal (at most), unit."""
    question, inside = cases["question"], _objectives(cases["objectives"])
    return [
        (f"{question.name}, whole process", question.seconds, 0.5, "s"),
        (f"{question.name} to import chromadb", ratio(question, cases["chromadb"]), 0.6, ""),
        ("gcm-draft --help", cases["help"].seconds, 0.15, "s"),
        ("23 objectives after start", inside, 2.0, "s"),
        ("first index build", cases["build"].seconds, 10.0, "s"),
        ("peak memory of a question", max(question.memory), 250.0, "MB"),
        ("peak memory of 23 objectives", max(cases["objectives"].memory), 250.0, "MB"),
        ("peak memory of the index build", max(cases["build"].memory), 250.0, "MB"),
    ]


def _objectives(case: Case) -> float:
    return statistics.median(json.loads(said.splitlines()[-1])["objectives"] for said in case.said)


def ratios(cases: dict[str, Case]) -> list[tuple[str, float]]:
    """What things cost, as a share of what they are compared with."""
    question = cases["question"]
    named = [
        (f"{question.name} / {cases[k].name}", ratio(question, cases[k]))
        for k in ("chromadb", "llama", "default")
    ]
    build, default = cases["build"], cases["default_build"]
    return [*named, (f"{build.name} / {default.name}", build.seconds / default.seconds)]


def report(cases: dict[str, Case], runs: int, load: Sequence[float]) -> str:
    """The result as Markdown."""
    lines = [
        "# Speed",
        "",
        f"Written by `python benchmarks/speed.py --runs {runs} --write`; do not edit.",
        "",
        f"Machine: {machine()}. {versions()}. Load by others before: {load[0]:.1f}.",
        f"{runs} rounds, builds {len(cases['build'].wall)}; every run a process of its own, page cache warm.",
        "",
        "| process | median s | least s | processor s | peak MB |",
        "|---|---:|---:|---:|---:|",
        *(_row(case) for case in cases.values()),
        "",
        "llama-index + Chroma is the default pipeline: whole documents in chunks of 1024 tokens with overlap",
        "20, the five best, with the same embedder and the same files.",
        "",
        "| ratio | |",
        "|---|---:|",
        *(f"| {name} | {value:.2f} |" for name, value in ratios(cases)),
        "",
        "| goal | found | at most | |",
        "|---|---:|---:|---|",
    ]
    for name, found, most, unit in goals(cases):
        how = "reached" if found <= most else f"missed by {found - most:.2f} {unit}".rstrip()
        lines.append(f"| {name} | {f'{found:.2f} {unit}'.rstrip()} | {f'{most:g} {unit}'.rstrip()} | {how} |")
    return "\n".join(lines) + "\n"


def _row(case: Case) -> str:
    middle, least, used = case.seconds, min(case.wall), statistics.median(case.processor)
    return f"| {case.name} | {middle:.2f} | {least:.2f} | {used:.2f} | {max(case.memory):.0f} |"


def machine() -> str:
    """Processors and memory; no name."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{processors} processors, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def versions() -> str:
    """What was measured with."""
    named = ("chromadb", "llama-index-core", "onnxruntime")
    return f"Python {platform.python_version()}, " + ", ".join(f"{n} {metadata.version(n)}" for n in named)


def main() -> None:
    """Measure, print, and with ``--write`` record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=15, help="rounds (default: 15)")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.relative_to(ROOT)}")
    given = parser.parse_args()
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="gcm-draft-speed-") as work:
        cases = measure(max(1, given.runs), Path(work))
    text = report(cases, given.runs, load)
    print(text, end="")
    if given.write:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
