from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe

from lms.content import references
from lms.content.middleware import know_the_reader
from lms.content.models import ContactPoint, LegalReference, SiteSettings
from lms.content.references import ReferenceBook, resolve, unknown_codes
from lms.content.templatetags.content_tags import references_as_text, with_references

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.fixture
def book() -> ReferenceBook:
    new = LegalReference.objects.create(
        code="sol-19-1",
        title="19 kap. 1 § socialtjänstlagen (2025:400)",
        url="https://example.org/lag",
        certainty="verified",
    )
    LegalReference.objects.create(
        code="sol-2001-14-1",
        title="14 kap. 1 § i den tidigare socialtjänstlagen",
        valid_until=date(2025, 6, 30),
        replaced_by=new,
        certainty="verified",
    )
    LegalReference.objects.create(code="osl-osaker", title="10 kap. 15 a § OSL", certainty="open")
    ContactPoint.objects.create(
        code="polisen", name="polisen", phone="114 14", verified_on=DAY, expires_on=DAY
    )
    ContactPoint.objects.create(
        code="bris", name="Bris", phone="116 111", url="https://www.bris.se/"
    )
    ContactPoint.objects.create(
        code="stod", name="stödet", phone="0480-1", audience="internal", verified_on=DAY
    )
    settings = SiteSettings.load()
    settings.municipality_name = "Exempel <kommun>"
    settings.save()
    return ReferenceBook.load(DAY)


def show(text: str, book: ReferenceBook, **kwargs: bool) -> str:
    return resolve(mark_safe(text), book, **kwargs).replace("\xa0", "_")


def test_law_is_linked_and_kept_on_one_line(book: ReferenceBook) -> None:
    assert show("se [[lag:sol-19-1]].", book) == (
        'se <a href="https://example.org/lag">19_kap._1_§ socialtjänstlagen (2025:400)</a>.'
    )


def test_replaced_law_names_its_successor_in_a_note(book: ReferenceBook) -> None:
    assert show("[[lag:sol-2001-14-1]]", book) == (
        "14_kap._1_§ i den tidigare socialtjänstlagen "
        '<span class="editorial-note">(numera <a href="https://example.org/lag">'
        "19_kap._1_§ socialtjänstlagen (2025:400)</a>)</span>"
    )


def test_replaced_law_stands_as_it_was_before_its_last_day(book: ReferenceBook) -> None:
    old = ReferenceBook.load(date(2025, 6, 30))
    assert show("[[lag:sol-2001-14-1]]", old) == "14_kap._1_§ i den tidigare socialtjänstlagen"


def test_open_law_is_marked_once(book: ReferenceBook) -> None:
    mark = '<span class="mark">kontrolleras</span>'
    assert show("[[lag:osl-osaker]]", book) == f"10_kap._15_a_§ OSL {mark}"
    assert show("[[lag:osl-osaker]][[kontrolleras]]", book) == f"10_kap._15_a_§ OSL{mark}"


def test_number_is_shown_on_its_last_verified_day_and_not_after(book: ReferenceBook) -> None:
    shown = 'polisen (<a class="nowrap" href="tel:11414">114_14</a>)'
    assert show("[[kontakt:polisen]]", book) == shown
    assert show("[[kontakt:polisen]]", ReferenceBook.load(date(2026, 11, 23))) == "polisen"


def test_unverified_number_gives_way_to_the_link(book: ReferenceBook) -> None:
    assert show("[[kontakt:bris]]", book) == '<a href="https://www.bris.se/">Bris</a>'


def test_internal_contact_shows_its_name_alone_to_the_public(book: ReferenceBook) -> None:
    assert show("[[kontakt:stod]]", book, public=True) == "stödet"


def test_municipality_is_escaped(book: ReferenceBook) -> None:
    assert show("[[kommun]]s", book) == "Exempel &lt;kommun&gt;s"


def test_unknown_code_is_marked_and_listed(book: ReferenceBook) -> None:
    text = "[[lag:finns-inte]] [[lag:sol-19-1]]"
    assert unknown_codes(text, book) == ["[[lag:finns-inte]]"]
    assert show("[[lag:finns-inte]]", book) == '<span class="mark">kontrolleras</span>'


@contextmanager
def request() -> Iterator[None]:
    references.open_request()
    try:
        yield
    finally:
        references.close_request()


def test_a_request_looks_once_however_many_tokens_it_meets(
    book: ReferenceBook, django_assert_num_queries
) -> None:
    with request():
        references.current_book()
    with request(), django_assert_num_queries(3):
        for _ in range(300):
            references.current_book()


def test_an_edition_lasts_until_a_row_is_changed_by_whatever_means(book: ReferenceBook) -> None:
    def edition() -> ReferenceBook:
        with request():
            return references.current_book()

    first = edition()
    assert edition() is first
    LegalReference.objects.filter(code="sol-19-1").update(title="20 kap. 1 § SoL")
    second = edition()
    assert second.edition != first.edition
    assert second.laws["sol-19-1"].title == "20 kap. 1 § SoL"
    ContactPoint.objects.filter(code="polisen").delete()
    assert "polisen" not in edition().contacts
    SiteSettings.objects.update_or_create(defaults={"municipality_name": "Annans kommun"})
    assert edition().municipality == "Annans kommun"


def test_what_a_view_renders_before_the_page_is_for_its_reader(book: ReferenceBook) -> None:
    shown: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        shown.append(with_references("[[kontakt:stod]]"))
        return HttpResponse()

    asked = HttpRequest()
    asked.user = AnonymousUser()
    with request():
        know_the_reader(view)(asked)
    assert shown == ["stödet"]


def test_a_label_gets_the_words_without_the_link(book: ReferenceBook) -> None:
    shown = references_as_text("I [[lag:sol-19-1]] & mer").replace("\xa0", "_")
    assert shown == "I 19_kap._1_§ socialtjänstlagen (2025:400) & mer"
