"""Telling claimants what was decided, and reviewers that something waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.urls import reverse

from competence.models import Achievement, Recognition
from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many
from lms.people.access import Action, Obj
from lms.people.models import Person

# The notice kinds that competence.notices registers.
DECIDED = "competence.recognition_decided"
TO_REVIEW = "competence.recognition_to_review"


def gives_text(rows: Sequence[Achievement]) -> str:
    """What was reached, in words: "Samverkan Grund, Barn och unga Grund"."""
    return ", ".join(f"{row.area.label} {row.level.name}" for row in rows)


def tell_claimants(
    *,
    claims: Sequence[Recognition],
    given: Mapping[int, Sequence[Achievement]],
    at: datetime,
) -> None:
    url = reverse("competence:claim")
    notify_many(
        [
            Draft(
                DECIDED,
                claim.person,
                f"{DECIDED}:{claim.pk}:{at.isoformat()}",
                {
                    "course": claim.course_name,
                    "approved": bool(claim.approved),
                    "gives": gives_text(given.get(claim.pk, ())),
                    "reason": claim.decision_reason,
                },
                url,
            )
            for claim in claims
        ],
        at=at,
    )


def tell_reviewers(*, at: datetime) -> None:
    """One notice a day to everyone with the right, however many claims come."""
    day = at.astimezone(STOCKHOLM).date()
    reviewers = Person.objects.entrusted_with(Action.APPROVE, Obj.RECOGNITION, day)
    url = reverse("competence_admin:inbox")
    notify_many(
        [Draft(TO_REVIEW, each, f"{TO_REVIEW}:{day}:{each.pk}", {}, url) for each in reviewers],
        at=at,
    )


def still_to_review(notices: Sequence[Notice], day: date) -> set[int]:
    """Those notices, while anything waits."""
    return {notice.pk for notice in notices} if Recognition.objects.waiting().exists() else set()
