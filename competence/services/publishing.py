"""Whether the coverage is published yet. A Monday is published once (`mondays`): on a new system
nothing is, until somebody says that people, plan and earlier training are in place. Its first plan,
or the starter content, holds the coverage back till then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import (
    Achievement,
    OutsideRecord,
    PlanVersion,
    PublishedMonday,
    PublishingStep,
)
from lms.audit.services import record
from lms.lib.dates import today
from lms.people.models import Person, User

Kind = PublishingStep.Kind
Reason = PublishingStep.Reason


class Withheld(Enum):
    """Why no Monday is published."""

    START = Reason.START.value
    DEMO = Reason.DEMO.value
    # Nobody is employed, or no plan is in force.
    EMPTY = "empty"

    @property
    def words(self) -> str:
        """For readers of figures."""
        if self is Withheld.START:
            return _(
                "The coverage is published when people, plan and earlier training are in place."
            )
        if self is Withheld.DEMO:
            return _("The demo's history is being put in. The figures come in a few minutes.")
        return _("The coverage is published when there are people and a competence plan in force.")


class NotPublishedError(Exception):
    """A Monday that is not published, and cannot be now; `why` says what it waits for."""

    def __init__(self, why: Withheld) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why.words


class PublishingError(ValueError):
    """Why the publishing cannot begin, in words for the reader."""


@dataclass(frozen=True)
class Readiness:
    """What must be there for the figures to be right: `people` employed on the day, the number of
    the plan in force, and whether anything learnt elsewhere or earlier is registered. A
    municipality that has no earlier training can begin without."""

    people: int
    plan_number: int | None
    has_history: bool

    @property
    def can_begin(self) -> bool:
        return self.people > 0 and self.plan_number is not None


def readiness(day: date) -> Readiness:
    plan = PlanVersion.objects.in_force_on(day)
    return Readiness(
        people=Person.objects.current().employed_on(day).count(),
        plan_number=plan.number if plan else None,
        has_history=Achievement.objects.exists() or OutsideRecord.objects.exists(),
    )


def held() -> Withheld | None:
    """Why the coverage is held back by somebody's step; none where it is not."""
    steps = {step.kind: step for step in PublishingStep.objects.all()}
    if Kind.HELD not in steps or Kind.BEGUN in steps:
        return None
    return Withheld(steps[Kind.HELD].reason)


def withheld(day: date) -> Withheld | None:
    """Why no further Monday can be published on `day`; none where it can."""
    if why := held():
        return why
    has_people = Person.objects.current().employed_on(day).exists()
    if has_people and PlanVersion.objects.in_force_on(day) is not None:
        return None
    return Withheld.EMPTY


@transaction.atomic
def hold_figures(*, reason: str, at: datetime, by: User | None) -> None:
    """Hold the coverage back until `begin_figures`. Changes nothing where a step is taken already
    or a Monday is published: a starter loaded later holds nothing back."""
    if PublishingStep.objects.exists() or PublishedMonday.objects.exists():
        return
    step = PublishingStep.objects.create(kind=Kind.HELD, reason=Reason(reason), at=at, by=by)
    record("figures.held", step, by=by, after={"waits_for": step.reason})


@transaction.atomic
def begin_figures(*, at: datetime, by: User | None) -> PublishingStep:
    """Publish from now on; it cannot be taken back. PublishingError where the coverage is not held
    back, nobody is employed or no plan is in force."""
    if held() is None:
        raise PublishingError(_("The coverage is published already."))
    ready = readiness(today())
    if not ready.can_begin:
        raise PublishingError(Withheld.EMPTY.words)
    step, new = PublishingStep.objects.get_or_create(kind=Kind.BEGUN, defaults={"at": at, "by": by})
    if not new:
        raise PublishingError(_("The coverage is published already."))
    record(
        "figures.begun",
        step,
        by=by,
        after={
            "people": ready.people,
            "plan_number": ready.plan_number,
            "has_history": ready.has_history,
        },
    )
    return step
