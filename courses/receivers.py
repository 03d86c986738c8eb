"""What courses does when something has happened to people."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

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
from courses.signals import course_version_published
from lms.people.models import Person, User
from lms.people.signals import people_merged


@receiver(people_merged)
def move_records(
    sender: object, *, survivor: Person, loser: Person, by: User, **kwargs: Any
) -> None:
    """What somebody did, asked and read follows the person. Of two open enrolments in one course
    the survivor's goes on and the other is withdrawn."""
    open_now = Enrolment.objects.filter(withdrawn_at__isnull=True, completed_at__isnull=True)
    taken = set(open_now.filter(person=survivor).values_list("course_id", flat=True))
    for enrolment in open_now.filter(person=loser, course__in=taken):
        withdraw(enrolment=enrolment, by=by, at=timezone.now(), reason="people merged")
    read = WhatsNewReading.objects.filter(person=survivor).values("news")
    WhatsNewReading.objects.filter(person=loser).exclude(news__in=read).update(person=survivor)
    for model in (Enrolment, Completion, Certificate, LessonReport, ExpertQuestion):
        model.objects.filter(person=loser).update(person=survivor)


@receiver(course_version_published)
def offer_what_is_new(sender: object, *, version: CourseVersion, **kwargs: Any) -> None:
    """A material version is news to those who have an earlier one."""
    offer_news_of_version(version=version, at=version.published_at)
