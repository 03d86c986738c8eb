"""Telling those concerned that somebody acts in a manager's place, or has seen with their eyes."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from lms.lib.dates import STOCKHOLM
from lms.notifications.services import Draft, notify_many
from lms.people.models import Delegation, User

# The notice kinds that competence.notices registers.
DEPUTY_CHOSEN = "competence.deputy_chosen"
DEPUTY_GIVEN = "competence.deputy_given"
DEPUTY_ENDED = "competence.deputy_ended"
TEAM_SEEN_AS = "competence.team_seen_as"


def _said(delegation: Delegation) -> dict[str, object]:
    return {
        "giver": delegation.giver.name,
        "deputy": delegation.deputy.name,
        "unit": delegation.unit.name,
        "first": delegation.starts_on,
        "last": delegation.ends_on,
    }


def tell_given(*, delegation: Delegation, at: datetime) -> None:
    said, key = _said(delegation), delegation.pk
    notify_many(
        [
            Draft(
                DEPUTY_CHOSEN,
                delegation.deputy,
                f"{DEPUTY_CHOSEN}:{key}",
                said,
                f"{reverse('competence:team')}?enhet={delegation.unit.code}",
            ),
            Draft(
                DEPUTY_GIVEN,
                delegation.giver,
                f"{DEPUTY_GIVEN}:{key}",
                said,
                reverse("competence:deputies"),
            ),
        ],
        at=at,
    )


def tell_ended(*, delegation: Delegation, by: User, at: datetime) -> None:
    said = _said(delegation) | {"by": str(by)}
    notify_many(
        [
            Draft(DEPUTY_ENDED, person, f"{DEPUTY_ENDED}:{delegation.pk}:{person.pk}", said)
            for person in (delegation.giver, delegation.deputy)
        ],
        at=at,
    )


def tell_seen(*, manager: User, by: User, reason: str, at: datetime, until: datetime) -> None:
    if manager.person is None:
        return
    begun = at.astimezone(STOCKHOLM)
    notify_many(
        [
            Draft(
                TEAM_SEEN_AS,
                manager.person,
                f"{TEAM_SEEN_AS}:{manager.pk}:{by.pk}:{at.isoformat()}",
                {
                    "by": str(by),
                    "reason": reason,
                    "day": begun.date(),
                    "clock": f"{begun:%H:%M}",
                    "until": f"{until.astimezone(STOCKHOLM):%H:%M}",
                },
            )
        ],
        at=at,
    )
