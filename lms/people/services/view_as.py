"""Visa som: for half an hour the coordinator sees the team pages as a manager sees them, with a
reason. Nothing but the reading of those pages is the manager's; the account signed in stays the
coordinator's everywhere, and the session alone remembers it."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lms.audit.services import record
from lms.lib.fields import refuse_personal_data
from lms.people.access import Action, Obj, can, roles_of
from lms.people.models import Person, User
from lms.people.roles import Role
from lms.people.signals import team_seen_as

SESSION = "people.view_as"
MINUTES = 30

Session = MutableMapping[str, Any]


class ViewAsError(ValueError):
    """The team cannot be seen as that person sees it; the message says why."""


@dataclass(frozen=True)
class Viewing:
    """Whose team pages are seen, until when and why."""

    manager: User
    until: datetime
    reason: str


def seen_as(request: HttpRequest) -> Viewing | None:
    """On a team page: whose eyes it is seen with, where they are not the reader's own. Set by the
    middleware that has asked whether it still may be so."""
    return getattr(request, "seen_as", None)


@transaction.atomic
def view_as(
    *, session: Session, by: User, manager: User, reason: str, at: datetime, day: date
) -> Viewing:
    """Begin: it is in the ledger and the manager is told before the first page is shown."""
    if not can(by, Action.CREATE, Obj.VIEW_AS, day=day):
        raise ViewAsError(_("Your role does not let you see a team as its manager does."))
    if manager.pk == by.pk:
        raise ViewAsError(_("You already see your own team."))
    if not _leads(manager, day):
        raise ViewAsError(_("%(name)s leads no unit today.") % {"name": manager})
    reason = reason.strip()
    if not reason:
        raise ViewAsError(_("State the reason."))
    refuse_personal_data(reason)
    until = at + timedelta(minutes=MINUTES)
    record(
        "view_as.begun",
        manager,
        by=by,
        person=manager.person,
        after={"until": until.isoformat()},
        reason=reason,
    )
    team_seen_as.send(sender=User, manager=manager, by=by, reason=reason, at=at, until=until)
    session[SESSION] = {
        "by": by.pk,
        "manager": manager.pk,
        "until": until.isoformat(),
        "reason": reason,
    }
    return Viewing(manager, until, reason)


def current(*, session: Session, user: User, at: datetime, day: date) -> Viewing | None:
    """What goes on in the session, asked anew each time: over when the time is out, when the reader
    may no longer, or when the manager leads nothing. Then it is forgotten."""
    state = session.get(SESSION)
    if state is None:
        return None
    until = datetime.fromisoformat(state["until"])
    if state["by"] == user.pk and at < until and can(user, Action.CREATE, Obj.VIEW_AS, day=day):
        manager = User.objects.select_related("person").filter(pk=state["manager"]).first()
        if manager is not None and _leads(manager, day):
            return Viewing(manager, until, state["reason"])
    del session[SESSION]
    return None


def note_opened(
    *, viewing: Viewing, by: User, address: str, path: str, unit: str = "", person_id: str = ""
) -> None:
    """One opened page in the ledger: which, and whose where it is about one person."""
    record(
        "view_as.opened",
        viewing.manager,
        by=by,
        person=Person.objects.filter(person_id=person_id).first() if person_id else None,
        after={"address": address, "path": path, "unit": unit},
        reason=viewing.reason,
    )


def stop(*, session: Session, by: User) -> None:
    """End before the time is out."""
    state = session.pop(SESSION, None)
    if state is None:
        return
    manager = User.objects.get(pk=state["manager"])
    record("view_as.ended", manager, by=by, person=manager.person)


def _leads(user: User, day: date) -> bool:
    return user.is_active and bool(roles_of(user, day).get(Role.MANAGER))
