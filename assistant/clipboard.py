"""The brief on the clipboard: rich text where the platform has a tool for it, plain text otherwise.

macOS takes both forms at once (AppleScript), Windows too (its own functions); a tool of Linux offers one.
Nothing is sent anywhere but to the tools named here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import GcmDraftError

SECONDS = 20
RICH = "Rich text is on the clipboard: paste it into Word, LibreOffice or an e-mail."
PLAIN = "Plain text is on the clipboard."


class ClipboardError(GcmDraftError):
    """There is no clipboard, or no tool to reach it; the message says what to install."""


@dataclass(frozen=True, slots=True)
class _Tool:
    """A program that reads what to copy from its input. ``needs`` is the variable of its kind of session."""

    arguments: tuple[str, ...]
    rich: bool
    needs: str = ""
    encoding: str = "utf-8"


LINUX = (
    _Tool(("wl-copy", "--type", "text/html"), True, "WAYLAND_DISPLAY"),
    _Tool(("xclip", "-selection", "clipboard", "-t", "text/html", "-i"), True, "DISPLAY"),
    _Tool(("xsel", "--clipboard", "--input"), False, "DISPLAY"),
    _Tool(("clip.exe",), False, "WSL_DISTRO_NAME", "utf-16-le"),
)
"""In the order of preference."""


def copy(html: bytes, text: str) -> str:
    """Put a brief on the clipboard, given as an HTML file (UTF-8) and as plain text; says what was done.

    Raises ClipboardError where there is no clipboard or no tool for it.
    """
    page = for_pasting(html)
    if sys.platform == "darwin":
        return _macos(page, text)
    if sys.platform == "win32":
        return _windows(page, text)
    return _linux(page, text)


def for_pasting(html: bytes) -> bytes:
    """The page without what only a browser can show: panels with the sources, data, links inside it.

    Word and mail programs would paste the hidden panels as text.
    """
    from lxml import etree
    from lxml import html as parser

    tree = parser.document_fromstring(html, parser=parser.HTMLParser(encoding="utf-8"))
    for element in tree.xpath(
        "//script | //meta[@http-equiv] | //*[@data-gcm-source] | //a[contains(@class, 'back')]"
    ):
        element.drop_tree()
    for link in tree.xpath("//a[starts-with(@href, '#')]"):
        link.drop_tag()
    made: bytes = etree.tostring(tree, method="html", encoding="utf-8", doctype="<!DOCTYPE html>")
    return made


# -- Linux ---------------------------------------------------------------------------------------------------


def _linux(page: bytes, text: str) -> str:
    failures = []
    for tool in LINUX:
        if os.environ.get(tool.needs) and shutil.which(tool.arguments[0]):
            content = page if tool.rich else text.encode(tool.encoding)
            fault = _run(tool.arguments, content)
            if fault is None:
                return RICH if tool.rich else _plain_only()
            failures.append(fault)
    if failures:
        raise ClipboardError(f"The clipboard was not reached: {'; '.join(failures)}. {_INSTEAD}")
    if not any(os.environ.get(tool.needs) for tool in LINUX):
        raise ClipboardError(
            f"Expected a session with a clipboard, found neither WAYLAND_DISPLAY nor DISPLAY set. {_INSTEAD}"
        )
    wanted = "wl-clipboard" if os.environ.get("WAYLAND_DISPLAY") else "xclip"
    raise ClipboardError(
        f"No tool for the clipboard was found. Install {wanted} (Debian, Ubuntu: sudo apt install {wanted}; "
        f"Fedora: sudo dnf install {wanted}). {_INSTEAD}"
    )


_INSTEAD = "Or write the brief to a file with -o FILE."


def _plain_only() -> str:
    return (
        f"{PLAIN} For rich text install {'wl-clipboard' if os.environ.get('WAYLAND_DISPLAY') else 'xclip'}."
    )


def _run(arguments: Sequence[str], content: bytes) -> str | None:
    """Hand ``content`` to a tool; what went wrong, or None.

    The tools stay behind to serve the clipboard; waiting for their output to end would be waiting for ever.
    """
    with tempfile.TemporaryFile() as said:
        try:
            done = subprocess.run(
                arguments, input=content, stdout=subprocess.DEVNULL, stderr=said, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return f"{arguments[0]} did not answer in {SECONDS} seconds"
        except OSError as error:
            return f"{arguments[0]}: {error.strerror or error}"
        if done.returncode == 0:
            return None
        said.seek(0)
        lines = said.read(2000).decode("utf-8", "replace").strip().splitlines()
        return f"{arguments[0]} ended with {done.returncode}" + (f" ({lines[0]})" if lines else "")


# -- macOS ---------------------------------------------------------------------------------------------------


def applescript(page: bytes, text: str) -> str:
    r"""The script that sets both forms at once.

    >>> applescript(b"<p>", 'a "b"')
    'set the clipboard to {«class HTML»:«data HTML3C703E», string:"a \\"b\\""}'
    """
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'set the clipboard to {{«class HTML»:«data HTML{page.hex().upper()}», string:"{quoted}"}}'


def _macos(page: bytes, text: str) -> str:
    if _run(("osascript", "-"), applescript(page, text).encode("utf-8")) is None:
        return RICH
    fault = _run(("pbcopy",), text.encode("utf-8"))
    if fault is not None:
        raise ClipboardError(f"The clipboard was not reached: {fault}. {_INSTEAD}")
    return PLAIN


# -- Windows -------------------------------------------------------------------------------------------------

_HEADER = (
    "Version:0.9\r\nStartHTML:{0:010d}\r\nEndHTML:{1:010d}\r\n"
    "StartFragment:{2:010d}\r\nEndFragment:{3:010d}\r\n"
)
_START, _END = b"<!--StartFragment-->", b"<!--EndFragment-->"


def windows_html(page: bytes) -> bytes:
    """The page in Windows' HTML Format: a header with byte offsets, then the page, its fragment marked.

    Offsets count bytes from the beginning of the header (Microsoft, "HTML Clipboard Format").
    """
    body = page.find(b"<body")
    start = page.find(b">", body) + 1 if body >= 0 else 0
    end = page.rfind(b"</body>")
    end = end if end >= start else len(page)
    marked = page[:start] + _START + page[start:end] + _END + page[end:]
    ahead = len(_HEADER.format(0, 0, 0, 0))
    first = ahead + start + len(_START)
    header = _HEADER.format(ahead, ahead + len(marked), first, first + end - start)
    return header.encode("ascii") + marked


def _windows(page: bytes, text: str) -> str:  # pragma: no cover - needs Windows
    import ctypes

    user: Any = ctypes.WinDLL("user32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    user.OpenClipboard.argtypes = (ctypes.c_void_p,)
    user.SetClipboardData.argtypes = (ctypes.c_uint, ctypes.c_void_p)
    user.SetClipboardData.restype = ctypes.c_void_p
    user.RegisterClipboardFormatW.argtypes = (ctypes.c_wchar_p,)
    if not user.OpenClipboard(None):
        raise ClipboardError(f"The clipboard is in use by another program. Try again. {_INSTEAD}")
    try:
        user.EmptyClipboard()
        forms = (
            (13, text.replace("\n", "\r\n").encode("utf-16-le") + b"\0\0"),  # CF_UNICODETEXT
            (user.RegisterClipboardFormatW("HTML Format"), windows_html(page) + b"\0"),
        )
        for form, content in forms:
            if not user.SetClipboardData(form, _global(content)):
                raise ClipboardError(f"The clipboard did not take the brief. {_INSTEAD}")
    finally:
        user.CloseClipboard()
    return RICH


def _global(content: bytes) -> int:  # pragma: no cover - needs Windows
    """The content in memory that the system owns from then on."""
    import ctypes

    kernel: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    kernel.GlobalAlloc.argtypes, kernel.GlobalAlloc.restype = (
        (ctypes.c_uint, ctypes.c_size_t),
        ctypes.c_void_p,
    )
    kernel.GlobalLock.argtypes, kernel.GlobalLock.restype = (ctypes.c_void_p,), ctypes.c_void_p
    kernel.GlobalUnlock.argtypes = (ctypes.c_void_p,)
    handle = kernel.GlobalAlloc(0x0002, len(content))  # GMEM_MOVEABLE
    place = kernel.GlobalLock(handle) if handle else None
    if not place:
        raise ClipboardError(f"The system gave no memory for the clipboard. {_INSTEAD}")
    ctypes.memmove(place, content, len(content))
    kernel.GlobalUnlock(handle)
    return int(handle)
