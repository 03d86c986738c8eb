"""A wrong record is put right by a new fact: never edited, linked, shown before and told after."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core import signing

from competence.engine import Status, gap_rows
from competence.models import Achievement, OutsideCourse, OutsideRecord
from competence.services.consequences import consequences_of_correcting
from competence.services.corrections import (
    RECORD_CORRECTED,
    CorrectionError,
    RightFact,
    put_right,
)
from competence.services.equivalence_rules import decide_rule
from courses.models import Certificate
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.notifications.mail import tell
from lms.notifications.models import Notice
from lms.people.models import Person
from lms.people.roles import Role
from tests.builders.competence import achieve
from tests.builders.courses import complete, publish_course
from tests.builders.people import account_with

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def right_of(achievement: Achievement, **changes) -> RightFact:
    facts = {
        "person": achievement.person,
        "area": achievement.area,
        "level": achievement.level,
        "achieved_on": achievement.achieved_on,
        "valid_until": achievement.valid_until,
    }
    return RightFact(**facts | changes)


def correct(achievement: Achievement, **changes) -> Achievement:
    return put_right(
        achievement=achievement,
        right=right_of(achievement, **changes),
        reason="Fel dag i filen",
        by=None,
        day=DAY,
        at=NOW,
    )


def status_of(person: Person, area: str = "OM1") -> Status:
    rows = gap_rows(Person.objects.filter(pk=person.pk), DAY, areas=[area])
    return rows[0].status


@pytest.fixture
def wrong(school) -> Achievement:
    """Gap's OM1 of June 2025, that was in truth of June 2026."""
    return Achievement.objects.get(person=school.people["Gap"], area__code="OM1")


def test_the_wrong_fact_never_counted_and_the_right_one_is_new(wrong):
    assert status_of(wrong.person) == Status.EXPIRED
    right = correct(wrong, achieved_on=date(2026, 6, 1))
    wrong.refresh_from_db()
    assert (wrong.achieved_on, wrong.revoked_on) == (date(2025, 6, 1), date(2025, 6, 1))
    assert (right.achieved_on, right.source) == (date(2026, 6, 1), "rättelse")
    assert status_of(wrong.person) == Status.MET
    year_ago = gap_rows(Person.objects.filter(pk=wrong.person_id), date(2025, 12, 1), areas=["OM1"])
    assert year_ago[0].status == Status.OVERDUE


def test_both_facts_name_each_other_in_the_ledger_with_the_reason(wrong):
    right = correct(wrong, achieved_on=date(2026, 6, 1))
    corrected = AuditEvent.objects.get(action="achievement.corrected")
    assert (corrected.object_id, corrected.before["achievement"]) == (str(right.pk), wrong.pk)
    replaced = AuditEvent.objects.get(action="achievement.replaced")
    assert (replaced.object_id, replaced.after) == (str(wrong.pk), {"achievement": right.pk})
    assert {corrected.reason, replaced.reason} == {"Fel dag i filen"}


def test_what_was_recorded_for_the_wrong_person_moves_and_both_are_told(wrong, school):
    ny = school.people["Ny"]
    correct(wrong, person=ny, achieved_on=date(2026, 6, 1))
    assert (status_of(wrong.person), status_of(ny)) == (Status.OVERDUE, Status.MET)
    told = Notice.objects.filter(kind=RECORD_CORRECTED)
    assert sorted(notice.person.person_id for notice in told) == ["CHEF1", "CHEF1", "Gap", "Ny"]
    bodies = {notice.person.person_id: tell(notice, notice.person).body for notice in told}
    assert bodies["Gap"] == (
        "Område OM1, Grund, 1 juni 2025 var felaktigt registrerat och räknas inte längre. Säg till "
        "samordnaren om det inte stämmer."
    )
    assert bodies["Ny"].startswith("Det som räknas är Område OM1, Grund, 1 juni 2026.")


def test_what_else_the_completion_gave_goes_along_and_the_certificate_is_revoked(school):
    version = publish_course(gives=(("OM1", 1, 12), ("OM4", 1, None)))
    complete(school.people["Ny"], version)
    wrong = Achievement.objects.get(person=school.people["Ny"], area__code="OM1")
    klar = school.people["Klar"]
    correct(wrong, person=klar)
    rows = Achievement.objects.filter(person=klar, source="rättelse")
    assert sorted(rows.values_list("area__code", flat=True)) == ["OM1", "OM4"]
    assert Certificate.objects.get().revoked_on is not None
    assert not Achievement.objects.filter(
        person=school.people["Ny"], revoked_on__isnull=True
    ).exists()


def test_the_preview_says_what_changes_and_changes_nothing(wrong):
    (change,) = consequences_of_correcting(
        achievement=wrong,
        right=right_of(wrong, achieved_on=date(2026, 6, 1)),
        by=None,
        day=DAY,
        at=NOW,
    )
    assert (change.person, change.area) == ("Gap Test", "Område OM1")
    assert change.before == (Status.EXPIRED, date(2026, 5, 31))
    assert change.after == (Status.MET, date(2027, 5, 31))
    wrong.refresh_from_db()
    assert wrong.revoked_on is None
    assert not Notice.objects.filter(kind=RECORD_CORRECTED).exists()


def test_what_cannot_be_right_says_why(wrong):
    for changes, message in (
        ({}, "skiljer"),
        ({"achieved_on": date(2027, 1, 1)}, "kommande"),
        ({"valid_until": date(2020, 1, 1)}, "Sista giltiga"),
    ):
        with pytest.raises(CorrectionError, match=message):
            correct(wrong, **changes)


def test_the_preview_shows_days_that_change_where_the_word_is_the_same(school, client):
    fact = achieve(school.people["Gap"], on=date(2026, 6, 1))
    user = account_with(Role.COORDINATOR)
    client.force_login(user)
    token = signing.dumps(fact.pk, salt=f"competence.achievement.{user.pk}")
    sent = {"person": "Gap", "area": fact.area_id, "level": fact.level_id, "reason": "Fel dag"}
    page = client.post(
        f"/admin/kompetens/uppnatt/{token}/ratta/", sent | {"achieved_on": "2026-07-01"}
    ).content.decode()
    assert "Klar, gäller till och med 31 maj 2027" in page
    assert "Klar, gäller till och med 30 juni 2027" in page


def test_nothing_was_reached_more_than_fifty_years_ago(wrong, client):
    user = account_with(Role.COORDINATOR)
    client.force_login(user)
    token = signing.dumps(wrong.pk, salt=f"competence.achievement.{user.pk}")
    sent = {"person": "Gap", "area": wrong.area_id, "level": wrong.level_id, "reason": "Fel dag"}
    for day, fits in (("1850-06-01", False), ("1976-11-22", False), ("1976-11-23", True)):
        page = client.post(f"/admin/kompetens/uppnatt/{token}/ratta/", sent | {"achieved_on": day})
        assert ("achieved_on" not in page.context["form"].errors) is fits


def test_it_is_put_right_on_the_page_after_a_look(wrong, client):
    client.force_login(account_with(Role.COORDINATOR))
    case = {"person": "Gap", "area": wrong.area_id, "achieved_on": "2025-06-01"}
    page = client.get("/admin/kompetens/uppnatt/", case)
    ((_row, token),) = page.context["rows"]
    address = f"/admin/kompetens/uppnatt/{token}/ratta/"
    sent = {
        "person": "Gap",
        "area": wrong.area_id,
        "level": wrong.level_id,
        "achieved_on": "2026-06-01",
        "reason": "Fel år i filen",
    }
    looked = client.post(address, sent).content.decode()
    assert "Efter rättelsen" in looked
    assert Achievement.objects.filter(source="rättelse").count() == 0
    client.post(address, sent | {"save": "1"})
    assert Achievement.objects.get(source="rättelse").person_id == wrong.person_id


def test_a_look_is_in_the_log_of_everybody_it_shows(wrong, school, client):
    """Any person can be named as the right one, and the look says how they stand."""
    client.force_login(account_with(Role.COORDINATOR))
    case = {"person": "Gap", "area": wrong.area_id, "achieved_on": "2025-06-01"}
    ((_row, token),) = client.get("/admin/kompetens/uppnatt/", case).context["rows"]
    sent = {
        "person": "Ny",
        "area": wrong.area_id,
        "level": wrong.level_id,
        "achieved_on": "2026-06-01",
        "reason": "Fel person i filen",
    }
    looked = client.post(f"/admin/kompetens/uppnatt/{token}/ratta/", sent)
    assert {change.person for change in looked.context["changes"]} >= {school.people["Ny"].name}
    opened = AuditEvent.objects.filter(action="person.status_opened")
    assert {each.person_key for each in opened} == {wrong.person_id, school.people["Ny"].pk}
    assert {each.reason for each in opened} == {"Fel person i filen"}


def test_a_right_fact_of_the_same_day_and_level_has_a_source_of_its_own(wrong, school):
    other = achieve(school.people["Klar"], "OM1", on=date(2026, 2, 2))
    first = correct(wrong, achieved_on=date(2026, 6, 1))
    second = correct(other, person=school.people["Gap"], achieved_on=date(2026, 6, 1))
    assert (first.source, second.source) == ("rättelse", "rättelse 2")


def test_what_was_taken_back_since_the_form_was_opened_is_not_put_right(wrong):
    Achievement.objects.filter(pk=wrong.pk).update(withdrawn_at=NOW)
    with pytest.raises(CorrectionError, match="tagits tillbaka"):
        correct(wrong, achieved_on=date(2026, 6, 1))
    assert not Achievement.objects.filter(source="rättelse").exists()


def test_an_outside_course_of_the_wrong_person_is_moved_with_what_the_rules_give(school):
    wrong_one, right_one = school.people["Gap"], school.people["Ny"]
    course = OutsideCourse.objects.create(name="Grundutbildning", provider="Länet")
    record = OutsideRecord.objects.create(
        person=wrong_one, outside_course=course, completed_on=date(2026, 5, 4)
    )
    for area in ("OM1", "OM4"):
        _rule(course, area)
    (given,) = record.achievements.filter(area__code="OM1")
    correct(given, person=right_one)
    record.refresh_from_db()
    assert record.withdrawn_at == NOW
    assert sorted(_standing(wrong_one, course)) == []
    assert sorted(_standing(right_one, course)) == ["OM1", "OM4"]
    # A later rule reaches the person who took the course, and nobody else.
    _rule(course, "OM2")
    assert sorted(_standing(wrong_one, course)) == []
    assert sorted(_standing(right_one, course)) == ["OM1", "OM2", "OM4"]


def _rule(course: OutsideCourse, area: str) -> None:
    decide_rule(
        outside_course=course,
        area=CompetenceArea.objects.get_or_create(code=area, defaults={"name": area})[0],
        level=TrainingLevel.objects.get(number=1),
        validity_months=None,
        completed_from=date(2026, 1, 1),
        completed_until=None,
        decided_on=DAY,
        reason="Samma mål",
        by=None,
    )


def _standing(person: Person, course: OutsideCourse) -> list[str]:
    return list(
        Achievement.objects.standing()
        .filter(person=person, revoked_on=None, outside_record__outside_course=course)
        .values_list("area__code", flat=True)
    )
