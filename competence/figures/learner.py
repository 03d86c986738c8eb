"""One person's own requirements: what, by when, why, and how to meet it. Asked by "Min sida" for
oneself and by the manager's page about one person, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from competence.engine import SEVERITY, Explanation, GapRow, Status, explain
from competence.engine.pieces import Pieces, text_of
from competence.engine.suppose import Supposed
from competence.engine.timeline import Timeline
from competence.figures.enrolled import OpenEnrolment, OpenEnrolments
from competence.figures.summary import OPEN, shown_day
from courses.offer import CourseOffer, offer_index, refreshers_for
from courses.registry import held_levels
from lms.people.models import Person


@dataclass(frozen=True)
class Source:
    """One row behind a requirement: the key group that asks, and the sentence that says why."""

    key_group: str
    status: Status
    due_on: date | None
    valid_until: date | None
    pieces: Pieces
    timeline: Timeline

    @property
    def why(self) -> str:
        return text_of(self.pieces)


@dataclass(frozen=True)
class MyRequirement:
    """A level in an area that is asked of the person, whichever key groups ask for it; the
    strictest of its sources decides. `on` is the day shown with the status."""

    area: str
    area_name: str
    area_label: str
    level: int
    level_name: str
    mandatory: bool
    status: Status
    on: date | None
    due_on: date | None
    valid_until: date | None
    sources: tuple[Source, ...]
    # A refresher that the person may take comes before the whole course, and what can be begun
    # before what is locked.
    offers: tuple[CourseOffer, ...]
    # What the person is enrolled in towards it; nothing where that is locked and another is open.
    enrolment: OpenEnrolment | None
    # The courses on offer that the person cannot begin yet.
    locked: frozenset[int] = frozenset()

    @property
    def why(self) -> str:
        return self.sources[0].why

    @property
    def timeline(self) -> Timeline:
        return self.sources[0].timeline

    @property
    def is_open(self) -> bool:
        """Whether there is something to do about it now."""
        return self.status in OPEN

    @property
    def without_offer(self) -> bool:
        """Something is to be done, and no published course gives it: training is planned."""
        return self.is_open and not self.offers

    @property
    def last_day(self) -> date | None:
        """The last day to do it; passed where it is overdue or has run out."""
        return self.valid_until if self.status == Status.EXPIRING else self.due_on


def my_requirements(person: Person, as_of: date) -> list[MyRequirement]:
    """What is asked of the person on the day, told to them: what is to be done first, the
    mandatory before the recommended."""
    return requirements_of(person, as_of, you=True)


def requirements_of(
    person: Person, as_of: date, *, you: bool, supposed: Supposed | None = None
) -> list[MyRequirement]:
    """As `my_requirements`, told to the person or about them; as if they had a post."""
    one = Person.objects.filter(pk=person.pk)
    explanations = explain(one, as_of, you=you, supposed=supposed)
    offers = offer_index()
    refreshers = refreshers_for([person.pk], as_of)
    enrolments = OpenEnrolments.of([person.pk])
    held = held_levels([person.pk], as_of).get(person.pk, {})
    grouped: dict[tuple[bool, str, int], list[Explanation]] = {}
    for explanation in explanations:
        row = explanation.row
        grouped.setdefault((row.mandatory, row.area, row.level), []).append(explanation)
    requirements = [
        _requirement(
            same,
            (*refreshers.to(person.pk, area, level), *offers.get((area, level), ())),
            enrolments,
            held,
        )
        for (_mandatory, area, level), same in grouped.items()
    ]
    requirements.sort(
        key=lambda requirement: (
            not requirement.mandatory,
            SEVERITY[requirement.status],
            requirement.last_day or date.max,
        )
    )
    return requirements


def _strictness(explanation: Explanation) -> tuple[int, date]:
    row = explanation.row
    return (SEVERITY[row.status], shown_day(row) or row.valid_until or date.max)


def _requirement(
    same: list[Explanation],
    offers: tuple[CourseOffer, ...],
    enrolments: OpenEnrolments,
    held: Mapping[str, int],
) -> MyRequirement:
    same = sorted(same, key=_strictness)
    row: GapRow = same[0].row
    required = row.requirement
    locked = frozenset(offer.course_id for offer in offers if offer.is_locked_to(held))
    offers = tuple(sorted(offers, key=lambda offer: offer.course_id in locked))
    enrolment = enrolments.towards(row, held)
    if (
        enrolment
        and enrolment.is_locked_to(held)
        and any(o.course_id not in locked for o in offers)
    ):
        enrolment = None
    return MyRequirement(
        area=row.area,
        area_name=required.area_name,
        area_label=required.area_label,
        level=row.level,
        level_name=required.level_name,
        mandatory=row.mandatory,
        status=row.status,
        on=shown_day(row),
        due_on=row.due_on,
        valid_until=row.valid_until,
        sources=tuple(
            Source(
                e.row.requirement.key_group_name,
                e.row.status,
                e.row.due_on,
                e.row.valid_until,
                e.pieces,
                e.timeline,
            )
            for e in same
        ),
        offers=offers,
        enrolment=enrolment,
        locked=locked,
    )
