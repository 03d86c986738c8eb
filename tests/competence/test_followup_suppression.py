"""What a follow-up report tells is told by the coverage page of its Monday already; and from two
reports, with the page of both their days, no count that is hidden can be worked out."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime

import pytest

from competence.engine import Count
from competence.engine.coverage import Coverage, CoverageReport
from competence.figures.coverage import AreaKey, DayFigures, UnitNode
from competence.figures.followup.coverage import (
    CoverageFigures,
    coverage_by_area,
    coverage_by_unit,
)
from competence.figures.followup.document import Cell, CellKind, Table
from competence.figures.followup.mondays import Monday
from competence.figures.goals import Goal, Goals
from competence.figures.kept import document_of, published_from
from competence.figures.published import Published, publish
from competence.figures.shown import percent_of
from lms.framework.models import CompetenceArea
from lms.lib.dates import STOCKHOLM
from tests.competence.linear import bounds

DAYS = (date(2026, 11, 23), date(2026, 11, 30))
KINDS = ("covered", "gap", "introduction", "paused", "only_exempt", "only_recognised")
FEWEST = 5
"""The threshold that no other is lower than here."""
FIRST_NUMBER = 6
"""The column of T3 with the covered; the other kinds follow."""


GOALS = Goals(
    DAYS[-1],
    {
        ("G", "", 0): (Goal(50, date(2027, 12, 31)),),
        ("H", "", 0): (Goal(80, date(2026, 6, 30)),),
        ("G", "OM4", 1): (Goal(90, date(2027, 12, 31)),),
    },
)
GOAL, STANDS = 4, 5
"""The columns of T3 with the decided goal and how the coverage stands to it."""


def world(seed: int, day: date) -> DayFigures:
    """Two key groups in one tree of units, the same on both days, with counts of every kind and
    two areas each, one of them at two levels for one group; a few people in no unit."""
    tree = random.Random(seed)
    parents: dict[int, int | None] = {1: None}
    for node in range(2, tree.randint(4, 8)):
        parents[node] = 1 if node < 4 else tree.randint(1, 3)
    choice = random.Random(f"{seed} {day}")
    counts = {name: counts_in(parents, choice) for name in ("G", "H")}
    return DayFigures(
        as_of=day,
        made_at=datetime(2026, 11, 30, 8, 0, tzinfo=STOCKHOLM),
        plan_number=1,
        adopted_on=None,
        units={pk: UnitNode(pk, f"U{pk}", f"Enhet {pk}", up) for pk, up in parents.items()},
        key_groups={"G": "Grupp G", "H": "Grupp H"},
        levels={1: "Grund", 2: "Fördjupning"},
        report=CoverageReport(
            mandatory=Coverage(
                {name: of_group[None] for name, of_group in counts.items()},
                {
                    (node, name): count
                    for name, of_group in counts.items()
                    for node, count in of_group.items()
                    if node is not None
                },
            ),
            uptake=Coverage({}, {}),
        ),
        by_area={
            AreaKey(name, area, level): part(of_group[None], step)
            for name, of_group in counts.items()
            for area, level, step in (("OM1", 2, 0), ("OM1", 1, 3), ("OM4", 1, 7))
            if (name, area, level) != ("H", "OM1", 2)
        },
    )


def counts_in(parents: dict[int, int | None], choice: random.Random) -> dict[int | None, Count]:
    """Each unit has people of its own, and those below it. Those covered only in another way are
    of the covered."""
    counts: dict[int | None, Count] = {node: Count() for node in (None, *parents)}
    for kind in KINDS:
        for node in (None, *parents):
            own = choice.choice((0, 0, 1, 2, 3, 4, 5, 6, 9, 15, 40) if node else (0, 0, 2, 7))
            above = node
            while above is not None:
                counts[above] = more(counts[above], kind, own)
                above = parents[above]
            counts[None] = more(counts[None], kind, own)
    return counts


def more(count: Count, kind: str, number: int) -> Count:
    changed = {kind: getattr(count, kind) + number}
    if kind.startswith("only"):
        changed["covered"] = count.covered + number
    return replace(count, **changed)


def part(whole: Count, step: int) -> Count:
    """In one area some of those with a gap have what is asked for."""
    moved = min(step, whole.gap)
    return replace(whole, covered=whole.covered + moved, gap=whole.gap - moved, only_exempt=0)


def kept(figures: DayFigures, threshold: int) -> Published:
    """What is published of a day, as it is read from the row that keeps it."""
    return published_from(
        document_of(publish(figures, threshold)),
        figures.as_of,
        figures.made_at,
        figures.plan_number,
        threshold,
    )


def report_tables(published: Published, before: Published | None) -> dict[str, Table]:
    day = published.figures.as_of
    mondays = [Monday(day, published)]
    earlier = Monday(before.figures.as_of, before) if before else None
    asked = CoverageFigures(published, mondays, earlier, "/tackning/", GOALS)
    areas = [CompetenceArea(code=code, name=code) for code in ("OM1", "OM4")]
    sections = (coverage_by_unit(asked), coverage_by_area(asked, areas))
    return {
        table.code: table
        for section in sections
        for table in (*section.tables, *(chart.table for chart in section.charts))
    }


def told(cell: Cell) -> list[int]:
    """The numbers that a cell gives away."""
    if cell.kind is CellKind.SHARE:
        assert cell.number is not None
        assert cell.of is not None
        return [cell.number, cell.of - cell.number]
    return [cell.number] if cell.kind is CellKind.NUMBER and cell.number is not None else []


def shares_told(table: Table, published: Published, column: int) -> None:
    """A share in a row of T3 is that of the published table, of the same key group and unit."""
    codes = {unit.code: pk for pk, unit in published.figures.units.items()}
    for row in table.rows:
        count = published.count(row.group, codes.get(row.unit))
        if numbers := told(row.cells[column]):
            assert count is not None
            assert numbers == [count.covered.value, count.gap.value]


@pytest.mark.parametrize("seed", range(30))
def test_every_figure_a_report_tells_is_told_by_the_coverage_page(seed: int):
    then, now = (publish(world(seed, day), 5) for day in DAYS)
    tables = report_tables(now, then)
    codes = {unit.code: pk for pk, unit in now.figures.units.items()}
    for row in tables["T3"].rows:
        count = now.count(row.group, codes.get(row.unit))
        assert count is not None
        for cell, kind in zip(row.cells[FIRST_NUMBER:], KINDS, strict=True):
            figure = getattr(count, kind)
            assert told(cell) == ([] if figure.hidden else [figure.value])
        against = GOALS.against(percent_of(count.share), row.group)
        assert (str(row.cells[GOAL]), str(row.cells[STANDS])) == (against.decided, against.stands)
        # Over or under is said only of a share that is told.
        assert bool(str(row.cells[STANDS])) is (not count.share.hidden and bool(told(row.cells[2])))
    shares_told(tables["T3"], now, 2)
    shares_told(tables["T3"], then, 3)
    for row in tables["T3S"].rows:
        counts = [
            count
            for group in now.totals
            if (count := now.count(group, codes.get(row.unit))) is not None
            if not count.covered.hidden and not count.gap.hidden
        ]
        assert told(row.cells[2]) in ([], [sum(each.covered.value for each in counts)])
    told_of = [(row.group, str(row.cells[0])) for row in tables["T4"].rows if not row.total]
    assert len(told_of) == len(set(told_of)) == 4
    for row in tables["T4"].rows:
        of_row = [
            share
            for key, share in now.by_area.items()
            if key.area == str(row.cells[0])
            and now.figures.levels[key.level] == str(row.cells[1])
            and row.group in ("", key.key_group)
            and not share.share.hidden
        ]
        assert told(row.cells[4]) == (
            [sum(share.covered.value for share in of_row)] if of_row else []
        )
    for row in tables["F2"].rows:
        for cell, area in zip(row.cells[1:], ("OM1", "OM4"), strict=True):
            group = f"{row.cells[0]}"[-1]
            share = now.by_area[AreaKey(group, area, 2 if (group, area) == ("G", "OM1") else 1)]
            assert told(cell) == (
                [] if share.share.hidden else [share.covered.value, share.gap.value]
            )


def value(figures: DayFigures, group: str, node: int | None, kind: str) -> int:
    """How many there are, shown or not."""
    counts = figures.report.mandatory
    count = counts.by_key_group[group] if node is None else counts.by_unit[node, group]
    return int(getattr(count, kind))


def equations(
    tables: dict[str, Table], day: int, kind: str, published: Published, figures: DayFigures
) -> list:
    """What a report and the page of its day tell of one kind, with how the counts add up."""
    found: list[tuple[dict[str, int], int]] = []
    codes = {unit.code: pk for pk, unit in figures.units.items()}
    column = FIRST_NUMBER + KINDS.index(kind)
    for row in tables["T3"].rows:
        for told_of in told(row.cells[column]):
            found.append(({f"{day} {row.group} {codes.get(row.unit)}": 1}, told_of))
    if kind == "covered":
        for row in tables["T3S"].rows:
            counted = [
                group
                for group in published.totals
                if (count := published.count(group, codes.get(row.unit))) is not None
                and not count.covered.hidden
                and not count.gap.hidden
            ]
            for told_of in told(row.cells[2]):
                factors = {f"{day} {group} {codes.get(row.unit)}": 1 for group in counted}
                found.append((factors, told_of))
    tops = set(figures.top_units)
    for group in published.totals:
        for node in (None, *figures.units):
            if node in figures.roots_above_tops:
                continue
            shown = getattr(published.count(group, node), kind)
            if not shown.hidden:
                found.append(({f"{day} {group} {node}": 1}, shown.value))
            below = [
                pk
                for pk, unit in figures.units.items()
                if (pk in tops if node is None else unit.parent == node and pk not in tops)
                and pk not in figures.roots_above_tops
            ]
            if below:
                factors = {f"{day} {group} {node}": 1}
                factors |= {f"{day} {group} {pk}": -1 for pk in below}
                # That nobody is outside the parts is known; who is there is never shown.
                if value(figures, group, node, kind) != sum(
                    value(figures, group, pk, kind) for pk in below
                ):
                    factors[f"{day} {group} outside {node}"] = -1
                found.append((factors, 0))
    return found


def assert_nothing_hidden_is_told(
    worlds: list[DayFigures], days: list[Published], kind: str, *, the_same_people: bool = False
) -> None:
    """By two reports with the pages of both their days; each count that is a few under the
    threshold of its row keeps an interval as wide as that."""
    system = []
    for place, published in enumerate(days):
        tables = report_tables(published, days[0] if place else None)
        system += equations(tables, 0 if the_same_people else place, kind, published, worlds[place])
    for place, (figures, published) in enumerate(zip(worlds, days, strict=True)):
        least = FEWEST if the_same_people else published.threshold
        for group in published.totals:
            for node in (None, *figures.units):
                if node in figures.roots_above_tops:
                    continue
                if 0 < value(figures, group, node, kind) < least:
                    name = f"{0 if the_same_people else place} {group} {node}"
                    low, high = bounds(system, name)
                    assert high - low >= least, (group, node, low, high)


@pytest.mark.parametrize("thresholds", [(5, 5), (5, 10), (10, 5)])
@pytest.mark.parametrize("kind", ["covered", "gap", "only_exempt"])
@pytest.mark.parametrize("seed", range(4))
def test_two_reports_and_their_pages_tell_no_count_that_is_hidden(
    seed: int, kind: str, thresholds: tuple[int, int]
):
    worlds = [world(seed, day) for day in DAYS]
    days = [kept(figures, least) for figures, least in zip(worlds, thresholds, strict=True)]
    assert_nothing_hidden_is_told(worlds, days, kind)


def dated_back(figures: DayFigures) -> DayFigures:
    """The same day when one of those with a gap, somewhere, turns out to be covered."""
    counts = figures.report.mandatory
    node = next(
        node
        for node in sorted(figures.units, reverse=True)
        if counts.by_unit[node, "G"].gap and not figures.parts(node)
    )
    changed = dict(counts.by_unit)
    above: int | None = node
    while above is not None:
        changed[above, "G"] = one_learnt(changed[above, "G"])
        above = figures.units[above].parent
    groups = {**counts.by_key_group, "G": one_learnt(counts.by_key_group["G"])}
    return replace(
        figures,
        report=CoverageReport(mandatory=Coverage(groups, changed), uptake=Coverage({}, {})),
    )


def one_learnt(count: Count) -> Count:
    return replace(count, covered=count.covered + 1, gap=count.gap - 1)


@pytest.mark.parametrize("kind", ["covered", "gap"])
@pytest.mark.parametrize("seed", range(4))
def test_a_fact_dated_back_between_report_and_page_tells_nothing(seed: int, kind: str):
    """The report is made, the fact comes, the page is read, and a week later the next report: the
    page of the first Monday says what the first report said, and what the fact changed is a part
    of the next Monday only."""
    before = world(seed, DAYS[0])
    after = replace(dated_back(before), as_of=DAYS[1])
    reported = kept(before, 5)
    page = kept(before, 5)
    assert (page.totals, page.by_unit, page.by_area) == (
        *(reported.totals, reported.by_unit, reported.by_area),
    )
    assert_nothing_hidden_is_told([before, after], [reported, kept(after, 5)], kind)


@pytest.mark.parametrize("kind", ["covered", "gap"])
@pytest.mark.parametrize("thresholds", [(5, 10), (10, 5)])
@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_told_by_another_threshold_even_where_nothing_has_changed(
    seed: int, thresholds: tuple[int, int], kind: str
):
    """Two Mondays with the same people, for a reader who knows that they are the same: what the
    lower threshold hides stays hidden, and no more can be asked."""
    figures = world(seed, DAYS[0])
    days = [kept(figures, least) for least in thresholds]
    assert_nothing_hidden_is_told([figures, figures], days, kind, the_same_people=True)
