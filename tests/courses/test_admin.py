"""Publishing from the admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import CourseVersion
from lms.people.models import User
from lms.people.roles import Role
from tests.builders import courses
from tests.builders.people import MONDAY, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client: Client) -> Client:
    user = User.objects.create_superuser("samordnare@example.se", None, person=make_person())
    user.role_assignments.create(role=Role.COORDINATOR, starts_on=MONDAY.replace(year=2020))
    client.force_login(user)
    return client


def test_the_page_says_what_is_new_and_publishing_makes_a_version(coordinator: Client) -> None:
    course = courses.make_course(title="Grundkurs")
    courses.add_lesson(courses.add_module(course))
    url = reverse("courses_admin:publish", args=[course.pk])
    assert "Första versionen, med 1 lektion." in coordinator.get(url).content.decode()
    response = coordinator.post(url, {"note": "Klar att gå"}, follow=True)
    assert "Version 1 av ”Grundkurs” är publicerad." in response.content.decode()
    version = CourseVersion.objects.get()
    assert (version.number, version.note) == (1, "Klar att gå")
    assert "Inget har ändrats sedan version 1." in coordinator.get(url).content.decode()


def test_faults_are_listed_and_nothing_is_published(coordinator: Client) -> None:
    course = courses.make_course()
    courses.add_lesson(courses.add_module(course), title="Tom", questions=[])
    url = reverse("courses_admin:publish", args=[course.pk])
    response = coordinator.post(url)
    assert "Lektionen saknar frågor." in response.content.decode()
    assert not CourseVersion.objects.exists()


def test_a_learner_cannot_publish(client: Client) -> None:
    person = make_person()
    client.force_login(User.objects.create_user(person.email, None, person=person))
    course = courses.make_course()
    assert client.post(reverse("courses_admin:publish", args=[course.pk])).status_code in (302, 403)
    assert not CourseVersion.objects.exists()


def test_the_editor_offers_the_button(coordinator: Client) -> None:
    course = courses.make_course()
    page = coordinator.get(reverse("wagtailadmin_pages:edit", args=[course.pk])).content.decode()
    assert reverse("courses_admin:publish", args=[course.pk]) in page
    assert "Publicera kursversion" in page


def test_the_preview_shows_the_lesson_with_its_answers(coordinator: Client) -> None:
    course = courses.make_course()
    lesson = courses.add_lesson(courses.add_module(course), questions=courses.all_kinds())
    response = lesson.make_preview_request()
    assert "Ja." in response.content.decode()
