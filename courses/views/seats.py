"""Where a learner sits: asked by every page of a lesson and by everything that is saved in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses import entry, grading, listing, reading
from courses.freezing import LessonContent
from courses.models import CoursePage, Enrolment
from courses.progress import EnrolmentProgress, LessonState, progress_of
from courses.services import learning
from courses.views.readers import reader
from lms.lib.dates import today

# In the address: what was handed in had questions without an answer.
MISSING = "saknas"


class LockedSeatError(Http404):
    """Something has to be learnt first, and nothing has been begun: there is nothing to save."""


@dataclass(frozen=True)
class Seat:
    """Where a learner sits: the course, their enrolment, the lesson, and the way through."""

    course: Page
    enrolment: Enrolment
    lesson: LessonContent

    @cached_property
    def progress(self) -> EnrolmentProgress:
        return progress_of(self.enrolment)

    @cached_property
    def state(self) -> LessonState:
        return next(each for each in self.progress.lessons if each.key == self.lesson["key"])

    @property
    def is_test(self) -> bool:
        """Whether this is not a lesson but the test that stands for the course."""
        return self.lesson["key"] == grading.TEST_OUT

    @property
    def is_completed(self) -> bool:
        return self.enrolment.completed_at is not None

    @cached_property
    def is_open(self) -> bool:
        """Whether the questions can be answered: after the course is completed, for practice,
        those of a lesson that is not done."""
        return learning.can_be_answered(self.enrolment, self.lesson)

    @property
    def is_locked(self) -> bool:
        """Whether something has to be learnt first, and nothing here has been begun."""
        return not self.is_completed and entry.is_locked(self.enrolment, today())

    def neighbour(self, step: int) -> LessonState | None:
        place = self.state.number - 1 + step
        lessons = self.progress.lessons
        return lessons[place] if 0 <= place < len(lessons) else None

    @property
    def lesson_url(self) -> str:
        return self.url("lesson")

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"courses:{name}", args=[self.course.slug, self.lesson["slug"], *args])


def seat_of(request: HttpRequest, slug: str, lesson_slug: str) -> Seat | None:
    """The reader's seat; None without an enrolment. 404 for a lesson that the version lacks."""
    person = reader(request).person
    enrolment = listing.enrolment_to_read(person, slug) if person else None
    if enrolment is None:
        get_object_or_404(CoursePage.objects.only("pk"), slug=slug)
        return None
    lesson = reading.lesson_by_slug(enrolment.version, lesson_slug)
    if lesson is None:
        raise Http404
    return Seat(enrolment.course, enrolment, lesson)


def own_seat(request: HttpRequest, slug: str, lesson_slug: str) -> Seat:
    seat = seat_of(request, slug, lesson_slug)
    if seat is None:
        raise Http404
    if seat.is_locked:
        raise LockedSeatError
    return seat


def attempt_of(seat: Seat, *, retry: bool) -> reading.ShownAttempt:
    """The attempt that the learner sees; with `retry` the next one, where there may be one."""
    return reading.show_attempt(
        seat.enrolment,
        seat.lesson,
        retry=retry and seat.is_open,
        words={True: _("True"), False: _("False")},
        now=timezone.now(),
    )
