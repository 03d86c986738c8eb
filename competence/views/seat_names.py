"""One area and level of the forecast exactly, unit by unit, and who comes due: behind a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from competence.engine.coming_due import days_ahead
from competence.figures.coverage import UnitNode, top_units
from competence.figures.forecast import LineForecast, forecast
from competence.figures.seats import Counted, NamedSeats, count_named
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
    tops = _tops()
    # Asked for when the names are opened, and again for what is shown: one run of the engine.
    counted = cache(lambda: count_named(days_ahead(day), tops, (area, level)))

    part = names_part(
        request,
        purpose=Purpose.SEATS,
        matter=f"{area}-{level}",
        about=of_area,
        people=lambda: list(counted().due),
    )
    return render(
        request,
        "competence/admin/seat_names.html",
        {
            "area": of_area,
            "level": of_level,
            "part": part,
            "parts": _exactly(counted(), tops, (area, level), day) if part.opening else [],
            "people": _named(counted().due, day) if part.opening else [],
            "day": day,
            "header_title": _("Seats, exactly and by name"),
            "header_icon": "group",
        },
    )


def _tops() -> dict[int, Unit]:
    nodes = {
        unit.pk: UnitNode(unit.pk, unit.code, unit.name, unit.parent_id)
        for unit in Unit.objects.order_by("tree_left")
    }
    return Unit.objects.in_bulk(top_units(nodes))


def _exactly(
    counted: NamedSeats, tops: Mapping[int, Unit], key: tuple[str, int], day: date
) -> list[tuple[Unit | None, LineForecast]]:
    """The line of the whole municipality (no unit) and of each largest unit."""
    assume = assumptions_on(day)
    counts: list[tuple[Unit | None, Counted]] = [
        (None, counted.whole),
        *((tops[pk], part) for pk, part in counted.parts.items()),
    ]
    return [
        (unit, line)
        for unit, part in counts
        for line in forecast(part, assume).lines
        if line.line.key == key
    ]


def _named(found: Mapping[int, int], day: date) -> list[DuePerson]:
    people = Person.objects.filter(pk__in=found).order_by("family_name", "given_name", "person_id")
    first = day.replace(day=1)
    named = [
        DuePerson(person, add_months(first, found[person.pk] - 1) if found[person.pk] else None)
        for person in people
    ]
    return sorted(named, key=lambda each: each.month or date.min)
