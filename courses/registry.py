"""What the apps above tell courses. Nothing here asks; an app fills it in from its `ready`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lms.people.models import Person


@dataclass(frozen=True)
class RequirementHint:
    """A level in an area that a person must reach or renew."""

    area_code: str
    level: int
    # Last day, where there is one.
    due_on: date | None
    # Whether nothing valid stands for it now.
    is_open: bool


RequirementHints = Callable[[Person, date], list[RequirementHint]]


class RequirementHook:
    """What a person is required to learn; nothing until somebody knows."""

    def __init__(self) -> None:
        self._function: RequirementHints | None = None

    def register(self, function: RequirementHints) -> RequirementHints:
        self._function = function
        return function

    def __call__(self, person: Person, day: date) -> list[RequirementHint]:
        return self._function(person, day) if self._function else []


requirement_hint = RequirementHook()
