"""The kill matrix: build, add, change, remove and batch, each killed (-9) at random moments.

    python benchmarks/kills.py [--kills 12] [--seed 1]

After each kill the home must be, for a reader, either as it was or as it would have become (or, of several
documents, have some of them whole), the next run must end well, and no finished brief may be half written.
The embedder is the tests' (vectors by words), everything else is real. The result is written to
``benchmarks/results/kills.md``. ``benchmarks/kills_server.py`` does the same against a Chroma server.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.store_kit import built_home, kill_after, library, note, spawn, state  # noqa: E402


class Case:
    """One kind of work: the home before it, what may be found after a kill, how to end well."""

    def __init__(self, what: str, folder: Path) -> None:
        self.what, self.folder = what, folder
        self.template = built_home(folder / "template")
        self.paths = [note(folder / f"{n}.md", f"Recommendation {n} on visas.", f"Note {n}") for n in "abc"]
        self.arguments: list[str] = []
        self.length = 1.0
        getattr(self, f"_{what}")()

    def _build(self) -> None:
        shutil.rmtree(self.template / "corpora/default/store")
        self.allowed = {state(shutil.copytree(built_home(self.folder / "whole"), self.folder / "once"))}
        self.length = 4.0

    def _add(self) -> None:
        self.arguments = [str(p) for p in self.paths]
        copy = Path(shutil.copytree(self.template, self.folder / "copy"))
        self.allowed = {state(copy)}
        for path in self.paths:
            library(copy).add([path])
            self.allowed.add(state(copy))

    def _change(self) -> None:
        library(self.template).add(self.paths)
        copy = Path(shutil.copytree(self.template, self.folder / "copy"))
        self.allowed = {state(copy)}
        note(self.paths[1], "A changed recommendation on visas.", "Note b")
        library(copy).add(self.paths)
        self.allowed.add(state(copy))
        self.arguments = [str(p) for p in self.paths]

    def _remove(self) -> None:
        library(self.template).add(self.paths)
        copy = Path(shutil.copytree(self.template, self.folder / "copy"))
        self.allowed = {state(copy)}
        library(copy).remove(["b"])
        self.allowed.add(state(copy))
        self.arguments = ["b"]

    def _batch(self) -> None:
        self.allowed = {state(self.template)}
        self.length = 4.0

    def kill(self, moment: float) -> tuple[bool, str]:
        """One kill; whether it hit, and what was found."""
        home = Path(shutil.copytree(self.template, self.folder / "home"))
        out = self.folder / "out"
        try:
            arguments = (
                ["--objectives", "1-8", "-o", str(out), "-f", "json"]
                if self.what == "batch"
                else self.arguments
            )
            work = "add" if self.what == "change" else self.what
            hit = kill_after(spawn(home, work, *arguments), moment)
            found = state(home)
            if found not in self.allowed:
                return hit, "MIX"
            for path in out.rglob("*.json") if out.is_dir() else []:
                if not path.name.startswith("."):
                    json.loads(path.read_text(encoding="utf-8"))
            again = spawn(home, work, *arguments)
            _, errors = again.communicate(timeout=600)
            gone = self.what == "remove" and b"no document of yours" in errors
            if again.returncode and not gone:
                return hit, f"the next run failed: {errors.decode()[-300:]}"
            if state(home) not in self.allowed:
                return hit, "MIX after the next run"
            return hit, "whole"
        except Exception as error:
            return hit, f"{type(error).__name__}: {str(error)[:300]}"
        finally:
            shutil.rmtree(home, ignore_errors=True)
            shutil.rmtree(out, ignore_errors=True)


class Killed(Protocol):
    """A kind of work that can be killed; ``length`` is in seconds."""

    length: float

    def kill(self, moment: float) -> tuple[bool, str]:
        """One kill; whether it hit, and what was found: "whole" or what is wrong."""
        ...


def matrix(
    names: Sequence[str], kills: int, seed: int, make: Callable[[str, Path], Killed]
) -> tuple[list[str], int, int]:
    """Kill each kind of work so often; the rows of the table, kills that hit, bad ends."""
    rng = random.Random(seed)
    rows, total, bad = [], 0, 0
    for what in names:
        folder = Path(tempfile.mkdtemp(prefix="kills-"))
        case = make(what, folder)
        found: Counter[str] = Counter()
        hits = 0
        began = time.time()
        for _ in range(kills):
            hit, result = case.kill(rng.uniform(0, case.length))
            hits += hit
            found[result] += 1
        total += hits
        bad += kills - found["whole"]
        otherwise = "; ".join(r for r in found if r != "whole")
        rows.append(f"| {what} | {kills} | {hits} | {found['whole']} | {otherwise} |")
        print(rows[-1], f"{time.time() - began:.0f} s", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
    return rows, total, bad


def write_section(heading: str, command: str, found: tuple[list[str], int, int], remark: str = "") -> None:
    """Put a table into ``kills.md`` in the place of the former one under this heading."""
    path = ROOT / "benchmarks" / "results" / "kills.md"
    path.parent.mkdir(exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.exists() else "# Kills at random moments\n"
    rows, total, bad = found
    section = "\n".join([
        f"## {heading}",
        "",
        f"`{command}`:",
        f"{total} kills while at work, {bad} bad ends; load at the end {os.getloadavg()[0]:.1f}.",
        *([remark] if remark else []),
        "",
        "| work | runs | killed at work | whole after | otherwise |",
        "| --- | ---: | ---: | ---: | --- |",
        *rows,
        "",
    ])  # fmt: skip
    start, *former = re.split(r"(?m)^(?=## )", text)
    kept = [part for part in former if not part.startswith(f"## {heading}\n")]
    parts = sorted([*kept, section])
    path.write_text("\n".join(p.rstrip() + "\n" for p in [start, *parts]), encoding="utf-8")


def options(text: str | None, kills: int) -> argparse.Namespace:
    """``--kills`` and ``--seed``."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=kills, help="for each kind of work")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Run the matrix and write the table."""
    given = options(__doc__, 12)
    found = matrix(("build", "add", "change", "remove", "batch"), given.kills, given.seed, Case)
    write_section(
        "A local store", f"python benchmarks/kills.py --kills {given.kills} --seed {given.seed}", found
    )
    sys.exit(bool(found[2]))


if __name__ == "__main__":
    main()
