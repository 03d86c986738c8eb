"""What courses does when something has happened to people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Count, Max
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import (
    Certificate,
    Completion,
    CourseVersion,
    Enrolment,
    ExpertQuestion,
    LessonReport,
    WhatsNewReading,
)
from courses.services.enrolment import withdraw
from courses.services.news import offer_news_of_version
from courses.services.seats import seats_taken_in
from courses.signals import course_version_published
from lms.people.models import PartnerMembership, Person, User
from lms.people.services.merge import record_moved
from lms.people.services.partners import PartnerError
from lms.people.signals import membership_shortened, people_merged

NEVER = datetime.min.replace(tzinfo=UTC)


def _how_far(enrolment: Enrolment) -> tuple[int, datetime]:
    """How many lessons are done, and when something was last done."""
    said = Enrolment.objects.filter(pk=enrolment.pk).aggregate(
        lessons=Count("lesson_completions", distinct=True),
        finished=Max("lesson_completions__completed_at"),
        answered=Max("attempts__answers__given_at"),
        submitted=Max("attempts__submitted_at"),
        reflected=Max("reflections__given_at"),
        marked=Max("marks__given_at"),
        confirmed=Max("confirmations__confirmed_at"),
        read=Max("place_at"),
    )
    lessons = said.pop("lessons")
    return lessons, max(filter(None, said.values()), default=NEVER)


@receiver(people_merged)
def move_records(
    sender: object, *, survivor: Person, loser: Person, by: User, **kwargs: Any
) -> None:
    """What somebody did, asked and read follows the person. Of two open enrolments in one course
    the one that is further goes on and the other is withdrawn."""
    open_now = Enrolment.objects.filter(withdrawn_at__isnull=True, completed_at__isnull=True)
    of_survivor = {row.course_id: row for row in open_now.filter(person=survivor)}
    for row in open_now.filter(person=loser, course__in=of_survivor):
        other = of_survivor[row.course_id]
        behind = other if _how_far(row) > _how_far(other) else row
        withdraw(enrolment=behind, by=by, at=timezone.now(), reason="people merged")
    read = WhatsNewReading.objects.filter(person=survivor).values("news")
    WhatsNewReading.objects.filter(person=loser).exclude(news__in=read).update(person=survivor)
    for model in (Enrolment, Completion, Certificate, LessonReport, ExpertQuestion):
        moving = list(model.objects.filter(person=loser).values_list("pk", flat=True))
        model.objects.filter(pk__in=moving).update(person=survivor)
        record_moved(model, moving, survivor=survivor, loser=loser, by=by)


@receiver(course_version_published)
def offer_what_is_new(sender: object, *, version: CourseVersion, **kwargs: Any) -> None:
    """A material version is news to those who have an earlier one."""
    offer_news_of_version(version=version, at=version.published_at)


@receiver(membership_shortened)
def keep_the_days_of_seats(
    sender: object,
    *,
    membership: PartnerMembership,
    holds_on: Callable[[date], bool],
    **kwargs: Any,
) -> None:
    """A seat is held until its period ends, also by whoever leaves: the day on which it was taken
    stays within the membership. Whether the course is begun is not said."""
    lost = [day for day in seats_taken_in(membership) if not holds_on(day)]
    if lost:
        raise PartnerError(
            _("%(name)s took a seat on %(day)s, and has to belong to the organisation that day.")
            % {"name": membership.person.name, "day": lost[-1].isoformat()}
        )
