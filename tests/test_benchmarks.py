"""The benchmarks that nobody runs every day still run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

LARGE = Path(__file__).resolve().parent.parent / "benchmarks" / "large.py"


def step(what: str, root: Path) -> dict[str, float]:
    command = [sys.executable, str(LARGE), "step", what, "400", str(root), repr(time.time())]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(output.splitlines()[-1])
    return figures


def test_a_store_is_filled_and_asked(tmp_path):
    assert step("build", tmp_path / "store")["passages"] == 400
    asked = step("query", tmp_path / "store")
    assert 0 < asked["p50_ms"] <= asked["p95_ms"]
