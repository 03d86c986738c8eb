"""What a report tells of courses completed: of whole half-years, to its cut-off day, in steps."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from competence.figures.followup.learning import learning
from competence.figures.followup.periods import Period, half_of, periods, year_of
from competence.services.followup import FollowUpError, check_period
from courses.models import Completion
from courses.services.completing import revoke_completion
from lms.lib.dates import STOCKHOLM
from tests.builders.courses import complete, publish_course
from tests.builders.people import MONDAY, employ, make_person, make_unit

SPRING, AUTUMN, YEAR = half_of(date(2026, 3, 1)), half_of(MONDAY), year_of(MONDAY)


@pytest.fixture
def take(db, monday):
    """So many take the course on a day."""
    unit = make_unit("K")
    version = publish_course()

    def taken(day: date, people: int) -> None:
        for _each in range(people):
            person = make_person()
            employ(person, unit)
            complete(person, version, datetime(day.year, day.month, day.day, 12, tzinfo=STOCKHOLM))

    return taken


def told(period: Period, cut_off: date = MONDAY) -> list[int | None]:
    return [row.cells[1].number for row in learning(period, cut_off, 5).tables[1].rows]


def test_a_report_can_be_of_whole_half_years_and_years_only(db):
    for first, last in (
        *((MONDAY - timedelta(days=n), MONDAY - timedelta(days=n)) for n in range(14)),
        (date(2026, 7, 1), MONDAY),
        (date(2026, 7, 2), date(2026, 12, 31)),
        (date(2026, 6, 1), date(2026, 12, 31)),
        (date(2025, 1, 1), date(2026, 12, 31)),
        (date(2026, 12, 31), date(2026, 1, 1)),
    ):
        with pytest.raises(FollowUpError, match="halvår"):
            check_period(period_from=first, period_until=last, cut_off=MONDAY, today=MONDAY)
    for each in periods(MONDAY):
        check_period(period_from=each.first, period_until=each.last, cut_off=MONDAY, today=MONDAY)


def test_a_period_that_begins_after_the_day_of_the_figures_is_refused():
    assert [each.first for each in periods(date(2026, 6, 29))[:3]] == [
        *(date(2026, 1, 1), date(2026, 1, 1), date(2025, 1, 1)),
    ]
    with pytest.raises(FollowUpError, match="börjar efter"):
        check_period(
            period_from=AUTUMN.first,
            period_until=AUTUMN.last,
            cut_off=date(2026, 6, 1),
            today=MONDAY,
        )


def test_few_and_nobody_are_told_alike_and_more_in_wide_steps(take):
    nobody = learning(AUTUMN, MONDAY, 5)
    take(date(2026, 11, 9), 9)
    assert learning(AUTUMN, MONDAY, 5) == nobody
    take(date(2026, 11, 12), 1)
    assert told(AUTUMN) == [10]
    take(date(2026, 11, 19), 9)
    assert told(AUTUMN) == [10]


def test_nothing_after_the_cut_off_day_is_counted(take):
    take(date(2026, 11, 20), 9)
    take(MONDAY, 1)
    assert (told(AUTUMN, MONDAY - timedelta(days=1)), told(AUTUMN)) == ([], [10])


def test_what_was_taken_back_after_the_cut_off_day_still_counts_on_it(take):
    take(date(2026, 11, 20), 10)
    revoke_completion(
        completion=Completion.objects.earliest("pk"),
        on=MONDAY + timedelta(days=1),
        by=None,
        reason="Fel",
    )
    assert told(AUTUMN) == [10]
    assert told(AUTUMN, MONDAY + timedelta(days=1)) == []


def test_a_year_tells_of_its_halves_no_more_than_they_do(take):
    """Nine in each half would be at least ten of the year: that somebody took it in both."""
    take(date(2026, 3, 2), 9)
    take(date(2026, 11, 20), 9)
    assert (told(SPRING), told(AUTUMN), told(YEAR)) == ([], [], [])
    take(date(2026, 11, 20), 6)
    assert (told(SPRING), told(AUTUMN), told(YEAR)) == ([], [10], [10])
