"""Needs assessment as figures: who answers for a unit, what has been answered by a day, and what a
round would ask. Units and key groups, no individuals but those who answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import Max, Q

from competence.engine.days import FOREVER
from competence.engine.facts import EmploymentFact
from competence.engine.loader import load_plan
from competence.engine.membership import groups_by_rule
from competence.models import (
    KeyGroup,
    KeyPersonAssignment,
    NeedsAnswer,
    NeedsForm,
    NeedsReminder,
    NeedsRound,
)
from lms.lib.dates import STOCKHOLM
from lms.people.models import Delegation, Employment, Person, Unit


@dataclass(frozen=True)
class PlannedForm:
    """One form that a round would make. Of one about a key group: its members, by the unit that
    they were found in (primary keys)."""

    unit: Unit
    key_group: KeyGroup
    naming: KeyPersonAssignment | None
    managers: tuple[Person, ...]
    members: Mapping[int, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class RaisedGroup:
    """A key group with too few members in a unit for a form of their own, and the unit above whose
    form asks about them together with others."""

    unit: Unit
    key_group: KeyGroup
    asked_at: Unit


@dataclass(frozen=True)
class PlannedRound:
    """What a round would ask, and whom. `outside`: units with members of the key groups that are
    not within a unit of the kind, and so are not asked."""

    forms: tuple[PlannedForm, ...]
    outside: tuple[Unit, ...]
    raised: tuple[RaisedGroup, ...]
    # Key groups with members who are too few to be asked about anywhere.
    too_few: tuple[KeyGroup, ...]
    # Key persons without a post within a unit of the kind.
    nowhere: tuple[KeyPersonAssignment, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        return tuple({form.unit.pk: form.unit for form in self.forms}.values())

    @property
    def without_manager(self) -> tuple[Unit, ...]:
        return tuple({f.unit.pk: f.unit for f in self.forms if not f.managers}.values())

    @property
    def managers(self) -> int:
        return len({person.pk for form in self.forms for person in form.managers})

    @property
    def key_persons(self) -> int:
        return sum(form.naming is not None for form in self.forms)


def managers_of_units(units: Collection[int], day: date) -> dict[int, tuple[Person, ...]]:
    """Who answers for each unit (primary keys): those who manage that very unit by their own post.
    One query."""
    found: dict[int, list[Person]] = {}
    posts = Employment.objects.valid_on(day).filter(is_manager=True, unit__in=list(units))
    for post in posts.select_related("person__user").order_by("person__family_name", "pk"):
        here = found.setdefault(post.unit_id, [])
        if post.person not in here:
            here.append(post.person)
    return {pk: tuple(people) for pk, people in found.items()}


def deputies_of(
    managers: Mapping[int, Sequence[Person]], day: date
) -> dict[int, tuple[Person, ...]]:
    """Who acts in the place of the managers of each unit. One query."""
    units = Unit.objects.in_bulk(list(managers))
    given = list(Delegation.objects.in_force_on(day).select_related("deputy", "unit"))
    return {
        pk: tuple(
            {
                each.deputy_id: each.deputy
                for each in given
                if each.unit.covers(units[pk]) and each.giver_id in {one.pk for one in people}
            }.values()
        )
        for pk, people in managers.items()
    }


def planned_round(
    *,
    unit_kind: str,
    key_groups: Iterable[KeyGroup],
    namings: Iterable[KeyPersonAssignment],
    threshold: int,
    day: date,
) -> PlannedRound:
    """The forms that a round begun on `day` would make: each unit of the kind with each key group
    that has members there or below, by rule in the plan in force; and each key person. A form about
    fewer members than the threshold would be about them as persons: they are asked about in the
    nearest unit above where they are enough together. The same number of queries however many
    people there are."""
    groups = {group.pk: group for group in key_groups}
    plan = load_plan(day, [], also_groups=list(groups))
    units = Unit.objects.in_bulk()
    members: _Members = {}
    outside: set[int] = set()
    posts: dict[int, int] = {}
    for person_pk, unit_pk, job_code, is_manager, form in _posts(day):
        place = next((pk for pk in plan.units.above(unit_pk) if units[pk].kind == unit_kind), None)
        if place is not None:
            posts.setdefault(person_pk, place)
        fact = EmploymentFact(unit_pk, job_code, is_manager, form, 0, FOREVER)
        for group_pk in groups_by_rule(fact, plan):
            if person_pk in plan.groups[group_pk].excluded:
                continue
            if place is None:
                outside.add(unit_pk)
            else:
                members.setdefault((place, group_pk), {}).setdefault(place, set()).add(person_pk)
    by_place, too_few = _enough_together(members, units, threshold)
    asked = set(by_place)
    wanted = list(namings)
    here = [naming for naming in wanted if naming.person_id in posts]
    managers = managers_of_units(
        {unit for unit, _group in asked} | {posts[each.person_id] for each in here}, day
    )
    forms = [
        PlannedForm(
            units[unit],
            groups[group],
            None,
            managers.get(unit, ()),
            {origin: frozenset(people) for origin, people in by_place[unit, group].items()},
        )
        for unit, group in asked
    ]
    forms += [
        PlannedForm(
            units[posts[each.person_id]],
            each.key_group,
            each,
            managers.get(posts[each.person_id], ()),
        )
        for each in here
    ]
    forms.sort(
        key=lambda form: (
            form.unit.tree_left,
            form.key_group.code,
            form.naming.pk if form.naming else 0,
        )
    )
    return PlannedRound(
        tuple(forms),
        tuple(sorted((units[pk] for pk in outside), key=lambda unit: unit.tree_left)),
        tuple(
            sorted(
                (
                    RaisedGroup(units[origin], groups[group], units[place])
                    for (place, group), origins in by_place.items()
                    for origin in origins
                    if origin != place
                ),
                key=lambda each: (each.unit.tree_left, each.key_group.code),
            )
        ),
        tuple(sorted((groups[pk] for pk in too_few), key=lambda group: group.code)),
        tuple(naming for naming in wanted if naming.person_id not in posts),
    )


_Members = dict[tuple[int, int], dict[int, set[int]]]
"""By unit and key group: the people, by the unit that they were found in. Primary keys."""


def _enough_together(
    members: _Members, units: Mapping[int, Unit], threshold: int
) -> tuple[_Members, set[int]]:
    """Where the members are asked about, from the lowest units upwards; and the key groups with
    some who are too few even at the top."""
    waiting = {key: dict(found) for key, found in members.items()}
    asked: _Members = {}
    too_few: set[int] = set()
    groups = {group for _unit, group in members}
    for unit in sorted(units.values(), key=lambda each: each.tree_left, reverse=True):
        for group in groups:
            found = waiting.pop((unit.pk, group), None)
            if found is None:
                continue
            if len(set().union(*found.values())) >= threshold:
                asked[unit.pk, group] = found
            elif unit.parent_id is None:
                too_few.add(group)
            else:
                waiting.setdefault((unit.parent_id, group), {}).update(found)
    return asked, too_few


def _posts(day: date) -> Iterable[tuple[int, int, str, bool, str]]:
    return (
        Employment.objects.valid_on(day)
        .order_by("pk")
        .values_list("person_id", "unit_id", "job_code", "is_manager", "form")
    )


class FormState(StrEnum):
    """How far a form has come."""

    ASKED = "asked"
    BEGUN = "begun"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class FormStanding:
    """One form as it stands."""

    form: NeedsForm
    state: FormState
    answer: NeedsAnswer | None
    managers: tuple[Person, ...]
    reminded_on: date | None

    @property
    def is_answered(self) -> bool:
        return self.state in (FormState.ANSWERED, FormState.CONFIRMED)


def form_standings(forms: Iterable[NeedsForm], day: date) -> list[FormStanding]:
    """How each form stands now, with who answers for it on `day`. Four queries."""
    asked = list(forms)
    pks = [form.pk for form in asked]
    answers = {
        answer.form_id: answer
        for answer in NeedsAnswer.objects.standing()
        .filter(form__in=pks)
        .select_related("by", "in_place_of", "confirmed_by")
    }
    begun = set(
        NeedsForm.objects.filter(pk__in=pks, draft__isnull=False).values_list("pk", flat=True)
    )
    reminded = dict(
        NeedsReminder.objects.filter(form__in=pks, taken_back_at__isnull=True)
        .order_by()
        .values_list("form")
        .annotate(last=Max("reminded_on"))
    )
    managers = managers_of_units({form.unit_id for form in asked}, day)
    return [
        FormStanding(
            form,
            _state(answers.get(form.pk), form.pk in begun),
            answers.get(form.pk),
            managers.get(form.unit_id, ()),
            reminded.get(form.pk),
        )
        for form in asked
    ]


def _state(answer: NeedsAnswer | None, begun: bool) -> FormState:
    if answer is None:
        return FormState.BEGUN if begun else FormState.ASKED
    return FormState.CONFIRMED if answer.confirmed_at else FormState.ANSWERED


@dataclass(frozen=True)
class OperationStanding:
    """One unit that a round asks: how many forms about key groups, and how many of them have an
    answer."""

    code: str
    name: str
    asked: int
    answered: int
    has_manager: bool
    # The last day somebody was reminded of one of them, if any.
    reminded_on: date | None

    @property
    def has_answered_all(self) -> bool:
        return self.answered == self.asked


@dataclass(frozen=True)
class NeedsStanding:
    """The latest round begun by a day, as it stood at the end of it."""

    round_pk: int
    name: str
    period_from: date
    period_until: date
    is_open: bool
    last_day: date
    asked: int
    answered: int
    operations: tuple[OperationStanding, ...]

    @property
    def not_answered(self) -> tuple[OperationStanding, ...]:
        return tuple(each for each in self.operations if not each.has_answered_all)


def standing_of_needs(day: date) -> NeedsStanding | None:
    """How the latest round begun by `day` stood at the end of that day; none where no round had
    begun."""
    latest = NeedsRound.objects.filter(starts_on__lte=day).first()
    return None if latest is None else standing_of_round(latest, day)


def standing_of_round(latest: NeedsRound, day: date) -> NeedsStanding:
    """What every page and report says is asked and answered in a round, at the end of a day: its
    forms about key groups. Those about a key person's function are told apart to whoever handles
    the round, and to nobody else: how many each unit has would tell how many key persons it has.
    Five queries, whatever the number of units."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, STOCKHOLM)
    answered = set(
        NeedsAnswer.objects.filter(
            Q(taken_back_at__isnull=True) | Q(taken_back_at__gte=midnight),
            form__needs_round=latest,
            form__naming=None,
            handed_in_at__lt=midnight,
        ).values_list("form_id", flat=True)
    )
    by_unit: dict[Unit, list[int]] = {}
    for form in latest.forms.filter(naming=None).select_related("unit"):
        by_unit.setdefault(form.unit, []).append(form.pk)
    managers = managers_of_units({unit.pk for unit in by_unit}, day)
    reminded = dict(
        NeedsReminder.objects.filter(
            Q(taken_back_at__isnull=True) | Q(taken_back_at__gte=midnight),
            form__needs_round=latest,
            form__naming=None,
            reminded_on__lte=day,
        )
        .order_by()
        .values_list("form__unit")
        .annotate(last=Max("reminded_on"))
    )
    operations = tuple(
        OperationStanding(
            unit.code,
            unit.name,
            len(forms),
            sum(pk in answered for pk in forms),
            unit.pk in managers,
            reminded.get(unit.pk),
        )
        for unit, forms in by_unit.items()
    )
    closed = latest.closed_at is not None and latest.closed_at < midnight
    return NeedsStanding(
        latest.pk,
        latest.name,
        latest.period_from,
        latest.period_until,
        day <= latest.ends_on and not closed,
        latest.ends_on,
        sum(each.asked for each in operations),
        sum(each.answered for each in operations),
        operations,
    )
