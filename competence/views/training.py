"""Utbildningsplanen: what training is planned with whom, how it stands and what it costs; for
everyone who reads the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.figures.activities import ActivityLine, activity_lines
from competence.figures.activity_cost import Cost
from competence.figures.budget import BudgetRow, budget, in_depth_with_partners
from competence.figures.programme import programme_year
from competence.models import StandingProgramme, TrainingPlanVersion
from competence.services.assumptions import assumptions_on
from competence.training_forms import TrainingFilter
from competence.views.admin_programme import asked_year
from lms.content.models import SiteSettings
from lms.lib.dates import today
from lms.lib.numbers import whole_number
from lms.lib.tables import Value, table_response


@dataclass(frozen=True)
class Asked:
    """The version read, the lines of the year asked for, and those left by the filter."""

    version: TrainingPlanVersion
    lines: tuple[ActivityLine, ...]
    year: int | None
    years: tuple[int, ...]
    form: TrainingFilter
    found: tuple[ActivityLine, ...]

    @property
    def kept(self) -> list[tuple[str, int]]:
        """What the filter's form sends along."""
        return [("ar", self.year)] if self.year else []


def _asked(request: HttpRequest) -> Asked | None:
    """None where no training plan is in force."""
    day = today()
    version = TrainingPlanVersion.objects.in_force_on(day)
    if version is None:
        return None
    lines = activity_lines(
        version,
        day=day,
        assumed=assumptions_on(day),
        threshold=SiteSettings.load().suppression_threshold,
    )
    years = tuple(sorted({year for line in lines for year in line.years}))
    year = whole_number(request.GET.get("ar", ""))
    year = year if year in years else None
    areas = {
        code: name for line in lines for code, name in zip(line.areas, line.area_names, strict=True)
    }
    partners = {
        str(partner.organisation_pk): partner.name for line in lines for partner in line.partners
    }
    form = TrainingFilter(
        request.GET or None,
        areas=sorted(areas.items(), key=lambda each: each[1]),
        partners=sorted(partners.items(), key=lambda each: each[1]),
    )
    form.is_valid()
    given = getattr(form, "cleaned_data", {})
    found = tuple(
        line
        for line in lines
        if (year is None or year in line.years)
        and given.get("omrade", "") in ("", *line.areas)
        and given.get("part", "") in ("", *(str(each.organisation_pk) for each in line.partners))
        and given.get("lage", "") in ("", line.status.value)
    )
    return Asked(version, lines, year, years, form, found)


@require_safe
def training_plan(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    programmes = StandingProgramme.objects.select_related("key_group")
    if asked is None:
        return render(request, "competence/training_empty.html", {"programmes": programmes})
    by_year: dict[int, list[ActivityLine]] = {}
    for line in asked.found:
        by_year.setdefault(asked.year or line.starts_on.year, []).append(line)
    return render(
        request,
        "competence/training.html",
        {
            "asked": asked,
            "by_year": sorted(by_year.items()),
            "late": [line for line in asked.lines if line.is_late],
            "programmes": programmes,
            "day": today(),
        },
    )


@require_safe
def training_activity(request: HttpRequest, number: int) -> HttpResponse:
    """One activity of the plan in force."""
    asked = _asked(request)
    line = next((each for each in asked.lines if each.number == number), None) if asked else None
    if asked is None or line is None:
        raise Http404
    return render(
        request,
        "competence/training_activity.html",
        {
            "line": line,
            "threshold": SiteSettings.load().suppression_threshold,
            "version": asked.version,
        },
    )


@require_safe
def training_costs(request: HttpRequest) -> HttpResponse:
    """Plan against outcome: in all or of a year, of all activities or of in-depth training."""
    asked = _asked(request)
    if asked is None:
        return redirect("competence:training")
    only_in_depth = request.GET.get("typ") == "fordjupning"
    lines = in_depth_with_partners(asked.lines) if only_in_depth else asked.lines
    return render(
        request,
        "competence/training_costs.html",
        {
            "asked": asked,
            "budget": budget(lines, year=asked.year),
            "only_in_depth": only_in_depth,
            "assumed": assumptions_on(today()),
            "day": today(),
        },
    )


@require_safe
def training_file(request: HttpRequest, kind: str = "csv") -> HttpResponse:
    """The activities that the page shows, a row each."""
    asked = _asked(request)
    if asked is None:
        raise Http404
    name = f"utbildningsplan-{asked.version.number}-{today().isoformat()}"
    threshold = SiteSettings.load().suppression_threshold
    return table_response(name, *activities_table(asked.found, threshold), kind=kind)


def activities_table(
    lines: Sequence[ActivityLine], threshold: int
) -> tuple[list[str], Iterator[list[Value]]]:
    header = [
        *(_("Code"), _("Title"), _("Type"), _("First day"), _("Last day"), _("For whom")),
        *(_("Areas"), _("Levels"), _("Measures"), _("Sessions"), _("Seats in a session")),
        *(_("People"), _("Form"), _("Responsible"), _("Unit"), _("Partners")),
        *(_("How it stands"), _("Sessions held"), _("Took part"), _("Not in the count")),
    ]
    return header, (_activity_row(line, threshold) for line in lines)


def _activity_row(line: ActivityLine, threshold: int) -> list[Value]:
    part = line.took_part
    took_part = part.count.value
    return [
        *(line.code, line.title, line.kind_words, line.starts_on, line.ends_on, line.audience),
        *(", ".join(line.areas), ", ".join(line.level_names), ", ".join(line.measures)),
        *(line.sessions, line.seats, line.people, line.form, line.responsible, line.unit),
        "; ".join(
            f"{partner.name} ({partner.step_words})" if partner.step else partner.name
            for partner in line.partners
        ),
        *(line.status.words, line.sessions_held),
        int(took_part) if took_part is not None else part.count.hidden_text(threshold),
        _("fewer than %(threshold)s at some time") % {"threshold": threshold}
        if part.leaves_out
        else "",
    ]


@require_safe
def training_costs_file(request: HttpRequest, kind: str = "csv") -> HttpResponse:
    """Plan against outcome, a row for each activity."""
    asked = _asked(request)
    if asked is None:
        raise Http404
    lines = asked.lines
    if request.GET.get("typ") == "fordjupning":
        lines = in_depth_with_partners(lines)
    counted = budget(lines, year=asked.year)
    name = f"utbildningsplan-kostnad-{asked.year or 'alla'}-{today().isoformat()}"
    return table_response(name, *costs_table(counted.rows), kind=kind)


_OF_PEOPLE = ("staff_hours", "cover_hours", "cover_kronor")
_COLUMNS = ("external", "trainer", "venue", *_OF_PEOPLE, "kronor")


def costs_table(rows: Sequence[BudgetRow]) -> tuple[list[str], Iterator[list[Value]]]:
    words = [
        *(_("Bought from others, kronor"), _("Lecturers and trainers, kronor")),
        *(_("Venue, kronor"), _("Staff hours"), _("Hours of cover"), _("Cover, kronor")),
        _("In all, kronor"),
    ]
    header = [
        *(_("Code"), _("Title"), _("Department"), _("Partners")),
        *(_("Planned: %(what)s") % {"what": each} for each in words),
        _("Partners' part of what is planned, kronor"),
        *(_("Outcome: %(what)s") % {"what": each} for each in words),
        *(_("Left, kronor"), _("Note")),
    ]
    return header, (_costs_row(row) for row in rows)


def _costs_row(row: BudgetRow) -> list[Value]:
    def values(cost: Cost, hidden: tuple[str, ...] = ()) -> list[Value]:
        return [_("not shown") if name in hidden else getattr(cost, name) for name in _COLUMNS]

    line = row.line
    return [
        *(line.code if line else "", row.label, line.department if line else "", row.partners),
        *values(row.planned),
        row.partner_kronor,
        *values(row.spent, _OF_PEOPLE if row.leaves_out else ()),
        row.left,
        _("without hours and cover that are not shown") if row.leaves_out else "",
    ]


@require_safe
def standing_programme(request: HttpRequest, code: str) -> HttpResponse:
    """A year of a standing programme: which function takes what, and whether it was held."""
    programme = get_object_or_404(
        StandingProgramme.objects.select_related("key_group"), key_group__code=code
    )
    return render(
        request,
        "competence/programme.html",
        {"shown": programme_year(programme, asked_year(request), today())},
    )
