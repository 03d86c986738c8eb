"""Partner organisations for tests, made by the services."""

from __future__ import annotations

from datetime import date

from courses.models import CourseVersion, SeatQuota
from courses.services.seats import set_quota
from lms.people.models import PartnerMembership, PartnerOrganisation, Person, User
from lms.people.roles import Role
from lms.people.services import partners
from tests.builders.people import give_role, make_account, make_person


def make_organisation(code: str = "GYF", **facts: object) -> PartnerOrganisation:
    given: dict = {
        "name": f"Organisation {code}",
        "contact_function": "Expeditionen",
        "mailbox": f"{code.lower()}@example.se",
        "starts_on": date(2020, 1, 1),
        "by": None,
    }
    return partners.add_organisation(code=code, **(given | facts))


def join(
    person: Person,
    organisation: PartnerOrganisation,
    *,
    sees_own: bool = False,
    starts_on: date = date(2026, 1, 1),
    ends_on: date | None = None,
) -> PartnerMembership:
    return partners.open_membership(
        person=person,
        organisation=organisation,
        sees_own=sees_own,
        starts_on=starts_on,
        ends_on=ends_on,
        by=None,
    )


def make_guest(
    organisation: PartnerOrganisation | None = None, person_id: str = "", **names: str
) -> User:
    """The account of a partner's guest, who belongs to `organisation` where one is given."""
    user = make_account(make_person(person_id, **names))
    give_role(user, Role.PARTNER)
    if organisation is not None:
        join(user.person, organisation)
    return user


def make_contact(organisation: PartnerOrganisation, person_id: str = "") -> User:
    user = make_guest(person_id=person_id)
    join(user.person, organisation, sees_own=True)
    return user


def share(
    version: CourseVersion,
    organisation: PartnerOrganisation,
    seats: int = 2,
    *,
    starts_on: date = date(2026, 1, 1),
    ends_on: date = date(2026, 12, 31),
) -> SeatQuota:
    return set_quota(
        course=version.course,
        organisation=organisation,
        seats=seats,
        starts_on=starts_on,
        ends_on=ends_on,
        by=None,
    )
