"""What people are told about their requirements, and when: each thing once."""

from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from competence.services.reminders import produce_notices, still_to_do
from lms.notifications.models import Notice
from lms.notifications.registry import notice_kind
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.people import account_with, employ, make_person, make_unit, take_leave

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)


def told(day: date = DAY, **options) -> list[tuple[str, str, str, str]]:
    """What is new that day: person, kind, area, day."""
    before = set(Notice.objects.values_list("pk", flat=True))
    count = produce_notices(as_of=day, at=AT, **options)
    new = Notice.objects.exclude(pk__in=before).select_related("person")
    assert count == len(new)
    return sorted(
        (
            notice.person.person_id,
            notice.kind.removeprefix("competence."),
            notice.context["area_code"],
            str(notice.context["day"]),
        )
        for notice in new
    )


def world(grace: int = 90, renewal: int | None = None, **more):
    adopt(plan_of({"grace_days": grace, "renewal_months": renewal, **more}))
    return make_unit("S1")


def test_a_new_requirement_is_told_once_and_then_as_its_day_comes_closer(db):
    unit = world()
    employ(make_person("A"), unit, starts_on=DAY)
    due = DAY + timedelta(days=90)
    assert told() == [("A", "assigned", "OM1", str(due))]
    assert told() == []
    assert told(due - timedelta(days=31)) == []
    assert told(due - timedelta(days=30)) == [("A", "due_30", "OM1", str(due))]
    assert told(due - timedelta(days=8)) == []
    assert told(due - timedelta(days=7)) == [("A", "due_7", "OM1", str(due))]
    assert told(due) == []
    assert told(due + timedelta(days=1)) == [("A", "overdue", "OM1", str(due))]
    assert told(due + timedelta(days=40)) == []


def test_a_day_without_the_worker_loses_nothing(db):
    unit = world()
    employ(make_person("A"), unit, starts_on=DAY - timedelta(days=60))
    assert told(DAY + timedelta(days=12)) == [("A", "due_30", "OM1", str(DAY + timedelta(days=30)))]


def test_renewal_is_told_by_its_last_valid_day(db):
    unit = world(renewal=12)
    person = make_person("A")
    employ(person, unit)
    achieve(person, on=DAY - timedelta(days=340))
    last = date(2026, 12, 17)
    assert told() == [("A", "due_30", "OM1", str(last))]
    notice = Notice.objects.get()
    assert notice.context["renewal"] is True


def test_nothing_is_told_on_leave_or_without_a_requirement(db):
    unit = world()
    away, outside = make_person("A"), make_person("B")
    employ(away, unit, starts_on=date(2026, 1, 1))
    take_leave(away, date(2026, 10, 1))
    assert outside.employments.count() == 0
    assert told() == []


def test_two_key_groups_asking_the_same_are_one_notice_by_the_strictest(db):
    adopt(
        plan_of(
            {"grace_days": 90},
            {"key_group": "H", "grace_days": 60},
            rules={"G": [{}], "H": [{}]},
        )
    )
    employ(make_person("A"), make_unit("S1"), starts_on=DAY)
    assert told() == [("A", "assigned", "OM1", str(DAY + timedelta(days=60)))]


def test_nobody_is_chased_for_what_no_course_gives(db):
    unit = world(grace=0)
    employ(make_person("A"), unit)
    assert told(offered=set()) == []
    employ(make_person("B"), unit, starts_on=DAY)
    assert told(offered={("OM1", 1)}) == [
        ("A", "overdue", "OM1", "2020-01-01"),
        ("B", "due_7", "OM1", str(DAY)),
    ]


def test_recommended_is_not_told(db):
    unit = world(kind="recommended")
    employ(make_person("A"), unit, starts_on=DAY)
    assert told() == []


def test_a_notice_no_longer_holds_when_the_thing_is_done_or_a_later_one_speaks(db):
    unit = world()
    done, waiting = make_person("A"), make_person("B")
    employ(done, unit, starts_on=DAY)
    employ(waiting, unit, starts_on=DAY)
    told()
    notices = list(Notice.objects.order_by("person__person_id"))
    assert still_to_do(notices, DAY) == {notice.pk for notice in notices}
    achieve(done, on=DAY)
    assert still_to_do(notices, DAY) == {notices[1].pk}
    assert still_to_do(notices, DAY + timedelta(days=70)) == set()


def test_every_kind_says_what_by_when_and_why(db):
    for code in ("assigned", "due_30", "due_7", "overdue", "reminder"):
        kind = notice_kind(f"competence.{code}")
        for renewal in (False, True):
            context = dict(kind.sample) | {"renewal": renewal}
            title = render_to_string(f"{kind.templates}/title.txt", context).strip()
            body = render_to_string(f"{kind.templates}/body.txt", context).strip()
            assert "\n" not in title
            assert "{" not in title + body
            assert "30 september 2027" in title + body
            assert "Orosanmälan" in title + body


def test_a_day_with_nothing_new_costs_the_same_queries_for_300_as_for_3(db):
    """What is new is written in batches of a fixed size; all the rest is asked once."""
    unit = world()

    def queries() -> int:
        told()
        with CaptureQueriesContext(connection) as seen:
            assert produce_notices(as_of=DAY, at=AT) == 0
        return len(seen)

    for number in range(3):
        employ(make_person(f"F{number}"), unit, starts_on=DAY)
    few = queries()
    for number in range(297):
        employ(make_person(f"M{number}"), unit, starts_on=DAY)
    assert queries() == few
    assert few <= 16


def test_of_two_merged_records_the_one_that_stands_is_told_nothing_twice(db):
    unit = world()
    stands, goes = make_person("A"), make_person("B")
    employ(goes, unit, starts_on=DAY)
    due = str(DAY + timedelta(days=90))
    assert told() == [("B", "assigned", "OM1", due)]
    merge_people(survivor=stands, loser=goes, by=account_with(Role.HR_IMPORT))
    assert told() == []
    assert told(DAY + timedelta(days=60)) == [("A", "due_30", "OM1", due)]


def test_two_records_told_the_same_before_they_were_merged_are_merged(db):
    unit = world()
    stands, goes = make_person("A"), make_person("B")
    for person in (stands, goes):
        employ(person, unit, starts_on=DAY)
    assert len(told()) == 2
    merge_people(survivor=stands, loser=goes, by=account_with(Role.HR_IMPORT))
    assert told() == []
    assert Notice.objects.filter(person=stands).count() == 2
