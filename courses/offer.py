"""What the published courses give: asked by those who know what people need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse

from courses.models import Completion, CoursePage, CourseVersion, Required
from courses.registry import ever_held


@dataclass(frozen=True)
class CourseOffer:
    """A published course, as somebody who must learn something is shown it."""

    course_id: int
    title: str
    slug: str
    minutes: int
    form: str
    # The level it gives in the area that was asked about.
    level: int
    # What one must hold before it.
    requires: tuple[Required, ...] = ()

    @property
    def url(self) -> str:
        return reverse("courses:course", args=[self.slug])

    @property
    def is_refresher(self) -> bool:
        return self.form == CoursePage.Form.REFRESHER

    def is_locked_to(self, held: Mapping[str, int]) -> bool:
        """Whether it asks for more than somebody who holds these levels has."""
        return bool(lacking(held, self.requires))


def lacking(held: Mapping[str, int], requires: Iterable[Required]) -> tuple[Required, ...]:
    """What is asked for beyond the level held in each area."""
    return tuple(each for each in requires if held.get(each.area_code, 0) < each.level)


OfferIndex = Mapping[tuple[str, int], tuple[CourseOffer, ...]]


def is_refresher(version: CourseVersion) -> bool:
    form: str = version.outline["course"]["form"]
    return form == CoursePage.Form.REFRESHER


def _index(versions: Iterable[CourseVersion]) -> dict[tuple[str, int], tuple[CourseOffer, ...]]:
    given: dict[str, list[CourseOffer]] = {}
    for version in versions:
        course = version.outline["course"]
        for grant in version.grants:
            given.setdefault(grant.area_code, []).append(
                CourseOffer(
                    course_id=version.course_id,
                    title=version.title,
                    slug=version.course.slug,
                    minutes=version.minutes,
                    form=course["form"],
                    level=grant.level,
                    requires=version.requires,
                )
            )
    index: dict[tuple[str, int], tuple[CourseOffer, ...]] = {}
    for area_code, offers in given.items():
        offers.sort(key=lambda offer: (offer.level, offer.minutes, offer.title))
        for level in range(1, max(offer.level for offer in offers) + 1):
            index[area_code, level] = tuple(offer for offer in offers if offer.level >= level)
    return index


def offer_index(*, without: int | None = None) -> dict[tuple[str, int], tuple[CourseOffer, ...]]:
    """For each area and level that some published course gives: the courses that give at least
    that level, nearest level first, then shortest. Refreshers are not for everyone and not here.
    `without` leaves one course out. One query."""
    return _index(
        version
        for version in CourseVersion.objects.offered().select_related("course")
        if not is_refresher(version) and version.course_id != without
    )


@dataclass(frozen=True)
class Refreshers:
    """The refreshers on offer, and which of them each person may take."""

    offers: OfferIndex = field(default_factory=dict)
    allowed: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def to(self, person_pk: int, area_code: str, level: int) -> tuple[CourseOffer, ...]:
        """The refreshers that the person may take and that give at least `level` in the area."""
        courses = self.allowed.get(person_pk, frozenset())
        if not courses:
            return ()
        found = self.offers.get((area_code, level), ())
        return tuple(offer for offer in found if offer.course_id in courses)


def refreshers_for(people: Iterable[int], day: date) -> Refreshers:
    """What each of `people` (by primary key) may refresh on `day`: one query without refreshers,
    else the same few whatever the number."""
    versions = [
        version
        for version in CourseVersion.objects.offered().select_related("course")
        if is_refresher(version)
    ]
    if not versions:
        return Refreshers()
    return Refreshers(_index(versions), may_refresh(people, versions, day))


def may_refresh(
    people: Iterable[int], versions: Sequence[CourseVersion], day: date
) -> dict[int, frozenset[int]]:
    """The courses among these refreshers that each person may take: those of which they have once
    had every level, valid still or run out. A completion of the course that is refreshed counts
    for what it gave."""
    wanted = list(people)
    had: dict[int, dict[str, int]] = {
        pk: dict(areas) for pk, areas in ever_held(wanted, day).items()
    }
    refreshed = {version.refreshes for version in versions if version.refreshes}
    done = list(
        Completion.objects.filter(
            person__in=wanted, version__course__in=refreshed, revoked_on__isnull=True
        ).values_list("person_id", "version_id")
    )
    given = CourseVersion.objects.defer("content").in_bulk({version for _person, version in done})
    for person, version in done:
        areas = had.setdefault(person, {})
        for grant in given[version].grants:
            areas[grant.area_code] = max(grant.level, areas.get(grant.area_code, 0))
    return {
        person: frozenset(
            version.course_id
            for version in versions
            if version.grants
            and all(areas.get(each.area_code, 0) >= each.level for each in version.grants)
        )
        for person, areas in had.items()
    }
