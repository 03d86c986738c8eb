"""Täckning: how far the municipality has come, key group by key group; the same figures for every
reader, with small groups hidden."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from competence.figures.coverage import UnitNode, days_offered
from competence.figures.goals import Goals, goals_beside
from competence.figures.heat import HeatTable, by_area, by_unit, of_group
from competence.figures.published import Published
from competence.figures.shown import percent_of
from competence.services.mondays import published_on
from competence.supply import requirements_without_supply
from competence.suppression import Figure
from competence.views.scope import acting_user
from competence.views.withheld import said_where_withheld
from lms.framework.models import CompetenceArea
from lms.lib.dates import today
from lms.lib.tables import Value, table_response
from lms.people.access import Action, Obj, Scope, can, scopes

VIEWS = {"enheter": gettext_lazy("By unit"), "omraden": gettext_lazy("By area")}


@require_safe
@said_where_withheld
def coverage(request: HttpRequest) -> HttpResponse:
    day = today()
    if scopes(acting_user(request), Action.READ, Obj.COVERAGE, day=day) <= {Scope.SUB}:
        # A manager sees the people themselves.
        return redirect("competence:team")
    days = days_offered(day)
    asked = _asked_day(request, days)
    published = published_on(asked)
    unit = _asked_unit(request, published)
    group = request.GET.get("grupp", "")
    if group and group not in published.totals:
        raise Http404
    show = request.GET.get("visa", "enheter")
    table = (
        by_area(published, CompetenceArea.objects.all())
        if show == "omraden" and not unit
        else by_unit(published, unit)
    )
    goals = goals_beside(published.figures)
    kind = request.GET.get("format")
    if kind in ("csv", "xlsx"):
        return _file(published, table, goals, unit, kind)
    return render(
        request,
        "competence/coverage.html",
        {
            "published": published,
            "figures": published.figures,
            "day": asked,
            "days": days,
            "unit": unit,
            "above": _above(published, unit),
            "parts": [
                published.figures.units[pk]
                for pk in (
                    published.figures.parts(unit.pk) if unit else published.figures.top_units
                )
            ],
            "table": table,
            "rows": [(row, goals.against(row.total.percent, row.code)) for row in table.rows],
            "goal": goals.against(_percent(published, group, unit), group) if group else None,
            "group": group,
            "group_name": published.figures.key_groups.get(group, ""),
            "group_rows": of_group(published, group, unit) if group else [],
            "group_count": published.count(group, unit.pk if unit else None) if group else None,
            "by_area": show == "omraden" and not unit,
            "without_supply": requirements_without_supply(asked),
            "reads_reports": can(acting_user(request), Action.READ, Obj.REPORT, day=day),
            "heading": _group_heading(published, group, unit) if group else _heading_of(table),
        },
    )


def _asked_day(request: HttpRequest, days: list[date]) -> date:
    """One of the days on offer; what is anything else is the latest of them."""
    asked = request.GET.get("dag", "")
    return next((day for day in days if day.isoformat() == asked), days[0])


def _asked_unit(request: HttpRequest, published: Published) -> UnitNode | None:
    code = request.GET.get("enhet", "")
    if not code:
        return None
    for unit in published.figures.units.values():
        if unit.code == code and unit.pk not in published.figures.roots_above_tops:
            return unit
    raise Http404


def _above(published: Published, unit: UnitNode | None) -> list[UnitNode]:
    """The units on the way down to this one."""
    above: list[UnitNode] = []
    node = unit
    while node and node.parent and node.parent not in published.figures.roots_above_tops:
        node = published.figures.units[node.parent]
        above.insert(0, node)
    return above


def _percent(published: Published, group: str, unit: UnitNode | None) -> int | None:
    count = published.count(group, unit.pk if unit else None)
    return percent_of(count.share) if count else None


def _group_heading(published: Published, group: str, unit: UnitNode | None) -> str:
    name = published.figures.key_groups[group]
    percent = _percent(published, group, unit)
    if percent is None:
        return name
    return _("%(group)s: %(percent)s percent") % {"group": name, "percent": percent}


def _heading_of(table: HeatTable) -> str:
    """Where groups are too small to be shown, the figure is of the others."""
    heading = _heading(table)
    if table.percent is None or not table.rows_hidden:
        return heading
    return _("%(heading)s, in the groups that are shown") % {"heading": heading}


def _heading(table: HeatTable) -> str:
    percent = table.percent
    if percent is None:
        return _("There is nothing to count yet")
    for limit, text in (
        (97, _("Almost everyone has the knowledge the plan asks for")),
        (87, _("Nine in ten have the knowledge the plan asks for")),
        (78, _("Four in five have the knowledge the plan asks for")),
        (72, _("Three in four have the knowledge the plan asks for")),
        (63, _("Two in three have the knowledge the plan asks for")),
        (55, _("Six in ten have the knowledge the plan asks for")),
        (45, _("Half have the knowledge the plan asks for")),
        (37, _("Four in ten have the knowledge the plan asks for")),
        (29, _("One in three has the knowledge the plan asks for")),
        (22, _("One in four has the knowledge the plan asks for")),
        (12, _("One in six has the knowledge the plan asks for")),
    ):
        if percent >= limit:
            return text
    return _("Few have the knowledge the plan asks for yet")


def _shown(figure: Figure, threshold: int) -> Value:
    if figure.hidden:
        return figure.hidden_text(threshold)
    return int(figure.value) if figure.value is not None else ""


def _file(
    published: Published, table: HeatTable, goals: Goals, unit: UnitNode | None, kind: str
) -> HttpResponse:
    """The table of the page, with the same cells hidden."""
    threshold = published.threshold
    header = [
        *(_("Day"), _("Key group"), *(f"{name}, %" for name in table.columns)),
        *(_("All, %"), _("Covered"), _("Counted"), _("In introduction"), _("Paused")),
        *(_("Only through exemption"), _("Only through recognition")),
        *(_("Uptake of the recommended, %"), _("Goal"), _("Against the goal")),
    ]
    rows: list[list[Any]] = [
        [
            *(published.figures.as_of, row.name),
            *(cell.in_a_file(threshold) for cell in row.cells),
            *(row.total.in_a_file(threshold), row.total.covered, row.total.counted),
            *(
                _shown(one, threshold)
                for one in (row.introduction, row.paused, row.only_exempt, row.only_recognised)
            ),
            row.uptake.in_a_file(threshold) if row.uptake and not unit else None,
            *((against := goals.against(row.total.percent, row.code)).decided, against.stands),
        ]
        for row in table.rows
    ]
    where = f"-{unit.code}" if unit else ""
    name = f"tackning{where}-{published.figures.as_of.isoformat()}"
    return table_response(name, header, rows, kind=kind, sheet=_("Coverage"))
