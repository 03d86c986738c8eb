"""Decisions and what follows from them, as the services write them."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.engine import gap_rows
from competence.models import PlanVersion
from competence.services.awards import valid_until
from competence.services.exemptions import ExemptionError, grant_exemption, withdraw_exemption
from competence.services.framework_export import export_framework
from competence.services.namings import NamingError, end_naming, name_key_person
from competence.services.plan import PlanError, adopt_plan_version, draft_from
from competence.services.renewals import RenewalOrderError, order_renewal
from competence.supply import requirements_without_supply
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders.competence import DAY, achieve, adopt, group, in_force, plan_of
from tests.builders.people import account_with, employ, make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    adopt(plan_of({}))
    person = make_person("P1")
    employ(person, make_unit("U"), starts_on=date(2026, 1, 1))
    return person


def status(person: Person, day: date = DAY) -> list[str]:
    return [row.status.value for row in gap_rows(Person.objects.filter(pk=person.pk), day)]


def area() -> CompetenceArea:
    return CompetenceArea.objects.get(code="OM1")


def level(number: int = 1) -> TrainingLevel:
    return TrainingLevel.objects.get(number=number)


def test_exemption_covers_until_it_is_withdrawn(person: Person):
    exemption = grant_exemption(
        person=person,
        area=area(),
        level=level(),
        starts_on=date(2026, 10, 1),
        ends_on=None,
        reason="Likvärdig utbildning",
        by=None,
    )
    assert status(person) == ["exempt"]
    withdraw_exemption(exemption=exemption, on=DAY, by=None)
    assert status(person) == ["overdue"]
    assert status(person, date(2026, 11, 22)) == ["exempt"]
    assert list(AuditEvent.objects.order_by("-pk").values_list("action", flat=True)[:2]) == [
        "exemption.withdrawn",
        "exemption.granted",
    ]
    with pytest.raises(ExemptionError):
        withdraw_exemption(exemption=exemption, on=DAY, by=None)


def test_exemption_withdrawn_before_it_began_never_counts_and_can_be_granted_again(
    person: Person,
):
    facts = {
        "person": person,
        "area": area(),
        "level": level(),
        "starts_on": date(2026, 12, 1),
        "ends_on": date(2026, 12, 31),
        "reason": "Beslut",
        "by": None,
    }
    withdraw_exemption(exemption=grant_exemption(**facts), on=DAY, by=None)
    assert status(person, date(2026, 12, 5)) == ["overdue"]
    grant_exemption(**facts)
    assert status(person, date(2026, 12, 5)) == ["exempt"]
    with pytest.raises(ExemptionError):
        grant_exemption(**facts)


def test_exemption_needs_a_reason_without_personal_data(person: Person):
    facts = {
        "person": person,
        "area": area(),
        "level": level(),
        "starts_on": DAY,
        "ends_on": None,
        "by": None,
    }
    with pytest.raises(ExemptionError):
        grant_exemption(**facts, reason=" ")
    with pytest.raises(ValidationError):
        grant_exemption(**facts, reason="Ring 070-123 45 67")


def test_key_person_is_a_member_while_named(person: Person):
    adopt(plan_of({}, rules={"G": []}))
    assert status(person) == []
    naming = name_key_person(key_group=group(), person=person, starts_on=DAY, by=None)
    assert status(person) == ["pending"]
    with pytest.raises(NamingError):
        name_key_person(key_group=group(), person=person, starts_on=date(2027, 1, 1), by=None)
    end_naming(naming=naming, ends_on=date(2026, 11, 30), by=None)
    assert status(person, date(2026, 11, 30)) == ["pending"]
    assert status(person, date(2026, 12, 1)) == []


def test_naming_that_would_end_before_it_began_is_taken_back(person: Person):
    adopt(plan_of({}, rules={"G": []}))
    naming = name_key_person(key_group=group(), person=person, starts_on=DAY, by=None)
    end_naming(naming=naming, ends_on=date(2026, 11, 1), by=None)
    assert status(person) == []
    name_key_person(key_group=group(), person=person, starts_on=DAY, by=None)
    assert status(person) == ["pending"]


def test_renewal_order_reopens_what_was_achieved_before_it(person: Person):
    achieve(person, on=date(2026, 2, 1))
    assert status(person) == ["met"]
    facts = {
        "area": area(),
        "level": None,
        "achieved_before": date(2026, 6, 1),
        "last_valid_day": date(2026, 11, 1),
        "decided_on": date(2026, 10, 1),
        "reason": "Ändrad lag",
        "by": None,
    }
    order_renewal(**facts)
    assert status(person) == ["expired"]
    assert status(person, date(2026, 9, 30)) == ["met"]
    with pytest.raises(RenewalOrderError):
        order_renewal(**facts)


def test_adopted_version_is_in_force_from_its_day_and_never_changes(person: Person):
    first = in_force()
    draft = draft_from(first, by=None)
    draft.requirements.update(grace_days=5000)
    adopt_plan_version(
        version=draft,
        in_force_from=DAY,
        adopted_on=date(2026, 11, 1),
        adopted_by="Kommunstyrelsen",
        by=None,
    )
    assert status(person, date(2026, 11, 22)) == ["overdue"]
    assert status(person) == ["pending"]
    with pytest.raises(PlanError):
        adopt_plan_version(version=first, in_force_from=DAY, adopted_on=None, by=None)


def test_draft_with_overlapping_requirements_is_not_adopted(person: Person):
    draft = draft_from(in_force(), by=None)
    row = draft.requirements.get()
    row.pk, row.effective_from = None, date(2025, 1, 1)
    row.save()
    with pytest.raises(PlanError):
        adopt_plan_version(version=draft, in_force_from=DAY, adopted_on=None, by=None)
    assert PlanVersion.objects.get(pk=draft.pk).status == PlanVersion.Status.DRAFT


@pytest.mark.parametrize(
    ("completed_on", "months", "last"),
    [
        (date(2026, 11, 23), 36, date(2029, 11, 22)),
        (date(2028, 2, 29), 12, date(2029, 2, 27)),
        (date(2026, 11, 23), None, None),
    ],
)
def test_what_a_course_gives_is_valid_to_the_day_before_the_same_day(
    completed_on: date, months: int | None, last: date | None
):
    assert valid_until(completed_on, months) == last


def test_level_that_no_course_gives_is_listed_with_the_groups_that_need_it(person: Person):
    adopt(plan_of({}, {"area": "OM4", "level": 3, "kind": "recommended"}))
    assert [
        (row.area, row.level, row.mandatory, row.key_groups)
        for row in requirements_without_supply(DAY)
    ] == [("OM1", 1, True, ("Grupp G",)), ("OM4", 3, False, ("Grupp G",))]


def test_engine_asks_as_many_questions_for_three_as_for_three_hundred(person: Person):
    unit = make_unit("V")
    for _ in range(3):
        employ(make_person(), unit)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as few:
            gap_rows(Person.objects.in_units([unit], DAY), DAY)
        with CaptureQueriesContext(connection) as everybody:
            gap_rows(None, DAY)
        counts.append((len(few), len(everybody)))
        if len(counts) == 1:
            for _ in range(300):
                employ(make_person(), unit)
    assert counts == [(12, 12), (12, 12)]


def test_who_is_left_out_stays_left_out_when_the_record_is_merged_into_another(person: Person):
    plan = plan_of({})
    plan["key_groups"][0]["exclude"] = ["P1"]
    adopt(plan)
    other = make_person("P2")
    employ(other, make_unit("V"), starts_on=date(2026, 1, 1))
    assert (status(person), status(other)) == ([], ["overdue"])
    merge_people(survivor=other, loser=person, by=account_with(Role.HR_IMPORT))
    assert status(other) == []
    # The same file again is the same plan; a draft and an export name the one who stands.
    assert adopt(plan).plan_version is None
    assert [p.pk for p in draft_from(in_force(), by=None).definitions.get().excluded.all()] == [
        other.pk
    ]
    assert "P2" in export_framework(as_of=DAY)
