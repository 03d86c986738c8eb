"""Plan against outcome: what the training plan's activities were to cost and what they took, in a
year or in all, by activity, by department and by year (T6 of the follow-up)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from competence.figures.activities import ActivityLine, Status, activity_lines
from competence.figures.activity_cost import Cost
from competence.models import PartnerStep, PlanActivity, TrainingPlanVersion
from competence.services.assumptions import assumptions_on


@dataclass(frozen=True)
class BudgetRow:
    """One line of plan against outcome."""

    label: str
    planned: Cost
    spent: Cost
    # Kronor planned and not spent; below nothing where more was spent. Of what is cancelled
    # nothing is left to use.
    left: int
    # Whether hours and cover that are not told are left out of what was spent.
    leaves_out: bool
    # The activity, where the line is of one.
    line: ActivityLine | None = None

    @property
    def partners(self) -> str:
        return ", ".join(partner.name for partner in self.line.partners) if self.line else ""

    @property
    def partner_kronor(self) -> int:
        return sum(partner.kronor for partner in self.line.partners) if self.line else 0


@dataclass(frozen=True)
class Budget:
    """Plan against outcome. `year`: of that year; None: of the whole plan."""

    year: int | None
    rows: tuple[BudgetRow, ...]
    by_department: tuple[BudgetRow, ...]
    by_year: tuple[BudgetRow, ...]
    total: BudgetRow


def budget(lines: Sequence[ActivityLine], *, year: int | None = None) -> Budget:
    """What `lines` were to cost and what they took. What is cancelled is planned still, and leaves
    nothing to use."""
    rows = _rows(lines, year)
    departments: dict[str, list[BudgetRow]] = defaultdict(list)
    for row in rows:
        assert row.line is not None
        departments[row.line.department].append(row)
    years = sorted({each for line in lines for each in (*line.years, *line.spent_in)})
    return Budget(
        year=year,
        rows=tuple(rows),
        by_department=tuple(
            _sum(name, departments[name]) for name in sorted(departments, key=lambda n: (not n, n))
        ),
        by_year=tuple(_sum(str(each), _rows(lines, each)) for each in years),
        total=_sum("", rows),
    )


def _rows(lines: Sequence[ActivityLine], year: int | None) -> list[BudgetRow]:
    return [
        _row(line, line.planned, line.spent)
        if year is None
        else _row(line, line.planned_in(year), line.spent_in.get(year, Cost()))
        for line in lines
        if year is None or year in line.years or year in line.spent_in
    ]


def _row(line: ActivityLine, planned: Cost, spent: Cost) -> BudgetRow:
    return BudgetRow(
        label=line.title,
        planned=planned,
        spent=spent,
        left=0 if line.status is Status.CANCELLED else planned.kronor - spent.kronor,
        leaves_out=line.hides_hours,
        line=line,
    )


def _sum(label: str, rows: Sequence[BudgetRow]) -> BudgetRow:
    return BudgetRow(
        label,
        planned=sum((row.planned for row in rows), Cost()),
        spent=sum((row.spent for row in rows), Cost()),
        left=sum(row.left for row in rows),
        leaves_out=any(row.leaves_out for row in rows),
    )


def in_depth_with_partners(lines: Sequence[ActivityLine]) -> tuple[ActivityLine, ...]:
    """In-depth training: what it cost, and with whom, is asked of these."""
    return tuple(line for line in lines if line.kind == PlanActivity.Kind.IN_DEPTH)


@dataclass(frozen=True)
class TrainingStanding:
    """Where the training plan stands on a day."""

    in_force: TrainingPlanVersion | None
    # The draft, or what has been sent and is still to be decided.
    coming: TrainingPlanVersion | None
    activities: int
    under_way: int
    done: int
    cancelled: int
    late: int
    # Partners that have not answered, or not been asked.
    without_answer: int
    planned_kronor: int


def standing_of_training_plan(day: date) -> TrainingStanding:
    """A constant number of queries."""
    assumed = assumptions_on(day)
    in_force = TrainingPlanVersion.objects.in_force_on(day)
    lines = activity_lines(in_force, day=day, assumed=assumed) if in_force else ()
    statuses = [line.status for line in lines]
    return TrainingStanding(
        in_force=in_force,
        coming=TrainingPlanVersion.objects.exclude(status="adopted")
        .filter(closed_at__isnull=True)
        .first(),
        activities=len(lines),
        under_way=statuses.count(Status.UNDER_WAY),
        done=statuses.count(Status.DONE),
        cancelled=statuses.count(Status.CANCELLED),
        late=sum(line.is_late for line in lines),
        without_answer=sum(
            partner.step in (None, PartnerStep.Step.ASKED)
            for line in lines
            for partner in line.partners
        ),
        planned_kronor=budget(lines).total.planned.kronor,
    )
