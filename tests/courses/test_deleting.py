"""What learners have read is deleted neither one page at a time nor many at once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from courses.models import CourseCatalogue, CoursePage, LessonPage, ModulePage
from courses.services.news import offer_news_of_article
from lms.lib.dates import today
from lms.people.models import User
from lms.people.roles import Role
from lms.people.services.role_assignments import sync_admin_access
from tests.builders import courses
from tests.builders.home import make_article
from tests.builders.people import account_with

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["coordinator", "superuser"])
def who_may_delete(client: Client, request: pytest.FixtureRequest) -> Client:
    account = account_with(Role.COORDINATOR)
    if request.param == "superuser":
        account.is_superuser = True
        account.save()
    sync_admin_access(user=account, day=today())
    client.force_login(account)
    return client


def delete_many(client: Client, *pages: Page) -> str:
    """Delete the pages in Wagtail's list; what it says afterwards."""
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    ids = "&".join(f"id={page.pk}" for page in pages)
    said = client.post(f"{address}?{ids}&next=/admin/", {}, follow=True)
    assert said.status_code == 200
    return said.content.decode()


def delete_one(client: Client, page: Page) -> str:
    address = reverse("wagtailadmin_pages:delete", args=[page.pk])
    said = client.post(address, {}, follow=True)
    assert said.status_code == 200
    return said.content.decode()


@pytest.mark.parametrize("delete", [delete_one, delete_many])
@pytest.mark.parametrize("model", [CourseCatalogue, CoursePage, ModulePage, LessonPage])
def test_a_page_that_a_published_version_has_is_not_deleted(who_may_delete, model, delete):
    courses.publish_course(lessons=1)
    page = model.objects.get()
    said = delete(who_may_delete, page)
    assert LessonPage.objects.count() == 1
    # Wagtail lets nobody but a superuser delete a page with others below it.
    if model is LessonPage or User.objects.get().is_superuser:
        assert f"”{page.title}” finns i en kursversion" in said


def test_of_many_pages_one_that_has_to_stay_keeps_them_all(who_may_delete):
    version = courses.publish_course(lessons=1)
    draft = courses.add_lesson(version.course.get_first_child().specific, title="Bara ett utkast")
    delete_many(who_may_delete, LessonPage.objects.exclude(pk=draft.pk).get(), draft)
    assert LessonPage.objects.count() == 2
    said = delete_many(who_may_delete, draft)
    assert not LessonPage.objects.filter(pk=draft.pk).exists()
    assert "finns i en kursversion" not in said


def test_an_article_that_readers_are_told_of_is_not_deleted_with_others(arena, who_may_delete):
    article = make_article("Rutin")
    block = {"type": "article", "id": "a", "value": {"page": article.pk}}
    courses.publish_course(lessons=1, body=[courses.text(), block])
    offer_news_of_article(article=article, note="Ny.", by=None, at=timezone.now())
    said = delete_many(who_may_delete, article, make_article("Annan"))
    assert Page.objects.filter(title__in=["Rutin", "Annan"]).count() == 2
    assert "Avpublicera" in said
