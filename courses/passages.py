"""What has changed between two texts, passage by passage and word by word: for people, who want
to see what is new without reading everything again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from courses.differences import Mark, Piece, plain, words_compared
from courses.wording import block_lines

# How alike two passages must be to be the same one with other words.
ALIKE = 0.4


@dataclass(frozen=True)
class Passage:
    """One changed passage. All its pieces are new where it was not there before, gone where it
    is not there now."""

    pieces: tuple[Piece, ...]

    @property
    def mark(self) -> Mark:
        """What all of it is; "same" where some of it stands."""
        marks = {piece.mark for piece in self.pieces}
        return marks.pop() if len(marks) == 1 else "same"


def passages_of(blocks: Iterable[Mapping[str, Any]]) -> list[str]:
    """What frozen blocks say, one paragraph, point or heading at a time. Tokens stay tokens."""
    said = (line for block in blocks for line in block_lines(block, addresses=False))
    return [passage for line in said for passage in plain(line).split("\n") if passage]


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, old.split(), new.split(), autojunk=False).ratio()


def _gone(text: str) -> Passage:
    return Passage((Piece("removed", text),))


def _new(text: str) -> Passage:
    return Passage((Piece("added", text),))


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
        yield Passage(words_compared(text, new[-place]))
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
