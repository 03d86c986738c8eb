"""F3: what becomes of the coverage in the twelve months to come if nothing is done, told in the
steps of the forecast's page (`competence.figures.week_outlook`), which this repeats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.figures.followup.document import (
    Cell,
    CellKind,
    Chart,
    Column,
    FigureKind,
    Line,
    Row,
    Table,
    hidden,
    number,
    text,
)
from competence.figures.week_outlook import ToldDay, ToldLevel, WeekFigures, told

MONTHS = 12
QUARTER = 3


def coming_expiries(figures: WeekFigures | None, monday: date | None, threshold: int) -> Chart:
    """Of the forecast that was counted for the week of `monday`; none where none was."""
    title = _("Coming expiries, twelve months")
    if figures is None or monday is None:
        empty = Table("F3", title, (), (), (), _("No forecast is counted for the week."))
        return Chart("F3", title, empty.empty, FigureKind.NOT_YET, (), (), empty)
    threshold = figures.threshold or threshold
    levels = told(figures, threshold)
    ahead = figures.days[:MONTHS]
    asked = (ahead[0], ahead[QUARTER - 1], ahead[-1])
    columns = [Column(_("Level")), Column(_("Part of the organisation"))]
    for day in asked:
        month = date_format(day, "F Y")
        columns += [
            Column(_("%(month)s, at least") % {"month": month}, CellKind.NUMBER, "%"),
            Column(_("%(month)s, at most") % {"month": month}, CellKind.NUMBER, "%"),
        ]
    table = Table(
        "F3",
        title,
        tuple(columns),
        tuple(row for level in levels for row in _rows(level, asked)),
        (
            _("If nobody takes or renews anything more. Counted for the week of %(day)s.")
            % {"day": date_format(monday, "j F Y")},
            _("The shares are told between the two that the steps of %(step)s people allow.")
            % {"step": 2 * threshold},
        ),
        _("No unit is large enough to be shown."),
    )
    level = next((each for each in levels if each.whole), None)
    if level is None:
        return Chart("F3", title, table.empty, FigureKind.NOT_YET, (), (), table)
    days = level.whole[:MONTHS]
    last = days[-1]
    return Chart(
        "F3",
        title,
        _("If nothing is done, %(lowest)s–%(highest)s percent have %(level)s in %(month)s.")
        % {
            "lowest": last.lowest,
            "highest": last.highest,
            "level": level.name,
            "month": date_format(last.day, "F Y"),
        },
        FigureKind.LINES,
        tuple(date_format(each.day, "b Y") for each in days),
        (
            Line(_("At most"), tuple(each.highest for each in days)),
            Line(_("At least"), tuple(each.lowest for each in days)),
        ),
        table,
    )


def _rows(level: ToldLevel, asked: Sequence[date]) -> list[Row]:
    def cells(days: Sequence[ToldDay]) -> tuple[Cell, ...]:
        by_day = {each.day: each for each in days}
        return tuple(
            number(value) for day in asked for value in (by_day[day].lowest, by_day[day].highest)
        )

    rows = []
    if level.whole:
        whole = _("All units that are shown")
        rows.append(Row((text(level.name), text(whole), *cells(level.whole)), total=True))
    for part in level.parts:
        told_of = cells(part.days) if part.days else (hidden(_("not shown")),) * 2 * len(asked)
        rows.append(Row((text(level.name), text(part.name), *told_of), unit=part.code))
    return rows
