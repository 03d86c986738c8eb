"""The decided coverage goals in the report, in sentences; in T3 they have columns of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from competence.figures.coverage import AreaKey
from competence.figures.followup.document import Line
from competence.figures.followup.mondays import Monday
from competence.figures.goals import EVERYONE, Goals, reached
from competence.figures.published import Published
from competence.figures.shown import percent_of
from lms.framework.models import CompetenceArea


def together(goals: Goals) -> str:
    goal = goals.of(EVERYONE)
    if goal is None:
        return _("No goal is decided for all key groups together.")
    return _("The goal for all key groups together is %(goal)s.") % {"goal": goal}


def goal_line(goals: Goals, mondays: Sequence[Monday]) -> tuple[Line, ...]:
    """The goal for all key groups together, as a line beside the coverage; none where there is
    none."""
    goal = goals.of(EVERYONE)
    return (Line(_("Goal"), (goal.percent,) * len(mondays)),) if goal else ()


def how_many(published: Published, goals: Goals) -> str:
    """How many of the key groups that are shown have reached their goal; empty where no goal is
    decided of any."""
    percents = {group: percent_of(count.share) for group, count in published.totals.items()}
    counted = reached(goals, percents)
    if not counted.told:
        return ""
    return _(
        "%(reached)s of the %(told)s key groups with a goal that are shown have reached it."
    ) % {
        "reached": counted.reached,
        "told": counted.told,
    }


def of_areas(
    published: Published, goals: Goals, areas: Iterable[CompetenceArea]
) -> tuple[str, ...]:
    """Each goal for one area and level, and how the coverage stands to it where it is shown."""
    names = {area.code: area.name for area in areas}
    found = []
    for group in sorted(published.totals):
        for area, level in goals.of_areas(group):
            share = published.by_area.get(AreaKey(group, area, level))
            against = goals.against(share.percent if share else None, group, area, level)
            words = _("Goal for %(group)s, %(area)s, %(level)s: %(goal)s") % {
                "group": published.figures.key_groups[group],
                "area": names.get(area, area),
                "level": published.figures.levels.get(level, level),
                "goal": against.decided,
            }
            found.append(f"{words} ({against.stands})." if against.stands else f"{words}.")
    return tuple(found)
