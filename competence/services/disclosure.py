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

from lms.audit.services import Entry, record, record_many
from lms.people.models import User

OPEN_FOR = timedelta(minutes=30)
SESSION_KEY = "competence.openings"


class Purpose(StrEnum):
    COVERAGE_TARGET = "coverage_target"
    RENEWAL_REACH = "renewal_reach"
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
    after = {"purpose": purpose.value, "matter": matter, "until": until.isoformat()}
    record(
        "names.opened",
        about,
        by=by,
        after=after | {"people": len(people)},
        reason=reason.strip(),
    )
    record_many(
        (
            Entry(
                "person.named_in_opening",
                "people.person",
                str(pk),
                person_key=pk,
                after=after,
                reason=reason.strip(),
            )
            for pk in sorted(people)
        ),
        by=by,
    )
    openings = {
        key: kept
        for key, kept in session.get(SESSION_KEY, {}).items()
        if datetime.fromisoformat(kept["until"]) > at
    }
    openings[_key(purpose, matter)] = {
        "by": by.pk,
        "until": until.isoformat(),
        "reason": reason.strip(),
    }
    session[SESSION_KEY] = openings
    return Opening(reason.strip(), until)


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
