"""A timeline as shapes on a line and the same in words. Widths are shares of the line, so that
the shapes follow the screen and the words keep their size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.engine.timeline import Renewal, Timeline

LONGEST_PAST = timedelta(days=3 * 366)
ONE_DAY = timedelta(days=1)
ROOM_FOR_A_YEAR = 90  # per cent: a year that begins later has no room for its number


@dataclass(frozen=True)
class Bar:
    """A stretch of days. `kind`: valid, window, grace, renewed or leave."""

    kind: str
    x: str
    width: str


@dataclass(frozen=True)
class Mark:
    """A day. `kind`: today or due."""

    kind: str
    x: str


@dataclass(frozen=True)
class Tick:
    x: str
    year: int


@dataclass(frozen=True)
class Entry:
    """One line of the words: the shape it belongs to, what it is, and its day."""

    kind: str
    term: str
    value: str


@dataclass(frozen=True)
class Drawing:
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    summary: str
    entries: tuple[Entry, ...]


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


@dataclass(frozen=True)
class _Axis:
    first: date
    last: date

    @classmethod
    def of(cls, line: Timeline) -> _Axis:
        days = [line.day, line.member_since, *filter(None, (line.achieved, line.due, line.opens))]
        days += [d for d in (line.valid_until, line.today and line.today.until) if d]
        first = max(min(days), line.day - LONGEST_PAST)
        last = max(*days, line.day + timedelta(days=180))
        room = max((last - first).days // 20, 7)
        return cls(first, min(last, date.max - timedelta(days=room)) + timedelta(days=room))

    def x(self, day: date) -> float:
        inside = min(max(day, self.first), self.last)
        return 100 * (inside - self.first).days / max((self.last - self.first).days, 1)

    def bar(self, kind: str, start: date, end: date | None) -> Bar:
        """From the first day to the end of the last; none is for ever."""
        left = self.x(start)
        right = self.x(end + ONE_DAY) if end and end < date.max else 100.0
        return Bar(kind, f"{left:.2f}%", f"{max(right - left, 0.4):.2f}%")


def drawing_of(line: Timeline, *, mandatory: bool = True, you: bool = True) -> Drawing:
    axis = _Axis.of(line)
    marks = [Mark("today", f"{axis.x(line.day):.2f}%")]
    if line.due and axis.first <= line.due:
        marks.append(Mark("due", f"{axis.x(line.due):.2f}%"))
    years = range(axis.first.year + 1, axis.last.year + 1)
    step = len(years) // 5 + 1
    return Drawing(
        bars=tuple(_bars(axis, line)),
        marks=tuple(marks),
        ticks=tuple(
            Tick(f"{x:.2f}%", year)
            for year in list(years)[::step]
            if (x := axis.x(date(year, 1, 1))) < ROOM_FOR_A_YEAR
        ),
        summary=summary_of(line, mandatory=mandatory, you=you),
        entries=tuple(_entries(line, mandatory)),
    )


def _bars(axis: _Axis, line: Timeline) -> Iterator[Bar]:
    for start, end in line.leaves:
        if (end is None or end >= axis.first) and start <= axis.last:
            yield axis.bar("leave", start, end)
    if line.achieved and (line.valid_until is None or line.valid_until >= axis.first):
        yield axis.bar("valid", line.achieved, line.valid_until)
    elif not line.achieved and line.due and line.due >= axis.first:
        yield axis.bar("grace", line.member_since, line.due)
    if line.opens and line.valid_until:
        yield axis.bar("window", line.opens, line.valid_until)
    if line.today:
        yield axis.bar("renewed", _begins(line, line.today), line.today.until)


def _begins(line: Timeline, renewal: Renewal) -> date:
    joins = renewal.joined and line.valid_until and line.valid_until < date.max
    return line.valid_until + ONE_DAY if joins and line.valid_until else renewal.on


def summary_of(line: Timeline, *, mandatory: bool, you: bool) -> str:
    """ "Öppnar 1 mars – klar senast 31 maj – du tappar inga dagar om du gör den tidigt." """
    parts = []
    if line.opens:
        pattern = _("Opens %(day)s") if line.opens > line.day else _("Opened %(day)s")
        parts.append(pattern % {"day": _day(line.opens)})
    if line.due:
        pattern = _("done by %(day)s") if mandatory else _("preferably done by %(day)s")
        parts.append(pattern % {"day": _day(line.due)})
    if any(each and each.joined for each in (line.today, line.when_it_opens)):
        parts.append(
            _("you lose no days by doing it early")
            if you
            else _("no days are lost by doing it early")
        )
    if not parts:
        return _("Has no last day.") if line.achieved and not line.valid_until else ""
    text = " – ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _entries(line: Timeline, mandatory: bool) -> Iterator[Entry]:
    yield Entry("", _("In the key group since"), _day(line.member_since))
    if line.achieved:
        yield Entry("valid", _("Achieved"), _day(line.achieved))
    if line.opens:
        yield Entry("window", _("Can be renewed from"), _day(line.opens))
    if line.valid_until:
        yield Entry("valid", _("Valid until"), _day(line.valid_until))
    elif line.achieved:
        yield Entry("valid", _("Valid until"), _("no last day"))
    if line.due:
        term = _("Done by") if mandatory else _("Preferably done by")
        yield Entry("due", term, _day(line.due))
    for renewal, term in (
        (line.today, _("If done on the day shown")),
        (line.when_it_opens, _("If done when it opens")),
    ):
        if renewal:
            yield Entry("renewed", term, _renewal(line, renewal))
    for start, end in line.leaves:
        value = (
            _("%(first)s – %(last)s") % {"first": _day(start), "last": _day(end)}
            if end
            else _("from %(day)s") % {"day": _day(start)}
        )
        yield Entry("leave", _("Leave, not counted"), value)


def _renewal(line: Timeline, renewal: Renewal) -> str:
    if renewal.until is None:
        return _("has no last day")
    words = {"until": _day(renewal.until)}
    if renewal.joined:
        return _("valid until %(until)s, no days lost") % words
    if line.valid_until and line.valid_until > renewal.on:
        return _("valid until %(until)s, counted from the day it is done") % words
    return _("valid until %(until)s") % words
