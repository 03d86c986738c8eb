"""What each address takes, and how far a reader sees into the background work."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from lms.people.access import Action, Obj, Rule, Scope, scopes

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from lms.people.models import User

_NOTICE = Rule(Obj.NOTICE)
_FOLLOW = Rule(Obj.JOB)

URLS: dict[str, Rule] = {
    "notifications:inbox": _NOTICE,
    "notifications:open": _NOTICE,
    "notifications:mark_read": _NOTICE,
    "notifications:mark_all_read": _NOTICE,
    "notifications:jobs": _FOLLOW,
    "notifications:job": _FOLLOW,
    "notifications:retry_job": Rule(Obj.JOB, Action.UPDATE),
    "notifications:cancel_job": Rule(Obj.JOB, Action.UPDATE),
    "notifications:mail": _FOLLOW,
    "notifications:send_again": Rule(Obj.JOB, Action.UPDATE),
    "notifications:without_mail": _FOLLOW,
    "notifications:templates": _FOLLOW,
    "notifications:template": _FOLLOW,
    "notifications:template_mail": _FOLLOW,
}


def looks_after_work(user: User | AnonymousUser, day: date) -> bool:
    """Whether the account sees everybody's jobs, the mail ledger and the mail templates; others
    who may follow jobs follow their own."""
    return Scope.ALL in scopes(user, Action.READ, Obj.JOB, day=day)


def sees_recipients(user: User | AnonymousUser, day: date) -> bool:
    """Whether the mail ledger names people to this account; others see what went, why and when."""
    return Scope.ALL in scopes(user, Action.READ, Obj.NOTICE, day=day)


def sees_unreached(user: User | AnonymousUser, day: date) -> bool:
    """Whether those without an address are named: to whoever mends the register."""
    return sees_recipients(user, day) or Scope.ALL in scopes(
        user, Action.READ, Obj.ANOMALY, day=day
    )
