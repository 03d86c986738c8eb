"""Files handed in as proof: what they are is asked of their content, and nothing that runs, hides
or swells gets in."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from PIL import Image
from pillow_heif import from_pillow

from competence.parsers.pdf_objects import MAX_UNFOLDED
from competence.parsers.proofs import ProofError, read_proof
from competence.services.proofs import shown_name
from tests.builders.recognition import PDF, jpeg

LIMIT = 10 * 1024 * 1024


def image_as(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    drawn = io.BytesIO()
    Image.new(mode, size, 128 if mode == "L" else "teal").save(drawn, kind)
    return drawn.getvalue()


def heic() -> bytes:
    drawn = io.BytesIO()
    from_pillow(Image.new("RGB", (64, 48), "teal")).save(drawn)
    return drawn.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A small file whose head says that it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def pdf_with(part: bytes) -> bytes:
    return PDF.replace(b"/Type /Catalog", b"/Type /Catalog " + part)


def pdf_with_folded(*parts: bytes) -> bytes:
    return pdf_with_object(b"".join(folded(zlib.compress(part)) for part in parts))


FOLDED = b"/Type /ObjStm /N 2 /First 9 /Filter /FlateDecode"
SCRIPT = b"1 0 2 45 << /S /JavaScript /JS (app.alert\\(1\\)) >> << /OpenAction 1 0 R >>"


def folded(body: bytes, head: bytes = FOLDED, begin: bytes = b"stream\n") -> bytes:
    return b"5 0 obj\n<< " + head + b" >>\n" + begin + body + b"\nendstream\nendobj\n"


def pdf_with_object(part: bytes) -> bytes:
    return PDF.replace(b"xref", part + b"xref", 1)


@pytest.mark.parametrize(
    "content",
    [
        jpeg(),
        image_as("PNG"),
        image_as("PNG", mode="RGBA"),
        image_as("WEBP"),
        image_as("PNG", mode="L"),
        heic(),
    ],
    ids=["jpeg", "png", "see-through", "webp", "grey", "heic"],
)
def test_photos_become_our_own_jpeg(content: bytes):
    proof = read_proof(content, max_bytes=LIMIT)
    assert proof.suffix == ".jpg"
    with Image.open(io.BytesIO(proof.content)) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")


def test_a_pdf_is_kept_as_it_came():
    assert read_proof(PDF, max_bytes=LIMIT).content == PDF


def test_a_harmless_pdf_with_several_folded_parts_is_kept():
    whole = pdf_with_folded(b"<< /Type /Page >>", b"<< /Type /Pages >>", b"")
    assert read_proof(whole, max_bytes=LIMIT).content == whole


def test_place_and_camera_are_not_carried_along_and_the_photo_stands_upright():
    exif = Image.Exif()
    exif[0x010F] = "Kamerafabriken"
    exif[0x0112] = 6  # turned a quarter
    exif.get_ifd(0x8825)[1] = "N"
    proof = read_proof(jpeg(40, 30, exif=exif, comment=b"hemligt"), max_bytes=LIMIT)
    with Image.open(io.BytesIO(proof.content)) as image:
        assert dict(image.getexif()) == {}
        assert image.size == (30, 40)
    assert b"Kamerafabriken" not in proof.content
    assert b"hemligt" not in proof.content


def test_what_is_glued_to_a_photo_is_left_behind():
    script = b"<script>alert(1)</script>PK\x03\x04" * 50
    proof = read_proof(jpeg() + script, max_bytes=LIMIT)
    assert b"script" not in proof.content
    assert b"PK\x03\x04" not in proof.content


def test_a_large_photo_is_made_smaller():
    proof = read_proof(jpeg(5000, 3000), max_bytes=LIMIT)
    with Image.open(io.BytesIO(proof.content)) as image:
        assert image.size == (2400, 1440)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"PK\x03\x04" + b"\0" * 400,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 400,
        b"GIF89a" + b"\0" * 100,
        b"\xff\xd8\xff\xe0<script>alert(1)</script>",
        b"MZ" + b"\0" * 200,
        jpeg(400, 300)[:300],
        image_as("PNG", (200, 200))[:60],
        png_that_claims(60_000, 60_000),
        png_that_claims(2_000_000_000, 2_000_000_000),
        png_that_claims(300, 300),
        PDF[:-20],
        b"<html>" + PDF,
        b"GIF89a" + PDF,
        pdf_with(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
        pdf_with(b"/OpenAction << /S /J#61vaScript >>"),
        pdf_with(b"/Names << /EmbeddedFiles 3 0 R >>"),
        pdf_with(b"/A << /S /Launch /F (cmd.exe) >>"),
        pdf_with(b"/AcroForm << /XFA 4 0 R >>"),
        PDF.replace(b"/Root", b"/Encrypt 5 0 R /Root"),
        pdf_with_folded(b"<< /S /JavaScript >>"),
        pdf_with_folded(b"\0" * (40 * 1024 * 1024)),
        pdf_with_folded(b"\0" * MAX_UNFOLDED, b"\0" * MAX_UNFOLDED),
        pdf_with_folded(*[b""] * 100_000),
    ],
)
def test_what_is_not_a_whole_harmless_photo_or_pdf_is_refused(content: bytes):
    with pytest.raises(ProofError):
        read_proof(content, max_bytes=LIMIT)


HIDDEN = zlib.compress(SCRIPT)


@pytest.mark.parametrize(
    "part",
    [
        folded(HIDDEN, FOLDED + b" " * 700),
        folded(HIDDEN, FOLDED + b" %" + b"x" * 70_000 + b"\n"),
        folded(HIDDEN, FOLDED + b" /X (a\\) endobj endstream 6 0 obj <<)"),
        folded(HIDDEN, FOLDED + b" /X <6f> /Y [<6f>]"),
        folded(HIDDEN, FOLDED + b" %\n6 0 obj <<\n"),
        folded(HIDDEN, FOLDED + b" ) } ]"),
        folded(HIDDEN, b"/N 2 /First 9 /Filter /FlateDecode"),
        folded(HIDDEN, b"/N 2 /F#69rst 9 /Filter /Fl#61teDecode"),
        folded(HIDDEN, b"/Type /ObjStm /N 2 /First 9 /Filter 8 0 R"),
        folded(HIDDEN, begin=b"stream\r"),
        folded(HIDDEN, begin=b"stream \n"),
        folded(HIDDEN, begin=b"%c\nstream\r\n"),
        folded(HIDDEN, FOLDED + b" stream\n" + HIDDEN + b"\nendstream "),
        folded(HIDDEN.hex().encode(), FOLDED.replace(b"/Fl", b"[/ASCIIHexDecode /Fl") + b"]"),
        folded(zlib.compress(HIDDEN), FOLDED.replace(b"/Fl", b"[/FlateDecode /Fl") + b"]"),
        folded(
            zlib.compress(b"".join(b"\0" + SCRIPT[i : i + 1] for i in range(len(SCRIPT)))),
            FOLDED + b" /DecodeParms << /Predictor 12 /Columns 1 >>",
        ),
        folded(HIDDEN, FOLDED + b" /DecodeParms 9 0 R"),
        folded(HIDDEN, FOLDED + b" /F (elsewhere.bin)"),
        b"(" + folded(HIDDEN) + b")",
        b"% " + folded(HIDDEN).replace(b"\n<<", b" <<"),
        folded(HIDDEN).replace(b"obj", b"obk"),
    ],
)
def test_a_script_is_found_however_its_compressed_object_is_written(part: bytes):
    with pytest.raises(ProofError):
        read_proof(pdf_with_object(part), max_bytes=LIMIT)


@pytest.mark.parametrize(
    "part",
    [
        b"obj <<" * 1_500_000,
        b"obj %" * 1_800_000,
        b"obj << " + b"/a" * 4_000_000 + b" >>",
        b"obj << (" + b"(" * 9_000_000,
        b"obj << " + b"<a" * 4_000_000,
        b"obj << " + b"[ " * 4_000_000,
    ],
    ids=["nested", "comments", "names", "texts", "hex", "lists"],
)
def test_a_pdf_made_to_be_hard_to_read_is_given_up_soon(part: bytes):
    began = time.process_time()
    with pytest.raises(ProofError):
        read_proof(pdf_with_object(part), max_bytes=LIMIT)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "part",
    [
        folded(zlib.compress(b"1 0 << /Type /Page >>"), FOLDED + b"/Length 29 /Extends 7 0 R"),
        folded(b"1 0 0 1 0 0 cm (obj stream /ObjSt)", b"/Length 34"),
        folded(
            zlib.compress(b"\0\1" * 9),
            b"/Type /XRef /Filter /FlateDecode /W [1 2 1] "
            b"/DecodeParms << /Columns 4 /Predictor 12 >> /ID [<00ff> (a\\)>>)]",
        ),
        folded(b"x", b"/Subtype /Image /Filter [/ASCII85Decode /DCTDecode]"),
    ],
    ids=["objects", "page", "table", "image"],
)
def test_what_programs_that_mean_well_write_is_kept(part: bytes):
    whole = pdf_with_object(part)
    assert read_proof(whole, max_bytes=LIMIT).content == whole


def test_a_file_over_the_limit_is_refused():
    with pytest.raises(ProofError):
        read_proof(b"%PDF-" + b"\0" * 100, max_bytes=50)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("intyg.PDF", "intyg.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system.ini", "system.pdf"),
        ('in"tyg\r\nX: y.pdf', "intygX y.pdf"),
        ("19811218-9876.pdf", "underlag.pdf"),
        ("", "underlag.pdf"),
        (".pdf", "pdf.pdf"),
        ("å" * 300 + ".jpg", "å" * 100 + ".pdf"),
    ],
)
def test_the_name_that_is_shown_is_a_name_only(name: str, shown: str):
    assert shown_name(name, ".pdf") == shown
