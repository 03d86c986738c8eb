"""What would count if the batch were taken in today: how many levels would hold, run out within 90
days, or be born expired, by the requirements that each person has (docs/gap.md, 3 and 4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from competence.engine.days import FOREVER, last_day_of
from competence.engine.facts import AchievementFact, RequiredLevel
from competence.engine.loader import load_people, load_plan
from competence.engine.membership import memberships
from competence.engine.validity import OrderFact, anchor_of, capped
from competence.models import EquivalenceRule, OutsideRecord, RenewalOrder
from competence.models.history import HistoryRow
from competence.services.equivalence import gives_to, last_day_by
from competence.services.history.judging import Judgement, Verdict
from lms.framework.models import CompetenceArea, TrainingLevel

SOON = 90


def forecast(judged: Iterable[tuple[HistoryRow, Judgement]], *, day: date) -> dict[str, Any]:
    """A row that a rule makes nothing of is counted as such. A level that none of the person's
    requirements asks for (somebody who has left) lasts as long as its own last day says. A level
    is born expired where it holds for none of the requirements that ask for it."""
    numbers = dict(TrainingLevel.objects.values_list("pk", "number"))
    given, without_rule = _given(judged)
    orders = _orders(day)
    new: dict[int, list[AchievementFact]] = {}
    for person, area, level, on, until in given:
        ends = FOREVER if until is None else until.toordinal()
        number = numbers[level]
        ends = capped(ends, on.toordinal(), number, orders.get(area, ()))
        new.setdefault(person, []).append(AchievementFact(area, on.toordinal(), number, ends, -1))
    counts: dict[tuple[int, int], list[int]] = {}

    def count(fact: AchievementFact, last: int) -> None:
        cell = counts.setdefault((fact.area_pk, fact.level), [0, 0, 0])
        today = day.toordinal()
        cell[2 if last < today else 1 if last <= today + SOON else 0] += 1

    plan = load_plan(day)
    for facts in load_people(None, day, plan) if new else ():
        mine = new.pop(facts.pk, None)
        if mine is None:
            continue
        asked = [
            each for group, _since in memberships(facts, plan) for each in plan.requirements[group]
        ]
        for fact, last in last_days(mine, facts.achievements, asked):
            count(fact, last)
    for mine in new.values():
        for fact in mine:
            count(fact, fact.ends)
    names = CompetenceArea.objects.in_bulk([area for area, _level in counts])
    words = dict(TrainingLevel.objects.values_list("number", "name"))
    table = [
        {
            "area": names[area].label,
            "code": names[area].code,
            "level": words[level],
            "valid": cell[0],
            "soon": cell[1],
            "expired": cell[2],
            "order": [names[area].sort_order, names[area].code, level],
        }
        for (area, level), cell in counts.items()
    ]
    return {
        "day": day.isoformat(),
        "without_rule": without_rule,
        "valid": sum(cell[0] for cell in counts.values()),
        "soon": sum(cell[1] for cell in counts.values()),
        "expired": sum(cell[2] for cell in counts.values()),
        "table": sorted(table, key=lambda each: each["order"]),
    }


Given = tuple[int, int, int, date, date | None]


def _given(judged: Iterable[tuple[HistoryRow, Judgement]]) -> tuple[list[Given], int]:
    """The levels that the accepted rows give, outside courses by the rules that stand."""
    rules: dict[int, list[EquivalenceRule]] = {}
    for rule in EquivalenceRule.objects.filter(withdrawn_on__isnull=True):
        rules.setdefault(rule.outside_course_id, []).append(rule)
    given: list[Given] = []
    nothing = 0
    for row, said in judged:
        on = row.completed_on
        if said.verdict != Verdict.ACCEPTED or said.person is None or on is None:
            continue
        for area, level, until in said.levels:
            given.append((said.person, area, level, on, until))
        if said.course is not None:
            record = OutsideRecord(
                outside_course_id=said.course, completed_on=on, valid_until=row.valid_until
            )
            speaking = [r for r in rules.get(said.course, ()) if gives_to(r, record)]
            for rule in speaking:
                given.append(
                    (said.person, rule.area_id, rule.level_id, on, last_day_by(rule, record))
                )
            nothing += not speaking
    return given, nothing


def _orders(day: date) -> dict[int, list[OrderFact]]:
    orders: dict[int, list[OrderFact]] = {}
    for area, level, before, last in RenewalOrder.objects.filter(decided_on__lte=day).values_list(
        "area_id", "level__number", "achieved_before", "last_valid_day"
    ):
        orders.setdefault(area, []).append(OrderFact(level, before.toordinal(), last.toordinal()))
    return orders


def last_days(
    new: list[AchievementFact], known: list[AchievementFact], asked: list[RequiredLevel]
) -> list[tuple[AchievementFact, int]]:
    """Each new level with its last valid day: the latest that any requirement gives it, anchored
    as the engine does by what the person had before."""
    found = []
    for fact in new:
        speaking = [r for r in asked if r.area_pk == fact.area_pk and r.level <= fact.level]
        last = max((_last_day(fact, [*known, *new], r) for r in speaking), default=fact.ends)
        found.append((fact, last))
    return found


def _last_day(
    fact: AchievementFact, others: list[AchievementFact], requirement: RequiredLevel
) -> int:
    if requirement.renewal_months is None:
        return fact.ends
    months, window = requirement.renewal_months, requirement.window_days
    latest = earlier = day = -1
    for each in sorted(others):
        if each.area_pk != fact.area_pk or each.level < requirement.level:
            continue
        if each.achieved_on > fact.achieved_on:
            break
        if each.achieved_on != day:
            day, earlier = each.achieved_on, latest
        anchor = anchor_of(each.achieved_on, earlier if earlier >= 0 else None, window)
        latest = max(latest, min(each.ends, last_day_of(anchor, months)))
    anchor = anchor_of(fact.achieved_on, earlier if earlier >= 0 else None, window)
    return min(fact.ends, last_day_of(anchor, months))
