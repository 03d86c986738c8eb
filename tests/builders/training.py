"""Training plans for tests, made by the services."""

from __future__ import annotations

from datetime import date
from typing import Any

from competence.models import PlanActivity, TrainingPlanVersion
from competence.services.activities import PartnerPart, create_activity, set_partners
from competence.services.training_plan import adopt_training_plan, create_training_draft
from lms.people.models import PartnerOrganisation
from tests.builders.competence import DAY


def make_draft() -> TrainingPlanVersion:
    return create_training_draft(by=None)


def add_activity(
    version: TrainingPlanVersion, title: str = "Fördjupning", **said: Any
) -> PlanActivity:
    """In 2027, for a described group, unless something else is said."""
    usual: dict[str, Any] = {
        "starts_on": date(2027, 1, 1),
        "ends_on": date(2027, 12, 31),
        "audience": "ledare i föreningar",
        "by": None,
    }
    return create_activity(version=version, title=title, **(usual | said))


def with_partners(
    planned: PlanActivity,
    split: str = "alone",
    own_percent: int | None = None,
    **shares: int | None,
) -> PlanActivity:
    """`shares`: by the organisation's code."""
    return set_partners(
        planned=planned,
        split=split,
        own_percent=own_percent,
        parts=[
            PartnerPart(PartnerOrganisation.objects.get(code=code), share=share)
            for code, share in shares.items()
        ],
        by=None,
    )


def decide(version: TrainingPlanVersion, *, from_day: date = DAY) -> TrainingPlanVersion:
    return adopt_training_plan(
        version=version, in_force_from=from_day, adopted_on=DAY, adopted_by="KS", by=None
    )
