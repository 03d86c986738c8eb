"""The plan's figures in the measure register: of a Monday, and one of each area."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from competence.indicators.plan import completions, coverage_of_area
from competence.services.followup import frozen
from competence.services.mondays import published_on
from courses.models import Completion
from courses.services.completing import revoke_completion
from lms.lib.dates import STOCKHOLM
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.courses import complete, publish_course
from tests.builders.followup import draft
from tests.builders.people import MONDAY, account_with, employ, make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def nested(monday) -> None:
    """Forty in a group that is asked two levels of one area: thirty hold the lower, 28 the higher,
    and twenty another area."""
    unit = make_unit("K")
    adopt(plan_of({"area": "OM1", "level": 1}, {"area": "OM1", "level": 2}, {"area": "OM4"}))
    for place in range(40):
        person = make_person()
        employ(person, unit)
        if place < 30:
            achieve(person, "OM1", 2 if place < 28 else 1, on=date(2026, 1, 1))
        if place < 20:
            achieve(person, "OM4", on=date(2026, 1, 1))


def test_of_two_levels_of_an_area_the_higher_is_told_and_no_difference(nested):
    assert sorted((key.area, key.level) for key in published_on(MONDAY).by_area) == [
        *(("OM1", 2), ("OM4", 1)),
    ]
    table = frozen(draft(account_with(Role.COORDINATOR))).table("T4")
    assert table
    assert [(row.group, row.cells[4].number) for row in table.rows] == [
        *(("", 28), ("G", 28), ("", 20), ("G", 20)),
    ]
    assert "28 av 40" in coverage_of_area(MONDAY, area="OM1").text


def test_completions_are_those_that_stood_on_the_monday(monday):
    unit, version = make_unit("K"), publish_course()
    for _place in range(5):
        person = make_person()
        employ(person, unit)
        complete(person, version, datetime(2026, 11, 20, 12, tzinfo=STOCKHOLM))
    assert completions(MONDAY).value == 5
    revoke_completion(
        completion=Completion.objects.earliest("pk"),
        on=MONDAY + timedelta(days=1),
        by=None,
        reason="Fel",
    )
    assert completions(MONDAY + timedelta(days=1)).value == 5
    assert completions(MONDAY + timedelta(days=7)).is_hidden
