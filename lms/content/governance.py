"""Which pages somebody has to look at: one question to all page types at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.apps import apps
from django.db.models import F, Q, Value

from lms.content.models import GovernedPage
from lms.lib.dates import add_months


@dataclass(frozen=True)
class DuePage:
    """A published page whose review day has passed. `due_on` is None where it was never
    reviewed."""

    pk: int
    title: str
    owner_function: str
    due_on: date | None
    kind: str


def governed_models() -> list[type[GovernedPage]]:
    return [model for model in apps.get_models() if issubclass(model, GovernedPage)]


def pages_due(day: date) -> list[DuePage]:
    """The published pages to review by `day`, longest overdue first: one query, a union of the
    page types."""
    parts = [
        model.objects.live()
        .filter(Q(review_due_on__isnull=True) | Q(review_due_on__lt=day))
        .order_by()
        .annotate(page_kind=Value(str(model._meta.verbose_name)))
        .values_list("pk", "title", "owner_function", "review_due_on", "page_kind")
        for model in governed_models()
    ]
    if not parts:
        return []
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    rows = found.order_by(F("review_due_on").asc(nulls_first=True), "title")
    return [DuePage(*row) for row in rows]


def count_first_review(page: GovernedPage, *, on: date) -> None:
    """Whoever publishes a page nobody has reviewed has just read it: the next review is counted
    from the day of publishing, and the page does not enter the queue at once."""
    due_on = add_months(on, page.review_months)
    type(page).objects.filter(pk=page.pk).update(reviewed_on=on, review_due_on=due_on)
    page.reviewed_on, page.review_due_on = on, due_on
