"""The answers to what a batch asks: given by somebody, saved on the batch, one at a time."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from competence.models import OutsideCourse
from competence.models.history import HistoryBatch, HistoryQuestion
from courses.models import CourseVersion
from lms.audit.services import record
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, User

Answer = HistoryQuestion.Answer
Kind = HistoryQuestion.Kind
_FIELDS = ("person_id", "outside_course_id", "course_id", "area_id", "level_id")


class AnswerError(ValueError):
    """The answer cannot be given; the message says why."""


def put_answer(question: HistoryQuestion, code: str) -> None:
    """Set the answer that a code says (“outside:12”, “level:3:1”, “person:44”, “leave”, or nothing)
    on the question. AnswerError where it is no answer to it. Nothing is saved."""
    kind, _colon, rest = code.partition(":")
    wanted = {
        "": 0,
        Answer.LEAVE: 0,
        Answer.PERSON: 1,
        Answer.OUTSIDE: 1,
        Answer.OWN: 1,
        Answer.LEVEL: 2,
    }
    keys = [int(part) for part in rest.split(":") if part.isascii() and part.isdigit()][:2]
    of_kind = kind in ("", Answer.LEAVE) or (kind == Answer.PERSON) is (
        question.kind == Kind.PERSON
    )
    if kind not in wanted or len(keys) != wanted[kind] or not of_kind:
        raise AnswerError(_("Choose one of the answers."))
    for name in _FIELDS:
        setattr(question, name, None)
    question.answer = kind
    if kind == Answer.PERSON:
        question.person_id = keys[0]
    elif kind == Answer.OUTSIDE:
        question.outside_course_id = keys[0]
    elif kind == Answer.OWN:
        question.course_id = keys[0]
    elif kind == Answer.LEVEL:
        question.area_id, question.level_id = keys


def _exists(question: HistoryQuestion) -> bool:
    match question.answer:
        case Answer.PERSON:
            return Person.objects.filter(pk=question.person_id or 0, merged_into=None).exists()
        case Answer.OUTSIDE:
            return OutsideCourse.objects.filter(pk=question.outside_course_id or 0).exists()
        case Answer.OWN:
            version = (
                CourseVersion.objects.latest_of_each().filter(course=question.course_id).first()
            )
            return version is not None and bool(version.grants)
        case Answer.LEVEL:
            return (
                CompetenceArea.objects.filter(pk=question.area_id or 0).exists()
                and TrainingLevel.objects.filter(pk=question.level_id or 0).exists()
            )
    return True


@transaction.atomic
def answer_question(
    *, question: HistoryQuestion, code: str, revision: int, by: User
) -> HistoryQuestion:
    """Say what the wording means. `revision` is the answer that was seen: where somebody else has
    answered since, AnswerError, and theirs stands."""
    batch = HistoryBatch.objects.select_for_update().get(pk=question.batch_id)
    question = HistoryQuestion.objects.get(pk=question.pk)
    if batch.state != HistoryBatch.State.WAITING:
        raise AnswerError(_("The import has been decided about already."))
    if question.revision != revision:
        raise AnswerError(
            _("%(who)s has answered “%(wording)s” meanwhile. Look at that answer first.")
            % {"who": question.decided_by or _("Somebody"), "wording": question.wording}
        )
    put_answer(question, code)
    if not _exists(question):
        raise AnswerError(_("Choose one of the answers."))
    question.revision += 1
    question.decided_by = by
    question.decided_at = timezone.now()
    question.save()
    HistoryBatch.objects.filter(pk=batch.pk).update(answers=F("answers") + 1)
    record("history.answered", question, by=by, after={"batch": batch.pk, "answer": code})
    return question


def same_name(batch: HistoryBatch) -> Iterable[HistoryQuestion]:
    """Unanswered names that are exactly those of one person, and of nobody else."""
    for question in batch.questions.filter(kind=Kind.PERSON, answer=""):
        exact = [each for each in question.candidates if each[1] >= 100]
        if len(exact) == 1 and len(question.candidates) == 1:
            yield question


@transaction.atomic
def confirm_same_names(*, batch: HistoryBatch, expected: int, by: User) -> int:
    """Confirm every name that is exactly one person's. `expected` is how many the page said."""
    batch = HistoryBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != HistoryBatch.State.WAITING:
        raise AnswerError(_("The import has been decided about already."))
    questions = list(same_name(batch))
    if len(questions) != expected:
        raise AnswerError(_("The names have changed since the page was shown. Look again."))
    for question in questions:
        put_answer(question, question.candidates[0][0])
        question.revision += 1
        question.decided_by = by
        question.decided_at = timezone.now()
    HistoryQuestion.objects.bulk_update(
        questions,
        ["answer", "person", "revision", "decided_by", "decided_at"],
        batch_size=500,
    )
    HistoryBatch.objects.filter(pk=batch.pk).update(answers=F("answers") + 1)
    record("history.names_confirmed", batch, by=by, after={"names": len(questions)})
    return len(questions)


@transaction.atomic
def add_outside_course(*, name: str, provider: str, by: User) -> OutsideCourse:
    """The outside course of that name and provider, made where there is none."""
    name, provider = " ".join(name.split()), " ".join(provider.split())
    found = OutsideCourse.objects.filter(name__iexact=name, provider__iexact=provider).first()
    if found is not None:
        return found
    course = OutsideCourse(name=name, provider=provider, by=by)
    course.full_clean()
    course.save()
    record("outside_course.added", course, by=by, after={"name": name, "provider": provider})
    return course
