"""PDF streams that unpack to more than any page can need, found before PDFium unpacks them.

A few kilobytes of compressed zeros fill gigabytes of memory. Each compressed stream is unpacked here in small
pieces that are thrown away, and only as far as the limit.
"""

from __future__ import annotations

import base64
import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import SourceError

MAX_STREAM = 128 << 20
"""Bytes of one unpacked stream of text, font or structure; the largest fonts have some 40 MB."""
MAX_PICTURE = 512 << 20
"""Bytes of one unpacked picture or attachment, which reading text does not touch: a poster at 600 dpi."""
DEFLATE_RATIO = 1032
"""The most that deflate can compress by (zlib's technical notes): shorter streams need no look."""
MAX_LAYERS = 4
_PIECE = 1 << 20
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_LENGTH = re.compile(rb"/Length\s+(\d+)(?!\s+\d+\s+R)\b")
_PICTURE = re.compile(rb"/Subtype\s*/Image|/Type\s*/EmbeddedFile")
_DICTIONARY = 2048


def refuse_bombs(path: Path) -> None:
    """Raise SourceError if a stream of the file unpacks beyond the limits."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for start, dictionary in _streams(data):
            limit = MAX_PICTURE if _PICTURE.search(dictionary) else MAX_STREAM
            if _beyond(data, start, dictionary, limit):
                raise SourceError(
                    f"{path.name}: refused: a stream at byte {start:,} unpacks to more than {limit:,} bytes, "
                    "more than a page can need. If the file is genuine, print it to a new PDF and add that."
                )


def _streams(data: mmap.mmap) -> Iterator[tuple[int, bytes]]:
    """Where each stream begins, with the dictionary before it."""
    for match in _STREAM.finditer(data):
        before = data[max(0, match.start() - _DICTIONARY) : match.start()]
        yield match.end(), before[before.rfind(b" obj") + 1 :]


def _beyond(data: mmap.mmap, start: int, dictionary: bytes, limit: int) -> bool:
    """Whether the stream at ``start`` unpacks, layer by layer, to more than ``limit`` bytes."""
    layers = dictionary.count(b"FlateDecode") + len(re.findall(rb"/Fl\b", dictionary))
    stated = _LENGTH.search(dictionary)
    length = int(stated[1]) if stated is not None else None
    whole = length is not None and b"endstream" in data[start + length : start + length + 12]
    if layers == 0 or (layers == 1 and whole and (length or 0) * DEFLATE_RATIO <= limit):
        return False
    end = start + length if whole and length is not None else len(data)
    packed: bytes | mmap.mmap = data
    if b"ASCII85Decode" in dictionary or b"/A85" in dictionary:
        packed, start, end = _ascii85(data, start), 0, -1
    for layer in range(1, min(layers, MAX_LAYERS) + 1):
        keep = layer < min(layers, MAX_LAYERS)
        size, kept = _unpack(packed, start, len(packed) if end < 0 else end, limit, keep)
        if size > limit:
            return True
        packed, start, end = kept, 0, -1
    return layers > MAX_LAYERS


def _ascii85(data: mmap.mmap, start: int) -> bytes:
    """The bytes behind the text encoding that some programs put round a stream; nothing if it is none."""
    stop = data.find(b"~>", start)
    try:
        return base64.a85decode(b"<~" + data[start:stop].strip() + b"~>", adobe=True) if stop > 0 else b""
    except ValueError:
        return b""


def _unpack(packed: bytes | mmap.mmap, start: int, end: int, limit: int, keep: bool) -> tuple[int, bytes]:
    """How many bytes a layer unpacks to, at most a little more than ``limit``; and those bytes if wanted."""
    unpacker = zlib.decompressobj()
    size = 0
    kept: list[bytes] = []
    try:
        while start < end and not unpacker.eof and size <= limit:
            piece = packed[start : min(end, start + 65_536)]
            start += len(piece)
            while piece and size <= limit:
                out = unpacker.decompress(piece, _PIECE)
                size += len(out)
                piece = unpacker.unconsumed_tail
                if keep:
                    kept.append(out)
    except zlib.error:
        return size, b"".join(kept)  # not a zlib stream, or damaged: PDFium stops there as well
    return size, b"".join(kept)
