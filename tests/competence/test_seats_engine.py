"""Seats month by month, sessions and goals: arithmetic on counts. The worked example is in
test_seats_example.py."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from competence.engine.assume import Assumptions
from competence.engine.coming_due import AHEAD, KNOWN, days_ahead, first_month
from competence.engine.seats import (
    PARTS,
    GroupCount,
    Line,
    Supposed,
    SupposedError,
    needs_of,
    summed,
)
from competence.engine.sessions import (
    Goal,
    Wanted,
    calendar,
    first_possible,
    last_weekday,
    quarters,
    room_in,
    wanted_sessions,
    way_to,
)
from lms.lib.dates import add_months

FIRST = date(2027, 1, 1)
PLAIN = replace(
    Assumptions(),
    no_show_percent=0,
    turnover_percent=0,
    slow_months=(),
    lead_days=0,
    sessions_per_month=100,
)


def _months(**counts: int) -> tuple[int, ...]:
    found = [0] * AHEAD
    for name, count in counts.items():
        found[int(name.removeprefix("m")) - 1] = count
    return tuple(found)


def _runs_out(**counts: int) -> tuple[int, ...]:
    found = [0] * (KNOWN + AHEAD + KNOWN)
    for name, count in counts.items():
        number = int(name.removeprefix("m").replace("_", "-"))
        found[number + KNOWN - 1] = count
    return tuple(found)


def _line(**values) -> Line:
    return Line(**({"area": "OM5", "level": 2, "renewal_months": 12, "grace_days": 90} | values))


def _people(needs, *months: int) -> list[int]:
    return [needs[month - 1].people for month in months]


def test_the_first_month_is_the_one_that_the_first_day_to_come_ends():
    days = days_ahead(date(2026, 11, 23))
    assert (days[0], days[1], days[-1]) == (
        *(date(2026, 11, 23), date(2026, 12, 1), date(2028, 11, 1)),
    )
    assert first_month(days) == date(2026, 11, 1)
    assert first_month(days_ahead(date(2027, 1, 1))) == date(2027, 1, 1)


def test_backlog_is_spread_and_what_runs_out_comes_in_its_month_and_again_a_period_later():
    line = _line(members=100, never=12, runs_out=_runs_out(m_3=6, m4=10, m30=7))
    needs = needs_of(line, PLAIN, first=FIRST, backlog_months=6)
    assert [need.backlog for need in needs[:7]] == [3, 3, 3, 3, 3, 3, 0]
    assert [need.expiry for need in needs[:5]] == [0, 0, 0, 10, 0]
    # Who took a seat in January takes another in the January after.
    assert [need.again for need in needs[12:19]] == [3, 3, 3, 13, 3, 3, 0]
    assert sum(need.people for need in needs) == 2 * (18 + 10)


def test_what_is_due_for_the_first_time_stands_apart():
    needs = needs_of(_line(members=9, first_time=_months(m3=5)), PLAIN, first=FIRST)
    assert [need.first_time for need in needs[:4]] == [0, 0, 5, 0]
    assert needs[2].month == date(2027, 3, 1)


def test_what_never_runs_out_does_not_come_again():
    needs = needs_of(_line(renewal_months=None, members=9, never=6), PLAIN, first=FIRST)
    assert sum(need.again for need in needs) == 0


def test_those_who_leave_are_taken_off_and_those_who_come_are_due_when_the_grace_days_are_over():
    assume = replace(PLAIN, turnover_percent=12)
    line = _line(renewal_months=None, members=1000, runs_out=_runs_out(m1=100, m12=100))
    needs = needs_of(line, assume, first=FIRST)
    assert needs[0].leavers == -1
    assert needs[11].leavers in (-11, -12)
    # Ten begin each month, the first of them due after 90 days from the middle of January.
    assert [need.newcomers for need in needs[:6]] == [0, 0, 0, 10, 10, 10]


def test_seats_are_people_and_those_who_do_not_come():
    assume = replace(PLAIN, no_show_percent=20)
    needs = needs_of(_line(members=9, never=0, runs_out=_runs_out(m1=4, m2=4)), assume, first=FIRST)
    assert [(need.people, need.seats, need.no_show) for need in needs[:3]] == [
        *((4, 5, 1), (4, 5, 1), (0, 0, 0)),
    ]


def _random_line(chance: random.Random) -> Line:
    return Line(
        *("OM5", 2, chance.choice((None, 3, 12, 36)), chance.choice((0, 30, 90, 400))),
        chance.randint(0, 400),
        chance.randint(0, 50),
        tuple(chance.randint(0, 9) for _ in range(AHEAD)),
        tuple(chance.randint(0, 9) for _ in range(KNOWN + AHEAD + KNOWN)),
        {"G": GroupCount(40, 30, 20)},
    )


@pytest.mark.parametrize("seed", range(60))
def test_the_parts_of_every_month_add_up_and_nothing_is_lost_in_the_rounding(seed):
    chance = random.Random(seed)
    line = _random_line(chance)
    assume = replace(
        Assumptions(),
        turnover_percent=chance.randint(0, 60),
        no_show_percent=chance.randint(0, 60),
    )
    spread = chance.randint(1, 24)
    needs = needs_of(line, assume, first=FIRST, backlog_months=spread)
    people = seats = 0
    for need in needs:
        assert need.people == sum(getattr(need, part) for part in PARTS) >= 0
        assert need.leavers <= 0
        people, seats = people + need.people, seats + need.seats
        assert seats == assume.seats_for(people)
        assert need.no_show >= 0 or need.people == 0
    assert sum(need.backlog for need in needs) == line.backlog
    assert sum(need.expiry for need in needs) == sum(line.expiry)


def test_all_lines_together_are_the_sum_of_them():
    lines = [needs_of(_line(members=9, never=6), PLAIN, first=FIRST) for _ in range(3)]
    assert [need.people for need in summed(lines)[:2]] == [3, 3]
    assert summed([]) == ()


# What if


def test_a_longer_validity_moves_what_runs_out_and_gives_back_what_has_run_out():
    line = _line(members=50, never=2, runs_out=_runs_out(m_3=4, m1=5, m20=6, m40=9))
    (longer,) = Supposed("OM5", 2, months=24).of([line])
    # What ran out three months ago holds for nine more; what runs out in month 20 after the end.
    assert (longer.never, longer.expired, longer.renewal_months) == (2, 0, 24)
    assert [number for number, count in enumerate(longer.expiry, 1) if count] == [9, 13]
    (shorter,) = Supposed("OM5", 2, months=6).of([line])
    assert (shorter.expired, shorter.expiry[13]) == (4 + 5, 6)


def test_an_endless_validity_leaves_those_who_never_held_it():
    line = _line(members=50, never=2, runs_out=_runs_out(m_3=4, m1=5))
    (endless,) = Supposed("OM5", 2, endless=True).of([line])
    assert (endless.backlog, sum(endless.expiry), endless.renewal_months) == (2, 0, None)


def test_what_cannot_be_supposed_is_refused():
    endless = _line(renewal_months=None)
    with pytest.raises(SupposedError):
        Supposed("OM5", 2, months=12).of([endless])
    with pytest.raises(SupposedError):
        Supposed("OM5", 2, months=36).of([_line(renewal_months=12)])
    with pytest.raises(SupposedError):
        Supposed("OM5", 2, months=0).of([_line()])


def test_without_a_group_those_go_whom_nobody_else_asks():
    line = _line(members=100, never=20, groups={"G1": GroupCount(60, 50, 0)})
    (without,) = Supposed("OM5", 2, group_out="G1").of([line])
    assert (without.members, without.never) == (50, 10)


def test_with_a_group_its_members_are_due_after_the_grace_days():
    line = _line(members=100, groups={"G2": GroupCount(0, 0, 30)})
    (more,) = Supposed("OM5", 2, group_in="G2").of([line])
    assert (more.members, more.first_time[3], sum(more.first_time)) == (130, 30, 30)


def test_a_higher_level_is_new_to_all_and_a_lower_one_to_nobody():
    line = _line(members=100, never=20, runs_out=_runs_out(m5=10))
    (higher,) = Supposed("OM5", 2, to_level=3).of([line])
    assert (higher.level, higher.backlog, sum(higher.first_time)) == (3, 0, 100)
    (lower,) = Supposed("OM5", 2, to_level=1).of([line])
    assert lower == replace(line, level=1)


@pytest.mark.parametrize("seed", range(20))
def test_to_suppose_what_is_changes_nothing(seed):
    line = _random_line(random.Random(seed))
    same = Supposed("OM5", 2, months=line.renewal_months, to_level=2, group_out="OKÄND")
    assert same.of([line]) == (line,)


# Sessions


def test_sessions_are_as_late_as_they_may_be_and_no_later_than_needed():
    wanted = [Wanted("OM5", 2, date(2027, 6, 1), 5)]
    assume = replace(PLAIN, sessions_per_month=2)
    held = calendar(wanted, assume, day=date(2026, 12, 1))
    assert [(each.month, each.number, each.late) for each in held] == [
        *((date(2027, 4, 1), 1, False), (date(2027, 5, 1), 2, False)),
        (date(2027, 6, 1), 2, False),
    ]


def test_slow_months_hold_fewer_and_what_has_no_room_is_late():
    assume = replace(
        PLAIN, sessions_per_month=2, sessions_in_slow_month=0, slow_months=(6, 7), lead_days=60
    )
    assert first_possible(date(2027, 3, 15), assume) == date(2027, 6, 1)
    held = calendar([Wanted("OM5", 2, date(2027, 8, 1), 3)], assume, day=date(2027, 3, 15))
    assert [(each.month, each.number, each.late) for each in held] == [
        *((date(2027, 8, 1), 2, False), (date(2027, 9, 1), 1, True)),
    ]


@pytest.mark.parametrize("seed", range(80))
def test_every_session_is_placed_once_within_the_room_and_early_enough_where_that_can_be(seed):
    chance = random.Random(seed)
    assume = replace(
        Assumptions(),
        sessions_per_month=chance.randint(1, 4),
        sessions_in_slow_month=chance.randint(0, 1),
        lead_days=chance.randint(0, 90),
    )
    day = date(2026, 12, chance.randint(1, 28))
    wanted = list(
        {
            (area, number): Wanted(area, 2, add_months(FIRST, number), chance.randint(1, 4))
            for area in ("OM5", "OM6")
            for number in chance.sample(range(24), chance.randint(0, 8))
        }.values()
    )
    held = calendar(wanted, assume, day=day)
    assert sum(each.number for each in held) == sum(each.number for each in wanted)
    in_month: dict[date, int] = {}
    for each in held:
        in_month[each.month] = in_month.get(each.month, 0) + each.number
        assert each.month >= first_possible(day, assume)
        assert each.late or each.month <= each.needed
    assert all(number <= room_in(month, assume) for month, number in in_month.items())
    # As many as can be are in time: no day asks for more before it than the months have room for.
    start = first_possible(day, assume)
    most_late = 0
    for deadline in {each.needed for each in wanted}:
        asked = sum(each.number for each in wanted if each.needed <= deadline)
        room = 0
        month = start
        while month <= deadline:
            room += room_in(month, assume)
            month = add_months(month, 1)
        most_late = max(most_late, asked - room)
    assert sum(each.number for each in held if each.late) == max(0, most_late)


def test_no_room_in_any_month_ends_in_no_calendar():
    none = replace(PLAIN, sessions_per_month=0, sessions_in_slow_month=0)
    assert calendar([Wanted("OM5", 2, FIRST, 1)], none, day=FIRST) == ()


def test_a_quarter_says_when_it_starts_at_the_latest_and_when_that_must_be_decided():
    assume = replace(PLAIN, lead_days=60, seats_per_session=20)
    held = calendar(
        [Wanted("OM5", 2, date(2027, 5, 1), 1), Wanted("OM5", 2, date(2027, 6, 1), 2)],
        assume,
        day=date(2026, 12, 1),
    )
    (quarter,) = quarters(held, assume)
    assert (quarter.code, quarter.sessions, quarter.seats, quarter.late) == (
        *("OM5-2-2027-2", 3, 60, 0),
    )
    # 31 May 2027 is a Monday.
    assert (quarter.latest_start, quarter.decide_by) == (date(2027, 5, 31), date(2027, 4, 1))


def test_the_last_weekday_is_no_saturday_and_no_sunday():
    assert last_weekday(date(2027, 1, 1)) == date(2027, 1, 29)
    assert last_weekday(date(2027, 2, 1)) == date(2027, 2, 26)
    assert last_weekday(date(2027, 3, 1)) == date(2027, 3, 31)


def test_seats_become_sessions_over_all_months_so_far():
    needs = needs_of(_line(members=99, runs_out=_runs_out(m1=15, m2=15, m3=15)), PLAIN, first=FIRST)
    wanted = wanted_sessions({("OM5", 2): needs}, replace(PLAIN, seats_per_session=20))
    # 15 seats: one session; 30: two; 45: three. The first takes twenty, so none is too many.
    assert [(each.needed.month, each.number) for each in wanted[:3]] == [(1, 1), (2, 1), (3, 1)]


# Goals


def test_a_goal_says_how_many_more_and_when_the_first_session_must_be():
    line = _line(members=100, never=30, runs_out=_runs_out(m6=10))
    assume = replace(PLAIN, sessions_per_month=1, seats_per_session=10, lead_days=60)
    goal = Goal(90, date(2027, 12, 31), area="OM5", level=2)
    way = way_to(goal, [line], assume, first=FIRST, day=date(2026, 12, 1))
    # 60 hold it in December if nothing is done; 90 are to: 30 seats, 3 sessions, one a month.
    assert way is not None
    assert (way.people, way.seats, way.sessions, way.late) == (30, 30, 3, False)
    assert way.latest_start == date(2027, 10, 29)
    assert way.decide_by == date(2027, 8, 30)


def test_a_goal_that_is_reached_if_nothing_is_done_needs_no_start():
    way = way_to(
        Goal(90, date(2027, 12, 31), "OM5", 2),
        [_line(members=100, never=5)],
        *(PLAIN,),
        first=FIRST,
        day=date(2026, 12, 1),
    )
    assert way is not None
    assert (way.people, way.sessions, way.latest_start) == (0, 0, None)


def test_a_goal_without_room_before_it_is_late_and_one_of_nobody_is_none():
    line = _line(members=100, never=50)
    tight = replace(PLAIN, sessions_per_month=1, seats_per_session=10, lead_days=60)
    way = way_to(
        Goal(100, date(2027, 3, 31), "OM5", 2), [line], tight, first=FIRST, day=date(2026, 12, 1)
    )
    assert way is not None
    assert way.late
    nobody = Goal(90, date(2027, 3, 31), group="G9")
    assert way_to(nobody, [line], tight, first=FIRST, day=date(2026, 12, 1)) is None


def test_a_goal_of_a_key_group_is_of_its_part_of_each_line():
    lines = [
        _line(members=100, never=40, groups={"G3": GroupCount(50, 50, 0)}),
        _line(area="OM6", members=10, never=10),
    ]
    way = way_to(
        Goal(90, date(2027, 12, 31), group="G3"), lines, PLAIN, first=FIRST, day=date(2026, 12, 1)
    )
    # Of 50, 20 lack it; 45 are to hold it.
    assert way is not None
    assert way.people == 15


def test_a_day_before_a_months_end_counts_on_no_session_in_that_month():
    line = _line(members=10, never=10)
    way = way_to(
        Goal(100, date(2027, 6, 10), "OM5", 2), [line], PLAIN, first=FIRST, day=date(2026, 12, 1)
    )
    assert way is not None
    assert way.latest_start == date(2027, 5, 31)
