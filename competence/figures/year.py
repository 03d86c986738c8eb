"""Where the municipality stands in its planning year: the five links of the chain, each with its
state and one next step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date


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


Provider = Callable[[date], Link]
