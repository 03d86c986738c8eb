"""Täckning framåt: how far the municipality will have come if nothing is done, for those who see
figures and not the people behind them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.figures.week_outlook import ToldDay, ToldLevel, WeekFigures, told
from competence.jobs import outlook_of_week
from competence.models import WeekOutlook
from competence.services.publishing import NotPublishedError, held
from competence.views.scope import acting_user
from competence.views.team_outlook import month_label
from competence.views.withheld import said_where_withheld
from lms.content.charts import Chart, Series, line_chart
from lms.content.models import SiteSettings
from lms.lib.dates import today
from lms.lib.tables import table_response
from lms.people.access import Action, Obj, Scope, scopes

IN_A_YEAR = 11
"""The number of the day that lies about a year ahead."""


@require_safe
@said_where_withheld
def coverage_outlook(request: HttpRequest) -> HttpResponse:
    day = today()
    user = acting_user(request)
    if scopes(user, Action.READ, Obj.COVERAGE, day=day) <= {Scope.SUB}:
        # A manager sees the people themselves.
        return redirect("competence:team_outlook")
    if why := held():
        raise NotPublishedError(why)
    monday = day - timedelta(days=day.weekday())
    made = outlook_of_week(monday=monday, day=day, by=user)
    if not isinstance(made, WeekOutlook):
        return render(
            request, "competence/coverage_outlook_wait.html", {"job": made, "own": made.by == user}
        )
    figures = WeekFigures.from_json(made.figures)
    threshold = figures.threshold or SiteSettings.load().suppression_threshold
    levels = told(figures, threshold)
    level = _level(request, levels)
    unit = request.GET.get("enhet", "") if level else ""
    name = ""
    if level and unit:
        part = next((part for part in level.parts if part.code == unit), None)
        if part is None:
            raise Http404
        name = part.name
    days = level.days_of(unit) if level else ()
    shown = level.shown if level else []
    kind = request.GET.get("format")
    if level and kind in ("csv", "xlsx"):
        return _file(level, unit, name, days, kind, made)
    return render(
        request,
        "competence/coverage_outlook.html",
        {
            "made": made,
            "again": monday + timedelta(days=7),
            "levels": levels,
            "level": level,
            "unit": unit,
            "unit_name": name,
            "days": days,
            "heading": _heading(level, days),
            "chart": _chart(days) if days else None,
            "step": 2 * threshold,
            "least": 8 * threshold,
            "in_two_years": days[-1].day if days else None,
            "in_a_year": days[IN_A_YEAR].day if days else None,
            "units": [(part, part.days[IN_A_YEAR], part.days[-1]) for part in shown],
        },
    )


def _level(request: HttpRequest, levels: tuple[ToldLevel, ...]) -> ToldLevel | None:
    """The level asked for; otherwise the first of which anything is shown."""
    asked = request.GET.get("niva", "")
    for level in levels:
        if asked == str(level.level):
            return level
    return next((level for level in levels if level.shown), next(iter(levels), None))


HALF = 50  # percent


def _heading(level: ToldLevel | None, days: tuple[ToldDay, ...]) -> str:
    if level is None or not days:
        return _("There is no forecast to show")
    last = days[-1]
    if last.lowest == 0:
        # As low as is told: the month in which it first is says more than the last one.
        first = next(day for day in days if (day.lowest, day.highest) == (0, last.highest))
        last = last if first == days[0] else first
    elif last.highest < HALF <= days[0].highest:
        first = next(day for day in days if day.highest < HALF)
        return _("If nothing is done, fewer than half have %(level)s in %(month)s") % {
            "level": level.name,
            "month": date_format(first.day, "F Y"),
        }
    return _("If nothing is done, %(lowest)s–%(highest)s percent have %(level)s in %(month)s") % {
        "lowest": last.lowest,
        "highest": last.highest,
        "level": level.name,
        "month": date_format(last.day, "F Y"),
    }


def _chart(days: tuple[ToldDay, ...]) -> Chart:
    return line_chart(
        summary=_("The share with what is asked, in percent at each month's end: %(figures)s")
        % {
            "figures": "; ".join(
                f"{date_format(day.day, 'F Y')} {day.lowest}–{day.highest}"
                for day in (days[0], days[IN_A_YEAR], days[-1])
            )
        },
        unit="%",
        labels=[month_label(day.day) for day in days],
        series=[
            Series(_("At most"), tuple(day.highest for day in days)),
            Series(_("At least"), tuple(day.lowest for day in days)),
        ],
    )


def _file(
    level: ToldLevel,
    unit: str,
    name: str,
    days: tuple[ToldDay, ...],
    kind: str,
    made: WeekOutlook,
) -> HttpResponse:
    """The table of the page."""
    header = [
        *(_("Counted for the week of"), _("Unit"), _("Level"), _("Day")),
        *(_("At least, %"), _("At most, %"), _("Covered"), _("Gap")),
    ]
    rows: list[list[Any]] = [
        [
            *(made.monday, name or _("Everyone shown"), level.name, day.day),
            *(day.lowest, day.highest, str(day.covered), str(day.gap)),
        ]
        for day in days
    ]
    where = f"-{unit}" if unit else ""
    return table_response(
        f"tackning-framat{where}-niva-{level.level}-{made.monday.isoformat()}",
        header,
        rows,
        kind=kind,
        sheet=_("Ahead"),
    )
