"""Two texts as one, word by word: what both say, what is only in the new and what is only in the
old. Pure."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from html import unescape
from typing import Literal

Mark = Literal["same", "added", "removed"]

# A word with the space after it, or the end of a paragraph.
TOKENS = re.compile(r"\n|[^\s]+[^\S\n]*")
_BREAK = re.compile(r"</(?:p|li|h\d|ul|ol|div|tr|td|th|blockquote)>|<br\s*/?>", re.I)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Piece:
    """A stretch of text that is in both, only in the new, or only in the old."""

    mark: Mark
    text: str


def plain(text: str) -> str:
    """HTML as text, a line for each paragraph, point or heading."""
    stripped = _TAG.sub("", _BREAK.sub("\n", text)) if "<" in text else text
    lines = (" ".join(line.split()) for line in unescape(stripped).splitlines())
    return "\n".join(line for line in lines if line)


def words_compared(old: str, new: str) -> tuple[Piece, ...]:
    """The two texts as one, with what was added and removed marked."""
    before, after = TOKENS.findall(old), TOKENS.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    pieces: list[Piece] = []
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", "".join(before[i1:i2])))
            continue
        if i1 < i2:
            pieces.append(Piece("removed", "".join(before[i1:i2])))
        if j1 < j2:
            pieces.append(Piece("added", "".join(after[j1:j2])))
    return tuple(pieces)
