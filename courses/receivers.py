"""What courses does when something has happened to people."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from courses.models import Certificate, Completion, Enrolment
from courses.services.enrolment import withdraw
from lms.people.models import Person, User
from lms.people.signals import people_merged


@receiver(people_merged)
def move_records(
    sender: object, *, survivor: Person, loser: Person, by: User, **kwargs: Any
) -> None:
    """Enrolments, completions and certificates follow the person. Of two open enrolments in one
    course the survivor's goes on and the other is withdrawn."""
    open_now = Enrolment.objects.filter(withdrawn_at__isnull=True, completed_at__isnull=True)
    taken = set(open_now.filter(person=survivor).values_list("course_id", flat=True))
    for enrolment in open_now.filter(person=loser, course__in=taken):
        withdraw(enrolment=enrolment, by=by, at=timezone.now(), reason="people merged")
    for model in (Enrolment, Completion, Certificate):
        model.objects.filter(person=loser).update(person=survivor)
