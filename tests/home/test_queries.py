"""The same number of queries with 3 articles and with 300."""

from datetime import timedelta
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from home.models import ArticlePage
from home.services.indexing import rebuild_index
from tests.builders.home import make_article

ADDRESSES = ["/", "/arenan/", "/sok/?q=zebrafink", "/min-sida/", "/orolig/"]


def copy_article(article: ArticlePage, times: int) -> None:
    """Many like it, without the ceremony of publishing each."""
    parent = article.get_parent()
    kind = ContentType.objects.get_for_model(ArticlePage)
    last = parent.get_last_child()
    for number in range(times):
        copy = ArticlePage.objects.get(pk=article.pk)
        copy.pk = copy.id = copy.page_ptr_id = None
        copy.path = last._inc_path()
        copy.slug = f"kopia-{number}"
        copy.url_path = f"{parent.url_path}{copy.slug}/"
        copy.content_type = kind
        copy.last_published_at += timedelta(seconds=number)
        copy._state.adding = True
        copy.translation_key = uuid4()
        copy.save_base(raw=False)
        last = copy
    parent.numchild += times
    parent.save(update_fields=["numchild"])


def queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_pages_ask_as_much_of_300_articles_as_of_3(arena, client, employee):
    ArticlePage.objects.exclude(slug__in=["fragor-och-svar", "sspf-och-sig"]).delete()
    article = make_article("Zebra", text="zebrafink")
    client.force_login(employee)
    for address in ADDRESSES:  # what is read once for a process
        queries(client, address)
    few = {address: queries(client, address) for address in ADDRESSES}
    copy_article(article, 297)
    rebuild_index()
    assert {address: queries(client, address) for address in ADDRESSES} == few
    assert max(few.values()) <= 60
