"""Days as people write them: 2024-03-01, 1/3 2024, 1 mars 2024, and the numbers of spreadsheets."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = (
    ("januari", "january"),
    ("februari", "february"),
    ("mars", "march"),
    ("april",),
    ("maj", "may"),
    ("juni", "june"),
    ("juli", "july"),
    ("augusti", "august"),
    ("september",),
    ("oktober", "october"),
    ("november",),
    ("december",),
)
_MONTH_OF = {
    word[:length]: number
    for number, words in enumerate(_MONTHS, 1)
    for word in words
    for length in range(3, len(word) + 1)
} | {"sept": 9}

_TIME = re.compile(r"(?<=\d)[T ]\d{1,2}[:.]\d{2}([:.]\d{2}([.,]\d+)?)?$")
_YEAR_FIRST = re.compile(r"(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})")
_BARE = re.compile(r"(\d{4}|\d{2})(\d{2})(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})(?:\s?[-/.,]\s?|\s+)-?(\d{4}|\d{2})")
_WORDS = re.compile(
    r"(?:den\s+)?(\d{1,2})(?::?(?:a|e|st|nd|rd|th))?\.?\s*-?([a-z]{3,9})\.?,?[\s'-]*(\d{4}|\d{2})"
)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
# The day that spreadsheets count from, their leap year 1900 taken into account, and the days
# between 1954 and 2064: other numbers of five digits are something else.
_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 60_000)
_CENTURY = 70


def loose_day(text: str) -> date | None:
    """The day that `text` says; None where it says none, or only a month. Days come before months
    where both are figures and the year is last."""
    text = _TIME.sub("", " ".join(text.strip().lower().split()))
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(match[1], match[3], match[4])
    if (match := _SERIAL.fullmatch(text)) and int(match[1]) in _SERIALS:
        return _EPOCH + timedelta(days=int(match[1]))
    if match := _BARE.fullmatch(text):
        return _day(match[1], match[2], match[3])
    if match := _DAY_FIRST.fullmatch(text):
        return _day(match[3], match[2], match[1])
    if (match := _WORDS.fullmatch(text)) and match[2] in _MONTH_OF:
        return _day(match[3], _MONTH_OF[match[2]], match[1])
    return None


def _day(year: str, month: str | int, day: str) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < _CENTURY else 1900
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None
