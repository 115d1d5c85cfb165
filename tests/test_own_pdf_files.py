"""PDF files without text, locked, cut off, damaged or made to exhaust: named and refused in one line each."""

from __future__ import annotations

import base64
import zlib

import pytest
from make_documents import Paragraph, prose, typeset
from reportlab.lib import pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from assistant.errors import SourceError
from assistant.sources import own, pdf, pdf_bombs


def body(count):
    return [Paragraph(prose(90, index)) for index in range(count)]


def with_image(path, text_pages, image_pages, blank_pages=()):
    canvas = Canvas(str(path), pagesize=A4)
    for sheet in range(1, max([*text_pages, *image_pages, *blank_pages]) + 1):
        if sheet in text_pages:
            canvas.setFont("Times-Roman", 11)
            canvas.drawString(72, 700, f"Sentence of sheet {sheet}.")
        if sheet in image_pages:
            canvas.rect(72, 72, 400, 600, fill=1)
        canvas.showPage()
    canvas.save()
    return path


def test_scanned_and_blank_pages_are_named_and_counted(tmp_path):
    source = own.extract(with_image(tmp_path / "a.pdf", [1, 2, 5], [3, 7, 8, 9], [4, 6]))
    remarks = " ".join(source.remarks)
    assert "Pages 3, 7-9 have no text (scanned?): 4 of 9" in remarks
    assert "ocrmypdf" in remarks
    assert "Blank: 2 of 9 PDF pages (4, 6)" in remarks
    assert [p.locator for p in source.passages] == ["PDF p. 1", "PDF p. 2", "PDF p. 5"]


def encrypted(path):
    canvas = Canvas(str(path), encrypt=pdfencrypt.StandardEncryption("secret", strength=128))
    canvas.drawString(72, 700, "Confidential.")
    canvas.save()


def truncated(path):
    typeset(path, body(6))
    path.write_bytes(path.read_bytes()[:-3000])


def only_header(path):
    path.write_bytes(b"%PDF-1.7\n%%EOF\n")


def garbage(path):
    path.write_bytes(b"%PDF-1.4\n" + bytes(range(256)) * 40 + b"\n%%EOF\n")


def scanned(path):
    with_image(path, [], [1, 2])


def blank(path):
    with_image(path, [], [], [1])


def raw_pdf(path, data, filters, kind=b""):
    """A one-page PDF whose content is a stream as given."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<<%s/Length %d/Filter[%s]>>\nstream\n%s\nendstream" % (kind, len(data), filters, data),
    ]
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"xref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(made),
    )
    path.write_bytes(made)


def packed_zeros(megabytes):
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


def stream_bomb(path):
    raw_pdf(path, packed_zeros(12), b"/FlateDecode")


def layered_bomb(path):
    raw_pdf(path, zlib.compress(packed_zeros(12), 9), b"/FlateDecode/FlateDecode")


def wrapped_bomb(path):
    packed = base64.a85encode(zlib.compress(packed_zeros(12)), adobe=True).removeprefix(b"<~")
    raw_pdf(path, packed, b"/ASCII85Decode/FlateDecode/FlateDecode")


def disguised_bomb(path):
    raw_pdf(path, zlib.compress(packed_zeros(24), 9), b"/Fl/Fl", b"/Subtype/Image")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (stream_bomb, "unpacks to more than"),
        (layered_bomb, "unpacks to more than"),
        (wrapped_bomb, "unpacks to more than"),
        (disguised_bomb, "unpacks to more than"),
        (encrypted, "encrypted"),
        (truncated, "cut off"),
        (only_header, "damaged"),
        (garbage, "damaged"),
        (scanned, "ocrmypdf"),
        (blank, "no text"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_bad_files(tmp_path, make, expected, monkeypatch):
    monkeypatch.setattr(pdf_bombs, "MAX_STREAM", 8 << 20)
    monkeypatch.setattr(pdf_bombs, "MAX_PICTURE", 16 << 20)
    make(tmp_path / "bad.pdf")
    with pytest.raises(SourceError) as caught:
        own.extract(tmp_path / "bad.pdf")
    message = str(caught.value)
    assert expected in message
    assert message.startswith("bad.pdf")
    assert "\n" not in message


def test_limits(tmp_path, monkeypatch):
    typeset(tmp_path / "a.pdf", body(24))
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(SourceError, match="at most 2 are read"):
        own.extract(tmp_path / "a.pdf")
    monkeypatch.setattr(pdf, "MAX_PAGES", 100)
    monkeypatch.setattr(pdf, "MAX_PAGE_CHARACTERS", 100)
    with pytest.raises(SourceError, match="page 1 holds"):
        own.extract(tmp_path / "a.pdf")


def test_permissions_without_a_password_do_not_stop_reading(tmp_path):
    lock = pdfencrypt.StandardEncryption("", ownerPassword="owner", canCopy=0, strength=128)
    canvas = Canvas(str(tmp_path / "a.pdf"), encrypt=lock)
    canvas.drawString(72, 700, "Open to read.")
    canvas.save()
    assert own.extract(tmp_path / "a.pdf").passages[0].text == "Open to read."
