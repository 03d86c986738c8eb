"""The due day and the status of one person and one requirement (docs/gap.md, 5 and the table)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from competence.engine.days import Period, after, covers
from competence.engine.facts import ExemptionFact, RequiredLevel
from competence.engine.validity import Best, never_runs_out


class Status(StrEnum):
    """Worst first: the order in which a cell picks one."""

    OVERDUE = "overdue"
    EXPIRED = "expired"
    PENDING = "pending"
    EXPIRING = "expiring"
    MET = "met"
    EXEMPT = "exempt"
    PAUSED = "paused"


OVERDUE, EXPIRED, PENDING, EXPIRING, MET, EXEMPT, PAUSED = Status
SEVERITY = {status: rank for rank, status in enumerate(Status)}
GAPS = frozenset({OVERDUE, EXPIRED})
HOLDING = frozenset({MET, EXPIRING})


class Verdict(NamedTuple):
    """A status with the days shown beside it."""

    status: Status
    due_on: int | None = None
    valid_until: int | None = None


def is_exempt(exemptions: list[ExemptionFact], requirement: RequiredLevel) -> bool:
    return any(
        exemption.area_pk == requirement.area_pk and exemption.level >= requirement.level
        for exemption in exemptions
    )


def due_day(
    requirement: RequiredLevel, member_since: int, leaves: list[Period], best: Best | None
) -> int | None:
    """The last day to do it; None where leave never lets the days pass. `best` has run out, or
    there is none."""
    base = max(member_since, requirement.effective_from)
    due = after(base, requirement.grace_days, leaves)
    if best is None or due is None:
        return due
    ran_out = best.last_valid
    if leaves and covers(leaves, ran_out + 1):
        # The first day without it falls in leave: the grace days come on return.
        on_return = after(ran_out, requirement.grace_days, leaves)
        return None if on_return is None else max(due, ran_out, on_return)
    return max(due, ran_out)


def verdict(
    requirement: RequiredLevel,
    *,
    day: int,
    member_since: int,
    leaves: list[Period],
    best: Best | None,
) -> Verdict:
    """The status of somebody who is neither on leave nor exempt on the day."""
    if best is not None and day <= best.last_valid:
        if never_runs_out(best):
            return Verdict(MET)
        expires_soon = best.last_valid - day <= requirement.window_days
        return Verdict(EXPIRING if expires_soon else MET, None, best.last_valid)
    due = due_day(requirement, member_since, leaves, best)
    ran_out = None if best is None else best.last_valid
    if due is None or day <= due:
        return Verdict(PENDING, due, ran_out)
    return Verdict(OVERDUE if best is None else EXPIRED, due, ran_out)
