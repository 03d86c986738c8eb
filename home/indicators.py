"""The figures of the arena that a governing document is followed up by: of the pages as they are
published now, counted against the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.models import ArticlePage
from lms.content.governance import governed_models
from lms.content.models import ContactPoint, GovernedPage
from lms.framework.indicators import Indicator, Reading, register


def articles_published(as_of: date) -> Reading:
    number = ArticlePage.objects.live().filter(first_published_at__date__lte=as_of).count()
    return Reading.measured(number, str(number), as_of)


def _reviewed(models: Iterable[type[GovernedPage]], as_of: date, only: Q) -> tuple[int, int]:
    """Pages read again in time, and all."""
    in_time = every = 0
    for model in models:
        pages = model.objects.live().filter(only)
        every += pages.count()
        in_time += pages.filter(review_due_on__gte=as_of).count()
    return in_time, every


def _share_of(part: int, every: int, as_of: date) -> Reading:
    if not every:
        return Reading.not_yet(
            _("not yet measured"), as_of, why=_("There are no such pages or contacts.")
        )
    text = _("%(part)s of %(all)s") % {"part": part, "all": every}
    return Reading.measured(Fraction(part, every), text, as_of)


def pages_reviewed(as_of: date) -> Reading:
    return _share_of(*_reviewed(governed_models(), as_of, Q()), as_of)


def public_pages_reviewed(as_of: date) -> Reading:
    return _share_of(*_reviewed(governed_models(), as_of, Q(is_public=True)), as_of)


def pages_overdue(as_of: date) -> Reading:
    in_time, every = _reviewed(governed_models(), as_of, Q())
    return Reading.measured(every - in_time, str(every - in_time), as_of)


def contacts_verified(as_of: date) -> Reading:
    """Of the numbers that the public is shown."""
    contacts = ContactPoint.objects.filter(audience=ContactPoint.Audience.PUBLIC).exclude(phone="")
    verified = sum(bool(each.phone_on(as_of)) for each in contacts)
    return _share_of(verified, len(contacts), as_of)


register(
    Indicator(
        "home.articles_published",
        gettext_lazy("Articles in the arena"),
        gettext_lazy("Articles that are published now and were by the day."),
        gettext_lazy("articles"),
        articles_published,
    ),
    Indicator(
        "home.pages_reviewed",
        gettext_lazy("Pages reviewed in time"),
        gettext_lazy(
            "Of the published pages that somebody answers for, those whose day of review has not "
            "passed."
        ),
        gettext_lazy("pages"),
        pages_reviewed,
    ),
    Indicator(
        "home.pages_overdue",
        gettext_lazy("Pages past their review"),
        gettext_lazy("Published pages whose day of review has passed, or that nobody reviewed."),
        gettext_lazy("pages"),
        pages_overdue,
    ),
    Indicator(
        "home.public_pages_reviewed",
        gettext_lazy("Open pages reviewed in time"),
        gettext_lazy(
            "Of the pages that are open to everyone, those whose day of review has not passed."
        ),
        gettext_lazy("pages"),
        public_pages_reviewed,
    ),
    Indicator(
        "home.contacts_verified",
        gettext_lazy("Verified telephone numbers"),
        gettext_lazy("Of the numbers that are open to everyone, those verified in time."),
        gettext_lazy("numbers"),
        contacts_verified,
    ),
)
