"""What waits for a manager's confirmation before a course is completed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from courses.criteria import asks_for
from courses.models import CourseVersion, Enrolment
from courses.progress import progress_of, with_progress
from lms.people.models import Person


@dataclass(frozen=True)
class AwaitedSignOff:
    """One thing to confirm for one person; `ready` when nothing else is left for them to do."""

    enrolment_pk: int
    person_pk: int
    person_id: str
    name: str
    course: str
    item_key: str
    text: str
    lessons_done: int
    lessons_total: int
    ready: bool


def awaited_signoffs(people: QuerySet[Person]) -> list[AwaitedSignOff]:
    """What could be confirmed for `people`, what is ready first. The same number of queries
    whatever the number."""
    asking = [
        version.pk
        for version in CourseVersion.objects.defer("content")
        if asks_for(version.criteria, "signoff")
    ]
    open_now = Enrolment.objects.filter(
        person__in=people.values("pk"),
        version__in=asking,
        withdrawn_at__isnull=True,
        completed_at__isnull=True,
    ).select_related("person")
    found = list(_of_each(with_progress(open_now)))
    found.sort(key=lambda each: (not each.ready, each.course, each.name))
    return found


def _of_each(enrolments: Iterable[Enrolment]) -> Iterable[AwaitedSignOff]:
    for enrolment in enrolments:
        progress = progress_of(enrolment)
        for item in progress.criteria.items:
            if item.kind == "signoff" and not item.met:
                yield AwaitedSignOff(
                    enrolment_pk=enrolment.pk,
                    person_pk=enrolment.person_id,
                    person_id=enrolment.person.person_id,
                    name=enrolment.person.name,
                    course=enrolment.version.title,
                    item_key=item.key,
                    text=item.text,
                    lessons_done=progress.lessons_done,
                    lessons_total=progress.lessons_total,
                    ready=progress.waits_for_manager,
                )
