"""The training transcript as a file: every period, page by page, and who may fetch whose."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pypdf
import pytest
from django.utils import translation

from competence.engine import Status
from competence.figures.transcript import Asked, Exempt, Period, Transcript
from competence.reports.transcript import build

NAME = "Åsa Öström-Żółć"
DAY = date(2027, 9, 30)
DATA = Transcript(
    name=NAME,
    organisation="Exempelkommun",
    day=DAY,
    posts=("Förskollärare, Förskolan Näktergalen", "Fritidsledare, Ungdomens hus"),
    asked=(
        Asked("Orosanmälan och sekretess", "Grund", True, Status.MET, None),
        Asked("Samtal och bemötande", "Fördjupning", True, Status.OVERDUE, date(2027, 3, 1)),
        Asked("Digitala miljöer", "Grund", False, Status.PENDING, date(2028, 1, 31)),
    ),
    periods=(
        Period(
            "Orosanmälan och sekretess",
            "Grund",
            date(2027, 1, 12),
            date(2029, 1, 11),
            None,
            "Grundkurs: Förebygga våldsbejakande extremism, version 3",
            "7K2M-XQ4P-9RTB",
        ),
        Period(
            "Orosanmälan och sekretess",
            "Grund",
            date(2025, 1, 13),
            date(2027, 1, 12),
            None,
            "CVE:s grundkurs, enligt regel 12",
            "",
        ),
        Period(
            "Samtal och bemötande", "Grund", date(2024, 5, 1), None, date(2024, 5, 1), "import", ""
        ),
    ),
    exemptions=(Exempt("Digitala miljöer", "Grund", date(2027, 1, 1), None),),
    verify_at="https://kompetens.example.se/verifiera/",
)


def read(data: Transcript) -> pypdf.PdfReader:
    with translation.override("sv"):
        return pypdf.PdfReader(io.BytesIO(build(data)))


def text_of(file: pypdf.PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in file.pages]


def test_everything_is_printed_with_the_right_letters() -> None:
    (text,) = text_of(read(DATA))
    for words in (
        f"Exempelkommun Utbildningsutdrag {NAME}",
        "Förskollärare, Förskolan Näktergalen",
        "Samtal och bemötande Fördjupning Saknas sedan 1 mars 2027",
        "Grund (rekommenderas) Att göra senast 31 januari 2028",
        "12 januari 2027 Grund Grundkurs: Förebygga",
        "7K2M-XQ4P-9RTB",
        "gäller till och med 11 januari 2029",
        "CVE:s grundkurs, enligt regel 12 gick ut 12 januari 2027",
        "återkallat från 1 maj 2024",
        "Undantag",
        "Sida 1 av 1",
    ):
        assert words in text, (words, text)


def test_pages_are_numbered_and_a_long_history_goes_on_page_after_page() -> None:
    first = DATA.periods[0]
    many = tuple(
        replace(first, achieved_on=date(2020, 1, 1) + timedelta(days=number))
        for number in range(90)
    )
    texts = text_of(read(replace(DATA, periods=many)))
    assert len(texts) > 3
    for number, text in enumerate(texts, 1):
        assert f"Sida {number} av {len(texts)}" in text
        assert f"{NAME}, enligt vad som är känt den 30 september 2027" in text
    # Each page of the table says its columns again.
    assert all("Uppnått Nivå Källa" in text for text in texts[1:-1])


def test_it_is_tagged_with_a_title_in_the_language_of_the_page() -> None:
    file = read(DATA)
    root = file.trailer["/Root"]
    assert (root["/Lang"], file.metadata.title) == ("sv", f"Utbildningsutdrag: {NAME}")
    assert not file.metadata.subject
    body = root["/StructTreeRoot"]["/K"][0].get_object()
    roles = [child.get_object()["/S"] for child in body["/K"]]
    assert roles[:3] == ["/P", "/H1", "/P"]
    assert roles.count("/H2") == 3
    with translation.override("en"):
        english = pypdf.PdfReader(io.BytesIO(build(DATA)))
    assert english.trailer["/Root"]["/Lang"] == "en"


def test_the_same_facts_give_the_same_bytes() -> None:
    with translation.override("sv"):
        assert build(DATA) == build(DATA)


@pytest.mark.parametrize("periods", [(), DATA.periods])
def test_somebody_without_anything_gets_a_page_that_says_so(periods) -> None:
    empty = replace(DATA, posts=(), asked=(), periods=periods, exemptions=())
    (text,) = text_of(read(empty))
    assert "Inga krav gäller den dagen" in text
    assert ("Inget är registrerat än" in text) is not bool(periods)
