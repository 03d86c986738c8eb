"""The rules of docs/gap.md once more: slowly, day by day, in the order of its sentences. Written
to be compared with, not to be used."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tests.competence.worlds import (
    GROUPS,
    UNITS,
    AchievementFact,
    EmploymentFact,
    RequirementFact,
    Version,
    World,
)

ONE = timedelta(days=1)
FAR = date(2034, 1, 1)
WORST_FIRST = ("overdue", "expired", "pending", "expiring", "met", "exempt", "paused")


@dataclass(frozen=True, order=True)
class SlowRow:
    person: str
    group: str
    area: str
    level: int
    kind: str
    status: str
    due_on: str
    valid_until: str
    member_since: str
    only_exempt: bool


def lasts(start: date, end: date | None, day: date) -> bool:
    return start <= day and (end is None or day <= end)


NO_PLAN = Version(None, {group: [] for group in GROUPS}, {group: set() for group in GROUPS}, [])


def version_in_force(world: World, day: date) -> Version:
    """The last that has begun; one that was repealed before its first day never did. Where that
    one is repealed, there is no plan."""
    found = NO_PLAN
    for version in world.versions:
        first, last = version.in_force_from, version.repealed_on
        if first is not None and (day < first or (last is not None and last <= first)):
            continue
        found = version
    return NO_PLAN if found.repealed_on is not None and found.repealed_on <= day else found


def units_from(unit: str) -> list[str]:
    """The unit and those above it."""
    found = [unit]
    while UNITS[found[-1]] is not None:
        found.append(UNITS[found[-1]])
    return found


def matches(rule: dict, employment: EmploymentFact) -> bool:
    place = units_from(employment.unit)
    if rule.get("units") and not any(unit in place for unit in rule["units"]):
        return False
    if rule.get("except_units") and any(unit in place for unit in rule["except_units"]):
        return False
    if rule.get("job_codes") and employment.job not in rule["job_codes"]:
        return False
    if rule.get("except_job_codes") and employment.job in rule["except_job_codes"]:
        return False
    if rule.get("forms") and employment.form not in rule["forms"]:
        return False
    return not (rule.get("managers_only") and not employment.manager)


def is_in(world: World, version: Version, person: str, group: str, day: date) -> bool:
    """By rule or naming, exclusions aside."""
    for employment in world.employments:
        if employment.person == person and lasts(employment.start, employment.end, day):
            for rule in version.rules[group]:
                if matches(rule, employment):
                    return True
    return any(
        naming.person == person and naming.group == group and lasts(naming.start, naming.end, day)
        for naming in world.namings
    )


def member_since(world: World, version: Version, person: str, group: str, day: date) -> date | None:
    if person in version.excluded[group] or not is_in(world, version, person, group, day):
        return None
    first, without = day, 0
    while without <= 30:
        day -= ONE
        if is_in(world, version, person, group, day):
            first, without = day, 0
        else:
            without += 1
    return first


def on_leave(world: World, person: str, day: date) -> bool:
    return any(
        leave.person == person and lasts(leave.start, leave.end, day) for leave in world.leaves
    )


def after(world: World, person: str, base: date, count: int) -> date | None:
    day, passed = base, 0
    while passed < count:
        day += ONE
        if day > FAR:
            return None
        if not on_leave(world, person, day):
            passed += 1
    return day


def plus_months(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def counting(
    world: World, person: str, requirement: RequirementFact, day: date
) -> list[AchievementFact]:
    return [
        fact
        for fact in world.achievements
        if fact.person == person
        and fact.area == requirement.area
        and fact.level >= requirement.level
        and fact.achieved_on <= day
        and not (fact.revoked_on is not None and fact.revoked_on <= day)
    ]


def last_valid_day(
    world: World,
    fact: AchievementFact,
    among: list[AchievementFact],
    requirement: RequirementFact,
    day: date,
) -> date | None:
    """None: never runs out."""
    limits = []
    if fact.valid_until is not None:
        limits.append(fact.valid_until)
    if requirement.renewal_months is not None:
        anchor = fact.achieved_on
        earlier = [
            last_valid_day(world, other, among, requirement, day)
            for other in among
            if other.achieved_on < fact.achieved_on
        ]
        if earlier:
            previous = max(earlier)
            if 0 <= (previous - fact.achieved_on).days <= requirement.window_days:
                anchor = previous + ONE
        limits.append(plus_months(anchor, requirement.renewal_months) - ONE)
    for order in world.orders:
        if (
            order.decided_on <= day
            and order.area == fact.area
            and (order.level is None or order.level == fact.level)
            and fact.achieved_on < order.achieved_before
        ):
            limits.append(order.last_valid_day)
    return min(limits) if limits else None


def slow_rows(world: World, day: date) -> list[SlowRow]:
    version = version_in_force(world, day)
    rows = []
    for requirement in version.requirements:
        if not lasts(requirement.start, requirement.end, day):
            continue
        for person in world.people:
            since = member_since(world, version, person, requirement.group, day)
            if since is not None:
                rows.append(slow_row(world, requirement, person, since, day))
    return sorted(rows)


def slow_row(
    world: World, requirement: RequirementFact, person: str, since: date, day: date
) -> SlowRow:
    among = counting(world, person, requirement, day)
    ends = [last_valid_day(world, fact, among, requirement, day) for fact in among]
    valid = any(end is None or day <= end for end in ends)
    best = None if not ends or None in ends else max(ends)
    exempt = any(
        fact.person == person
        and fact.area == requirement.area
        and fact.level >= requirement.level
        and lasts(fact.start, fact.end, day)
        and not fact.withdrawn
        for fact in world.exemptions
    )

    def row(status: str, due: date | None = None, until: date | None = None) -> SlowRow:
        return SlowRow(
            person,
            requirement.group,
            requirement.area,
            requirement.level,
            requirement.kind,
            status,
            due.isoformat() if due else "",
            until.isoformat() if until else "",
            since.isoformat(),
            status == "exempt" and not valid,
        )

    if on_leave(world, person, day):
        return row("paused")
    if exempt:
        return row("exempt")
    if valid:
        if best is None:
            return row("met")
        if (best - day).days > requirement.window_days:
            return row("met", until=best)
        return row("expiring", until=best)
    base = max(since, requirement.start)
    due = after(world, person, base, requirement.grace_days)
    if best is not None:
        candidates = [due, best]
        if on_leave(world, person, best + ONE):
            candidates.append(after(world, person, best, requirement.grace_days))
        due = None if None in candidates else max(candidates)
    if due is None or day <= due:
        return row("pending", due, best)
    return row("expired" if best is not None else "overdue", due, best)


def slow_cells(rows: list[SlowRow]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.kind == "mandatory":
            known = found.get((row.person, row.area), "paused")
            found[row.person, row.area] = min(known, row.status, key=WORST_FIRST.index)
    return found


def slow_coverage(
    world: World, rows: list[SlowRow], day: date, kind: str = "mandatory"
) -> dict[tuple[str, str], tuple[int, int, int, int, int, Fraction | None]]:
    """(unit, or "" for the whole group; group) → covered, gap, introduction, paused, only by an
    exemption, share."""
    found = {}
    for group in ("G1", "G2"):
        for unit in ("", *UNITS):
            standings = []
            for person in world.people:
                statuses = [
                    (row.status, row.only_exempt)
                    for row in rows
                    if (row.person, row.group, row.kind) == (person, group, kind)
                ]
                counted = unit == "" or any(
                    fact.person == person
                    and lasts(fact.start, fact.end, day)
                    and unit in units_from(fact.unit)
                    for fact in world.employments
                )
                if not statuses or not counted:
                    continue
                only = {status for status, _ in statuses}
                if "paused" in only:
                    standings.append("paused")
                elif only & {"overdue", "expired"}:
                    standings.append("gap")
                elif "pending" in only:
                    standings.append("introduction")
                else:
                    standings.append("covered")
                    if any(exempt for _, exempt in statuses):
                        standings.append("only exempt")
            if standings:
                covered, gap = standings.count("covered"), standings.count("gap")
                share = Fraction(covered, covered + gap) if covered + gap else None
                found[unit, group] = (
                    covered,
                    gap,
                    standings.count("introduction"),
                    standings.count("paused"),
                    standings.count("only exempt"),
                    share,
                )
    return found
