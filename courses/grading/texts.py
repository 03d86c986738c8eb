"""What somebody typed, compared as a reader would: case, spaces, end marks and the dots of å, ä
and ö make no difference, so that a foreign keyboard costs nobody a right answer."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

MOST_CHARACTERS = 200
_SPACES = re.compile(r"\s+")
_ENDS = " .,;:!?\"'”’´`()"
# As people write numbers: 1 250,5 · −3 · +7 · 18 år.
_NUMBER = re.compile(r"([+-]?) ?(\d[\d ]*(?:[.,]\d+)?) ?(?:%|[^\W\d_]+)?")


def folded(text: str) -> str:
    """The form in which two answers are the same."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _SPACES.sub(" ", plain.replace("-", " ").replace("–", " ")).strip(_ENDS)


def kept(text: str) -> str:
    """What is stored of what somebody typed."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()[:MOST_CHARACTERS]


def number_in(text: str) -> Decimal | None:
    """The number that somebody wrote, with or without its unit; None where there is none."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-")
    found = _NUMBER.fullmatch(_SPACES.sub(" ", plain).strip(" .,;:!?"))
    if found is None:
        return None
    return Decimal(found[1] + found[2].replace(" ", "").replace(",", "."))
