"""Platser som behövs: what the team's own people need in the next two years, counted exactly for
the manager who sees them by name."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from competence.engine.coming_due import days_ahead
from competence.engine.seats import Need
from competence.figures.forecast import LineForecast, forecast
from competence.figures.seats import count_seats
from competence.services.assumptions import assumptions_on
from competence.views.scope import team_scope
from lms.lib.dates import today

NEAREST = 3
"""How many months are soon."""


@dataclass(frozen=True)
class TeamLine:
    """One area and level: how many lack it now, how many come due soon, and the first year."""

    forecast: LineForecast
    soon: int
    year: Need

    @property
    def lacking(self) -> int:
        return int(self.forecast.line.backlog)


@require_safe
def team_seats(request: HttpRequest) -> HttpResponse:
    day = today()
    scope = team_scope(request, day)
    if scope is None:
        return render(request, "competence/team_empty.html")
    counted = count_seats(scope.people, days_ahead(day), unit_pk=scope.unit.pk)
    found = forecast(counted, assumptions_on(day))
    lines = [
        TeamLine(each, int(each.line.lacking(NEAREST) - each.line.backlog), each.year)
        for each in found.lines
    ]
    return render(
        request,
        "competence/team_seats.html",
        {
            "scope": scope,
            "lines": lines,
            "lacking": sum(line.lacking for line in lines),
            "soon": sum(line.soon for line in lines),
            "assume": found.assume,
        },
    )
