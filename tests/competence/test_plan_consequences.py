"""What a draft of the plan would mean: the difference that is counted is the difference of two runs
of the engine over everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from competence.engine import GAPS, GapRow, Status, gap_rows
from competence.engine.difference import Asked as Wanted
from competence.engine.difference import PersonChange
from competence.engine.facts import PlanOnDay, RequiredLevel
from competence.engine.loader import load_people, load_plan
from competence.figures.consequences import (
    Asked,
    AskedCounts,
    Cost,
    GroupAsked,
    Need,
    NeedCounts,
)
from competence.figures.consequences_shown import GroupLine, Shown
from competence.models import KeyGroup, KeyGroupDefinition, PlanVersion, Requirement
from competence.services.plan_consequences import asked_by, compared, needs_by
from competence.suppression import About
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person
from tests.competence.worlds import (
    AREAS,
    GROUPS,
    Seeded,
    Source,
    Version,
    _requirement,
    _rule,
    _version,
    days_to_ask,
    make_world,
    write_world,
)

pytestmark = pytest.mark.django_db


def write_draft(source: Source, last: Version, people: list[str]) -> PlanVersion:
    """A draft that changes some of the plan, or all of it."""
    asked = list(last.requirements)
    rules, excluded = dict(last.rules), dict(last.excluded)
    change = source.number(0, 5)
    if change == 0:
        new = _version(source, people, None)
        asked, rules, excluded = new.requirements, new.rules, new.excluded
    elif change == 1:
        rules[source.one_of(GROUPS)] = [_rule(source) for _ in range(source.number(0, 2))]
    elif change == 2:
        excluded[source.one_of(GROUPS)] = {source.one_of(people)}
    elif change == 5:
        # The same requirements with the days of another.
        days = _requirement(source)
        asked = [
            replace(
                row,
                grace_days=days.grace_days,
                renewal_months=days.renewal_months,
                window_days=days.window_days,
            )
            for row in asked
        ]
    else:
        if change == 3 or source.number(0, 1):
            asked.pop(source.number(0, len(asked) - 1))
        asked.append(_requirement(source))
    draft = PlanVersion.objects.create(number=90)
    for code in GROUPS:
        definition = KeyGroupDefinition.objects.create(
            plan_version=draft,
            key_group=KeyGroup.objects.get(code=code),
            rules=rules[code],
        )
        definition.excluded.set(Person.objects.filter(person_id__in=excluded[code]))
    kept = {(row.group, row.area, row.level, row.start): row for row in asked}
    Requirement.objects.bulk_create(
        Requirement(
            plan_version=draft,
            key_group=KeyGroup.objects.get(code=row.group),
            area=CompetenceArea.objects.get(code=row.area),
            level=TrainingLevel.objects.get(number=row.level),
            kind=row.kind,
            effective_from=row.start,
            effective_until=row.end,
            grace_days=row.grace_days,
            renewal_months=row.renewal_months,
            window_days=row.window_days,
        )
        for row in kept.values()
    )
    return draft


@contextmanager
def in_force(draft: PlanVersion, day: date) -> Iterator[None]:
    """The draft is the plan from the day; then it is a draft again."""
    with transaction.atomic():
        PlanVersion.objects.filter(pk=draft.pk).update(status="adopted", in_force_from=day)
        yield
        transaction.set_rollback(True)


TO_DO = GAPS | {Status.PENDING}


def mandatory_by_person(rows: Iterable[GapRow]) -> dict[int, list[GapRow]]:
    found: dict[int, list[GapRow]] = {}
    for row in rows:
        if row.mandatory:
            found.setdefault(row.person_pk, []).append(row)
    return found


def slow_counts(
    before: list[GapRow],
    after: list[GapRow],
    units: dict[int, list[int]],
    day: date,
    touched: frozenset[int],
) -> tuple[AskedCounts, NeedCounts]:
    """The two sets of counts from all the rows of both plans."""
    asked, needs = AskedCounts(), NeedCounts()
    old, new = mandatory_by_person(before), mandatory_by_person(after)
    for person in sorted(old.keys() | new.keys()):
        was, becomes = old.get(person, []), new.get(person, [])
        _count_asked(asked, was, becomes, units.get(person, []), day, touched)
        _count_needs(needs, was, becomes, units.get(person, []))
    return asked, needs


def _pairs(rows: Iterable[GapRow]) -> set[tuple[str, int]]:
    return {(row.area, row.level) for row in rows}


def _last_day(row: GapRow) -> date:
    effective = date.fromordinal(row.requirement.effective_from)
    return max(row.member_since, effective) + timedelta(days=row.requirement.grace_days)


def _terms(rows: Iterable[GapRow]) -> set[tuple[int | None, int]]:
    return {(row.requirement.renewal_months, row.requirement.window_days) for row in rows}


def _count_asked(
    counts: AskedCounts,
    was: list[GapRow],
    becomes: list[GapRow],
    units: list[int],
    day: date,
    touched: frozenset[int],
) -> None:
    of = {row.requirement.key_group_pk for row in was}
    now_of = {row.requirement.key_group_pk for row in becomes}
    for group in now_of - of:
        counts.by_group.setdefault(group, GroupAsked()).joins += 1
    for group in of - now_of:
        counts.by_group.setdefault(group, GroupAsked()).leaves += 1
    had, has = _highest(was), _highest(becomes)
    counts.released += any(level > has.get(area, 0) for area, level in _pairs(was))
    new, redated, late = set(), False, False
    retimed = set()
    for area, level in _pairs(becomes):
        rows = [row for row in becomes if (row.area, row.level) == (area, level)]
        last_day = min(_last_day(row) for row in rows)
        if level > had.get(area, 0):
            new.add((area, level))
            late |= last_day < day
            continue
        nearest = min(row.level for row in was if row.area == area and row.level >= level)
        old = [row for row in was if (row.area, row.level) == (area, nearest)]
        old_day = min(_last_day(row) for row in old)
        if _terms(rows) - _terms(old):
            retimed.add((area, level))
        redated |= _terms(rows) != _terms(old) or last_day != old_day
        late |= last_day < day <= old_day
    counts.redated += redated
    counts.whole.late += late
    parts = [(counts.whole, new, retimed)] if new | retimed else []
    for unit in units if new | retimed else ():
        parts.append((counts.by_unit.setdefault(unit, Asked()), new, retimed))
    for group in sorted(now_of & touched):
        of_group = _pairs(row for row in becomes if row.requirement.key_group_pk == group)
        if of_group & (new | retimed):
            part = counts.by_group.setdefault(group, GroupAsked())
            parts.append((part, of_group & new, of_group & retimed))
    for part, asked, changed in parts:
        part.people += bool(asked)
        part.concerned += 1
        highest: dict[str, int] = {}
        for area, level in asked | changed:
            highest[area] = max(level, highest.get(area, 0))
            rows = [row for row in becomes if (row.area, row.level) == (area, level)]
            last_day = min(_last_day(row) for row in rows)
            part.last_day = max(part.last_day or last_day, last_day)
        part.pairs.update(highest.items())


def _highest(rows: Iterable[GapRow]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.area] = max(row.level, found.get(row.area, 0))
    return found


def _count_needs(
    counts: NeedCounts, was: list[GapRow], becomes: list[GapRow], units: list[int]
) -> None:
    was = [row for row in was if row.status in TO_DO]
    becomes = [row for row in becomes if row.status in TO_DO]
    lacked, lacks = _highest(was), _highest(becomes)
    red = _pairs(row for row in becomes if row.status in GAPS)
    was_red = _pairs(row for row in was if row.status in GAPS)
    need = Need(
        lacks=int(any(level > lacked.get(area, 0) for area, level in lacks.items())),
        lacks_less=int(any(level > lacks.get(area, 0) for area, level in lacked.items())),
        more=Counter(dict.fromkeys(lacks.items() - lacked.items(), 1)),
        less=Counter(dict.fromkeys(lacked.items() - lacks.items(), 1)),
        red=int(bool(red - was_red)),
        red_no_longer=int(bool(was_red - red)),
    )
    if need == Need():
        return
    coming = []
    for pair in need.more:
        rows = [row for row in becomes if (row.area, row.level) == pair]
        if not any(row.status in GAPS for row in rows):
            coming += [min((row.due_on for row in rows if row.due_on), default=None)]
    if any(coming):
        need.red_later, need.last_day = 1, max(day for day in coming if day)
    for known in (counts.whole, *(counts.by_unit.setdefault(unit, Need()) for unit in units)):
        known.lacks += need.lacks
        known.lacks_less += need.lacks_less
        known.more.update(need.more)
        known.less.update(need.less)
        known.red += need.red
        known.red_no_longer += need.red_no_longer
        known.red_later += need.red_later
        if need.last_day:
            known.last_day = max(filter(None, (known.last_day, need.last_day)))


def touched_groups(draft: PlanVersion, day: date) -> frozenset[int]:
    """The key groups whose rules or requirements the draft changes."""
    was, becomes = load_plan(day), load_plan(day, version=draft)
    return frozenset(
        group
        for group in was.requirements.keys() | becomes.requirements.keys()
        if was.groups.get(group) != becomes.groups.get(group)
        or _said(was, group) != _said(becomes, group)
    )


def _said(plan: PlanOnDay, group: int) -> set[RequiredLevel]:
    return {replace(level, pk=0) for level in plan.requirements.get(group, ())}


def units_on(day: date) -> dict[int, list[int]]:
    return {
        person.pk: list(
            dict.fromkeys(
                post.unit_pk for post in person.employments if post.ends >= day.toordinal()
            )
        )
        for person in load_people(None, day, load_plan(day))
    }


def test_the_difference_is_that_of_two_runs_over_everybody():
    seen: Counter[str] = Counter()
    for seed in range(60):
        source = Seeded(seed)
        world = make_world(source)
        days = days_to_ask(source, world)[:3]
        with transaction.atomic():
            write_world(world)
            draft = write_draft(source, source.one_of(world.versions), world.people)
            for day in days:
                comparison = compared(draft, day)
                (asked,), (needs, _people) = asked_by(comparison), needs_by(comparison)
                before, units = gap_rows(None, day), units_on(day)
                with in_force(draft, day):
                    after = gap_rows(None, day)
                slow_asked, slow_needs = slow_counts(
                    before, after, units, day, touched_groups(draft, day)
                )
                assert (seed, day, asked) == (seed, day, slow_asked)
                assert (seed, day, needs.whole) == (seed, day, slow_needs.whole)
                assert (seed, day, needs.by_unit) == (seed, day, slow_needs.by_unit)
                for counted in (asked.whole, needs.whole):
                    seen.update(name for name, value in vars(counted).items() if value)
                seen.update(released=asked.released, redated=asked.redated)
                # The most it can take, whatever anybody has learnt.
                assert needs.whole.lacks <= asked.whole.concerned
                assert all(
                    sum(count for pair, count in needs.whole.more.items() if pair[0] == area)
                    <= sum(count for pair, count in asked.whole.pairs.items() if pair[0] == area)
                    for area in AREAS
                ), (seed, day)
            transaction.set_rollback(True)
    told = (
        "people",
        "concerned",
        "late",
        "released",
        "redated",
        "lacks",
        "lacks_less",
        "red",
        "red_no_longer",
    )
    assert all(seen[name] >= 5 for name in (*told, "red_later")), seen


def test_a_group_that_asks_the_same_as_before_carries_no_cost_and_the_lines_add_up():
    """Somebody is in two groups; the one comes to ask for another renewal, the other asks as it
    did. What that takes is of the first alone."""
    area, level = "hot", 1
    changed = RequiredLevel(
        *(1, 1, "G01", "First", 1, area, "Threats", "Threats", level, "Basic", True),
        *(0, 90, 12, 30),
    )
    unchanged = replace(changed, pk=2, key_group_pk=2, key_group="G02")
    counts = AskedCounts()
    wanted = Wanted(area, level, ((changed, 0), (unchanged, 0)))
    counts.add(PersonChange((), (), (wanted,), True, False, (), (), (7,)), date(2026, 1, 5), {1})
    assert set(counts.by_group) == {1}
    assert counts.by_group[1].pairs == counts.whole.pairs


def test_lines_that_do_not_add_up_are_known():
    def line(hours: int) -> GroupLine:
        return GroupLine("G", True, False, About.of(9, 5), Cost(hours=Decimal(hours)))

    def whole(*lines: GroupLine) -> Shown:
        nobody = About.of(0, 5)
        return Shown(
            *(date(2026, 1, 5), nobody, nobody, nobody, nobody, 9, Cost(hours=Decimal(8))),
            *(lines, None, 0, (), False),
        )

    assert whole(line(3), line(5)).groups_add_up
    assert not whole(line(8), line(5)).groups_add_up
