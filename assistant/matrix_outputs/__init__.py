"""The coverage matrix as a file: Markdown, HTML, a picture (SVG), and tables (CSV, XLSX)."""

from __future__ import annotations

from assistant.errors import UsageError
from assistant.matrix import Matrix

FORMATS = ("md", "html", "svg", "csv", "xlsx")
BINARY = ("xlsx",)


def write(matrix: Matrix, fmt: str) -> bytes:
    """The file; the same matrix gives the same bytes.

    Raises UsageError for an unknown format, MissingExtraError for xlsx without openpyxl.
    """
    from assistant.matrix_outputs import markdown, page, picture, tables

    if fmt == "xlsx":
        return tables.xlsx(matrix)
    writers = {"md": markdown.markdown, "html": page.html, "svg": picture.svg, "csv": tables.csv_text}
    if fmt not in writers:
        raise UsageError(f"Expected one of the formats {', '.join(FORMATS)}, found {fmt!r}.")
    return writers[fmt](matrix).encode("utf-8")
