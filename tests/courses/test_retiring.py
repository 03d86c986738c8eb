"""Taking a course out of the catalogue, ending what is left of it, and putting it back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from courses.models import (
    Certificate,
    Completion,
    CourseRetirement,
    CourseVersion,
    Enrolment,
    LessonPage,
)
from courses.services import retiring
from courses.services.enrolment import NotOfferedError
from courses.services.publishing import publish_course_version
from lms.audit.models import AuditEvent
from lms.lib.dates import today
from lms.notifications.models import Notice
from lms.notifications.registry import dailies
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.role_assignments import sync_admin_access
from tests.builders import courses
from tests.builders.competence import adopt, plan_of
from tests.builders.people import account_with, employ, make_account, make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> CourseVersion:
    return courses.publish_course(lessons=1, title="Gammal kurs")


def learner() -> Person:
    person = make_person()
    employ(person, make_unit(f"ENHET-{person.person_id}"))
    return person


def retire(version: CourseVersion, **fields) -> CourseRetirement:
    return retiring.retire_course(
        course=version.course,
        reason="Innehållet har flyttat.",
        last_day=fields.pop("last_day", today() + timedelta(days=30)),
        replaced_by=fields.pop("replaced_by", None),
        by=None,
        at=timezone.now(),
    )


def coordinator():
    account = account_with(Role.COORDINATOR)
    sync_admin_access(user=account, day=today())
    return account


def test_nobody_sets_out_on_a_retired_course_and_those_under_way_go_on(version, client):
    under_way, newcomer = learner(), learner()
    enrolment = courses.enrol(under_way, version)
    retire(version)
    with pytest.raises(NotOfferedError):
        courses.enrol(newcomer, version)
    client.force_login(make_account(under_way))
    lesson = version.lessons[0]["slug"]
    assert client.get(f"/kurser/{version.course.slug}/{lesson}/").status_code == 200
    assert courses.complete(under_way, version).pk == enrolment.pk
    assert [each.person for each in Notice.objects.filter(kind=retiring.RETIRED)] == [under_way]


def test_the_course_page_says_until_when_and_what_to_take_instead(version, client):
    other = courses.publish_course(lessons=1, title="Ny kurs")
    under_way, newcomer, done = learner(), learner(), learner()
    courses.enrol(under_way, version)
    courses.complete(done, version)
    retire(version, replaced_by=other.course, last_day=date(2027, 9, 30))

    def page(person: Person) -> str:
        client.force_login(make_account(person))
        answer = client.get(f"/kurser/{version.course.slug}/")
        assert answer.status_code == 200
        return answer.content.decode()

    assert "Du kan göra klart den till och med 30 september 2027." in page(under_way)
    assert "Kursen erbjuds inte längre." in page(newcomer)
    assert "Starta kursen" not in page_text(client, version)
    assert "Det du har genomfört gäller fortfarande." in page(done)
    assert f"/kurser/{other.course.slug}/" in page_text(client, version)
    assert "Gammal kurs" not in client.get("/kurser/").content.decode()


def page_text(client, version: CourseVersion) -> str:
    return client.get(f"/kurser/{version.course.slug}/").content.decode()


def test_archiving_ends_what_is_left_once_and_keeps_what_was_done(version):
    under_way, done = learner(), learner()
    courses.enrol(under_way, version)
    courses.complete(done, version)
    retirement = retire(version, last_day=today())
    day = today() + timedelta(days=1)
    assert retiring.archive_due(day=today(), at=timezone.now()) == 0
    assert [retiring.archive_due(day=day, at=timezone.now()) for _twice in range(2)] == [1, 0]
    enrolment = Enrolment.objects.get(person=under_way)
    assert enrolment.withdrawn_at
    assert enrolment.ended_because == Enrolment.Ended.ARCHIVED
    retirement.refresh_from_db()
    assert retirement.archived_at
    assert [each.person for each in Notice.objects.filter(kind=retiring.ARCHIVED)] == [under_way]
    assert AuditEvent.objects.filter(action="course.archived").count() == 1
    assert Completion.objects.get().person == done
    assert Enrolment.objects.get(person=done).withdrawn_at is None


def test_a_certificate_of_an_archived_course_still_verifies(version, client):
    courses.complete(learner(), version)
    retire(version, last_day=today())
    retiring.archive_due(day=today() + timedelta(days=1), at=timezone.now())
    code = Certificate.objects.get().code
    answer = client.get(f"/verifiera/{code}/")
    assert answer.status_code == 200
    assert "Gammal kurs" in answer.content.decode()


def test_archiving_is_daily_work():
    assert "archive_courses" in {function.__name__ for function in dailies()}


def test_a_reopened_course_is_offered_again(version):
    person = learner()
    courses.enrol(person, version)
    retirement = retire(version, last_day=today())
    retiring.archive_due(day=today() + timedelta(days=1), at=timezone.now())
    retiring.reopen_course(retirement=retirement, by=None, at=timezone.now())
    assert courses.enrol(person, version).withdrawn_at is None
    assert retiring.archive_due(day=today() + timedelta(days=9), at=timezone.now()) == 0
    assert retire(version).pk != retirement.pk


def test_what_cannot_be_done_is_said(version):
    never = courses.make_course()
    for fields in (
        {"last_day": today() - timedelta(days=1)},
        {"replaced_by": version.course},
        {"replaced_by": never},
    ):
        with pytest.raises(retiring.RetiringError):
            retire(version, **fields)
    retire(version)
    with pytest.raises(retiring.RetiringError):
        retire(version)


def test_the_consequences_are_shown_first_and_small_groups_hidden(version, client):
    for _each in range(3):
        courses.enrol(learner(), version)
    for _each in range(6):
        courses.complete(learner(), version)
    adopt(plan_of({}))
    client.force_login(coordinator())
    address = f"/admin/kurser/{version.course_id}/avsluta/"
    html = client.get(address).content.decode()
    assert "Har börjat: färre än 5 personer" in html
    assert "Har genomfört den: 6 personer" in html
    assert "Område OM1, Grund" in html
    courses.publish_course(lessons=1)
    assert "Område OM1, Grund" not in client.get(address).content.decode()
    assert not CourseRetirement.objects.exists()


def test_a_small_group_is_not_worked_out_from_the_versions_and_what_retiring_means(version, client):
    for _each in range(8):
        courses.complete(learner(), version)
    page = LessonPage.objects.get()
    page.summary = "Ny."
    page.save_revision().publish()
    second = publish_course_version(course=version.course.specific, by=None)
    for _each in range(2):
        courses.complete(learner(), second)
    client.force_login(coordinator())
    shown = client.get(f"/admin/kurser/{version.course_id}/versioner/").content.decode()
    retiring_it = client.get(f"/admin/kurser/{version.course_id}/avsluta/").content.decode()
    assert ">8<" in shown
    assert ">färre än 5<" in shown
    # 9 whether there is one on the second version, or four.
    assert "Klara: minst 9 personer" in shown
    assert "Har genomfört den: minst 9 personer" in retiring_it


def test_the_coordinator_ends_a_course_and_offers_it_again(version, client):
    client.force_login(coordinator())
    address = f"/admin/kurser/{version.course_id}/avsluta/"
    refused = client.post(address, {"reason": "19121212-1212", "last_day": "2027-09-30"})
    assert "19121212-1212" in refused.content.decode()
    assert not CourseRetirement.objects.exists()
    client.post(address, {"reason": "Har flyttat.", "last_day": "2027-09-30"})
    assert CourseRetirement.objects.get().last_day == date(2027, 9, 30)
    assert "Har flyttat." in client.get(address).content.decode()
    client.post(f"/admin/kurser/{version.course_id}/erbjud-igen/")
    assert CourseRetirement.objects.get().reopened_at


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER, Role.SUPPORT_FUNCTION])
def test_others_cannot_end_a_course(version, client, role):
    account = account_with(role)
    sync_admin_access(user=account, day=today())
    client.force_login(account)
    address = f"/admin/kurser/{version.course_id}/avsluta/"
    client.post(address, {"reason": "Har flyttat.", "last_day": "2027-09-30"})
    assert not CourseRetirement.objects.exists()


@pytest.mark.parametrize("people", [3, 30])
def test_the_queries_do_not_grow_with_the_people(version, people, django_assert_max_num_queries):
    for _each in range(people):
        courses.enrol(learner(), version)
    with django_assert_max_num_queries(20):
        retire(version, last_day=today())
    with django_assert_max_num_queries(12):
        done = retiring.archive_due(day=today() + timedelta(days=1), at=timezone.now())
    assert done == people


def test_who_completes_while_a_course_is_archived_has_completed(version, monkeypatch):
    quick, slow = learner(), learner()
    courses.enrol(slow, version)
    finished = courses.enrol(quick, version)
    retire(version, last_day=today())
    lock = QuerySet.select_for_update

    def just_before(rows, *args, **options):
        if rows.model is Enrolment:
            Enrolment.objects.filter(pk=finished.pk).update(completed_at=timezone.now())
        return lock(rows, *args, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", just_before)
    assert retiring.archive_due(day=today() + timedelta(days=1), at=timezone.now()) == 1
    finished.refresh_from_db()
    assert finished.completed_at
    assert finished.withdrawn_at is None
    assert [each.person for each in Notice.objects.filter(kind=retiring.ARCHIVED)] == [slow]
