"""OpenDocument and PDF, through programs that many machines have: LibreOffice, else pandoc."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from assistant.errors import GcmDraftError, MissingExtraError

TIMEOUT_SECONDS = 120
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)


def convert(document: bytes, fmt: str) -> bytes:
    """A Word file as ``odt`` or ``pdf``.

    LibreOffice where it is present; else, for odt, pandoc through the extra ``pandoc``. Raises
    :class:`MissingExtraError` or :class:`GcmDraftError` with what to install.
    """
    office = find_office()
    if office is not None:
        return _libreoffice(office, document, fmt)
    if fmt == "odt":
        return _pandoc(document)
    raise GcmDraftError(
        "Expected LibreOffice for PDF, found none. Install it, or choose -f docx or -f html and print that."
    )


def find_office() -> str | None:
    """The path of LibreOffice's program, or None."""
    return next(
        (found for name in ("soffice", "libreoffice", *_PLACES) if (found := shutil.which(name))), None
    )


def _libreoffice(office: str, document: bytes, fmt: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="gcm-draft-") as name:
        folder = Path(name)
        source = folder / "brief.docx"
        source.write_bytes(document)
        profile = (folder / "profile").as_uri()  # its own profile: works beside an open LibreOffice
        command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", fmt]
        command += ["--outdir", str(folder), str(source)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise GcmDraftError(
                f"LibreOffice did not finish within {TIMEOUT_SECONDS} s. Try again, or use -f docx."
            ) from error
        result = folder / f"brief.{fmt}"
        if not result.is_file():
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise GcmDraftError(f"LibreOffice made no {fmt} file: {said or 'no reason given'}. Use -f docx.")
        return result.read_bytes()


def _pandoc(document: bytes) -> bytes:
    try:
        pypandoc = importlib.import_module("pypandoc")
    except ImportError as error:
        raise MissingExtraError("Writing odt without LibreOffice", "pandoc") from error
    with tempfile.TemporaryDirectory(prefix="gcm-draft-") as name:
        source, result = Path(name) / "brief.docx", Path(name) / "brief.odt"
        source.write_bytes(document)
        pypandoc.convert_file(str(source), "odt", format="docx", outputfile=str(result))
        return result.read_bytes()
