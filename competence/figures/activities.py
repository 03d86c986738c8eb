"""The training plan in figures: each activity as it is planned and as it came out, and what it
costs: in kronor, in hours of staff, and in cover for them. For the pages, the files and the
reports.

The partners' parts are parts of what is paid for: what is bought, those who teach, the venue. The
hours of staff and their cover are each employer's own. Staff hours are of key groups only: an
activity for others than them takes none. What is planned over several years is spread evenly over
the months of its period; what was spent counts on its day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from competence.engine.assume import Assumptions
from competence.models import (
    ActivityExpense,
    ActivityOutcome,
    ActivityPartner,
    ActivityStep,
    PartnerStep,
    PlanActivity,
    TrainingPlanVersion,
)
from competence.suppression import THRESHOLD, Figure, Hidden
from courses.models import CoursePage
from lms.people.models import Unit

MOST_NAMED = 4


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
class Cost:
    """Whole kronor and whole hours."""

    external: int = 0
    trainer: int = 0
    venue: int = 0
    staff_hours: int = 0
    cover_hours: int = 0
    cover_kronor: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(Cost))
        )

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(Cost))

    @property
    def paid(self) -> int:
        """What partners may have a part of."""
        return self.external + self.trainer + self.venue

    @property
    def kronor(self) -> int:
        return self.paid + self.cover_kronor

    def part(self, before: int, months: int, total: int) -> Cost:
        """What falls on `months` of its `total` months, after `before` of them: the parts of all
        years are the whole, to the krona."""
        return Cost(
            *(
                _rounded(Decimal(value * (before + months)) / total)
                - _rounded(Decimal(value * before) / total)
                for value in (getattr(self, each.name) for each in fields(Cost))
            )
        )


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
    took_part: Figure
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


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def staff_cost(
    *,
    people: int,
    level: int | None,
    hours: Decimal | None,
    assumed: Assumptions,
    course_minutes: int = 0,
) -> Cost:
    """The hours that so many of the municipality's own need, and those called in meanwhile.
    `hours` for each, where it is said; otherwise the length of the course that the activity is;
    otherwise what is assumed of the highest level."""
    if hours is None:
        hours = Decimal(course_minutes) / 60 if course_minutes else Decimal(0)
        if not hours and level:
            hours = assumed.hours("", level)
    total = people * hours
    return Cost(
        staff_hours=_rounded(total),
        cover_hours=_rounded(total * assumed.covered_percent / 100),
        cover_kronor=assumed.kronor_for_cover(total),
    )


def partner_kronor(split: str, paid: int, shares: Sequence[int | None]) -> list[int]:
    """What each of the partners pays of `paid`; what rounding leaves is the municipality's."""
    if split == PlanActivity.Split.PERCENT:
        return [paid * (share or 0) // 100 for share in shares]
    if split == PlanActivity.Split.KRONOR:
        return [share or 0 for share in shares]
    return [0 for _share in shares]


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


def _by_activity(rows: Iterable) -> dict[int, list]:  # type: ignore[type-arg]
    found: dict[int, list] = defaultdict(list)  # type: ignore[type-arg]
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
    spent_in: dict[int, Cost] = defaultdict(Cost)
    for expense in expenses:
        spent_in[expense.on.year] += _spent(expense)
    counted = [row.people for row in outcomes if row.people is not None]
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
        took_part=_few(sum(counted), threshold) if counted else Figure(None),
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


def _spent(expense: ActivityExpense) -> Cost:
    match ActivityExpense.Kind(expense.kind):
        case ActivityExpense.Kind.STAFF:
            return Cost(staff_hours=expense.hours)
        case ActivityExpense.Kind.COVER:
            return Cost(cover_hours=expense.hours, cover_kronor=expense.kronor)
        case kind:
            return Cost(**{kind.value: expense.kronor})


def _few(people: int, threshold: int) -> Figure:
    return Figure(None, Hidden.FEW) if 0 < people < threshold else Figure(people)


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
