"""Calendar days: today's date at the edge, months that keep the day, inclusive intervals."""

import calendar
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ONE_DAY = timedelta(days=1)

# The longest periods anybody may state: a hundred years. Days are added to days everywhere.
MAX_MONTHS = 1200
MAX_DAYS = 36_500


def today() -> date:
    """The calendar date in Europe/Stockholm. Only edges (views, tasks, commands) call this."""
    return timezone.now().astimezone(STOCKHOLM).date()


def first_monday(day: date) -> date:
    """The first Monday of the month of `day`."""
    first = day.replace(day=1)
    return first + timedelta(days=-first.weekday() % 7)


LONGEST_WORKING_LIFE_MONTHS = 50 * 12


def earliest_learnt(day: date) -> date:
    """Before this nobody who works here on the day has learnt anything: an earlier day is a slip
    of the pen."""
    return add_months(day, -LONGEST_WORKING_LIFE_MONTHS)


def add_months(day: date, months: int) -> date:
    """`day` moved by `months`; the same day of the month, or the last day of a shorter month. What
    lies beyond the calendar is its last day."""
    month_index = day.year * 12 + day.month - 1 + months
    year, month = divmod(month_index, 12)
    month += 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
