"""Reading people and the organisation. `visible_to` is the one word for who may see whom."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from lms.people.access import (
    MATRIX,
    Action,
    Obj,
    Scope,
    organisations_seen_by,
    scopes,
    units_seen_by,
)
from lms.people.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from lms.people.models import Unit, User


class Listed(RawSQL):
    """Primary keys as one parameter, for `__in`: of thousands, placeholders cost more than the
    answer, and a subquery that says who they are is asked anew in every query."""

    def __init__(self, pks: Collection[int]) -> None:
        self.pks = list(pks)
        sql = "SELECT value FROM json_each(%s)"
        super().__init__(sql, [json.dumps(self.pks)], models.BigIntegerField())

    def as_postgresql(self, *_: object, **__: object) -> tuple[str, list[list[int]]]:
        return "(SELECT unnest(%s::bigint[]))", [self.pks]


def valid_on_q(day: date, prefix: str = "") -> Q:
    """The dated row (`starts_on`, `ends_on` inclusive or open) covers `day`."""
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": day})
    )


def in_units_q(units: Iterable[Unit], prefix: str = "unit__") -> Q:
    """The row's unit is one of `units` or lies below one; nothing where there are none."""
    condition = Q(pk__in=[])
    for unit in units:
        condition |= Q(
            **{
                f"{prefix}tree_left__gte": unit.tree_left,
                f"{prefix}tree_right__lte": unit.tree_right,
            }
        )
    return condition


class UnitQuerySet(models.QuerySet["Unit"]):
    def at_or_below(self, *units: Unit) -> UnitQuerySet:
        return self.filter(in_units_q(units, prefix=""))


class EmploymentQuerySet(models.QuerySet):
    def standing(self) -> EmploymentQuerySet:
        """Rows that count: not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def valid_on(self, day: date) -> EmploymentQuerySet:
        return self.standing().filter(valid_on_q(day))

    def in_units(self, units: Iterable[Unit]) -> EmploymentQuerySet:
        return self.filter(in_units_q(units))


class LeaveQuerySet(models.QuerySet):
    def standing(self) -> LeaveQuerySet:
        return self.filter(withdrawn_at__isnull=True)

    def valid_on(self, day: date) -> LeaveQuerySet:
        return self.standing().filter(valid_on_q(day))


class PersonQuerySet(models.QuerySet):
    def current(self) -> PersonQuerySet:
        """Rows that stand for a person: not merged away."""
        return self.filter(merged_into__isnull=True)

    def in_units(self, units: Iterable[Unit], day: date) -> PersonQuerySet:
        """People with any active employment on `day` in one of `units` or below."""
        return self.filter(Exists(self._active(units, day)))

    def employed_on(self, day: date) -> PersonQuerySet:
        employments = apps.get_model("people", "Employment").objects
        return self.filter(Exists(employments.valid_on(day).filter(person=OuterRef("pk"))))

    def who_sign_in(self) -> PersonQuerySet:
        """People with an account that is open."""
        return self.filter(user__is_active=True)

    def called(self, words: str) -> PersonQuerySet:
        """People whose name, or person id, holds every word."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(given_name__icontains=word)
                | Q(family_name__icontains=word)
                | Q(person_id__iexact=word)
            )
        return found

    def managing_on(self, day: date) -> PersonQuerySet:
        """People who manage a unit on `day` by their own post."""
        posts = apps.get_model("people", "Employment").objects.valid_on(day)
        return self.filter(Exists(posts.filter(person=OuterRef("pk"), is_manager=True)))

    def _active(self, units: Iterable[Unit], day: date) -> EmploymentQuerySet:
        employments = apps.get_model("people", "Employment").objects
        active: EmploymentQuerySet = employments.valid_on(day).in_units(units)
        return active.filter(person=OuterRef("pk"))

    def visible_to(self, user: User | AnonymousUser, day: date) -> PersonQuerySet:
        """The people whose named records `user` may see on `day`: oneself, and
        for a manager or unit contact everyone active in their units and below."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        own = Q(pk=user.person_id) if user.person_id else Q(pk__in=[])
        units = units_seen_by(user, day)
        if not units:
            return self.filter(own)
        return self.filter(own | Q(Exists(self._active(units, day))))

    def shown_to_contact(self, user: User | AnonymousUser, day: date) -> PersonQuerySet:
        """The people of the partner organisation that `user` is the contact of on `day`, oneself
        among them: their names and what they do in shared courses. Not those with a post here,
        who learn as employees. It opens no record that `visible_to` opens."""
        if Scope.ORGANISATION not in scopes(user, Action.READ, Obj.SHARED_COURSE, day=day):
            return self.none()
        memberships = apps.get_model("people", "PartnerMembership").objects.of_guests_on(day)
        own = memberships.filter(
            person=OuterRef("pk"), organisation__in=organisations_seen_by(user, day)
        )
        return self.current().filter(Exists(own))

    def guests_on(self, day: date) -> PersonQuerySet:
        """People without a post whose account is a partner's guest on `day`."""
        posts = apps.get_model("people", "Employment").objects.valid_on(day)
        roles = apps.get_model("people", "RoleAssignment").objects.filter(
            valid_on_q(day), role=Role.PARTNER, user__is_active=True
        )
        return self.current().filter(
            Exists(roles.filter(user__person=OuterRef("pk"))),
            ~Exists(posts.filter(person=OuterRef("pk"))),
        )

    def entrusted_with(self, action: Action, obj: Obj, day: date) -> PersonQuerySet:
        """The people whose account has been given a role that lets it do `action` with `obj` on
        `day`. What follows from a post, as for managers, does not count."""
        roles = [
            role
            for role, given in MATRIX[obj].items()
            if any(action in grant.actions for grant in given)
        ]
        assignments = apps.get_model("people", "RoleAssignment").objects.filter(
            valid_on_q(day), role__in=roles, user__is_active=True
        )
        return self.current().filter(Exists(assignments.filter(user__person=OuterRef("pk"))))

    def registered_for(self, user: User | AnonymousUser, day: date) -> PersonQuerySet:
        """The people whose entry in the register (name, unit, account; nothing about learning)
        `user` may see: everyone for HR and the administrator, otherwise as `visible_to`."""
        if Scope.ALL in scopes(user, Action.READ, Obj.PERSON, day=day):
            return self.all()
        return self.visible_to(user, day)
