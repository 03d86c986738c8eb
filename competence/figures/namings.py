"""Key persons as their pages show them: which namings are to be reviewed and why, and the layers
that add up to what is asked of somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Q, QuerySet

from competence.engine import gap_rows
from competence.models import KeyPersonAssignment, NamingReview
from lms.lib.dates import STOCKHOLM
from lms.people.models import Employment, Person
from lms.people.querysets import valid_on_q


class WhyReview(StrEnum):
    """Why a naming is to be reviewed."""

    LEFT = "left"
    CHANGED = "changed"
    DUE = "due"


@dataclass(frozen=True)
class NamingStanding:
    """One naming, the posts of its person when it was last looked at and now, and whether it is to
    be reviewed."""

    naming: KeyPersonAssignment
    reviews: tuple[NamingReview, ...]
    looked_at: date
    then: tuple[Employment, ...]
    now: tuple[Employment, ...]
    review_on: date | None
    why: WhyReview | None


def standing_namings(day: date) -> QuerySet[KeyPersonAssignment]:
    """Those named now or later."""
    return KeyPersonAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), withdrawn_at__isnull=True
    )


def naming_standings(namings: Iterable[KeyPersonAssignment], day: date) -> list[NamingStanding]:
    """How namings stand on a day: who changes work is compared, from the posts when the naming was
    made or last reviewed to those of the day. Three queries."""
    found = list(
        KeyPersonAssignment.objects.filter(pk__in=[naming.pk for naming in namings])
        .select_related("person", "key_group", "deputy", "by")
        .prefetch_related("reviews__by")
        .order_by("key_group__code", "person__family_name", "person__given_name", "pk")
    )
    posts: dict[int, list[Employment]] = {}
    people = {naming.person_id for naming in found}
    for post in Employment.objects.standing().filter(person__in=people).select_related("unit"):
        posts.setdefault(post.person_id, []).append(post)
    return [_standing(naming, posts.get(naming.person_id, []), day) for naming in found]


def _standing(naming: KeyPersonAssignment, posts: list[Employment], day: date) -> NamingStanding:
    reviews = tuple(naming.reviews.all())
    last = reviews[-1] if reviews else None
    looked_at = last.reviewed_on if last else naming.created_at.astimezone(STOCKHOLM).date()
    review_on = last.next_review_on if last else naming.review_on
    then = tuple(post for post in posts if _covers(post, looked_at))
    now = tuple(post for post in posts if _covers(post, day))
    why = None
    if then and not now:
        why = WhyReview.LEFT
    elif {(post.unit_id, post.job_code) for post in then} != {
        (post.unit_id, post.job_code) for post in now
    }:
        why = WhyReview.CHANGED
    elif review_on is not None and review_on <= day:
        why = WhyReview.DUE
    return NamingStanding(naming, reviews, looked_at, then, now, review_on, why)


def _covers(post: Employment, day: date) -> bool:
    return post.starts_on <= day and (post.ends_on is None or day <= post.ends_on)


@dataclass(frozen=True)
class LayerSource:
    """One key group that asks for a level, and whether somebody is in it by a naming."""

    key_group: str
    code: str
    level: int
    level_name: str
    mandatory: bool
    named: bool


@dataclass(frozen=True)
class Layer:
    """An area: the level asked for, the highest of its sources, each of which stays in sight."""

    area: str
    level_name: str
    mandatory: bool
    sources: tuple[LayerSource, ...]


def layers_of(person: Person, day: date) -> list[Layer]:
    """What is asked of a person in each area, with every key group that asks. Nothing of how far
    the person has come."""
    named = set(
        KeyPersonAssignment.objects.filter(
            valid_on_q(day), person=person, withdrawn_at__isnull=True
        ).values_list("key_group__code", flat=True)
    )
    by_area: dict[str, dict[tuple[str, int, bool], LayerSource]] = {}
    for row in gap_rows(Person.objects.filter(pk=person.pk), day):
        asked = row.requirement
        source = LayerSource(
            asked.key_group_name,
            asked.key_group,
            asked.level,
            asked.level_name,
            asked.mandatory,
            asked.key_group in named,
        )
        key = (asked.key_group, asked.level, asked.mandatory)
        by_area.setdefault(asked.area_name, {})[key] = source
    layers = []
    for area, found in by_area.items():
        sources = sorted(found.values(), key=lambda each: (not each.mandatory, -each.level))
        layers.append(Layer(area, sources[0].level_name, sources[0].mandatory, tuple(sources)))
    return layers
