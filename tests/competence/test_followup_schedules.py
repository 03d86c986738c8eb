"""Reports that go by themselves: a link to whoever may read them on the day, and no more to whoever
does not open them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from competence.models import FollowUpReport, ReportSchedule, ReportSending
from competence.services.followup import release_report, sign_off_report
from competence.services.followup_schedules import (
    REPORT_READY,
    ScheduleError,
    end_schedule,
    note_opened,
    paused_schedules,
    readers_on,
    schedule_report,
    send_due,
)
from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Delivery, Notice
from lms.people.roles import Role
from lms.people.services.role_assignments import end_role
from tests.builders.followup import AT, draft, released
from tests.builders.people import MONDAY, account_with, make_account, make_manager, make_unit

pytestmark = pytest.mark.django_db


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, 0, tzinfo=STOCKHOLM)


@pytest.fixture
def office(monday) -> SimpleNamespace:
    coordinator = account_with(Role.COORDINATOR)
    executive = account_with(Role.EXECUTIVE_VIEWER)
    return SimpleNamespace(
        coordinator=coordinator,
        executive=executive,
        schedule=schedule_report(
            form="whole",
            recipient=executive,
            first_on=MONDAY,
            every=1,
            at=AT,
            by=coordinator,
            day=MONDAY,
        ),
    )


def outcomes() -> list[str]:
    return list(ReportSending.objects.order_by("due_on").values_list("outcome", flat=True))


def send(day: date) -> list[ReportSending]:
    return send_due(day=day, at=at(day))


def test_the_days_it_is_due_are_counted_from_the_first():
    schedule = ReportSchedule(first_on=date(2026, 1, 31), every=1)
    asked = {
        date(2026, 1, 30): None,
        date(2026, 2, 27): date(2026, 1, 31),
        date(2026, 2, 28): date(2026, 2, 28),
        date(2026, 4, 1): date(2026, 3, 31),
    }
    assert {day: schedule.due_by(day) for day in asked} == asked
    schedule.every, schedule.ended_on = 3, date(2026, 8, 1)
    assert schedule.due_by(date(2026, 7, 31)) == date(2026, 7, 31)
    assert schedule.due_by(date(2026, 8, 1)) is None


def test_the_recipient_gets_a_link_and_no_figures_and_once(office):
    report = released(office.coordinator)
    send(MONDAY)
    assert send(MONDAY) == []
    notice = Notice.objects.get(kind=REPORT_READY)
    assert notice.person == office.executive.person
    assert notice.url == f"/uppfoljning/{report.number}/"
    assert set(notice.context) == {"number", "cut_off", "new", "last"}
    assert Delivery.objects.filter(kind=REPORT_READY).count() == 1


def test_what_is_sent_is_never_a_report_that_was_superseded(office):
    wrong = released(office.coordinator)
    right = draft(office.coordinator, supersedes=wrong, correction="Fel.")
    sign_off_report(report=right, at=AT, by=office.coordinator)
    release_report(report=right, at=AT, by=office.coordinator)
    # Another draft to put it right, thrown away.
    FollowUpReport.objects.create(
        number="UR-2026-09",
        kind="year",
        period_from=MONDAY,
        period_until=MONDAY,
        cut_off=MONDAY,
        made_at=AT,
        figures="{}",
        supersedes=wrong,
        correction="Fel.",
        discarded_at=AT,
    )
    (sending,) = send(MONDAY)
    assert sending.report == right


def test_whoever_may_no_longer_read_reports_is_sent_nothing(office):
    released(office.coordinator)
    end_role(
        assignment=office.executive.role_assignments.get(),
        on=MONDAY,
        by=office.coordinator,
        day=MONDAY,
    )
    send(MONDAY + timedelta(days=1))
    assert outcomes() == ["refused"]
    assert not Notice.objects.filter(kind=REPORT_READY).exists()


def test_where_nothing_is_new_that_is_what_is_said(office):
    send(MONDAY)
    notice = Notice.objects.get(kind=REPORT_READY)
    assert (notice.context["new"], notice.url) == (False, "/uppfoljning/")
    released(office.coordinator)
    for month in (date(2026, 12, 23), date(2027, 1, 23)):
        send(month)
    assert outcomes() == ["nothing_new", "sent", "nothing_new"]


def test_after_three_that_are_not_opened_nothing_is_sent_until_one_is(office):
    days = [MONDAY, date(2026, 12, 23), date(2027, 1, 23), date(2027, 2, 23), date(2027, 3, 23)]
    for day in days[:4]:
        latest = released(office.coordinator, at=at(day))
        send(day)
    assert outcomes() == ["sent", "sent", "sent", "paused"]
    last = Notice.objects.filter(kind=REPORT_READY).order_by("created_at", "pk").last()
    assert last is not None
    assert last.context["last"] is True
    assert paused_schedules() == {office.schedule.pk}
    assert note_opened(report=latest, user=office.executive, at=at(days[3])) == 3
    assert paused_schedules() == set()
    send(days[4])
    assert outcomes()[-1] == "sent"


def test_opening_the_page_is_noted_and_nobody_elses_is(office, client):
    report = released(office.coordinator)
    send(MONDAY)
    for user, opened in ((office.coordinator, False), (office.executive, True)):
        client.force_login(user)
        client.get(f"/uppfoljning/{report.number}/")
        assert ReportSending.objects.filter(opened_at__isnull=False).exists() is opened
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportSending.objects.update(opened_at=None)


def test_only_who_reads_whole_reports_can_be_a_recipient(office):
    manager = make_manager(make_unit("K"), "CHEF")
    assert manager not in readers_on(MONDAY)
    assert office.executive in readers_on(MONDAY)
    for user in (manager, make_account()):
        with pytest.raises(ScheduleError):
            schedule_report(
                form="whole",
                recipient=user,
                first_on=MONDAY,
                every=1,
                at=AT,
                by=office.coordinator,
                day=MONDAY,
            )


def test_what_has_ended_sends_nothing_more(office, client):
    client.force_login(office.coordinator)
    assert client.get("/uppfoljning/utskick/").status_code == 200
    client.post(f"/uppfoljning/utskick/{office.schedule.pk}/avsluta/")
    released(office.coordinator)
    assert send(MONDAY) == []
    with pytest.raises(ScheduleError):
        end_schedule(schedule=office.schedule, on=MONDAY, by=office.coordinator)
