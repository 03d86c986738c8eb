"""Reviewing key persons: the naming stands, is ended, or is taken over by the deputy."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import KeyPersonAssignment, NamingReview
from competence.services.namings import NamingError, end_naming, name_key_person
from lms.audit.services import record
from lms.people.models import User

Outcome = NamingReview.Outcome


@transaction.atomic
def review_naming(
    *,
    naming: KeyPersonAssignment,
    outcome: str,
    reason: str,
    next_review_on: date | None,
    on: date,
    by: User,
    at: datetime,
) -> NamingReview:
    """Say of a naming that it stands, end it today, or let the deputy take over from tomorrow, or
    from its first day where it has not begun. From now on changes of work are counted from today.
    Raises NamingError, and ValidationError where the
    reason describes somebody."""
    locked = (
        KeyPersonAssignment.objects.select_for_update(of=("self",))
        .select_related("key_group", "person", "deputy")
        .get(pk=naming.pk)
    )
    if locked.withdrawn_at is not None or (locked.ends_on is not None and locked.ends_on < on):
        raise NamingError(_("This naming has already ended."))
    if not reason.strip():
        raise NamingError(_("State the reason."))
    if next_review_on is not None and next_review_on <= on:
        raise NamingError(_("The next review is a later day than today."))
    successor = _handed_over(locked, on, by) if outcome == Outcome.MOVED else None
    if outcome != Outcome.KEPT and locked.ends_on != on:
        end_naming(naming=locked, ends_on=on, by=by, reason=reason.strip())
    review = NamingReview(
        naming=locked,
        outcome=outcome,
        reviewed_on=on,
        next_review_on=next_review_on if outcome == Outcome.KEPT else None,
        reason=reason.strip(),
        successor=successor,
        created_at=at,
        by=by,
    )
    review.full_clean()
    review.save()
    record(
        "naming.reviewed",
        review,
        by=by,
        person=locked.person,
        after={
            "key_group": locked.key_group.code,
            "outcome": outcome,
            "next_review_on": review.next_review_on.isoformat() if review.next_review_on else None,
            "deputy": successor.person.name if successor else None,
        },
        reason=review.reason,
    )
    return review


def _handed_over(naming: KeyPersonAssignment, on: date, by: User) -> KeyPersonAssignment:
    if naming.deputy is None:
        raise NamingError(_("The naming has no deputy. End it and name somebody else."))
    starts_on = max(on + timedelta(days=1), naming.starts_on)
    if naming.ends_on is not None and naming.ends_on < starts_on:
        raise NamingError(_("The naming ends today: there are no days left to take over."))
    return name_key_person(
        key_group=naming.key_group,
        person=naming.deputy,
        starts_on=starts_on,
        ends_on=naming.ends_on,
        function=naming.function,
        motive=naming.motive,
        by=by,
    )
