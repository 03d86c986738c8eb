"""How many people, as told to those who may not see individuals. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Headcount:
    """A number of people. Fewer than the threshold is never a figure; `number` is None then, and
    so it is for a sum that would tell a hidden part: of that only `at_least` is said."""

    number: int | None
    threshold: int
    at_least: int = 0

    @classmethod
    def of(cls, number: int, threshold: int) -> Headcount:
        return cls(None if 0 < number < threshold else number, threshold)

    @classmethod
    def total(cls, numbers: Iterable[int], threshold: int) -> Headcount:
        """The sum of figures that the same reader is shown. Where one of several is hidden, what
        is said of the sum follows from the others alone: each hidden one is somebody."""
        parts = [number for number in numbers if number]
        shown = [part for part in parts if part >= threshold]
        if len(parts) < 2 or len(shown) == len(parts):
            return cls.of(sum(parts), threshold)
        return cls(None, threshold, at_least=sum(shown) + len(parts) - len(shown))

    def __bool__(self) -> bool:
        return self.number != 0

    @property
    def figure(self) -> str:
        """For a table."""
        if self.number is not None:
            return str(self.number)
        if self.at_least:
            return _("at least %(number)s") % {"number": self.at_least}
        return _("fewer than %(number)s") % {"number": self.threshold}

    def __str__(self) -> str:
        if self.number == 0:
            return _("nobody")
        if self.number is not None:
            return ngettext("%(number)s person", "%(number)s people", self.number) % {
                "number": self.number
            }
        if self.at_least:
            return _("at least %(number)s people") % {"number": self.at_least}
        return _("fewer than %(number)s people") % {"number": self.threshold}


@dataclass(frozen=True)
class Roughly:
    """About how many people, where the reader may know each of those it could be: fewer than the
    threshold, nobody included, or at least a multiple of it."""

    count: int
    threshold: int

    @property
    def at_least(self) -> int:
        return self.count - self.count % self.threshold

    def __str__(self) -> str:
        if self.at_least:
            return _("at least %(number)s people") % {"number": self.at_least}
        return _("fewer than %(number)s people") % {"number": self.threshold}
