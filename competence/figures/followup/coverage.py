"""Coverage in the report: T3, T4 and the figures F1 and F2, made of published tables only, so that
the report tells nothing that the coverage page of its day does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.figures.coverage import AreaKey
from competence.figures.followup.document import (
    EMPTY,
    Cell,
    CellKind,
    Chart,
    Column,
    FigureKind,
    Line,
    Row,
    Section,
    Table,
    day,
    hidden,
    number,
    share,
    text,
)
from competence.figures.followup.goals import goal_line, of_areas, together
from competence.figures.followup.mondays import Monday
from competence.figures.goals import Goals
from competence.figures.heat import HeatCell, by_area
from competence.figures.published import Published
from competence.figures.shown import ShownShare, percent_of
from competence.suppression import Figure, ShownCount
from lms.framework.models import CompetenceArea

LOW = 50
"""Under so many percent a coverage deviates: the lowest step of the coverage map."""
FALLEN = 5
"""So many percentage points lower than a year ago a coverage deviates."""


@dataclass(frozen=True)
class CoverageFigures:
    """What the report is made of: the cut-off Monday with its three tables, the totals of Mondays
    back, the last of them the cut-off, and the goals of the plan in force on it. `page` is the
    address of the coverage page."""

    published: Published
    mondays: Sequence[Monday]
    year_ago: Monday | None
    page: str
    goals: Goals

    def link(self, **asked: str) -> str:
        query = {"dag": self.published.figures.as_of.isoformat(), **asked}
        return f"{self.page}?{urlencode(query)}"

    def units(self) -> list[int | None]:
        """All of it, then the largest units in the order of the tree."""
        return [None, *self.published.figures.top_units]

    def name_of(self, unit: int | None) -> str:
        return _("The whole municipality") if unit is None else self._node(unit)[1]

    def code_of(self, unit: int | None) -> str:
        return "" if unit is None else self._node(unit)[0]

    def _node(self, unit: int) -> tuple[str, str]:
        node = self.published.figures.units[unit]
        return node.code, node.name


def figure_cell(figure: Figure, threshold: int) -> Cell:
    if figure.hidden:
        return hidden(figure.hidden_text(threshold))
    return number(int(figure.value)) if figure.value is not None else EMPTY


def share_of(count: ShownCount | ShownShare | None, threshold: int) -> Cell:
    if count is None:
        return EMPTY
    if count.share.hidden:
        return hidden(count.share.hidden_text(threshold))
    covered, gap = count.covered.value, count.gap.value
    if not isinstance(covered, int) or not isinstance(gap, int):
        return EMPTY
    return share(covered, covered + gap)


def coverage_by_unit(asked: CoverageFigures) -> Section:
    """T3 with F1."""
    columns = (
        Column(_("Part of the organisation")),
        Column(_("Key group")),
        Column(_("Coverage"), CellKind.SHARE),
        Column(_("A year ago"), CellKind.SHARE),
        Column(_("Goal")),
        Column(_("Against the goal")),
        Column(_("Covered"), CellKind.NUMBER),
        Column(_("Gap"), CellKind.NUMBER),
        Column(_("In introduction"), CellKind.NUMBER),
        Column(_("Paused"), CellKind.NUMBER),
        Column(_("Only through exemption"), CellKind.NUMBER),
        Column(_("Only through recognition"), CellKind.NUMBER),
    )
    rows = [
        row
        for unit in asked.units()
        for group in sorted(asked.published.totals)
        if (row := _group_row(asked, unit, group)) is not None
    ]
    earlier = asked.year_ago
    notes = [
        _("A person counts in each part where they have a post, once per key group."),
        _("What is hidden protects individuals; it is hidden on the coverage page too."),
        _(
            "How many run out within 90 days is not told per key group: figures so close to one"
            " another tell of individuals. F3 tells in steps what becomes of the coverage."
        ),
    ]
    if asked.goals.any:
        notes.append(
            _(
                "The goals are those of the plan in force on the cut-off day; a key group's goal is"
                " the same in every department. Of a hidden coverage nothing is said against it."
            )
        )
    if earlier:
        notes.insert(
            0,
            _(
                "A year ago is Monday %(day)s, with the figures that were made %(made)s and are"
                " kept."
            )
            % {
                "day": date_format(earlier.day, "j F Y"),
                "made": date_format(localdate(earlier.published.figures.made_at), "j F Y"),
            },
        )
    return Section(
        "T3",
        _("Coverage per department and key group"),
        (),
        (
            _sums(asked),
            Table(
                "T3",
                _("Coverage per department and key group"),
                columns,
                tuple(rows),
                tuple(notes),
                _("Nobody belongs to a key group with requirements yet."),
            ),
        ),
        (_over_time(asked.mondays, asked.goals),),
    )


def _group_row(asked: CoverageFigures, unit: int | None, group: str) -> Row | None:
    count = asked.published.count(group, unit)
    if count is None:
        return None
    earlier = asked.year_ago.published if asked.year_ago else asked.published
    before = earlier.count(group, unit) if asked.year_ago else None
    threshold = asked.published.threshold
    code = asked.code_of(unit)
    against = asked.goals.against(percent_of(count.share), group)
    return Row(
        (
            text(asked.name_of(unit)),
            text(asked.published.figures.key_groups[group]),
            share_of(count, threshold),
            share_of(before, earlier.threshold),
            text(against.decided),
            text(against.stands),
            *(
                figure_cell(figure, threshold)
                for figure in (
                    *(count.covered, count.gap, count.introduction, count.paused),
                    *(count.only_exempt, count.only_recognised),
                )
            ),
        ),
        link=asked.link(grupp=group, **({"enhet": code} if code else {})),
        unit=code,
        group=group,
        total=unit is None,
        red=_deviates(count, before),
    )


def _deviates(count: ShownCount, before: ShownCount | None) -> bool:
    now = percent_of(count.share)
    then = percent_of(before.share) if before else None
    return now is not None and (now < LOW or (then is not None and then - now >= FALLEN))


def _sums(asked: CoverageFigures) -> Table:
    """Each part of the organisation over its key groups: of shown figures only."""
    rows = []
    for unit in asked.units():
        counts = [
            count
            for group in asked.published.totals
            if (count := asked.published.count(group, unit)) is not None
        ]
        if not counts:
            continue
        shown = [
            (covered, covered + gap)
            for count in counts
            if isinstance(covered := count.covered.value, int)
            and isinstance(gap := count.gap.value, int)
        ]
        covered, counted = (sum(pair[side] for pair in shown) for side in (0, 1))
        code = asked.code_of(unit)
        rows.append(
            Row(
                (
                    text(asked.name_of(unit)),
                    share(covered, counted),
                    number(covered) if shown else EMPTY,
                    number(counted) if shown else EMPTY,
                    number(len(counts)),
                    number(len(counts) - len(shown)),
                ),
                link=asked.link(**({"enhet": code} if code else {})),
                unit=code,
                total=unit is None,
            )
        )
    return Table(
        "T3S",
        _("Coverage per department, all key groups that are shown"),
        (
            Column(_("Part of the organisation")),
            Column(_("Coverage"), CellKind.SHARE),
            Column(_("Covered"), CellKind.NUMBER),
            Column(_("Counted"), CellKind.NUMBER),
            Column(_("Key groups"), CellKind.NUMBER),
            Column(_("Of them left out"), CellKind.NUMBER),
        ),
        tuple(rows),
        (
            _(
                "Key groups with hidden figures are left out of the sums. Whoever is in two"
                " counts twice."
            ),
        ),
        _("Nobody belongs to a key group with requirements yet."),
    )


def _over_time(mondays: Sequence[Monday], goals: Goals) -> Chart:
    """F1: what each Monday's page shows in all, and the goal for all of it."""
    table = Table(
        "F1",
        _("Coverage over time"),
        (
            Column(_("Monday"), CellKind.DATE),
            Column(_("Coverage"), CellKind.SHARE),
            Column(_("Covered"), CellKind.NUMBER),
            Column(_("Counted"), CellKind.NUMBER),
            Column(_("Key groups left out"), CellKind.NUMBER),
        ),
        tuple(
            Row(
                (
                    day(each.day),
                    share(each.covered, each.counted),
                    number(each.covered),
                    number(each.counted),
                    number(each.hidden),
                )
            )
            for each in mondays
        ),
        (
            _("The first Monday of each month back, and the cut-off day."),
            _("Each Monday's figures are made once and kept; its page shows the same."),
            _("Key groups with hidden figures are left out of the sums of that day."),
            together(goals),
        ),
    )
    percents = tuple(row.cells[1].percent for row in table.rows)
    # The cut-off day is often in the month of the last first Monday.
    months = [each.day.replace(day=1) for each in mondays]
    twice = {each.day for each in mondays if months.count(each.day.replace(day=1)) > 1}
    known = [
        f"{date_format(each.day, 'j F Y' if each.day in twice else 'F Y')} {percent} %"
        for each, percent in zip(mondays, percents, strict=True)
        if percent is not None
    ]
    return Chart(
        "F1",
        table.title,
        _("Coverage, all key groups that are shown: %(figures)s. %(goal)s")
        % {"figures": "; ".join(known), "goal": together(goals)}
        if known
        else _("There is nothing to count yet."),
        FigureKind.LINES,
        tuple(date_format(each.day, "j b" if each.day in twice else "b Y") for each in mondays),
        (
            Line(_("Coverage"), percents),
            *goal_line(goals, mondays),
        ),
        table,
    )


def coverage_by_area(asked: CoverageFigures, areas: Iterable[CompetenceArea]) -> Section:
    """T4 with F2."""
    areas = list(areas)
    threshold = asked.published.threshold
    names = asked.published.figures.key_groups
    levels = asked.published.figures.levels
    keys = sorted(asked.published.by_area, key=_area_order(areas))
    rows: list[Row] = []
    for area in areas:
        for level in sorted({key.level for key in keys if key.area == area.code}):
            of_level = [key for key in keys if (key.area, key.level) == (area.code, level)]
            shown = [
                asked.published.by_area[key]
                for key in of_level
                if not asked.published.by_area[key].share.hidden
            ]
            first = (text(area.name), text(levels.get(level, level)))
            covered = sum(int(each.covered.value or 0) for each in shown)
            gap = sum(int(each.gap.value or 0) for each in shown)
            left = len(of_level) - len(shown)
            rows.append(
                Row(
                    (
                        *first,
                        text(_all_groups(left)),
                        *(share(covered, covered + gap), number(covered), number(gap)),
                    )
                    if shown
                    else (*first, text(_all_groups(left)), EMPTY, EMPTY, EMPTY),
                    link=asked.link(visa="omraden"),
                    total=True,
                )
            )
            rows += [
                Row(
                    (
                        *first,
                        text(names[key.key_group]),
                        share_of(asked.published.by_area[key], threshold),
                        figure_cell(asked.published.by_area[key].covered, threshold),
                        figure_cell(asked.published.by_area[key].gap, threshold),
                    ),
                    link=asked.link(visa="omraden", grupp=key.key_group),
                    group=key.key_group,
                )
                for key in of_level
            ]
    title = _("Coverage per area and level")
    table = Table(
        "T4",
        title,
        (
            Column(_("Area")),
            Column(_("Level")),
            Column(_("Key group")),
            Column(_("Coverage"), CellKind.SHARE),
            Column(_("Covered"), CellKind.NUMBER),
            Column(_("Gap"), CellKind.NUMBER),
        ),
        tuple(rows),
        (
            _("Everyone in the key group, wherever they work. Sums are of shown figures only."),
            _("Of two levels in one area the higher is shown: it holds the lower."),
            *of_areas(asked.published, asked.goals, areas),
        ),
        _("Nothing is required in any area yet."),
    )
    return Section("T4", title, (), (table,), (_heat(asked, areas),))


def _area_order(areas: Sequence[CompetenceArea]) -> Callable[[AreaKey], tuple[int, int, str]]:
    place = {area.code: number for number, area in enumerate(areas)}
    return lambda key: (place.get(key.area, len(place)), key.level, key.key_group)


def _all_groups(left: int) -> str:
    if not left:
        return _("All key groups")
    return ngettext(
        "All key groups but %(number)s that is hidden",
        "All key groups but %(number)s that are hidden",
        left,
    ) % {"number": left}


def _heat(asked: CoverageFigures, areas: Sequence[CompetenceArea]) -> Chart:
    """F2: the coverage page's table by area, cell for cell."""
    heat = by_area(asked.published, areas)
    threshold = asked.published.threshold
    rows = sorted(heat.rows, key=lambda row: row.code)
    table = Table(
        "F2",
        _("Coverage, key group by area"),
        (Column(_("Key group")), *(Column(name, CellKind.SHARE) for name in heat.columns)),
        tuple(
            Row(
                (text(row.name), *(_heat_cell(cell, threshold) for cell in row.cells)),
                link=asked.link(visa="omraden", grupp=row.code),
            )
            for row in rows
        ),
        (_("Of two levels in one area the higher is shown: it holds the lower."),),
        _("Nothing is required in any area yet."),
    )
    weakest = heat.weakest
    summary = (
        _("Lowest is %(group)s: %(percent)s percent.")
        % {"group": weakest[0].name, "percent": weakest[1].percent}
        if weakest
        else _("No shown figure is under 100 percent.")
    )
    return Chart("F2", table.title, summary, FigureKind.HEAT, (), (), table)


def _heat_cell(cell: HeatCell, threshold: int) -> Cell:
    if cell.hidden == "small":
        return hidden(_("fewer than %(threshold)s") % {"threshold": threshold})
    if cell.hidden:
        return hidden(_("not shown"))
    return share(cell.covered, cell.counted)


def year_before(mondays: Sequence[Monday], cut_off: date) -> Monday | None:
    """The Monday nearest a year before; none where nothing so far back was counted."""
    wished = cut_off.toordinal() - 364
    near = [each for each in mondays if abs(each.day.toordinal() - wished) <= 31]
    return min(near, key=lambda each: abs(each.day.toordinal() - wished), default=None)
