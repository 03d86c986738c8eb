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
