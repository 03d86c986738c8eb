"""A course that is to be taken again: who decides on the plan is told that a renewal may be
needed, and with how many it would concern."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from competence.models import Achievement
from competence.services.renewals import RENEWAL_TO_CONSIDER, tell_who_decides
from courses.models import Completion, CoursePage, CourseVersion, LessonPage
from courses.services.completing import revoke_completion
from courses.services.publishing import publish_course_version
from lms.lib.dates import today
from lms.notifications.mail import tell
from lms.notifications.models import Delivery, Notice
from lms.people.roles import Role
from tests.builders import courses
from tests.builders.people import account_with, make_account, make_manager, make_person, make_unit

pytestmark = pytest.mark.django_db


def publish_again(version: CourseVersion, kind: str = "retake") -> CourseVersion:
    page = LessonPage.objects.descendant_of(version.course).first()
    page.body = LessonPage._meta.get_field("body").to_python([courses.text("<p>Nytt.</p>")])
    page.save_revision().publish()
    course = CoursePage.objects.get(pk=version.course_id)
    return publish_course_version(course=course, by=None, change=kind, note="Ny lag.")


def completed_by(number: int, **facts) -> CourseVersion:
    version = courses.publish_course(lessons=1, title="Orosanmälan", **facts)
    for _each in range(number):
        courses.complete(make_person(), version, timezone.now() - timedelta(hours=1))
    return version


def notices() -> list[Notice]:
    return list(Notice.objects.filter(kind=RENEWAL_TO_CONSIDER).select_related("person"))


def test_who_decides_on_the_plan_is_told_with_how_many_and_where_to_decide(client):
    coordinator = account_with(Role.COORDINATOR)
    publish_again(completed_by(6))
    (notice,) = notices()
    assert notice.person == coordinator.person
    words = tell(notice, notice.person)
    assert words.title == "Orosanmälan ska göras om: behöver de som är klara förnya?"
    assert words.body == (
        "De som håller på går över till version 2 och gör om det som har ändrats. 6 personer är "
        "klara med en tidigare version och behåller det den gav: Område OM1 Grund. Om det ska "
        "förnyas tidigare beslutas i kompetensplanen, med ett beslut om förnyelse. Det här är "
        "nytt: Ny lag."
    )
    client.force_login(coordinator)
    assert "Beslut om förnyelse" in client.get(notice.url).content.decode()
    assert not Delivery.objects.filter(kind=RENEWAL_TO_CONSIDER).exists()


def test_nobody_else_is_told():
    for value, _label in Role.assignable_choices():
        if value != Role.COORDINATOR:
            account_with(Role(value))
    make_manager(make_unit("A"))
    publish_again(completed_by(6))
    assert notices() == []


def test_so_few_that_they_could_be_guessed_are_never_a_figure():
    account_with(Role.COORDINATOR)
    publish_again(completed_by(2))
    (notice,) = notices()
    assert "2" not in str(notice.context["people"])
    assert "Färre än 5 personer är klara" in tell(notice, notice.person).body


def test_a_small_group_in_one_version_cannot_be_worked_out_from_how_many_there_are():
    account_with(Role.COORDINATOR)
    second = publish_again(completed_by(8), "material")
    for _each in range(2):
        courses.complete(make_person(), second, timezone.now())
    page = LessonPage.objects.descendant_of(second.course).first()
    page.summary = "Ny."
    page.save_revision().publish()
    publish_course_version(
        course=CoursePage.objects.get(pk=second.course_id), by=None, change="retake", note="Lag."
    )
    (notice,) = notices()
    assert "Minst 9 personer är klara med en tidigare version" in tell(notice, notice.person).body


@pytest.mark.parametrize("kind", ["editorial", "material"])
def test_other_changes_are_nothing_to_decide_about(kind):
    account_with(Role.COORDINATOR)
    publish_again(completed_by(6), kind)
    assert notices() == []


def test_nothing_is_said_where_nobody_has_anything_to_renew():
    account_with(Role.COORDINATOR)
    publish_again(completed_by(0))
    publish_again(completed_by(6, gives=()))
    revoked = completed_by(1)
    only = Completion.objects.get(version=revoked)
    revoke_completion(completion=only, by=make_account(), reason="Fel.", on=today())
    publish_again(revoked)
    assert notices() == []


def test_it_is_said_once_for_each_version_and_takes_nothing_from_anybody():
    account_with(Role.COORDINATOR)
    second = publish_again(completed_by(6))
    assert tell_who_decides(version=second, at=timezone.now()) == 0
    assert len(notices()) == 1
    assert Achievement.objects.filter(revoked_on__isnull=True).count() == 6
