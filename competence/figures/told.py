"""Who has already been told about their requirements, and when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Max

from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Notice
from lms.people.querysets import Listed

KIND_PREFIX = "competence."


def last_told(people: Collection[int] | Listed) -> dict[int, date]:
    """The latest day each person was given a notice about their requirements. One query."""
    latest = (
        Notice.objects.filter(person__in=people, kind__startswith=KIND_PREFIX)
        .order_by()
        .values("person_id")
        .annotate(at=Max("created_at"))
        .values_list("person_id", "at")
    )
    return {person_pk: at.astimezone(STOCKHOLM).date() for person_pk, at in latest}


def all_told(people: Collection[int] | Listed) -> set[int]:
    """Those (primary keys) who were ever given a notice about their requirements. One query."""
    told = Notice.objects.filter(person__in=people, kind__startswith=KIND_PREFIX)
    return set(told.order_by().values_list("person_id", flat=True).distinct())
