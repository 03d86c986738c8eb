"""Täckning mot målvärden: today, a year ago and the decided goal, key group by key group and
department by department, in one table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.figures.coverage import days_offered
from competence.figures.goal_table import GoalGroup, goal_table, year_ago
from competence.figures.goals import EVERYONE, Reached, goals_beside, reached
from competence.figures.published import Published
from competence.figures.shown import percent_of
from competence.services.mondays import published_on
from competence.views.withheld import said_where_withheld
from lms.lib.dates import today
from lms.lib.tables import table_response


@require_safe
@said_where_withheld
def coverage_goals(request: HttpRequest) -> HttpResponse:
    days = days_offered(today())
    wanted = request.GET.get("dag", "")
    day = next((each for each in days if each.isoformat() == wanted), days[0])
    now = published_on(day)
    earlier = year_ago(day, days)
    before = published_on(earlier) if earlier else None
    goals = goals_beside(now.figures)
    groups = goal_table(now, before, goals)
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx"):
        return _file(groups, now, before, kind)
    percents = {group: percent_of(count.share) for group, count in now.totals.items()}
    counted = reached(goals, percents)
    return render(
        request,
        "competence/coverage_goals.html",
        {
            "groups": groups if now.totals else (),
            "now": now,
            "before": before,
            "day": day,
            "days": days,
            "earlier": earlier,
            "plan_number": now.figures.plan_number,
            "reached": counted,
            "goals": goals,
            "together": goals.against(groups[0].rows[0].now.percent, EVERYONE),
            "heading": _heading(counted),
        },
    )


def _heading(counted: Reached) -> str:
    if not counted.told:
        return _("Coverage today, a year ago and the goal")
    return _("%(reached)s of %(told)s key groups have reached their goal") % {
        "reached": counted.reached,
        "told": counted.told,
    }


def _file(
    groups: Iterable[GoalGroup], now: Published, before: Published | None, kind: str
) -> HttpResponse:
    """The table of the page, with the same cells hidden."""
    day = now.figures.as_of
    earlier = before.figures.as_of if before else ""
    threshold, earlier_threshold = now.threshold, (before or now).threshold
    header = [
        *(_("Key group"), _("Part of the organisation")),
        *(_("Day"), _("Coverage, %"), _("A year ago, day"), _("A year ago, %")),
        *(_("Change, percentage points"), _("Goal, %"), _("To be reached by")),
        _("Against the goal"),
    ]
    rows: list[list[Any]] = [
        [
            *(group.name, row.where, day, row.now.in_a_file(threshold) if row.now else ""),
            *(earlier, row.before.in_a_file(earlier_threshold) if row.before else "", row.change),
            row.against.goal.percent if row.against.goal else "",
            row.against.goal.reach_by if row.against.goal else row.against.decided,
            row.against.stands,
        ]
        for group in groups
        for row in group.rows
    ]
    name = f"tackning-mot-mal-{day.isoformat()}"
    return table_response(name, header, rows, kind=kind, sheet=_("Goals"))
