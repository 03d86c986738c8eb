"""Saving a what if of the forecast of seats with a name, and throwing it away. Only what is
supposed is kept: no figure, and nothing of anybody."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from competence.models import SeatScenario
from lms.audit.services import record
from lms.people.models import User


@transaction.atomic
def save_scenario(*, name: str, asked: Mapping[str, str], by: User) -> SeatScenario:
    """A new scenario; `asked` as the forecast's form takes it. ValidationError where the name is
    taken, or names somebody."""
    scenario = SeatScenario(name=name.strip(), asked=dict(asked), by=by)
    scenario.full_clean(exclude=["by"])
    scenario.save()
    record("seat_scenario.saved", scenario, by=by, after={"name": scenario.name, **scenario.asked})
    return scenario


@transaction.atomic
def delete_scenario(*, scenario: SeatScenario, by: User) -> None:
    """Throw a scenario away."""
    record(
        "seat_scenario.deleted",
        scenario,
        by=by,
        before={"name": scenario.name, **scenario.asked},
    )
    scenario.delete()
