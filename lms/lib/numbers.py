"""Whole numbers that come from outside, in an address or a form. More digits than the keys of a
database can have make no number: an int of them is refused by the database, or by Python."""

from __future__ import annotations

from django.urls.converters import IntConverter

MOST_DIGITS = 18


def whole_number(text: str) -> int | None:
    """The number from nought that was written; None where it is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if is_number else None


class NumberConverter(IntConverter):
    """`<number:pk>` in an address: an address with a longer number leads nowhere."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"


def about(count: int) -> int:
    """A count as it is said after "about", to no more than it is known: two figures of it, and the
    nearest five below a hundred (219 is about 220, 1 243 about 1 200, 47 about 45). Under ten, and
    nobody, as they are. Half up."""
    if count < 10:
        return count
    step = 5 if count < 100 else int(10 ** (len(str(count)) - 2))
    return (2 * count + step) // (2 * step) * step


def percent(part: int, whole: int) -> int | None:
    """A share in whole percent, half up; none of nothing. Never 100 while somebody is missing."""
    if not whole:
        return None
    rounded = (200 * part + whole) // (2 * whole)
    return min(rounded, 99) if part < whole else rounded
