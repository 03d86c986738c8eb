"""A sentence in pieces: words, some of which point to what they speak of. The pieces know no
addresses; whoever shows them turns a hop into a link where the reader may open it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class RequirementHop:
    key_group: str
    area: str


@dataclass(frozen=True)
class PlanHop:
    """The version of the plan that asks, at the key group it asks of."""

    version: int | None
    key_group: str


@dataclass(frozen=True)
class KeyGroupHop:
    key_group: str


@dataclass(frozen=True)
class RuleHop:
    """A rule of a key group by its number, from 1."""

    key_group: str
    number: int


@dataclass(frozen=True)
class NamingHop:
    person_id: str
    key_group: str


@dataclass(frozen=True)
class EmploymentHop:
    person_id: str


@dataclass(frozen=True)
class UnitHop:
    unit: str


@dataclass(frozen=True)
class LeaveHop:
    person_id: str


@dataclass(frozen=True)
class AchievementHop:
    """What was achieved. `certificate`: the code of the certificate that shows it; `course`: the
    address of the course that gave it. Both are empty where it came in another way."""

    pk: int
    person_id: str
    certificate: str = ""
    course: str = ""


@dataclass(frozen=True)
class ExemptionHop:
    pk: int
    person_id: str


@dataclass(frozen=True)
class OrderHop:
    """A renewal order, by the area it concerns."""

    area: str


Hop = (
    RequirementHop
    | PlanHop
    | KeyGroupHop
    | RuleHop
    | NamingHop
    | EmploymentHop
    | UnitHop
    | LeaveHop
    | AchievementHop
    | ExemptionHop
    | OrderHop
)


@dataclass(frozen=True)
class Piece:
    """A run of words; `hop` is what they speak of, where that can be opened."""

    text: str
    hop: Hop | None = None


Pieces = tuple[Piece, ...]
Value = str | int | Piece | Pieces
_PLACE = re.compile(r"%\((\w+)\)[sd]|%(%)")


def text_of(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def fill(template: str, **values: Value) -> Pieces:
    """`template % values`, in pieces. Pieces with the same hop become one with the words between
    them: level and area are one requirement."""
    found: list[Piece] = []
    at = 0
    for match in _PLACE.finditer(template):
        found.append(Piece(template[at : match.start()]))
        found.extend([Piece("%")] if match[2] else pieces_of(values[match[1]]))
        at = match.end()
    found.append(Piece(template[at:]))
    return _joined(found)


def pieces_of(value: Value) -> Pieces:
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, Piece) else (Piece(str(value)),)


def linked(pieces: Pieces, hop: Hop) -> Pieces:
    """The words as one hop, the space around them left outside."""
    text = text_of(pieces)
    bare = text.strip(" ,")
    before, after = text.split(bare, 1) if bare else (text, "")
    return tuple(piece for piece in (Piece(before), Piece(bare, hop), Piece(after)) if piece.text)


def _joined(pieces: Iterable[Piece]) -> Pieces:
    result: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if result and result[-1].hop == piece.hop:
            result[-1] = Piece(result[-1].text + piece.text, piece.hop)
        elif (
            piece.hop is not None
            and len(result) > 1
            and result[-1].hop is None
            and result[-2].hop == piece.hop
        ):
            between = result.pop()
            result[-1] = Piece(result[-1].text + between.text + piece.text, piece.hop)
        else:
            result.append(piece)
    return tuple(result)
