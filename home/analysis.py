"""Swedish words to stems: the same for the text that is indexed and the question that is asked,
and the same on every database (neither SQLite nor PostgreSQL stems "kurser" and "kurs" alike)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("swedish")
_WORD = re.compile(r"[^\W_]+")
# The stemmer gives "kur" for kurs and "kurs" for kurser.
_COURSE = re.compile(r"(.*kurs)(?:er|en|ens|erna|ernas|ers)?$")
_KEPT = {"å", "ä", "ö"}
_STOP_WORDS = """
alla allt att av de dem den denna dess det detta dig din ditt dina du där då efter eller en er ett
från för ha han hans har hen hon hur här i inom inte jag kan man med men mig min mitt ni nu när
någon något några och om oss på sig sin sina sitt ska som så till under upp ut vad var vara vem vi
vid är över a an and are for in is of on or the to
"""
STOP = frozenset(_STOP_WORDS.split())
LONGEST = 60


def fold(word: str) -> str:
    """Lower case, one form of å ä ö, and no other accents."""
    folded = []
    for char in unicodedata.normalize("NFC", word).lower():
        if char in _KEPT:
            folded.append(char)
        else:
            plain = unicodedata.normalize("NFD", char)
            folded.append("".join(c for c in plain if not unicodedata.combining(c)))
    return "".join(folded)


def bare(word: str) -> str:
    """As `fold`, and å ä ö as somebody writes them who has no such keys."""
    return "".join(unicodedata.normalize("NFD", char)[0] for char in fold(word))


def is_bare(word: str) -> bool:
    return bare(word) == fold(word)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    folded = fold(word)
    course = _COURSE.match(folded)
    return (course.group(1) if course else str(_STEMMER.stemWord(folded)))[:LONGEST]


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word of `text` with where it begins and ends."""
    for match in _WORD.finditer(text):
        yield match.group(), match.start(), match.end()


def stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order, with repetitions."""
    return [stem(word) for word, _start, _end in words(text) if fold(word) not in STOP]
