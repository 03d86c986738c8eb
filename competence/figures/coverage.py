"""The coverage of a day: counted once, for everyone, in one run of the engine; kept until a fact
changes. What a page shows of it is decided in `published`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Max
from django.utils import timezone

from competence.engine.coverage import Count, CoverageReport, count_person, standing_of
from competence.engine.loader import load_people, load_plan
from competence.engine.rows import GapRow, rows_of
from competence.models import (
    Achievement,
    Exemption,
    KeyGroup,
    KeyPersonAssignment,
    PlanVersion,
    RenewalOrder,
)
from lms.audit.models import AuditEvent
from lms.lib.dates import ONE_DAY, first_monday
from lms.people.models import Employment, Leave, Person, Unit

KEPT_SECONDS = 24 * 60 * 60
# Part of the key under which figures are kept: raised when what is counted or shown changes, so
# that figures kept by an earlier release are not read.
SHAPE = 4


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit as the figures know it."""

    pk: int
    code: str
    name: str
    parent: int | None


def top_units(units: Mapping[int, UnitNode]) -> list[int]:
    """The largest units: what lies right below the only root, or the roots themselves."""
    roots = [unit.pk for unit in units.values() if unit.parent is None]
    if len(roots) != 1:
        return roots
    return [pk for pk, node in units.items() if node.parent == roots[0]]


@dataclass(frozen=True, slots=True)
class AreaKey:
    """What a key group must hold in one area: (key group, area, level)."""

    key_group: str
    area: str
    level: int


@dataclass(frozen=True)
class DayFigures:
    """Every count of a day, before anything is hidden. `members` and the rest by key group code;
    units by primary key. Says when it was made."""

    as_of: date
    made_at: datetime
    plan_number: int | None
    adopted_on: date | None
    units: Mapping[int, UnitNode]
    key_groups: Mapping[str, str]
    levels: Mapping[int, str]
    report: CoverageReport
    by_area: Mapping[AreaKey, Count]

    @property
    def top_units(self) -> list[int]:
        return top_units(self.units)

    @property
    def roots_above_tops(self) -> set[int]:
        """The root that holds all the largest units: its figures are the totals."""
        tops = self.top_units
        parents = {self.units[pk].parent for pk in tops}
        return {pk for pk in parents if pk is not None}

    def parts(self, unit: int) -> list[int]:
        return [pk for pk, node in self.units.items() if node.parent == unit]


def figures_on(as_of: date) -> DayFigures:
    """The figures of a day: from the cache while no fact has changed, else counted anew."""
    key = f"competence.figures:{SHAPE}:{as_of.isoformat()}:{_fingerprint()}"
    figures: DayFigures | None = cache.get(key)
    if figures is None:
        figures = count_figures(as_of)
        cache.set(key, figures, KEPT_SECONDS)
    return figures


def _fingerprint() -> str:
    """Changes whenever a fact is added (its table's last key) or ended, revoked or moved (the
    ledger's last entry about the facts). Each is one step in an index."""
    tables = (
        *(Achievement, Exemption, KeyPersonAssignment, RenewalOrder, PlanVersion),
        *(Employment, Leave, Person, Unit),
    )
    parts = [model.objects.aggregate(last=Max("pk"))["last"] or 0 for model in tables]
    about = [model._meta.label_lower for model in tables]
    changed = (
        AuditEvent.objects.filter(object_type__in=[*about, "people.importrun"])
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    return "-".join(map(str, [*parts, changed or 0]))


def count_figures(as_of: date) -> DayFigures:
    """One run of the engine over everyone."""
    plan = load_plan(as_of)
    report = CoverageReport()
    by_area: dict[AreaKey, Count] = {}
    for person in load_people(None, as_of, plan):
        rows = rows_of(person, plan)
        if rows:
            count_person(report, person, plan, rows)
            _count_areas(by_area, rows)
    version = PlanVersion.objects.in_force_on(as_of)
    return DayFigures(
        as_of=as_of,
        made_at=timezone.now(),
        plan_number=version.number if version else None,
        adopted_on=version.adopted_on if version else None,
        units={
            unit.pk: UnitNode(unit.pk, unit.code, unit.name, unit.parent_id)
            for unit in Unit.objects.order_by("tree_left")
        },
        key_groups=dict(
            KeyGroup.objects.outside_drafts().order_by("code").values_list("code", "name")
        ),
        levels={
            level.level: level.level_name
            for levels in plan.requirements.values()
            for level in levels
        },
        report=report,
        by_area=by_area,
    )


def _count_areas(by_area: dict[AreaKey, Count], rows: list[GapRow]) -> None:
    own: dict[AreaKey, list[GapRow]] = {}
    for row in rows:
        if row.mandatory:
            own.setdefault(AreaKey(row.key_group, row.area, row.level), []).append(row)
    for key, of_key in own.items():
        standing = standing_of(of_key)
        by_area.setdefault(key, Count()).add(standing, of_key)


def days_offered(today: date, months: int = 24) -> list[date]:
    """The days a reader may ask for, the latest first: the Monday of this week, and the first
    Monday of each month back. Only Mondays: any two days lie a week or more apart, and a page
    read every day says the same thing all week. The difference between two days close to each
    other tells of one person."""
    monday = today - timedelta(days=today.weekday())
    days, of_month = [monday], first_monday(monday)
    while len(days) <= months:
        if of_month < monday:
            days.append(of_month)
        of_month = first_monday(of_month.replace(day=1) - ONE_DAY)
    return days
