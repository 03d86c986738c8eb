"""Accounts: made, closed and opened again, by hand or with the employment; a changed address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from lms.audit.models import AuditEvent
from lms.audit.services import Entry, record, record_many
from lms.lib.dates import STOCKHOLM
from lms.people.models import Employment, Person, RoleAssignment, User
from lms.people.roles import Role
from lms.people.services.locking import lock_person
from lms.people.signals import account_deactivated

EMPLOYMENT_ENDED = "last employment ended"
_OPENING_AND_CLOSING = (
    "account_deactivated",
    "account_closed",
    "account_reactivated",
    "account_reopened",
)


class AccountError(ValueError):
    """The account cannot be made or used this way; the message is for the person acting."""


Keeper = Callable[[list[int], date], Iterable[int]]

_keepers: list[Keeper] = []


def keep_accounts(keeper: Keeper) -> None:
    """Let an app above say whose accounts stay open after the last employment: given the people's
    keys and the day, it returns the keys of those it keeps (somebody still named as key person)."""
    _keepers.append(keeper)


@transaction.atomic
def make_account(*, person: Person | None, email: str, by: User | None, **names: str) -> User:
    """An account that cannot sign in before it has been activated: to give a role in advance, or
    for somebody without a person. Returns the person's account where there is one."""
    person = lock_person(person) if person is not None else None
    if person is not None and (existing := getattr(person, "user", None)):
        return existing
    address = email.strip().lower()
    if not address:
        raise AccountError(_("Give an e-mail address."))
    if User.objects.filter(email__iexact=address).exists():
        raise AccountError(_("The address already belongs to an account."))
    user = User.objects.create_user(address, None, person=person, **names)
    EmailAddress.objects.create(user=user, email=address, primary=True, verified=True)
    record("account_created", user, by=by, person=person, after={"email": address})
    return user


_MANDATES = (Role.ELECTED, Role.PARTNER)
"""Roles that no employment carries: they go on when one ends."""


@transaction.atomic
def deactivate_leavers(*, day: date, by: User | None = None) -> int:
    """Close the accounts of people whose last employment ended before `day`, and end the roles
    that came with it. A mandate, and a role given after the employment had ended, go on and keep
    the account open; so do the apps above (`keep_accounts`). People who never were employed are
    left alone. Returns how many were closed."""
    mine = Employment.objects.standing().filter(person=OuterRef("person"))
    still = mine.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    leavers = {
        user.pk: user
        for user in User.objects.filter(is_active=True, is_superuser=False, person__isnull=False)
        .filter(Exists(mine))
        .exclude(Exists(still))
        .annotate(last_day=Subquery(mine.order_by("-ends_on").values("ends_on")[:1]))
    }
    open_roles = RoleAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), user__in=list(leavers)
    )
    staying: set[int] = set()
    ended: list[RoleAssignment] = []
    for role in open_roles:
        if role.role in _MANDATES or _given_after(role, leavers[role.user_id].last_day):
            staying.add(role.user_id)
        else:
            ended.append(role)
    entries = [_end_with_employment(role, leavers[role.user_id]) for role in ended]
    RoleAssignment.objects.bulk_update(ended, ["ends_on"], batch_size=300)
    candidates = [user for pk, user in leavers.items() if pk not in staying]
    keys = [user.person_id for user in candidates if user.person_id is not None]
    kept = {pk for keeps in _keepers for pk in keeps(keys, day)}
    closed = [user for user in candidates if user.person_id not in kept]
    User.objects.filter(pk__in=[user.pk for user in closed]).update(is_active=False)
    entries += [
        Entry(
            action="account_deactivated",
            object_type=User._meta.label_lower,
            object_id=str(user.pk),
            person_key=user.person_id,
            before={"is_active": True},
            after={"is_active": False},
            reason=EMPLOYMENT_ENDED,
        )
        for user in closed
    ]
    record_many(entries, by=by)
    for user in closed:
        account_deactivated.send(sender=User, user=user)
    return len(closed)


def _given_after(role: RoleAssignment, last_day: date) -> bool:
    return role.starts_on > last_day or role.created_at.astimezone(STOCKHOLM).date() > last_day


def _end_with_employment(role: RoleAssignment, user: User) -> Entry:
    """Let the role end with the employment, and say so. It is saved by the caller."""
    before = role.ends_on.isoformat() if role.ends_on else None
    role.ends_on = max(role.starts_on, user.last_day)  # type: ignore[attr-defined]
    return Entry(
        action="role_ended",
        object_type=RoleAssignment._meta.label_lower,
        object_id=str(role.pk),
        person_key=user.person_id,
        before={"role": role.role, "ends_on": before},
        after={"role": role.role, "ends_on": role.ends_on.isoformat()},
        reason=EMPLOYMENT_ENDED,
    )


@transaction.atomic
def reactivate_returned(*, day: date, by: User | None = None) -> int:
    """Open accounts again whose person works here on `day` and that were closed because the last
    employment had ended. What was last done to the account decides: one closed by hand stays
    closed."""
    last = (
        AuditEvent.objects.filter(
            object_type=User._meta.label_lower,
            object_id=Cast(OuterRef("pk"), CharField()),
            action__in=_OPENING_AND_CLOSING,
        )
        .order_by("-pk")
        .values("action")[:1]
    )
    users = list(
        User.objects.filter(is_active=False, person__in=Person.objects.employed_on(day))
        .annotate(last_event=Subquery(last))
        .filter(last_event="account_deactivated")
        .select_related("person")
    )
    User.objects.filter(pk__in=[user.pk for user in users]).update(is_active=True)
    for user in users:
        record(
            "account_reactivated",
            user,
            by=by,
            person=user.person,
            before={"is_active": False},
            after={"is_active": True},
        )
    return len(users)


@transaction.atomic
def close_account(*, user: User, by: User, reason: str) -> User:
    """Close an account by hand. Its facts stay, under its name."""
    if user.pk == by.pk:
        raise AccountError(_("You cannot close your own account."))
    if not user.is_active:
        raise AccountError(_("The account is already closed."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(
        "account_closed",
        user,
        by=by,
        person=user.person,
        before={"is_active": True},
        after={"is_active": False},
        reason=reason,
    )
    account_deactivated.send(sender=User, user=user)
    return user


@transaction.atomic
def reopen_account(*, user: User, by: User, reason: str) -> User:
    """Open a closed account by hand. The roles it still holds count again."""
    if user.is_active:
        raise AccountError(_("The account is already open."))
    if user.person is not None and user.person.merged_into_id is not None:
        raise AccountError(_("The record has been merged. Open the account of the one kept."))
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(
        "account_reopened",
        user,
        by=by,
        person=user.person,
        before={"is_active": False},
        after={"is_active": True},
        reason=reason,
    )
    return user


@transaction.atomic
def note_changed_address(*, user: User, before: str) -> None:
    """The new address has been proven and is what the account signs in with from now on."""
    record(
        "account_address_changed",
        user,
        by=user,
        person=user.person,
        before={"email": before},
        after={"email": user.email},
    )
