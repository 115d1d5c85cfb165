# ruff: noqa: E501
"""The part of ``benchmarks/large.py`` for a Chroma server: ``run SIZE --server``.

A server is started on a temporary folder; one client fills it, asks, asks again after the server was started
anew, and a second client that has nothing yet fetches the documents, makes its catalogue and asks.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from assistant.workspace import Workspace  # noqa: E402
from benchmarks import large  # noqa: E402
from tests.server_kit import Server  # noqa: E402


def workspace(root: Path, url: str) -> Workspace:
    """That of a client whose folder is ``root``."""
    return Workspace("benchmark", root, root / "server", url)


def fill(size: int, root: Path, url: str, _began: float) -> dict[str, float]:
    """Fill the server as ``corpus add`` does, in one run."""
    from assistant import own_documents
    from assistant.embeddings import default_embedder
    from assistant.store import Identity, server

    here, staged = workspace(root, url), []
    embedder = default_embedder() if size <= 206 else large.SpreadVectors()
    course = large.Course()
    with (
        server.writing(here),
        server.revising(here, embedder, notes={}, fresh=True) as (revision, finish),
    ):
        for source in [large.real_source()] if size <= 206 else large.synthetic(size):
            if size > 206:
                original = root / source.document.file
                original.parent.mkdir(parents=True, exist_ok=True)
                original.write_text(source.text, encoding="utf-8")
                staged.append(own_documents.stage(here.documents, source, original, {}))
            entered = source if size <= 206 else replace(source, document=staged[-1].document)
            revision.put(entered, course.note)
        finish(
            Identity("benchmark", embedder.name, "none"),
            {},
            lambda: [own_documents.enforce(entry) for entry in staged] and None,
        )
    return course.figures()


def query(_size: int, root: Path, url: str, began: float) -> dict[str, float]:
    """Ask with the catalogue that is there."""
    from assistant.store import server

    return large.ask(lambda: server.open_whole(workspace(root, url)), began)


def fetch(size: int, root: Path, url: str, began: float) -> dict[str, float]:
    """Fetch the documents, make the catalogue, ask."""
    from assistant import own_documents
    from assistant import store as stores
    from assistant.store import Identity, server

    here = workspace(root, url)
    server.pull(here)
    meta = server.identity_of(here)
    assert meta is not None
    embedder = large.SpreadVectors()
    if size <= 206:
        from assistant.embeddings import default_embedder

        embedder = default_embedder()
    found = (
        [large.real_source()] if size <= 206 else own_documents.sources(own_documents.entries(here.documents))
    )
    with (
        stores.writing(here.store),
        server.following(here, embedder, notes={}, fresh=True) as (revision, finish),
    ):
        for source in found:
            revision.put(source)
        finish(Identity(**meta), {}, lambda: None)
    return query(size, root, url, began)


STEPS = {"fill": fill, "query": query, "fetch": fetch}


def used(pid: int) -> tuple[float, float, float]:
    """Memory of a process in MiB, at most and now, and its processor time in seconds (Linux)."""
    import os

    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
    )
    times = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    ticks = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    most, now = (int(status[name].split()[0]) / 1024 for name in ("VmHWM", "VmRSS"))
    return most, now, ticks


def written(pid: int) -> int:
    """Bytes that a process has written (Linux)."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("wchar")))


def run(size: int, folder: Path | None, sync: int | None) -> None:
    """One size; ``sync`` tries another synchronisation of the graph than the program's."""
    from assistant.store import connection

    root = Path(tempfile.mkdtemp(prefix="large-server-", dir=folder))
    server = Server(root / "db").start()

    def step(what: str, client: str) -> dict[str, object]:
        arguments = [what, str(size), str(root / client), server.url, str(sync or 0), repr(time.time())]
        return large.apart(__file__, *arguments)

    try:
        assert server.process is not None
        result = step("fill", "one")
        most, now, seconds = used(server.process.pid)
        result |= {
            "sync_threshold": sync or connection.SYNC,
            "server_peak_mib": most,
            "server_mib": now,
            "server_cpu_seconds": seconds,
            "server_written_bytes": written(server.process.pid),
            "server_disk_bytes": large.disk(root / "db"),
            "client_disk_bytes": large.disk(root / "one" / "server"),
        }
        result |= step("query", "one")
        server.stop()
        server.start()
        restarted = step("query", "one")
        most, now, seconds = used(server.process.pid)
        result |= {
            "restarted_cold_seconds": restarted["cold_seconds"],
            "restarted_server_mib": now,
            "restarted_server_cpu_seconds": seconds,
        }
        fetched = step("fetch", "two")
        result |= {f"fetch_{name}": fetched[name] for name in ("cold_seconds", "cold_cpu_seconds")}
        large.keep(f"large-server-{size}" + (f"-sync-{sync}" if sync else ""), result)
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)


def table() -> str:
    """The results as Markdown."""
    lines = [
        "| passages on a server | synchronised every | filling, wall time | client's processor time | server's | server's memory | after a restart | written by it | server's disk | client's disk | query p50 (client's processor) | p95 | cold start | after a restart of the server | client that must fetch | load |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for r in large.results("large-server-*.json"):
        lines.append(
            f"| {r['passages']:,} | {r['sync_threshold']:,} | {r['build_seconds']:,.0f} s ({r['ingestion_rate']:.0f}/s) "
            f"| {r['build_cpu_seconds']:.0f} s | {r['server_cpu_seconds']:.0f} s "
            f"| {r['server_mib']:.0f} MiB | {r['restarted_server_mib']:.0f} MiB "
            f"| {r['server_written_bytes'] / 1e6:,.0f} MB | {r['server_disk_bytes'] / 1e6:,.0f} MB | {r['client_disk_bytes'] / 1e6:,.0f} MB "
            f"| {r['p50_ms']:.0f} ms ({r['p50_cpu_ms']:.0f}) | {r['p95_ms']:.0f} ms "
            f"| {r['cold_seconds']:.1f} s | {r['restarted_cold_seconds']:.1f} s | {r['fetch_cold_seconds']:.1f} s "
            f"| {r['load_average']:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """A step, in a process of its own."""
    what, size, root, url, sync, began = sys.argv[1:]
    if int(sync):
        from assistant.store import connection

        connection.SYNC = int(sync)
    print(json.dumps(STEPS[what](int(size), Path(root), url, float(began))))


if __name__ == "__main__":
    main()
