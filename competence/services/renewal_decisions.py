"""Deciding a renewal: the order, and telling those who lose days and the managers nearest to
them, in the same transaction. What an order is prefilled with from a course to be taken again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competence.models import RenewalOrder
from competence.services.consequences import Order, reached_by
from competence.services.renewals import RenewalOrderError, order_renewal
from courses.models import CourseVersion
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many
from lms.people.models import Person, User
from lms.people.services.managers import managers_of

# The notice kinds that competence.notices registers.
RENEWAL_ORDERED = "competence.renewal_ordered"
RENEWAL_IN_TEAM = "competence.renewal_in_team"
# How long people are given where an order is prefilled.
PREFILLED_DAYS = 90
# With fewer days than these, who decides is warned.
FAIR_DAYS = 30


@transaction.atomic
def decide_renewal(
    *, order: Order, reason: str, by: User | None, at: datetime
) -> tuple[RenewalOrder, int]:
    """Give the order and tell whom it reaches; how many people that is."""
    if fault := refused_last_day(order, at.astimezone(STOCKHOLM).date()):
        raise RenewalOrderError(fault)
    reached = reached_by(order, by=by)
    decided = order_renewal(
        area=order.area,
        level=order.level,
        achieved_before=order.achieved_before,
        last_valid_day=order.last_valid_day,
        decided_on=order.decided_on,
        reason=reason,
        by=by,
    )
    people = Person.objects.in_bulk({each.person_pk for each in reached})
    context = {
        "order": decided.pk,
        "area": order.area.name,
        "level": order.level.name if order.level else "",
        "day": order.last_valid_day,
        "reason": decided.reason,
    }
    drafts = [
        Draft(
            RENEWAL_ORDERED,
            people[each.person_pk],
            f"{RENEWAL_ORDERED}:{decided.pk}:{each.person_pk}",
            context,
            reverse("home:my_page"),
        )
        for each in reached
    ]
    teams: dict[int, int] = {}
    managers: dict[int, Person] = {}
    for above in managers_of(people, order.decided_on).values():
        for manager in above:
            managers[manager.pk] = manager
            teams[manager.pk] = teams.get(manager.pk, 0) + 1
    drafts += [
        Draft(
            RENEWAL_IN_TEAM,
            managers[pk],
            f"{RENEWAL_IN_TEAM}:{decided.pk}:{pk}",
            context | {"people": number},
            reverse("competence:team"),
        )
        for pk, number in teams.items()
    ]
    notify_many(drafts, at=at)
    return decided, len(reached)


def refused_last_day(order: Order, day: date) -> str:
    """Why an order may not be decided on the day; empty where it may. People are told to renew by
    the last day: it is still to come, both when they are told and when the order begins to
    count. An imported plan says what was decided elsewhere, and is not asked."""
    if order.last_valid_day < max(order.decided_on, day):
        return _(
            "Those it reaches would have no day left to renew on. Choose a day that is no earlier "
            "than today and the day of the decision."
        )
    return ""


def short_notice(order: Order, day: date) -> int | None:
    """How many days those it reaches are given, where that is less than a month."""
    days = (order.last_valid_day - max(order.decided_on, day)).days
    return days if days < FAIR_DAYS else None


def renewal_not_done(notices: Sequence[Notice], day: date) -> set[int]:
    """The notices to learners whose matter is still open: nothing newer was achieved since."""
    orders = RenewalOrder.objects.in_bulk({notice.context["order"] for notice in notices})
    open_ones = set()
    for notice in notices:
        order = orders.get(notice.context["order"])
        if order is None:
            continue
        newer = notice.person.achievements.standing().filter(
            area=order.area, achieved_on__gte=order.achieved_before, revoked_on__isnull=True
        )
        if order.level is not None:
            newer = newer.filter(level__number__gte=order.level.number)
        if not newer.exists():
            open_ones.add(notice.pk)
    return open_ones


@dataclass(frozen=True)
class Prefilled:
    """What an order for a course to be taken again begins with; one for each level it gave."""

    area: CompetenceArea
    level: TrainingLevel
    achieved_before: date
    last_valid_day: date
    reason: str


def prefilled_from(version: CourseVersion, day: date) -> list[Prefilled]:
    """The orders that a version marked to be taken again suggests: what its earlier versions gave
    before it was published. Nothing for other changes."""
    if version.change != CourseVersion.Change.RETAKE:
        return []
    earlier = CourseVersion.objects.filter(course=version.course_id, number__lt=version.number)
    given = sorted(
        {
            (grant.area_code, grant.level)
            for each in earlier.defer("content")
            for grant in each.grants
        }
    )
    areas = CompetenceArea.objects.in_bulk([area for area, _level in given], field_name="code")
    levels = TrainingLevel.objects.in_bulk([level for _area, level in given], field_name="number")
    published = version.published_at.astimezone(STOCKHOLM).date()
    return [
        Prefilled(
            areas[area],
            levels[level],
            published,
            day + timedelta(days=PREFILLED_DAYS),
            f"{version.title}: {version.note}"[:300] if version.note else version.title,
        )
        for area, level in given
        if area in areas and level in levels
    ]
