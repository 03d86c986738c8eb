"""What writing about outside courses and people waits for, and in which order.

The one order: outside courses, by their key; then people (lms.people.services.locking), by theirs;
then claims and requests; then what was recorded: outside records, levels, exemptions. Whoever needs
two of them takes them in that order, and whoever needs one may begin there. Courses and people are
locked without their key: what only points at them goes in meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from competence.models import OutsideCourse, Recognition
from lms.people.services.locking import lock_people


def lock_outside_courses(courses: Iterable[int]) -> None:
    """Until the transaction ends no rule of the courses (primary keys) is decided or withdrawn,
    and none of them is made one with another."""
    wanted = OutsideCourse.objects.filter(pk__in=set(courses)).order_by("pk")
    list(wanted.select_for_update(no_key=True).values_list("pk", flat=True))


def lock_claims(claims: Collection[int], *, also: OutsideCourse | None = None) -> list[Recognition]:
    """The claims (primary keys), the oldest first, with their courses (and `also`) and people.
    Without those that somebody else gave another course or person while this waited."""
    wanted = Recognition.objects.filter(pk__in=claims)
    about = list(wanted.values_list("outside_course_id", "person_id"))
    courses = {course for course, _person in about if course is not None}
    lock_outside_courses(courses | ({also.pk} if also else set()))
    people = {each.pk for each in lock_people(person for _course, person in about).values()}
    return [
        claim
        for claim in wanted.select_for_update(of=("self",))
        .select_related("person", "outside_course")
        .order_by("created_at", "pk")
        if claim.person_id in people
        and (claim.outside_course_id is None or claim.outside_course_id in courses)
    ]
