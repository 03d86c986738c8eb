"""The typeface of every PDF, embedded, and what to print where it lacks a letter."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

import font_source_sans_pro
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "SourceSans"
SEMIBOLD = "SourceSans-Semibold"
LIGHT = "SourceSans-Light"

_FILES = {
    REGULAR: "SourceSansPro-Regular.ttf",
    SEMIBOLD: "SourceSansPro-Semibold.ttf",
    LIGHT: "SourceSansPro-Light.ttf",
}
REPLACEMENT = "?"


@lru_cache(maxsize=1)
def register() -> None:
    """Make the fonts known to ReportLab; once per process."""
    folder = Path(font_source_sans_pro.__file__).parent / "files"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))


def printable(text: str, font: str = REGULAR) -> str:
    """`text` with every letter that the font has. A letter it lacks loses its marks (Ǩ → K); a
    script it lacks is shown as question marks, so that nobody takes the name for complete."""
    register()
    known = pdfmetrics.getFont(font).face.charToGlyph
    shown = []
    for letter in unicodedata.normalize("NFC", text):
        if ord(letter) in known:
            shown.append(letter)
            continue
        base = unicodedata.normalize("NFKD", letter)
        kept = [part for part in base if ord(part) in known and not unicodedata.combining(part)]
        shown.append("".join(kept) or REPLACEMENT)
    return "".join(shown)


def width(text: str, font: str, size: float) -> float:
    register()
    return pdfmetrics.stringWidth(printable(text, font), font, size)
