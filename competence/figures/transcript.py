"""What one person has learnt, as it is known on a day: every period, one after the other, and what
is asked of them. Read in a constant number of queries; printed by `competence.reports`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from competence.engine import Status
from competence.engine.days import FOREVER, as_date
from competence.engine.validity import OrderFact, capped
from competence.figures.learner import requirements_of
from competence.figures.needs_staff import said_by
from competence.models import Achievement, Exemption, RenewalOrder
from courses.models import Certificate
from lms.content.models import SiteSettings
from lms.people.models import Person


@dataclass(frozen=True)
class Asked:
    """One requirement and how it stands. `on`: the day shown with the status."""

    area: str
    level: str
    mandatory: bool
    status: Status
    on: date | None


@dataclass(frozen=True)
class Period:
    """One level reached. `until`: its own last day, as renewal orders leave it; none: no end.
    `revoked_on`: from when it no longer counts. `code`: of the certificate that stands for it."""

    area: str
    level: str
    achieved_on: date
    until: date | None
    revoked_on: date | None
    source: str
    code: str


@dataclass(frozen=True)
class Exempt:
    area: str
    level: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class Transcript:
    """Everything that is printed. `exemptions` and `wishes` only for the person."""

    name: str
    organisation: str
    day: date
    posts: tuple[str, ...]
    asked: tuple[Asked, ...]
    periods: tuple[Period, ...]
    exemptions: tuple[Exempt, ...]
    verify_at: str
    # What the person has said they need in a round that is not counted yet: area and words.
    wishes: tuple[tuple[str, str], ...] = ()


def transcript_of(person: Person, day: date, *, to_the_person: bool) -> Transcript:
    organisation = SiteSettings.load().municipality_name
    posts = person.employments.valid_on(day).select_related("unit").order_by("starts_on", "pk")
    exemptions = (
        Exemption.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
            person=person,
            starts_on__lte=day,
            withdrawn_at__isnull=True,
        )
        .select_related("area", "level")
        .order_by("area__sort_order", "area__code")
        if to_the_person
        else []
    )
    return Transcript(
        name=person.name,
        organisation=organisation,
        day=day,
        posts=tuple(f"{post.job_title or post.job_code}, {post.unit.name}" for post in posts),
        asked=tuple(
            Asked(each.area_name, each.level_name, each.mandatory, each.status, each.on)
            for each in requirements_of(person, day, you=to_the_person)
        ),
        periods=tuple(_periods(person, day)),
        exemptions=tuple(
            Exempt(each.area.name, each.level.name, each.starts_on, each.ends_on)
            for each in exemptions
        ),
        verify_at=f"{settings.PUBLIC_URL}/verifiera/",
        wishes=tuple(said_by(person)) if to_the_person else (),
    )


def _periods(person: Person, day: date) -> list[Period]:
    achievements = list(
        Achievement.objects.standing()
        .filter(person=person, achieved_on__lte=day)
        .select_related(
            "area", "level", "completion__version", "outside_record__outside_course", "rule"
        )
        .defer("completion__version__content", "completion__version__outline")
        .order_by("area__sort_order", "area__code", "-achieved_on", "-level__number", "pk")
    )
    orders: dict[int, list[OrderFact]] = {}
    for order in RenewalOrder.objects.filter(decided_on__lte=day).select_related("level"):
        orders.setdefault(order.area_id, []).append(
            OrderFact(
                order.level.number if order.level else None,
                order.achieved_before.toordinal(),
                order.last_valid_day.toordinal(),
            )
        )
    codes = dict(
        Certificate.objects.filter(
            completion__in=[each.completion_id for each in achievements if each.completion_id],
            superseded_by__isnull=True,
            revoked_on__isnull=True,
        ).values_list("completion_id", "code")
    )
    return [
        Period(
            area=each.area.name,
            level=each.level.name,
            achieved_on=each.achieved_on,
            until=_until(each, orders.get(each.area_id, [])),
            revoked_on=each.revoked_on if each.revoked_on and each.revoked_on <= day else None,
            source=_source(each),
            code=codes.get(each.completion_id, ""),
        )
        for each in achievements
    ]


def _until(achievement: Achievement, orders: list[OrderFact]) -> date | None:
    own = FOREVER if achievement.valid_until is None else achievement.valid_until.toordinal()
    last = capped(own, achievement.achieved_on.toordinal(), achievement.level.number, orders)
    return None if last == FOREVER else as_date(last)


def _source(achievement: Achievement) -> str:
    if achievement.completion:
        version = achievement.completion.version
        return _("%(course)s, version %(number)s") % {
            "course": version.title,
            "number": version.number,
        }
    if achievement.outside_record and achievement.rule:
        return _("%(course)s, by rule %(number)s") % {
            "course": achievement.outside_record.outside_course.name,
            "number": achievement.rule.number,
        }
    return achievement.source or _("recorded without a source")
