"""Who may do what: objects × roles, as one table. `lms.people.access` asks it; permissions,
addresses and tests all read it; nothing else grants anything.

A role reaches the unit it was given for and everything below it. It gets the least that its work
needs: a role that is not in an object's row may do nothing with it. The coordinator sees figures
with small groups left out, not how far a named person has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from lms.people.roles import Role


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
    ORGANISATION = "organisation"  # the partner organisation one is the contact of
    OWN_COURSE = "own_course"  # courses and sessions one is responsible for
    ASSIGNED = "assigned"  # what has been assigned to one
    AGGREGATE = "aggregate"  # figures, small groups suppressed; never a named record


class Obj(StrEnum):
    # What the work is about.
    ARENA_PAGE = "arena_page"
    PUBLIC_PAGE = "public_page"
    COURSE = "course"
    SESSION = "session"
    ATTEMPT = "attempt"
    COMPLETION = "completion"
    NEEDS_ASSESSMENT = "needs_assessment"
    REQUIREMENT = "requirement"  # with key groups, plans, areas and levels
    CONSULTATION = "consultation"  # on a version of a plan: the proposal and what is said of it
    SUPPORT_REQUEST = "support_request"
    REPORT = "report"
    # What it needs.
    GAP = "gap"  # the status of a named person
    # The status of one named person on a day, opened for a case: with a reason, and logged.
    CASE = "case"
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
    PARTNER_ORGANISATION = "partner_organisation"  # with who belongs to it and its seats
    # What a partner organisation's own people do in the courses shared with it: that they have a
    # seat, have begun, have completed. Never a gap, a requirement or an answer.
    SHARED_COURSE = "shared_course"
    HR_IMPORT = "hr_import"
    ANOMALY = "anomaly"
    ACCOUNT = "account"  # invitations, activation, deactivation, merging
    ROLE_ASSIGNMENT = "role_assignment"
    DELEGATION = "delegation"  # letting somebody act as manager in one's place
    VIEW_AS = "view_as"  # seeing the team pages as a manager sees them
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
    # A manager may leave a form to a colleague: until a day, and that form alone.
    Obj.NEEDS_ASSESSMENT: {
        Role.LEARNER: (_grant("RU", Scope.ASSIGNED),),
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
    # Whoever answers for a unit gives its view (C); the coordinator sends out, registers what comes
    # from outside and says how each view was met (U), and gives none.
    Obj.CONSULTATION: {
        Role.MANAGER: (_grant("CR", Scope.SUB),),
        Role.UNIT_CONTACT: (_grant("CR", Scope.SUB),),
        Role.COORDINATOR: (_grant("RU"),),
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
    # Read (R) is to look at the day of the case, decide (A) to weigh what another post would ask.
    Obj.CASE: {
        Role.COORDINATOR: (_grant("RA"),),
        Role.AUDITOR: _R,
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
    # The coordinator decides who belongs where and how many seats there are, and so sees those
    # names, but not how far any of them has come.
    Obj.PARTNER_ORGANISATION: {
        Role.PARTNER_CONTACT: (_grant("R", Scope.ORGANISATION),),
        Role.COORDINATOR: _CRU,
        Role.AUDITOR: _R,
    },
    Obj.SHARED_COURSE: {
        Role.PARTNER_CONTACT: (_grant("CRU", Scope.ORGANISATION),),
        Role.COORDINATOR: _AGG,
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
    # A deputy is a manager here too, and reads what was received; the service lets nobody give on
    # what is not theirs by a post.
    Obj.DELEGATION: {
        Role.MANAGER: (_grant("CRU", Scope.SUB),),
    },
    # For half an hour, with a reason, in the ledger, and the manager is told.
    Obj.VIEW_AS: {
        Role.COORDINATOR: (_grant("C"),),
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
