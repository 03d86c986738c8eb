"""Every fact that can change somebody's status is in the ledger when it is written, ended or
moved: who, when, before and after, in codes and days that can be read without the tables."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import models

from competence.models import Achievement, Exemption, KeyPersonAssignment, PlanVersion, RenewalOrder
from competence.services.corrections import correct_name, revoke_achievement
from competence.services.exemptions import grant_exemption, withdraw_exemption
from competence.services.fact_files import import_achievements, import_exemptions
from competence.services.namings import end_naming, name_key_person
from competence.services.plan import adopt_plan_version, draft_from
from competence.services.renewals import order_renewal
from courses.models import Certificate, Completion, Confirmation, Enrolment, SignOff
from courses.services.completing import confirm, sign_off
from courses.services.enrolment import withdraw
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import (
    Employment,
    Leave,
    Person,
    RoleAssignment,
    Unit,
    User,
)
from lms.people.roles import Role
from lms.people.services import accounts, merge, records, role_assignments
from lms.people.services.hr_import.undoing import last_import, undo_import
from tests.builders.competence import DAY, achieve, adopt, group, in_force, plan_of
from tests.builders.courses import (
    CONFIRM,
    LESSONS,
    NOON,
    SIGN_OFF,
    complete,
    enrol,
    publish_asking,
    publish_course,
    take_all,
)
from tests.builders.people import account_with, employ, import_files, make_person, make_unit

pytestmark = pytest.mark.django_db

FACTS: dict[type[models.Model], set[str]] = {
    Achievement: set(),
    Exemption: set(),
    KeyPersonAssignment: set(),
    RenewalOrder: set(),
    PlanVersion: set(),
    Completion: set(),
    Certificate: set(),
    Confirmation: set(),
    SignOff: set(),
    Enrolment: {"place_lesson", "place_block", "place_at", "completed_at"},
    Employment: set(),
    Leave: set(),
    Person: {"email"},
    Unit: {"tree_left", "tree_right", "depth"},
    User: {"password", "last_login", "language"},
    RoleAssignment: set(),
}
"""The facts, with the columns that say nothing about a status."""

NO_FACTS = {
    # Follow from what is in the ledger, or are nobody's status.
    *("people.Invitation", "people.Person", "people.User"),
    *("notifications.Notice", "notifications.Delivery", "notifications.LastReminder"),
    *("courses.WhatsNewReading", "courses.LessonReport", "courses.ExpertQuestion"),
}


def _rows() -> dict[tuple[str, int], dict[str, Any]]:
    return {
        (model._meta.label_lower, row["id"]): {
            name: value for name, value in row.items() if name not in silent
        }
        for model, silent in FACTS.items()
        for row in model._default_manager.values()
    }


@contextmanager
def in_the_ledger(by: User | None) -> Iterator[None]:
    """Whatever fact is written, changed or removed inside has an entry that says so."""
    before, last = _rows(), AuditEvent.objects.values_list("pk", flat=True).first() or 0
    yield
    after = _rows()
    events = list(AuditEvent.objects.filter(pk__gt=last))
    about: dict[tuple[str, int], list[AuditEvent]] = {}
    for event in events:
        about.setdefault((event.object_type, int(event.object_id)), []).append(event)
    codes = {event.after.get("certificate") for event in events}
    touched = {key for key in before | after if before.get(key) != after.get(key)}
    assert touched
    for key in touched:
        if key[0] == "courses.certificate" and after[key]["code"] in codes:
            continue
        said = about.get(key, [])
        assert said, f"no entry about {key}: {before.get(key)} → {after.get(key)}"
        assert any(event.after or event.before for event in said), said
        if key in before:
            assert any(event.before for event in said), said
    assert by is None or any(event.by_id == by.pk for event in events)
    for event in events:
        _is_readable(event)


def _is_readable(event: AuditEvent) -> None:
    """Codes, not keys: an area, a level, a group, a unit or a person by what they are called."""
    codes = {
        "area": set(CompetenceArea.objects.values_list("code", flat=True)),
        "level": {None, *TrainingLevel.objects.values_list("number", flat=True)},
        "unit": {None, *Unit.objects.values_list("code", flat=True)},
        "person": set(Person.objects.values_list("person_id", flat=True)),
    }
    for values in (event.before, event.after):
        for name, value in values.items():
            assert not name.endswith("_id") or name == "person_id", (event, values)
            if name in codes and not event.action.endswith("_import_undone"):
                assert value in codes[name], (event, values)
            if name.endswith("_on"):
                assert value is None or date.fromisoformat(value), (event, values)


def test_what_competence_decides():
    adopt(plan_of({"area": "OM1"}))
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)
    officer, person = account_with(Role.COORDINATOR), make_person("P1")
    with in_the_ledger(officer):
        exemption = grant_exemption(
            person=person, area=area, level=level, starts_on=DAY, ends_on=None,
            reason="Har utbildningen sedan tidigare", by=officer,
        )  # fmt: skip
    with in_the_ledger(officer):
        withdraw_exemption(exemption=exemption, on=date(2027, 1, 1), by=officer, reason="Fel")
    with in_the_ledger(officer):
        naming = name_key_person(
            key_group=group(), person=person, starts_on=DAY, motive="Ny uppgift", by=officer
        )
    with in_the_ledger(officer):
        end_naming(naming=naming, ends_on=date(2026, 12, 1), by=officer)
    with in_the_ledger(officer):
        order_renewal(
            area=area, level=level, achieved_before=DAY, last_valid_day=DAY, decided_on=DAY,
            reason="Ny lag", by=officer,
        )  # fmt: skip
    with in_the_ledger(officer):
        draft = draft_from(in_force(), by=officer)
    with in_the_ledger(officer):
        adopt_plan_version(version=draft, in_force_from=DAY, adopted_on=DAY, by=officer)
    with in_the_ledger(officer):
        import_exemptions(
            source=io.BytesIO(
                b"person_id,area,level,starts_on,ends_on,reason\nP1,OM4,1,2026-01-01,,Beslut"
            ),
            by=officer,
        )
    with in_the_ledger(None):
        achievement = achieve(person, "OM1", on=date(2026, 1, 1))
    with in_the_ledger(officer):
        revoke_achievement(achievement=achievement, on=DAY, reason="Fel person", by=officer)
    achieve(person, "OM4", on=date(2026, 1, 1))
    with in_the_ledger(officer):
        import_achievements(
            source=io.BytesIO(
                b"person_id,area,level,achieved_on,revoked_on,source\n"
                b"P1,OM4,1,2026-01-01,2026-02-01,import"
            ),
            name="achievements.csv",
            by=officer,
        )


def test_what_a_course_gives_and_what_is_taken_back():
    adopt(plan_of({"area": "OM1"}))
    officer, person = account_with(Role.COORDINATOR), make_person("P1")
    version = publish_course(gives=(("OM1", 1, 12),))
    with in_the_ledger(None):
        enrolment = complete(person, version)
    certificate = enrolment.completion.certificates.get()
    Person.objects.filter(pk=person.pk).update(family_name="Ny")
    certificate.person.refresh_from_db()
    with in_the_ledger(officer):
        correct_name(certificate=certificate, reason="Bytt namn", by=officer)
    with in_the_ledger(officer):
        revoke_achievement(
            achievement=Achievement.objects.get(person=person),
            on=DAY,
            reason="Fel person",
            by=officer,
        )
    other = enrol(make_person("P2"), version)
    with in_the_ledger(officer):
        withdraw(enrolment=other, by=officer, at=NOON)


def test_what_is_confirmed():
    adopt(plan_of({"area": "OM1"}))
    officer = account_with(Role.COORDINATOR)
    version = publish_asking(("all", None, [LESSONS, CONFIRM, SIGN_OFF]))
    enrolment = enrol(make_person("P1"), version)
    take_all(enrolment)
    wanted = {
        item["kind"]: item["key"] for conditions in version.criteria for item in conditions["items"]
    }
    with in_the_ledger(None):
        confirm(enrolment=enrolment, item_key=wanted["confirm"], at=NOON)
    with in_the_ledger(officer):
        sign_off(
            enrolments=[enrolment], item_key=wanted["signoff"], done_on=DAY, by=officer, at=NOON
        )


def test_what_the_register_says():
    officer = account_with(Role.SYSTEM_ADMIN)
    with in_the_ledger(officer):
        unit = records.add_unit(code="K", name="Kommunen", by=officer)
    with in_the_ledger(officer):
        person = records.add_person(person_id="P1", given_name="Eva", by=officer)
    with in_the_ledger(officer):
        post = records.add_employment(
            person=person, unit=unit, job_code="LARARE", starts_on=DAY, by=officer
        )
    with in_the_ledger(officer):
        records.end_employment(employment=post, on=date(2026, 12, 1), by=officer)
    later = records.add_employment(
        person=person, unit=unit, job_code="REKTOR", starts_on=DAY, by=officer
    )
    with in_the_ledger(officer):
        records.end_employment(employment=later, on=date(2026, 1, 1), by=officer)
    with in_the_ledger(officer):
        records.add_leave(person=person, starts_on=DAY, by=officer)
    with in_the_ledger(officer):
        user = accounts.make_account(person=person, email="eva@example.se", by=officer)
    with in_the_ledger(officer):
        role = role_assignments.assign_role(
            user=user, role=Role.AUDITOR, starts_on=DAY, by=officer, reason="Revision 2026"
        )
    with in_the_ledger(officer):
        role_assignments.end_role(assignment=role, on=date(2026, 12, 1), by=officer)
    with in_the_ledger(officer):
        accounts.close_account(user=user, by=officer, reason="Slutat")
    with in_the_ledger(officer):
        accounts.reopen_account(user=user, by=officer, reason="Tillbaka")


def test_what_an_import_from_hr_writes_and_what_its_undoing_takes_back():
    with in_the_ledger(None):
        import_files(
            "K,Kommunen,,",
            "P1,Eva,Ek,,K,LARARE,Lärare,0,2020-01-01,",
            "P1,2026-03-01,2026-04-01",
        )
    officer = account_with(Role.HR_IMPORT)
    person = Person.objects.get(person_id="P1")
    with in_the_ledger(officer):
        undo_import(run=last_import(), by=officer)
    undone = AuditEvent.objects.filter(action="employment_import_undone")
    assert list(undone.values_list("person_key", flat=True)) == [person.pk]


def test_what_follows_a_person_into_another_record():
    adopt(plan_of({"area": "OM1"}))
    officer, unit = account_with(Role.SYSTEM_ADMIN), make_unit("K")
    kept, goes = make_person("P1"), make_person("P2")
    employ(kept, unit, starts_on=date(2020, 1, 1), ends_on=date(2024, 1, 1))
    employ(goes, unit, starts_on=date(2020, 1, 1))
    employ(goes, unit, job_code="REKTOR")
    records.add_leave(person=goes, starts_on=DAY, by=None)
    achieve(goes, "OM4", on=date(2026, 1, 1))
    complete(goes, publish_course(gives=(("OM1", 1, 12),)))
    name_key_person(key_group=group(), person=goes, starts_on=DAY, by=None)
    with in_the_ledger(officer):
        merge.merge_people(survivor=kept, loser=goes, by=officer, reason="Samma person")


def test_every_kind_of_row_about_a_person_is_a_fact_in_the_ledger_or_said_not_to_be():
    about = {
        relation.related_model
        for relation in Person._meta.related_objects
        if not relation.many_to_many
    }
    unknown = {
        model._meta.label
        for model in about
        if model not in FACTS and model._meta.label not in NO_FACTS
    }
    assert unknown == set(), "Is it a fact? Then its services write to the ledger."


ROOT = Path(__file__).resolve().parents[2]


def test_the_services_that_change_a_status_write_to_the_ledger_themselves():
    """Whoever makes or changes a fact records it in the same module, or lets a neighbour do so."""
    names = "|".join(model.__name__ for model in FACTS if model not in (User, Unit, Person))
    writes = re.compile(rf"\b({names})\.objects\.(bulk_create|create|bulk_update|get_or_create)\(")
    records_it = re.compile(r"\b(record|record_many|ledger\.note)\(")
    silent = [
        str(path.relative_to(ROOT))
        for app in ("lms/people", "competence", "courses")
        for path in sorted((ROOT / app).rglob("services/**/*.py"))
        if writes.search(path.read_text()) and not records_it.search(path.read_text())
    ]
    assert silent == []
