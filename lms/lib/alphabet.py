"""The Swedish order of names."""

from __future__ import annotations

_SWEDISH = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})


def swedish_order(text: str) -> str:
    """A sort key: å, ä and ö last, whatever the letter case."""
    return text.casefold().translate(_SWEDISH)
