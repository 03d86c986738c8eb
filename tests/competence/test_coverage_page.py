"""The coverage page: what is counted, what is hidden, and from whom."""

import csv
import io
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from openpyxl import load_workbook

from competence.engine import Count, Coverage
from competence.engine.coverage import CoverageReport
from competence.figures.counting import count_figures
from competence.figures.coverage import (
    AreaKey,
    DayFigures,
    UnitNode,
    days_offered,
)
from competence.figures.heat import by_area, by_unit
from competence.figures.published import publish
from competence.suppression import Hidden
from lms.framework.models import CompetenceArea
from lms.lib.dates import STOCKHOLM
from lms.people.models import Person
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.people import (
    account_with,
    employ,
    make_account,
    make_manager,
    make_person,
    make_unit,
)
from tests.competence.linear import bounds

DAY = date(2026, 11, 23)


def figures(groups: dict[str, dict[int | None, Count]], areas=None, uptake=None) -> DayFigures:
    """A root (1) with three departments (2, 3, 4); 2 has the schools 5 and 6."""
    parents = {1: None, 2: 1, 3: 1, 4: 1, 5: 2, 6: 2}
    return DayFigures(
        as_of=DAY,
        made_at=datetime(2026, 11, 23, 8, 0, tzinfo=STOCKHOLM),
        plan_number=1,
        adopted_on=None,
        units={pk: UnitNode(pk, f"U{pk}", f"Enhet {pk}", up) for pk, up in parents.items()},
        key_groups={group: f"Grupp {group}" for group in groups},
        levels={1: "Grund"},
        report=CoverageReport(
            mandatory=Coverage(
                {group: counts[None] for group, counts in groups.items()},
                {
                    (unit, group): count
                    for group, counts in groups.items()
                    for unit, count in counts.items()
                    if unit is not None
                },
            ),
            uptake=Coverage(uptake or {}, {}),
        ),
        by_area=areas or {},
    )


def test_a_small_school_does_not_hide_its_department():
    published = publish(
        figures(
            {
                "G": {
                    None: Count(covered=100, gap=30),
                    1: Count(covered=100, gap=30),
                    2: Count(covered=50, gap=10),
                    3: Count(covered=30, gap=10),
                    4: Count(covered=20, gap=10),
                    5: Count(covered=30, gap=5),
                    6: Count(covered=2, gap=2),
                }
            }
        ),
        5,
    )
    table = by_unit(published, None)
    assert [(c.label, c.percent, c.hidden) for c in table.rows[0].cells] == [
        ("Enhet 2", 83, ""),
        ("Enhet 3", 75, ""),
        ("Enhet 4", 67, ""),
    ]
    below = by_unit(published, published.figures.units[2])
    assert [(c.label, c.percent) for c in below.rows[0].cells] == [
        ("Enhet 5", None),
        ("Enhet 6", None),
    ]
    assert all(c.hidden for c in below.rows[0].cells)


def test_a_department_that_is_nearly_one_school_is_hidden():
    """Whoever manages the school knows its 48, and would know that two more are elsewhere."""
    counts = {None: Count(covered=100), 2: Count(covered=50), 3: Count(covered=50)}
    published = publish(figures({"G": counts | {5: Count(covered=48), 6: Count(covered=2)}}), 5)
    assert published.totals["G"].covered.value == 100
    assert published.count("G", 2).covered.hidden
    assert published.count("G", 3).covered.hidden


def test_nothing_is_shown_below_a_hidden_figure():
    published = publish(
        figures(
            {
                "G": {
                    None: Count(covered=50, gap=20),
                    2: Count(covered=20, gap=3),
                    3: Count(covered=20, gap=9),
                    4: Count(covered=10, gap=8),
                    5: Count(covered=20, gap=3),
                }
            }
        ),
        5,
    )
    assert published.count("G", 2).gap.hidden is Hidden.FEW
    assert published.count("G", 5).gap.hidden is Hidden.PROTECTED


def test_sums_are_made_of_shown_totals_only():
    published = publish(
        figures(
            {
                "G": {None: Count(covered=60, gap=20)},
                "H": {None: Count(covered=3, gap=10)},
            }
        ),
        5,
    )
    table = by_unit(published, None)
    assert (table.covered, table.counted, table.percent, table.rows_hidden) == (60, 80, 75, 1)
    assert [row.code for row in table.rows] == ["G", "H"]


def test_nothing_is_called_weakest_where_nobody_lacks_anything():
    whole = publish(figures({"G": {None: Count(covered=60), 2: Count(covered=60)}}), 5)
    assert by_unit(whole, None).weakest is None
    some = publish(
        figures({"G": {None: Count(covered=60, gap=20), 2: Count(covered=60, gap=20)}}), 5
    )
    assert by_unit(some, None).weakest[1].percent == 75


def test_only_groups_with_something_beside_the_figure_are_listed_there():
    table = by_unit(
        publish(
            figures(
                {
                    "G": {None: Count(covered=60, introduction=3)},
                    "H": {None: Count(covered=60)},
                    "I": {None: Count(covered=60)},
                },
                uptake={"I": Count(covered=5, gap=55)},
            ),
            5,
        ),
        None,
    )
    assert [row.code for row in table.rows_beside] == ["G", "I"]
    assert table.rows_without_beside == 1


def test_one_area_is_never_hidden_alone():
    areas = {
        AreaKey("G", "A", 1): Count(covered=40, gap=3, introduction=7),
        AreaKey("G", "B", 1): Count(covered=32, gap=10, introduction=8),
        AreaKey("G", "C", 1): Count(covered=33, gap=9, introduction=8),
    }
    total = Count(covered=25, gap=17, introduction=8)
    published = publish(figures({"G": {None: total}}, areas), 5)
    assert {k.area: bool(s.share.hidden) for k, s in published.by_area.items()} == {
        "A": True,
        "B": True,
        "C": False,
    }


@pytest.mark.parametrize("hidden", ["covered", "gap", "introduction"])
def test_no_area_and_no_uptake_is_shown_where_the_groups_own_figure_is_hidden(hidden):
    total = replace(Count(covered=30, gap=20, introduction=10), **{hidden: 3})
    areas = {AreaKey("G", "A", 1): Count(covered=33, gap=20)}
    published = publish(figures({"G": {None: total}}, areas, {"G": Count(covered=40, gap=10)}), 5)
    assert published.by_area[AreaKey("G", "A", 1)].share.hidden
    assert published.uptake["G"].share.hidden


def _random_world(seed: int):
    """Members of a group with a standing in each of three areas, and the figures they make. In two
    of the areas a lower level is asked as well, which a few more hold."""
    chance = random.Random(seed)
    size = chance.randrange(5, 40)
    odds = [chance.random() for _ in range(3)]
    people = [
        [
            "covered" if chance.random() < odd else chance.choice(["gap", "gap", "introduction"])
            for odd in odds
        ]
        for _ in range(size)
    ]
    total, areas = Count(), {AreaKey("G", area, 2): Count() for area in "ABC"}
    for standings in people:
        worst = next(s for s in ("gap", "introduction", "covered") if s in standings)
        total.add(worst, [])
        for area, standing in zip("ABC", standings, strict=True):
            areas[AreaKey("G", area, 2)].add(standing, [])
    for area in "AB":
        higher = areas[AreaKey("G", area, 2)]
        more = min(chance.randrange(5), higher.gap)
        areas[AreaKey("G", area, 1)] = replace(
            higher, covered=higher.covered + more, gap=higher.gap - more
        )
    return [tuple(standings) for standings in people], total, areas


@pytest.mark.parametrize("seed", range(60))
def test_no_hidden_area_count_can_be_worked_out_from_the_tables(seed):
    """Linear programming over what links an area to the group: all standings of the members
    are the unknowns (27 of them), what is shown is an equation each."""
    people, total, areas = _random_world(seed)
    published = publish(figures({"G": {None: total}}, areas), 5)
    assert {key.level for key in published.by_area} == {2}
    kinds = ("covered", "gap", "introduction")
    cells = [(a, b, c) for a in kinds for b in kinds for c in kinds]
    worst = {
        cell: next(k for k in ("gap", "introduction", "covered") if k in cell) for cell in cells
    }
    equations = []

    def tell(condition, value) -> None:
        equations.append(({"/".join(cell): 1 for cell in cells if condition(cell)}, value))

    shown_total = published.totals["G"]
    for kind in kinds:
        if not getattr(shown_total, kind).hidden:
            tell(lambda cell, kind=kind: worst[cell] == kind, getattr(total, kind))
    for index, area in enumerate("ABC"):
        key = AreaKey("G", area, 2)
        if published.by_area[key].share.hidden:
            continue
        for kind in ("covered", "gap"):
            tell(
                lambda cell, index=index, kind=kind: cell[index] == kind,
                getattr(areas[key], kind),
            )
    # Those with one standing in an area; with one in it and another in all (total minus part);
    # with one in it and another in another area.
    sets = {
        name: [cell for cell in cells if condition(cell)]
        for name, condition in {
            **{
                f"{area}={kind}": lambda cell, i=i, kind=kind: cell[i] == kind
                for i, area in enumerate("ABC")
                for kind in kinds
            },
            **{
                f"{area}={here}, all={over}": lambda cell, i=i, here=here, over=over: (
                    cell[i] == here and worst[cell] == over
                )
                for i, area in enumerate("ABC")
                for here in kinds
                for over in kinds
                if here != over
            },
            **{
                f"{area}!=gap, all=gap": lambda cell, i=i: cell[i] != "gap" and worst[cell] == "gap"
                for i, area in enumerate("ABC")
            },
            **{
                f"{area}=covered, all!=covered": lambda cell, i=i: (
                    cell[i] == "covered" and worst[cell] != "covered"
                )
                for i, area in enumerate("ABC")
            },
            **{
                f"{one}=gap, {other}!=gap": lambda cell, i=i, j=j: (
                    cell[i] == "gap" and cell[j] != "gap"
                )
                for i, one in enumerate("ABC")
                for j, other in enumerate("ABC")
                if i != j
            },
        }.items()
    }
    for name, of_set in sets.items():
        actual = sum(people.count(cell) for cell in of_set)
        if 0 < actual < 5:
            names = {"/".join(cell): 1 for cell in of_set}
            low, high = bounds([*equations, ({**names, "x": -1}, 0)], "x")
            assert high - low >= 5, (seed, name, actual, low, high)


def test_an_area_that_leaves_few_outside_it_is_hidden():
    total = Count(covered=40, gap=8)
    areas = {
        AreaKey("G", "OM6", 1): Count(covered=42, gap=6),
        AreaKey("G", "OM7", 1): Count(covered=43, gap=5),
        AreaKey("G", "OM1", 1): Count(covered=48, gap=0),
    }
    published = publish(figures({"G": {None: total}}, areas), 5)
    assert {key.area: bool(share.share.hidden) for key, share in published.by_area.items()} == {
        "OM6": True,
        "OM7": True,
        "OM1": False,
    }


def test_days_on_offer_are_this_weeks_monday_and_the_first_monday_of_each_month():
    assert days_offered(date(2026, 11, 26), 3) == [
        *(date(2026, 11, 23), date(2026, 11, 2), date(2026, 10, 5), date(2026, 9, 7)),
    ]
    assert days_offered(date(2026, 12, 7), 1) == [date(2026, 12, 7), date(2026, 11, 2)]
    assert days_offered(date(2026, 12, 2), 1) == [date(2026, 11, 30), date(2026, 11, 2)]


def test_days_on_offer_never_lie_closer_than_a_week_whatever_the_day_they_are_asked_for():
    asked = [date(2026, 11, 1) + timedelta(days=number) for number in range(400)]
    every = sorted({day for today in asked for day in days_offered(today)})
    assert min(later - earlier for earlier, later in pairwise(every)) >= timedelta(days=7)
    assert all(days_offered(today)[0] <= today for today in asked)
    assert all(len(days_offered(today)) == 25 for today in asked)


@pytest.fixture
def municipality(db, monday):
    top = make_unit("K")
    units = [make_unit(f"F{number}", top) for number in range(3)]
    adopt(plan_of({"area": "OM1", "grace_days": 0}))
    for index, unit in enumerate(units):
        for number in range(12):
            person = make_person(f"P{index}{number:02}")
            employ(person, unit)
            if number < 6:
                achieve(person, on=date(2026, 1, 1))
    return units


def test_coordinator_sees_figures_and_no_name(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get("/tackning/").content.decode()
    assert "Hälften har kunskapen planen kräver." in page
    assert "6 av 12" in page
    assert "18 av 36" in page
    content = page.split('id="innehall"')[1].split("<footer")[0]
    for word in ("P000", "Åsa", "/team/"):
        assert word not in content


def test_file_hides_the_same_cells_as_the_page(municipality, client):
    employ(make_person("EN"), make_unit("F9", municipality[0].parent))
    client.force_login(account_with(Role.EXECUTIVE_VIEWER))
    text = client.get("/tackning/?format=csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    page = client.get("/tackning/")
    (shown,) = page.context["table"].rows
    for cell in shown.cells:
        said = row[f"{cell.label}, %"]
        assert said == ("" if cell.percent is None else str(cell.percent)) or cell.hidden
        if cell.hidden:
            assert said in ("visas inte", "färre än 5")
    assert any(cell.hidden for cell in shown.cells)
    book = load_workbook(io.BytesIO(client.get("/tackning/?format=xlsx").content))
    said = [cell.value for cell in book.active[2]]
    assert [str(value) for value in said[1:] if value is not None] == [
        value for value in list(row.values())[1:] if value
    ]
    assert book.active["A2"].is_date
    assert not [value for value in said if isinstance(value, str) and value.isdigit()]


def test_manager_is_led_to_the_team(municipality, client):
    client.force_login(make_manager(municipality[0]))
    assert client.get("/tackning/").headers["Location"] == "/team/"


def test_employee_may_not_open_it(municipality, client):
    client.force_login(make_account(make_person()))
    assert client.get("/tackning/").status_code == 403


@pytest.mark.parametrize(
    "asked", ["2026-10-17", "2030-01-01", "1999-01-04", "2026-02-30", "0000-00-00", "igår", ""]
)
def test_a_day_that_is_not_offered_is_the_latest_on_offer(municipality, client, asked):
    client.force_login(account_with(Role.COORDINATOR))
    assert client.get(f"/tackning/?dag={asked}").context["day"] == DAY


def test_a_day_on_offer_can_be_asked_for(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    assert client.get("/tackning/?dag=2026-10-05").context["day"] == date(2026, 10, 5)


def test_the_page_says_the_same_all_week(municipality, client, monkeypatch):
    client.force_login(account_with(Role.COORDINATOR))
    achieve(Person.objects.get(person_id="P011"), on=date(2026, 11, 24))
    for day, covered in ((25, "18 av 36"), (29, "18 av 36"), (30, "19 av 36")):
        monkeypatch.setattr(
            "django.utils.timezone.now", lambda day=day: datetime(2026, 11, day, 8, 0, tzinfo=UTC)
        )
        page = client.get("/tackning/").content.decode()
        assert covered in page


def test_area_table_names_the_level(municipality):
    published = publish(count_figures(DAY), 5)
    table = by_area(published, CompetenceArea.objects.all())
    assert [(c.label, c.percent, c.level) for c in table.rows[0].cells] == [
        ("Område OM1", 50, "Grund")
    ]


def test_requirements_without_training_are_listed(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get("/tackning/").content.decode()
    assert "Planen kräver en nivå som ingen publicerad kurs ger." in page


def test_all_groups_together_are_not_at_100_while_somebody_lacks():
    """1,994 of 2,000."""
    table = by_unit(publish(figures({"G": {None: Count(covered=1994, gap=6)}}), 5), None)
    assert (table.covered, table.counted, table.percent) == (1994, 2000, 99)
