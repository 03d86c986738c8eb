"""What the contact of a partner organisation is shown: its own people in the courses shared with
it, and its seats. Nothing of anybody else, and nothing that somebody set out on elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.listing import status_of
from courses.models import Certificate, Enrolment, SeatQuota
from courses.services.seats import Held, held_by_members, holders_among
from lms.lib.alphabet import swedish_order
from lms.lib.dates import STOCKHOLM
from lms.people.access import organisations_seen_by
from lms.people.models import PartnerOrganisation, Person, User


class State(StrEnum):
    """How far one of the organisation's people has come in a shared course."""

    NONE = "none"  # in no shared course
    ENROLLED = "enrolled"
    BEGUN = "begun"
    COMPLETED = "completed"
    LEFT = "left"

    @property
    def words(self) -> Promise:
        return {
            State.NONE: _("No course yet"),
            State.ENROLLED: _("Has a seat, not begun"),
            State.BEGUN: _("Has begun"),
            State.COMPLETED: _("Has completed"),
            State.LEFT: _("Left the course"),
        }[self]

    @property
    def look(self) -> tuple[str, str]:
        """The colour class and the shape of the status."""
        return {
            State.NONE: ("is-none", "none"),
            State.ENROLLED: ("is-none", "none"),
            State.BEGUN: ("is-pending", "pending"),
            State.COMPLETED: ("is-met", "met"),
            State.LEFT: ("is-paused", "paused"),
        }[self]


@dataclass(frozen=True)
class Line:
    """One person in one shared course, or in none."""

    person: Person
    state: State
    course_pk: int | None = None
    course: str = ""
    # The day of the enrolment, of the completion, or on which the course was left.
    on: date | None = None
    # "", valid, expired or revoked; and the last day, where there is one.
    certificate: str = ""
    valid_until: date | None = None
    # The enrolment that may be taken back, where nothing in it is begun.
    takes_back: int | None = None


@dataclass(frozen=True)
class Seats:
    """The seats in one course: how many, who holds them, what is left."""

    quota: SeatQuota
    holders: frozenset[int]

    @property
    def used(self) -> int:
        return len(self.holders)

    @property
    def left(self) -> int:
        return max(0, self.quota.seats - self.used)

    @property
    def over(self) -> int:
        """How many more hold a seat than there are, after the quota was lowered."""
        return max(0, self.used - self.quota.seats)


@dataclass(frozen=True)
class Shared:
    organisation: PartnerOrganisation
    people: tuple[Person, ...]
    lines: tuple[Line, ...]
    # In force on the day, or to come.
    seats: tuple[Seats, ...]
    day: date

    @property
    def in_force(self) -> list[Seats]:
        return [each for each in self.seats if each.quota.holds_on(self.day)]

    @property
    def courses(self) -> dict[int, str]:
        named = {line.course_pk: line.course for line in self.lines if line.course_pk}
        return named | {each.quota.course_id: each.quota.course.title for each in self.seats}


def shared_with(user: User, day: date) -> Shared | None:
    """What `user` sees on `day` as the contact of an organisation; None for everybody else. The
    same number of queries whatever the size."""
    organisation = organisations_seen_by(user, day).first()
    if organisation is None:
        return None
    shown = Person.objects.shown_to_contact(user, day)
    people = tuple(sorted(shown, key=lambda person: (swedish_order(person.name), person.pk)))
    quotas = list(
        SeatQuota.objects.filter(organisation=organisation).select_related("course", "organisation")
    )
    # Everybody's, for the seats: also those who have left hold theirs.
    held = held_by_members({organisation.pk}, {quota.course_id for quota in quotas})
    seats = [Seats(quota, holders_among(quota, held)) for quota in quotas if quota.ends_on >= day]
    return Shared(
        organisation,
        people,
        tuple(_lines(people, held, day)),
        tuple(sorted(seats, key=lambda each: (each.quota.starts_on, each.quota.course.title))),
        day,
    )


def _lines(people: Sequence[Person], held: Sequence[Held], day: date) -> list[Line]:
    shown = {person.pk for person in people}
    # Of several in one course the latest.
    latest: dict[int, dict[int, Held]] = {pk: {} for pk in shown}
    for each in held:
        if each.enrolment.person_id in shown and not each.given_back:
            latest[each.enrolment.person_id][each.enrolment.course_id] = each
    certificates = {
        row.completion.enrolment_id: row
        for row in Certificate.objects.filter(
            completion__enrolment__in=[
                each.enrolment.pk for courses in latest.values() for each in courses.values()
            ],
            superseded_by__isnull=True,
        ).select_related("completion")
    }
    lines = []
    for person in people:
        courses = sorted(latest[person.pk].values(), key=lambda each: each.enrolment.course.title)
        lines += [_line(person, each, certificates, day) for each in courses]
        if not courses:
            lines.append(Line(person, State.NONE))
    return lines


def _line(person: Person, each: Held, certificates: dict[int, Certificate], day: date) -> Line:
    row: Enrolment = each.enrolment
    certificate = certificates.get(row.pk)
    state, on = State.ENROLLED, each.enrolled_on
    if row.completed_at is not None:
        state, on = State.COMPLETED, row.completed_at.astimezone(STOCKHOLM).date()
    elif row.withdrawn_at is not None:
        state, on = State.LEFT, row.withdrawn_at.astimezone(STOCKHOLM).date()
    elif each.begun:
        state = State.BEGUN
    return Line(
        person=person,
        state=state,
        course_pk=row.course_id,
        course=row.course.title,
        on=on,
        certificate=status_of(certificate, day) if certificate else "",
        valid_until=certificate.valid_until if certificate else None,
        takes_back=row.pk if each.can_be_taken_back else None,
    )


ORDERS: dict[str, Callable[[Line], Any]] = {
    "namn": lambda line: (_name(line), swedish_order(line.course)),
    "kurs": lambda line: (swedish_order(line.course), _name(line)),
    "lage": lambda line: (list(State).index(line.state), _name(line), line.course),
    "dag": lambda line: (line.on or date.max, _name(line), line.course),
    "giltigt": lambda line: (line.valid_until or date.max, _name(line), line.course),
}


def _name(line: Line) -> tuple[str, int]:
    return (swedish_order(line.person.name), line.person.pk)


@dataclass(frozen=True)
class Asked:
    """What the contact asked to see, and in which order."""

    words: str = ""
    course: int | None = None
    state: State | None = None
    order: str = "namn"

    def of(self, lines: Sequence[Line]) -> list[Line]:
        words = self.words.casefold().split()
        found = [
            line
            for line in lines
            if all(word in line.person.name.casefold() for word in words)
            and (self.course is None or line.course_pk == self.course)
            and (self.state is None or line.state is self.state)
        ]
        key = ORDERS.get(self.order.removeprefix("-"), ORDERS["namn"])
        return sorted(found, key=key, reverse=self.order.startswith("-"))
