"""Whom an account acts for: the people below a manager, whom it enrols, reminds and confirms."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from lms.people.access import Action, Obj, Scope, grants
from lms.people.models import Person, Unit, User


def units_acted_for(user: User | AnonymousUser, day: date) -> list[Unit]:
    return [
        unit
        for _role, grant, units in grants(user, Action.CREATE, Obj.ENROLMENT, day=day)
        if grant.scope is Scope.SUB
        for unit in units
        if unit is not None
    ]


def people_acted_for(user: User, day: date) -> QuerySet[Person]:
    """The people the reader may enrol and remind: those below a manager, not oneself."""
    people = Person.objects.current().in_units(units_acted_for(user, day), day)
    return people.exclude(pk=user.person_id)
