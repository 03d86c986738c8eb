"""Those who are alike are added up together, and those who are not apart."""

from __future__ import annotations

from datetime import date

import pytest

from competence.engine.coverage import Count
from competence.engine.days import FOREVER
from competence.engine.facts import (
    EmploymentFact,
    PersonFacts,
    PlanOnDay,
    RequiredLevel,
    UnitTree,
)
from competence.engine.outlook import Stretch
from competence.engine.rows import GapRow
from competence.engine.status import Status
from competence.figures.counting import DaysCounted

DAYS = [date(2026, 11, 16), date(2026, 11, 23)]
REQUIREMENT = RequiredLevel(
    pk=1,
    key_group_pk=1,
    key_group="G",
    key_group_name="Grupp G",
    area_pk=1,
    area="OM1",
    area_name="Område 1",
    area_label="Område 1",
    level=1,
    level_name="Grund",
    mandatory=True,
    effective_from=0,
    grace_days=0,
    renewal_months=None,
    window_days=0,
)
PLAN = PlanOnDay(
    day=DAYS[0].toordinal(),
    requirements={},
    groups={},
    units=UnitTree({1: ("K", None), 2: ("F", 1), 3: ("S", 1)}),
)


def stretch(first: int, stop: int, *units: int, **otherwise: bool) -> Stretch:
    facts = PersonFacts(
        1, "P", [EmploymentFact(unit, "LÄR", False, "", 0, FOREVER) for unit in units]
    )
    row = GapRow(1, "P", REQUIREMENT, Status.MET, None, None, date(2026, 1, 1), **otherwise)
    return Stretch(first, stop, facts, PLAN, [row])


@pytest.mark.django_db
def test_who_is_covered_otherwise_is_no_like_of_who_is_not():
    counted = DaysCounted(DAYS)
    counted.add(stretch(0, 2, 2))
    counted.add(stretch(0, 1, 2, only_exempt=True))
    counted.add(stretch(1, 2, 2, 3, only_recognised=True))
    first, second = (figures.report.mandatory for figures in counted.figures())
    exempt = Count(covered=2, only_exempt=1)
    recognised = Count(covered=2, only_recognised=1)
    assert (first.by_key_group, second.by_key_group) == ({"G": exempt}, {"G": recognised})
    assert first.by_unit == {(1, "G"): exempt, (2, "G"): exempt}
    assert second.by_unit == {
        (1, "G"): recognised,
        (2, "G"): recognised,
        (3, "G"): Count(covered=1, only_recognised=1),
    }
