"""What an activity costs: in kronor, in hours of staff, and in cover for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal

from competence.engine.assume import Assumptions
from competence.models import ActivityExpense, PlanActivity


@dataclass(frozen=True)
class Cost:
    """Whole kronor and whole hours."""

    external: int = 0
    trainer: int = 0
    venue: int = 0
    staff_hours: int = 0
    cover_hours: int = 0
    cover_kronor: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(Cost))
        )

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(Cost))

    @property
    def paid(self) -> int:
        """What partners may have a part of."""
        return self.external + self.trainer + self.venue

    @property
    def kronor(self) -> int:
        return self.paid + self.cover_kronor

    def part(self, before: int, months: int, total: int) -> Cost:
        """What falls on `months` of its `total` months, after `before` of them: the parts of all
        years are the whole, to the krona."""
        return Cost(
            *(
                _rounded(Decimal(value * (before + months)) / total)
                - _rounded(Decimal(value * before) / total)
                for value in (getattr(self, each.name) for each in fields(Cost))
            )
        )


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def staff_cost(
    *,
    people: int,
    level: int | None,
    hours: Decimal | None,
    assumed: Assumptions,
    course_minutes: int = 0,
) -> Cost:
    """The hours that so many of the municipality's own need, and those called in meanwhile.
    `hours` for each, where it is said; otherwise the length of the course that the activity is;
    otherwise what is assumed of the highest level."""
    if hours is None:
        hours = Decimal(course_minutes) / 60 if course_minutes else Decimal(0)
        if not hours and level:
            hours = assumed.hours("", level)
    total = people * hours
    return Cost(
        staff_hours=_rounded(total),
        cover_hours=_rounded(total * assumed.covered_percent / 100),
        cover_kronor=assumed.kronor_for_cover(total),
    )


def partner_kronor(split: str, paid: int, shares: Sequence[int | None]) -> list[int]:
    """What each of the partners pays of `paid`; what rounding leaves is the municipality's."""
    if split == PlanActivity.Split.PERCENT:
        return [paid * (share or 0) // 100 for share in shares]
    if split == PlanActivity.Split.KRONOR:
        return [share or 0 for share in shares]
    return [0 for _share in shares]


def spent_on(expense: ActivityExpense) -> Cost:
    match ActivityExpense.Kind(expense.kind):
        case ActivityExpense.Kind.STAFF:
            return Cost(staff_hours=expense.hours)
        case ActivityExpense.Kind.COVER:
            return Cost(cover_hours=expense.hours, cover_kronor=expense.kronor)
        case kind:
            return Cost(**{kind.value: expense.kronor})
