"""What the published courses give: asked by those who know what people need."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from courses.models import CourseVersion


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

    @property
    def url(self) -> str:
        return reverse("courses:course", args=[self.slug])


def offer_index() -> dict[tuple[str, int], tuple[CourseOffer, ...]]:
    """For each area and level that some published course gives: the courses that give at least
    that level, nearest level first, then shortest. One query."""
    given: dict[str, list[CourseOffer]] = {}
    for version in CourseVersion.objects.offered().select_related("course"):
        course = version.outline["course"]
        for grant in version.grants:
            given.setdefault(grant.area_code, []).append(
                CourseOffer(
                    course_id=version.course_id,
                    title=version.title,
                    slug=version.course.slug,
                    minutes=course["minutes"],
                    form=course["form"],
                    level=grant.level,
                )
            )
    index: dict[tuple[str, int], tuple[CourseOffer, ...]] = {}
    for area_code, offers in given.items():
        offers.sort(key=lambda offer: (offer.level, offer.minutes, offer.title))
        for level in range(1, max(offer.level for offer in offers) + 1):
            index[area_code, level] = tuple(offer for offer in offers if offer.level >= level)
    return index


def courses_giving(area_code: str, level: int) -> list[CourseOffer]:
    """The published courses that give at least `level` in the area, nearest level first."""
    return list(offer_index().get((area_code, level), ()))
