"""Figures that a governing document is followed up by: each app registers those whose facts it
owns, and whoever shows them knows only their names.

An app registers its own in a module that its `ready` imports:

    from lms.framework.indicators import Indicator, Reading, register

    register(
        Indicator(
            code="courses.published",
            name=_("Published courses"),
            definition=_("Courses that can be taken on the day."),
            unit=_("courses"),
            compute=published_courses,     # def published_courses(as_of: date) -> Reading
        )
    )

Whatever an indicator tells may be published: a reading never tells of fewer people than those
who may not see individuals are told of. It says so itself where it hides something, and where
nothing is measured yet it says what is missing, never a figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

from django.utils.functional import Promise


class IndicatorError(LookupError):
    """A code that nobody registered, or that two registered."""


class Told(Enum):
    """How much a reading tells."""

    MEASURED = "measured"
    NOT_YET = "not_yet"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Reading:
    """What an indicator said of a day. `text` is what is printed, whatever `told` is."""

    told: Told
    text: str
    # The day the figure speaks of: it can lie before the day that was asked for.
    day: date
    # For counting and for files; none where nothing is told.
    value: int | Fraction | None = None
    # Why nothing is told, or what the reader has to know to read the figure right.
    why: str = ""

    @classmethod
    def measured(cls, value: int | Fraction, text: str, day: date, *, why: str = "") -> Reading:
        return cls(Told.MEASURED, text, day, value, why)

    @classmethod
    def not_yet(cls, text: str, day: date, *, why: str) -> Reading:
        return cls(Told.NOT_YET, text, day, None, why)

    @classmethod
    def hidden(cls, text: str, day: date, *, why: str) -> Reading:
        return cls(Told.HIDDEN, text, day, None, why)

    @property
    def is_measured(self) -> bool:
        return self.told is Told.MEASURED

    @property
    def is_hidden(self) -> bool:
        return self.told is Told.HIDDEN


Compute = Callable[[date], Reading]


@dataclass(frozen=True)
class Indicator:
    """One figure, with the words that say how it is counted."""

    code: str
    name: str | Promise
    definition: str | Promise
    unit: str | Promise
    compute: Compute


_indicators: dict[str, Indicator] = {}


def register(*indicators: Indicator) -> None:
    for each in indicators:
        if each.code in _indicators and _indicators[each.code] != each:
            raise IndicatorError(f"The indicator {each.code} is registered twice.")
        _indicators[each.code] = each


def indicator(code: str) -> Indicator:
    try:
        return _indicators[code]
    except KeyError:
        raise IndicatorError(f"No indicator is registered as {code}.") from None


def is_registered(code: str) -> bool:
    return code in _indicators


def indicators() -> list[Indicator]:
    return sorted(_indicators.values(), key=lambda each: each.code)
