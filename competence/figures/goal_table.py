"""Coverage today, a year ago and against the goal, key group by key group and department by
department: the cells of two coverage pages side by side, and the decided goals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from competence.figures.coverage import AreaKey
from competence.figures.goals import EVERYONE, Against, Goals
from competence.figures.heat import HeatCell, by_unit, count_cell, share_cell
from competence.figures.published import Published
from lms.framework.models import CompetenceArea, TrainingLevel

_NEAR_A_YEAR = timedelta(days=31)
_YEAR = timedelta(days=364)


def year_ago(day: date, offered: Iterable[date]) -> date | None:
    """The day on offer that is nearest a year before, at most a month from it."""
    wished = day - _YEAR
    near = [each for each in offered if abs(each - wished) <= _NEAR_A_YEAR]
    return min(near, key=lambda each: abs(each - wished), default=None)


@dataclass(frozen=True)
class GoalRow:
    """`where`: the department, the area and level (`of_area`), or all of the municipality
    (`total`)."""

    where: str
    now: HeatCell
    before: HeatCell | None
    against: Against
    total: bool = False
    of_area: bool = False
    code: str = ""

    @property
    def change(self) -> int | None:
        """Percentage points since a year ago; none where either is not shown."""
        if self.before is None or self.now.percent is None or self.before.percent is None:
            return None
        return self.now.percent - self.before.percent

    @property
    def tells(self) -> bool:
        """Whether a share of either day is shown."""
        return any(cell and cell.percent is not None for cell in (self.now, self.before))


@dataclass(frozen=True)
class GoalGroup:
    """A key group, its total first. No code: all of them together."""

    code: str
    name: str
    rows: tuple[GoalRow, ...]

    @property
    def told(self) -> list[GoalRow]:
        """The total, and the rows of which a share is shown."""
        return [row for row in self.rows if row.total or row.tells]

    @property
    def untold(self) -> list[str]:
        """The departments of which no share is shown."""
        return [row.where for row in self._hidden if not row.of_area]

    @property
    def untold_areas(self) -> list[str]:
        """The areas, with their levels, of which no share is shown."""
        return [row.where for row in self._hidden if row.of_area]

    @property
    def _hidden(self) -> list[GoalRow]:
        return [row for row in self.rows if not (row.total or row.tells)]


def goal_table(now: Published, before: Published | None, goals: Goals) -> tuple[GoalGroup, ...]:
    """All key groups together where something is decided of them, then each. Two queries."""
    areas = {area.code: area.name for area in CompetenceArea.objects.all()}
    levels = {level.number: level.name for level in TrainingLevel.objects.all()}
    found = [_together(now, before, goals)]
    for group in sorted(now.totals):
        rows = [
            *_units(now, before, goals, group),
            *_areas(now, before, goals, group, areas, levels),
        ]
        found.append(GoalGroup(group, now.figures.key_groups[group], tuple(rows)))
    return tuple(found)


def _together(now: Published, before: Published | None, goals: Goals) -> GoalGroup:
    """Over the key groups that are shown, as the coverage page sums them."""
    name = _("All key groups that are shown")
    cell = _sum(now)
    row = GoalRow(
        _("The whole municipality"),
        cell,
        _sum(before) if before else None,
        goals.against(cell.percent, EVERYONE),
        total=True,
    )
    return GoalGroup(EVERYONE, name, (row,))


def _sum(published: Published) -> HeatCell:
    table = by_unit(published, None)
    return HeatCell("", table.percent, table.covered, table.counted, "")


def _units(now: Published, before: Published | None, goals: Goals, group: str) -> Iterator[GoalRow]:
    figures = now.figures
    for unit in (None, *figures.top_units):
        count = now.count(group, unit)
        if count is None:
            continue
        cell = count_cell("", count)
        yield GoalRow(
            _("The whole municipality") if unit is None else figures.units[unit].name,
            cell,
            count_cell("", before.count(group, unit)) if before else None,
            goals.against(cell.percent, group),
            total=unit is None,
            code="" if unit is None else figures.units[unit].code,
        )


def _areas(
    now: Published,
    before: Published | None,
    goals: Goals,
    group: str,
    areas: dict[str, str],
    levels: dict[int, str],
) -> Iterator[GoalRow]:
    """The areas in which the group has a goal of its own, for everyone in it."""
    for area, level in goals.of_areas(group):
        key = AreaKey(group, area, level)
        cell = share_cell("", now.by_area.get(key))
        yield GoalRow(
            _("%(area)s, %(level)s")
            % {"area": areas.get(area, area), "level": levels.get(level, str(level))},
            cell,
            share_cell("", before.by_area.get(key)) if before else None,
            goals.against(cell.percent, group, area, level),
            of_area=True,
        )
