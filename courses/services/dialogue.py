"""What readers say about a lesson and ask about it, and what they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from courses.models import CourseVersion, ExpertQuestion, LessonReport
from courses.signals import expert_question_published
from lms.audit import services as audit
from lms.notifications.services import notify
from lms.people.models import Person, User
from lms.people.services.locking import lock_person

# The notice kinds that courses.notices registers.
REPORT_ANSWERED = "courses.report_answered"
QUESTION_ANSWERED = "courses.question_answered"

# One report, and one question, per person and lesson in this time.
BETWEEN = timedelta(minutes=1)


class TooSoonError(ValueError):
    """The same person has just said something else about the same lesson."""

    def __init__(self) -> None:
        super().__init__(_("You have just sent something about this lesson. Wait a minute."))


class SettledError(ValueError):
    """It has been answered already."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has answered it in the meantime."))


def _turn(person: Person) -> Person:
    """Lets one request of a person at a time through; the record that stands for the person."""
    return lock_person(person)


@transaction.atomic
def report_fault(
    *, person: Person, version: CourseVersion, lesson_key: str, kind: str, text: str, at: datetime
) -> LessonReport:
    """Keep what a learner says is wrong in a lesson. The same words again within a minute are the
    report that exists; other words are TooSoonError. The guard refuses with ValidationError."""
    person = _turn(person)
    row = LessonReport(
        version=version,
        lesson_key=lesson_key,
        person=person,
        kind=kind,
        text=text.strip(),
        created_at=at,
    )
    row.full_clean()
    recent = LessonReport.objects.filter(
        person=person,
        version__course=version.course_id,
        lesson_key=lesson_key,
        created_at__gt=at - BETWEEN,
    ).first()
    if recent is None:
        row.save()
        return row
    if (recent.text, recent.kind) == (row.text, row.kind):
        return recent
    raise TooSoonError


@transaction.atomic
def close_report(*, report: LessonReport, answer: str, by: User, at: datetime) -> LessonReport:
    """Answer a report and close it; whoever wrote it is told."""
    locked = LessonReport.objects.select_for_update().get(pk=report.pk)
    if locked.closed_at is not None:
        raise SettledError
    locked.answer, locked.closed_at, locked.closed_by = answer.strip(), at, by
    locked.full_clean()
    locked.save(update_fields=["answer", "closed_at", "closed_by"])
    version = locked.version
    audit.record(
        "course.report_closed",
        locked,
        by=by,
        after={"course": version.title, "lesson": locked.lesson_key},
    )
    notify(
        kind=REPORT_ANSWERED,
        person=locked.person,
        dedupe_key=f"{REPORT_ANSWERED}:{locked.pk}:{locked.person_id}",
        context={"course": version.title, "answer": locked.answer},
        url=reverse("courses:my_questions"),
        at=at,
    )
    return locked


@transaction.atomic
def ask_expert(
    *, person: Person, version: CourseVersion, lesson_key: str, text: str, at: datetime
) -> ExpertQuestion:
    """Keep a question to an expert, about a lesson or (no key) about the course. As with reports,
    the same words again are the same question."""
    person = _turn(person)
    row = ExpertQuestion(
        version=version,
        course_id=version.course_id,
        lesson_key=lesson_key,
        person=person,
        text=text.strip(),
        created_at=at,
    )
    row.full_clean(exclude=["lesson_key"])
    recent = ExpertQuestion.objects.filter(
        person=person,
        course=version.course_id,
        lesson_key=lesson_key,
        created_at__gt=at - BETWEEN,
    ).first()
    if recent is None:
        row.save()
        return row
    if recent.text == row.text:
        return recent
    raise TooSoonError


def _unsettled(question: ExpertQuestion) -> ExpertQuestion:
    locked = ExpertQuestion.objects.select_for_update().get(pk=question.pk)
    if locked.answered_at is not None or locked.declined_at is not None:
        raise SettledError
    return locked


@transaction.atomic
def answer_question(
    *, question: ExpertQuestion, answer: str, by: User, at: datetime
) -> ExpertQuestion:
    """Answer it; the asker is told."""
    locked = _unsettled(question)
    locked.answer, locked.answered_at, locked.answered_by = answer.strip(), at, by
    return _settle(locked, "course.question_answered", by, at)


@transaction.atomic
def decline_question(
    *, question: ExpertQuestion, hint: str, by: User, at: datetime
) -> ExpertQuestion:
    """Say that it is not for the course, and whom to turn to instead; the asker is told."""
    locked = _unsettled(question)
    locked.answer, locked.declined_at, locked.answered_by = hint.strip(), at, by
    return _settle(locked, "course.question_declined", by, at)


def _settle(question: ExpertQuestion, action: str, by: User, at: datetime) -> ExpertQuestion:
    question.full_clean(exclude=["lesson_key"])
    question.save(update_fields=["answer", "answered_at", "declined_at", "answered_by"])
    audit.record(
        action,
        question,
        by=by,
        after={"course": question.version.title, "lesson": question.lesson_key},
    )
    notify(
        kind=QUESTION_ANSWERED,
        person=question.person,
        dedupe_key=f"{QUESTION_ANSWERED}:{question.pk}:{question.person_id}",
        context={
            "course": question.version.title,
            "answer": question.answer,
            "declined": question.declined_at is not None,
        },
        url=reverse("courses:my_questions"),
        at=at,
    )
    return question


@transaction.atomic
def publish_answer(
    *, question: ExpertQuestion, public_question: str, answer: str, by: User, at: datetime
) -> ExpertQuestion:
    """Let everyone read an answered question, in words that say nothing of who asked. The answer
    may be worded anew; the asker then reads the same as everyone."""
    locked = ExpertQuestion.objects.select_for_update().get(pk=question.pk)
    if locked.answered_at is None or locked.published_at is not None:
        raise SettledError
    before = locked.answer
    locked.public_question, locked.answer = public_question.strip(), answer.strip()
    locked.published_at = at
    locked.full_clean(exclude=["lesson_key"])
    locked.save(update_fields=["public_question", "answer", "published_at"])
    audit.record(
        "course.question_published",
        locked,
        by=by,
        before={"answer": before},
        after={"question": locked.public_question, "answer": locked.answer},
    )
    expert_question_published.send(sender=ExpertQuestion, question=locked, by=by)
    return locked


@transaction.atomic
def unpublish_answer(*, question: ExpertQuestion, by: User) -> None:
    """Take it away from the lesson. What was put in the arena stays there until an editor takes
    it away."""
    if ExpertQuestion.objects.filter(pk=question.pk, published_at__isnull=False).update(
        published_at=None
    ):
        audit.record("course.question_unpublished", question, by=by)


def published_about(course_id: int, lesson_key: str) -> QuerySet[ExpertQuestion]:
    """The questions and answers that everyone may read below a lesson."""
    return (
        ExpertQuestion.objects.filter(
            course=course_id, lesson_key=lesson_key, published_at__isnull=False
        )
        .only("public_question", "answer")
        .order_by("published_at", "pk")
    )


@dataclass(frozen=True)
class Waiting:
    """How much of what readers have said waits for somebody who writes or knows."""

    reports: int = 0
    questions: int = 0

    def __bool__(self) -> bool:
        return bool(self.reports or self.questions)


def reports_for(user: User) -> QuerySet[LessonReport]:
    """The reports about courses that the account writes."""
    pages = PagePermissionPolicy(Page).instances_user_has_permission_for(user, "change")
    return LessonReport.objects.filter(version__course__in=pages.order_by().values("pk"))


def unsettled_questions() -> QuerySet[ExpertQuestion]:
    return ExpertQuestion.objects.filter(answered_at__isnull=True, declined_at__isnull=True)


def waiting_for(user: User) -> Waiting:
    """Two queries."""
    return Waiting(
        reports=reports_for(user).filter(closed_at__isnull=True).count(),
        questions=unsettled_questions().count(),
    )
