"""The book of references lives as long as a request; a page that is published has been read."""

from typing import Any

from django.core.signals import request_finished, request_started
from wagtail.models import Page
from wagtail.signals import page_published

from lms.content import references
from lms.content.governance import count_first_review
from lms.content.models import GovernedPage
from lms.lib.dates import today


def stand_by_what_is_published(sender: Any, instance: Page, **kwargs: Any) -> None:
    if isinstance(instance, GovernedPage) and instance.reviewed_on is None:
        count_first_review(instance, on=today())


def connect() -> None:
    request_started.connect(references.open_request, dispatch_uid="references.open")
    request_finished.connect(references.close_request, dispatch_uid="references.close")
    page_published.connect(stand_by_what_is_published, dispatch_uid="content.first_review")
