"""The demo's partner organisations: one whose contact has a login, one beside it, and one that is
only in the directory. All people are invented."""

from __future__ import annotations

from datetime import date, timedelta

from courses.models import CoursePage, Enrolment
from courses.services.completing import complete_courses
from courses.services.enrolment import enrol_many
from courses.services.learning import remember_place
from courses.services.seats import set_quota
from lms.demo.accounts import ADMIN, give_account
from lms.demo.clock import DemoClock
from lms.people.models import PartnerOrganisation, Person, User
from lms.people.roles import Role
from lms.people.services.accounts import make_account
from lms.people.services.partners import add_organisation, open_membership
from lms.people.services.records import add_person
from lms.people.services.role_assignments import assign_role

_AGREED, _CHOSEN, _DONE, _BEGUN, _LAST = 90, 60, 45, 9, 2
_PERIOD = 365


def make_partners(today: date, clock: DemoClock) -> None:
    """As they came in the last three months."""
    agreed = today - timedelta(days=_AGREED)
    clock.set(agreed, 9)
    admin = User.objects.get(email=ADMIN)
    college = add_organisation(
        code="GYF",
        name="Lindvalla gymnasieförbund",
        kind="huvudman",
        contact_function="Rektorsexpeditionen",
        mailbox="expedition.gyf@example.se",
        starts_on=agreed,
        by=admin,
    )
    school = add_organisation(
        code="FRI",
        name="Friskolan Björkdungen",
        kind="huvudman",
        contact_function="Skolexpeditionen",
        mailbox="expedition.fri@example.se",
        starts_on=agreed,
        by=admin,
    )
    add_organisation(
        code="SAPO",
        name="Säkerhetspolisen",
        kind="polis",
        contact_function="Kontakt tas av kommunens säkerhetssamordnare",
        takes_guests=False,
        starts_on=agreed,
        by=admin,
    )
    contact = _person("G-001", "Ulrika", "Rosén", "partner@example.se", admin)
    give_account("partner", contact, agreed, admin)
    _belongs(contact, college, agreed, admin, sees_own=True)
    names = (("Jonas", "Hallberg"), ("Samira", "Nordin"), ("Tove", "Sandström"))
    guests = [
        _guest(f"G-{number:03}", *name, college, agreed, admin)
        for number, name in enumerate(names, 2)
    ]
    _guest("G-005", "Erik", "Malm", school, agreed, admin)
    courses = {page.code: page for page in CoursePage.objects.filter(code__in=["K1", "K3"])}
    for code, organisation, seats in (("K3", college, 5), ("K1", college, 2), ("K3", school, 1)):
        set_quota(
            course=courses[code],
            organisation=organisation,
            seats=seats,
            starts_on=agreed,
            ends_on=agreed + timedelta(days=_PERIOD),
            by=admin,
        )
    _learn(courses["K3"], contact, guests, today, clock)


def _person(person_id: str, given: str, family: str, email: str, admin: User) -> Person:
    return add_person(
        person_id=person_id, given_name=given, family_name=family, email=email, by=admin
    )


def _belongs(
    person: Person,
    organisation: PartnerOrganisation,
    day: date,
    admin: User,
    *,
    sees_own: bool = False,
) -> None:
    open_membership(
        person=person, organisation=organisation, sees_own=sees_own, starts_on=day, by=admin
    )


def _guest(
    person_id: str,
    given: str,
    family: str,
    organisation: PartnerOrganisation,
    day: date,
    admin: User,
) -> Person:
    email = f"{person_id.lower()}@example.se"
    person = _person(person_id, given, family, email, admin)
    user = make_account(person=person, email=email, by=admin)
    assign_role(user=user, role=Role.PARTNER, starts_on=day, by=admin, day=day)
    _belongs(person, organisation, day, admin)
    return person


def _learn(
    course: CoursePage, contact: Person, guests: list[Person], today: date, clock: DemoClock
) -> None:
    """One has completed, one has begun, one has a seat since the day before yesterday."""

    def give(person: Person, days_ago: int) -> list[Enrolment]:
        at = clock.set(today - timedelta(days=days_ago), 10)
        by = contact.user
        return enrol_many(
            people=[person], course=course, origin=Enrolment.Origin.PARTNER, by=by, at=at
        )

    done = give(guests[0], _CHOSEN)
    complete_courses(enrolments=done, at=clock.set(today - timedelta(days=_DONE), 14))
    for enrolment in give(guests[1], _BEGUN):
        remember_place(
            enrolment=enrolment,
            lesson_key=enrolment.version.lessons[0]["key"],
            block_key="",
            at=clock.set(today - timedelta(days=_BEGUN - 1), 13),
        )
    give(guests[2], _LAST)
