"""People, units, employments and leave entered by hand: what HR's file does not carry (elected
representatives, partners' guests, a person named before HR knows them)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from lms.audit.services import record
from lms.people.models import Employment, Leave, Person, Unit, User
from lms.people.services.locking import lock_person
from lms.people.services.tree import rebuild_tree


@transaction.atomic
def add_unit(
    *, code: str, name: str, parent: Unit | None = None, kind: str = "", by: User | None
) -> Unit:
    unit = Unit(code=code, name=name, parent=parent, kind=kind)
    unit.full_clean()
    unit.save()
    rebuild_tree()
    unit.refresh_from_db()
    after = {"code": code, "name": name, "parent": parent.code if parent else None}
    record("unit_created", unit, by=by, after=after)
    return unit


@transaction.atomic
def add_person(
    *,
    person_id: str,
    given_name: str = "",
    family_name: str = "",
    email: str = "",
    by: User | None,
) -> Person:
    person = Person(
        person_id=person_id, given_name=given_name, family_name=family_name, email=email.lower()
    )
    person.full_clean()
    person.save()
    record("person_created", person, by=by, person=person, after={"person_id": person_id})
    return person


@transaction.atomic
def add_employment(
    *,
    person: Person,
    unit: Unit,
    job_code: str,
    job_title: str = "",
    is_manager: bool = False,
    form: str = "",
    starts_on: date,
    ends_on: date | None = None,
    by: User | None,
) -> Employment:
    person = lock_person(person)
    employment = Employment(
        person=person,
        unit=unit,
        job_code=job_code,
        job_title=job_title,
        is_manager=is_manager,
        form=form,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    employment.full_clean()
    employment.save()
    record(
        "employment_created",
        employment,
        by=by,
        person=person,
        after={
            "unit": unit.code,
            "job_code": job_code,
            "is_manager": is_manager,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat() if ends_on else None,
        },
    )
    return employment


@transaction.atomic
def end_employment(*, employment: Employment, on: date, by: User | None) -> Employment:
    """Set the last day. One that has not begun by then is withdrawn."""
    before = employment.ends_on.isoformat() if employment.ends_on else None
    if on < employment.starts_on:
        employment.withdrawn_at = timezone.now()
        employment.save(update_fields=["withdrawn_at"])
        record(
            "employment_withdrawn",
            employment,
            by=by,
            person=employment.person,
            before={**_post(employment), "withdrawn": False},
            after={**_post(employment), "withdrawn": True},
        )
        return employment
    employment.ends_on = on
    employment.save(update_fields=["ends_on"])
    record(
        "employment_ended",
        employment,
        by=by,
        person=employment.person,
        before={**_post(employment), "ends_on": before},
        after={**_post(employment), "ends_on": on.isoformat()},
    )
    return employment


def _post(employment: Employment) -> dict[str, str]:
    """Which post an entry is about, in both its before and its after."""
    return {
        "unit": employment.unit.code,
        "job_code": employment.job_code,
        "starts_on": employment.starts_on.isoformat(),
    }


@transaction.atomic
def add_leave(
    *, person: Person, starts_on: date, ends_on: date | None = None, by: User | None
) -> Leave:
    person = lock_person(person)
    leave = Leave(person=person, starts_on=starts_on, ends_on=ends_on)
    leave.full_clean()
    leave.save()
    after = {"starts_on": starts_on.isoformat(), "ends_on": ends_on and ends_on.isoformat()}
    record("leave_created", leave, by=by, person=person, after=after)
    return leave
