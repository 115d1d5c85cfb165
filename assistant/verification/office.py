"""Word and OpenDocument packages opened safely: bounded in size, XML without entities or network."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from assistant.errors import SourceError

LARGEST_PART = 80_000_000
"""Bytes to which one part of a package may unpack."""

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def open_package(data: bytes, name: str) -> zipfile.ZipFile:
    """The package as a zip file; anything else is a :class:`SourceError`."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceError(
            f"{name} is no Word or OpenDocument file: expected a zip package, found none ({error}). "
            "Open it in its program and save it again."
        ) from error


def part(package: zipfile.ZipFile, member: str, name: str) -> bytes | None:
    """The bytes of one part, None where the package has none; at most ``LARGEST_PART`` are unpacked."""
    try:
        info = package.getinfo(member)
    except KeyError:
        return None
    try:
        with package.open(info) as stream:
            data = stream.read(LARGEST_PART + 1)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise SourceError(
            f"{name} is damaged: {member} cannot be unpacked ({error}). Save it again."
        ) from error
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise SourceError(f"{name} is damaged: {member} cannot be unpacked. Save it again.") from error
        raise
    if len(data) > LARGEST_PART:
        raise SourceError(
            f"{name} is not read: {member} unpacks to more than {LARGEST_PART:,} bytes. "
            "Split the note and try again."
        )
    return data


def parse_xml(data: bytes, member: str, name: str) -> Any:
    """The root element of a part; entities are not expanded, nothing is loaded."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"{name} is damaged: {member} is no XML ({error.msg}). Save it again.") from error
    if root.getroottree().docinfo.doctype:
        raise SourceError(
            f"{name} is not read: {member} declares a document type, which no word processor writes."
        )
    return root


def xml_part(package: zipfile.ZipFile, member: str, name: str) -> Any | None:
    """The root of a part, or None where the package has none."""
    data = part(package, member, name)
    return None if data is None else parse_xml(data, member, name)
