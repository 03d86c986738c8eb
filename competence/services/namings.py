"""Key persons (nyckelpersoner): named from a day, ended on a day. Never deleted."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from competence.models import KeyGroup, KeyPersonAssignment
from lms.audit.services import record
from lms.people.models import Person, User
from lms.people.services.locking import lock_person


class NamingError(ValueError):
    """A naming that cannot be made or ended; the message says why."""


@transaction.atomic
def name_key_person(
    *,
    key_group: KeyGroup,
    person: Person,
    starts_on: date,
    ends_on: date | None = None,
    function: str = "",
    motive: str = "",
    deputy: Person | None = None,
    review_on: date | None = None,
    by: User | None,
) -> KeyPersonAssignment:
    """Name a person to a key group, as the holder of a function. Raises NamingError where the
    person is named already some of those days, and ValidationError where a text describes
    somebody."""
    # The same person named twice at once: the second sees the first.
    person = lock_person(person)
    overlapping = KeyPersonAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on),
        key_group=key_group,
        person=person,
        withdrawn_at__isnull=True,
    )
    if ends_on is not None:
        overlapping = overlapping.filter(starts_on__lte=ends_on)
    if overlapping.exists():
        raise NamingError(_("The person is already named in this key group then."))
    if deputy is not None and deputy.pk == person.pk:
        raise NamingError(_("The deputy is somebody else."))
    if review_on is not None and review_on <= starts_on:
        raise NamingError(_("The review is later than the first day."))
    naming = KeyPersonAssignment(
        key_group=key_group,
        person=person,
        starts_on=starts_on,
        ends_on=ends_on,
        function=function.strip(),
        motive=motive.strip(),
        deputy=deputy,
        review_on=review_on,
        by=by,
    )
    naming.full_clean()
    naming.save()
    record(
        "naming.created",
        naming,
        by=by,
        person=person,
        after={
            "key_group": key_group.code,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat() if ends_on else None,
            "function": naming.function,
            "deputy": deputy.name if deputy else None,
            "review_on": review_on.isoformat() if review_on else None,
        },
        reason=naming.motive,
    )
    return naming


@transaction.atomic
def end_naming(
    *, naming: KeyPersonAssignment, ends_on: date, by: User | None, reason: str = ""
) -> KeyPersonAssignment:
    """Let `ends_on` be the last day of a naming; one that would end before it began is taken
    back as a mistake."""
    locked = KeyPersonAssignment.objects.select_for_update().get(pk=naming.pk)
    if locked.withdrawn_at is not None or (
        locked.ends_on is not None and locked.ends_on <= ends_on
    ):
        raise NamingError(_("This naming has already ended."))
    before = {
        "key_group": locked.key_group.code,
        "ends_on": locked.ends_on.isoformat() if locked.ends_on else None,
    }
    after: dict[str, str | None] = {"key_group": locked.key_group.code}
    if ends_on < locked.starts_on:
        locked.withdrawn_at = timezone.now()
        locked.save(update_fields=["withdrawn_at"])
        before |= {"withdrawn_at": None}
        after |= {"ends_on": before["ends_on"], "withdrawn_at": locked.withdrawn_at.isoformat()}
    else:
        locked.ends_on = ends_on
        locked.save(update_fields=["ends_on"])
        after["ends_on"] = ends_on.isoformat()
    record(
        "naming.ended",
        locked,
        by=by,
        person=locked.person,
        before=before,
        after=after,
        reason=reason,
    )
    return locked
