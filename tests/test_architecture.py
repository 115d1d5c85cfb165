"""Imports go one way, heavy libraries stay behind their own door, no file outgrows one head."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "assistant"
ORDER = [
    {"errors", "model", "version"},
    {"text", "resources"},
    {
        "analysis",
        "citation_label",
        "citation_record",
        "citation_forms",
        "citations",
        "certificate",
        "i18n",
        "i18n_remarks",
        "options",
    },
    {"sources"},
    {"corpus"},
    {"objectives", "search_notes", "thesaurus", "workspace", "showing", "questions_file"},
    {"embeddings", "embedders", "verification", "lexical", "ranking", "excerpts", "statements"},
    {"chunking", "contents", "elsewhere", "known_questions"},
    {"store", "own_documents"},
    {"evidence", "abstention"},
    {"retrieval"},
    {"briefing"},
    {"rendering", "budget"},
    {"adding", "indexing"},
    {"library", "configuration", "clipboard"},
    {"integrations"},
    {"batch", "matrix", "matrix_outputs", "evaluation"},
    {"cli"},
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
SOLE_IMPORTERS = {
    "chromadb": {"store"},
    "chromadb_rust_bindings": {"store"},
    "llama_index": {"embedders", "integrations"},
    "semantic_text_splitter": {"chunking"},
    "onnxruntime": {"embeddings"},
    "tiktoken": {"budget"},
    "jinja2": {"rendering"},
    "click": {"cli"},
    "pypdfium2": {"sources"},
}


def modules() -> list[tuple[str, Path]]:
    return [
        (path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path)
        for path in sorted(PACKAGE.rglob("*.py"))
        if path != PACKAGE / "__init__.py"
    ]


def imported(path: Path, *, at_run_time: bool = True) -> set[str]:
    """Modules a file imports; those only for type checkers left out where ``at_run_time``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    if at_run_time:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                skipped.update(ast.walk(node))
    found: set[str] = set()
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            if node.module == "assistant":
                found.update(f"assistant.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize(
    ("stage", "path"), modules(), ids=lambda v: str(v.name) if isinstance(v, Path) else v
)
def test_imports_go_one_way(stage, path):
    assert stage in RANK, f"say in ORDER where {stage} stands"
    for name in imported(path):
        if name.startswith("assistant."):
            target = name.split(".")[1]
            if target in RANK and target != stage:
                assert RANK[target] <= RANK[stage], f"{path.name} imports {name}"


@pytest.mark.parametrize(
    ("stage", "path"), modules(), ids=lambda v: str(v.name) if isinstance(v, Path) else v
)
def test_heavy_libraries_have_one_door(stage, path):
    for name in imported(path):
        library = name.split(".")[0]
        if library in SOLE_IMPORTERS:
            assert stage in SOLE_IMPORTERS[library], f"{path.name} imports {library}"


def test_verification_knows_nothing_of_how_briefs_are_made():
    makers = {"briefing", "rendering", "retrieval", "store", "library", "excerpts"}
    for path in (PACKAGE / "verification").rglob("*.py"):
        assert not {n.split(".")[1] for n in imported(path) if n.startswith("assistant.")} & makers, path.name


@pytest.mark.parametrize(
    "command",
    [["--help"], ["show", "c2.2.opa.1"], ["passages"], ["objectives"], ["corpus", "list"]],
    ids=lambda c: c[0],
)
def test_light_commands_import_no_heavy_library(command):
    code = (
        "import sys\nfrom assistant.cli import main\nsys.argv = ['gcm-draft', *sys.argv[1:]]\n"
        "try:\n    main()\nfinally:\n"
        "    print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'chromadb', 'llama_index', 'onnxruntime', 'numpy', 'torch', 'jinja2', 'lxml', 'docx'}), file=sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    assert run.stderr.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.name)
def test_no_file_outgrows_one_head(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
