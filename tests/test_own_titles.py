"""Documents of one title are told apart in every citation of them."""

from __future__ import annotations

from pathlib import Path

from assistant import citations
from tests.store_kit import built_home, home, library


def test_documents_of_one_title_are_told_apart(tmp_path: Path) -> None:
    place = built_home(tmp_path / "home")
    with home(place):
        opened = library(place)
        files = [tmp_path / f"{name}.md" for name in ("one", "two")]
        for file in files:
            file.write_text(f"# The same title\n\nOf {file.stem} nurses pay no fees.\n", encoding="utf-8")
        opened.add(files)
        documents = opened.corpus.sources
        titles = [documents[name].document.short_title for name in ("one", "two")]
        assert titles == ["The same title", "The same title, two"]
        for name, title in zip(("one", "two"), titles, strict=True):
            for passage in documents[name].passages:
                assert citations.find(f"({title}, {passage.locator})", opened.corpus) == (passage,)
        opened.add([files[0]], standing="ours")
        assert opened.corpus.sources["one"].document.short_title == "The same title"
