"""An article that is closed to some is read through a course by nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from courses import drafts
from courses.models import CourseVersion, WhatsNew
from courses.services.publishing import PublishingError
from home.models import ArticlePage
from lms.content.references import ReferenceBook
from lms.lib.dates import today
from lms.notifications.models import Notice
from lms.people.models import Person
from tests.builders import courses
from tests.builders.home import make_article
from tests.builders.people import employ, make_account, make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(arena) -> ArticlePage:
    return make_article("Intern rutin", text="Gammalt.")


def close(page: Page, kind: str = "groups") -> Group:
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=kind)
    group = Group.objects.create(name="Stödfunktionen")
    restriction.groups.add(group)
    return group


def rewrite(article: ArticlePage, text: str, *, change: str, note: str = "") -> None:
    page = ArticlePage.objects.get(pk=article.pk)
    page.body = [{"type": "text", "value": f"<p>{text}</p>"}]
    page.change, page.change_note = change, note
    page.save_revision().publish()


def showing(article: ArticlePage) -> CourseVersion:
    block = {"type": "article", "id": "a", "value": {"page": article.pk}}
    return courses.publish_course(lessons=1, body=[courses.text(), block])


def qualified(version: CourseVersion) -> Person:
    person = make_person()
    employ(person, make_unit("ENHET"))
    courses.complete(person, version, timezone.now() - timedelta(hours=2))
    return person


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("kind", ["groups", "password"])
def test_a_course_with_an_article_that_is_closed_to_some_is_not_published(article, kind, above):
    close(article.get_parent() if above else article, kind)
    with pytest.raises(PublishingError) as refused:
        showing(article)
    assert [str(fault.message) for fault in refused.value.faults] == [
        "Artikeln ”Intern rutin” är stängd för en del av dem som läser kursen. Öppna den för "
        "alla, eller ta bort den ur lektionen."
    ]


def test_the_studio_says_so_as_soon_as_the_article_is_closed(article):
    course = showing(article).course
    for closed in (False, True):
        if closed:
            close(article)
        draft = drafts.draft_course(course.pk, ReferenceBook.load(today()))
        assert draft
        assert bool(draft.lessons[0].faults) is closed


def test_an_article_for_all_who_are_signed_in_can_be_shown_in_a_course(article):
    close(article, "login")
    assert showing(article).number == 1


def test_what_was_written_after_an_article_was_closed_is_shown_to_those_it_is_open_to(
    article, client
):
    person = qualified(showing(article))
    rewrite(article, "Nytt.", change="material", note="Ny.")
    group = close(article)
    rewrite(article, "Bara för stödet.", change="editorial")
    account = make_account(person)
    client.force_login(account)
    address = f"/vad-ar-nytt/{WhatsNew.objects.get().pk}/"
    html = client.get(address).content.decode()
    assert "Bara för stödet" not in html
    assert "Ny." in html
    assert "Texten säger samma sak" not in html
    account.groups.add(group)
    assert "Bara för stödet" in client.get(address).content.decode()


def test_a_change_of_an_article_that_is_closed_is_told_to_nobody(article):
    person = qualified(showing(article))
    close(article)
    rewrite(article, "Bara för stödet.", change="material", note="Hemligt.")
    assert not WhatsNew.objects.exists()
    assert not Notice.objects.filter(person=person, kind="courses.whats_new").exists()
