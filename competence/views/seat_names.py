"""One area and level of the forecast exactly, unit by unit, and who comes due: behind a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from competence.engine.coming_due import days_ahead
from competence.figures.coverage import UnitNode, top_units
from competence.figures.forecast import LineForecast, forecast
from competence.figures.seats import count_parts, due_people
from competence.services.assumptions import assumptions_on
from competence.services.disclosure import Purpose
from competence.views.disclosure import names_part
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import add_months, today
from lms.people.models import Person, Unit


@dataclass(frozen=True)
class DuePerson:
    """Somebody who comes due. No `month`: lacks it already."""

    person: Person
    month: date | None


def seat_names(request: HttpRequest, area: str, level: int) -> HttpResponse:
    day = today()
    of_area = get_object_or_404(CompetenceArea, code=area)
    of_level = get_object_or_404(TrainingLevel, number=level)
    days = days_ahead(day)
    found: dict[int, int] = {}
    counted = False

    def people() -> list[int]:
        nonlocal counted
        if not counted:
            found.update(due_people(days, area, level))
            counted = True
        return list(found)

    part = names_part(
        request,
        purpose=Purpose.SEATS,
        matter=f"{area}-{level}",
        about=of_area,
        people=people,
    )
    return render(
        request,
        "competence/admin/seat_names.html",
        {
            "area": of_area,
            "level": of_level,
            "part": part,
            "parts": _exactly(days, area, level, day) if part.opening else [],
            "people": _named(found, day) if part.opening else [],
            "day": day,
            "header_title": _("Seats, exactly and by name"),
            "header_icon": "group",
        },
    )


def _exactly(
    days: list[date], area: str, level: int, day: date
) -> list[tuple[Unit | None, LineForecast]]:
    """The line of the whole municipality (no unit) and of each largest unit."""
    nodes = {
        unit.pk: UnitNode(unit.pk, unit.code, unit.name, unit.parent_id)
        for unit in Unit.objects.order_by("tree_left")
    }
    tops = Unit.objects.in_bulk(top_units(nodes))
    whole, parts = count_parts(None, days, tops)
    assume = assumptions_on(day)
    counts = [(None, whole), *((tops[pk], counted) for pk, counted in parts.items())]
    return [
        (unit, line)
        for unit, counted in counts
        for line in forecast(counted, assume).lines
        if line.line.key == (area, level)
    ]


def _named(found: dict[int, int], day: date) -> list[DuePerson]:
    people = Person.objects.filter(pk__in=found).order_by("family_name", "given_name", "person_id")
    first = day.replace(day=1)
    named = [
        DuePerson(person, add_months(first, found[person.pk] - 1) if found[person.pk] else None)
        for person in people
    ]
    return sorted(named, key=lambda each: each.month or date.min)
