"""Uppföljning: the follow-up reports, each read as it was frozen; and the extract of two pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from competence.figures.coverage import UnitNode, top_units
from competence.figures.followup.document import Chart, FigureKind, Report
from competence.figures.followup.extract import extract_of, part_of
from competence.models import FollowUpReport
from competence.services.followup import frozen
from competence.services.followup_schedules import may_read_whole, note_opened
from competence.views.altered import said_where_altered
from competence.views.scope import acting_user
from lms.content import charts
from lms.lib.dates import today
from lms.people.access import Action, Obj, can, units_seen_by
from lms.people.models import Unit, User


@dataclass(frozen=True)
class Drawn:
    """A chart of the report with its drawing, where it has one."""

    chart: Chart
    drawing: charts.Chart | None

    @property
    def is_heat(self) -> bool:
        return self.chart.kind is FigureKind.HEAT


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    day, user = today(), acting_user(request)
    makes = can(user, Action.CREATE, Obj.REPORT, day=day)
    known = FollowUpReport.objects.select_related("supersedes").prefetch_related("superseded_by")
    return render(
        request,
        "competence/followup/reports.html",
        {
            "makes": makes,
            "whole": may_read_whole(user, day),
            "waiting": known.waiting() if makes else [],
            "released": known.released().order_by("-released_at", "-pk"),
        },
    )


@require_safe
@said_where_altered
def report(request: HttpRequest, number: str) -> HttpResponse:
    """A manager or a unit contact sees the rows of the departments that are theirs as a whole."""
    day, user = today(), acting_user(request)
    found = readable(user, number, day)
    whole = may_read_whole(user, day)
    document = frozen(found)
    knows_a_part = False
    if not whole:
        own, knows_a_part = _departments(user, day)
        document = part_of(document, own)
    elif found.released_at is not None:
        note_opened(report=found, user=user, at=timezone.now())
    return render(
        request,
        "competence/followup/report.html",
        {
            "report": found,
            "document": document,
            "checksum": document.checksum if whole else found.checksum,
            "sections": [
                (section, [drawn(chart) for chart in section.charts])
                for section in document.sections
            ],
            "whole": whole,
            "knows_a_part": knows_a_part,
            "makes": can(user, Action.CREATE, Obj.REPORT, day=day),
            "superseded_by": found.superseded_by.released().first(),
            "put_right_in": found.superseded_by.live().first() if whole else None,
            "handovers": found.handovers.all() if whole else [],
        },
    )


@require_safe
@said_where_altered
def report_extract(request: HttpRequest, number: str) -> HttpResponse:
    day, user = today(), acting_user(request)
    found = readable(user, number, day)
    if found.released_at is not None:
        note_opened(report=found, user=user, at=timezone.now())
    document = frozen(found)
    return render(
        request,
        "competence/followup/extract.html",
        {"report": found, "extract": extract_of(document), "document": document},
    )


def readable(user: User, number: str, day: date) -> FollowUpReport:
    """The report, where the reader may see it: a draft is for those who make reports."""
    found = get_object_or_404(
        FollowUpReport.objects.select_related("supersedes", "signed_off_by"), number=number
    )
    if found.released_at is None and not can(user, Action.CREATE, Obj.REPORT, day=day):
        raise Http404
    return found


def drawn(chart: Chart) -> Drawn:
    if chart.kind is not FigureKind.LINES or not chart.labels:
        return Drawn(chart, None)
    return Drawn(
        chart,
        charts.line_chart(
            summary=chart.summary,
            unit="%",
            labels=list(chart.labels),
            series=[charts.Series(line.name, line.values) for line in chart.lines],
        ),
    )


def _departments(user: User, day: date) -> tuple[set[str], bool]:
    """The codes of the largest units whose people the reader sees by name all of, and whether there
    are any of which they see some: a figure of those, less whom they know, would tell the rest."""
    units = list(Unit.objects.order_by("tree_left"))
    nodes = {unit.pk: UnitNode(unit.pk, unit.code, unit.name, unit.parent_id) for unit in units}
    tops = set(top_units(nodes))
    own = units_seen_by(user, day)
    largest = [unit for unit in units if unit.pk in tops]
    whole = {unit.code for unit in largest if any(each.covers(unit) for each in own)}
    partly = any(
        unit.code not in whole and any(unit.covers(each) for each in own) for unit in largest
    )
    return whole, partly


def whole_document(user: User, number: str, day: date) -> tuple[FollowUpReport, Report]:
    """For the files, which hold all of it."""
    found = readable(user, number, day)
    return found, frozen(found)
