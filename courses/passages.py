"""What has changed between two texts, passage by passage and word by word: for people, who want
to see what is new without reading everything again. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from html import unescape
from typing import Any

# What a block says to machines, not to readers.
_MACHINE = frozenset(
    {"type", "id", "url", "asset", "next", "tone", "codes", "page", "start", "width", "height"}
)
_END = re.compile(r"</(?:p|li|h[1-6]|ul|ol|div|tr|td|th|blockquote)>|<br\s*/?>", re.I)
_TAG = re.compile(r"<[^>]+>")
# How alike two passages must be to be the same one with other words.
ALIKE = 0.4


class Kind(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """Some words that stand, are gone or are new."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Passage:
    """One changed passage. All its pieces are new where it was not there before, gone where it
    is not there now."""

    pieces: tuple[Piece, ...]

    @property
    def kind(self) -> Kind:
        kinds = {piece.kind for piece in self.pieces}
        return kinds.pop() if len(kinds) == 1 else Kind.SAME


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _MACHINE:
                yield from _said(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from _said(item)


def passages_of(blocks: Iterable[Mapping[str, Any]]) -> list[str]:
    """What frozen blocks say, one paragraph, point or heading at a time. Tokens stay tokens."""
    found = []
    for text in (text for block in blocks for text in _said(block["value"])):
        for line in _END.sub("\n", text).split("\n"):
            words = " ".join(unescape(_TAG.sub(" ", line)).split())
            if words:
                found.append(re.sub(r" ([.,;:?!)])", r"\1", words))
    return found


def _words(old: str, new: str) -> tuple[Piece, ...]:
    before, after = old.split(), new.split()
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for step, i1, i2, j1, j2 in matcher.get_opcodes():
        if step == "equal":
            pieces.append(Piece(Kind.SAME, " ".join(before[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece(Kind.GONE, " ".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(Piece(Kind.NEW, " ".join(after[j1:j2])))
    return tuple(pieces)


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, old.split(), new.split(), autojunk=False).ratio()


def _gone(text: str) -> Passage:
    return Passage((Piece(Kind.GONE, text),))


def _new(text: str) -> Passage:
    return Passage((Piece(Kind.NEW, text),))


def _rewritten(old: Sequence[str], new: Sequence[str]) -> Iterator[Passage]:
    """The passages of a stretch where both sides differ, in the order of the new text."""
    following = 0
    for text in old:
        scored = [(_likeness(text, new[at]), -at) for at in range(following, len(new))]
        best, place = max(scored, default=(0.0, 0))
        if best < ALIKE:
            yield _gone(text)
            continue
        yield from map(_new, new[following:-place])
        yield Passage(_words(text, new[-place]))
        following = -place + 1
    yield from map(_new, new[following:])


def changed_passages(old: Sequence[str], new: Sequence[str]) -> list[Passage]:
    """What is new, gone or said in other words in `new`; what stands is left out."""
    changed: list[Passage] = []
    for step, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        match step:
            case "delete":
                changed.extend(map(_gone, old[i1:i2]))
            case "insert":
                changed.extend(map(_new, new[j1:j2]))
            case "replace":
                changed.extend(_rewritten(old[i1:i2], new[j1:j2]))
    return changed
