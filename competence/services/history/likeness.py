"""How alike wordings are: one index of three-letter pieces, built once and asked for each wording
that is not exactly known."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Generic, TypeVar

Key = TypeVar("Key")

_WORD = re.compile(r"[^\W_]+")
# Only the most alike by pieces are compared letter by letter.
_COMPARED = 12
# A piece that so many share tells nobody apart.
_COMMON = 2_000


def folded(text: str) -> str:
    """Without case and accents, its words with one space between: Öst, ÖST and Ost are alike."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in spread if not unicodedata.combining(char))
    return " ".join(_WORD.findall(bare))


def any_order(text: str) -> str:
    """`folded`, with the words in the order of the alphabet."""
    return " ".join(sorted(folded(text).split()))


def alike(one: str, other: str) -> int:
    """0 to 100."""
    return round(100 * SequenceMatcher(None, one, other, autojunk=False).ratio())


def _pieces(text: str) -> set[str]:
    return {f" {word} "[at : at + 3] for word in text.split() for at in range(max(1, len(word)))}


class Likeness(Generic[Key]):
    """Wordings that are known. What is asked costs the same however many times it is asked."""

    def __init__(self, known: Iterable[tuple[str, Key]]) -> None:
        self._known = list(known)
        self._having: dict[str, list[int]] = {}
        for number, (text, _key) in enumerate(self._known):
            for piece in _pieces(text):
                self._having.setdefault(piece, []).append(number)

    def most_like(self, text: str, *, least: int, most: int = 5) -> list[tuple[Key, int]]:
        """What is alike by `least` or more, the most alike first; a key once."""
        shared: Counter[int] = Counter()
        pieces = sorted(
            (self._having[piece] for piece in _pieces(text) if piece in self._having), key=len
        )
        for number, having in enumerate(pieces):
            if len(having) > _COMMON and number >= 3:
                break
            shared.update(having)
        best: dict[Key, int] = {}
        for number, _count in shared.most_common(_COMPARED):
            known, key = self._known[number]
            score = alike(text, known)
            if score >= least:
                best[key] = max(score, best.get(key, 0))
        return sorted(best.items(), key=lambda item: -item[1])[:most]
