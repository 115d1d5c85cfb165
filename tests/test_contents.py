"""What the objectives cover: all 23 of them, in words of the project's own, and what it does to a ranking."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from assistant import contents
from assistant.embeddings import default_embedder
from assistant.ranking import WEIGHTS, Evidence, scores
from assistant.resources import shipped


@pytest.fixture(scope="module")
def entries() -> list[dict[str, object]]:
    text = Path(str(shipped("corpus") / contents.FILE)).read_text(encoding="utf-8")
    found: list[dict[str, object]] = tomllib.loads(text)["objective"]
    return found


def test_every_objective_has_its_aspects(entries: list[dict[str, object]]) -> None:
    assert [entry["number"] for entry in entries] == list(range(1, 24))
    assert all(8 <= len(set(entry["covers"])) == len(entry["covers"]) <= 12 for entry in entries)  # type: ignore[arg-type, call-overload]


def test_what_is_prepared_is_what_is_restored(tmp_path: Path) -> None:
    covers = ["mending nets", "counting fish", "a fair price for the catch", "harbour dues", "winter storage"]
    file = tmp_path / "contents.toml"
    file.write_text(f"[[objective]]\nnumber = 7\ncovers = {covers!r}\n", encoding="utf-8")
    embedder = default_embedder()
    prepared = contents.prepared(embedder, file).get
    found = contents.restore(prepared, 7, embedder.dimensions)
    assert found is not None
    assert found.terms[:4] == ("mend", "net", "count", "fish")
    groups = ["; ".join(covers[:4]), covers[4]]
    assert np.array_equal(found.vectors, embedder.embed(groups))
    assert contents.restore(prepared, 8, embedder.dimensions) is None


def test_contents_count_as_much_as_the_words_of_the_question() -> None:
    def on(number: int, text: float) -> Evidence:
        return Evidence(number, text, text, 0.0, 0.0, ("d", str(number)))

    asked, covered = [on(1, 0.5), on(2, 0.4)], [on(1, 0.1), on(2, 0.3)]
    alone, together = scores(asked, WEIGHTS), scores(asked, WEIGHTS, covered)
    assert alone[0] > alone[1]
    assert together[0] < together[1]
