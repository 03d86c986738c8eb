"""What is published of a Monday is made once, and never made again, counted anew or changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from competence import engine
from competence.figures.at_once import count_at_once
from competence.figures.counting import count_days, count_figures
from competence.figures.coverage import days_offered
from competence.figures.kept import document_of, published_from
from competence.figures.published import publish
from competence.figures.week_outlook import count_week
from competence.models import PublishedMonday
from competence.services import mondays
from competence.services.followup import frozen
from competence.services.mondays import keep_mondays, published_of, published_on
from lms.content.models import SiteSettings
from lms.people.models import Person
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.followup import draft
from tests.builders.people import MONDAY, account_with, employ, make_person, make_unit
from tests.competence.test_engine_against_slow_engine import Drawn
from tests.competence.test_suppression import tree_of_figures
from tests.competence.worlds import Seeded, days_to_ask, make_world, write_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(monday):
    """Three departments with twelve people each, of whom six have learnt it."""
    top = make_unit("K")
    units = [make_unit(f"F{number}", top) for number in range(3)]
    adopt(plan_of({"area": "OM1"}))
    for index, unit in enumerate(units):
        for number in range(12):
            person = make_person(f"P{index}{number:02}")
            employ(person, unit)
            if number < 6:
                achieve(person, on=date(2026, 1, 1))
    return units


def date_back() -> None:
    """One of those with a gap turns out to have learnt it before the Monday."""
    achieve(Person.objects.get(person_id="P011"), on=date(2026, 1, 1))


def decide_threshold(threshold: int) -> None:
    site = SiteSettings.load()
    site.suppression_threshold = threshold
    site.save()


@pytest.mark.parametrize("seed", range(10))
def test_what_is_kept_is_read_as_it_was_published_and_holds_no_hidden_number(seed: int):
    published = publish(tree_of_figures(seed), 5)
    frame = published.figures
    document = document_of(published)
    read = published_from(document, frame.as_of, frame.made_at, frame.plan_number, 5)
    assert (read.totals, read.by_unit) == (published.totals, published.by_unit)
    assert (read.by_area, read.uptake) == (published.by_area, published.uptake)
    assert {name: getattr(read.figures, name) for name in vars(read.figures)} == {
        name: getattr(frame, name) for name in vars(read.figures)
    }
    assert not hasattr(read.figures, "report")
    hidden = [
        getattr(count, kind)
        for count in read.by_unit.values()
        for kind in ("covered", "gap", "introduction", "paused", "only_exempt", "only_recognised")
        if getattr(count, kind).hidden
    ]
    assert hidden
    assert all(figure.value is None for figure in hidden)


def test_a_fact_dated_back_shows_from_the_next_monday(town, client, monkeypatch):
    client.force_login(account_with(Role.COORDINATOR))
    assert "18 av 36" in client.get("/tackning/").content.decode()
    date_back()
    for query in ("", "?visa=omraden", "?enhet=F0", "?grupp=G"):
        page = client.get(f"/tackning/{query}").content.decode()
        assert "19 av 36" not in page
        assert "7 av 12" not in page
        assert "Det som registreras senare syns från nästa måndag." in page
    for kind in ("", "&visa=omraden"):
        text = client.get(f"/tackning/?format=csv{kind}").content.decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
        assert (row["Har det som krävs"], row["Räknade"]) == ("18", "36")
    monkeypatch.setattr(
        "django.utils.timezone.now", lambda: datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    )
    assert "19 av 36" in client.get("/tackning/").content.decode()


def test_the_page_the_report_and_the_register_say_the_same_before_and_after_a_fact(town):
    from competence.indicators.plan import coverage

    by = account_with(Role.COORDINATOR)
    first = frozen(draft(by))
    said = coverage(MONDAY).text
    date_back()
    second = frozen(draft(by))
    for code in ("T3", "T3S", "T4"):
        assert first.table(code) == second.table(code)
    assert coverage(MONDAY).text == said
    totals = published_on(MONDAY).totals["G"]
    assert (totals.covered.value, totals.gap.value) == (18, 18)


def test_another_threshold_is_that_of_the_mondays_made_after_it(town, client):
    client.force_login(account_with(Role.COORDINATOR))
    assert "6 av 12" in client.get("/tackning/").content.decode()
    decide_threshold(10)
    assert "6 av 12" in client.get("/tackning/").content.decode()
    earlier = days_offered(MONDAY)[1]
    page = client.get(f"/tackning/?dag={earlier}").content.decode()
    assert "6 av 12" not in page
    assert "visas inte" in page
    assert (published_on(MONDAY).threshold, published_on(earlier).threshold) == (5, 10)


def test_a_report_says_each_mondays_cells_with_the_threshold_it_was_made_with(town):
    days = days_offered(MONDAY)
    for person in Person.objects.filter(person_id__startswith="P0")[:9]:
        person.employments.update(ends_on=date(2026, 10, 1))
    keep_mondays([MONDAY])
    decide_threshold(10)
    report = frozen(draft(account_with(Role.COORDINATOR)))
    (row,) = [row for row in report.table("T3").rows if row.unit == "F0"]
    assert "färre än 5" in {str(cell) for cell in row.cells}
    assert {each.threshold for each in published_of(sorted(days[:2]))} == {5, 10}
    words = " ".join(str(each.meaning) for each in report.definitions)
    assert "färre än 5" in words
    assert "10" in words


def test_a_monday_is_made_of_the_facts_known_when_it_is_first_asked_for(town):
    earlier = days_offered(MONDAY)[6]
    date_back()
    assert published_on(earlier).totals["G"].covered.value == 19
    row = PublishedMonday.objects.get()
    assert row.monday == earlier
    assert row.made_at.date() == MONDAY


def test_the_night_makes_what_may_be_asked_for_in_one_run(town, monkeypatch):
    runs = []
    counting = mondays.count_days
    monkeypatch.setattr(
        mondays, "count_days", lambda days, *rest: runs.append(days) or counting(days, *rest)
    )
    call_command("keep_figures")
    assert runs == [sorted(days_offered(MONDAY))]
    call_command("keep_figures")
    report = frozen(draft(account_with(Role.COORDINATOR)))
    assert len(runs) == 1
    assert len(report.section("T3").charts[0].table.rows) == 13


def test_of_two_who_make_the_same_monday_the_first_to_write_stands(town, monkeypatch):
    counting = mondays.count_days

    def overtaken(days, *rest):
        counted = counting(days, *rest)
        monkeypatch.setattr(mondays, "count_days", counting)
        date_back()
        assert keep_mondays(days) == list(days)
        return counted

    monkeypatch.setattr(mondays, "count_days", overtaken)
    assert published_on(MONDAY).totals["G"].covered.value == 19
    assert PublishedMonday.objects.count() == 1


def test_only_mondays_are_published(db):
    with pytest.raises(ValueError, match="2026-11-24"):
        published_on(date(2026, 11, 24))


@pytest.fixture
def somebody(monday):
    adopt(plan_of({"area": "OM1"}))
    employ(make_person("P1"), make_unit("K"))


@contextmanager
def refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        yield


def sql(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def _save(row: PublishedMonday) -> None:
    row.document = "{}"
    row.save()


def _bulk(row: PublishedMonday) -> None:
    row.threshold = 1
    PublishedMonday.objects.bulk_update([row], ["threshold"])


def _upsert(row: PublishedMonday) -> None:
    again = PublishedMonday(
        monday=row.monday, made_at=row.made_at, threshold=1, document="{}", plan_number=None
    )
    PublishedMonday.objects.bulk_create(
        [again], update_conflicts=True, unique_fields=["monday"], update_fields=["document"]
    )


WAYS: dict[str, Callable[[PublishedMonday], object]] = {
    "save": _save,
    "delete": lambda row: row.delete(),
    "update": lambda row: PublishedMonday.objects.update(threshold=1),
    "delete of all": lambda row: PublishedMonday.objects.all().delete(),
    "bulk_update": _bulk,
    "upsert": _upsert,
    "another of the same day": lambda row: PublishedMonday.objects.create(
        monday=row.monday, made_at=row.made_at, threshold=5, document="{}"
    ),
    "raw update": lambda row: sql("UPDATE competence_publishedmonday SET document = '{}'"),
    "raw update of the day": lambda row: sql(
        "UPDATE competence_publishedmonday SET monday = %s", MONDAY - timedelta(days=7)
    ),
    "raw delete": lambda row: sql("DELETE FROM competence_publishedmonday"),
    "raw upsert": lambda row: sql(
        "INSERT INTO competence_publishedmonday (monday, made_at, threshold, document) "
        "VALUES (%s, %s, 1, '{}') ON CONFLICT (monday) DO UPDATE SET document = '{}'",
        row.monday,
        row.made_at,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_kept_monday_is_neither_changed_nor_removed(way, somebody):
    published_on(MONDAY)
    before = list(PublishedMonday.objects.values())
    with refused():
        WAYS[way](PublishedMonday.objects.get())
    assert list(PublishedMonday.objects.values()) == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
def test_sqlite_replaces_no_kept_monday(somebody):
    published_on(MONDAY)
    with refused():
        sql(
            "INSERT OR REPLACE INTO competence_publishedmonday "
            "(monday, made_at, threshold, document) VALUES (%s, '2026-01-01', 1, '{}')",
            MONDAY,
        )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is PostgreSQL's")
def test_postgresql_does_not_empty_the_kept_mondays(somebody):
    published_on(MONDAY)
    connection.check_constraints()
    with refused():
        sql("TRUNCATE competence_publishedmonday")


def test_the_operators_count_says_the_same_as_long_as_no_fact_changes(town):
    counts = engine.coverage(None, MONDAY).mandatory
    published = published_on(MONDAY)
    assert {
        group: (count.covered.value, count.gap.value) for group, count in published.totals.items()
    } == {group: (count.covered, count.gap) for group, count in counts.by_key_group.items()}


def assert_counts_are_those_of(report: engine.CoverageReport, day: date, figures) -> None:
    assert figures.report.mandatory == report.mandatory, day
    assert figures.report.uptake.by_key_group == report.uptake.by_key_group, day


def write_and_ask(source) -> list[date]:
    world = make_world(source)
    write_world(world)
    return sorted(set(days_to_ask(source, world)))


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_many_days_counted_at_once_are_each_what_the_engine_says(data):
    with transaction.atomic():
        days = write_and_ask(Drawn(data))
        for day, figures in zip(days, count_days(days), strict=True):
            assert_counts_are_those_of(engine.coverage(None, day), day, figures)
        transaction.set_rollback(True)


@pytest.mark.parametrize("seed", range(6))
def test_areas_and_who_is_in_several_groups_are_those_of_each_day_alone(seed):
    days = write_and_ask(Seeded(seed))
    for day, figures in zip(days, count_days(days), strict=True):
        alone = count_figures(day)
        assert figures.by_area == alone.by_area
        assert figures.together == alone.together
        assert figures.levels == alone.levels


@pytest.mark.parametrize("seed", range(6))
def test_days_and_a_week_counted_at_once_are_those_counted_alone(seed):
    days = write_and_ask(Seeded(seed))
    monday = days[-1] - timedelta(days=days[-1].weekday())
    days = [*(day for day in days if day < monday), monday]
    together, week = count_at_once(days, monday)
    assert week == count_week(monday)
    for figures, alone in zip(together, count_days(days), strict=True):
        assert replace(figures, made_at=alone.made_at) == alone
