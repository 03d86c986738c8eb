"""Reading plan versions by the day they are in force, and facts that were not taken back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from competence.models import (  # noqa: F401 (base classes below)
        DecidedDocument,
        PlanVersion,
        TrainingPlanVersion,
    )

Document = TypeVar("Document", bound="DecidedDocument")


def came_into_force_q() -> Q:
    """Adopted, and not repealed before its first day."""
    never_repealed = Q(repealed_on__isnull=True) | Q(in_force_from__isnull=True)
    return Q(status="adopted") & (never_repealed | Q(repealed_on__gt=F("in_force_from")))


class DecidedQuerySet(models.QuerySet[Document]):
    """Versions of a plan, by what is known of them and by the day."""

    def drafts(self) -> Self:
        return self.filter(status="draft")

    def adopted(self) -> Self:
        return self.filter(status="adopted")

    def sent(self) -> Self:
        """Out for consultation or in preparation, and not taken back."""
        return self.filter(status__in=("consultation", "preparation"), closed_at__isnull=True)

    def coming_into_force_on(self, day: date) -> Self:
        """Those whose first day in force is `day`."""
        return self.filter(came_into_force_q(), in_force_from=day)

    def in_force_on(self, day: date) -> Document | None:
        """The adopted version in force on `day`: the latest that has come into force by then,
        unless it is repealed. A repealed version brings none of the earlier ones back."""
        latest = (
            self.filter(
                came_into_force_q(), Q(in_force_from__isnull=True) | Q(in_force_from__lte=day)
            )
            .order_by(F("in_force_from").desc(nulls_last=True), "-number")
            .first()
        )
        if latest is None or (latest.repealed_on is not None and latest.repealed_on <= day):
            return None
        return latest


class PlanVersionQuerySet(DecidedQuerySet["PlanVersion"]):
    pass


class TrainingPlanVersionQuerySet(DecidedQuerySet["TrainingPlanVersion"]):
    pass


class AchievementQuerySet(models.QuerySet):
    def standing(self) -> AchievementQuerySet:
        """Rows that count, or counted until they were revoked: not taken back as a mistake."""
        return self.filter(withdrawn_at__isnull=True)


class OutsideRecordQuerySet(models.QuerySet):
    def standing(self) -> OutsideRecordQuerySet:
        return self.filter(withdrawn_at__isnull=True)


class RecognitionQuerySet(models.QuerySet):
    def waiting(self) -> RecognitionQuerySet:
        """Claims that nobody has decided or withdrawn."""
        return self.filter(decided_at__isnull=True, withdrawn_at__isnull=True)


class CoverageTargetQuerySet(models.QuerySet):
    def in_force_on(self, day: date) -> CoverageTargetQuerySet:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class AssumptionChangeQuerySet(models.QuerySet):
    def counting_on(self, day: date) -> AssumptionChangeQuerySet:
        """Those that count on `day`, in the order in which the later overrides the earlier."""
        return self.filter(starts_on__lte=day).order_by("starts_on", "pk")
