"""What goes wrong around the program: kills, disks, homes, locales, hostile input. Nothing is lost."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from assistant.store import current_generation
from tests.store_kit import ROOT, built_home, home, kill_after, library, note, spawn, state

STORE = "corpora/default/store"
ROOT_ONLY = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to mount a disk"
)


# --- kills ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_killed_while_adding(tmp_path: Path, seed: int):
    """Afterwards the corpus is the old or the new one; the next run ends well."""
    folder, paths = (
        built_home(tmp_path / "home"),
        [note(tmp_path / "a.md"), note(tmp_path / "b.md", "B.", "B")],
    )
    reference = built_home(tmp_path / "reference")
    allowed = {state(folder)}
    for path in paths:
        library(reference).add([path])
        allowed.add(state(reference))
    kill_after(spawn(folder, "add", *map(str, paths)), random.Random(seed).uniform(0.0, 1.2))
    assert state(folder) in allowed
    assert {r.outcome for r in library(folder).add(paths)} <= {"added", "unchanged"}
    assert state(folder) == state(reference)


@pytest.mark.parametrize("seed", range(2))
def test_killed_while_changing(tmp_path: Path, seed: int):
    folder, path = built_home(tmp_path / "home"), note(tmp_path / "a.md")
    library(folder).add([path])
    old = state(folder)
    note(path, "Another recommendation on visas.")
    reference = Path(shutil.copytree(folder, tmp_path / "reference"))
    library(reference).add([path])
    new = state(reference)
    kill_after(spawn(folder, "add", str(path)), random.Random(seed).uniform(0.1, 1.2))
    assert state(folder) in {old, new}


def test_killed_while_building(tmp_path: Path):
    folder = built_home(tmp_path / "home")
    before = state(folder)
    kill_after(spawn(folder, "build"), 1.0)
    assert state(folder) == before
    shutil.rmtree(folder / STORE)
    kill_after(spawn(folder, "build"), 1.0)
    assert state(folder) == before


def test_killed_while_drafting_in_bulk(tmp_path: Path):
    """No finished file is half written, and a second run writes what is missing."""
    folder, out = built_home(tmp_path / "home"), tmp_path / "out"
    kill_after(spawn(folder, "batch", "--objectives", "1-6", "-o", str(out), "-f", "json"), 1.5)
    for path in out.rglob("*.json") if out.is_dir() else []:
        if not path.name.startswith("."):
            json.loads(path.read_text(encoding="utf-8"))
    process = spawn(folder, "batch", "--objectives", "1-6", "-o", str(out), "-f", "json")
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    briefs = [p for p in out.rglob("*.json") if "certificate" in json.loads(p.read_text(encoding="utf-8"))]
    assert len(briefs) == 6


# --- disks and homes -----------------------------------------------------------------------------------


@contextlib.contextmanager
def disk(folder: Path, size: str, *options: str):
    """A small disk of its own at ``folder``."""
    folder.mkdir()
    options = ("-o", ",".join([f"size={size}", *options]))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", *options, "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def command(folder: Path, *arguments: str, **more: str | None) -> subprocess.CompletedProcess[str]:
    """The installed program on a home; an environment variable that is None is not set."""
    environment = {
        k: v for k, v in {**os.environ, "GCM_DRAFT_HOME": str(folder), **more}.items() if v is not None
    }
    return subprocess.run(
        [sys.executable, "-c", "from assistant.cli import main; main()", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


@ROOT_ONLY
def test_a_full_disk_while_building(tmp_path: Path):
    with disk(tmp_path / "small", "3m"):
        done = spawn(tmp_path / "small", "build")
        _, errors = done.communicate(timeout=120)
        assert done.returncode != 0
        assert b"no room left" in errors
        assert current_generation(tmp_path / "small" / STORE) is None


@ROOT_ONLY
def test_a_full_disk_while_adding(tmp_path: Path):
    built = built_home(tmp_path / "built")
    size = sum(p.stat().st_size for p in built.rglob("*") if p.is_file())
    with disk(tmp_path / "small", f"{int(size * 1.4) // 1024}k"):
        folder = tmp_path / "small" / "home"
        shutil.copytree(built, folder)
        before = state(folder)
        done = spawn(folder, "add", str(note(tmp_path / "a.md")))
        _, errors = done.communicate(timeout=120)
        assert done.returncode != 0
        assert b"no room left" in errors
        assert state(folder) == before


@ROOT_ONLY
def test_a_store_on_a_read_only_disk_is_read(tmp_path: Path):
    with disk(tmp_path / "disk", "200m"):
        folder = built_home(tmp_path / "disk" / "home")
        expected = state(folder)
        subprocess.run(["mount", "-o", "remount,ro", tmp_path / "disk"], check=True)
        with home(folder):
            assert not library(folder).search("ethical recruitment", k=1).abstained
        assert state(folder) == expected
        done = spawn(folder, "add", str(note(tmp_path / "a.md")))
        assert b"cannot be written to" in done.communicate(timeout=120)[1]


def test_a_home_that_cannot_be_written(tmp_path: Path):
    """The first run works all the same, says so, and leaves nothing behind."""
    (tmp_path / "file").write_text("no folder")
    warned: list[str] = []
    with home(tmp_path / "file" / "home"):
        found = library(tmp_path / "file" / "home")
        found.warn = warned.append
        assert not found.search("ethical recruitment", k=1).abstained
    assert "cannot be written to" in warned[0]
    assert "--store FOLDER" in warned[0]
    assert "temporary folder" in warned[0]


def test_no_home_at_all(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("assistant.workspace.data_dir", lambda: Path("~/.local/share/gcm-draft"))
    with home(tmp_path):
        found = library(tmp_path)
        assert found.index_status()["current"] is False
        found.add([]) if False else None
    assert not Path("~").exists()


def test_clocks_do_not_matter(tmp_path: Path):
    folder, path = built_home(tmp_path / "home"), note(tmp_path / "a.md")
    library(folder).add([path])
    before = state(folder)
    for file in [path, *folder.rglob("*")]:
        if file.is_file():
            os.utime(file, (4_000_000_000, 4_000_000_000) if file.stat().st_size % 2 else (0, 0))
    assert [r.outcome for r in library(folder).add([path])] == ["unchanged"]
    assert state(folder) == before


# --- environments and names ----------------------------------------------------------------------------

ENVIRONMENTS = [
    ("C locale", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}),
    ("latin-1 pipes", {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}),
    ("no HOME", {"HOME": None, "XDG_DATA_HOME": None, "XDG_CONFIG_HOME": None}),
    ("clock of 1970", {"SOURCE_DATE_EPOCH": "0", "TZ": "Pacific/Kiritimati"}),
]


@pytest.mark.parametrize("environment", [e[1] for e in ENVIRONMENTS], ids=[e[0] for e in ENVIRONMENTS])
def test_odd_environments(tmp_path: Path, environment):
    plain = command(tmp_path / "home", "show", "Cluster 2, OPA, p. 17")
    odd = command(tmp_path / "home", "show", "Cluster 2, OPA, p. 17", **environment)
    assert (odd.returncode, odd.stdout) == (0, plain.stdout)
    assert "Traceback" not in odd.stderr


def test_names_with_spaces_and_other_scripts(tmp_path: Path):
    place = tmp_path / "mes données" / "бумаги" / "文件"
    folder = built_home(place / "home")
    names = [
        "note 1 (final).md",
        "записка.md",
        "تقرير.md",
        "報告 2018.md",
        "-n.md",
        "a'b\"c.md",
        "=cmd|'x'!A1.md",
    ]
    reports = library(folder).add([note(place / n, f"Text {i}.", f"T {i}") for i, n in enumerate(names)])
    assert [r.outcome for r in reports] == ["added"] * len(names)
    assert len(library(folder).own) == len(names)
    state(folder)


# --- hostile input -------------------------------------------------------------------------------------

HOSTILE = (
    "{{ 7*7 }} {% for x in range(10**9) %}x{% endfor %} {{ ''.__class__.__mro__ }}",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\x1b[31mred\x1b[2J \u202eevil\u202c",
)


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory) -> Path:
    tmp_path = tmp_path_factory.mktemp("hostile")
    folder = built_home(tmp_path / "home")
    lines = "\n\n".join(f"- Registry of fishing visas {n}: {text}" for n, text in enumerate(HOSTILE))
    path = tmp_path / "<b>{{ 7*7 }}.md"
    path.write_text(f"# Hostile {{{{ 7*7 }}}} <script>\n\n## Recommendations\n\n{lines}\n", encoding="utf-8")
    [report] = library(folder).add([path])
    assert report.outcome == "added"
    return folder


@pytest.mark.parametrize("fmt", ["md", "txt", "html", "json"])
def test_data_is_never_code(hostile_home: Path, fmt: str):
    with home(hostile_home):
        found = library(hostile_home)
        brief = found.draft("registry of fishing visas {{ 7*7 }} <script>")
        text = found.render(brief, fmt).decode("utf-8")
    assert "fishing visas 0" in text.replace("\\", "")
    assert "for x in range" in text.replace("\\", "")  # printed, not evaluated
    assert "<class" not in text
    if fmt == "html":
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert "\x1b" not in text
    assert "\x00" not in text


def test_cells_are_no_formulas(hostile_home: Path):
    done = command(hostile_home, "passages", "--format", "csv")
    assert done.returncode == 0
    assert "fishing" in done.stdout
    import csv
    import io

    for row in csv.reader(io.StringIO(done.stdout)):
        assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in row), row


QUESTIONS = [
    ("1 MB", "visa " * 200_000, "at most"),
    ("nothing", " \t\n", "no words"),
    ("control characters", "\x00\x07\x1b[2J", ""),
    ("operators", '"*" AND NEAR( OR NOT ^ : {} visas', ""),
    ("SQL", "'; DROP TABLE passage; -- visas", ""),
]


@pytest.mark.parametrize(("question", "message"), [q[1:] for q in QUESTIONS], ids=[q[0] for q in QUESTIONS])
def test_questions(hostile_home: Path, question: str, message: str):
    from assistant.errors import UsageError

    with home(hostile_home):
        try:
            answer = library(hostile_home).search(question)
        except UsageError as error:
            assert message in str(error)
            assert len(str(error)) < 500
        else:
            assert not message
            assert "\x1b" not in answer.question


def test_a_zip_bomb_is_refused(tmp_path: Path):
    folder, path = built_home(tmp_path / "home"), tmp_path / "bomb.docx"
    before = state(folder)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as file:
            for _ in range(600):
                file.write(b" " * (1 << 20))
    [report] = library(folder).add([path])
    assert report.outcome == "refused"
    assert state(folder) == before


# --- no network ----------------------------------------------------------------------------------------

CUT = """
import socket, sys
def refuse(*a, **k):
    print("NETWORK USED", a, file=sys.stderr, flush=True)
    raise OSError("the network is cut")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = refuse
"""
COMMANDS = [
    ("search", "ethical recruitment", "-k", "2"),
    ("brief", "birth registration"),
    ("brief", "birth registration", "-o", "b.docx"),
    ("verify", "b.docx"),
    ("batch", "--objectives", "1", "-o", "summaries"),
    ("matrix", "-f", "md"),
    ("config", "list"),
    ("templates", "show", "talking-points"),
    ("evaluate", "--set", "development", "--what", "abstention"),
    ("show", "Cluster 2, OPA, p. 17"),
    ("passages",),
    ("objectives",),
    ("corpus", "list"),
    ("corpus", "add", "{note}"),
    ("index", "status"),
    ("templates", "list"),
    ("corpus", "remove", "a"),
]


def test_no_command_uses_the_network(tmp_path: Path, built_store):
    """With every socket refused and, where it can be, in a network of its own with nothing in it."""
    (tmp_path / "sitecustomize.py").write_text(CUT, encoding="utf-8")
    folder = tmp_path / "home"
    shutil.copytree(os.environ["GCM_DRAFT_HOME"], folder)
    alone = ["unshare", "-n"] if _can_unshare() else []
    environment = {**os.environ, "GCM_DRAFT_HOME": str(folder), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    path = note(tmp_path / "a.md")
    for arguments in COMMANDS:
        filled = [a.format(note=path) for a in arguments]
        program = [*alone, sys.executable, "-c", "from assistant.cli import main; main()", *filled]
        done = subprocess.run(
            program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (arguments, done.stderr)
        assert "NETWORK" not in done.stderr, arguments


def _can_unshare() -> bool:
    found = shutil.which("unshare")
    return (
        bool(found)
        and subprocess.run([found, "-n", "true"], capture_output=True, check=False).returncode == 0
    )


def test_a_missing_part_is_named(tmp_path: Path):
    """Without chromadb's engine a search says what is missing; commands that need none go on working."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nfor n in ('chromadb', 'chromadb_rust_bindings', 'llama_index'): sys.modules[n] = None\n",
        encoding="utf-8",
    )
    path = f"{tmp_path}{os.pathsep}{ROOT}"
    assert command(tmp_path / "home", "show", "Cluster 2, OPA, p. 17", PYTHONPATH=path).returncode == 0
    done = command(tmp_path / "home", "search", "visas", PYTHONPATH=path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
