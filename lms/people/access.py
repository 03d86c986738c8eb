"""Who may do what: the object × role matrix of domain.md §2 as one table, and the questions
asked of it. Permissions, addresses and tests all read `MATRIX`; nothing else grants anything.

A role reaches the unit it was given for and everything below it. What the table leaves out gets
the least that its work needs: a role that is not in an object's row may do nothing with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from django.apps import apps

from lms.people.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from lms.people.models import Person, Unit, User


class Action(StrEnum):
    CREATE = "C"
    READ = "R"
    UPDATE = "U"
    APPROVE = "A"


class Scope(Enum):
    """How far a grant reaches."""

    ALL = "all"
    OWN = "own"  # what concerns oneself
    SUB = "sub"  # the people active in one's units and below
    OWN_COURSE = "own_course"  # courses and sessions one is responsible for
    ASSIGNED = "assigned"  # what has been assigned to one
    AGGREGATE = "aggregate"  # figures, small groups suppressed; never a named record


class Obj(StrEnum):
    # The rows of domain.md §2.
    ARENA_PAGE = "arena_page"
    PUBLIC_PAGE = "public_page"
    COURSE = "course"
    SESSION = "session"
    ATTEMPT = "attempt"
    COMPLETION = "completion"
    NEEDS_ASSESSMENT = "needs_assessment"
    REQUIREMENT = "requirement"  # with key groups, plans, areas and levels
    SUPPORT_REQUEST = "support_request"
    REPORT = "report"
    # What the table leaves out.
    GAP = "gap"  # the status of a named person
    COVERAGE = "coverage"  # figures per unit and key group
    ENROLMENT = "enrolment"
    ACHIEVEMENT = "achievement"
    EXEMPTION = "exemption"
    RECOGNITION = "recognition"
    KEY_PERSON = "key_person"  # naming somebody in a key group
    ACKNOWLEDGEMENT = "acknowledgement"
    QUESTION_BANK = "question_bank"
    EXPERT_QUESTION = "expert_question"  # a learner's question to somebody who knows
    REFERENCE = "reference"  # legal references and contact points
    MEDIA = "media"  # images and documents
    PERSON = "person"  # the register: name, unit, account; nothing about learning
    ORGANISATION = "organisation"  # units and employments
    HR_IMPORT = "hr_import"
    ANOMALY = "anomaly"
    ACCOUNT = "account"  # invitations, activation, deactivation, merging
    ROLE_ASSIGNMENT = "role_assignment"
    NOTICE = "notice"
    JOB = "job"
    AUDIT_LOG = "audit_log"
    SETTINGS = "settings"
    ADMIN = "admin"  # the editors' interface at /admin/


@dataclass(frozen=True)
class Grant:
    actions: frozenset[Action]
    scope: Scope


def _grant(letters: str, scope: Scope = Scope.ALL) -> Grant:
    return Grant(frozenset(Action(letter) for letter in letters), scope)


_R = (_grant("R"),)
_CRU = (_grant("CRU"),)
_CRUA = (_grant("CRUA"),)
_OWN = (_grant("R", Scope.OWN),)
_SUB = (_grant("R", Scope.SUB),)
_AGG = (_grant("R", Scope.AGGREGATE),)

Grants = tuple[Grant, ...]

MATRIX: dict[Obj, dict[Role, Grants]] = {
    Obj.ARENA_PAGE: {
        Role.LEARNER: _R,
        Role.ELECTED: _R,
        Role.MANAGER: _R,
        Role.UNIT_CONTACT: _R,
        Role.INSTRUCTOR: _R,
        Role.EDITOR: _CRU,
        Role.REVIEWER: (_grant("RA"),),
        Role.COORDINATOR: _CRUA,
        Role.SUPPORT_FUNCTION: _R,
        Role.EXECUTIVE_VIEWER: _R,
        Role.AUDITOR: _R,
    },
    # To approve (A) is to judge somebody else's page. Nothing waits for it yet: who may write a
    # page (U) also publishes it.
    Obj.PUBLIC_PAGE: {
        Role.PUBLIC: _R,
        Role.LEARNER: _R,
        Role.ELECTED: _R,
        Role.MANAGER: _R,
        Role.UNIT_CONTACT: _R,
        Role.INSTRUCTOR: _R,
        Role.EDITOR: _CRU,
        Role.REVIEWER: (_grant("RA"),),
        Role.COORDINATOR: _CRU,
        Role.SUPPORT_FUNCTION: _R,
        Role.EXECUTIVE_VIEWER: _R,
        Role.PARTNER: _R,
        Role.AUDITOR: _R,
        Role.HR_IMPORT: _R,
        Role.SYSTEM_ADMIN: _R,
    },
    Obj.COURSE: {
        Role.LEARNER: _R,
        Role.ELECTED: _R,
        Role.MANAGER: _R,
        Role.UNIT_CONTACT: _R,
        Role.INSTRUCTOR: (_grant("R"), _grant("U", Scope.OWN_COURSE)),
        Role.EDITOR: _CRU,
        Role.REVIEWER: (_grant("RA"),),
        Role.COORDINATOR: _CRUA,
        Role.SUPPORT_FUNCTION: _R,
        Role.PARTNER: _R,
        Role.AUDITOR: _R,
    },
    Obj.SESSION: {
        Role.LEARNER: (_grant("RC", Scope.OWN),),
        Role.ELECTED: (_grant("RC", Scope.OWN),),
        Role.MANAGER: (_grant("RC", Scope.SUB),),
        Role.UNIT_CONTACT: _SUB,
        Role.INSTRUCTOR: (_grant("RU", Scope.OWN_COURSE),),
        Role.COORDINATOR: _CRU,
        Role.SUPPORT_FUNCTION: _R,
        Role.EXECUTIVE_VIEWER: _AGG,
        Role.PARTNER: (_grant("RC", Scope.OWN),),
    },
    # Answers stay with the person: nobody else, not even the manager or the coordinator.
    Obj.ATTEMPT: {
        Role.LEARNER: (_grant("CRU", Scope.OWN),),
        Role.ELECTED: (_grant("CRU", Scope.OWN),),
        Role.PARTNER: (_grant("CRU", Scope.OWN),),
        Role.INSTRUCTOR: _AGG,
        Role.COORDINATOR: _AGG,
    },
    Obj.COMPLETION: {
        Role.LEARNER: _OWN,
        Role.ELECTED: _OWN,
        Role.PARTNER: _OWN,
        Role.MANAGER: _SUB,
        Role.UNIT_CONTACT: _SUB,
        Role.INSTRUCTOR: (_grant("CR", Scope.OWN_COURSE),),
        Role.COORDINATOR: (*_AGG, _grant("R", Scope.OWN_COURSE)),
        Role.EXECUTIVE_VIEWER: _AGG,
        Role.AUDITOR: _AGG,
    },
    Obj.NEEDS_ASSESSMENT: {
        Role.MANAGER: (_grant("CRU", Scope.SUB),),
        Role.UNIT_CONTACT: (_grant("RA", Scope.SUB),),
        Role.COORDINATOR: _R,
        Role.EXECUTIVE_VIEWER: _AGG,
        Role.AUDITOR: _R,
    },
    Obj.REQUIREMENT: {
        Role.LEARNER: _R,
        Role.ELECTED: _R,
        Role.MANAGER: _R,
        Role.UNIT_CONTACT: _R,
        Role.COORDINATOR: _CRU,
        Role.SUPPORT_FUNCTION: _R,
        Role.EXECUTIVE_VIEWER: _R,
        Role.AUDITOR: _R,
    },
    Obj.SUPPORT_REQUEST: {
        Role.PUBLIC: (_grant("C"),),
        Role.LEARNER: (_grant("CR", Scope.OWN),),
        Role.ELECTED: (_grant("CR", Scope.OWN),),
        Role.PARTNER: (_grant("CR", Scope.OWN),),
        Role.MANAGER: _SUB,
        Role.UNIT_CONTACT: _SUB,
        Role.COORDINATOR: _CRU,
        Role.SUPPORT_FUNCTION: (_grant("RU", Scope.ASSIGNED),),
        Role.EXECUTIVE_VIEWER: _AGG,
    },
    Obj.REPORT: {
        Role.MANAGER: _SUB,
        Role.UNIT_CONTACT: _SUB,
        Role.COORDINATOR: (_grant("CRA"),),
        Role.EXECUTIVE_VIEWER: _R,
        Role.AUDITOR: _R,
    },
    Obj.GAP: {
        Role.LEARNER: _OWN,
        Role.ELECTED: _OWN,
        Role.PARTNER: _OWN,
        Role.MANAGER: _SUB,
        Role.UNIT_CONTACT: _SUB,
    },
    Obj.COVERAGE: {
        Role.MANAGER: _SUB,
        Role.UNIT_CONTACT: _SUB,
        Role.COORDINATOR: _AGG,
        Role.EXECUTIVE_VIEWER: _AGG,
        Role.SUPPORT_FUNCTION: _AGG,
        Role.AUDITOR: _AGG,
    },
    Obj.ENROLMENT: {
        Role.LEARNER: (_grant("CRU", Scope.OWN),),
        Role.ELECTED: (_grant("CRU", Scope.OWN),),
        Role.PARTNER: (_grant("CRU", Scope.OWN),),
        Role.MANAGER: (_grant("CR", Scope.SUB),),
        Role.UNIT_CONTACT: _SUB,
        Role.INSTRUCTOR: (_grant("R", Scope.OWN_COURSE),),
        Role.COORDINATOR: (*_AGG, _grant("R", Scope.OWN_COURSE)),
        Role.EXECUTIVE_VIEWER: _AGG,
    },
    Obj.ACHIEVEMENT: {
        Role.LEARNER: _OWN,
        Role.ELECTED: _OWN,
        Role.PARTNER: _OWN,
        Role.MANAGER: _SUB,
        Role.UNIT_CONTACT: _SUB,
        Role.COORDINATOR: (*_AGG, _grant("CU")),
    },
    # The manager proposes for their own; the coordinator decides the case.
    Obj.EXEMPTION: {
        Role.LEARNER: _OWN,
        Role.ELECTED: _OWN,
        Role.MANAGER: (_grant("CR", Scope.SUB),),
        Role.UNIT_CONTACT: _SUB,
        Role.COORDINATOR: _CRUA,
        Role.AUDITOR: _R,
    },
    Obj.RECOGNITION: {
        Role.LEARNER: (_grant("CR", Scope.OWN),),
        Role.ELECTED: (_grant("CR", Scope.OWN),),
        Role.PARTNER: (_grant("CR", Scope.OWN),),
        Role.MANAGER: (_grant("CR", Scope.SUB),),
        Role.UNIT_CONTACT: _SUB,
        Role.COORDINATOR: _CRUA,
        Role.AUDITOR: _R,
    },
    Obj.KEY_PERSON: {
        Role.LEARNER: _OWN,
        Role.MANAGER: (_grant("CRU", Scope.SUB),),
        Role.UNIT_CONTACT: _SUB,
        Role.COORDINATOR: _CRU,
    },
    Obj.ACKNOWLEDGEMENT: {
        Role.LEARNER: (_grant("CR", Scope.OWN),),
        Role.ELECTED: (_grant("CR", Scope.OWN),),
        Role.MANAGER: (_grant("CR", Scope.SUB),),
        Role.UNIT_CONTACT: _SUB,
        Role.COORDINATOR: _AGG,
        Role.EXECUTIVE_VIEWER: _AGG,
        Role.AUDITOR: _AGG,
    },
    Obj.QUESTION_BANK: {
        Role.INSTRUCTOR: (_grant("RU", Scope.OWN_COURSE),),
        Role.EDITOR: _CRU,
        Role.REVIEWER: (_grant("RA"),),
        Role.COORDINATOR: _CRUA,
    },
    Obj.EXPERT_QUESTION: {
        Role.LEARNER: (_grant("CR", Scope.OWN),),
        Role.ELECTED: (_grant("CR", Scope.OWN),),
        Role.PARTNER: (_grant("CR", Scope.OWN),),
        Role.SUPPORT_FUNCTION: (_grant("RU"),),
        Role.EDITOR: (_grant("RU"),),
        Role.COORDINATOR: (_grant("RUA"),),
    },
    Obj.REFERENCE: {
        Role.EDITOR: _CRU,
        Role.REVIEWER: (_grant("RA"),),
        Role.COORDINATOR: _CRUA,
        Role.AUDITOR: _R,
    },
    Obj.MEDIA: {
        Role.INSTRUCTOR: (_grant("R"), _grant("CU", Scope.OWN_COURSE)),
        Role.EDITOR: _CRU,
        Role.REVIEWER: _R,
        Role.COORDINATOR: _CRU,
    },
    Obj.PERSON: {
        Role.LEARNER: _OWN,
        Role.ELECTED: _OWN,
        Role.PARTNER: _OWN,
        Role.MANAGER: _SUB,
        Role.UNIT_CONTACT: _SUB,
        Role.HR_IMPORT: _CRU,
        Role.SYSTEM_ADMIN: _R,
    },
    Obj.ORGANISATION: {
        Role.LEARNER: _R,
        Role.ELECTED: _R,
        Role.MANAGER: _R,
        Role.UNIT_CONTACT: _R,
        Role.COORDINATOR: _R,
        Role.EXECUTIVE_VIEWER: _R,
        Role.AUDITOR: _R,
        Role.HR_IMPORT: _CRU,
        Role.SYSTEM_ADMIN: _R,
    },
    # The first administrator loads the first file; after that HR does. The coordinator sees that
    # it was done and how much it changed, not whose employment or leave it was.
    Obj.HR_IMPORT: {
        Role.COORDINATOR: _R,
        Role.HR_IMPORT: _CRU,
        Role.SYSTEM_ADMIN: _CRU,
        Role.AUDITOR: _R,
    },
    Obj.ANOMALY: {
        Role.COORDINATOR: _R,
        Role.HR_IMPORT: _R,
        Role.SYSTEM_ADMIN: _R,
    },
    Obj.ACCOUNT: {
        Role.MANAGER: (_grant("CR", Scope.SUB),),
        Role.HR_IMPORT: (_grant("CRU"),),
        Role.SYSTEM_ADMIN: _CRU,
    },
    Obj.ROLE_ASSIGNMENT: {
        Role.SYSTEM_ADMIN: _CRU,
        Role.AUDITOR: _R,
    },
    Obj.NOTICE: {
        Role.LEARNER: (_grant("RU", Scope.OWN),),
        Role.ELECTED: (_grant("RU", Scope.OWN),),
        Role.PARTNER: (_grant("RU", Scope.OWN),),
        Role.COORDINATOR: _AGG,
        Role.SYSTEM_ADMIN: _R,
    },
    Obj.JOB: {
        Role.EDITOR: (_grant("RU", Scope.OWN),),
        Role.COORDINATOR: (_grant("RU"),),
        Role.HR_IMPORT: (_grant("RU", Scope.OWN),),
        Role.SYSTEM_ADMIN: (_grant("RU"),),
    },
    Obj.AUDIT_LOG: {
        Role.AUDITOR: _R,
    },
    Obj.SETTINGS: {
        Role.COORDINATOR: (_grant("RU"),),
        Role.SYSTEM_ADMIN: (_grant("RU"),),
    },
    Obj.ADMIN: {
        Role.INSTRUCTOR: _R,
        Role.EDITOR: _R,
        Role.REVIEWER: _R,
        Role.COORDINATOR: _R,
        # To answer questions from courses.
        Role.SUPPORT_FUNCTION: _R,
        Role.AUDITOR: _R,
        Role.HR_IMPORT: _R,
        Role.SYSTEM_ADMIN: _R,
    },
}

Held = dict[Role, list["Unit | None"]]


def roles_of(user: User | AnonymousUser, day: date) -> Held:
    """The roles an account holds on `day`, each with the units it reaches (None: everywhere).
    Two queries; within a request they are asked once (`remember_roles`)."""
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
        if managed:
            held[Role.MANAGER] = managed
    if user.is_superuser:
        held.setdefault(Role.SYSTEM_ADMIN, [None])
    return held


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
) -> bool:
    """Whether the account may do `action` on `day`. Without a target: on anything at all (may the
    page be opened). `person` or `unit`: on what concerns them. `own`: whether the course, session
    or case at hand is one the account is responsible for or was assigned."""
    return any(
        _reaches(user, grant.scope, units, day, person, unit, own)
        for _role, grant, units in grants(user, action, obj, day=day)
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


@dataclass(frozen=True)
class Rule:
    """What it takes to open an address: `action` on `obj`, or one of the three plain rules.
    What it takes to see the thing behind the address is asked again where the thing is known."""

    obj: Obj | None
    action: Action | None = Action.READ
    signed_in: bool = False

    def allows(self, user: User | AnonymousUser, day: date) -> bool:
        if self.obj is not None and self.action is not None:
            return can(user, self.action, self.obj, day=day)
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
    "people_admin:roles": Rule(Obj.ROLE_ASSIGNMENT, Action.READ),
    "people_admin:assign_role": Rule(Obj.ROLE_ASSIGNMENT, Action.CREATE),
    "people_admin:end_role": Rule(Obj.ROLE_ASSIGNMENT, Action.UPDATE),
}
