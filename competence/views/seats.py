"""Prognos: how many seats are needed month by month, why, and what if. For those who see figures
and not the people behind them: all is reckoned from what the week tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence import jobs
from competence.access import URLS
from competence.engine.assume import Assumptions
from competence.engine.seats import Need, Supposed, SupposedError
from competence.figures.forecast import Forecast, forecast, look_back, seats_so_far
from competence.figures.seats import YEAR, ToldSeats, told
from competence.models import PlanVersion, WeekSeats
from competence.seat_forms import ScenarioForm, WhatIfForm
from competence.services.assumptions import assumptions_on
from competence.views.scope import acting_user
from competence.views.team_outlook import month_label
from lms.content.charts import Chart, Series, line_chart
from lms.lib.dates import today
from lms.lib.numbers import about
from lms.lib.tables import table_response
from lms.notifications.models import Job
from lms.people.access import Action, Obj, Scope, scopes

_NICE = (1, 2, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True)
class SeatsAsked:
    """What the address asks for: the week's counts, what is assumed, and what if. `tried` is none
    where nothing is supposed, or what is cannot be."""

    day: date
    made: WeekSeats
    told: ToldSeats
    assume: Assumptions
    form: WhatIfForm
    base: Forecast
    tried: Forecast | None

    @property
    def current(self) -> Forecast:
        return self.tried or self.base

    @property
    def supposed(self) -> Supposed | None:
        """What is supposed of the plan, where anything is."""
        return self.form.supposed if self.tried else None

    @cached_property
    def plan(self) -> PlanVersion | None:
        return PlanVersion.objects.in_force_on(self.day)

    @property
    def what_if(self) -> str:
        """The query that asks the same on another page."""
        return urlencode(self.supposed_as_typed)

    @property
    def supposed_as_typed(self) -> dict[str, str]:
        """What is supposed, as the form takes it."""
        return {
            name: self.form.data[name]
            for name in self.form.fields
            if self.tried and self.form.data.get(name)
        }


def seats_asked(request: HttpRequest) -> SeatsAsked | HttpResponse:
    """What is asked for; or the answer where there is nothing to reckon from yet."""
    day = today()
    user = acting_user(request)
    if scopes(user, Action.READ, Obj.COVERAGE, day=day) <= {Scope.SUB}:
        # A manager sees the people themselves.
        return redirect("competence:team_outlook")
    monday = day - timedelta(days=day.weekday())
    made = jobs.seats_of_week(monday=monday, day=day, by=user)
    if isinstance(made, Job):
        return render(request, "competence/seats_wait.html", {"job": made, "own": made.by == user})
    week = told(made.figures)
    assume = assumptions_on(day)
    asks = any(request.GET.get(name) for name in WhatIfForm.base_fields)
    form, tried = try_out(week, assume, request.GET if asks else None)
    return SeatsAsked(day, made, week, assume, form, forecast(week.counted, assume), tried)


def try_out(
    week: ToldSeats, assume: Assumptions, data: Mapping[str, str] | None
) -> tuple[WhatIfForm, Forecast | None]:
    """The form of what is supposed (none: nothing), and what it comes to; none where it cannot be
    supposed, which the form says."""
    form = WhatIfForm(data, counted=week.counted)
    if data is None or not form.is_valid():
        return form, None
    try:
        return form, forecast(
            week.counted,
            form.assumed(assume),
            backlog_months=form.backlog_months,
            supposed=form.supposed,
        )
    except SupposedError:
        form.add_error("giltighet", _("Choose a validity within 23 months of what it is."))
        return form, None


@require_safe
def seats(request: HttpRequest) -> HttpResponse:
    asked = seats_asked(request)
    return asked if isinstance(asked, HttpResponse) else seats_page(request, asked, ScenarioForm())


def seats_page(request: HttpRequest, asked: SeatsAsked, scenario: ScenarioForm) -> HttpResponse:
    """The forecast; `scenario` is the form that saves what is tried."""
    chosen = request.GET.get("visa", "")
    line = next((each for each in asked.base.lines if each.code == chosen), None)
    months = asked.base.months_of(chosen if line else "")
    tried = asked.tried.months_of(_tried_code(asked, chosen)) if asked.tried else ()
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx"):
        return _file(asked, kind)
    return render(
        request,
        "competence/seats.html",
        {
            "asked": asked,
            "scenario": scenario,
            "chosen": chosen if line else "",
            "line": line,
            "months": list(zip(months, tried or months, strict=True)),
            "chart": _chart(months, tried) if months else None,
            "heading": _heading(months),
            "looked": look_back(asked.told, asked.made.monday),
            "again": asked.made.monday + timedelta(days=7),
            "hidden": [
                (asked.told.counted.areas.get(area, area), asked.told.counted.levels.get(level))
                for area, level in asked.told.hidden
            ],
            "base_year": sum(need.seats for need in months[:YEAR]),
            "tried_year": sum(need.seats for need in tried[:YEAR]),
            "may_change": URLS["competence:accept_sessions"].allows(
                acting_user(request), asked.day
            ),
        },
    )


def _tried_code(asked: SeatsAsked, chosen: str) -> str:
    """The line that the chosen one is called where another level is supposed."""
    supposed = asked.form.supposed
    if supposed and supposed.to_level and chosen == f"{supposed.area}-{supposed.level}":
        return f"{supposed.area}-{supposed.to_level}"
    return chosen


def _heading(months: tuple[Need, ...]) -> str:
    if not months:
        return _("There is no forecast to show")
    return _("About %(seats)s seats are needed until the end of %(month)s") % {
        "seats": about(sum(need.seats for need in months[:YEAR])),
        "month": date_format(months[YEAR - 1].month, "F Y"),
    }


def _chart(months: tuple[Need, ...], tried: tuple[Need, ...]) -> Chart:
    base = seats_so_far(months)
    other = seats_so_far(tried)
    lines = [Series(_("As planned") if tried else _("Seats"), tuple(base))]
    if tried:
        lines.append(Series(_("What if"), tuple(other)))
    return line_chart(
        summary=_("Seats needed in all up to each month: %(figures)s")
        % {
            "figures": "; ".join(
                f"{date_format(months[number].month, 'F Y')} {base[number]}"
                + (f" ({_('what if')} {other[number]})" if tried else "")
                for number in (0, YEAR - 1, len(months) - 1)
            )
        },
        unit=_("seats"),
        labels=[month_label(need.month) for need in months],
        series=lines,
        top=round_top(max([*base, *other])),
    )


def round_top(most: int) -> int:
    """A round number that the highest point lies under."""
    size = 10 ** max(0, len(str(most)) - 1)
    return next(size * step for step in _NICE if size * step >= most) if most else 1


def _file(asked: SeatsAsked, kind: str) -> HttpResponse:
    """Every line and month, as planned and what if."""
    header = [
        *(_("Counted for the week of"), _("Reckoned"), _("Area"), _("Level"), _("Month")),
        *(_("Lacking today"), _("Due for the first time"), _("Runs out"), _("Again")),
        *(_("Newcomers"), _("Have left"), _("People"), _("No-show"), _("Seats")),
    ]
    rows: list[list[Any]] = []
    for words, found in ((_("as planned"), asked.base), (_("what if"), asked.tried)):
        for line in found.lines if found else ():
            for need in line.needs:
                rows.append(
                    [
                        *(asked.made.monday, words, line.area, line.level, need.month),
                        *(need.backlog, need.first_time, need.expiry, need.again),
                        *(need.newcomers, need.leavers, need.people, need.no_show, need.seats),
                    ]
                )
    return table_response(
        f"platsprognos-{asked.made.monday.isoformat()}",
        header,
        rows,
        kind=kind,
        sheet=_("Seats"),
    )
