"""The training plan as a document: activities year by year, with whom, and what they cost. The
competence plan has the same tables as its appendices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.figures.activities import ActivityLine, activity_lines
from competence.figures.activity_cost import Cost
from competence.figures.document import (
    Align,
    Block,
    Chapter,
    Document,
    DocumentColumn,
    Fact,
    nothing,
    sentence,
    table,
    words,
)
from competence.figures.document_cover import cover_facts, municipality_name
from competence.models import PlanActivity, TrainingPlanVersion
from competence.services.assumptions import assumptions_on


def training_document(version: TrainingPlanVersion, day: date) -> Document:
    """The version as a document; costs are counted with what is assumed on `day`."""
    lines = lines_of(version, day)
    return Document(
        code=f"{TrainingPlanVersion.kind}-{version.number}",
        kind=TrainingPlanVersion.kind,
        title=_("Training plan for in-depth training"),
        version=_("Version %(number)s") % {"number": version.number},
        municipality=municipality_name(),
        facts=(Fact(_("Kind of document"), _("Training plan")), *cover_facts(version)),
        chapters=(
            Chapter("1", _("About the plan"), _about(version, lines)),
            Chapter("2", _("Activities year by year"), activities_by_year(lines)),
            Chapter("3", _("Partners"), partners(lines)),
            Chapter("4", _("What it costs"), costs_by_year(lines)),
        ),
    )


def lines_of(version: TrainingPlanVersion, day: date) -> tuple[ActivityLine, ...]:
    return activity_lines(version, day=day, assumed=assumptions_on(day))


def _about(version: TrainingPlanVersion, lines: Sequence[ActivityLine]) -> tuple[Block, ...]:
    said = words(version.note)
    if not lines:
        return said
    count = ngettext(
        "The plan has %(count)s activity, in the years %(years)s.",
        "The plan has %(count)s activities, in the years %(years)s.",
        len(lines),
    )
    years = years_of(lines)
    return (
        *said,
        sentence(count % {"count": len(lines), "years": f"{years[0]}–{years[-1]}"}),
    )


def years_of(lines: Sequence[ActivityLine]) -> list[int]:
    return sorted({year for line in lines for year in line.years})


def activities_by_year(lines: Sequence[ActivityLine]) -> tuple[Block, ...]:
    """A table of each year: what, for whom, how many, who answers for it, with whom, the cost."""
    if not lines:
        return (nothing(_("The plan has no activities.")),)
    columns = (
        DocumentColumn(_("Activity")),
        DocumentColumn(_("For whom")),
        DocumentColumn(_("Level and area")),
        DocumentColumn(_("Scope")),
        DocumentColumn(_("Form")),
        DocumentColumn(_("Responsible")),
        DocumentColumn(_("Partners")),
        DocumentColumn(_("Cost this year, kronor"), Align.END),
    )
    return tuple(
        table(
            str(year),
            columns,
            tuple(_activity_row(line, year) for line in lines if year in line.years),
            wide=True,
        )
        for year in years_of(lines)
    )


def _activity_row(line: ActivityLine, year: int) -> tuple[str, ...]:
    levels = ", ".join(line.level_names)
    areas = ", ".join(line.areas)
    return (
        line.title,
        line.audience or ", ".join(line.key_groups),
        _("%(levels)s in %(areas)s") % {"levels": levels, "areas": areas}
        if levels and areas
        else levels or areas,
        _scope(line),
        line.form,
        line.responsible or line.unit,
        ", ".join(partner.name for partner in line.partners),
        kronor(line.planned_in(year).kronor),
    )


def _scope(line: ActivityLine) -> str:
    if line.sessions and line.seats:
        return _("%(sessions)s × %(seats)s seats") % {
            "sessions": line.sessions,
            "seats": line.seats,
        }
    if line.people:
        return ngettext("%(count)s person", "%(count)s people", line.people) % {
            "count": line.people
        }
    return _("not stated")


def partners(lines: Sequence[ActivityLine]) -> tuple[Block, ...]:
    rows = tuple(
        (
            partner.name,
            line.title,
            partner.role,
            str(partner.seats) if partner.seats is not None else "–",
            kronor(partner.kronor),
        )
        for line in lines
        for partner in line.partners
    )
    if not rows:
        return (nothing(_("No partner stands in the plan.")),)
    return (
        table(
            _("Who does what together with us"),
            (
                DocumentColumn(_("Partner")),
                DocumentColumn(_("Activity")),
                DocumentColumn(_("Role")),
                DocumentColumn(_("Seats"), Align.END),
                DocumentColumn(_("Pays, kronor"), Align.END),
            ),
            tuple(sorted(rows)),
        ),
    )


def in_depth(lines: Sequence[ActivityLine]) -> tuple[Block, ...]:
    """What the competence plan tells of the training plan's in-depth training."""
    rows = tuple(
        (
            line.title,
            _period(line),
            ", ".join(partner.name for partner in line.partners) or _("on our own"),
        )
        for line in lines
        if line.kind == PlanActivity.Kind.IN_DEPTH
    )
    if not rows:
        return (nothing(_("The training plan has no in-depth training.")),)
    return (
        table(
            _("In-depth training in the training plan"),
            (
                DocumentColumn(_("Activity")),
                DocumentColumn(_("Period")),
                DocumentColumn(_("Together with")),
            ),
            rows,
        ),
    )


def _period(line: ActivityLine) -> str:
    return _("%(first)s – %(last)s") % {
        "first": date_format(line.starts_on, "F Y"),
        "last": date_format(line.ends_on, "F Y"),
    }


def costs_by_year(lines: Sequence[ActivityLine]) -> tuple[Block, ...]:
    if not lines:
        return (nothing(_("Nothing is planned, so nothing is reckoned.")),)
    by_year = [
        (year, sum((line.planned_in(year) for line in lines), Cost())) for year in years_of(lines)
    ]
    whole = sum((cost for _year, cost in by_year), Cost())
    shared = sum(partner.kronor for line in lines for partner in line.partners)
    rows = [(str(year), *_cost(cost)) for year, cost in by_year]
    rows.append((_("All years"), *_cost(whole)))
    return (
        table(
            _("Planned cost, kronor"),
            (
                DocumentColumn(_("Year")),
                DocumentColumn(_("Bought from others"), Align.END),
                DocumentColumn(_("Lecturers"), Align.END),
                DocumentColumn(_("Venue"), Align.END),
                DocumentColumn(_("Cover for staff"), Align.END),
                DocumentColumn(_("Total"), Align.END),
            ),
            tuple(rows),
        ),
        sentence(
            _("Partners pay %(kronor)s kronor of it.") % {"kronor": kronor(shared)}
            if shared
            else _("The municipality pays all of it.")
        ),
        sentence(
            _("Staff take part for %(hours)s hours, which are not a cost of their own.")
            % {"hours": kronor(whole.staff_hours)}
        ),
    )


def _cost(cost: Cost) -> tuple[str, ...]:
    return tuple(
        map(kronor, (cost.external, cost.trainer, cost.venue, cost.cover_kronor, cost.kronor))
    )


def kronor(amount: int) -> str:
    return f"{amount:,}".replace(",", "\N{NO-BREAK SPACE}")
