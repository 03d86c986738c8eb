"""Who has a course: completed it, and it still stands."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from courses.models import Certificate, Completion


def standing_completions(day: date) -> QuerySet[Completion]:
    """Completions that nobody has revoked and whose certificate is valid on `day`, or that have
    no last day."""
    certificates = Certificate.objects.filter(completion=OuterRef("pk"), superseded_by__isnull=True)
    valid = certificates.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        Q(revoked_on__isnull=True) | Q(revoked_on__gt=day),
    )
    return Completion.objects.filter(
        Exists(valid) | ~Exists(certificates), Q(revoked_on__isnull=True) | Q(revoked_on__gt=day)
    )
