"""Telling managers that their confirmation is what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from courses.models import Enrolment
from courses.progress import progress_of, with_progress
from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many
from lms.people.models import Person
from lms.people.services.managers import managers_of

# The notice kind that competence.notices registers.
SIGNOFF_WANTED = "competence.signoff_wanted"


def tell_managers(*, enrolments: Sequence[Enrolment], at: datetime) -> int:
    """Tell the nearest managers, once for each enrolment; how many notices are new."""
    people = {row.person_id for row in enrolments}
    managers = managers_of(people, at.astimezone(STOCKHOLM).date())
    names = {person.pk: person.name for person in Person.objects.filter(pk__in=people)}
    url = reverse("competence:signoffs")
    return len(
        notify_many(
            [
                Draft(
                    SIGNOFF_WANTED,
                    manager,
                    f"{SIGNOFF_WANTED}:{row.pk}:{manager.pk}",
                    {
                        "name": names[row.person_id],
                        "course": row.version.title,
                        "enrolment": row.pk,
                    },
                    url,
                )
                for row in enrolments
                for manager in managers.get(row.person_id, ())
            ],
            at=at,
        )
    )


def still_wanted(notices: Sequence[Notice], day: date) -> set[int]:
    """The notices whose enrolment still waits for a manager."""
    about: dict[int, Mapping[str, Any]] = {notice.pk: notice.context for notice in notices}
    waiting = Enrolment.objects.filter(
        pk__in={context["enrolment"] for context in about.values()},
        withdrawn_at__isnull=True,
        completed_at__isnull=True,
    )
    holding = {row.pk for row in with_progress(waiting) if progress_of(row).waits_for_manager}
    return {pk for pk, context in about.items() if context["enrolment"] in holding}
