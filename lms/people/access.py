"""The questions asked of the matrix of rights, and what it takes to open each address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from django.apps import apps

from lms.people.matrix import MATRIX, Action, Grant, Obj, Scope
from lms.people.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from lms.people.models import PartnerMembership, PartnerOrganisation, Person, Unit, User

__all__ = [
    "CLOSED",
    "MATRIX",
    "PUBLIC",
    "SIGNED_IN",
    "URLS",
    "Action",
    "Grant",
    "Obj",
    "Rule",
    "Scope",
    "SeenAs",
    "can",
    "grants",
    "organisations_seen_by",
    "remember_roles",
    "roles_of",
    "scopes",
    "units_seen_by",
]

Held = dict[Role, list["Unit | None"]]


def roles_of(user: User | AnonymousUser, day: date) -> Held:
    """The roles an account holds on `day`, each with the units it reaches (None: everywhere).
    Whoever acts for a manager by a delegation in force is one, for that unit and below. Three
    queries, one more for a partner's guest; within a request they are asked once
    (`remember_roles`)."""
    if not user.is_authenticated or not user.is_active:
        return {Role.PUBLIC: [None]}
    remembered: dict[date, Held] | None = getattr(user, "_remembered_roles", None)
    if remembered is not None and day in remembered:
        return remembered[day]
    held = _roles(user, day)
    if remembered is not None:
        remembered[day] = held
    return held


def remember_roles(user: User | AnonymousUser) -> None:
    """From now on ask for this account's roles once a day: for the length of a request."""
    if user.is_authenticated:
        user._remembered_roles = {}  # type: ignore[union-attr, attr-defined]


def _roles(user: User, day: date) -> Held:
    held: Held = {Role.PUBLIC: [None]}
    for assignment in user.role_assignments.select_related("unit"):
        if assignment.is_in_force(day):
            held.setdefault(Role(assignment.role), []).append(assignment.unit)
    if user.person_id and user.person:
        employments = list(user.person.employments.valid_on(day).select_related("unit"))
        # A partner's guest is a person without a post here: internal pages are not for them.
        if employments or Role.PARTNER not in held:
            held[Role.LEARNER] = [None]
        managed: list[Unit | None] = [e.unit for e in employments if e.is_manager]
        if employments:
            delegations = apps.get_model("people", "Delegation").objects.in_force_on(day)
            received = delegations.filter(deputy=user.person_id).select_related("unit")
            managed += [delegation.unit for delegation in received]
        if managed:
            held[Role.MANAGER] = managed
        if Role.PARTNER in held and _membership_as_contact(user, day).exists():
            # Reaches an organisation, and no unit.
            held[Role.PARTNER_CONTACT] = []
    if user.is_superuser:
        held.setdefault(Role.SYSTEM_ADMIN, [None])
    return held


def _membership_as_contact(user: User, day: date) -> QuerySet[PartnerMembership]:
    memberships: QuerySet[PartnerMembership] = apps.get_model(
        "people", "PartnerMembership"
    ).objects.of_guests_on(day)
    return memberships.filter(person=user.person_id, sees_own=True)


def organisations_seen_by(user: User | AnonymousUser, day: date) -> QuerySet[PartnerOrganisation]:
    """The partner organisation whose own people the account sees on `day`: that of its contact."""
    organisations: QuerySet[PartnerOrganisation] = apps.get_model(
        "people", "PartnerOrganisation"
    ).objects.all()
    if Scope.ORGANISATION not in scopes(user, Action.READ, Obj.SHARED_COURSE, day=day):
        return organisations.none()
    mine = _membership_as_contact(user, day)  # type: ignore[arg-type]
    return organisations.filter(pk__in=mine.values("organisation"))


def units_seen_by(user: User | AnonymousUser, day: date) -> list[Unit]:
    """The units whose people's named records the account may see, with all below them. A unit
    contact for the whole organisation is one for each of its roots."""
    held = roles_of(user, day)
    reach = [u for role in (Role.MANAGER, Role.UNIT_CONTACT) for u in held.get(role, [])]
    if None in reach:
        return list(apps.get_model("people", "Unit").objects.filter(parent=None))
    return [unit for unit in reach if unit is not None]


def grants(
    user: User | AnonymousUser, action: Action, obj: Obj, *, day: date
) -> Iterator[tuple[Role, Grant, list[Unit | None]]]:
    """The cells of the matrix that let the account do `action`, each with the units it reaches."""
    row = MATRIX[obj]
    for role, units in roles_of(user, day).items():
        for grant in row.get(role, ()):
            if action in grant.actions:
                yield role, grant, units


def scopes(user: User | AnonymousUser, action: Action, obj: Obj, *, day: date) -> set[Scope]:
    """How far the account's right to do `action` reaches: empty where there is none."""
    return {grant.scope for _role, grant, _units in grants(user, action, obj, day=day)}


def can(
    user: User | AnonymousUser,
    action: Action,
    obj: Obj,
    *,
    day: date,
    person: Person | None = None,
    unit: Unit | None = None,
    own: bool | None = None,
    record: bool = False,
) -> bool:
    """Whether the account may do `action` on `day`. Without a target: on anything at all (may the
    page be opened). `person` or `unit`: on what concerns them. `own`: whether the course, session
    or case at hand is one the account is responsible for or was assigned. `record`: on what
    somebody wrote, or what names somebody, which a right to figures does not reach."""
    return any(
        _reaches(user, grant.scope, units, day, person, unit, own)
        for _role, grant, units in grants(user, action, obj, day=day)
        if not (record and grant.scope is Scope.AGGREGATE)
    )


def _reaches(
    user: User | AnonymousUser,
    scope: Scope,
    units: list[Unit | None],
    day: date,
    person: Person | None,
    unit: Unit | None,
    own: bool | None,
) -> bool:
    if scope in (Scope.OWN_COURSE, Scope.ASSIGNED):
        return own is not False and (own is True or (person is None and unit is None))
    if scope is Scope.ORGANISATION:
        return own is None and unit is None and (person is None or _is_colleague(user, person, day))
    if own is not None and scope is Scope.OWN:
        return own
    if person is None and unit is None:
        return own is None or scope is not Scope.AGGREGATE
    if scope is Scope.OWN:
        return person is not None and person.pk == user.person_id  # type: ignore[union-attr]
    if scope is Scope.AGGREGATE and person is not None:
        return False
    if None in units:
        return True
    held = [u for u in units if u is not None]
    if unit is not None and not any(u.covers(unit) for u in held):
        return False
    return person is None or person.employments.valid_on(day).in_units(held).exists()


def _is_colleague(user: User | AnonymousUser, person: Person, day: date) -> bool:
    memberships = apps.get_model("people", "PartnerMembership").objects.of_guests_on(day)
    own = organisations_seen_by(user, day)
    return bool(memberships.filter(person=person.pk, organisation__in=own).exists())


class SeenAs(Enum):
    """What an address does while the coordinator sees the team as a manager does (visa som)."""

    OWN = "own"  # it is the reader's own, as ever
    MANAGER = "manager"  # it is read as the manager reads it
    REFUSED = "refused"  # it would act for the team, or take it out of the page


@dataclass(frozen=True)
class Rule:
    """What it takes to open an address: `action` on `obj`, or one of the three plain rules.
    What it takes to see the thing behind the address is asked again where the thing is known."""

    obj: Obj | None
    action: Action | None = Action.READ
    signed_in: bool = False
    seen_as: SeenAs = SeenAs.OWN
    # Where what is behind the address is not narrowed, the right has to reach all of it.
    scope: Scope | None = None
    # A named record: a right to figures does not open it.
    record: bool = False

    def allows(self, user: User | AnonymousUser, day: date) -> bool:
        if self.obj is not None and self.action is not None:
            if self.scope is not None:
                return self.scope in scopes(user, self.action, self.obj, day=day)
            return can(user, self.action, self.obj, day=day, record=self.record)
        if self.signed_in:
            return bool(user.is_authenticated and user.is_active)
        return self.action is not None


PUBLIC = Rule(None)
"""Anyone; what is behind filters itself (pages, documents, a certificate's code)."""
SIGNED_IN = Rule(None, signed_in=True)
"""Anyone with an account: one's own pages."""
CLOSED = Rule(None, action=None)
"""Nobody: an address that a library brings and the product does not use."""

URLS: dict[str, Rule] = {
    "people:home": SIGNED_IN,
    "people:language": SIGNED_IN,
    "people:activate": PUBLIC,
    "people:activate_link": PUBLIC,
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_signup": CLOSED,
    "account_reauthenticate": SIGNED_IN,
    "account_email": SIGNED_IN,
    "account_email_verification_sent": PUBLIC,
    "account_confirm_email": PUBLIC,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "people_admin:imports": Rule(Obj.HR_IMPORT, Action.READ),
    "people_admin:plan": Rule(Obj.HR_IMPORT, Action.CREATE),
    "people_admin:plan_csv": Rule(Obj.HR_IMPORT, Action.CREATE),
    "people_admin:plan_xlsx": Rule(Obj.HR_IMPORT, Action.CREATE),
    "people_admin:discard": Rule(Obj.HR_IMPORT, Action.CREATE),
    "people_admin:run": Rule(Obj.HR_IMPORT, Action.READ),
    "people_admin:undo": Rule(Obj.HR_IMPORT, Action.UPDATE),
    "people_admin:anomalies": Rule(Obj.ANOMALY, Action.READ),
    "people_admin:people": Rule(Obj.PERSON, Action.READ),
    "people_admin:person": Rule(Obj.PERSON, Action.READ),
    "people_admin:add_person": Rule(Obj.PERSON, Action.CREATE),
    "people_admin:add_employment": Rule(Obj.ORGANISATION, Action.CREATE),
    "people_admin:add_leave": Rule(Obj.ORGANISATION, Action.CREATE),
    "people_admin:end_employment": Rule(Obj.ORGANISATION, Action.UPDATE),
    "people_admin:add_unit": Rule(Obj.ORGANISATION, Action.CREATE),
    "people_admin:accounts": Rule(Obj.ACCOUNT, Action.UPDATE),
    "people_admin:add_account": Rule(Obj.ACCOUNT, Action.UPDATE),
    "people_admin:account": Rule(Obj.ACCOUNT, Action.UPDATE),
    "people_admin:invite_account": Rule(Obj.ACCOUNT, Action.UPDATE),
    "people_admin:close_account": Rule(Obj.ACCOUNT, Action.UPDATE),
    "people_admin:reopen_account": Rule(Obj.ACCOUNT, Action.UPDATE),
    "people_admin:units": Rule(Obj.ORGANISATION, Action.READ),
    "people_admin:invitations": Rule(Obj.ACCOUNT, Action.CREATE),
    "people_admin:code_sheet": Rule(Obj.ACCOUNT, Action.CREATE),
    "people_admin:merge": Rule(Obj.ACCOUNT, Action.UPDATE),
    "people_admin:view_as": Rule(Obj.VIEW_AS, Action.CREATE),
    "people_admin:end_view_as": Rule(Obj.VIEW_AS, Action.CREATE),
    "people_admin:ledger": Rule(Obj.AUDIT_LOG, Action.READ),
    "people_admin:person_ledger": Rule(Obj.AUDIT_LOG, Action.READ),
    "people_admin:ledger_csv": Rule(Obj.AUDIT_LOG, Action.READ),
    "people_admin:ledger_xlsx": Rule(Obj.AUDIT_LOG, Action.READ),
    "people_admin:reach": Rule(Obj.ROLE_ASSIGNMENT, Action.READ),
    "people_admin:reach_csv": Rule(Obj.ROLE_ASSIGNMENT, Action.READ),
    "people_admin:reach_xlsx": Rule(Obj.ROLE_ASSIGNMENT, Action.READ),
    "people_admin:roles": Rule(Obj.ROLE_ASSIGNMENT, Action.READ),
    "people_admin:assign_role": Rule(Obj.ROLE_ASSIGNMENT, Action.CREATE),
    "people_admin:end_role": Rule(Obj.ROLE_ASSIGNMENT, Action.UPDATE),
}
