"""Dates, languages and what the guard says."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import date_format

from home.models import ArticlePage
from home.services.arena import new_for
from lms.lib.dates import STOCKHOLM
from lms.lib.fields import refuse_personal_data
from tests.builders.home import make_article


def test_dates_look_the_same_everywhere_in_english():
    with translation.override("en"):
        assert date_format(date(2026, 11, 22)) == "22 November 2026"
        assert date_format(datetime(2026, 11, 22, 10, 42, tzinfo=STOCKHOLM), "DATETIME_FORMAT") == (
            "22 November 2026 10:42"
        )


def test_an_article_published_after_midnight_is_dated_that_day(arena, employee):
    # The list has the latest only, and the fixture publishes its arena on the day of the test.
    ArticlePage.objects.update(last_published_at=datetime(2026, 11, 1, tzinfo=UTC))
    article = make_article("Nattlig")
    at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    ArticlePage.objects.filter(pk=article.pk).update(last_published_at=at)
    card = next(each for each in new_for(employee, frozenset()) if each.title == "Nattlig")
    assert card.published_on == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ring 0480-45 00 00", "ett telefonnummer. Ta bort det"),
        (
            "Om 19850101-2384, ring 0480-45 00 00 eller 0480-45 00 01",
            "ett personnummer och ett telefonnummer. Ta bort dem",
        ),
    ],
)
def test_the_guard_names_each_kind_once_and_does_not_speak_of_saving_twice(text, said):
    with translation.override("sv"), pytest.raises(ValidationError) as refused:
        refuse_personal_data(text)
    (message,) = refused.value.messages
    assert said in message
    assert "Inget har" not in message


def test_swedish_text_says_so_to_a_reader_in_english(arena, client, employee):
    article = make_article("Svensk text")
    client.force_login(employee)
    client.cookies["django_language"] = "en"
    page = client.get(article.url).content.decode()
    assert '<html lang="en">' in page
    assert '<div class="body-blocks" lang="sv">' in page
