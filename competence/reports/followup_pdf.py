"""The follow-up report as a PDF, and its extract of two pages: drawn from the frozen report, with
its number and checksum on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, override

from competence.figures.followup.document import (
    Cell,
    CellKind,
    Chart,
    FigureKind,
    Report,
    Row,
    Section,
    Table,
)
from competence.figures.followup.extract import Extract
from lms.content.charts import HeatCell, HeatChart, HeatColumn, Series, heat_chart, line_chart
from lms.content.templatetags.ui import coverage_step
from lms.pdf.flow import TEXT_WIDTH, About, Flow
from lms.pdf.grids import Align, Grid, GridCell, GridColumn, fits
from lms.pdf.passages import LEAD, SOFT

LANGUAGE = "sv"
_FIGURES = (CellKind.NUMBER, CellKind.SHARE)
# Longer words for what is not measured yet go over lines.
SHORT = 20
NO_BREAK = "\N{NO-BREAK SPACE}"
EXTRACT_PAGES = 2
# How many rows and sentences of each kind the extract tells, at most, until it is two pages.
_LIMITS = (1000, 16, 12, 9, 7, 5, 4, 3, 2, 1)


def build(report: Report) -> bytes:
    """The whole report: the same report gives the same bytes, whoever asks."""
    with override(LANGUAGE):
        return _Whole(report, Flow(_about(report, report.title))).written()


def build_extract(extract: Extract) -> bytes:
    """Two pages. What there is no room for is said to stand in the report."""
    with override(LANGUAGE):
        for limit in _LIMITS:
            flow = _extract(extract, limit)
            content = flow.finish()
            if flow.pages == EXTRACT_PAGES:
                break
        return content


def _about(report: Report, title: str) -> About:
    return About(title, report.number, report.checksum, report.municipality, LANGUAGE)


def _period(report: Report) -> str:
    return f"{date_format(report.period_from)} – {date_format(report.period_until)}"


def _facts(report: Report) -> Grid:
    facts = [
        (gettext("Report"), report.number),
        (gettext("Kind"), report.kind.label),
        (gettext("Period"), _period(report)),
        (gettext("Figures of"), date_format(report.cut_off)),
        (gettext("Made"), date_format(report.made_on)),
        (gettext("Competence plan"), report.plan),
    ]
    if report.supersedes:
        facts += [
            (gettext("Supersedes"), report.supersedes),
            (gettext("Puts right"), report.correction),
        ]
    return Grid(
        (GridColumn(gettext("About the report")), GridColumn("")),
        tuple((GridCell(label, strong=True), GridCell(text)) for label, text in facts),
        headed=False,
    )


@dataclass
class _Whole:
    report: Report
    flow: Flow
    # Whether the page being written on lies down.
    lies: bool = False

    def written(self) -> bytes:
        report, flow = self.report, self.flow
        flow.cover(report.municipality, report.title, _period(report))
        flow.table(_facts(report))
        flow.new_page()
        flow.contents(gettext("Contents"))
        flow.new_page()
        flow.heading(2, gettext("In short"))
        for sentence in report.highlights:
            flow.words(sentence, LEAD)
        self._sentences(gettext("Summary"), report.words.summary)
        for section in report.sections:
            self._section(section)
        self._turn(False)
        self._sentences(gettext("Proposals to decide on"), report.words.proposals)
        self._sentences(gettext("Next steps"), report.words.next_steps)
        if report.definitions:
            flow.heading(2, gettext("Definitions"))
            flow.table(_definitions(report))
        return flow.finish()

    def _sentences(self, title: str, sentences: Sequence[str]) -> None:
        if sentences:
            self.flow.heading(2, title)
            self.flow.points(sentences, numbered=True)

    def _section(self, section: Section) -> None:
        """Each table and figure on a page that lies down where it is too wide for an upright one;
        the heading on the page of the first."""
        first = section.tables[0] if section.tables else None
        if first is not None:
            self._turn(_is_wide(first))
        elif section.charts:
            self._turn(_chart_is_wide(section.charts[0]))
        title = section.title
        self.flow.heading(2, title if title.startswith(section.code) else f"{section.code} {title}")
        for sentence in section.intro:
            self.flow.words(sentence)
        for table in section.tables:
            self._turn(_is_wide(table))
            _told(self.flow, table)
        for chart in section.charts:
            self._turn(_chart_is_wide(chart))
            self._chart(chart)

    def _turn(self, lies: bool) -> None:
        if lies != self.lies:
            (self.flow.lying if lies else self.flow.upright)()
        self.lies = lies

    def _chart(self, chart: Chart) -> None:
        title = f"{chart.code} {chart.title}"
        if chart.kind is FigureKind.LINES and chart.labels:
            lines = line_chart(
                summary=chart.summary,
                unit="%",
                labels=chart.labels,
                series=[Series(line.name, line.values) for line in chart.lines],
            )
            drawn = lines.wide if self.lies else lines.paper
            self.flow.picture(drawn.picture, title=title, alt=chart.summary)
            self.flow.words(chart.summary, SOFT)
        elif chart.kind is FigureKind.HEAT and chart.table.rows:
            self.flow.picture(_heat(chart).paper, title=title, alt=chart.summary)
            self.flow.words(chart.summary, SOFT)
        elif chart.table.rows or chart.summary != chart.table.empty:
            self.flow.words(chart.summary, SOFT)
        _told(self.flow, chart.table)


def _is_wide(table: Table) -> bool:
    return bool(table.rows) and not fits(_grid(table, ""), TEXT_WIDTH)


def _chart_is_wide(chart: Chart) -> bool:
    """A heat map is seen whole only on a page that lies down; a figure stands with its table."""
    heat = chart.kind is FigureKind.HEAT and bool(chart.table.rows)
    return heat or _is_wide(chart.table)


def _heat(chart: Chart) -> HeatChart:
    first, *others = chart.table.columns
    return heat_chart(
        summary=chart.summary,
        corner=first.name,
        columns=[HeatColumn(column.name, column.name) for column in others],
        rows=[
            (str(row.cells[0]), [_heat_cell(cell) for cell in row.cells[1:]])
            for row in chart.table.rows
        ],
    )


def _heat_cell(cell: Cell) -> HeatCell:
    if cell.kind is CellKind.HIDDEN:
        return HeatCell(str(cell), str(cell), hidden=True)
    if cell.percent is None:
        return HeatCell("–", str(cell) or "–")
    return HeatCell(str(cell), str(cell), step=int(coverage_step(cell.percent)[-1]))


def _told(flow: Flow, table: Table) -> None:
    """A table with its name and notes, or why it has no rows."""
    caption = f"{table.code} {table.title}"
    if table.rows:
        flow.table(_grid(table, caption))
    else:
        flow.heading(3, caption, listed=False)
        flow.words(table.empty or gettext("Nothing to tell."), SOFT)
    for note in table.notes:
        flow.words(note, SOFT)


def _grid(table: Table, caption: str) -> Grid:
    return Grid(
        tuple(
            GridColumn(
                f"{column.name}, {column.unit}" if column.unit else column.name,
                Align.END if column.kind in _FIGURES else Align.START,
            )
            for column in table.columns
        ),
        tuple(_cells(row) for row in table.rows),
        caption=caption,
    )


def _cells(row: Row) -> tuple[GridCell, ...]:
    first, *others = map(_words, row.cells)
    if row.red:
        first = gettext("%(what)s (deviates)") % {"what": first}
    return (
        GridCell(first, strong=row.total or row.red),
        *(GridCell(text, strong=row.total) for text in others),
    )


def _words(cell: Cell) -> str:
    """What stands for a figure is on one line, as the figure would be."""
    text = str(cell) or "–"
    stands_for_one = cell.kind is CellKind.HIDDEN or (
        cell.kind is CellKind.NOT_YET and len(text) < SHORT
    )
    return text.replace(" ", NO_BREAK) if stands_for_one else text


def _definitions(report: Report) -> Grid:
    return Grid(
        (GridColumn(gettext("Word")), GridColumn(gettext("What it means"))),
        tuple(
            (GridCell(each.term, strong=True), GridCell(each.meaning))
            for each in report.definitions
        ),
    )


def _extract(extract: Extract, limit: int) -> Flow:
    report = extract.report
    title = gettext("Extract for the local crime prevention council")
    flow = Flow(_about(report, f"{title}, {report.number}"))
    flow.heading(1, title)
    flow.words(
        gettext("%(municipality)s, %(period)s. Figures of %(day)s.")
        % {
            "municipality": report.municipality,
            "period": _period(report),
            "day": date_format(report.cut_off),
        },
        SOFT,
    )
    for sentence in report.highlights[:limit]:
        flow.words(sentence, LEAD)
    if extract.elsewhere:
        flow.words(extract.elsewhere, SOFT)
    _some(flow, gettext("Summary"), report.words.summary, limit)
    _few(flow, gettext("Requests by type"), extract.requests, limit)
    flow.new_page()
    _few(flow, gettext("Activities held"), extract.held, limit)
    _few(flow, gettext("Coverage in the forums"), extract.coverage, limit)
    _some(flow, gettext("Next steps"), report.words.next_steps, limit)
    return flow


def _some(flow: Flow, title: str, sentences: Sequence[str], limit: int) -> None:
    flow.heading(2, title)
    if sentences:
        flow.points(sentences[:limit], numbered=True)
        _rest(flow, len(sentences) - limit)
    else:
        flow.words(gettext("Nothing is written."), SOFT)


def _few(flow: Flow, title: str, table: Table | None, limit: int) -> None:
    flow.heading(2, title)
    if table is None or not table.rows:
        words = table.empty if table else gettext("The report has no such figures.")
        flow.words(words or gettext("Nothing to tell."), SOFT)
        return
    shown = replace(table, rows=table.rows[:limit], notes=())
    flow.table(_grid(shown, f"{table.code} {table.title}"))
    _rest(flow, len(table.rows) - limit)


def _rest(flow: Flow, more: int) -> None:
    if more > 0:
        text = ngettext(
            "%(count)s more stands in the report.", "%(count)s more stand in the report.", more
        )
        flow.words(text % {"count": more}, SOFT)
