"""What waits for a manager's confirmation before a course is completed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from competence.figures.acting import people_acted_for, units_acted_for
from courses.criteria import asks_for
from courses.models import CourseVersion, Enrolment
from courses.progress import progress_of, with_progress
from lms.people.models import Person, User


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

    @property
    def choice(self) -> str:
        return f"{self.enrolment_pk}:{self.item_key}"


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


def people_waiting(awaited: Iterable[AwaitedSignOff]) -> int:
    """How many people wait for nothing but a manager's word, however much is to be confirmed."""
    return len({each.person_pk for each in awaited if each.ready})


def who_waits_for_word_of(user: User | AnonymousUser, day: date) -> set[int]:
    """The people (primary keys) who wait for nothing but this account's word. The same number of
    queries whatever the number; none for an account that acts for nobody."""
    if not user.is_authenticated or not units_acted_for(user, day):
        return set()
    awaited = awaited_signoffs(people_acted_for(user, day))
    return {each.person_pk for each in awaited if each.ready}


def waiting_for_word_of(user: User | AnonymousUser, day: date) -> int:
    """How many people wait for nothing but this account's word."""
    return len(who_waits_for_word_of(user, day))


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
