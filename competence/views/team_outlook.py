"""Framåt: what the team's coverage will be month by month if nothing is done, and whose validity
runs out when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.figures.outlook import ALL, TeamOutlook, team_outlook
from competence.views.scope import TeamScope, team_scope
from lms.content.charts import Chart, Series, line_chart
from lms.lib.dates import today
from lms.lib.tables import table_response

MOST_NAMED = 1000
"""How many validities a page names; the file names them all."""


@dataclass(frozen=True)
class _Asked:
    scope: TeamScope
    level: int
    figures: TeamOutlook

    @property
    def level_name(self) -> str:
        return dict(self.figures.levels).get(self.level, "")


def _asked(request: HttpRequest) -> _Asked | None:
    day = today()
    scope = team_scope(request, day)
    if scope is None:
        return None
    level = _level(request.GET.get("niva", ""))
    figures = team_outlook(scope.people, scope.unit, scope.children, day, level)
    if level != ALL and level not in dict(figures.levels):
        level = ALL
        figures = team_outlook(scope.people, scope.unit, scope.children, day)
    return _Asked(scope, level, figures)


def _level(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else ALL


@require_safe
def team_outlook_page(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    if asked is None:
        return render(request, "competence/team_empty.html")
    figures = asked.figures
    return render(
        request,
        "competence/team_outlook.html",
        {
            "scope": asked.scope,
            "figures": figures,
            "level": asked.level,
            "level_name": asked.level_name,
            "heading": _heading(figures),
            "chart": _chart(figures),
            "too_many": MOST_NAMED if _named(figures) > MOST_NAMED else 0,
            "rows": [(day, figures.month_of(day.day)) for day in figures.curve[1:]],
        },
    )


def _named(figures: TeamOutlook) -> int:
    return sum(len(month.runs_out) for month in figures.runs_out)


HALF = 50  # percent


def _first_month(figures: TeamOutlook, *, below: int) -> str:
    days = (day for day in figures.curve if day.percent is not None and day.percent < below)
    return date_format(next(days).day, "F Y")


def _heading(figures: TeamOutlook) -> str:
    now, then = figures.curve[0].percent, figures.last.percent
    if now is None and then is None:
        return _("There is nothing to count yet")
    if not figures.runs_out and now == then:
        return _("Nothing runs out in the next 24 months")
    words = {
        "now": "–" if now is None else now,
        "then": "–" if then is None else then,
        "month": date_format(figures.last.day, "F Y"),
    }
    if then is not None and now is not None and then < now:
        # The month in which it first is nothing, or under half, says more than the last one.
        if then == 0:
            words["month"] = _first_month(figures, below=1)
        elif then < HALF <= now:
            words["month"] = _first_month(figures, below=HALF)
            return _("If nothing is done: from %(now)s percent to under half in %(month)s") % words
        return _("If nothing is done: from %(now)s to %(then)s percent by %(month)s") % words
    return _("If nothing is done: %(then)s percent in %(month)s") % words


def _chart(figures: TeamOutlook) -> Chart:
    return line_chart(
        summary=_("Coverage in percent at each month's end, if nothing is done: %(figures)s")
        % {
            "figures": "; ".join(
                f"{date_format(day.day, 'F Y')} {day.percent}"
                for day in figures.curve[:: len(figures.curve) // 4]
                if day.percent is not None
            )
        },
        unit="%",
        labels=[month_label(day.day) for day in figures.curve],
        series=[
            Series(
                _("If nothing is done"),
                tuple(None if day.percent is None else day.percent for day in figures.curve),
            )
        ],
    )


def month_label(day: date) -> str:
    """A month on an axis: "nov 2027"."""
    return date_format(day, "M Y").lower()


@require_safe
def team_outlook_file(request: HttpRequest, kind: str = "csv") -> HttpResponse:
    """The figures behind the curve, with for how many people something runs out in each month."""
    asked = _asked(request)
    if asked is None:
        return render(request, "competence/team_empty.html")
    header = [
        *(_("Day"), _("Coverage, %"), _("Covered"), _("Gap"), _("In introduction")),
        *(_("Paused"), _("People with something that runs out in the month")),
    ]
    rows: list[list[Any]] = [
        [
            *(day.day, day.percent, day.covered, day.gap, day.introduction, day.paused),
            asked.figures.month_of(day.day).people if number else None,
        ]
        for number, day in enumerate(asked.figures.curve)
    ]
    return table_response(_name(asked, "framat"), header, rows, kind=kind, sheet=_("Ahead"))


@require_safe
def team_outlook_names(request: HttpRequest, kind: str = "csv") -> HttpResponse:
    """Whose validity runs out, in what, and its last day."""
    asked = _asked(request)
    if asked is None:
        return render(request, "competence/team_empty.html")
    header = [_("Last day"), _("Person id"), _("Name"), _("Area"), _("Level")]
    rows: list[list[Any]] = [
        [each.on, each.person_id, each.name, each.area, each.level]
        for month in asked.figures.months
        for each in month.runs_out
    ]
    return table_response(_name(asked, "gar-ut"), header, rows, kind=kind, sheet=_("Runs out"))


def _name(asked: _Asked, what: str) -> str:
    scope = asked.scope
    level = f"-niva-{asked.level}" if asked.level else ""
    return f"team-{what}-{scope.unit.code}{level}-{scope.day.isoformat()}"
