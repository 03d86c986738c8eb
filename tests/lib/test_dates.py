"""Days and months."""

from datetime import date

import pytest

from lms.lib.dates import add_months


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(9999, 12, 1), 0, date(9999, 12, 1)),
        (date(9999, 12, 1), 1, date(9999, 12, 31)),
        (date(2026, 1, 1), 120_000, date(9999, 12, 31)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_and_the_calendar_ends(day, months, moved):
    assert add_months(day, months) == moved
