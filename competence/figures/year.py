"""Where the municipality stands in its planning year: the five links of the chain, each with its
state and one next step."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """A number of things (never of people) with what it counts."""

    value: int
    words: str


@dataclass(frozen=True)
class Link:
    """One link of the chain as it stands on a day. `step` and `url`: the one thing to do next, and
    where; no address where there is nothing to open yet."""

    code: str
    title: str
    state: str
    step: str
    url: str = ""
    figures: tuple[Figure, ...] = field(default=())


@dataclass(frozen=True)
class Question:
    """Something kommunstyrelsen asks, and where it is answered; no address where no page answers it
    yet, and then why, where that is known."""

    code: str
    words: str
    url: str
    why_not: str = ""
