"""The sentence behind each status, in Swedish."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.engine import explain
from competence.services.exemptions import grant_exemption
from competence.services.plan import adopt_plan_version, draft_from
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person
from tests.builders.competence import DAY, achieve, adopt, in_force, plan_of
from tests.builders.people import employ, make_person, make_unit, take_leave

pytestmark = pytest.mark.django_db


def sentences(person: Person, day: date = DAY, *, you: bool = True) -> list[str]:
    people = Person.objects.filter(pk=person.pk)
    return [explanation.sentence for explanation in explain(people, day, you=you)]


def teacher(starts_on: date) -> Person:
    person = make_person("P1", given_name="Sara")
    employment = employ(person, make_unit("U", name="Norrliden"), starts_on=starts_on)
    type(employment).objects.filter(pk=employment.pk).update(job_title="Förskollärare")
    return person


def test_pending_says_what_by_when_and_how_it_was_counted():
    adopt(plan_of({}))
    person = teacher(date(2026, 11, 2))
    draft = draft_from(in_force(), by=None)
    adopt_plan_version(version=draft, in_force_from=DAY, adopted_on=date(2026, 3, 12), by=None)
    assert sentences(person) == [
        "Du behöver Grund i Område OM1 senast 31 januari 2027, eftersom du är förskollärare på "
        "Norrliden och därför ingår i nyckelgruppen Grupp G (kompetensplan version 2, beslutad "
        "12 mars 2026); räknat 90 dagar från 2 november 2026."
    ]


def test_leave_that_was_not_counted_is_told():
    adopt(plan_of({}))
    person = teacher(date(2026, 9, 1))
    take_leave(person, date(2026, 9, 10), date(2026, 9, 19))
    assert sentences(person, you=False) == [
        "Sara behöver Grund i Område OM1 senast 10 december 2026, eftersom Sara är "
        "förskollärare på Norrliden och därför ingår i nyckelgruppen Grupp G (kompetensplan "
        "version 1); räknat 90 dagar från 1 september 2026, 10 dagar ledighet inte inräknade."
    ]


def test_achievement_that_decided_is_told_with_what_limits_it():
    adopt(plan_of({"renewal_months": 24}, {"area": "OM4"}))
    person = teacher(date(2020, 1, 1))
    achieve(person, on=date(2026, 1, 15))
    achieve(person, "OM4", 2, on=date(2026, 1, 15), valid_until=date(2026, 12, 31))
    assert sentences(person) == [
        "Du har Grund i Område OM1 till och med 14 januari 2028, eftersom du är förskollärare "
        "på Norrliden och därför ingår i nyckelgruppen Grupp G, medlem sedan 1 januari 2020 "
        "(kompetensplan version 1); Grund nåddes 15 januari 2026 (import) och gäller till och "
        "med 14 januari 2028, 24 månader från 15 januari 2026.",
        "Du har Grund i Område OM4 till och med 31 december 2026 och kan förnya nu, eftersom du "
        "är förskollärare på Norrliden och därför ingår i nyckelgruppen Grupp G, medlem sedan 1 "
        "januari 2020 (kompetensplan version 1); Fördjupning nåddes 15 januari 2026 (import) "
        "och gäller i sig till och med 31 december 2026.",
    ]


def test_exemption_and_leave_are_told():
    adopt(plan_of({}))
    person = teacher(date(2020, 1, 1))
    grant_exemption(
        person=person,
        area=CompetenceArea.objects.get(code="OM1"),
        level=TrainingLevel.objects.get(number=1),
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 12, 31),
        reason="Beslut",
        by=None,
    )
    because = (
        "eftersom du är förskollärare på Norrliden och därför ingår i nyckelgruppen Grupp G, "
        "medlem sedan 1 januari 2020 (kompetensplan version 1)"
    )
    assert sentences(person) == [
        f"Du är undantagen från kravet Grund i Område OM1, {because}; undantaget gäller "
        "1 november 2026 – 31 december 2026."
    ]
    take_leave(person, DAY)
    assert sentences(person) == [
        f"Kravet Grund i Område OM1 är pausat medan du är ledig, {because}."
    ]


def test_explaining_takes_as_many_queries_for_three_as_for_thirty():
    adopt(plan_of({}, {"area": "OM4"}))
    unit = make_unit("U")
    counts = []
    for number in (3, 27):
        for _ in range(number):
            person = make_person()
            employ(person, unit)
            achieve(person, on=date(2026, 1, 1))
        with CaptureQueriesContext(connection) as queries:
            explain(None, DAY)
        counts.append(len(queries))
    assert counts == [16, 16]
