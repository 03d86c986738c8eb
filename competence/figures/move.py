"""What would change for somebody in another post: the engine's answer with and without it."""

from __future__ import annotations

from dataclasses import dataclass

from competence.engine.suppose import Supposed
from competence.figures.learner import MyRequirement, requirements_of
from lms.people.models import Person


@dataclass(frozen=True)
class Changed:
    """A requirement that stays with other terms."""

    before: MyRequirement
    after: MyRequirement


@dataclass(frozen=True)
class Changes:
    """The requirements on the first day of the post, beside those without it."""

    supposed: Supposed
    new: tuple[MyRequirement, ...]
    gone: tuple[MyRequirement, ...]
    changed: tuple[Changed, ...]
    kept: tuple[MyRequirement, ...]
    # Courses to take for what is new or stricter and not held already; what no course gives yet.
    courses: tuple[str, ...]
    minutes: int
    without_offer: int


def changes_of(person: Person, supposed: Supposed) -> Changes:
    """In a constant number of queries; nothing of anybody else is read."""
    day = supposed.starts_on
    before = _by_key(requirements_of(person, day, you=False))
    after = _by_key(requirements_of(person, day, you=False, supposed=supposed))
    new = [each for key, each in after.items() if key not in before]
    both = [(before[key], each) for key, each in after.items() if key in before]
    changed = [Changed(old, each) for old, each in both if _terms(old) != _terms(each)]
    to_take = [*new, *(each.after for each in changed if not each.before.is_open)]
    to_take = [each for each in to_take if each.is_open and each.mandatory and not each.enrolment]
    courses = {each.offers[0].course_id: each.offers[0] for each in to_take if each.offers}
    return Changes(
        supposed=supposed,
        new=tuple(new),
        gone=tuple(each for key, each in before.items() if key not in after),
        changed=tuple(changed),
        kept=tuple(each for old, each in both if _terms(old) == _terms(each)),
        courses=tuple(offer.title for offer in courses.values()),
        minutes=sum(offer.minutes for offer in courses.values()),
        without_offer=sum(each.without_offer for each in to_take),
    )


Key = tuple[str, int]


def _by_key(requirements: list[MyRequirement]) -> dict[Key, MyRequirement]:
    """By area and level; a level that is both asked and recommended is asked."""
    found: dict[Key, MyRequirement] = {}
    for each in requirements:
        found.setdefault((each.area, each.level), each)
    return found


def _terms(each: MyRequirement) -> tuple[object, ...]:
    """What the person would notice: whether it is a must, its days, and how often it is renewed."""
    line = each.timeline
    return (
        each.mandatory,
        each.status,
        each.due_on,
        each.valid_until,
        line.renewal_months,
        line.window_days,
    )
