"""Scenarier: what ifs of the forecast that were saved with a name, opened again, two of them side
by side, and deleted. Each is reckoned from what this week tells, as any what if is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from competence.access import URLS
from competence.engine.seats import Need
from competence.figures.forecast import Forecast, seats_so_far
from competence.figures.seats import YEAR
from competence.models import SeatScenario
from competence.seat_forms import ComparedForm, ScenarioForm
from competence.services.seat_scenarios import delete_scenario, save_scenario
from competence.views.scope import acting_user
from competence.views.seats import SeatsAsked, round_top, seats_asked, seats_page, try_out
from competence.views.team_outlook import month_label
from lms.content.charts import Chart, Series, line_chart
from lms.lib.dates import today

PLANNED = "0"
"""Chosen in the comparison: as it is planned, with nothing supposed."""


@dataclass(frozen=True)
class Scenario:
    """A saved what if as it comes out this week. No `forecast`: it cannot be reckoned any more,
    since what it supposes of is not told, or the plan asks otherwise now."""

    saved: SeatScenario
    words: Sequence[str]
    forecast: Forecast | None

    @property
    def query(self) -> str:
        return urlencode(self.saved.asked)

    @property
    def year(self) -> int | None:
        return _sum(self.forecast.total[:YEAR]) if self.forecast else None

    @property
    def both(self) -> int | None:
        return _sum(self.forecast.total) if self.forecast else None


@dataclass(frozen=True)
class Month:
    month: date
    one: int
    other: int

    @property
    def differs(self) -> int:
        return self.other - self.one


@dataclass(frozen=True)
class Compared:
    """Two ways of planning, month by month. The totals are of the first year and of both years."""

    one: str
    other: str
    months: tuple[Month, ...]
    totals: tuple[tuple[str, Month], ...]
    chart: Chart


def _sum(needs: Sequence[Need]) -> int:
    return sum(need.seats for need in needs)


@require_safe
def seat_scenarios(request: HttpRequest) -> HttpResponse:
    asked = seats_asked(request)
    if isinstance(asked, HttpResponse):
        return asked
    found = [_scenario(asked, saved) for saved in SeatScenario.objects.all()]
    usable = {str(each.saved.pk): each for each in found if each.forecast}
    form = ComparedForm(
        request.GET if request.GET.get("ett") else None,
        choices=[
            (PLANNED, _("As planned")),
            *((code, each.saved.name) for code, each in usable.items()),
        ],
        initial={"ett": PLANNED, "tva": next(iter(usable), PLANNED)},
    )
    compared = None
    if form.is_bound and form.is_valid():
        compared = _compared(
            *_named(asked, usable, form.cleaned_data["ett"]),
            *_named(asked, usable, form.cleaned_data["tva"]),
        )
    base = asked.base.total
    return render(
        request,
        "competence/seat_scenarios.html",
        {
            "asked": asked,
            "scenarios": found,
            "form": form if usable else None,
            "compared": compared,
            "base_year": _sum(base[:YEAR]),
            "base_both": _sum(base),
            "may_change": URLS["competence:save_scenario"].allows(acting_user(request), asked.day),
        },
    )


def _scenario(asked: SeatsAsked, saved: SeatScenario) -> Scenario:
    form, tried = try_out(asked.told, asked.assume, saved.asked)
    return Scenario(saved, form.in_words, tried)


def _named(asked: SeatsAsked, usable: dict[str, Scenario], code: str) -> tuple[str, Forecast]:
    if code == PLANNED:
        return _("As planned"), asked.base
    scenario = usable[code]
    assert scenario.forecast is not None
    return scenario.saved.name, scenario.forecast


def _compared(one: str, first: Forecast, other: str, second: Forecast) -> Compared | None:
    months = tuple(
        Month(need.month, need.seats, twin.seats)
        for need, twin in zip(first.total, second.total, strict=False)
    )
    if not months:
        return None

    def together(part: Sequence[Month]) -> Month:
        return Month(
            part[0].month, sum(each.one for each in part), sum(each.other for each in part)
        )

    so_far = [seats_so_far(each.total) for each in (first, second)]
    return Compared(
        one,
        other,
        months,
        (
            (_("The first year"), together(months[:YEAR])),
            (_("Both years"), together(months)),
        ),
        line_chart(
            summary=_(
                "Seats needed in all up to %(month)s: %(one)s %(first)s, %(other)s %(second)s"
            )
            % {
                "month": date_format(months[-1].month, "F Y"),
                "one": one,
                "first": so_far[0][-1],
                "other": other,
                "second": so_far[1][-1],
            },
            unit=_("seats"),
            labels=[month_label(each.month) for each in months],
            series=[Series(one, tuple(so_far[0])), Series(other, tuple(so_far[1]))],
            top=round_top(max(*so_far[0], *so_far[1])),
        ),
    )


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save what the address supposes. What was typed stays where it is refused."""
    asked = seats_asked(request)
    if isinstance(asked, HttpResponse):
        return asked
    form = ScenarioForm(request.POST)
    if not asked.tried:
        form.add_error(None, _("Try something first: there is nothing to save."))
    if form.is_valid():
        try:
            saved = save_scenario(
                name=form.cleaned_data["name"],
                asked=asked.supposed_as_typed,
                by=acting_user(request),
            )
        except ValidationError as error:
            form.add_error("name", error.messages)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
            return redirect("competence:seat_scenarios")
    return seats_page(request, asked, form)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more, then throws the scenario away."""
    scenario = get_object_or_404(SeatScenario, pk=pk)
    if request.method == "POST":
        delete_scenario(scenario=scenario, by=acting_user(request))
        messages.success(request, _("“%(name)s” is deleted.") % {"name": scenario.name})
        return redirect("competence:seat_scenarios")
    return render(
        request, "competence/seat_scenario_delete.html", {"scenario": scenario, "day": today()}
    )
