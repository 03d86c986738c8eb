"""Which courses would give people what they lack: as few courses as will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from competence.engine import GapRow
from competence.figures.summary import OPEN
from competence.figures.team import Member
from courses.models import Required
from courses.offer import CourseOffer, OfferIndex, Refreshers, lacking


@dataclass(frozen=True)
class Beneficiary:
    """One person whom a course would help, with the areas it would close."""

    person_pk: int
    person_id: str
    name: str
    areas: tuple[str, ...]
    # What must be held before the course and is not.
    lacks: tuple[Required, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """One course and those it would help: those who can begin at once, or those to whom it is
    `locked` until they hold what it asks for."""

    offer: CourseOffer
    people: tuple[Beneficiary, ...]
    locked: bool = False

    @property
    def choice(self) -> str:
        """What a form calls it."""
        return f"{self.offer.course_id}{'-last' if self.locked else ''}"


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


# A course, and whether it is locked to those it is for.
_Choice = tuple[int, bool]


def _nearest(able: Sequence[CourseOffer], held: Mapping[str, int]) -> dict[_Choice, CourseOffer]:
    """The courses of the lowest level among those that can be begun; where all are locked, among
    them all. A level above it is no duty."""
    can_begin = [offer for offer in able if not offer.is_locked_to(held)]
    among = can_begin or able
    lowest = min(offer.level for offer in among)
    return {(offer.course_id, not can_begin): offer for offer in among if offer.level == lowest}


def suggest(
    members: Sequence[Member],
    offers: OfferIndex,
    refreshers: Refreshers | None = None,
    held: Mapping[int, Mapping[str, int]] | None = None,
) -> Suggestions:
    """A greedy cover: take the course that closes most of what is left until none helps. Whoever
    may renew by a refresher is suggested that, and never the whole course again. `held` is the
    levels of each person: what they can begin comes before what is locked to them."""
    renewing = refreshers or Refreshers()
    underway: dict[tuple[str, str], None] = {}
    without: dict[tuple[str, str], None] = {}
    left: dict[int, list[tuple[GapRow, dict[_Choice, CourseOffer]]]] = {}
    levels = held or {}
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
                nearest = _nearest(able, levels.get(member.pk, {}))
                left.setdefault(member.pk, []).append((row, nearest))
    by_pk = {member.pk: member for member in members}
    chosen: list[Suggestion] = []
    while left:
        gain: dict[_Choice, int] = {}
        found: dict[_Choice, CourseOffer] = {}
        for rows in left.values():
            for _row, choices in rows:
                for choice, offer in choices.items():
                    found[choice] = offer
                    gain[choice] = gain.get(choice, 0) + 1
        best = min(found, key=lambda each: (-gain[each], found[each].title, each))
        people = []
        for person_pk, rows in list(left.items()):
            closed = [row for row, choices in rows if best in choices]
            rest = [each for each in rows if best not in each[1]]
            if closed:
                member = by_pk[person_pk]
                labels = tuple(dict.fromkeys(row.requirement.area_label for row in closed))
                lacks = lacking(levels.get(person_pk, {}), found[best].requires)
                people.append(Beneficiary(person_pk, member.person_id, member.name, labels, lacks))
            if rest:
                left[person_pk] = rest
            else:
                del left[person_pk]
        chosen.append(Suggestion(found[best], tuple(people), locked=best[1]))
    chosen.sort(key=lambda suggestion: suggestion.locked)
    return Suggestions(tuple(chosen), tuple(underway), tuple(without))
