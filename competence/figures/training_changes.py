"""What tells two versions of the training plan apart: activities added, taken out or changed, and
how many people, hours and kronor more or fewer it is. From what the versions plan, and nothing
else: what has come of an activity is the same in both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from competence.figures.activities import ActivityLine
from competence.figures.activity_cost import Cost


@dataclass(frozen=True)
class ChangedActivity:
    """The same activity as both versions plan it, otherwise in the one than in the other."""

    was: ActivityLine
    becomes: ActivityLine


@dataclass(frozen=True)
class Planned:
    """What a version plans in all: whole people, hours and kronor. A person who takes part in two
    activities is counted in both."""

    activities: int
    people: int
    staff_hours: int
    kronor: int
    # What of the kronor the municipality pays itself.
    own_kronor: int

    @classmethod
    def of(cls, lines: Sequence[ActivityLine]) -> Planned:
        cost = sum((line.planned for line in lines), Cost())
        return cls(
            activities=len(lines),
            people=sum(line.people for line in lines),
            staff_hours=cost.staff_hours,
            kronor=cost.kronor,
            own_kronor=sum(line.own_kronor for line in lines),
        )


@dataclass(frozen=True)
class YearChange:
    """What is planned to be paid in a year, in kronor, cover included."""

    year: int
    was: int
    becomes: int


@dataclass(frozen=True)
class TrainingChanges:
    """Activities in the order of their numbers."""

    added: tuple[ActivityLine, ...]
    changed: tuple[ChangedActivity, ...]
    removed: tuple[ActivityLine, ...]
    was: Planned
    becomes: Planned
    by_year: tuple[YearChange, ...]

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def training_changes(
    was: Sequence[ActivityLine], becomes: Sequence[ActivityLine]
) -> TrainingChanges:
    """What has to be done to the one plan to make it the other. Both are counted with the same
    assumptions, so that only what is planned tells them apart."""
    before = {line.number: line for line in was}
    after = {line.number: line for line in becomes}
    years = sorted({year for line in (*was, *becomes) for year in line.years})
    return TrainingChanges(
        added=tuple(after[number] for number in sorted(after.keys() - before.keys())),
        changed=tuple(
            ChangedActivity(before[number], after[number])
            for number in sorted(before.keys() & after.keys())
            if _planned(before[number]) != _planned(after[number])
        ),
        removed=tuple(before[number] for number in sorted(before.keys() - after.keys())),
        was=Planned.of(was),
        becomes=Planned.of(becomes),
        by_year=tuple(
            YearChange(year, _in_year(was, year), _in_year(becomes, year)) for year in years
        ),
    )


def _in_year(lines: Iterable[ActivityLine], year: int) -> int:
    return sum(line.planned_in(year).kronor for line in lines)


def _planned(line: ActivityLine) -> tuple[object, ...]:
    """All that a version says of an activity; not how it stands or what has come of it."""
    return (
        *(line.kind, line.title, line.note, line.key_groups, line.others, line.areas, line.levels),
        *(line.measures, line.starts_on, line.ends_on, line.sessions, line.seats, line.people),
        *(line.form, line.responsible, line.unit, line.course_pk, line.planned, line.split),
        line.own_percent,
        tuple((each.organisation_pk, each.role, each.seats, each.share) for each in line.partners),
    )
