"""Whose team a page speaks of: the unit asked for, within what the reader may see."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from competence.engine.loader import FEW
from competence.figures.acting import units_acted_for
from lms.audit.services import acting_in_place_of
from lms.people.access import units_seen_by
from lms.people.models import Employment, Person, Unit, User
from lms.people.querysets import PersonQuerySet
from lms.people.services.delegations import in_whose_place
from lms.people.services.view_as import seen_as

UNDO = "competence.team_undo"
"""Session key: the enrolments a manager made last, to be taken back."""


@dataclass(frozen=True)
class TeamScope:
    """The reader's units, the one chosen, and what lies right below and above it."""

    day: date
    own_units: tuple[Unit, ...]
    unit: Unit
    children: tuple[Unit, ...]
    above: tuple[Unit, ...]
    people: QuerySet[Person]


def acting_user(request: HttpRequest) -> User:
    """The account that is signed in; the access middleware has let nobody else through."""
    return cast(User, request.user)


def reader(request: HttpRequest) -> User:
    """Whose team the page shows: the reader's own or, while the coordinator sees the team pages as
    a manager does, that manager's. Only what is read asks for this."""
    viewing = seen_as(request)
    return viewing.manager if viewing else acting_user(request)


def in_place_of_managers(
    request: HttpRequest, people: Collection[int], day: date
) -> AbstractContextManager[None]:
    """What is done within it to those of `people` whom the reader reaches as a deputy only is
    recorded with both names."""
    user = acting_user(request)
    return acting_in_place_of(in_whose_place(user, people, day), by=user)


def visible_people(user: User, day: date) -> PersonQuerySet:
    """The people whose records the reader may see as a manager: not oneself."""
    people = Person.objects.current().visible_to(user, day)
    return people.exclude(pk=user.person_id) if user.person_id else people


def team_scope(request: HttpRequest, day: date) -> TeamScope | None:
    """The scope the address asks for (`enhet`), or the reader's first unit; none where the
    reader has no unit. A unit out of reach is refused."""
    user = reader(request)
    own = sorted(set(units_seen_by(user, day)), key=lambda unit: (unit.depth, unit.tree_left))
    # A unit inside another of one's own is reached through that one.
    own = [unit for unit in own if not any(o.covers(unit) and o != unit for o in own)]
    if not own:
        return None
    unit = own[0]
    if code := request.GET.get("enhet", ""):
        unit = get_object_or_404(Unit, code=code)
        if not any(top.covers(unit) for top in own):
            raise PermissionDenied
    top = next(top for top in own if top.covers(unit))
    # Whose team is found by unit first: the rule of who may be seen is then asked of few.
    # The units as a subquery: joined, SQLite reads every post of the day before it looks at them.
    below = Unit.objects.at_or_below(unit).order_by().values("pk")
    employed = Employment.objects.valid_on(day).filter(unit__in=below).order_by()
    members = employed.values("person_id")
    named = list(members.values_list("person_id", flat=True).distinct()[: FEW + 1])
    people = visible_people(user, day).filter(pk__in=named if len(named) <= FEW else members)
    return TeamScope(
        day=day,
        own_units=tuple(own),
        unit=unit,
        children=tuple(Unit.objects.filter(parent=unit)),
        above=tuple(
            Unit.objects.filter(
                tree_left__gte=top.tree_left,
                tree_left__lt=unit.tree_left,
                tree_right__gte=unit.tree_right,
            )
        ),
        people=people,
    )


def visible_person(request: HttpRequest, person_id: str, day: date) -> Person:
    """One person of the reader's team. Somebody out of reach is refused; an id nobody has is
    not found."""
    user = reader(request)
    person = get_object_or_404(Person.objects.current(), person_id=person_id)
    if not visible_people(user, day).filter(pk=person.pk).exists():
        raise PermissionDenied
    return person


def may_act(request: HttpRequest, day: date) -> bool:
    """Whether the reader may enrol and remind people, and not only read about them."""
    return seen_as(request) is None and bool(units_acted_for(acting_user(request), day))
