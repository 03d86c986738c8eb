"""Renewal orders: what was achieved before a day is valid no longer than another. And who is told
that one may be needed."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competence.models import RenewalOrder
from courses.headcounts import Headcount
from courses.models import CourseVersion
from courses.services.qualified import standing_completions
from lms.audit.services import record
from lms.content.models import SiteSettings
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import STOCKHOLM
from lms.notifications.services import Draft, notify_many
from lms.people.access import Action, Obj
from lms.people.models import Person, User

# The notice kind that competence.notices registers.
RENEWAL_TO_CONSIDER = "competence.renewal_to_consider"


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
            "decided_on": decided_on.isoformat(),
        },
        reason=order.reason,
    )
    return order


def tell_who_decides(*, version: CourseVersion, at: datetime) -> int:
    """A version to be taken again moves nobody who is done: those who decide on the plan are told
    how many have what an earlier version gave. How many notices are new; none where nobody has."""
    if version.change != CourseVersion.Change.RETAKE:
        return 0
    day = at.astimezone(STOCKHOLM).date()
    earlier = CourseVersion.objects.filter(course=version.course_id, number__lt=version.number)
    giving = {each.pk: each.grants for each in earlier.defer("content") if each.grants}
    standing = standing_completions(day)
    held = standing.filter(version__in=giving).exclude(
        person__in=standing.filter(version=version).values("person")
    )
    # Each person in the latest version that they have, as on the page of the versions.
    version_of = dict(held.order_by("completed_at", "pk").values_list("person", "version"))
    if not version_of:
        return 0
    grants = {(grant.area_code, grant.level) for each in giving.values() for grant in each}
    counted = Headcount.total(
        Counter(version_of.values()).values(), SiteSettings.load().suppression_threshold
    )
    context = {
        "course": version.title,
        "number": version.number,
        "people": counted.number,
        "at_least": counted.at_least,
        "fewer_than": counted.threshold,
        "gives": _in_names(grants),
        "what": version.note,
    }
    deciding = Person.objects.entrusted_with(Action.UPDATE, Obj.REQUIREMENT, day)
    return len(
        notify_many(
            [
                Draft(
                    RENEWAL_TO_CONSIDER,
                    person,
                    f"{RENEWAL_TO_CONSIDER}:{version.pk}:{person.pk}",
                    context,
                    f"{reverse('competence_admin:renewals')}?kursversion={version.pk}",
                )
                for person in deciding
            ],
            at=at,
        )
    )


def _in_names(levels: set[tuple[str, int]]) -> str:
    areas = dict(CompetenceArea.objects.values_list("code", "name"))
    names = dict(TrainingLevel.objects.values_list("number", "name"))
    return ", ".join(
        f"{areas.get(area, area)} {names.get(level, level)}" for area, level in sorted(levels)
    )
