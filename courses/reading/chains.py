"""The enrolments that one goes on from: where its draws began, and what was done in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import QuerySet

from courses.models import Enrolment


def others_in_course(enrolment: Enrolment) -> QuerySet[Enrolment]:
    """The person's other enrolments in the course, latest first: pages of theirs may be open."""
    return (
        Enrolment.objects.filter(person=enrolment.person_id, course=enrolment.course_id)
        .exclude(pk=enrolment.pk)
        .order_by("-pk")
    )


def earlier_ones(enrolment: Enrolment) -> dict[int, Enrolment]:
    """The others with their versions but for the texts, by primary key: what `chain` walks. No
    query where the enrolment goes on from none."""
    if enrolment.continues_id is None:
        return {}
    others = others_in_course(enrolment).select_related("version").defer("version__content")
    return {row.pk: row for row in others}


def chain(enrolment: Enrolment, others: Mapping[int, Enrolment]) -> Iterator[Enrolment]:
    """The enrolment and those that it goes on from, latest first."""
    yield enrolment
    while enrolment.continues_id is not None and enrolment.continues_id in others:
        enrolment = others[enrolment.continues_id]
        yield enrolment


def drawn_for(enrolment: Enrolment, lesson_key: str, others: Mapping[int, Enrolment]) -> int:
    """The enrolment that the lesson's questions are drawn for: the first in the chain since when
    the lesson is the same, so that a draw goes on where it was."""
    later = enrolment
    for earlier in chain(enrolment, others):
        if earlier is not later and lesson_key not in later.version.kept_from(earlier.version):
            break
        later = earlier
    return later.pk
