"""How long ``verify`` takes on a note of 300 pages: python benchmarks/verify.py

Prints the least and the median of five runs in processor seconds and as wall time, the corpus read before
(its reading is timed apart). The goal is 2 s.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

from assistant.citations import label
from assistant.corpus import Corpus, load_shipped
from assistant.verification import check, read_text

QUOTATIONS, RUNS, GOAL = 1_500, 5, 2.0
RESULTS = Path(__file__).resolve().parent / "results" / "verify.md"


def long_note(corpus: Corpus) -> str:
    """A note of some 300 pages with a quotation from every seventh passage in turn, every tenth changed."""
    passages = [p for p in corpus.passages.values() if len(p.text.split()) >= 8 and p.kind != "mapping"]
    blocks = []
    for at in range(QUOTATIONS):
        passage = passages[at * 7 % len(passages)]
        text = " ".join(passage.text.split()[:60]).replace("“", "").replace("”", "")
        text = text if at % 10 else text.replace(" and ", " or ", 1)
        cited = label(passage, corpus.source(passage.document).document)
        blocks.append(f"In the debate it was held that “{text}” ({cited}). " + "Further words. " * 30)
    return "\n\n".join(blocks)


def main() -> None:
    """Measure and write the result."""
    start = time.process_time()
    corpus = load_shipped()
    reading = time.process_time() - start
    text = long_note(corpus)
    processor, wall = [], []
    for _ in range(RUNS):
        begun, started = time.perf_counter(), time.process_time()
        found = len(check(read_text(text), corpus).findings)
        processor.append(time.process_time() - started)
        wall.append(time.perf_counter() - begun)
    least, median = min(processor), statistics.median(processor)
    result = (
        "Written by `python benchmarks/verify.py`; do not edit.\n\n"
        f"Machine: {os.cpu_count()} processors. A note of {len(text):,} characters, {found:,} quotations judged, "
        f"{RUNS} runs.\n\n"
        f"Processor time: least {least:.2f} s, median {median:.2f} s; wall time: median "
        f"{statistics.median(wall):.2f} s. Reading the corpus: {reading:.2f} s.\n"
        f"Goal: {GOAL:.0f} s, {'reached' if median <= GOAL else f'missed by {median - GOAL:.2f} s'}.\n"
    )
    RESULTS.write_text(result, encoding="utf-8")
    print(result)


if __name__ == "__main__":
    main()
