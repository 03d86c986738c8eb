"""What is new, for those who have a course already: offered, read, and never a retake."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.test.utils.form_data import (
    nested_form_data,
    querydict_from_html,
    rich_text,
    streamfield,
)

from courses.freezing import shown_articles
from courses.models import (
    CourseVersion,
    Enrolment,
    LessonCompletion,
    LessonPage,
    WhatsNew,
    WhatsNewReading,
)
from courses.passages import changed_passages, passages_of
from courses.services import news
from courses.services.completing import complete_by_choice, revoke_completion
from courses.services.publishing import publish_course_version
from home.models import ArticlePage
from lms.lib.dates import today
from lms.notifications.mail import tell
from lms.notifications.models import Delivery, Notice
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from lms.people.services.role_assignments import sync_admin_access
from tests.builders import courses
from tests.builders.home import make_article
from tests.builders.people import account_with, employ, make_account, make_person, make_unit

pytestmark = pytest.mark.django_db

OLD = "<p>Ring socialtjänsten samma dag.</p><p>Skriv ner vad du såg.</p>"
NEW = (
    "<p>Ring socialtjänsten genast.</p><p>Skriv ner vad du såg.</p>"
    "<p>Använd den nya blanketten.</p>"
)


def showing(article: ArticlePage, **facts) -> CourseVersion:
    block = {"type": "article", "id": "a", "value": {"page": article.pk}}
    return courses.publish_course(lessons=1, body=[courses.text(), block], **facts)


def change(
    article: ArticlePage, *, note: str = "Blanketten är ny.", kind: str = "material"
) -> None:
    page = ArticlePage.objects.get(pk=article.pk)
    page.body = [{"type": "text", "value": NEW}]
    page.change, page.change_note = kind, note
    page.save_revision().publish()


@pytest.fixture
def article(arena) -> ArticlePage:
    return make_article("Orosanmälan", body=[{"type": "text", "value": OLD}])


def learner() -> Person:
    person = make_person()
    employ(person, make_unit(f"ENHET-{person.person_id}"))
    return person


def noon():
    return timezone.now() - timedelta(hours=1)


def qualified(version: CourseVersion) -> Person:
    person = learner()
    courses.complete(person, version, noon())
    return person


def told(person: Person) -> list[str]:
    return list(
        Notice.objects.filter(person=person, kind=news.WHATS_NEW).values_list("url", flat=True)
    )


def test_a_material_change_of_an_article_is_offered_to_those_who_have_a_course_with_it(
    article,
):
    version = showing(article)
    person, beginner = qualified(version), learner()
    courses.enrol(beginner, version, noon())
    change(article)
    row = WhatsNew.objects.get()
    assert (row.course_id, row.article_id, row.text) == (
        version.course_id,
        article.pk,
        "Blanketten är ny.",
    )
    assert [each.pk for each in news.news_for(person, today())] == [row.pk]
    assert news.news_for(beginner, today()) == []
    assert told(person) == [f"/vad-ar-nytt/{row.pk}/"]
    assert told(beginner) == []
    assert not Delivery.objects.filter(kind=news.WHATS_NEW).exists()
    assert Enrolment.objects.get(person=person).completed_at


def test_an_editorial_change_is_news_to_nobody(article):
    qualified(showing(article))
    change(article, kind="editorial")
    assert not WhatsNew.objects.exists()


def test_an_article_that_no_course_shows_is_news_to_nobody(article):
    qualified(courses.publish_course(lessons=1))
    change(article)
    assert not WhatsNew.objects.exists()


def test_publishing_the_same_change_again_says_nothing_more(article):
    person = qualified(showing(article))
    change(article)
    ArticlePage.objects.get(pk=article.pk).get_latest_revision().publish()
    assert WhatsNew.objects.count() == 1
    assert len(told(person)) == 1


def test_whose_completion_is_revoked_or_has_run_out_is_not_told(article):
    version = showing(article, gives=(("OM1", 1, 1),))
    revoked, expired = qualified(version), learner()
    revoke_completion(
        completion=revoked.completions.get(), by=make_account(), reason="Fel.", on=today()
    )
    courses.complete(expired, version, timezone.now() - timedelta(days=60))
    change(article)
    assert told(revoked) == told(expired) == []
    assert news.news_for(expired, today()) == []


def test_two_courses_with_the_same_article_are_told_of_once_and_read_once(article):
    first, second = showing(article), showing(article)
    person = qualified(first)
    courses.complete(person, second, noon())
    change(article)
    assert WhatsNew.objects.count() == 2
    assert len(told(person)) == len(news.news_for(person, today())) == 1
    news.record_reading(news=WhatsNew.objects.last(), person=person, at=timezone.now())
    assert news.news_for(person, today()) == []


def test_who_completes_the_version_with_the_new_text_has_nothing_to_read(article):
    version = showing(article)
    change(article)
    publish_course_version(course=version.course.specific, by=None, change="editorial")
    person = learner()
    courses.complete(person, CourseVersion.objects.latest("pk"), timezone.now())
    assert news.news_for(person, today()) == []


def test_a_material_version_is_offered_to_those_who_have_an_earlier_one():
    version = courses.publish_course(lessons=1)
    person = qualified(version)
    edit_lesson("<p>Nytt.</p>")
    second = publish_course_version(
        course=version.course.specific, by=None, change="material", note="Ny lag."
    )
    row = WhatsNew.objects.get()
    assert (row.version_id, row.text) == (second.pk, "Ny lag.")
    assert [each.text for each in news.news_for(person, today())] == ["Ny lag."]


def test_an_editorial_version_is_no_news():
    version = courses.publish_course(lessons=1)
    qualified(version)
    edit_lesson("<p>Nytt.</p>")
    publish_course_version(course=version.course.specific, by=None)
    assert not WhatsNew.objects.exists()


def publish_again(version: CourseVersion, kind: str) -> CourseVersion:
    edit_lesson("<p>Nytt.</p>")
    return publish_course_version(
        course=version.course.specific, by=None, change=kind, note="Ny lag."
    )


def test_a_version_to_be_taken_again_is_offered_to_those_who_have_an_earlier_one(client):
    version = courses.publish_course(lessons=1, title="Orosanmälan")
    person, beginner = qualified(version), learner()
    courses.enrol(beginner, version, noon())
    publish_again(version, "retake")
    row = WhatsNew.objects.get()
    assert told(person) == [f"/vad-ar-nytt/{row.pk}/"]
    assert told(beginner) == []
    assert person.completions.get().revoked_on is None
    notice = tell(Notice.objects.get(person=person, kind=news.WHATS_NEW), person)
    assert notice.title == "Vad är nytt: Orosanmälan"
    assert notice.body == (
        "Kursen är gjord på nytt. Det du har uppnått gäller som förut. Det här är nytt: Ny lag. "
        "Du kan läsa mer om det. Det tar 3 minuter."
    )
    client.force_login(make_account(person))
    anew = "Kursen är gjord på nytt"
    for page in ("/min-sida/", f"/kurser/{version.course.slug}/", f"/vad-ar-nytt/{row.pk}/"):
        html = client.get(page).content.decode()
        assert anew in html, page
        assert "behöver inte gå om" not in html, page


def test_a_version_to_be_taken_again_is_told_of_even_if_only_a_known_article_is_new(article):
    version = showing(article)
    person = qualified(version)
    change(article)
    publish_course_version(course=version.course.specific, by=None, change="retake", note="Lag.")
    assert WhatsNew.objects.get(version__isnull=False).text == "Lag."
    assert len(told(person)) == 2


@pytest.mark.parametrize("kind", ["material", "retake"])
def test_who_is_under_way_again_is_told_of_a_version_once(kind):
    version = courses.publish_course(lessons=2)
    again = qualified(version)
    courses.enrol(again, version, noon())
    publish_again(version, kind)
    kinds = Notice.objects.filter(person=again).exclude(kind="courses.completed")
    assert list(kinds.values_list("kind", flat=True)) == ["courses.new_version"]


def test_who_is_done_by_what_comes_along_is_not_told_of_it_as_news():
    version = courses.publish_course(lessons=1, gives=(("OM1", 1, 12),))
    person = qualified(version)
    enrolment = courses.enrol(person, version, noon())
    LessonCompletion.objects.create(
        enrolment=enrolment, lesson_key=version.lessons[0]["key"], score=100, completed_at=noon()
    )
    course = version.course.specific
    course.gives.set([])
    course.save_revision().publish()
    publish_course_version(course=course, by=None, change="retake", note="Nytt mål.")
    assert told(person) == []
    now = Enrolment.objects.get(person=person, withdrawn_at__isnull=True, completed_at__isnull=True)
    assert complete_by_choice(enrolment=now, at=noon()) is not None
    assert told(person) == []


def edit_lesson(html: str) -> None:
    page = LessonPage.objects.order_by("-pk").first()
    body = [block for block in page.body.raw_data if block["type"] != "text"]
    page.body = LessonPage._meta.get_field("body").to_python([courses.text(html), *body])
    page.save_revision().publish()


def test_a_version_that_only_brings_an_article_already_offered_is_not_offered_again(article):
    version = showing(article)
    qualified(version)
    change(article)
    publish_course_version(course=version.course.specific, by=None, change="material")
    assert WhatsNew.objects.filter(version__isnull=False).count() == 0


def test_a_version_that_brings_something_of_its_own_beside_the_article_is_offered(article):
    version = showing(article)
    person = qualified(version)
    change(article)
    edit_lesson("<p>Något annat är nytt.</p>")
    publish_course_version(
        course=version.course.specific, by=None, change="material", note="Nytt fall."
    )
    assert {each.text for each in news.news_for(person, today())} == {
        "Blanketten är ny.",
        "Nytt fall.",
    }


def test_the_page_shows_what_has_changed_and_is_read_once(article, client):
    version = showing(article)
    person = qualified(version)
    change(article)
    row = WhatsNew.objects.get()
    client.force_login(make_account(person))
    html = client.get(f"/vad-ar-nytt/{row.pk}/").content.decode()
    assert "Blanketten är ny." in html
    assert "samma dag.</del>" in html
    assert "genast.</ins>" in html
    assert "Använd den nya blanketten.</ins>" in html
    assert "Skriv ner vad du såg." not in html.partition("<details>")[0]
    assert "Jag har läst" in html
    for _twice in range(2):
        assert client.post(f"/vad-ar-nytt/{row.pk}/").status_code == 302
    assert WhatsNewReading.objects.get().person == person
    assert "Jag har läst" not in client.get(f"/vad-ar-nytt/{row.pk}/").content.decode()
    assert Enrolment.objects.filter(person=person).count() == 1


def test_the_page_is_not_for_those_who_never_had_the_course(article, client):
    qualified(showing(article))
    change(article)
    row = WhatsNew.objects.get()
    client.force_login(make_account(learner()))
    assert client.get(f"/vad-ar-nytt/{row.pk}/").status_code == 404
    client.force_login(account_with(Role.EDITOR))
    assert client.get(f"/vad-ar-nytt/{row.pk}/").status_code == 200
    assert client.post(f"/vad-ar-nytt/{row.pk}/").status_code == 404


def test_it_stands_on_my_page_and_on_the_course_until_it_is_read(article, client):
    version = showing(article)
    person = qualified(version)
    change(article)
    row = WhatsNew.objects.get()
    client.force_login(make_account(person))
    pages = ["/min-sida/", f"/kurser/{version.course.slug}/"]
    for page in pages:
        assert f"/vad-ar-nytt/{row.pk}/" in client.get(page).content.decode()
    client.post(f"/vad-ar-nytt/{row.pk}/")
    for page in pages:
        assert f"/vad-ar-nytt/{row.pk}/" not in client.get(page).content.decode()


def test_what_is_taken_back_is_offered_to_nobody(article, client):
    person = qualified(showing(article))
    change(article)
    row = WhatsNew.objects.get()
    news.withdraw_news(news=row, by=None, at=timezone.now())
    assert news.news_for(person, today()) == []
    client.force_login(make_account(person))
    assert client.get(f"/vad-ar-nytt/{row.pk}/").status_code == 404


def test_what_somebody_has_read_follows_them_when_people_are_merged(article):
    person = qualified(showing(article))
    change(article)
    news.record_reading(news=WhatsNew.objects.get(), person=person, at=timezone.now())
    survivor = learner()
    merge_people(survivor=survivor, loser=person, by=make_account(), reason="Samma person.")
    assert WhatsNewReading.objects.get().person == survivor


def test_the_author_sees_that_the_course_shows_an_older_text_until_it_is_published(article):
    version = showing(article)
    assert version.outline["articles"] == [article.pk]
    assert news.courses_with_older_text() == []
    change(article, kind="editorial")
    assert [(each.course_id, each.article_id) for each in news.courses_with_older_text()] == [
        (version.course_id, article.pk)
    ]
    second = publish_course_version(course=version.course.specific, by=None)
    assert shown_articles(second.content)[article.pk] != shown_articles(version.content)[article.pk]
    assert news.courses_with_older_text() == []


@pytest.mark.parametrize("people", [3, 30])
def test_the_queries_do_not_grow_with_the_people(article, people, django_assert_max_num_queries):
    version = showing(article)
    for _each in range(people):
        qualified(version)
    with django_assert_max_num_queries(14):
        made = news.offer_news_of_article(article=article, note="Ny.", by=None, at=timezone.now())
    assert Notice.objects.filter(kind=news.WHATS_NEW).count() == people
    person = Person.objects.last()
    with django_assert_max_num_queries(2):
        assert [each.pk for each in news.news_for(person, today())] == [made[0].pk]


def test_the_form_asks_what_is_new_when_the_change_is_material(arena, client):
    user = account_with(Role.COORDINATOR)
    sync_admin_access(user=user, day=today())
    page = make_article("Rutin", change_note="Sagt förra gången.")
    client.force_login(user)
    address = f"/admin/pages/{page.pk}/edit/"
    said = querydict_from_html(client.get(address).content.decode(), form_id="page-edit-form")

    def error(**fields) -> str:
        texts = {
            "body": streamfield([("text", rich_text("<p>Text.</p>"))]),
            "sources": streamfield([("source", {"title": "Källa", "url": ""})]),
        }
        data = {**said.dict(), **nested_form_data(texts), **fields}
        answer = client.post(address, data)
        return answer.context["form"].errors.as_text() if answer.status_code == 200 else ""

    assert error(change="material", change_note="") == (
        "* change_note\n  * Säg i en mening vad som är nytt."
    )
    assert "Det sades" not in error(change="editorial", change_note="")
    assert "förra ändringen" in error(change="material", change_note="Sagt förra gången.")
    assert error(change="material", change_note="Något nytt.") == ""


def test_an_article_that_readers_are_told_of_is_not_deleted(article, client):
    showing(article)
    change(article)
    user = account_with(Role.COORDINATOR)
    sync_admin_access(user=user, day=today())
    client.force_login(user)
    answer = client.post(f"/admin/pages/{article.pk}/delete/")
    assert answer.status_code == 302
    assert ArticlePage.objects.filter(pk=article.pk).exists()


def test_each_round_of_editing_begins_as_editorial(arena):
    page = make_article("Rutin")
    page.change, page.change_note = "material", "Ny."
    page.save_revision().publish()
    page = ArticlePage.objects.get(pk=page.pk)
    form_class = ArticlePage.get_edit_handler().get_form_class()
    assert form_class(instance=page)["change"].value() == "editorial"
    page.change = "material"
    page.save_revision()
    draft = ArticlePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert form_class(instance=draft)["change"].value() == "material"


def test_a_passage_said_in_other_words_is_one_passage():
    old = ["Först.", "Ring rektorn samma dag som du får veta.", "Sist."]
    new = ["Först.", "Nytt stycke.", "Ring rektorn genast när du får veta.", "Sist."]
    changed = changed_passages(old, new)
    assert [passage.mark for passage in changed] == ["added", "same"]
    assert [(piece.mark, piece.text.strip()) for piece in changed[1].pieces] == [
        ("same", "Ring rektorn"),
        ("removed", "samma dag som"),
        ("added", "genast när"),
        ("same", "du får veta."),
    ]
    assert changed_passages(old, old) == []


def test_passages_are_what_a_reader_reads():
    blocks = [
        {"type": "text", "value": {"html": "<h3>Ring</h3><p>Rektorn <b>först</b>.</p>"}},
        {"type": "image", "value": {"image": {"url": "/media/x.webp", "alt": "En dörr"}}},
        {"type": "callout", "value": {"tone": "info", "title": "", "text": "<p>Tänk på.</p>"}},
    ]
    assert passages_of(blocks) == ["Ring", "Rektorn först.", "En dörr", "Tänk på."]
