"""Opening named records with a reason. Who sees figures but nobody's standing may, where a matter
cannot be handled without names, open them: for one purpose and one matter, for half an hour and
in the session that asked. The opening and each person named are written in the ledger."""

from __future__ import annotations

from collections.abc import Collection, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from lms.audit.models import AuditEvent
from lms.audit.services import Entry, record, record_many
from lms.people.models import User

OPEN_FOR = timedelta(minutes=30)
SESSION_KEY = "competence.openings"
NAMED = "person.named_in_opening"


class Purpose(StrEnum):
    COVERAGE_TARGET = "coverage_target"
    PLAN_CONSEQUENCES = "plan_consequences"
    RENEWAL_REACH = "renewal_reach"
    SEATS = "seats"
    TRANSCRIPT = "transcript"


class OpeningError(ValueError):
    """An opening that cannot be made; the message says why."""


@dataclass(frozen=True)
class Opening:
    """Names that are open, why, and until when."""

    reason: str
    until: datetime


@transaction.atomic
def open_with_reason(
    *,
    session: MutableMapping[str, Any],
    by: User,
    purpose: Purpose,
    matter: str,
    about: Model,
    people: Collection[int],
    reason: str,
    at: datetime,
) -> Opening:
    """Open the names of `people` (primary keys) in one matter. `about` is the row that the ledger
    names; `matter` tells one matter from another of the same purpose."""
    if not reason.strip():
        raise OpeningError(_("State the reason."))
    until = at + OPEN_FOR
    opening = Opening(reason.strip(), until)
    record(
        "names.opened",
        about,
        by=by,
        after=_about(purpose, matter, opening) | {"people": len(people)},
        reason=opening.reason,
    )
    _record_named(people, purpose, matter, opening, by)
    openings = {
        key: kept
        for key, kept in session.get(SESSION_KEY, {}).items()
        if datetime.fromisoformat(kept["until"]) > at
    }
    openings[_key(purpose, matter)] = {
        "by": by.pk,
        "until": until.isoformat(),
        "reason": opening.reason,
    }
    session[SESSION_KEY] = openings
    return opening


@transaction.atomic
def name_also(
    *, opening: Opening, by: User, purpose: Purpose, matter: str, people: Collection[int]
) -> int:
    """Write down those of `people` (primary keys) who have come to be among the names since they
    were opened, before they are shown; how many."""
    named = set(
        AuditEvent.objects.filter(
            action=NAMED,
            by=by,
            at__gte=opening.until - OPEN_FOR,
            after=_about(purpose, matter, opening),
        ).values_list("person_key", flat=True)
    )
    return _record_named(set(people) - named, purpose, matter, opening, by)


def _about(purpose: Purpose, matter: str, opening: Opening) -> dict[str, Any]:
    return {"purpose": purpose.value, "matter": matter, "until": opening.until.isoformat()}


def _record_named(
    people: Collection[int], purpose: Purpose, matter: str, opening: Opening, by: User
) -> int:
    after = _about(purpose, matter, opening)
    return record_many(
        (
            Entry(NAMED, "people.person", str(pk), pk, after=after, reason=opening.reason)
            for pk in sorted(people)
        ),
        by=by,
    )


def standing_opening(
    *,
    session: MutableMapping[str, Any],
    by: User,
    purpose: Purpose,
    matter: str,
    at: datetime,
) -> Opening | None:
    """What this account has opened in this session and matter, while it lasts."""
    kept = session.get(SESSION_KEY, {}).get(_key(purpose, matter))
    if kept is None or kept["by"] != by.pk:
        return None
    until = datetime.fromisoformat(kept["until"])
    return Opening(kept["reason"], until) if at < until else None


def _key(purpose: Purpose, matter: str) -> str:
    return f"{purpose.value}:{matter}"
