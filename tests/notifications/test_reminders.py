import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.core import mail
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lms.lib.dates import STOCKHOLM
from lms.notifications.governor import WEEK, QuietHours, QuietHoursError, earliest
from lms.notifications.models import Delivery, LastReminder, Notice
from lms.notifications.services import mark_read
from lms.notifications.services.outbox import claim, send_again, send_due
from lms.notifications.services.reminders import collect_reminders, without_mail
from lms.people.models import Person, User
from lms.people.signals import people_merged
from tests.builders.notifications import MONDAY, REMINDER, make_reader, registered, tell

DAY = timedelta(days=1)


def at(moment: datetime):
    return lambda: moment


def day_after(days: int) -> datetime:
    return MONDAY + days * DAY


def collect(moment: datetime) -> int:
    return collect_reminders(day=moment.date(), at=moment)


@pytest.mark.django_db
def test_everything_to_be_reminded_of_goes_in_one_mail() -> None:
    person = make_reader()
    tell(person, "due:1", kind=REMINDER)
    tell(person, "due:2", kind=REMINDER, context={"area": "Samtal", "due_on": date(2027, 10, 1)})
    assert collect(MONDAY) == 1
    assert collect(MONDAY) == 0
    send_due(clock=at(MONDAY))
    [message] = mail.outbox
    assert message.subject == "2 saker att göra i din utbildning"
    assert "* Orosanmälan is due 30 oktober 2027" in message.body
    assert "* Samtal is due 1 oktober 2027" in message.body


@pytest.mark.django_db
def test_the_next_reminder_waits_a_week() -> None:
    person = make_reader()
    tell(person, "due:1", kind=REMINDER)
    collect(MONDAY)
    send_due(clock=at(MONDAY))
    tell(person, "due:2", kind=REMINDER, at=day_after(1))
    sent = []
    for days in range(1, 10):
        collect(day_after(days))
        sent.append(send_due(clock=at(day_after(days))))
    assert sent == [0, 0, 0, 0, 0, 0, 1, 0, 0]


@pytest.mark.django_db
def test_new_things_join_a_reminder_that_has_not_gone() -> None:
    person = make_reader()
    tell(person, "due:1", kind=REMINDER)
    collect(MONDAY)
    tell(person, "due:2", kind=REMINDER, at=day_after(1))
    assert collect(day_after(1)) == 0
    assert Delivery.objects.get().notices.count() == 2


@pytest.mark.django_db
def test_a_reminder_in_the_outbox_is_held_when_another_took_the_week() -> None:
    person = make_reader()
    tell(person, "due:1", kind=REMINDER)
    collect(MONDAY)
    other = Delivery.objects.create(
        person=person,
        category="reminder",
        kind="reminders",
        reason_key="reminders:other",
        state="sent",
        sent_at=MONDAY - DAY,
        created_at=MONDAY - DAY,
        not_before=MONDAY - DAY,
    )
    LastReminder.objects.create(person=person, at=MONDAY - DAY, delivery=other)
    assert send_due(clock=at(MONDAY)) == 0
    held = Delivery.objects.get(state="pending")
    assert held.not_before == day_after(6)
    assert send_due(clock=at(day_after(6))) == 1


@pytest.mark.django_db
def test_nobody_is_reminded_of_what_they_have_read_or_done() -> None:
    done: set[int] = set()
    kind = dataclasses.replace(
        REMINDER,
        code="test.with_an_end",
        still_true=lambda notices, day: {n.pk for n in notices} - done,
    )
    with registered(kind):
        read, finished, left = (tell(make_reader(n), f"due:{n}", kind=kind) for n in range(3))
        assert read
        assert finished
        assert left
        mark_read(notice=read, at=MONDAY)
        assert collect(MONDAY) == 2
        done.add(finished.pk)
        assert send_due(clock=at(MONDAY)) == 1
    assert mail.outbox[0].to == [left.person.email]
    assert Delivery.objects.get(state="skipped").state_reason == "Nothing was left to remind of."
    assert not LastReminder.objects.filter(person=finished.person).exists()


@pytest.mark.django_db
def test_old_news_is_left_to_the_inbox() -> None:
    tell(make_reader(), "due:1", kind=REMINDER)
    assert collect(day_after(29)) == 0
    assert Notice.objects.count() == 1


@pytest.mark.django_db
def test_people_no_mail_can_reach_are_listed_and_not_reminded() -> None:
    make_reader(1)
    unreached = make_reader(2, email="")
    tell(unreached, "due:1", kind=REMINDER)
    assert collect(MONDAY) == 0
    assert list(without_mail(Person.objects.all())) == [unreached]


@pytest.mark.django_db
@pytest.mark.parametrize("size", [3, 300])
def test_collecting_costs_the_same_number_of_queries(
    size: int, django_assert_max_num_queries
) -> None:
    for n in range(size):
        tell(make_reader(n, account=False), f"due:{n}", kind=REMINDER)
    with django_assert_max_num_queries(16):
        assert collect(MONDAY) == size


moments = st.datetimes(datetime(2027, 1, 1), datetime(2028, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
quiet_hours = st.none() | st.builds(QuietHours, st.times(), st.times()).filter(
    lambda quiet: quiet.start != quiet.end
)


@given(moments, st.none() | moments, quiet_hours)
def test_the_next_reminder_is_a_week_away_and_outside_the_quiet_hours(moment, last, quiet) -> None:
    when = earliest(moment, last, quiet)
    assert when >= moment
    assert last is None or when - last >= WEEK
    assert quiet is None or not quiet.cover(when)
    planned = moment if last is None else max(moment, last + WEEK)
    assert when - planned <= timedelta(hours=25)


def test_quiet_hours_over_midnight_end_in_the_morning() -> None:
    quiet = QuietHours.read("18:00-07:00")
    assert quiet == QuietHours(time(18), time(7))
    evening = datetime(2027, 9, 6, 20, 0, tzinfo=STOCKHOLM)
    assert earliest(evening, None, quiet) == datetime(2027, 9, 7, 7, 0, tzinfo=STOCKHOLM)
    assert QuietHours.read("") is None
    with pytest.raises(QuietHoursError):
        QuietHours.read("nights")


class AnyScheduleTest(TestCase):
    """Whatever happens and in whatever order: never two reminders in seven days."""

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 1),  # who
                st.sampled_from(["tell", "collect", "send", "die with a claim"]),
                st.integers(0, 60),  # hours since the step before
            ),
            max_size=40,
        )
    )
    def test_never_two_reminders_in_a_week(self, steps) -> None:
        with registered(REMINDER):
            people = [make_reader(1), make_reader(2)]
            moment = MONDAY
            mail.outbox.clear()
            for number, (who, what, hours) in enumerate(steps):
                moment += timedelta(hours=hours)
                if what == "tell":
                    tell(people[who], f"due:{number}", kind=REMINDER, at=moment)
                elif what == "collect":
                    collect(moment)
                elif what == "send":
                    send_due(clock=at(moment))
                else:
                    for pk in Delivery.objects.due(moment).values_list("pk", flat=True):
                        claim(pk, at=moment)
            gone = Delivery.objects.filter(state="sent")
            assert len(mail.outbox) == gone.count()
            for person in people:
                sent = gone.filter(person=person).order_by("sent_at")
                assert all(
                    later - earlier >= WEEK
                    for earlier, later in pairwise(sent.values_list("sent_at", flat=True))
                )


@pytest.mark.django_db
def test_of_two_merged_rows_the_one_that_stands_keeps_inbox_and_week() -> None:
    stands, merged = make_reader(1), make_reader(2)
    tell(merged, "due:1", kind=REMINDER)
    collect(MONDAY)
    send_due(clock=at(MONDAY))
    tell(merged, "due:2", kind=REMINDER, at=day_after(1))
    tell(stands, "due:3", kind=REMINDER, at=day_after(1))
    people_merged.send(None, survivor=stands, loser=merged, by=None)
    assert set(Notice.objects.values_list("person", flat=True)) == {stands.pk}
    collect(day_after(2))
    assert send_due(clock=at(day_after(2))) == 0
    collect(day_after(7))
    assert send_due(clock=at(day_after(7))) == 1
    assert mail.outbox[1].body.count("\n* ") == 2


@pytest.mark.django_db
def test_a_failed_reminder_sent_again_joins_the_one_that_waits() -> None:
    person = make_reader()
    tell(person, "due:1", kind=REMINDER)
    collect(MONDAY)
    failed = Delivery.objects.get()
    Delivery.objects.filter(pk=failed.pk).update(state="failed")
    tell(person, "due:2", kind=REMINDER)
    collect(MONDAY)
    waiting = Delivery.objects.get(state="pending")
    by = User.objects.create_user("admin@example.se", "x")
    send_again(delivery=failed, by=by, at=MONDAY)
    failed.refresh_from_db()
    assert (failed.state, failed.notices.count(), waiting.notices.count()) == ("skipped", 0, 2)
