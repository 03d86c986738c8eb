"""Reading the facts of many days at once: what is known now of every day from the first to the
last, so that each day can be asked without reading again. Which facts count on a day is what
`loader` leaves in the database and what it reads, kept with their days."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from competence.engine.days import FOREVER, Period, as_end, joined
from competence.engine.facts import (
    AchievementFact,
    EmploymentFact,
    ExemptionFact,
    NamingFact,
    OrderFact,
    PersonFacts,
    PlanOnDay,
)
from competence.engine.loader import RECOGNISED, ByPerson, asked_about, load_plan
from competence.engine.validity import capped
from competence.models import (
    Achievement,
    Exemption,
    KeyPersonAssignment,
    PlanVersion,
    RenewalOrder,
    Requirement,
)
from lms.people.models import Employment, Leave, Person

Row = tuple[Any, ...]
OrdersByArea = Mapping[int, list[OrderFact]]


def days_of_change(first: date, last: date) -> list[date]:
    """The days after `first`, up to `last`, on which the plan may ask for something else than
    the day before: a version comes into force or is repealed, a requirement takes effect or ends.
    Two queries."""
    start, end = first.toordinal(), last.toordinal()
    days = {
        day.toordinal()
        for turns in PlanVersion.objects.adopted().values_list("in_force_from", "repealed_on")
        for day in turns
        if day is not None
    }
    for begins, ends in (
        Requirement.objects.filter(plan_version__in=PlanVersion.objects.adopted())
        .order_by()
        .values_list("effective_from", "effective_until")
        .distinct()
    ):
        days.update((begins.toordinal(), as_end(ends) + 1))
    return [date.fromordinal(day) for day in sorted(days) if start < day <= end]


def load_plans(days: Sequence[date]) -> list[PlanOnDay]:
    """The plan on each of `days`, which are in order; those between which nothing comes into
    force share what membership has answered. Two queries, and five for each time it changes."""
    changes = iter(days_of_change(days[0], days[-1]))
    following = next(changes, None)
    plans: list[PlanOnDay] = []
    for day in days:
        changed = not plans
        while following is not None and following <= day:
            changed = True
            following = next(changes, None)
        plans.append(load_plan(day) if changed else plans[-1].seen_from(day.toordinal()))
    return plans


class Orders:
    """The renewal orders that count on some of the days; one query."""

    def __init__(self, last: date) -> None:
        rows = RenewalOrder.objects.filter(decided_on__lte=last).values_list(
            "decided_on", "area_id", "level__number", "achieved_before", "last_valid_day"
        )
        self._rows = sorted(
            (
                (
                    decided.toordinal(),
                    area,
                    OrderFact(level, before.toordinal(), last_valid.toordinal()),
                )
                for decided, area, level, before, last_valid in rows
            ),
            key=lambda row: row[0],
        )
        self._known: dict[int, dict[int, list[OrderFact]]] = {}

    @property
    def turns(self) -> set[int]:
        return {decided for decided, _, _ in self._rows}

    def on(self, day: int) -> OrdersByArea:
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = {}
            for decided, area, order in self._rows:
                if decided <= day:
                    known.setdefault(area, []).append(order)
        return known


class DatedAchievement(NamedTuple):
    """One achievement with its own last day and the day from which it is revoked."""

    area_pk: int
    achieved_on: int
    level: int
    valid_until: int
    pk: int
    revoked_on: int
    recognised: bool


class DatedExemption(NamedTuple):
    starts: int
    ends: int
    fact: ExemptionFact


@dataclass(slots=True)
class PersonSpan:
    """Everything about one person that counts on any of the days."""

    pk: int
    person_id: str
    employments: list[EmploymentFact]
    namings: list[NamingFact]
    leaves: list[Period]
    achievements: list[DatedAchievement]
    exemptions: list[DatedExemption]

    def turns(self) -> set[int]:
        """The days on which the facts are not what they were the day before."""
        found = self.other_turns()
        for achievement in self.achievements:
            found.update((achievement.achieved_on, achievement.revoked_on))
        return found

    def other_turns(self) -> set[int]:
        """Those of them on which more than what is achieved or revoked may have come or gone."""
        found: set[int] = set()
        for dated in (self.employments, self.namings, self.exemptions):
            for fact in dated:
                found.update((fact.starts, fact.ends + 1))
        for start, end in self.leaves:
            found.update((start, end + 1))
        return found

    def on(self, day: int, orders: OrdersByArea) -> PersonFacts:
        """The facts that count on the day, as `loader.load_people` gives them."""
        achievements = [
            AchievementFact(
                fact.area_pk,
                fact.achieved_on,
                fact.level,
                capped(fact.valid_until, fact.achieved_on, fact.level, orders[fact.area_pk])
                if fact.area_pk in orders
                else fact.valid_until,
                fact.pk,
                fact.recognised,
            )
            for fact in self.achievements
            if fact.achieved_on <= day < fact.revoked_on
        ]
        achievements.sort()
        return PersonFacts(
            self.pk,
            self.person_id,
            [post for post in self.employments if post.starts <= day],
            [naming for naming in self.namings if naming.starts <= day],
            self.leaves,
            achievements,
            [each.fact for each in self.exemptions if each.starts <= day <= each.ends],
            orders,
        )


def load_spans(
    people: QuerySet[Person] | None, first: date, last: date, areas: Collection[int]
) -> Iterator[PersonSpan]:
    """The facts of one person after another (none: everyone), in the areas of the plans (primary
    keys). Six queries."""
    everyone, read = asked_about(people)

    def rows(queryset: QuerySet[Any, Any], *columns: str) -> ByPerson:
        return ByPerson(read(queryset, *columns))

    begun = Q(starts_on__lte=last)
    employments = rows(
        Employment.objects.standing().filter(begun),
        *("unit_id", "job_code", "is_manager", "form", "starts_on", "ends_on"),
    )
    namings = rows(
        KeyPersonAssignment.objects.filter(begun, withdrawn_at__isnull=True),
        *("key_group_id", "starts_on", "ends_on"),
    )
    leaves = rows(Leave.objects.standing(), "starts_on", "ends_on")
    achievements = rows(
        Achievement.objects.standing()
        .filter(
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=first),
            achieved_on__lte=last,
            area__in=areas,
        )
        .annotate(recognised=RECOGNISED),
        *("area_id", "achieved_on", "level__number", "valid_until", "pk", "revoked_on"),
        "recognised",
    )
    exemptions = rows(
        Exemption.objects.filter(
            begun, Q(ends_on__isnull=True) | Q(ends_on__gte=first), withdrawn_at__isnull=True
        ),
        *("area_id", "level__number", "pk", "starts_on", "ends_on"),
    )
    for pk, person_id in everyone:
        yield PersonSpan(
            pk,
            person_id,
            [
                EmploymentFact(unit, job, manager, form, starts.toordinal(), as_end(ends))
                for _, unit, job, manager, form, starts, ends in employments.take(pk)
            ],
            [
                NamingFact(group, starts.toordinal(), as_end(ends))
                for _, group, starts, ends in namings.take(pk)
            ],
            joined((starts.toordinal(), as_end(ends)) for _, starts, ends in leaves.take(pk)),
            [
                DatedAchievement(
                    area,
                    achieved.toordinal(),
                    level,
                    FOREVER if until is None else until.toordinal(),
                    fact,
                    FOREVER if revoked is None else revoked.toordinal(),
                    bool(recognised),
                )
                for _, area, achieved, level, until, fact, revoked, recognised in (
                    achievements.take(pk)
                )
            ],
            [
                DatedExemption(starts.toordinal(), as_end(ends), ExemptionFact(area, level, fact))
                for _, area, level, fact, starts, ends in exemptions.take(pk)
            ],
        )
