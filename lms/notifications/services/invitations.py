"""Inviting many people in the background: a batch at a time, so that nobody else waits for the
database, and only those whom this job has not invited yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.notifications.registry import Reporter
from lms.people.models import Invitation, Person, User
from lms.people.services.invitations import invite, to_invite

INVITE = "people.invite"
BATCH = 200


def send_invitations(params: Mapping[str, Any], progress: Reporter) -> str:
    """Invite the people with the keys `people`, as asked by the account `by` on `day`."""
    keys: list[int] = params["people"]
    by = User.objects.filter(pk=params["by"]).first()
    sent = without_address = 0
    for start in range(0, len(keys), BATCH):
        progress(start, len(keys))
        batch = keys[start : start + BATCH]
        invited = Invitation.objects.filter(
            person__in=batch,
            channel=Invitation.Channel.MAIL,
            created_at__gte=params["asked_at"],
        )
        people = Person.objects.filter(pk__in=batch).exclude(pk__in=invited.values("person"))
        result = invite(
            people=to_invite(people, params["day"]).select_related("user"),
            by=by,
            day=params["day"],
        )
        sent += result.sent
        without_address += result.without_address
    progress(len(keys), len(keys), _outcome(sent, without_address))
    return reverse("people_admin:invitations")


def _outcome(sent: int, without_address: int) -> str:
    words = ngettext(
        "%(sent)d invitation is on its way.", "%(sent)d invitations are on their way.", sent
    ) % {"sent": sent}
    if without_address:
        words += " " + _("%(count)d people have no address of their own. Print codes for them.") % {
            "count": without_address
        }
    return words
