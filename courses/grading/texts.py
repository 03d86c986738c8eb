"""What somebody typed, compared as a reader would: case, spaces, end marks and the dots of å, ä
and ö make no difference, so that a foreign keyboard costs nobody a right answer."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

MOST_CHARACTERS = 200
_SPACES = re.compile(r"\s+")
_ENDS = " .,;:!?\"'”’´`()"
_UNIT = r"[^\W\d_]+(?:\^?[23])?"
# As people write numbers: 1 250,5 · −3 · +7 · 18 år · 20 m² · 5 °C · 30 kr/tim.
_NUMBER = re.compile(rf"([+-]?) ?(\d[\d ]*(?:[.,]\d+)?) ?(?:%|°|°?{_UNIT}(?: ?/ ?{_UNIT})*)?")
# Taken as an exponent before it can be taken for a digit.
_EXPONENTS = str.maketrans({"²": "^2", "³": "^3"})
# A number with more digits is none that a page of ours has sent.
_MOST_DIGITS = 15


def folded(text: str) -> str:
    """The form in which two answers are the same."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _SPACES.sub(" ", plain.replace("-", " ").replace("–", " ")).strip(_ENDS)


def storable(text: str) -> str:
    """A text without what a database refuses and nobody can read: control characters, but for
    line breaks and tabs, and halves of characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        letter
        for letter in lines
        if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")
    )


def kept(text: str) -> str:
    """What is stored of what somebody typed on one line."""
    typed = unicodedata.normalize("NFC", storable(text))
    return _SPACES.sub(" ", typed).strip()[:MOST_CHARACTERS]


def small_number(text: str) -> int | None:
    """A whole number from a form, from nought; None where it is none, or too long to be one."""
    return int(text) if len(text) <= _MOST_DIGITS and text.isdecimal() else None


def number_in(text: str) -> Decimal | None:
    """The number that somebody wrote, with or without its unit; None where there is none."""
    spelt = unicodedata.normalize("NFKC", text.translate(_EXPONENTS))
    plain = spelt.replace("−", "-").replace("–", "-")
    found = _NUMBER.fullmatch(_SPACES.sub(" ", plain).strip(" .,;:!?"))
    if found is None:
        return None
    return Decimal(found[1] + found[2].replace(" ", "").replace(",", "."))
