"""Whose turn it is with which topic: each function takes the topic that it has been without for
the longest, and in one quarter the functions are spread over the topics. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Quarter:
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year} {self.number}"


@dataclass(frozen=True)
class Turn:
    """A function takes a topic in a quarter; both by primary key."""

    quarter: Quarter
    member: int
    topic: int


def quarters_of(year: int) -> tuple[Quarter, ...]:
    return tuple(Quarter(year, number) for number in (1, 2, 3, 4))


def rotation(
    members: Sequence[int], topics: Sequence[int], had: Iterable[Turn], year: int
) -> list[Turn]:
    """The turns of a year that are not among `had`, in order. `had`: every turn there is, of all
    years; what is planned in the year already stands and is reckoned with."""
    if not topics:
        return []
    turns = {(turn.quarter, turn.member): turn.topic for turn in had}
    found = []
    for quarter in quarters_of(year):
        taken = Counter(topic for (when, _who), topic in turns.items() if when == quarter)
        for place, member in enumerate(members):
            if (quarter, member) in turns:
                continue
            topic = _next(member, place, quarter, topics, turns, taken)
            turns[quarter, member] = topic
            taken[topic] += 1
            found.append(Turn(quarter, member, topic))
    return found


def _next(
    member: int,
    place: int,
    quarter: Quarter,
    topics: Sequence[int],
    turns: dict[tuple[Quarter, int], int],
    taken: Counter[int],
) -> int:
    last: dict[int, Quarter] = {}
    for (when, who), topic in turns.items():
        if who == member and when < quarter:
            last[topic] = max(last.get(topic, when), when)
    never = Quarter(0, 0)
    order = {topic: (n - place) % len(topics) for n, topic in enumerate(topics)}
    return min(topics, key=lambda topic: (last.get(topic, never), taken[topic], order[topic]))
