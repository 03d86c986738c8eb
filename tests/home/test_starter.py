"""The arena a municipality starts with."""

import re

from wagtail.models import Page

from home.models import ArticlePage, PublicStartPage, StandardPage
from home.services.starter import load_arena
from lms.content.models import ContactPoint, LegalReference
from lms.content.references import ReferenceBook, unknown_codes
from tests.builders.home import DAY


def test_loading_twice_adds_nothing(arena):
    pages = Page.objects.count()
    assert load_arena(on=DAY) == 0
    assert Page.objects.count() == pages
    assert ArticlePage.objects.live().count() == 11
    assert StandardPage.objects.live().count() == 8


def test_what_the_municipality_has_changed_is_left_alone(arena):
    article = ArticlePage.objects.get(slug="fragor-och-svar")
    article.title = "Våra frågor"
    article.save_revision().publish()
    ContactPoint.objects.filter(code="socialtjansten").update(phone="0000-11 22 33")
    LegalReference.objects.filter(code="sol-19-1").update(summary="Vår text")
    load_arena(on=DAY)
    assert ArticlePage.objects.get(slug="fragor-och-svar").title == "Våra frågor"
    assert ContactPoint.objects.get(code="socialtjansten").phone == "0000-11 22 33"
    assert LegalReference.objects.get(code="sol-19-1").summary == "Vår text"


def test_wagtails_welcome_page_is_gone_and_ours_is_the_front_page(arena, client):
    assert not Page.objects.filter(slug="home").exists()
    response = client.get("/")
    assert response.status_code == 200
    assert PublicStartPage.objects.get().hero_title in response.content.decode()


def test_every_token_in_the_starter_stands_for_something(arena):
    book = ReferenceBook.load(DAY)
    unknown = {
        f"{page.slug}: {code}"
        for model in (ArticlePage, StandardPage)
        for page in model.objects.all()
        for code in unknown_codes(str(list(page.body.raw_data)), book)
    }
    assert unknown == set()


def test_no_section_of_law_or_phone_number_is_typed_into_a_page(arena):
    for model in (ArticlePage, StandardPage):
        for page in model.objects.all():
            assert not page.phones_in_text, page.slug
            for _name, text in page.editorial_texts():
                assert not re.search(r"\d+ (?:kap\. \d+ )?§", text), page.slug
