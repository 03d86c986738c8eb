"""What the editor shows of a course, a module and a lesson while they are written."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import CoursePage, LessonPage, ModulePage
from lms.people.roles import Role
from tests.builders import courses
from tests.builders.people import account_with

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [CoursePage, ModulePage, LessonPage])
def test_the_draft_of_every_page_of_a_course_is_shown(client: Client, model: Any) -> None:
    courses.publish_course(lessons=2, title="Grundkurs")
    client.force_login(account_with(Role.EDITOR))
    page = model.objects.order_by("path")[0]
    page.title = "Ett utkast"
    page.save_revision()
    answer = client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Ett utkast" in shown
    # The heading of the page, and where each lesson of the course can be read.
    assert ("Grundkurs" in shown) == (model is not CoursePage)
    if model is not LessonPage:
        read = reverse("courses_admin:read", args=[CoursePage.objects.get().pk])
        assert shown.count(f"{read}?lektion=") == 2


@pytest.mark.parametrize("model", [CoursePage, ModulePage])
def test_the_editors_panel_shows_the_course_and_leads_nowhere(model: Any) -> None:
    courses.publish_course(lessons=1, title="Grundkurs")
    page = model.objects.get()
    inside = {"in_preview_panel": True}
    shown = page.make_preview_request(extra_request_attrs=inside).content.decode()
    assert "Grundkurs" in shown
    assert "lektion=" not in shown


def test_a_course_without_lessons_has_a_draft_to_show(client: Client) -> None:
    course = courses.make_course(title="Tom")
    client.force_login(account_with(Role.EDITOR))
    answer = client.get(reverse("wagtailadmin_pages:view_draft", args=[course.pk]))
    assert "Tom" in answer.content.decode()
    assert answer.status_code == 200


def test_the_catalogue_has_nothing_to_preview() -> None:
    assert not courses.make_catalogue().is_previewable()
