"""Reading the facts: the only part of the engine that knows the database. A constant number of
queries, each sorted by person, walked side by side so that one person is in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from competence.engine.days import FOREVER, as_end, joined
from competence.engine.facts import (
    AchievementFact,
    EmploymentFact,
    ExemptionFact,
    KeyGroupRules,
    NamingFact,
    OrderFact,
    PersonFacts,
    PlanOnDay,
    RequiredLevel,
    UnitTree,
)
from competence.engine.validity import capped
from competence.models import (
    Achievement,
    Exemption,
    KeyGroupDefinition,
    KeyPersonAssignment,
    PlanVersion,
    Recognition,
    RenewalOrder,
    Requirement,
)
from lms.framework.rules import PersonRule
from lms.people.models import Employment, Leave, Person, Unit
from lms.people.querysets import Listed, valid_on_q

Row = tuple[Any, ...]
FEW = 500
"""So many people are named one by one in the queries; more are a list in one parameter."""
CHUNK = 500


def load_plan(
    as_of: date,
    key_groups: Collection[str] | None = None,
    areas: Collection[str] | None = None,
    *,
    also_groups: Collection[int] = (),
    version: PlanVersion | None = None,
) -> PlanOnDay:
    """The plan version in force on `as_of` (or `version`, as if it were), narrowed to key groups
    and areas by code. Membership of `also_groups` (primary keys) is known even where they have no
    requirement. Five queries."""
    if version is None:
        version = PlanVersion.objects.in_force_on(as_of)
    effective = Requirement.objects.filter(
        Q(effective_until__isnull=True) | Q(effective_until__gte=as_of),
        plan_version=version,
        effective_from__lte=as_of,
    )
    if key_groups is not None:
        effective = effective.filter(key_group__code__in=key_groups)
    if areas is not None:
        effective = effective.filter(area__code__in=areas)
    requirements: dict[int, list[RequiredLevel]] = {}
    for row in effective.order_by(
        "key_group__code", "area__sort_order", "area__code", "level__number", "pk"
    ).values_list(*_LEVEL_COLUMNS):
        level = _required_level(row)
        requirements.setdefault(level.key_group_pk, []).append(level)
    definitions = KeyGroupDefinition.objects.filter(plan_version=version)
    excluded: dict[int, set[int]] = {}
    # A version is frozen: of two merged records it may name the one that went.
    for group_pk, person_pk in KeyGroupDefinition.excluded.through.objects.filter(
        keygroupdefinition__plan_version=version
    ).values_list(
        "keygroupdefinition__key_group_id", Coalesce("person__merged_into_id", "person_id")
    ):
        excluded.setdefault(group_pk, set()).add(person_pk)
    rules = {
        group_pk: tuple(PersonRule.from_json(rule) for rule in data)
        for group_pk, data in definitions.values_list("key_group_id", "rules")
    }
    for group_pk in also_groups:
        requirements.setdefault(group_pk, [])
    units = Unit.objects.order_by().values_list("pk", "code", "parent_id")
    return PlanOnDay(
        day=as_of.toordinal(),
        requirements={pk: tuple(levels) for pk, levels in requirements.items()},
        groups={
            pk: KeyGroupRules(rules.get(pk, ()), frozenset(excluded.get(pk, ())))
            for pk in requirements
        },
        units=UnitTree({pk: (code, parent) for pk, code, parent in units}),
        version_number=version.number if version else None,
        adopted_on=version.adopted_on if version else None,
    )


_LEVEL_COLUMNS = (
    *("pk", "key_group_id", "key_group__code", "key_group__name"),
    *("area_id", "area__code", "area__name", "area__short_name"),
    *("level__number", "level__name", "kind", "effective_from"),
    *("grace_days", "renewal_months", "window_days"),
)


def _required_level(row: Row) -> RequiredLevel:
    """One requirement of _LEVEL_COLUMNS."""
    pk, group_pk, group, group_name, area_pk, area, area_name, short_name, *rest = row
    level, level_name, kind, effective_from, grace_days, renewal_months, window_days = rest
    return RequiredLevel(
        pk=pk,
        key_group_pk=group_pk,
        key_group=group,
        key_group_name=group_name,
        area_pk=area_pk,
        area=area,
        area_name=area_name,
        area_label=short_name or area_name,
        level=level,
        level_name=level_name,
        mandatory=kind == Requirement.Kind.MANDATORY,
        effective_from=effective_from.toordinal(),
        grace_days=grace_days,
        renewal_months=renewal_months,
        window_days=window_days,
    )


# Learnt elsewhere and counted here: by an equivalence rule, or decided in the single case.
RECOGNISED = Q(outside_record__isnull=False) | Exists(
    Recognition.objects.filter(achievement=OuterRef("pk"))
)


def in_query(pks: Sequence[int]) -> Sequence[int] | Listed:
    """The people with these primary keys as a query asks for them."""
    return pks if len(pks) <= FEW else Listed(pks)


def asked_about(
    people: QuerySet[Person] | None,
) -> tuple[Iterable[Row], Callable[..., Iterable[Row]]]:
    """The keys of `people` (none: everyone) in order, and how a query's rows about them are read:
    their columns after the person's key, sorted by person."""
    everyone: Iterable[Row]
    who = Q()
    few = False
    if people is None:
        everyone = Person.objects.current().order_by("pk").values_list("pk", "person_id")
        everyone = everyone.iterator(CHUNK)
    else:
        everyone = sorted(people.values_list("pk", "person_id"))
        few = len(everyone) <= FEW
        who = Q(person__in=in_query([pk for pk, _ in everyone]))

    def rows(queryset: QuerySet[Any, Any], *columns: str) -> Iterable[Row]:
        found = queryset.filter(who).order_by("person_id").values_list("person_id", *columns)
        return found if few else found.iterator(CHUNK)

    return everyone, rows


@dataclass(frozen=True)
class FactRows:
    """The rows of seven queries, each sorted by person."""

    people: Iterable[Row]
    employments: Iterable[Row]
    namings: Iterable[Row]
    leaves: Iterable[Row]
    achievements: Iterable[Row]
    exemptions: Iterable[Row]
    orders: Iterable[Row]


def fact_rows(
    people: QuerySet[Person] | None, as_of: date, area_pks: Collection[int] | None = None
) -> FactRows:
    """What is known on `as_of` about `people` (none: everyone), as plain rows."""
    everyone, rows = asked_about(people)
    facts = facts_known_on(as_of)
    achievements = facts.achievements
    if area_pks is not None:
        achievements = achievements.filter(area__in=area_pks)
    return FactRows(
        people=everyone,
        employments=rows(facts.employments, *EMPLOYMENT),
        namings=rows(facts.namings, *NAMING),
        leaves=rows(facts.leaves, *LEAVE),
        achievements=rows(achievements, *ACHIEVEMENT),
        exemptions=rows(facts.exemptions, *EXEMPTION),
        orders=orders_known_on(as_of),
    )


EMPLOYMENT = ("unit_id", "job_code", "is_manager", "form", "starts_on", "ends_on")
NAMING = ("key_group_id", "starts_on", "ends_on")
LEAVE = ("starts_on", "ends_on")
ACHIEVEMENT = ("area_id", "achieved_on", "level__number", "valid_until", "pk", "recognised")
EXEMPTION = ("area_id", "level__number", "pk")


@dataclass(frozen=True)
class KnownFacts:
    """What can matter on a day, whoever it is about."""

    employments: QuerySet[Any, Any]
    namings: QuerySet[Any, Any]
    leaves: QuerySet[Any, Any]
    achievements: QuerySet[Any, Any]
    exemptions: QuerySet[Any, Any]


def facts_known_on(as_of: date) -> KnownFacts:
    """What cannot matter on the day (later employments, later achievements …) is left out."""
    begun = Q(starts_on__lte=as_of)
    return KnownFacts(
        employments=Employment.objects.standing().filter(begun),
        namings=KeyPersonAssignment.objects.filter(begun, withdrawn_at__isnull=True),
        leaves=Leave.objects.standing(),
        achievements=Achievement.objects.standing()
        .filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=as_of), achieved_on__lte=as_of)
        .annotate(recognised=RECOGNISED),
        exemptions=Exemption.objects.filter(valid_on_q(as_of), withdrawn_at__isnull=True),
    )


def orders_known_on(as_of: date) -> QuerySet[Any, Any]:
    return RenewalOrder.objects.filter(decided_on__lte=as_of).values_list(
        "area_id", "level__number", "achieved_before", "last_valid_day"
    )


def load_people(
    people: QuerySet[Person] | None,
    as_of: date,
    plan: PlanOnDay,
    also_areas: Collection[int] = (),
) -> Iterator[PersonFacts]:
    """The facts of one person after another, in order of primary key, in the areas of the plan
    and `also_areas` (primary keys). Seven queries."""
    areas = {level.area_pk for levels in plan.requirements.values() for level in levels}
    rows = fact_rows(people, as_of, areas | set(also_areas))
    orders = orders_by_area(rows.orders)
    employments = ByPerson(rows.employments)
    namings = ByPerson(rows.namings)
    leaves = ByPerson(rows.leaves)
    achievements = ByPerson(rows.achievements)
    exemptions = ByPerson(rows.exemptions)
    for pk, person_id in rows.people:
        yield person_facts(
            pk,
            person_id,
            employments=employments.take(pk),
            namings=namings.take(pk),
            leaves=leaves.take(pk),
            achievements=achievements.take(pk),
            exemptions=exemptions.take(pk),
            orders=orders,
        )


def load_members(people: QuerySet[Person] | None, as_of: date) -> Iterator[PersonFacts]:
    """The posts and namings of one person after another (none: everyone): what membership reads,
    and nothing of what anybody has learnt. Three queries."""
    everyone, rows = asked_about(people)
    facts = facts_known_on(as_of)
    employments = ByPerson(rows(facts.employments, *EMPLOYMENT))
    namings = ByPerson(rows(facts.namings, *NAMING))
    for pk, person_id in everyone:
        yield person_facts(
            pk,
            person_id,
            employments=employments.take(pk),
            namings=namings.take(pk),
            leaves=(),
            achievements=(),
            exemptions=(),
            orders={},
        )


def who_may_belong(
    as_of: date, fits: Callable[[EmploymentFact], bool], groups: Collection[int]
) -> QuerySet[Person] | None:
    """The people with a post on `as_of` that fits, and those named in one of the key groups (none:
    everyone, where they are most of them). Posts are asked once for all who have the like. Up to
    three queries."""
    employed = Employment.objects.valid_on(as_of).order_by()
    alike = {
        (unit, job, manager, form): posts
        for unit, job, manager, form, posts in employed.values_list(*EMPLOYMENT[:4]).annotate(
            Count("pk")
        )
    }
    fitting = {post for post in alike if fits(EmploymentFact(*post, 0, FOREVER))}
    if sum(alike[post] for post in fitting) * 2 > sum(alike.values()):
        return None
    found = set(
        KeyPersonAssignment.objects.filter(
            valid_on_q(as_of), key_group__in=groups, withdrawn_at__isnull=True
        ).values_list("person_id", flat=True)
    )
    if fitting:
        posts = employed.filter(
            unit__in=in_query(sorted({post[0] for post in fitting})),
            job_code__in={post[1] for post in fitting},
        )
        found.update(
            person
            for person, *post in posts.values_list("person_id", *EMPLOYMENT[:4])
            if tuple(post) in fitting
        )
    return Person.objects.current().filter(pk__in=in_query(sorted(found)))


def orders_by_area(rows: Iterable[Row]) -> dict[int, list[OrderFact]]:
    orders: dict[int, list[OrderFact]] = {}
    for area_pk, level, before, last_valid in rows:
        order = OrderFact(level, before.toordinal(), last_valid.toordinal())
        orders.setdefault(area_pk, []).append(order)
    return orders


def person_facts(
    pk: int,
    person_id: str,
    *,
    employments: Iterable[Row],
    namings: Iterable[Row],
    leaves: Iterable[Row],
    achievements: Iterable[Row],
    exemptions: Iterable[Row],
    orders: Mapping[int, list[OrderFact]],
) -> PersonFacts:
    """One person's rows, each with the person before its columns, as the rules read them."""
    return PersonFacts(
        pk,
        person_id,
        [
            EmploymentFact(unit, job, manager, form, starts.toordinal(), as_end(ends))
            for _, unit, job, manager, form, starts, ends in employments
        ],
        [NamingFact(group, starts.toordinal(), as_end(ends)) for _, group, starts, ends in namings],
        joined((starts.toordinal(), as_end(ends)) for _, starts, ends in leaves),
        _achievements(achievements, orders),
        [ExemptionFact(area, level, fact) for _, area, level, fact in exemptions],
        orders,
    )


def _achievements(
    rows: Iterable[Row], orders: Mapping[int, list[OrderFact]]
) -> list[AchievementFact]:
    facts = []
    for _, area, achieved_on, level, valid_until, pk, recognised in rows:
        day = achieved_on.toordinal()
        ends = FOREVER if valid_until is None else valid_until.toordinal()
        if area in orders:
            ends = capped(ends, day, level, orders[area])
        facts.append(AchievementFact(area, day, level, ends, pk, recognised))
    if len(facts) > 1:
        facts.sort()
    return facts


class ByPerson:
    """Rows sorted by their first column, handed out person by person in ascending order."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._next: Row | None = next(self._rows, None)

    def take(self, person_pk: int) -> list[Row]:
        row = self._next
        taken: list[Row] = []
        while row is not None and row[0] <= person_pk:
            if row[0] == person_pk:
                taken.append(row)
            row = next(self._rows, None)
        self._next = row
        return taken
