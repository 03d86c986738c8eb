"""Keeping the measure register: how an obligation stands, what is joined to a passage, and who
answers for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from competence.figures.joined import is_decided_activity
from competence.models import FollowUpReport, ObligationStatus, Passage, PassageLink
from lms.audit.services import record
from lms.content.models import LegalReference
from lms.framework.indicators import is_registered
from lms.people.models import Unit, User

LONGEST_BACK = timedelta(days=10 * 366)
"""How far back a status may be said: longer than any plan is in force."""


class MeasureError(ValueError):
    """What cannot be said of a passage; the message says why."""


@transaction.atomic
def set_obligation_status(
    *, passage: Passage, status: str, on: date, comment: str, today: date, by: User | None
) -> ObligationStatus:
    """Say how an obligation stands from a day on, which has come."""
    if not passage.is_obligation:
        raise MeasureError(_("Only an obligation has a status."))
    if on > today:
        raise MeasureError(_("The status is said of a day that has come. Choose an earlier day."))
    if on < today - LONGEST_BACK:
        raise MeasureError(_("The status is said of the last ten years. Choose a later day."))
    said = ObligationStatus(passage=passage, status=status, on=on, comment=comment.strip(), by=by)
    said.full_clean()
    earlier = passage.statuses.filter(on__lte=on).first()
    said.save()
    record(
        "obligation.status_set",
        said,
        by=by,
        before={"status": earlier.status} if earlier else {},
        after={"passage": passage.code, "status": status, "from": on.isoformat()},
        reason=said.comment,
    )
    return said


@transaction.atomic
def join_to_passage(
    *,
    passage: Passage,
    role: str,
    kind: str,
    key: str = "",
    url: str = "",
    title: str = "",
    on: date,
    by: User | None,
) -> PassageLink:
    """Join evidence, something that serves the passage, or an indicator."""
    if role == PassageLink.Role.EVIDENCE and not passage.is_obligation:
        raise MeasureError(_("Only an obligation has evidence."))
    if role == PassageLink.Role.INDICATOR and not is_registered(key):
        raise MeasureError(_("There is no indicator with the code %(code)s.") % {"code": key})
    _refuse_unknown(kind, key)
    # The same joined twice at once: the second sees the first.
    Passage.objects.select_for_update(no_key=True).get(pk=passage.pk)
    same = passage.links.filter(role=role, kind=kind, key=key, url=url, ended_on__isnull=True)
    if same.exists():
        raise MeasureError(_("This is joined to the passage already."))
    link = PassageLink(
        passage=passage,
        role=role,
        kind=kind,
        key=key,
        url=url,
        title=title.strip(),
        starts_on=on,
        by=by,
    )
    link.full_clean()
    link.save()
    record("passage.joined", link, by=by, after=link_facts(link))
    return link


def _refuse_unknown(kind: str, key: str) -> None:
    """What is written by its code is there, for everybody: a link is told to all who read the
    register."""
    if kind == PassageLink.Kind.ACTIVITY and not is_decided_activity(key):
        raise MeasureError(_("There is no activity with that code in a decided training plan."))
    if (
        kind == PassageLink.Kind.REPORT
        and not FollowUpReport.objects.released().filter(number=key).exists()
    ):
        raise MeasureError(_("There is no released follow-up report with that number."))


@transaction.atomic
def end_passage_link(*, link: PassageLink, on: date, reason: str, by: User | None) -> PassageLink:
    """Let what was joined stand no longer, from a day on; that it did stand is kept."""
    if not reason.strip():
        raise MeasureError(_("State the reason."))
    locked = PassageLink.objects.select_for_update().select_related("passage").get(pk=link.pk)
    if locked.ended_on is not None:
        raise MeasureError(_("It has been withdrawn already."))
    locked.ended_on = max(on, locked.starts_on)
    locked.ended_by = by
    locked.end_reason = reason.strip()
    locked.full_clean()
    locked.save(update_fields=["ended_on", "ended_by", "end_reason"])
    record(
        "passage.parted",
        locked,
        by=by,
        before=link_facts(locked),
        after={"ended_on": locked.ended_on.isoformat()},
        reason=locked.end_reason,
    )
    return locked


def link_facts(link: PassageLink) -> dict[str, Any]:
    """What the ledger keeps of something joined to a passage."""
    return {
        "passage": link.passage.code,
        "role": link.role,
        "kind": link.kind,
        "what": link.key or link.url,
    }


@transaction.atomic
def edit_passage(
    *,
    passage: Passage,
    owner_function: str,
    owner_unit: Unit | None,
    editorial_note: str,
    legal_references: Iterable[LegalReference],
    by: User | None,
) -> Passage:
    """Who answers for a passage, and what a reader has to know beside its words."""
    locked = Passage.objects.select_for_update(no_key=True).get(pk=passage.pk)
    before = passage_facts(locked)
    locked.owner_function = owner_function.strip()
    locked.owner_unit = owner_unit
    locked.editorial_note = editorial_note.strip()
    locked.full_clean()
    locked.save(update_fields=["owner_function", "owner_unit", "editorial_note"])
    locked.legal_references.set(legal_references)
    after = passage_facts(locked)
    changed = {name for name in after if after[name] != before[name]}
    if changed:
        record(
            "passage.edited",
            locked,
            by=by,
            before={name: before[name] for name in sorted(changed)},
            after={name: after[name] for name in sorted(changed)},
        )
    return locked


def passage_facts(passage: Passage) -> dict[str, Any]:
    """What the ledger keeps of a passage, in words and codes."""
    return {
        "order": passage.sort_order,
        "number": passage.number,
        "title": passage.title,
        "section": passage.section,
        "kind": passage.kind,
        "words": passage.words,
        "owner_function": passage.owner_function,
        "owner_unit": passage.owner_unit.code if passage.owner_unit else "",
        "editorial_note": passage.editorial_note,
        "legal_references": sorted(each.code for each in passage.legal_references.all()),
    }
