"""What holds of every renewal, whatever the days (docs/gap.md, 1 to 5)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from competence import engine
from competence.engine.days import FOREVER, joined, last_day_of
from competence.engine.facts import (
    AchievementFact,
    EmploymentFact,
    KeyGroupRules,
    PersonFacts,
    PlanOnDay,
    RequiredLevel,
    UnitTree,
)
from competence.engine.rows import GapRow, rows_of
from competence.engine.status import HOLDING, SEVERITY, due_day, verdict
from competence.engine.validity import best_achievement
from lms.framework.rules import PersonRule
from tests.competence.answers import answer
from tests.competence.worlds import Seeded, World, days_to_ask, make_world, write_world

FIRST = 739_000  # in April 2024, so that periods of months meet a leap day
NO_DUE_DAY = FOREVER

always = settings(max_examples=300, deadline=None, derandomize=True, database=None)
days = st.integers(FIRST, FIRST + 800)
lengths = st.sampled_from((0, 1, 5, 30, 90))
leaves = st.lists(
    st.tuples(days, st.one_of(st.just(FOREVER), st.integers(0, 60))).map(
        lambda pair: (pair[0], pair[1] if pair[1] == FOREVER else pair[0] + pair[1])
    ),
    max_size=3,
)


@st.composite
def achievements(draw: st.DrawFn) -> AchievementFact:
    day = draw(days)
    ends = draw(st.one_of(st.just(FOREVER), st.integers(day, day + 500)))
    return AchievementFact(1, day, draw(st.sampled_from((1, 2))), ends, draw(st.integers(1, 9)))


requirements = st.builds(
    lambda level, start, grace, months, window: RequiredLevel(
        pk=1,
        key_group_pk=1,
        key_group="G",
        key_group_name="G",
        area_pk=1,
        area="M",
        area_name="M",
        area_label="M",
        level=level,
        level_name="",
        mandatory=True,
        effective_from=start,
        grace_days=grace,
        renewal_months=months,
        window_days=window,
    ),
    st.sampled_from((1, 2)),
    days,
    lengths,
    st.sampled_from((None, 1, 6, 12)),
    lengths,
)


@always
@given(requirements, st.lists(achievements(), max_size=4), achievements(), days, days, leaves)
def test_one_more_achievement_after_all_others_never_makes_a_status_worse(
    requirement: RequiredLevel,
    earlier: list[AchievementFact],
    latest: AchievementFact,
    since: int,
    day: int,
    away: list[tuple[int, int]],
):
    earlier = sorted(each for each in earlier if each.achieved_on <= latest.achieved_on)
    before = best_achievement(earlier, requirement)
    after = best_achievement(sorted([*earlier, latest]), requirement)
    if before is not None:
        assert after is not None
        assert after.last_valid >= before.last_valid
    without, with_it = (
        verdict(requirement, day=day, member_since=since, leaves=joined(away), best=best)
        for best in (before, after)
    )
    assert SEVERITY[with_it.status] >= SEVERITY[without.status]


@always
@given(requirements, achievements(), st.integers(0, 120))
def test_renewing_early_never_costs_a_day_of_the_period(
    requirement: RequiredLevel, first: AchievementFact, early: int
):
    requirement = replace(requirement, level=1)
    best = best_achievement([first], requirement)
    assert best is not None
    day = best.last_valid - early
    if best.last_valid == FOREVER or requirement.renewal_months is None or day <= first.achieved_on:
        return
    renewal = AchievementFact(1, day, 1, FOREVER, 2)
    renewed = best_achievement([first, renewal], requirement)
    assert renewed is not None
    if early <= requirement.window_days:
        assert renewed.last_valid == last_day_of(best.last_valid + 1, requirement.renewal_months)
    else:
        own = last_day_of(day, requirement.renewal_months)
        assert renewed.last_valid == max(own, best.last_valid)


@always
@given(requirements, st.none() | achievements(), days, leaves, days)
def test_one_more_day_of_leave_never_makes_a_due_day_earlier(
    requirement: RequiredLevel,
    achievement: AchievementFact | None,
    since: int,
    away: list[tuple[int, int]],
    one_more: int,
):
    best = None if achievement is None else best_achievement([achievement], requirement)
    without, with_it = (
        due_day(requirement, since, joined(periods), best)
        for periods in (away, [*away, (one_more, one_more)])
    )
    assert (with_it or NO_DUE_DAY) >= (without or NO_DUE_DAY)


def begun_by(world: World, day: object, *, leaves_too: bool) -> World:
    """The world without what begins after the day."""
    return replace(
        world,
        employments=[each for each in world.employments if each.start <= day],
        namings=[each for each in world.namings if each.start <= day],
        exemptions=[each for each in world.exemptions if each.start <= day],
        orders=[each for each in world.orders if each.decided_on <= day],
        versions=[
            each
            for each in world.versions
            if each.in_force_from is None or each.in_force_from <= day
        ],
        achievements=[
            replace(
                each,
                revoked_on=each.revoked_on
                if each.revoked_on is not None and each.revoked_on <= day
                else None,
            )
            for each in world.achievements
            if each.achieved_on <= day
        ],
        leaves=[each for each in world.leaves if not leaves_too or each.start <= day],
    )


@pytest.mark.django_db
@pytest.mark.parametrize("leaves_too", [False, True])
@pytest.mark.parametrize("seed", range(100, 115))
def test_what_begins_after_a_day_leaves_the_answer_for_it_as_it_was(seed: int, leaves_too: bool):
    """A leave that is known beforehand moves the due day that is shown, never the status."""
    source = Seeded(seed)
    world = make_world(source)
    for day in days_to_ask(source, world):
        answers = []
        for facts in (world, begun_by(world, day, leaves_too=leaves_too)):
            with transaction.atomic():
                write_world(facts)
                answers.append(answer(engine, day))
                transaction.set_rollback(True)
        if leaves_too:
            for each in answers:
                each["rows"] = [replace(row, due_on="") for row in each["rows"]]
        assert answers[0] == answers[1]


@always
@given(st.lists(st.tuples(achievements(), st.booleans()), max_size=4), requirements, days)
def test_what_holds_only_by_recognition_would_not_hold_without_it(drawn, requirement, day):
    facts = [fact._replace(recognised=recognised) for fact, recognised in drawn]

    def row(kept: list[AchievementFact]) -> GapRow:
        known = sorted(fact for fact in kept if fact.achieved_on <= day)
        person = PersonFacts(1, "P", [EmploymentFact(1, "J", False, "", FIRST, FOREVER)])
        person.achievements = known
        plan = PlanOnDay(
            day=max(day, requirement.effective_from),
            requirements={1: (requirement,)},
            groups={1: KeyGroupRules((PersonRule(),), frozenset())},
            units=UnitTree({1: ("X", None)}),
        )
        return rows_of(person, plan)[0]

    with_all = row(facts)
    without = row([fact for fact in facts if not fact.recognised])
    assert with_all.only_recognised == (
        with_all.status in HOLDING and without.status not in HOLDING
    )
