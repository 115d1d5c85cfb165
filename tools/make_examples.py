"""Make the examples, or check that they are what the program makes: ``--check`` (exit 1 if they are not).

The index is built anew in a folder of its own, so that nothing of an earlier build or of a user's shows.
Everything in ``examples/`` comes from here. Word, HTML and text files are compared byte for byte; PDF and
OpenDocument files are LibreOffice's, which dates them, so only their presence is checked.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
QUESTION = "ethical recruitment"
TEMPLATES = {
    "briefing-note": QUESTION,
    "objective-summary": "Objective 6",
    "talking-points": "reducing the cost of remittances",
    "text-proposals": "return and reintegration",
    "comparison": "skills recognition",
    "annotated-bibliography": "trafficking in persons",
}
FORMATS = ("md", "txt", "html", "docx", "json", "csl-json")
LIBREOFFICE = ("odt", "pdf")
ENDINGS = {"csl-json": "csl.json"}
LANGUAGES = {"fr": "coût des envois de fonds", "es": "reconocimiento de competencias"}


def make(folder: Path) -> None:
    """Write all examples into ``folder``."""
    home = folder.parent / "home"
    os.environ.update(GCM_DRAFT_CONFIG=str(home / "no-configuration"), GCM_DRAFT_HOME=str(home))
    from click.testing import CliRunner

    from assistant.cli.group import program
    from assistant.library import Library

    library = Library()
    for name, question in TEMPLATES.items():
        brief = library.draft(question, template=name)
        write(folder / "templates" / f"{name}.md", library.render(brief, "md"))
        write(folder / "templates" / f"{name}.docx", library.render(brief, "docx"))
        write(folder / "templates" / f"{name}.html", library.render(brief, "html"))
    brief = library.draft(QUESTION)
    wanted = FORMATS + (LIBREOFFICE if shutil.which("soffice") else ())
    for fmt in wanted:
        write(folder / "formats" / f"ethical-recruitment.{ENDINGS.get(fmt, fmt)}", library.render(brief, fmt))
    for language, question in LANGUAGES.items():
        write(
            folder / "languages" / f"{language}.md",
            library.render(library.draft(question, language=language), "md"),
        )
    runner = CliRunner()
    for arguments in (
        ["batch", "--objectives", "all", "-o", str(folder / "objectives")],
        ["matrix", "-f", "md", "-o", str(folder / "matrix.md")],
        ["matrix", "-f", "html", "-o", str(folder / "matrix.html")],
        ["matrix", "-f", "svg", "-o", str(folder / "matrix.svg")],
        ["matrix", "-f", "csv", "-o", str(folder / "matrix.csv")],
    ):
        result = runner.invoke(program, arguments)
        if result.exit_code:
            raise SystemExit(f"{arguments}: exit {result.exit_code}\n{result.output}")


def write(path: Path, content: bytes) -> None:
    """One file, its folder made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def differences(made: Path) -> list[str]:
    """What differs between ``made`` and the committed examples, one line a file."""
    names = {
        p.relative_to(root).as_posix() for root in (made, EXAMPLES) for p in root.rglob("*") if p.is_file()
    }
    found = []
    for name in sorted(
        n for n in names if not n.startswith("pictures/") and not Path(n).name.startswith(".")
    ):
        ours, theirs = made / name, EXAMPLES / name
        if name.endswith(LIBREOFFICE):
            if not theirs.is_file():
                found.append(f"missing: {name}")
        elif not ours.is_file() or not theirs.is_file():
            found.append(f"{'missing' if ours.is_file() else 'left over'}: {name}")
        elif ours.read_bytes() != theirs.read_bytes():
            found.append(f"differs: {name}")
    return found


def main() -> None:
    """Make or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "examples"
        made.mkdir()
        make(made)
        if check:
            found = differences(made)
            print("\n".join(found) or "the examples are what the program makes")
            sys.exit(1 if found else 0)
        for old in ("templates", "formats", "languages", "objectives"):
            shutil.rmtree(EXAMPLES / old, ignore_errors=True)
        shutil.copytree(made, EXAMPLES, dirs_exist_ok=True)
        print(f"written: {sum(1 for p in made.rglob('*') if p.is_file())} files")


if __name__ == "__main__":
    main()
