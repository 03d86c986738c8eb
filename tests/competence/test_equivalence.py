"""What outside courses give by rules, and facts taken back as mistakes."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from competence.engine import gap_rows
from competence.models import Achievement, EquivalenceRule, OutsideCourse, OutsideRecord
from competence.services import equivalence
from competence.services.equivalence import give_by_rules
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person
from tests.builders.competence import DAY, achieve, adopt, plan_of
from tests.builders.people import employ, make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    adopt(plan_of({}))
    person = make_person("P1")
    employ(person, make_unit("U"), starts_on=date(2026, 1, 1))
    return person


def rule(course: OutsideCourse, number: int = 12, **said: object) -> EquivalenceRule:
    usual: dict[str, object] = {
        "completed_from": date(2024, 1, 1),
        "completed_until": date(2026, 6, 30),
        "validity_months": 36,
        "decided_on": DAY,
        "reason": "Samma mål",
        "area": CompetenceArea.objects.get(code="OM1"),
        "level": TrainingLevel.objects.get(number=1),
    }
    return EquivalenceRule.objects.create(number=number, outside_course=course, **(usual | said))


def course(name: str = "Grundutbildning om våldsbejakande extremism") -> OutsideCourse:
    return OutsideCourse.objects.create(name=name, provider="CVE")


def took(person: Person, course: OutsideCourse, on: date, until: date | None = None):
    return OutsideRecord.objects.create(
        person=person, outside_course=course, completed_on=on, valid_until=until
    )


def statuses(person: Person, day: date = DAY) -> list[str]:
    return [row.status.value for row in gap_rows(Person.objects.filter(pk=person.pk), day)]


@pytest.mark.parametrize(
    ("completed_on", "given"),
    [
        (date(2023, 12, 31), False),
        (date(2024, 1, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_rule_gives_for_courses_completed_within_its_days(
    person: Person, completed_on: date, given: bool
):
    outside = course()
    rule(outside)
    give_by_rules(records=[took(person, outside, completed_on)], by=None)
    assert Achievement.objects.exists() is given


def test_what_a_rule_gives_names_the_rule_and_lasts_as_long_as_it_says(person: Person):
    outside = course()
    rule(outside)
    assert statuses(person) == ["overdue"]
    (given,) = give_by_rules(records=[took(person, outside, date(2025, 3, 1))], by=None)
    assert (given.source, given.achieved_on, given.valid_until) == (
        "regel 12",
        date(2025, 3, 1),
        date(2028, 2, 29),
    )
    assert statuses(person) == ["met"]
    event = AuditEvent.objects.get(action="achievement.recognised")
    assert event.after["rule"] == 12


def test_the_providers_own_last_day_caps_the_rules(person: Person):
    outside = course()
    rule(outside)
    record = took(person, outside, date(2025, 3, 1), until=date(2026, 3, 1))
    (given,) = give_by_rules(records=[record], by=None)
    assert given.valid_until == date(2026, 3, 1)


def test_rules_said_again_give_nothing_more_and_a_new_one_reaches_old_records(person: Person):
    outside = course()
    record = took(person, outside, date(2025, 3, 1))
    assert give_by_rules(records=[record], by=None) == []
    rule(outside)
    assert len(give_by_rules(records=[record], by=None)) == 1
    assert give_by_rules(records=[record], by=None) == []
    rule(outside, 13, level=TrainingLevel.objects.get(number=2))
    assert [a.level.number for a in give_by_rules(records=[record], by=None)] == [2]


def test_many_records_are_given_for_batch_by_batch(person: Person, monkeypatch):
    monkeypatch.setattr(equivalence, "_BATCH", 1)
    outside = course()
    rule(outside)
    records = [took(person, outside, date(2025, month, 1)) for month in (1, 2, 3)]
    assert len(give_by_rules(records=records, by=None)) == 3
    assert give_by_rules(records=records, by=None) == []


def test_a_rule_speaks_of_its_own_course_only_and_not_once_withdrawn(person: Person):
    outside, other = course(), course("Annan kurs")
    rule(outside, withdrawn_on=date(2026, 7, 1))
    rule(other, 13)
    assert give_by_rules(records=[took(person, outside, date(2025, 3, 1))], by=None) == []


def test_an_achievement_taken_back_never_counted_and_may_be_recorded_again(person: Person):
    achieved = achieve(person, on=date(2026, 2, 1))
    Achievement.objects.filter(pk=achieved.pk).update(withdrawn_at=timezone.now())
    assert statuses(person, date(2026, 3, 1)) == ["pending"]
    assert statuses(person) == ["overdue"]
    head = date(2026, 2, 1)
    Achievement.objects.create(
        person=person, area=achieved.area, level=achieved.level, achieved_on=head, source="import"
    )
    assert statuses(person) == ["met"]
