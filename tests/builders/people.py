"""People and organisations for tests, made by the services."""

from __future__ import annotations

import io
from datetime import date
from itertools import count

from lms.people.models import Delegation, Employment, Leave, Person, RoleAssignment, Unit, User
from lms.people.roles import Role
from lms.people.services import accounts, delegations, hr_import, records, role_assignments

MONDAY = date(2026, 11, 23)
"""The day on which the stories of these tests take place."""

PASSWORD = "en-lang-ramsa-att-minnas"
_numbers = count(1)

UNITS_HEAD = "code,name,parent_code,kind"
STAFF_HEAD = (
    "person_id,given_name,family_name,email,unit_code,job_code,job_title,is_manager,"
    "starts_on,ends_on"
)
LEAVE_HEAD = "person_id,starts_on,ends_on"


def make_unit(code: str, parent: Unit | None = None, name: str = "") -> Unit:
    unit = records.add_unit(code=code, name=name or f"Enhet {code}", parent=parent, by=None)
    if parent is not None:
        parent.refresh_from_db()
    return unit


def make_person(
    person_id: str = "", given_name: str = "Åsa", family_name: str = "Öst", email: str | None = None
) -> Person:
    person_id = person_id or f"T{next(_numbers):05d}"
    address = f"{person_id.lower()}@example.se" if email is None else email
    return records.add_person(
        person_id=person_id,
        given_name=given_name,
        family_name=family_name,
        email=address,
        by=None,
    )


def employ(
    person: Person,
    unit: Unit,
    job_code: str = "LAR",
    *,
    starts_on: date = date(2020, 1, 1),
    ends_on: date | None = None,
    is_manager: bool = False,
    form: str = "",
) -> Employment:
    return records.add_employment(
        person=person,
        unit=unit,
        job_code=job_code,
        job_title=job_code.title(),
        is_manager=is_manager,
        form=form,
        starts_on=starts_on,
        ends_on=ends_on,
        by=None,
    )


def take_leave(person: Person, starts_on: date, ends_on: date | None = None) -> Leave:
    return records.add_leave(person=person, starts_on=starts_on, ends_on=ends_on, by=None)


def make_account(person: Person | None = None, email: str = "", password: str = PASSWORD) -> User:
    """An account that can sign in."""
    address = email or (person.email if person else "") or f"konto{next(_numbers)}@example.se"
    user = accounts.make_account(person=person, email=address, by=None)
    user.set_password(password)
    user.save()
    return user


def give_role(
    user: User, role: Role, unit: Unit | None = None, starts_on: date = date(2020, 1, 1)
) -> RoleAssignment:
    return role_assignments.assign_role(
        user=user, role=role, unit=unit, starts_on=starts_on, by=None, day=MONDAY
    )


def account_with(role: Role, unit: Unit | None = None) -> User:
    """An account of a person without a post, with one role."""
    user = make_account(make_person())
    give_role(user, role, unit)
    return user


def make_manager(unit: Unit, person_id: str = "") -> User:
    person = make_person(person_id)
    employ(person, unit, "CHEF", is_manager=True)
    return make_account(person)


def let_act(
    giver: User,
    deputy: Person,
    unit: Unit,
    starts_on: date = MONDAY,
    ends_on: date = date(2026, 12, 31),
) -> Delegation:
    """Let `deputy` act for `unit`; given on its first day."""
    return delegations.delegate(
        giver=giver,
        deputy=deputy,
        unit=unit,
        starts_on=starts_on,
        ends_on=ends_on,
        reason="Semester",
        day=starts_on,
    )


def read_files(
    units: str, staff: str, leave: str | None = None, *, form: bool = False
) -> hr_import.Organisation:
    """Files from the lines below their headers."""

    def file(head: str, body: str) -> io.BytesIO:
        return io.BytesIO(f"{head}\n{body.strip()}\n".encode())

    return hr_import.read_organisation(
        file(UNITS_HEAD, units),
        file(STAFF_HEAD + (",form" if form else ""), staff),
        None if leave is None else file(LEAVE_HEAD, leave),
        names=("units.csv", "staff.csv", "leave.csv"),
    )


def import_files(
    units: str, staff: str, leave: str | None = None, *, as_of: date = MONDAY, force: bool = False
) -> hr_import.ImportPlan:
    _run, plan = hr_import.apply_import(
        read_files(units, staff, leave), as_of=as_of, by=None, force=force
    )
    return plan
