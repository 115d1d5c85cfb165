"""Memory: flat in the number of passages, so many bytes a page of the one document that is being read.

Counted is what Python allocates (tracemalloc), the peak above what was there before; no times are looked at.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from assistant.sources import own
from assistant.store import Identity
from assistant.store.ingestion import BATCH, build
from benchmarks import large
from tests.make_documents import prose

PAGE_BYTES = 60_000
"""What reading a page of 40 full lines may hold until its document is read; documented in large-corpora.md."""


class SmallVectors(large.SpreadVectors):
    """The benchmark's embedder, with few dimensions."""

    dimensions = 16


def peak(work: Callable[[], object]) -> int:
    """The most that Python held while it worked, in bytes above what it held before."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def filling(count: int, folder: Path) -> Callable[[], None]:
    """Fill a new store with so many passages, in documents of one batch."""
    sources = large.synthetic(count)
    first = next(sources)  # the shipped corpus is read

    def work() -> None:
        identity = Identity("memory", SmallVectors.name, "none")
        build(folder, chain([first], sources), SmallVectors(), identity).close()

    return work


def test_filling_a_store_holds_no_more_for_four_times_the_passages(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(large, "PASSAGES_A_DOCUMENT", BATCH)
    filling(16 * BATCH, tmp_path / "first")()  # heavy imports and all words, which caches keep up to a bound
    # From four batches on: one alone has no next document waiting beside the one that is entered.
    once = peak(filling(4 * BATCH, tmp_path / "once"))
    four_times = peak(filling(16 * BATCH, tmp_path / "four times"))
    assert four_times < 1.25 * once + 100_000


def long_pdf(path: Path, pages: int) -> Path:
    """A report of so many pages of 40 lines."""
    canvas = Canvas(str(path), pageCompression=1)
    for number in range(1, pages + 1):
        words = prose(440, seed=number).split()
        for line in range(40):
            indent = 20 if line % 8 == 0 else 0
            canvas.drawString(72 + indent, 770 - 17 * line, " ".join(words[11 * line : 11 * line + 11]))
        canvas.drawString(300, 40, str(number))
        canvas.showPage()
    canvas.save()
    return path


def test_reading_a_document_holds_so_much_a_page(tmp_path: Path):
    """A document is held whole, so memory grows with its pages: by the page, no faster."""
    own.extract(long_pdf(tmp_path / "first.pdf", 2))  # the heavy imports
    sizes = (15, 60)
    paths = [long_pdf(tmp_path / f"{pages}.pdf", pages) for pages in sizes]
    short, long = (peak(lambda path=path: own.extract(path)) for path in paths)
    assert (long - short) / (sizes[1] - sizes[0]) < PAGE_BYTES
    assert long < 4 * 1.25 * short + 100_000
