"""Correcting what was recorded wrongly: an achievement is revoked by a later decision, with the
completion and the certificate it rests on; a name on a certificate is corrected by a new one.

Who corrects may not read through what somebody has learnt: they say which record the case is
about, by the certificate's code or by person, area and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from competence.models import Achievement
from competence.services.awards import said
from courses.models import Certificate
from courses.services.completing import RevokedError, revoke_completion, supersede_certificate
from lms.audit.services import record
from lms.framework.models import CompetenceArea
from lms.people.models import Person, User


class CorrectionError(ValueError):
    """An achievement that cannot be revoked; the message says why."""


@dataclass(frozen=True)
class Case:
    """The records a case is about. No certificate: what no course gave."""

    achievements: tuple[Achievement, ...]
    certificate: Certificate | None = None


def case_of_certificate(code: str) -> Case | None:
    """What rests on the certificate with a code; none where there is no such certificate."""
    certificate = (
        Certificate.objects.filter(code=code).select_related("person", "completion").first()
    )
    if certificate is None:
        return None
    return Case(_described(certificate.completion.achievements.all()), certificate)


def case_of_day(*, person: Person, area: CompetenceArea, achieved_on: date) -> Case:
    """What the person reached in the area that very day."""
    return Case(_described(person.achievements.filter(area=area, achieved_on=achieved_on)))


def _described(achievements: QuerySet[Achievement]) -> tuple[Achievement, ...]:
    return tuple(
        achievements.filter(withdrawn_at__isnull=True)
        .select_related("person", "area", "level")
        .order_by("area__code", "pk")
    )


@transaction.atomic
def revoke_achievement(
    *, achievement: Achievement, on: date, reason: str, by: User | None
) -> Achievement:
    """Let an achievement count no longer from `on`. What it counted for before stays true. Where
    a course gave it, the completion is taken back with everything it gave, and its certificate."""
    if not reason.strip():
        raise CorrectionError(_("State the reason."))
    locked = Achievement.objects.select_for_update().get(pk=achievement.pk)
    if locked.revoked_on is not None:
        raise CorrectionError(_("This has already been revoked."))
    if on < locked.achieved_on:
        raise CorrectionError(_("It cannot be revoked before it was reached."))
    if locked.completion is not None and locked.completion.revoked_on is None:
        # What competence hears of it (`completion_revoked`) revokes this row and its siblings.
        revoke_completion(completion=locked.completion, on=on, by=by, reason=reason.strip())
        locked.refresh_from_db()
        return locked
    locked.revoked_on = on
    locked.save(update_fields=["revoked_on"])
    record(
        "achievement.revoked",
        locked,
        by=by,
        person=locked.person,
        before={**said(locked), "revoked_on": None},
        after={**said(locked), "revoked_on": on.isoformat()},
        reason=reason.strip(),
    )
    return locked


def correct_name(*, certificate: Certificate, reason: str, by: User | None) -> Certificate:
    """A new certificate with the name that stands in the register, in the place of the old one."""
    if not reason.strip():
        raise CorrectionError(_("State the reason."))
    if certificate.name == certificate.person.name:
        raise CorrectionError(
            _("The register has the same name. It is corrected in the HR file first.")
        )
    try:
        return supersede_certificate(certificate=certificate, by=by, reason=reason.strip())
    except RevokedError as error:
        raise CorrectionError(_("The certificate no longer stands.")) from error
