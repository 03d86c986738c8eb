"""What the apps above tell courses. Nothing here asks; an app fills it in from its `ready`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail.models import Page

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

# The highest level each person holds on a day, by area code.
Held = Mapping[int, Mapping[str, int]]
HeldLevels = Callable[[Iterable[int], date], Held]


class HeldLevelsHook:
    """Which levels people hold, by the primary key of the person; none until somebody knows."""

    def __init__(self) -> None:
        self._function: HeldLevels | None = None

    def register(self, function: HeldLevels) -> HeldLevels:
        self._function = function
        return function

    def __call__(self, people: Iterable[int], day: date) -> Held:
        return self._function(people, day) if self._function else {}


held_levels = HeldLevelsHook()

# The highest level each person has held up to a day, valid still or run out. What was taken back
# was never held.
ever_held = HeldLevelsHook()


@dataclass(frozen=True)
class RequiredLevel:
    """A level in an area that somebody is required to reach, in words."""

    area_code: str
    level: int
    label: str


RequiredLevels = Callable[[date], list[RequiredLevel]]


class RequiredLevelsHook:
    """Which levels the plan asks of anybody at all; none until somebody knows."""

    def __init__(self) -> None:
        self._function: RequiredLevels | None = None

    def register(self, function: RequiredLevels) -> RequiredLevels:
        self._function = function
        return function

    def __call__(self, day: date) -> list[RequiredLevel]:
        return self._function(day) if self._function else []


required_anywhere = RequiredLevelsHook()


# The page, the request, and the name of the preview mode.
Preview = Callable[[Any, HttpRequest, str], HttpResponse]


class PreviewHook:
    """How a page looks while it is written; the view that shows it lies above the page."""

    def __init__(self) -> None:
        self._function: Preview | None = None

    def register(self, function: Preview) -> Preview:
        self._function = function
        return function

    def __call__(self, page: Any, request: HttpRequest, mode: str) -> HttpResponse:
        assert self._function is not None, "courses.views.preview registers it"
        return self._function(page, request, mode)


lesson_preview = PreviewHook()
# Of a course, or of a module: that is a heading on the page of its course.
course_preview = PreviewHook()


# Why a page is not to be deleted, in words; nothing where it may be.
WhyItStays = Callable[[Page], str]


class WhyPagesStayHook:
    """The first reason that an app above has for keeping a page; nothing where none has."""

    def __init__(self) -> None:
        self._functions: list[WhyItStays] = []

    def register(self, function: WhyItStays) -> WhyItStays:
        self._functions.append(function)
        return function

    def __call__(self, page: Page) -> str:
        return next((why for each in self._functions if (why := each(page))), "")


why_pages_stay = WhyPagesStayHook()
