"""The clipboard: real tools where there are any, else programs of the same name that record what they get."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from assistant import clipboard
from assistant.cli.group import program

PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    "<style>p{margin:0}</style></head>"
    '<body><p>“Équité” <a class="cite" href="#passage-1">(Cluster 2, OPA, p. 17)</a></p>'
    '<ol><li id="note-1">GFMD, p. 17. <a href="http://gfmd.org/x">x</a>'
    '<a class="back" href="#ref-1">↩</a></li></ol>'
    "<aside data-gcm-source>the source around it</aside>"
    '<script type="application/json">{"a":1}</script></body></html>'
).encode()

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the tools of Linux")


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """A folder that is the whole PATH; ``tools(name, status)`` puts a recording program there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("WAYLAND_DISPLAY", "DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(folder))

    def add(name, status=0):
        path = folder / name
        path.write_text(
            f"#!{sys.executable}\nimport sys\nfrom pathlib import Path\n"
            f"Path({str(folder / name)!r} + '.in').write_bytes(sys.stdin.buffer.read())\n"
            f"Path({str(folder / name)!r} + '.args').write_text('\\n'.join(sys.argv[1:]))\n"
            f"print('no display' if {status} else '', file=sys.stderr)\nsys.exit({status})\n"
        )
        path.chmod(0o755)
        return path

    return add


def got(path):
    return path.with_name(path.name + ".in").read_bytes()


@linux
@pytest.mark.parametrize(
    ("name", "variable", "arguments"),
    [
        ("wl-copy", "WAYLAND_DISPLAY", ["--type", "text/html"]),
        ("xclip", "DISPLAY", ["-selection", "clipboard", "-t", "text/html", "-i"]),
    ],
)
def test_rich_text(tools, monkeypatch, name, variable, arguments):
    monkeypatch.setenv(variable, ":9")
    path = tools(name)
    assert clipboard.copy(PAGE, "plain") == clipboard.RICH
    assert path.with_name(f"{name}.args").read_text().splitlines() == arguments
    assert got(path) == clipboard.for_pasting(PAGE)


@linux
def test_plain_text_where_no_tool_takes_rich(tools, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":9")
    path = tools("xsel")
    assert clipboard.copy(PAGE, "pläin") == f"{clipboard.PLAIN} For rich text install xclip."
    assert got(path).decode() == "pläin"


@linux
def test_windows_under_linux(tools, monkeypatch):
    monkeypatch.setenv("WSL_DISTRO_NAME", "Debian")
    path = tools("clip.exe")
    assert clipboard.copy(PAGE, "pläin").startswith(clipboard.PLAIN)
    assert got(path).decode("utf-16-le") == "pläin"


@linux
def test_the_next_tool_where_one_fails(tools, monkeypatch):
    monkeypatch.setenv("WAYLAND_DISPLAY", "w")
    monkeypatch.setenv("DISPLAY", ":9")
    tools("wl-copy", 1)
    path = tools("xclip")
    assert clipboard.copy(PAGE, "plain") == clipboard.RICH
    assert got(path)


@linux
@pytest.mark.parametrize(
    ("variable", "failing", "said"),
    [
        (None, None, "neither WAYLAND_DISPLAY nor DISPLAY"),
        ("DISPLAY", None, "sudo apt install xclip"),
        ("WAYLAND_DISPLAY", None, "sudo apt install wl-clipboard"),
        ("DISPLAY", "xclip", r"xclip ended with 3 \(no display\)"),
    ],
)
def test_no_clipboard(tools, monkeypatch, variable, failing, said):
    if variable:
        monkeypatch.setenv(variable, ":9")
    if failing:
        tools(failing, 3)
    with pytest.raises(clipboard.ClipboardError, match=said) as caught:
        clipboard.copy(PAGE, "plain")
    assert "-o FILE" in str(caught.value)


def test_what_is_pasted_is_the_brief_and_nothing_else():
    page = clipboard.for_pasting(PAGE).decode()
    for gone in ("the source around it", "<script", "↩", "#passage-1", "Content-Security-Policy"):
        assert gone not in page
    for kept in (
        "“Équité”",
        "(Cluster 2, OPA, p. 17)",
        'href="http://gfmd.org/x"',
        "<style>",
        "<!DOCTYPE html>",
        "charset",
    ):
        assert kept in page


def test_the_forms_of_windows():
    made = clipboard.windows_html(PAGE)
    header = dict(line.split(":", 1) for line in made.decode().split("\r\n")[:5])
    start, end = int(header["StartHTML"]), int(header["EndHTML"])
    assert made[start:end].startswith(b"<!DOCTYPE html>")
    assert end == len(made)
    fragment = made[int(header["StartFragment"]) : int(header["EndFragment"])]
    assert fragment == PAGE[PAGE.index(b"<body>") + 6 : PAGE.index(b"</body>")]
    assert made.count(b"<!--StartFragment-->") == made.count(b"<!--EndFragment-->") == 1


def test_the_script_of_macos():
    made = clipboard.applescript("é".encode(), 'say "\\"')
    assert "«data HTMLC3A9»" in made
    assert made.endswith('string:"say \\"\\\\\\""}')


@linux
def test_the_command_copies_a_brief(tools, monkeypatch, built_store):
    monkeypatch.setenv("DISPLAY", ":9")
    path = tools("xclip")
    result = CliRunner().invoke(program, ["brief", "remittances", "--copy"])
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert clipboard.RICH in result.stderr
    page = got(path).decode()
    assert "Cluster 4" in page
    assert "data-gcm-source" not in page


@pytest.mark.skipif(not (shutil.which("xclip") and shutil.which("Xvfb")), reason="needs xclip and Xvfb")
def test_a_real_clipboard(monkeypatch):
    display = f":{90 + os.getpid() % 900}"
    server = subprocess.Popen(["Xvfb", display, "-screen", "0", "64x64x8"], stderr=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        for _ in range(50):
            try:
                said = clipboard.copy(PAGE, "plain")
                break
            except clipboard.ClipboardError:
                import time

                time.sleep(0.1)
        assert said == clipboard.RICH
        out = subprocess.run(
            ["xclip", "-selection", "clipboard", "-t", "text/html", "-o"],
            capture_output=True,
            check=True,
            timeout=10,
        )
        assert out.stdout == clipboard.for_pasting(PAGE)
    finally:
        server.terminate()
        server.wait()
