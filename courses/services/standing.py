"""Who is on which version of a course: figures without names, small ones hidden."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from courses.headcounts import Headcount
from courses.models import Completion, CourseVersion, Enrolment


@dataclass(frozen=True)
class VersionStanding:
    """A version with how many are under way in it, and how many have completed it last of all."""

    version: CourseVersion
    under_way: Headcount
    completed: Headcount


@dataclass(frozen=True)
class CourseStanding:
    """The versions of a course, the latest first, and the sums over them. Nobody is counted twice.
    Every page that tells how many shows these sums: another one beside them would tell a hidden
    part."""

    versions: tuple[VersionStanding, ...]
    under_way: Headcount
    completed: Headcount


def standing_of(course_pk: int, threshold: int) -> CourseStanding:
    """Three queries."""
    versions = list(
        CourseVersion.objects.filter(course=course_pk)
        .defer("content")
        .select_related("by__person")
        .order_by("-number")
    )
    under_way = dict(
        Enrolment.objects.filter(
            course=course_pk, withdrawn_at__isnull=True, completed_at__isnull=True
        )
        .values_list("version")
        .annotate(people=Count("person", distinct=True))
    )
    completions = Completion.objects.filter(version__course=course_pk, revoked_on__isnull=True)
    later = completions.filter(
        Q(completed_at__gt=OuterRef("completed_at"))
        | Q(completed_at=OuterRef("completed_at"), pk__gt=OuterRef("pk")),
        person=OuterRef("person"),
    )
    completed = dict(
        completions.filter(~Exists(later))
        .values_list("version")
        .annotate(people=Count("person", distinct=True))
    )
    return CourseStanding(
        versions=tuple(
            VersionStanding(
                version,
                Headcount.of(under_way.get(version.pk, 0), threshold),
                Headcount.of(completed.get(version.pk, 0), threshold),
            )
            for version in versions
        ),
        under_way=Headcount.total(under_way.values(), threshold),
        completed=Headcount.total(completed.values(), threshold),
    )
