import pytest

from lms.lib.guard import scan


def kinds(text: str) -> list[str]:
    return [finding.kind for finding in scan(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Hen heter något och har 850709-9805.",
        "198507099805",
        "8507099805",
        "850709 9805",
        "1985-07-09-9805",
        "850709–9805",
        "850709+9805",
        "850769-9802 är ett samordningsnummer",
        "850709\u00a0-\u00a09805",
        "850709-1234 med fel kontrollsiffra",
        "850709-T123",
        "dnr 850709-9805",
    ],
)
def test_personnummer_are_found(text):
    assert kinds(text) == ["personnummer"]


@pytest.mark.parametrize(
    "text",
    [
        "Ring 070-123 45 67.",
        "0701234567",
        "070 123 45 67",
        "+46 70 123 45 67",
        "+46701234567",
        "0046 70 123 45 67",
        "0480-45 00 00",
        "0480–45 00 00",
        "(0480) 45 00 00",
        "08-527 44 290",
        "08-52 74 42",
        "020-100 200",
        "+47 22 12 34 56",
    ],
)
def test_phone_numbers_are_found(text):
    assert kinds(text) == ["phone"]


@pytest.mark.parametrize(
    "text",
    [
        "Ring 112 eller 114 14, Bris 116 111, 1177 och 116 006.",
        "dnr KS 2017/0530 och dnr 1008-2021",
        "dnr 850709-1234",
        "19 kap. 1 § socialtjänstlagen (2025:400), lag 2018:1937",
        "2 500 000 kr, 10 000 000 kronor och 1 234 567,89",
        "2026-11-22, 22 november 2026, 2026-11-22 14:30 och 01-02-2026",
        "20261122 och 261122 1430",
        "kl 08.00–16.30, 0800-1630 och 08–16",
        "ISBN 978-91-0-012447-2, ISBN 91-0-012447-3, ISBN 0-306-40615-2",
        "skala 0 1 2 3 4 5 6 7 8 9, rader 01 02 03 04 05",
        "organisationsnummer 212000-0746",
        "0,5 procent av 0,25",
        "https://example.se/0701/23",
        "2025/26:12, prop. 2024/25:180",
        "OM1 K3 G06 S36 351015 207008",
        "",
    ],
)
def test_figures_that_belong_to_nobody_pass(text):
    assert kinds(text) == []


def test_a_finding_says_where_it_is():
    text = "Ring 0480-45 00 00 eller skriv till 850709-9805."
    assert [(f.kind, text[f.start : f.end]) for f in scan(text)] == [
        ("phone", "0480-45 00 00"),
        ("personnummer", "850709-9805"),
    ]
