"""Real documents added, drafted from and verified: python benchmarks/real_documents.py FOLDER… [--write]

In a fresh home ``gcm-draft corpus add FOLDER…`` is run. Then every passage with pages of every PDF is judged by
a second reader that shares nothing with the program's own (:mod:`second_reader`), every Word file is compared
with pandoc's reading of it, and from every document briefs are drafted in Markdown and Word, verified, and
each quoted line's page looked up by the second reader. Needs poppler-utils, pandoc, and pypdf for page labels.

``--words`` puts the tests' embedder (vectors by words) in the place of the model, for which 60,000 passages
are half an hour on two processors; pages, texts and verification do not depend on it. ``--drafts N`` is the
most questions a document is asked. ``--write`` writes ``benchmarks/results/real-documents.md``.
The corpus is added by one command in its fresh home; the commands after it share one opened library.
Exit status 1 if any page is wrong, any draft does not verify, or any command breaks down.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.second_reader import BY_WORDS, SecondReader, page_labels, plain, producer  # noqa: E402
from benchmarks.second_reader_word import compare  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "real-documents.md"
PAGES = re.compile(r"\bpp?\. ([\w-]*?\w)(?:-(\w+))?(?: [\[(]PDF pp?\. (\d+)(?:-(\d+))?[\])])?$")
SHEETS = re.compile(r"\bPDF pp?\. (\d+)(?:-(\d+))?[\])]?$")
QUOTED = re.compile(r"^- “(?P<quote>.+)” \((?P<citation>.+)\)\[\^\d+\]$")
SOURCES = """Debian packages developers-reference, developers-reference-fr, debian-faq, debian-faq-fr,
debian-policy, debian-refcard, debian-reference-es, debian-reference-fr, maint-guide-es, maint-guide-fr,
python-reportlab-doc, r-doc-pdf, zsh-doc, octave-doc, libtasn1-doc, nettle-dev, valgrind, shared-mime-info;
the test files of the source packages of pypdf 7.1.0, python-docx 1.1.2 (PyPI) and mammoth 1.13.0,
docx4js 3.3.0 (npm)."""


@dataclass
class Row:
    """What was found of one document; shares from 0 to 1, ``wrong`` lists every wrong page in words."""

    file: str
    document: str = ""
    made_by: str = ""
    pages: int = 0
    passages: int = 0
    proved: int = 0
    by_words: int = 0
    wrong: list[str] = field(default_factory=list)
    not_comparable: list[str] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)
    confirmed: int = 0
    letters: int = 0
    unread: int = 0
    words: int = 0
    remarks: list[str] = field(default_factory=list)
    drafts: int = 0
    quotations: int = 0
    failures: list[str] = field(default_factory=list)


class Program:
    """The command line in a home of its own: ``run`` gives exit status, stdout and stderr."""

    def __init__(self, home: Path, *, words: bool) -> None:
        os.environ.update(GCM_DRAFT_HOME=str(home), GCM_DRAFT_CONFIG=str(home / "config"))
        if words:
            from assistant import embeddings
            from tests.fakes import FakeEmbedder

            embeddings.default_embedder = FakeEmbedder  # type: ignore[assignment]
        from assistant.cli.group import program

        self._program = program

    def share(self) -> Any:
        """Have all further commands use one library, so that the corpus is read once; the library."""
        from assistant.cli import common
        from assistant.library import Library

        library = Library()
        common.open_library = lambda *_, **__: library
        return library

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """One command, in this process; an exception that is no message counts as status 70."""
        from click.testing import CliRunner

        result = CliRunner().invoke(self._program, list(arguments), prog_name="gcm-draft")
        broke = result.exception is not None and not isinstance(result.exception, SystemExit)
        return (
            (70 if broke else result.exit_code),
            result.stdout,
            result.stderr + repr(result.exception) * broke,
        )


def physical(passage: dict[str, Any]) -> tuple[int, int] | None:
    """The sheets a passage claims to be on, as its locator and page labels say it."""
    claim = passage["page_labels"] or passage["locator"]
    match = SHEETS.search(claim) or PAGES.search(claim)
    return (int(match[1]), int(match[2] or match[1])) if match else None


def judge_pdf(row: Row, path: Path, passages: list[dict[str, Any]], source: Any) -> SecondReader:
    """Pages, printed numbers and text of one PDF, by the second reader."""
    reader = SecondReader(path)
    row.made_by = producer(path)
    if reader.count != row.pages:
        row.wrong.append(f"{row.pages} pages, by the second reader {reader.count}")
    read: dict[int, list[str]] = {}
    for passage in passages:
        claimed = physical(passage)
        if claimed is None:
            row.wrong.append(f"no page: {passage['locator']}")
            continue
        verdict = reader.judge(passage["text"], *claimed)
        what = f"{passage['locator']} (PDF {claimed[0]}): {passage['text'][:80]!r} {verdict.why}"
        if verdict.kind == "proved":
            row.proved += 1
            row.by_words += verdict.why == BY_WORDS
        elif verdict.kind == "wrong page":
            row.wrong.append(f"{what} {verdict.better}")
        else:
            row.not_comparable.append(what)
        confirmed, letters = reader.confirmed(passage["text"], *claimed)
        row.confirmed, row.letters = row.confirmed + confirmed, row.letters + letters
        for page in range(claimed[0], claimed[1] + 1):
            read.setdefault(page, []).append(plain(passage["text"]))
    for page in range(1, reader.count + 1):
        missing, words = reader.unread(page, "|".join(read.get(page, [])))
        row.unread, row.words = row.unread + len(missing), row.words + words
    judge_numbers(row, path, reader, source)
    return reader


def judge_numbers(row: Row, path: Path, reader: SecondReader, source: Any) -> None:
    """Every printed number claimed: on the page's head or foot, or the file's page label, or counted on."""
    labels = page_labels(path)
    for page in source.pages:
        if not page.label:
            row.numbers["none"] += 1
        elif reader.bears(page.physical, page.label):
            row.numbers["on the page"] += 1
        elif labels[page.physical - 1 : page.physical] == [page.label]:
            row.numbers["label of the file"] += 1
        elif page.evidence.startswith("counted"):
            row.numbers["counted on"] += 1
        else:
            row.wrong.append(f"PDF page {page.physical} does not bear the number {page.label!r}")


def questions(passages: list[dict[str, Any]], most: int) -> list[str]:
    """Headings and first sentences of the document, evenly from all of it."""
    headings = [p["text"] for p in passages if p["kind"] == "section" and 2 <= len(p["text"].split()) <= 12]
    sentences = [
        match[0]
        for p in passages
        if p["kind"] != "section" and (match := re.match(r"[^.!?]{30,200}[.!?]", p["text"]))
    ]
    wanted = [(headings, 2), (sentences, 3), (sentences, 5), (headings, 4), (sentences, 7)][:most]
    found = [texts[len(texts) // part] for texts, part in wanted if texts]
    return list(dict.fromkeys(found or [p["text"][:200] for p in passages[:1]]))


def draft(
    program: Program,
    row: Row,
    folder: Path,
    passages: list[dict[str, Any]],
    reader: SecondReader | None,
    most: int,
) -> None:
    """Briefs from one document, verified; each quoted line's page looked up."""
    for number, question in enumerate(questions(passages, most), 1):
        for ending in ("md", "docx"):
            output = folder / f"{row.document}-{number}.{ending}"
            status, _, said = program.run(
                "brief", "--source", row.document, "-o", str(output), "--", question
            )
            if status not in {0, 1} or (status == 0) != output.is_file():
                row.failures.append(f"brief {question!r}: status {status}: {said[-300:]}")
                continue
            if status == 1:
                continue  # it says that nothing was found, and writes nothing
            row.drafts += 1
            status, found, said = program.run("verify", str(output))
            if status:
                row.failures.append(
                    f"verify {output.name} ({question!r}): {status}: {found[-600:]}{said[-300:]}"
                )
            if ending == "md":
                look_up(row, output.read_text(encoding="utf-8"), passages, reader)


def look_up(row: Row, brief: str, passages: list[dict[str, Any]], reader: SecondReader | None) -> None:
    """Each quoted line of a brief against the sheets that bear the page it cites."""
    sheets: dict[str, set[tuple[int, int]]] = {}
    for passage in passages:
        claimed = physical(passage)
        if claimed is not None:
            sheets.setdefault(passage["locator"], set()).add(claimed)
    for line in brief.splitlines():
        match = QUOTED.match(line)
        if match is None:
            continue
        row.quotations += 1
        if reader is None:
            continue
        claims = [places for locator, places in sheets.items() if match["citation"].endswith(f", {locator}")]
        text = match["quote"].replace("[…]", " ")
        kinds = [reader.judge(text, *place).kind for places in claims for place in places]
        if "proved" not in kinds and ("wrong page" in kinds or not kinds):
            row.failures.append(f"not on the page cited: {line[:200]}")


def verify_all(program: Program, row: Row, folder: Path, passages: list[dict[str, Any]], title: str) -> None:
    """A note that quotes every passage (at most some hundred) with its citation must verify."""
    usable = [
        p for p in passages if len(p["text"].split()) > 2 and not re.search('[“”"«»*_`\\[\\]<>]', p["text"])
    ]
    chosen = usable[:: max(1, len(usable) // 150)]
    if not chosen:
        return
    note = folder / f"{row.document}-all.md"
    lines = [f"It says “{p['text']}” ({title}, {p['locator']})." for p in chosen]
    note.write_text("\n\n".join(lines), encoding="utf-8")
    status, found, said = program.run("verify", str(note))
    if status:
        bad = [line for line in found.splitlines() if re.match(r"line \d+  (?!ok)", line)]
        row.failures.append(f"all passages quoted: {status}: {len(bad)} {bad[:4]} {said[-300:]}")


def examine(program: Program, folder: Path, rows: list[Row], options: argparse.Namespace) -> None:
    """Every document added: its passages judged, drafts made and verified."""
    corpus = program.share().corpus
    by_document: dict[str, list[dict[str, Any]]] = {}
    status, listed, said = program.run("passages")
    if status:
        raise SystemExit(f"gcm-draft passages: {status}: {said}")
    for line in listed.splitlines():
        passage = json.loads(line)
        by_document.setdefault(passage["document"], []).append(passage)
    for row in rows:
        passages = by_document.get(row.document, [])
        path = Path(row.file)
        source = corpus.source(row.document)
        reader = None
        if row.pages:
            reader = judge_pdf(row, path, passages, source)
        else:
            row.made_by = "Word file"
            row.confirmed, row.letters, problems = compare(path, passages)
            row.not_comparable += problems
        if options.drafts:
            draft(program, row, folder, passages, reader, options.drafts)
            verify_all(program, row, folder, passages, source.document.short_title)
        print(
            f"{path.name}: {row.passages} passages, {row.proved} proved, {len(row.wrong)} wrong, "
            f"{len(row.not_comparable)} not comparable, {row.drafts} drafts, {len(row.failures)} failures",
            flush=True,
        )
        for problem in [*row.wrong, *row.failures]:
            print(f"    {problem}", flush=True)


def report(rows: list[Row], refused: list[tuple[str, str]], unremarked: str) -> str:
    """The results as Markdown."""
    pdfs = [row for row in rows if row.pages]
    words = [row for row in rows if not row.pages]

    def total(name: str) -> int:
        values = [getattr(row, name) for row in pdfs]
        return sum(len(value) if isinstance(value, list) else value for value in values)

    numbers = sum((row.numbers for row in pdfs), Counter[str]())
    lines = [
        "Written by `python benchmarks/real_documents.py FOLDER… --write`; do not edit.",
        "",
        f"{unremarked} Files: {' '.join(SOURCES.split())}",
        "",
        "A second reader (poppler's pdftotext, in three modes) says on which physical page the words of every "
        "passage stand. *Proved*: the pages claimed hold the words and each of them is needed; *by words*: in "
        "another order (tables read by rows or by columns). *Not comparable*: the two readers have different "
        "words, or the words stand on several pages (see the cases below).",
        "",
        f"**{len(pdfs)} PDF files, {total('pages'):,} pages, {total('passages'):,} passages: {total('proved'):,} "
        f"proved ({total('by_words'):,} by words), {total('wrong')} on a wrong page, "
        f"{total('not_comparable')} not comparable.** {100 * total('confirmed') / max(1, total('letters')):.2f} % "
        f"of the letters of all passages are confirmed; {100 * total('unread') / max(1, total('words')):.2f} % of "
        "the second reader's words are in no passage of their page. Printed numbers claimed: "
        + ", ".join(f"{count:,} {name}" for name, count in numbers.most_common())
        + ".",
        "",
        f"**{len(words)} Word files, {sum(r.passages for r in words)} passages; "
        f"{sum(bool(r.not_comparable) for r in words)} differ from pandoc's reading.** "
        f"{sum(r.drafts for r in rows)} drafts verified, {sum(r.quotations for r in rows):,} quoted lines looked "
        f"up: {sum(len(r.failures) for r in rows)} failures, listed below.",
        "",
        "| file | made by | pages | passages | proved | by words | wrong | not comparable | confirmed | in no passage "
        "| drafts | failures |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        pages = (
            f"{row.pages} | {row.passages} | {row.proved} | {row.by_words} | {len(row.wrong)}"
            if row.pages
            else f"– | {row.passages} | – | – | –"
        )
        unread = f"{100 * row.unread / max(1, row.words):.1f} %" if row.pages else "–"
        lines.append(
            f"| {Path(row.file).name} | {row.made_by} | {pages} | {len(row.not_comparable)} "
            f"| {100 * row.confirmed / max(1, row.letters):.1f} % | {unread} | {row.drafts} | {len(row.failures)} |"
        )
    for title, name in (
        ("Wrong pages", "wrong"),
        ("Failures", "failures"),
        ("Not comparable", "not_comparable"),
    ):
        cases = [(Path(row.file).name, case) for row in rows for case in getattr(row, name)]
        lines += ["", f"## {title} ({len(cases)})", ""]
        lines += [f"- {file}: {case}" for file, case in cases[:60]] or ["None."]
    lines += ["", f"## Refused ({len(refused)})", ""]
    reasons: dict[str, list[str]] = {}
    for file, reason in refused:
        reasons.setdefault(reason.replace(f"{Path(file).name}: ", ""), []).append(Path(file).name)
    lines += [f"- {reason} ({len(files)}: {', '.join(files)})" for reason, files in reasons.items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Add, judge, draft, verify, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--words", action="store_true")
    parser.add_argument("--drafts", type=int, default=3, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gcm-draft-real-") as made:
        folder = Path(made)
        program = Program(folder / "home", words=options.words)
        began = time.monotonic()
        status, added, said = program.run("corpus", "add", "--format", "json", *map(str, options.folders))
        if status not in {0, 2} or not added.startswith("["):
            raise SystemExit(f"corpus add: status {status}: {said}")
        seconds = time.monotonic() - began
        reports = json.loads(added)
        refused = [(r["file"], r["reason"]) for r in reports if r["outcome"] == "refused"]
        rows = [
            Row(r["file"], r["document"], pages=r["pages"], passages=r["passages"], remarks=r["remarks"])
            for r in reports
            if r["outcome"] != "refused"
        ]
        print(f"added {len(rows)}, refused {len(refused)} in {seconds:.0f} s", flush=True)
        examine(program, folder, rows, options)
    which = "vectors by words" if options.words else "the embedded model"
    summary = f"{len(rows)} files added, {len(refused)} refused, in {seconds:,.0f} s ({which})."
    text = report(rows, refused, summary)
    print(text)
    if options.write:
        RESULTS.write_text(text, encoding="utf-8")
    return int(any(row.wrong or row.failures for row in rows))


if __name__ == "__main__":
    sys.exit(main())
