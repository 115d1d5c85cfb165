"""The kill matrix against a Chroma server: its clients killed (-9) at random moments, and the server itself.

    python benchmarks/kills_server.py [--kills 6] [--seed 1]

After each kill, with the server up, the client that was killed and a machine that has never seen the server
must find the corpus as it was or as it would have become, never a mix: the same documents, every passage,
a vector for every chunk, every hit resolving, the same scores. Repeating the command must then succeed, which
needs the dead writer's lock taken over, end in the new state and leave nothing behind on the server.
The embedder is the tests' (vectors by words), everything else is real, ``chroma run`` on loopback included.
The result goes into ``benchmarks/results/kills.md``.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.kills import matrix, options, write_section  # noqa: E402
from tests.server_kit import Server, litter, seen, shared_state  # noqa: E402
from tests.store_kit import home, kill_after, library, note, spawn  # noqa: E402

WORKS = ("first build", "build", "add", "change", "remove")
NAMES = (*(f"{w}, client killed" for w in WORKS), *(f"{w}, server killed" for w in WORKS[1:]))


class ServerCase:
    """One kind of work against a server: folders before it, what may be found after a kill."""

    def __init__(self, name: str, folder: Path) -> None:
        self.what, whom = name.split(", ")
        self.client = whom == "client killed"
        self.folder = folder
        self.ends: Counter[str] = Counter()
        self.server = Server(folder / "db")
        self.home = folder / "home"
        self.paths = [note(folder / f"{n}.md", f"Recommendation {n} on visas.", f"Note {n}") for n in "abc"]
        self._prepare()
        self._measure()

    @property
    def work(self) -> tuple[str, ...]:
        """The command of :mod:`tests.store_kit`."""
        if self.what == "remove":
            return ("remove", "b")
        return ("build",) if "build" in self.what else ("add", *map(str, self.paths))

    def _prepare(self) -> None:
        """The state before the work, kept as a template."""
        (self.folder / "db").mkdir()
        self.home.mkdir()
        self.server.start()
        with home(self.home):
            found = library(self.home, store=self.server.url)
            if self.what != "first build":
                found.build_index()
            if self.what in {"build", "change", "remove"}:
                found.add(self.paths)
        if self.what == "change":
            note(self.paths[1], "A changed recommendation on visas.", "Note b")
        self.server.stop()
        for name in ("db", "home"):
            (self.folder / name).rename(self.folder / f"{name}-before")

    def _start(self) -> None:
        for name in ("db", "home"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            shutil.copytree(self.folder / f"{name}-before", self.folder / name)
        self.server.start()

    def _measure(self) -> None:
        """The states allowed, and how long the work takes when nobody is killed."""
        self._start()
        self.old = "" if self.what == "first build" else shared_state(self.home, self.server.url)
        process = self._spawn()
        assert process.stdout is not None
        process.stdout.readline()
        began = time.perf_counter()
        _, errors = process.communicate()
        self.length = (time.perf_counter() - began) * (1.0 if self.client else 0.8)  # the end needs no server
        assert process.returncode == 0, errors.decode()
        self.new = shared_state(self.home, self.server.url)
        left = litter(self.home, self.server.url)
        assert not left, left
        self.server.stop()

    def _spawn(self):  # noqa: ANN202 a Popen
        return spawn(self.home, *self.work, GCM_DRAFT_STORE=self.server.url)

    def kill(self, moment: float) -> tuple[bool, str]:
        """One kill; whether it hit, and what was found."""
        self._start()
        hit = False
        try:
            if self.client:
                hit = kill_after(self._spawn(), moment)
            else:
                hit, told = self._kill_server(moment)
                if not told:
                    return hit, "the client's error does not tell"
            found = shared_state(self.home, self.server.url)
            self.ends["old" if found == self.old else "new"] += 1
            if found not in {self.old or self.new, self.new}:
                return hit, "MIX"
            again = self._spawn()
            _, errors = again.communicate(timeout=300)
            gone = self.what == "remove" and found == self.new and b"no document of yours" in errors
            if again.returncode and not gone:
                return hit, f"the next run failed: {errors.decode()[-300:]}"
            if seen(self.home, self.server.url) != self.new:
                return hit, "MIX after the next run"
            return hit, self._tidy()
        except Exception as error:
            return hit, f"{type(error).__name__}: {str(error)[:300]}"
        finally:
            self.server.stop()

    def _tidy(self) -> str:
        """Nothing of the interrupted run is left after the next change."""
        with home(self.home):
            library(self.home, store=self.server.url).add([note(self.folder / "z.md", "Z.", "Z")])
        left = litter(self.home, self.server.url)
        return f"left on the server: {', '.join(left)}" if left else "whole"

    def _kill_server(self, moment: float) -> tuple[bool, bool]:
        """Kill the server under a client at work and start it again; whether it hit, whether the client told."""
        process = self._spawn()
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moment)
        hit = process.poll() is None
        self.server.kill()
        _, errors = process.communicate(timeout=300)
        self.server.start()
        told = process.returncode == 0 or b"assistant.errors.StoreError: " in errors
        return hit and process.returncode != 0, told


def main() -> None:
    """Run the matrix and write the table."""
    given = options(__doc__, 6)
    cases: list[ServerCase] = []

    def make(name: str, folder: Path) -> ServerCase:
        cases.append(ServerCase(name, folder))
        return cases[-1]

    found = matrix(NAMES, given.kills, given.seed, make)
    ends = sum((case.ends for case in cases), Counter())
    write_section(
        "A store on a Chroma server",
        f"python benchmarks/kills_server.py --kills {given.kills} --seed {given.seed}",
        found,
        f"Found right after the kill: the old state {ends['old']} times, the new one {ends['new']} times.",
    )
    sys.exit(bool(found[2]))


if __name__ == "__main__":
    main()
