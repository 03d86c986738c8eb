"""What stands beside a status: the courses people have set out on and what those would give.
Booked and in progress are facts of their own; they never replace a status."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from competence.engine import GapRow
from courses.models import CourseVersion, Enrolment, LessonCompletion, Required
from courses.offer import lacking
from lms.lib.dates import STOCKHOLM
from lms.people.querysets import Listed


@dataclass(frozen=True)
class OpenEnrolment:
    """An enrolment neither completed nor withdrawn; `started` once a lesson has been opened."""

    pk: int
    person_pk: int
    course_pk: int
    title: str
    started: bool
    since: date
    grants: tuple[tuple[str, int], ...]
    # What one must hold before it.
    requires: tuple[Required, ...]

    def would_give(self, row: GapRow) -> bool:
        """Whether completing the course would meet the requirement of the row."""
        return any(area == row.area and level >= row.level for area, level in self.grants)

    def is_locked_to(self, held: Mapping[str, int]) -> bool:
        """Whether it cannot be begun yet by somebody who holds these levels."""
        return not self.started and bool(lacking(held, self.requires))


class OpenEnrolments:
    """The open enrolments of some people, by person. Two queries."""

    def __init__(self, enrolments: Collection[OpenEnrolment]) -> None:
        self._by_person: dict[int, list[OpenEnrolment]] = {}
        for enrolment in enrolments:
            self._by_person.setdefault(enrolment.person_pk, []).append(enrolment)

    @classmethod
    def of(cls, people: Collection[int] | Listed) -> OpenEnrolments:
        rows = list(
            Enrolment.objects.filter(
                person__in=people, withdrawn_at__isnull=True, completed_at__isnull=True
            )
            .annotate(has_lesson=Exists(LessonCompletion.objects.filter(enrolment=OuterRef("pk"))))
            .order_by("created_at", "pk")
            .values_list(
                *("pk", "person_id", "course_id", "version_id", "version__title"),
                *("place_lesson", "has_lesson", "created_at"),
            )
        )
        versions = CourseVersion.objects.defer("content").in_bulk({row[3] for row in rows})
        return cls(
            [
                OpenEnrolment(
                    pk=pk,
                    person_pk=person_pk,
                    course_pk=course_pk,
                    title=title,
                    started=bool(place) or has_lesson,
                    since=created_at.astimezone(STOCKHOLM).date(),
                    grants=tuple(
                        (grant.area_code, grant.level) for grant in versions[version_pk].grants
                    ),
                    requires=versions[version_pk].requires,
                )
                for (
                    pk,
                    person_pk,
                    course_pk,
                    version_pk,
                    title,
                    place,
                    has_lesson,
                    created_at,
                ) in rows
            ]
        )

    def __contains__(self, person_pk: int) -> bool:
        return person_pk in self._by_person

    def of_person(self, person_pk: int) -> list[OpenEnrolment]:
        return self._by_person.get(person_pk, [])

    def towards(self, row: GapRow, held: Mapping[str, int] | None = None) -> OpenEnrolment | None:
        """The enrolment that would meet the row; one in progress before one only booked, and with
        the levels that the person has `held`, what can be begun before what is locked."""
        giving = [e for e in self.of_person(row.person_pk) if e.would_give(row)]
        return max(
            giving,
            key=lambda each: (each.started, held is None or not each.is_locked_to(held)),
            default=None,
        )
