"""What the tests of store, own documents and faults share: a home with a built store, work to do, its state.

Run as a program it does one piece of work in a home, so that a test can kill it:
``python -m tests.store_kit HOME add FILE…``.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.library import Library
from tests.fakes import FakeEmbedder

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def home(folder: Path, **more: str) -> Iterator[None]:
    """The environment in which ``folder`` is the user's data folder."""
    wanted = {"GCM_DRAFT_HOME": str(folder), **more}
    former = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in former.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def library(folder: Path, **options: str) -> Library:
    """A library on a home, with the embedder that needs no model."""
    with home(folder):
        return Library(embedder=FakeEmbedder(), **options)


@functools.cache
def _built() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gcm-draft-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    library(folder).build_index()
    return folder


def built_home(folder: Path) -> Path:
    """A new home at ``folder`` in which the index of the shipped corpus is built."""
    shutil.copytree(_built(), folder, dirs_exist_ok=True)
    return folder


NOTE = """# {title}

1. Delegations asked that zero recruitment fees be charged to nurses from island states.

2. Seasonal fishing visas were praised by coastal villages.

## Recommendations

- {first}
- Publish the fee schedule of each recruiter online.
"""


def note(
    path: Path, first: str = "Establish a public registry of fishing visas.", title: str = "Fishing note"
) -> Path:
    """A small Markdown document of five passages and a heading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(NOTE.format(title=title, first=first), encoding="utf-8")
    return path


def state(folder: Path) -> str:
    """A fingerprint of a home's corpus and store as a reader finds them; proves that they are whole and one.

    What a reader does anyway is done: an interrupted step is caught up with.
    """
    found = library(folder)
    with home(folder):
        store = found._store
        assert not found.identity.differences(store.catalogue.meta)
        assert not store.catalogue.check()
        expected = {p.id: p for p in found.corpus.passages.values()}
        entered = store.catalogue.passages_by_id(list(expected))
        assert entered == expected
        assert store.catalogue.count("passage") == len(expected)
        assert store.catalogue.count("chunk") == store.vectors.count()
        answer = found.search("fishing visas registry", k=3)
        lines = [*sorted(expected), *(h.passage.text for h in answer.hits)]
        store.close()
    left = [p.name for p in (folder / "corpora/default/store").glob("gen-*")]
    assert len(left) <= 2, left
    return hashlib.sha256("\n".join([found.identity.corpus_sha256, *lines]).encode()).hexdigest()


def spawn(folder: Path, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
    """A piece of work in a process of its own; says ``ready`` on stdout when the heavy imports are done."""
    environment = {**os.environ, "GCM_DRAFT_HOME": str(folder), **more}
    command = [sys.executable, "-m", "tests.store_kit", str(folder), *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Kill -9 so long after it is ready; whether it was still at work."""
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(seconds)
    running = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.communicate()
    return running


def work(folder: Path, what: str, arguments: list[str]) -> None:
    """One piece of work: build, add, remove, batch."""
    found = library(folder)
    if what == "build":
        found.build_index(force=True)
    elif what == "add":
        reports = found.add([Path(a) for a in arguments])
        assert all(r.outcome != "refused" for r in reports), reports
    elif what == "remove":
        found.remove(arguments)
    else:
        from unittest.mock import patch

        from assistant.cli.group import program

        # The command line with the embedder that needs no model: nothing else stands in for anything.
        with patch("assistant.embeddings.default_embedder", FakeEmbedder):
            program.main([what, *arguments], standalone_mode=False)


if __name__ == "__main__":
    import chromadb  # noqa: F401 the imports take long and change nothing: kills are meant for the work

    print("ready", flush=True)
    with home(Path(sys.argv[1])):
        work(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
