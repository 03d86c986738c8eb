"""The training plan in figures: each activity as it is planned and as it came out, and what it
costs: in kronor, in hours of staff, and in cover for them. For the pages, the files and the
reports.

The partners' parts are parts of what is paid for: what is bought, those who teach, the venue. The
hours of staff and their cover are each employer's own. Staff hours are of key groups only: an
activity for others than them takes none. What is planned over several years is spread evenly over
the months of its period; what was spent counts on its day. What would tell of a few people is in
no figure (`took_part`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from django.utils.translation import gettext as _

from competence.engine.assume import Assumptions
from competence.figures.activity_cost import Cost, partner_kronor, spent_on, staff_cost
from competence.figures.took_part import TookPart, hours_are_told, is_told, took_part
from competence.models import (
    ActivityExpense,
    ActivityOutcome,
    ActivityPartner,
    ActivityStep,
    PartnerStep,
    PlanActivity,
    TrainingPlanVersion,
)
from competence.suppression import THRESHOLD
from courses.models import CoursePage
from lms.people.models import Unit

MOST_NAMED = 4
_OF_PEOPLE = (ActivityExpense.Kind.STAFF, ActivityExpense.Kind.COVER)


class Status(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "begun"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        return str(ActivityStep.Step(self.value).label)

    @property
    def look(self) -> tuple[str, str]:
        """The colour class and the shape of the status."""
        return {
            Status.PLANNED: ("is-none", "none"),
            Status.UNDER_WAY: ("is-pending", "pending"),
            Status.DONE: ("is-met", "met"),
            Status.CANCELLED: ("is-paused", "paused"),
        }[self]


@dataclass(frozen=True)
class PartnerLine:
    """A partner of an activity: what is planned, and what it has answered last."""

    organisation_pk: int
    name: str
    role: str
    seats: int | None
    share: int | None
    # Its part of what is planned to be paid, in kronor.
    kronor: int
    step: PartnerStep.Step | None
    step_on: date | None

    @property
    def step_words(self) -> str:
        return str(self.step.label) if self.step else ""


@dataclass(frozen=True)
class ActivityLine:
    """One activity of a version, as it stands on a day."""

    pk: int
    code: str
    number: int
    kind: str
    kind_words: str
    title: str
    note: str
    key_groups: tuple[str, ...]
    key_group_names: tuple[str, ...]
    # Whom it is for beside the key groups.
    others: str
    areas: tuple[str, ...]
    area_names: tuple[str, ...]
    levels: tuple[int, ...]
    level_names: tuple[str, ...]
    measures: tuple[str, ...]
    starts_on: date
    ends_on: date
    sessions: int | None
    seats: int | None
    people: int
    form: str
    responsible: str
    unit: str
    department: str
    course_pk: int | None
    course: str
    status: Status
    status_on: date | None
    reason: str
    planned: Cost
    spent: Cost
    spent_in: Mapping[int, Cost]
    split: str
    own_percent: int | None
    partners: tuple[PartnerLine, ...]
    sessions_held: int
    took_part: TookPart
    # Whether hours and cover are written that are not told, and so are not in what was spent.
    hides_hours: bool
    results: tuple[str, ...]
    evaluations: tuple[str, ...]
    is_late: bool

    @property
    def audience(self) -> str:
        """Whom it is for, in full."""
        return ", ".join(filter(None, (*self.key_group_names, self.others)))

    @property
    def audience_in_short(self) -> str:
        """The same, with many key groups counted."""
        if len(self.key_groups) <= MOST_NAMED:
            return self.audience
        counted = _("%(count)s key groups") % {"count": len(self.key_groups)}
        return f"{counted}, {self.others}" if self.others else counted

    @property
    def years(self) -> range:
        return range(self.starts_on.year, self.ends_on.year + 1)

    @property
    def own_kronor(self) -> int:
        """The municipality's part of what is planned, cover included."""
        return self.planned.kronor - sum(partner.kronor for partner in self.partners)

    def planned_in(self, year: int) -> Cost:
        """What of the plan falls on a year."""
        if year not in self.years:
            return Cost()
        first = (self.starts_on.year, self.starts_on.month)
        last = (self.ends_on.year, self.ends_on.month)
        total = _months(first, last)
        before = max(0, _months(first, (year - 1, 12)))
        through = _months(first, min(last, (year, 12)))
        return self.planned.part(before, through - before, total)


def _months(first: tuple[int, int], last: tuple[int, int]) -> int:
    return (last[0] - first[0]) * 12 + last[1] - first[1] + 1


def activity_lines(
    version: TrainingPlanVersion,
    *,
    day: date,
    assumed: Assumptions,
    threshold: int = THRESHOLD,
) -> tuple[ActivityLine, ...]:
    """The activities of a version as they stand on `day`, in the order of their first days. A
    constant number of queries."""
    planned = list(version.activities.with_parts())
    keys = [each.activity_id for each in planned]
    steps = _by_activity(ActivityStep.objects.filter(activity__in=keys, on__lte=day))
    outcomes = _by_activity(
        ActivityOutcome.objects.standing().filter(activity__in=keys, on__lte=day)
    )
    expenses = _by_activity(
        ActivityExpense.objects.standing().filter(activity__in=keys, on__lte=day)
    )
    answers = _by_activity(PartnerStep.objects.filter(activity__in=keys, on__lte=day))
    lengths = dict(
        CoursePage.objects.filter(pk__in=[each.course_id for each in planned]).values_list(
            "pk", "minutes"
        )
    )
    departments = list(Unit.objects.filter(depth__lte=1).order_by("-depth"))
    return tuple(
        _line(
            each,
            steps=steps[each.activity_id],
            outcomes=outcomes[each.activity_id],
            expenses=expenses[each.activity_id],
            answers=answers[each.activity_id],
            department=_department(each.responsible_unit, departments),
            minutes=lengths.get(each.course_id, 0) if each.course_id else 0,
            day=day,
            assumed=assumed,
            threshold=threshold,
        )
        for each in planned
    )


class _OfActivity(Protocol):
    activity_id: int


_Fact = TypeVar("_Fact", bound=_OfActivity)


def _by_activity(rows: Iterable[_Fact]) -> dict[int, list[_Fact]]:
    found: dict[int, list[_Fact]] = defaultdict(list)
    for row in rows:
        found[row.activity_id].append(row)
    return found


def _department(unit: Unit | None, departments: Sequence[Unit]) -> str:
    """The unit right below the top that holds `unit`: its förvaltning."""
    if unit is None:
        return ""
    return next((each.name for each in departments if each.covers(unit)), unit.name)


def _line(
    planned: PlanActivity,
    *,
    steps: Sequence[ActivityStep],
    outcomes: Sequence[ActivityOutcome],
    expenses: Sequence[ActivityExpense],
    answers: Sequence[PartnerStep],
    department: str,
    minutes: int,
    day: date,
    assumed: Assumptions,
    threshold: int,
) -> ActivityLine:
    status, step = _status(steps, outcomes)
    groups, areas = list(planned.key_groups.all()), list(planned.areas.all())
    levels = sorted(planned.levels.all(), key=lambda level: level.number)
    partners = list(planned.partners.all())
    own_people = planned.planned_people - sum(row.seats or 0 for row in partners) if groups else 0
    cost = Cost(planned.cost_external, planned.cost_trainer, planned.cost_venue) + staff_cost(
        people=max(0, own_people),
        level=levels[-1].number if levels else None,
        hours=planned.hours,
        assumed=assumed,
        course_minutes=minutes,
    )
    part = took_part(outcomes, day=day, threshold=threshold)
    hours = [row for row in expenses if row.kind in _OF_PEOPLE and is_told(row, day)]
    tells_hours = hours_are_told(
        hours,
        outcomes,
        part=part,
        planned_hours=cost.staff_hours,
        planned_people=own_people,
        day=day,
        threshold=threshold,
    )
    spent_in: dict[int, Cost] = defaultdict(Cost)
    for expense in expenses:
        if expense.kind not in _OF_PEOPLE or (tells_hours and expense in hours):
            spent_in[expense.on.year] += spent_on(expense)
    return ActivityLine(
        pk=planned.pk,
        code=str(planned.activity),
        number=planned.activity.number,
        kind=planned.kind,
        kind_words=str(PlanActivity.Kind(planned.kind).label),
        title=planned.title,
        note=planned.note,
        key_groups=tuple(group.code for group in groups),
        key_group_names=tuple(group.name for group in groups),
        others=planned.audience,
        areas=tuple(area.code for area in areas),
        area_names=tuple(area.name for area in areas),
        levels=tuple(level.number for level in levels),
        level_names=tuple(level.name for level in levels),
        measures=tuple(planned.measures),
        starts_on=planned.starts_on,
        ends_on=planned.ends_on,
        sessions=planned.sessions,
        seats=planned.seats,
        people=planned.planned_people,
        form=planned.form,
        responsible=planned.responsible,
        unit=planned.responsible_unit.name if planned.responsible_unit else "",
        department=department,
        course_pk=planned.course_id,
        course=planned.course.title if planned.course else "",
        status=status,
        status_on=step.on if step else None,
        reason=step.reason if step else "",
        planned=cost,
        spent=sum(spent_in.values(), Cost()),
        spent_in=dict(spent_in),
        split=planned.split,
        own_percent=planned.own_percent,
        partners=_partners(planned, partners, answers),
        sessions_held=sum(row.sessions for row in outcomes),
        took_part=part,
        hides_hours=bool(hours) and not tells_hours,
        results=tuple(row.result for row in outcomes if row.result),
        evaluations=tuple(row.evaluation for row in outcomes if row.evaluation),
        is_late=status is Status.PLANNED and planned.ends_on < day,
    )


def _status(
    steps: Sequence[ActivityStep], outcomes: Sequence[ActivityOutcome]
) -> tuple[Status, ActivityStep | None]:
    """What the latest step says. Something that was held after it has begun."""
    last = steps[-1] if steps else None
    status = Status(last.step) if last else Status.PLANNED
    held = [row for row in outcomes if row.sessions and (last is None or row.on >= last.on)]
    if status is Status.PLANNED and held:
        return Status.UNDER_WAY, None
    return status, last


def _partners(
    planned: PlanActivity, rows: Sequence[ActivityPartner], answers: Sequence[PartnerStep]
) -> tuple[PartnerLine, ...]:
    latest = {row.organisation_id: row for row in answers}
    shares = partner_kronor(planned.split, planned.planned_kronor, [row.share for row in rows])
    return tuple(
        PartnerLine(
            organisation_pk=row.organisation_id,
            name=row.organisation.name,
            role=row.role,
            seats=row.seats,
            share=row.share,
            kronor=kronor,
            step=PartnerStep.Step(answer.step) if answer else None,
            step_on=answer.on if answer else None,
        )
        for row, kronor in zip(rows, shares, strict=True)
        for answer in [latest.get(row.organisation_id)]
    )
