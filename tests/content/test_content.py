"""What lms.content promises of contacts, reviews and texts."""

import io
import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.template import Context, Template
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from home.models import ArticlePage
from home.services.redaction import confirm_review, queue_of
from lms.checks import (
    docstrings_say_what_a_row_is,
    free_text_declares_its_class,
    many_rows_stay_out_of_the_reference_index,
)
from lms.content.context_processors import frame
from lms.content.governance import pages_due
from lms.content.models import ContactPoint, LegalReference, SiteSettings
from lms.content.services.starter import load_references
from lms.lib.dates import today
from lms.people.roles import Role
from tests.builders.home import make_article
from tests.builders.people import account_with, make_account

SHOW = Template("{% load content_tags %}{{ '[[kontakt:vakten]]'|with_references }}")


def shown() -> str:
    return SHOW.render(Context({}))


@pytest.mark.parametrize(
    ("verified_on", "expires_on", "visible"),
    [
        (None, None, False),
        (today(), None, True),
        (today(), today(), True),
        (today() - timedelta(days=60), today() - timedelta(days=1), False),
        (today() + timedelta(days=1), None, False),
    ],
)
def test_a_number_is_shown_only_while_it_is_verified(db, verified_on, expires_on, visible):
    ContactPoint.objects.create(
        code="vakten",
        name="vakten",
        phone="0000-12 34 56",
        verified_on=verified_on,
        expires_on=expires_on,
    )
    assert ("34" in shown()) is visible
    assert "vakten" in shown()


def test_an_internal_number_is_not_shown_on_an_open_page(arena, client):
    ContactPoint.objects.create(
        code="vakten",
        name="vakten",
        phone="0000-12 34 56",
        verified_on=today(),
        audience=ContactPoint.Audience.INTERNAL,
    )
    page = make_article("Öppen", text="Ring [[kontakt:vakten]].", is_public=True)
    response = client.get(page.url).content.decode()
    assert "vakten" in response
    assert "34" not in response.split("vakten", 1)[1][:60]


def test_loading_the_references_twice_adds_nothing(db):
    assert load_references() > 40
    assert load_references() == 0
    old = LegalReference.objects.get(code="sol-2001-14-1")
    assert old.replaced_by.code == "sol-19-1"


def test_overdue_pages_of_every_type_are_one_query(arena, django_assert_num_queries):
    day = date(2027, 6, 1)
    with django_assert_num_queries(1):
        due = pages_due(day)
    assert {page.kind for page in due} == {"artikel", "sida"}
    assert [page.due_on for page in due] == sorted(page.due_on for page in due)
    assert all(page.due_on < day for page in due)


def test_standing_by_a_page_keeps_a_draft_a_draft(arena):
    editor = make_account(email="redaktor@example.se")
    article = make_article("Publicerad", reviewed_on=date(2025, 1, 1))
    article.title = "Utkast"
    article.save_revision()
    article = type(article).objects.get(pk=article.pk)
    confirm_review(page=article, by=editor, on=date(2026, 11, 22))
    article.refresh_from_db()
    assert (article.title, article.reviewed_on, article.review_due_on) == (
        "Publicerad",
        date(2026, 11, 22),
        date(2027, 11, 22),
    )
    draft = article.get_latest_revision_as_object()
    assert (draft.title, draft.reviewed_on) == ("Utkast", date(2026, 11, 22))


def test_the_queue_names_what_waits(arena):
    editor = make_account(email="redaktor@example.se")
    queue = queue_of(editor, today())
    assert "Bris" in {contact.name for contact in queue.contacts}
    assert queue.laws
    assert not queue.drafts


def test_a_personnummer_is_not_stored_in_a_page(arena):
    with pytest.raises(ValidationError, match="personnummer"):
        make_article("Titel", text="Eleven 850709-9805 oroar oss.")


def test_a_phone_number_in_a_text_is_noticed(arena):
    assert make_article("Titel", text="Ring 0480-45 00 00.").phones_in_text
    assert not make_article("Titel", text="Ring 112, dnr KS 2017/0530.").phones_in_text


@pytest.mark.parametrize("missing", ["owner_function", "summary"])
def test_an_article_needs_owner_and_sources(arena, missing):
    with pytest.raises(ValidationError) as refused:
        make_article("Titel", **{missing: ""})
    assert list(refused.value.message_dict) == [missing]


def test_the_form_asks_for_sources_before_publishing(arena):
    article = make_article("Titel")
    form_class = ArticlePage.get_edit_handler().get_form_class()
    assert form_class(instance=article).fields["sources"].required
    assert form_class(instance=article).fields["owner_function"].required


def test_a_routine_is_reviewed_twice_a_year_unless_the_editor_says_otherwise(arena):
    assert make_article("Rutin", kind="routine").review_months == 6
    assert make_article("Rutin", kind="routine", review_months=3).review_months == 3


def test_the_frame_reads_the_settings_once(rf, django_assert_num_queries, db):
    SiteSettings.load()
    request = rf.get("/")
    with django_assert_num_queries(1):
        shown = frame(request)["frame"]
        assert (shown.product_name, shown.municipality_name) == (
            "Kunskap och kompetens",
            "Exempelkommun",
        )
        assert frame(request)["frame"].logo_url == ""


def test_check_text_answers_line_by_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("Hej\nRing 0480-45 00 00\n850709-9805\n"))
    call_command("check_text", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert [line["verdict"] for line in answer["lines"]] == ["ok", "stop", "stop"]
    assert answer["stopped"] == 2


def test_the_conventions_hold():
    assert docstrings_say_what_a_row_is(None) == []
    assert free_text_declares_its_class(None) == []
    assert many_rows_stay_out_of_the_reference_index(None) == []


def test_an_address_that_was_not_filled_in_is_made_from_the_title(arena, client):
    client.force_login(account_with(Role.EDITOR))
    text = streamfield([("text", rich_text("<p>Brödtext.</p>"))])
    source = streamfield([("source", {"title": "Kommunens plan", "url": ""})])
    data = {
        "title": "Samtal i hallen",
        "slug": "",
        "kind": "news",
        "change": "editorial",
        "summary": "Tre saker som hjälper.",
        "body": text,
        "owner_function": "Strateg",
        "review_months": "12",
        "reviewed_on": "",
        "sources": source,
        "whats_new": "",
        "action-publish": "1",
        "comments": inline_formset([]),
    }
    address = reverse("wagtailadmin_pages:add", args=["home", "articlepage", arena.pk])
    response = client.post(address, nested_form_data(data))
    assert response.status_code == 302, response.context["form"].errors
    page = ArticlePage.objects.get(title="Samtal i hallen")
    assert (page.slug, page.live) == ("samtal-i-hallen", True)
    # Whoever publishes has read it: it is not due for review at once.
    assert page.reviewed_on == today()
    assert page.pk not in {due.pk for due in pages_due(today())}
