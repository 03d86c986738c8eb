"""The certificate as a file: what it says, in which letters, and how it is tagged."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pypdf
import pytest
from django.utils import translation

from courses.reports.certificate import CertificateData, PrintedGrant, build
from lms.pdf import fonts

NAME = "Åsa Öström-Żółć Đorđe Yıldız ŵ"
DATA = CertificateData(
    code="7K2M-XQ4P-9RTB",
    name=NAME,
    course_title="Grundkurs: Förebygga våldsbejakande extremism",
    organisation="Exempelkommun",
    issued_on=date(2027, 9, 30),
    valid_until=date(2029, 9, 29),
    grants=(
        PrintedGrant("Orosanmälan och sekretess", "Grund", date(2029, 9, 29)),
        PrintedGrant("Samtal och bemötande", "Fördjupning", None),
    ),
    verify_url="https://kompetens.example.se/verifiera/7K2M-XQ4P-9RTB/",
)


@pytest.fixture
def file() -> Any:
    with translation.override("sv"):
        return pypdf.PdfReader(io.BytesIO(build(DATA)))


def test_every_printed_field_can_be_read_out(file: Any) -> None:
    text = " ".join(file.pages[0].extract_text().split())
    assert text == (
        f"Exempelkommun Intyg {NAME} har genomfört kursen "
        "Grundkurs: Förebygga våldsbejakande extremism Genomförd 30 september 2027 Kursen ger "
        "Grund: Orosanmälan och sekretess gäller till och med 29 september 2029 "
        "Fördjupning: Samtal och bemötande utan slutdatum "
        "Kontrollera att intyget är äkta "
        "https://kompetens.example.se/verifiera/7K2M-XQ4P-9RTB/ Kod 7K2M-XQ4P-9RTB"
    )


def test_language_title_and_tags_are_there(file: Any) -> None:
    root = file.trailer["/Root"]
    assert root["/Lang"] == "sv"
    assert file.metadata.title == f"Intyg: {DATA.course_title}, {NAME}"
    assert not file.metadata.subject
    assert root["/MarkInfo"]["/Marked"]
    body = root["/StructTreeRoot"]["/K"][0].get_object()
    children = [child.get_object() for child in body["/K"]]
    assert [child["/S"] for child in children[:3]] == ["/P", "/H1", "/P"]
    assert [child["/Alt"] for child in children if child["/S"] == "/Figure"] == [
        "QR-kod som leder till kontrollen av intyget"
    ]


def test_every_font_is_embedded(file: Any) -> None:
    fonts_used = [font.get_object() for font in file.pages[0]["/Resources"]["/Font"].values()]
    ours = [font for font in fonts_used if "SourceSans" in font["/BaseFont"]]
    assert ours
    assert all("/FontFile2" in font["/FontDescriptor"] for font in ours)


def test_marked_content_is_balanced(file: Any) -> None:
    data = file.pages[0].get_contents().get_data()
    assert data.count(b" BDC") + data.count(b" BMC") == data.count(b"EMC")


def test_the_same_data_gives_the_same_bytes() -> None:
    assert build(DATA) == build(DATA)


@pytest.mark.parametrize("length", [1, 220])
def test_a_name_of_any_length_stays_on_one_page(length: int) -> None:
    long = CertificateData(**{**vars(DATA), "name": ("Anna-Karin " * 20)[:length]})
    assert len(pypdf.PdfReader(io.BytesIO(build(long))).pages) == 1


def test_a_letter_the_font_lacks_loses_its_mark_and_a_script_turns_into_question_marks() -> None:
    assert fonts.printable("Ǩåreʒ") == "Kåreʒ"
    assert fonts.printable("محمد") == "????"
    assert fonts.printable(NAME) == NAME
