"""T7, T8 and F4: the arena's own figures, through the registry of indicators, and what waits for
the support desk. An indicator says itself where it measures nothing yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from competence.figures.followup.document import (
    NOT_YET,
    Cell,
    CellKind,
    Chart,
    Column,
    FigureKind,
    Row,
    Section,
    Table,
    day,
    hidden,
    number,
    share,
    text,
)
from lms.content.governance import governed_models, pages_due
from lms.framework.indicators import Indicator, Reading


def requests_section() -> Section:
    """T7 with F4: nothing is counted before there is a support desk."""
    note = _("Measured when support requests are received and followed here.")
    title = _("Support requests")
    columns = (Column(_("What")), Column(_("How many"), CellKind.NUMBER))
    rows = (
        *(_("Requests, by who asks"), _("Requests, by topic")),
        *(_("Days to the first answer"), _("Outcome")),
    )
    return Section(
        "T7",
        title,
        (),
        (Table("T7", title, columns, tuple(Row((text(each), NOT_YET)) for each in rows), (note,)),),
        (
            Chart(
                "F4",
                _("Requests per quarter"),
                note,
                FigureKind.NOT_YET,
                (),
                (),
                Table("F4", _("Requests per quarter"), columns, (), (), note),
            ),
        ),
    )


def arena_section(as_of: date, indicators: Iterable[Indicator]) -> Section:
    title = _("The arena")
    return Section("T8", title, (), (_reviewed(as_of), _indicators(as_of, indicators)))


def _reviewed(as_of: date) -> Table:
    """Published pages by kind, as they are on the day the report is made."""
    due: dict[str, int] = {}
    for page in pages_due(as_of):
        due[page.kind] = due.get(page.kind, 0) + 1
    rows = []
    for model in governed_models():
        kind = str(model._meta.verbose_name)
        published = model.objects.live().count()
        if published:
            late = due.get(kind, 0)
            cells = (share(published - late, published), number(late))
            rows.append(Row((text(kind), number(published), *cells)))
    return Table(
        "T8",
        _("Pages reviewed in time"),
        (
            Column(_("Kind of page")),
            Column(_("Published"), CellKind.NUMBER),
            Column(_("Reviewed in time"), CellKind.SHARE),
            Column(_("Out of date"), CellKind.NUMBER),
        ),
        tuple(rows),
        (_("Pages published when the report was made, by their review day."),),
        _("No page is published yet."),
    )


def _indicators(as_of: date, indicators: Iterable[Indicator]) -> Table:
    rows = []
    for each in indicators:
        reading = each.compute(as_of)
        rows.append(
            Row(
                (
                    text(each.name),
                    _told(reading),
                    text(each.unit),
                    day(reading.day),
                    text(reading.why or each.definition),
                )
            )
        )
    return Table(
        "T8I",
        _("Indicators"),
        (
            Column(_("Indicator")),
            Column(_("Figure"), CellKind.NUMBER),
            Column(_("Unit")),
            Column(_("Day"), CellKind.DATE),
            Column(_("What it says")),
        ),
        tuple(rows),
        (),
        _("No indicator is registered."),
    )


def _told(reading: Reading) -> Cell:
    if reading.is_hidden:
        return hidden(reading.text)
    if not reading.is_measured:
        return Cell(CellKind.NOT_YET, reading.text)
    if isinstance(reading.value, Fraction):
        return share(reading.value.numerator, reading.value.denominator)
    return number(reading.value)
