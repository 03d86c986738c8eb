"""Renewal orders: what was achieved before a day is valid no longer than another."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import RenewalOrder
from lms.audit.services import record
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import User


class RenewalOrderError(ValueError):
    """An order that cannot be given; the message says why."""


@transaction.atomic
def order_renewal(
    *,
    area: CompetenceArea,
    level: TrainingLevel | None,
    achieved_before: date,
    last_valid_day: date,
    decided_on: date,
    reason: str,
    by: User | None,
) -> RenewalOrder:
    """Order an earlier renewal in an area (at a level, or at every level), for a changed law or
    a course whose change is material."""
    if not reason.strip():
        raise RenewalOrderError(_("State the reason for the renewal."))
    same = RenewalOrder.objects.filter(
        area=area,
        level=level,
        achieved_before=achieved_before,
        last_valid_day=last_valid_day,
        decided_on=decided_on,
    )
    if same.exists():
        raise RenewalOrderError(_("This order is already recorded."))
    order = RenewalOrder(
        area=area,
        level=level,
        achieved_before=achieved_before,
        last_valid_day=last_valid_day,
        decided_on=decided_on,
        reason=reason.strip(),
        by=by,
    )
    order.full_clean()
    order.save()
    record(
        "renewal_order.created",
        order,
        by=by,
        after={
            "area": area.code,
            "level": level.number if level else None,
            "achieved_before": achieved_before.isoformat(),
            "last_valid_day": last_valid_day.isoformat(),
        },
        reason=order.reason,
    )
    return order
