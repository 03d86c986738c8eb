"""What is not for a reader is nowhere: not on its address, in lists, in search, nor as a file."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image as Picture
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import PageViewRestriction

from home.services.search import search
from lms.people.roles import Role
from lms.people.services.role_assignments import assign_role
from tests.builders.home import make_article
from tests.builders.people import make_account


@pytest.fixture
def publish(files_on_disk, django_capture_on_commit_callbacks):
    """As an editor does: what follows the commit (the reference index) happens."""

    def published(*args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return make_article(*args, **kwargs)

    return published


@pytest.fixture
def pages(arena):
    public = make_article("Zebra öppen", text="zebrafink", is_public=True)
    internal = make_article("Zebra intern", text="zebrafink")
    closed = make_article("Zebra stängd", text="zebrafink")
    restriction = PageViewRestriction.objects.create(
        page=closed, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.add(Group.objects.create(name="Stödfunktionen"))
    return public, internal, closed


def titles(user):
    return {hit.title for hit in search("zebrafink", user=user).hits}


def test_search_finds_only_what_the_reader_may_read(pages, employee):
    assert titles(AnonymousUser()) == {"Zebra öppen"}
    assert titles(employee) == {"Zebra öppen", "Zebra intern"}
    employee.groups.add(Group.objects.get(name="Stödfunktionen"))
    assert titles(employee) == {"Zebra öppen", "Zebra intern", "Zebra stängd"}


def test_pages_open_only_for_their_readers(pages, client, employee):
    public, internal, closed = pages
    assert client.get(public.url).status_code == 200
    assert client.get(internal.url).status_code == 302
    assert client.get(closed.url).status_code == 302
    client.force_login(employee)
    assert client.get(internal.url).status_code == 200
    assert client.get(closed.url).status_code == 403


def test_lists_show_only_what_the_reader_may_read(pages, client, employee):
    client.force_login(employee)
    for address in ("/arenan/", "/min-sida/", "/sok/?q=zebrafink"):
        page = client.get(address).content.decode()
        assert "Zebra intern" in page, address
        assert "Zebra stängd" not in page, address


def test_a_draft_is_found_by_nobody(arena, employee):
    article = make_article("Zebra borta", text="zebrafink")
    article.unpublish()
    assert titles(employee) == set()


def status(client, address):
    """What the address answers. A file is read to its end, which closes it."""
    response = client.get(address)
    if response.streaming:
        assert b"".join(response.streaming_content)
    return response.status_code


def document_block(document):
    return {"type": "document", "value": {"document": document.pk, "title": "", "description": ""}}


def image_block(image):
    return {
        "type": "image",
        "value": {"image": image.pk, "alt": "En bild", "decorative": False, "caption": ""},
    }


def make_document(name):
    return Document.objects.create(title=name, file=ContentFile(b"text", name=f"{name}.txt"))


def make_image(name):
    content = ContentFile(b"", name=f"{name}.png")
    Picture.new("RGB", (8, 8)).save(content, "PNG")
    content.seek(0)
    return Image.objects.create(title=name, file=ImageFile(content, name=f"{name}.png"))


def test_a_document_is_as_open_as_the_most_open_page_that_shows_it(
    arena, client, employee, publish
):
    shown, internal, unused = (make_document(name) for name in ("oppen", "intern", "oanvand"))
    publish("Öppen", is_public=True, body=[document_block(shown)])
    publish("Intern", body=[document_block(internal)])
    assert status(client, shown.url) == 200
    assert status(client, internal.url) == 404
    client.force_login(employee)
    assert status(client, internal.url) == 200
    assert status(client, unused.url) == 404


# Wagtail leaves the temporary file of a rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*SpooledTemporaryFile")
@pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile")
def test_an_image_is_as_open_as_the_most_open_page_that_shows_it(arena, client, employee, publish):
    shown, internal = make_image("oppen"), make_image("intern")
    publish("Öppen", is_public=True, body=[image_block(shown)])
    publish("Intern", body=[image_block(internal)])
    address = internal.get_rendition("width-4").url
    assert status(client, shown.get_rendition("width-4").url) == 200
    assert status(client, address) == 404
    client.force_login(employee)
    assert status(client, address) == 200


def test_documents_are_not_reached_through_the_image_address(arena, client, employee, publish):
    document = make_document("oppen")
    publish("Öppen", is_public=True, body=[document_block(document)])
    client.force_login(employee)
    assert status(client, f"/media/{document.file.name}") == 404


def test_a_partners_guest_reads_only_open_pages(pages, db):
    guest = make_account(email="gast@example.se")
    assign_role(user=guest, role=Role.PARTNER, starts_on=date(2020, 1, 1), by=None)
    assert titles(guest) == {"Zebra öppen"}
