"""What a thing contributes to: the passages of a governing document that it serves. Asked by pages
below the app that knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Contribution:
    """One passage that something serves."""

    code: str
    title: str
    url: str


# The kind of thing ("course", "page", "key_group", "activity" …), the thing as its app names it,
# who reads, and the day.
Contributions = Callable[[str, Any, Any, date], tuple[Contribution, ...]]

_decides: Contributions = lambda kind, what, reader, day: ()  # noqa: E731


def decide_by(function: Contributions) -> Contributions:
    """Lets the app that keeps the passages answer; until then nothing contributes to anything."""
    global _decides
    _decides = function
    return function


def contributions_of(kind: str, what: Any, reader: Any, day: date) -> tuple[Contribution, ...]:
    return _decides(kind, what, reader, day)
