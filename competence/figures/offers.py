"""Which courses would give people what they lack: as few courses as will do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from competence.engine import GapRow
from competence.figures.team import OPEN, Member
from courses.offer import CourseOffer, OfferIndex, Refreshers


@dataclass(frozen=True)
class Beneficiary:
    """One person whom a course would help, with the areas it would close."""

    person_pk: int
    person_id: str
    name: str
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """One course and those it would help."""

    offer: CourseOffer
    people: tuple[Beneficiary, ...]


@dataclass(frozen=True)
class Suggestions:
    """Courses that together close what can be closed, the one that closes most first;
    `underway` is already being learnt, `without_offer` no course gives yet."""

    courses: tuple[Suggestion, ...]
    underway: tuple[tuple[str, str], ...]  # name, course title
    without_offer: tuple[tuple[str, str], ...]  # name, area and level


def open_rows(member: Member) -> list[GapRow]:
    """The mandatory rows the person should do something about."""
    return [row for row in member.rows if row.mandatory and row.status in OPEN]


def suggest(
    members: Sequence[Member], offers: OfferIndex, refreshers: Refreshers | None = None
) -> Suggestions:
    """A greedy cover: take the course that closes most of what is left until none helps. Whoever
    may renew by a refresher is suggested that, and never the whole course again."""
    renewing = refreshers or Refreshers()
    underway: dict[tuple[str, str], None] = {}
    without: dict[tuple[str, str], None] = {}
    left: dict[int, list[tuple[GapRow, tuple[CourseOffer, ...]]]] = {}
    for member in members:
        for row in open_rows(member):
            enrolment = next((e for e in member.enrolments if e.would_give(row)), None)
            able = renewing.to(member.pk, row.area, row.level) or offers.get(
                (row.area, row.level), ()
            )
            if enrolment is not None:
                underway[member.name, enrolment.title] = None
            elif not able:
                required = row.requirement
                without[member.name, f"{required.area_name}, {required.level_name}"] = None
            else:
                left.setdefault(member.pk, []).append((row, able))
    by_pk = {member.pk: member for member in members}
    chosen: list[Suggestion] = []
    while left:
        gain: dict[int, int] = {}
        found: dict[int, CourseOffer] = {}
        for rows in left.values():
            for _row, able in rows:
                for offer in able:
                    found[offer.course_id] = offer
                    gain[offer.course_id] = gain.get(offer.course_id, 0) + 1
        best = min(found, key=lambda pk: (-gain[pk], found[pk].title, pk))
        people = []
        for person_pk, rows in list(left.items()):
            closed = [row for row, able in rows if best in {each.course_id for each in able}]
            rest = [each for each in rows if best not in {o.course_id for o in each[1]}]
            if closed:
                member = by_pk[person_pk]
                labels = tuple(dict.fromkeys(row.requirement.area_label for row in closed))
                people.append(Beneficiary(person_pk, member.person_id, member.name, labels))
            if rest:
                left[person_pk] = rest
            else:
                del left[person_pk]
        chosen.append(Suggestion(found[best], tuple(people)))
    return Suggestions(tuple(chosen), tuple(underway), tuple(without))
