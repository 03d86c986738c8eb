"""The communicator's queue: what needs somebody to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.services.dialogue import Waiting, waiting_for
from courses.services.news import OlderText, courses_with_older_text
from courses.services.reviews import ReviewQueue, review_queue
from lms.audit import services as audit
from lms.content.governance import DuePage, pages_due
from lms.content.models import ContactPoint, GovernedPage, LegalReference
from lms.lib.dates import add_months
from lms.people.models import User

SOON = timedelta(days=30)
LAW_MONTHS = 6


@dataclass(frozen=True)
class Queue:
    pages: tuple[DuePage, ...]
    contacts: tuple[ContactPoint, ...]
    laws: tuple[LegalReference, ...]
    drafts: tuple[Page, ...]
    # Courses that show an article as it was, and what readers of courses wait for.
    older: tuple[OlderText, ...] = ()
    waiting: Waiting | None = None
    # Courses that somebody asks to have judged, and the answers to what was asked.
    reviews: ReviewQueue | None = None

    @property
    def is_empty(self) -> bool:
        return not (
            any((self.pages, self.contacts, self.laws, self.drafts, self.older, self.waiting))
            or self.reviews
        )


def queue_of(user: Any, day: date, *, limit: int = 8) -> Queue:
    """What waits on `day`: pages past their review, numbers that are hidden or soon will be, law
    nobody has checked for half a year, drafts, courses with an older text of an article, and what
    readers of courses have said. The same number of queries however much there is."""
    hidden = Q(verified_on__isnull=True) & ~Q(phone="")
    running_out = Q(expires_on__isnull=False, expires_on__lte=day + SOON)
    stale = Q(checked_on__isnull=True) | Q(checked_on__lt=add_months(day, -LAW_MONTHS))
    drafts = Page.objects.filter(has_unpublished_changes=True).exclude(depth__lte=2)
    if not user.is_superuser:
        drafts = drafts.filter(Q(owner=user) | Q(latest_revision__user=user))
    return Queue(
        pages=tuple(pages_due(day)[:limit]),
        contacts=tuple(ContactPoint.objects.filter(hidden | running_out)[:limit]),
        laws=tuple(
            LegalReference.objects.filter(stale)
            .exclude(valid_until__lt=day)
            .order_by("checked_on", "code")[:limit]
        ),
        drafts=tuple(drafts.order_by("-latest_revision_created_at")[:limit]),
        older=tuple(courses_with_older_text()[:limit]),
        waiting=waiting_for(user),
        reviews=review_queue(user, day, limit=limit),
    )


class ReviewError(ValueError):
    """The page cannot be marked as reviewed; the message says why."""


def confirm_review(*, page: GovernedPage, by: User, on: date) -> None:
    """Somebody has read the published page and stands by it. The page on air and a draft begun
    from it both get the day; nothing else is published."""
    if not page.live:
        raise ReviewError(_("Only a published page can be marked as reviewed."))
    before = page.reviewed_on.isoformat() if page.reviewed_on else None
    due_on = add_months(on, page.review_months)
    type(page).objects.filter(pk=page.pk).update(
        reviewed_on=on, reviewed_by=by, review_due_on=due_on
    )
    draft = page.get_latest_revision_as_object()
    draft.reviewed_on, draft.reviewed_by, draft.review_due_on = on, by, due_on
    if page.has_unpublished_changes:
        draft.save_revision(user=by, changed=False)
    else:
        revision = draft.save_revision(user=by, changed=False)
        type(page).objects.filter(pk=page.pk).update(live_revision=revision)
    audit.record(
        "home.page_reviewed",
        page,
        by=by,
        before={"reviewed_on": before},
        after={"reviewed_on": on.isoformat()},
    )
