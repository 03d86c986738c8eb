"""A draft's consequences by what people have learnt: exact, by unit and by name. Only for who may
be shown names, or has opened them with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from competence.engine.assume import Assumptions
from competence.engine.difference import StandingChange
from competence.engine.loader import in_query
from competence.figures.consequences import Cost, Need, NeedCounts, away_from_work, cost_of
from competence.models import KeyGroup
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.alphabet import swedish_order
from lms.people.models import Employment, Person, Unit


@dataclass(frozen=True)
class GroupNeed:
    name: str
    cost: Cost


@dataclass(frozen=True)
class UnitNeed:
    """What a unit has to do, and for how many of the times somebody is away there is room."""

    name: str
    need: Need
    away: int
    room: int

    @property
    def makes_it(self) -> bool:
        return self.away <= self.room


@dataclass(frozen=True)
class Exact:
    """The consequences as they are on the day."""

    need: Need
    cost: Cost
    sessions_held: int
    groups: tuple[GroupNeed, ...]
    units: tuple[UnitNeed, ...]


@dataclass(frozen=True)
class Changed:
    """One person whose standing changes: what they come to lack, by when, and what they lack no
    longer."""

    person: Person
    units: tuple[str, ...]
    lacks: tuple[str, ...]
    lacks_no_longer: tuple[str, ...]
    red_at_once: bool
    last_day: date | None


def exact(counts: NeedCounts, *, day: date, decided_on: date, assumptions: Assumptions) -> Exact:
    """The counts in the order in which they are read. Three queries."""
    need = counts.whole
    groups = dict(KeyGroup.objects.filter(pk__in=counts.by_group).values_list("pk", "name"))
    units = dict(Unit.objects.filter(pk__in=counts.by_unit).values_list("pk", "name"))
    employed = Employment.objects.valid_on(day).filter(unit__in=counts.by_unit).order_by()
    staff = dict(employed.values_list("unit").annotate(Count("person", distinct=True)))
    held = assumptions.sessions_held(decided_on, need.last_day) if need.last_day else 0
    return Exact(
        need=need,
        cost=cost_of(need.net, assumptions),
        sessions_held=held,
        groups=tuple(
            GroupNeed(name, cost_of(counts.by_group[pk], assumptions))
            for pk, name in sorted(groups.items(), key=lambda group: group[1])
        ),
        units=tuple(_unit_needs(counts, units, staff, decided_on, assumptions)),
    )


def _unit_needs(
    counts: NeedCounts,
    names: Mapping[int, str],
    staff: Mapping[int, int],
    decided_on: date,
    assumptions: Assumptions,
) -> list[UnitNeed]:
    """Those that do not make it first, the one with most to do too many before the others."""
    found = []
    for pk, need in counts.by_unit.items():
        away = away_from_work(need.more, assumptions)
        last_day = need.last_day
        room = assumptions.seats_of_unit(staff.get(pk, 0), decided_on, last_day) if last_day else 0
        found.append(UnitNeed(names[pk], need, away, room))
    return sorted(found, key=lambda unit: (unit.room - unit.away, swedish_order(unit.name)))


def changed_people(changes: Sequence[StandingChange], day: date) -> list[Changed]:
    """Everybody whose standing changes: red at once first, then by last day; those who lack
    nothing new last. Four queries."""
    wanted = {change.person_pk: change for change in changes}
    pks = in_query(list(wanted))
    people = {person.pk: person for person in Person.objects.filter(pk__in=pks)}
    units: dict[int, list[str]] = {}
    posts = Employment.objects.valid_on(day).filter(person__in=pks).select_related("unit")
    for post in posts.order_by("pk"):
        units.setdefault(post.person_id, []).append(post.unit.name)
    areas = {area.code: area.label for area in CompetenceArea.objects.all()}
    levels = dict(TrainingLevel.objects.values_list("number", "name"))
    found = [
        Changed(
            person=people[pk],
            units=tuple(dict.fromkeys(units.get(pk, ()))),
            lacks=tuple(f"{areas[area]}, {levels[level]}" for area, level in change.more),
            lacks_no_longer=tuple(f"{areas[area]}, {levels[level]}" for area, level in change.less),
            red_at_once=change.red_at_once,
            last_day=change.last_day,
        )
        for pk, change in wanted.items()
    ]
    found.sort(
        key=lambda line: (
            not line.lacks,
            not line.red_at_once,
            line.last_day or date.max,
            swedish_order(line.person.name),
        )
    )
    return found
