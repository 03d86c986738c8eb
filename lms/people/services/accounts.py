"""Accounts: invitation, activation, changed address, deactivation. Mail leaves through
`account_mail` only."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import CharField, Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Lower
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from lms.audit.models import AuditEvent
from lms.audit.services import Entry, record, record_many
from lms.lib.dates import STOCKHOLM
from lms.people.models import Employment, Invitation, Person, RoleAssignment, User
from lms.people.querysets import EmploymentQuerySet, PersonQuerySet
from lms.people.roles import Role
from lms.people.services.locking import lock_people, lock_person
from lms.people.signals import account_activated, account_deactivated

MAIL_DAYS = 14
PRINT_DAYS = 60
EMPLOYMENT_ENDED = "last employment ended"
_OPENING_AND_CLOSING = (
    "account_deactivated",
    "account_closed",
    "account_reactivated",
    "account_reopened",
)
# Without 0/O, 1/I/L and vowels: easy to type, and no words.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
_CODE_LENGTH = 12


class AccountError(ValueError):
    """The account cannot be made or used this way; the message is for the person acting."""


Keeper = Callable[[list[int], date], Iterable[int]]
Sender = Callable[["Sequence[AccountMail]"], None]
InviteLater = Callable[["Sequence[int]", "User"], str]

_keepers: list[Keeper] = []
_sender: list[Sender] = []
_invite_later: list[InviteLater] = []


class AccountMail(EmailMultiAlternatives):
    """A mail about an account, which knows whose it is (None: an account without a person)."""

    person_id: int | None = None


def keep_accounts(keeper: Keeper) -> None:
    """Let an app above say whose accounts stay open after the last employment: given the people's
    keys and the day, it returns the keys of those it keeps (somebody still named as key person)."""
    _keepers.append(keeper)


def send_account_mail_with(sender: Sender) -> None:
    """Let the app above deliver account mail. It is called inside the transaction that caused
    the mail, with all mail of one occasion at once. Without it, mail leaves directly after the
    commit."""
    _sender[:] = [sender]


def invite_many_with(starter: InviteLater) -> None:
    """Let the app above invite many people in the background: given their keys and who asks, it
    returns the address where the work is followed."""
    _invite_later[:] = [starter]


def invite_later(*, people: Sequence[int], by: User) -> str | None:
    """Have the people with these keys invited in the background; None where nothing does that."""
    return _invite_later[0](people, by) if _invite_later else None


@dataclass(frozen=True)
class PrintedCode:
    """One line of a sheet of codes: shown once, never stored."""

    person: Person
    code: str
    expires_on: date


@dataclass(frozen=True)
class InvitationResult:
    sent: int
    # People who got no mail: no address, or one that they share.
    without_address: int


def account_mail(
    *,
    to: str,
    template: str,
    context: dict[str, object],
    language: str = "",
    person_id: int | None = None,
) -> None:
    """Send one account mail at once."""
    _send([_written(to, template, context, language, person_id)])


def _written(
    to: str, template: str, context: dict[str, object], language: str, person_id: int | None
) -> AccountMail:
    """`templates/account/email/<template>` as subject and text, and the text once more as HTML."""
    with override(language or settings.LANGUAGE_CODE):
        context = {"base_url": settings.PUBLIC_URL, **context}
        folder = f"account/email/{template}"
        subject = render_to_string(f"{folder}_subject.txt", context).strip()
        text = render_to_string(f"{folder}_message.txt", context)
        html = render_to_string("account/email/message.html", {"subject": subject, "text": text})
    mail = AccountMail(subject, text, to=[to])
    mail.attach_alternative(html, "text/html")
    mail.person_id = person_id
    return mail


def _send(mails: Sequence[AccountMail]) -> None:
    if _sender:
        _sender[0](mails)
        return
    for mail in mails:
        transaction.on_commit(partial(mail.send, fail_silently=True))


def normal_code(code: str) -> str:
    """The code as it is compared: without spaces and hyphens, in capitals."""
    return "".join(c for c in code.upper() if c.isalnum())


def _hash(code: str) -> str:
    return salted_hmac("lms.people.invitation", normal_code(code), algorithm="sha256").hexdigest()


def _new_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def shown_code(code: str) -> str:
    """In groups of four: `7KTM-92QH-XW4D`."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def without_account(people: PersonQuerySet, day: date) -> PersonQuerySet:
    """Those of `people` who work here on `day` or later and cannot sign in yet."""
    return _cannot_sign_in(people).filter(Exists(_posts_from(day)))


def to_invite(people: PersonQuerySet, day: date) -> PersonQuerySet:
    """Those of `people` whom somebody may invite by name: also who never had a post here (an
    elected representative, a partner's guest) and who was given a role in advance."""
    posts = Employment.objects.standing().filter(person=OuterRef("pk"))
    return _cannot_sign_in(people).filter(
        Exists(_posts_from(day)) | ~Exists(posts) | Q(user__isnull=False)
    )


def _posts_from(day: date) -> EmploymentQuerySet:
    found: EmploymentQuerySet = Employment.objects.standing().filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), person=OuterRef("pk")
    )
    return found


def _cannot_sign_in(people: PersonQuerySet) -> PersonQuerySet:
    """An account that is closed is opened by hand, not by an invitation."""
    waiting = Q(user__password__startswith="!", user__is_active=True)
    return people.current().filter(Q(user__isnull=True) | waiting)


def shared_addresses() -> set[str]:
    """E-mail addresses that HR gives more than one person, in lower case."""
    return set(
        Person.objects.current()
        .exclude(email="")
        .annotate(address=Lower("email"))
        .order_by()
        .values("address")
        .annotate(people=Count("pk"))
        .filter(people__gt=1)
        .values_list("address", flat=True)
    )


@transaction.atomic
def invite(*, people: Iterable[Person], by: User | None, day: date) -> InvitationResult:
    """Mail a personal link to each of `people` that has an address of their own. An earlier link
    stops working. Nobody who already can sign in is invited again."""
    wanted = _who_cannot_sign_in(people)
    shared = shared_addresses()
    reachable = [p for p in wanted if p.email and p.email.lower() not in shared]
    _revoke(reachable)
    codes = [_new_code() for _person in reachable]
    expires_on = day + timedelta(days=MAIL_DAYS)
    rows = Invitation.objects.bulk_create(
        Invitation(
            person=person,
            channel=Invitation.Channel.MAIL,
            code_hash=_hash(code),
            expires_on=expires_on,
            by=by,
        )
        for person, code in zip(reachable, codes, strict=True)
    )
    _record_invitations(rows, by)
    letters = []
    for person, code in zip(reachable, codes, strict=True):
        link = settings.PUBLIC_URL + reverse("people:activate_link", args=[code])
        context: dict[str, object] = {
            "name": person.given_name,
            "link": link,
            "expires_on": expires_on,
        }
        letters.append(_written(person.email, "invitation", context, "", person.pk))
    _send(letters)
    return InvitationResult(sent=len(reachable), without_address=len(wanted) - len(reachable))


@transaction.atomic
def invite_user(*, user: User, by: User | None, day: date) -> Invitation:
    """Mail a link to an account without a person (an auditor, an administrator)."""
    code = _new_code()
    expires_on = day + timedelta(days=MAIL_DAYS)
    user.invitations.filter(used_at=None, revoked_at=None).update(revoked_at=timezone.now())
    row = Invitation.objects.create(
        user=user,
        channel=Invitation.Channel.MAIL,
        code_hash=_hash(code),
        expires_on=expires_on,
        by=by,
    )
    _record_invitations([row], by)
    link = settings.PUBLIC_URL + reverse("people:activate_link", args=[code])
    context = {"name": user.get_short_name(), "link": link, "expires_on": expires_on}
    account_mail(to=user.email, template="invitation", context=context, language=user.language)
    return row


@transaction.atomic
def print_codes(*, people: Iterable[Person], by: User | None, day: date) -> list[PrintedCode]:
    """New codes for a printed sheet, for those of `people` who cannot sign in yet. An earlier
    code stops working."""
    wanted = _who_cannot_sign_in(people)
    _revoke(wanted)
    expires_on = day + timedelta(days=PRINT_DAYS)
    codes = [_new_code() for _person in wanted]
    rows = Invitation.objects.bulk_create(
        Invitation(
            person=person,
            channel=Invitation.Channel.PRINT,
            code_hash=_hash(code),
            expires_on=expires_on,
            by=by,
        )
        for person, code in zip(wanted, codes, strict=True)
    )
    _record_invitations(rows, by)
    return [
        PrintedCode(person, shown_code(code), expires_on)
        for person, code in zip(wanted, codes, strict=True)
    ]


def _who_cannot_sign_in(people: Iterable[Person]) -> list[Person]:
    """Those of `people` to invite; not a record that has just been merged into another."""
    asked = list(people)
    stands = lock_people(person.pk for person in asked)
    return [p for p in asked if stands[p.pk].pk == p.pk and not _can_sign_in(p)]


def _can_sign_in(person: Person) -> bool:
    user = getattr(person, "user", None)
    return user is not None and user.has_usable_password()


def _revoke(people: list[Person]) -> None:
    now = timezone.now()
    pks = [person.pk for person in people]
    for start in range(0, len(pks), 900):
        Invitation.objects.filter(
            person__in=pks[start : start + 900], used_at=None, revoked_at=None
        ).update(revoked_at=now)


def _record_invitations(rows: Iterable[Invitation], by: User | None) -> None:
    record_many(
        (
            Entry(
                action="account_invited",
                object_type=Invitation._meta.label_lower,
                object_id=str(row.pk),
                person_key=row.person_id,
                after={"channel": row.channel, "expires_on": row.expires_on.isoformat()},
            )
            for row in rows
        ),
        by=by,
    )


def find_invitation(*, code: str, day: date) -> Invitation:
    """The invitation a code belongs to. AccountError where it is unknown, used or too old, in
    the same words: a code tells nothing about who it was for."""
    row = (
        Invitation.objects.filter(
            code_hash=_hash(code), used_at=None, revoked_at=None, expires_on__gte=day
        )
        .select_related("person", "user")
        .first()
    )
    if row is None:
        raise AccountError(_("The code does not work. It may be mistyped, used or too old."))
    return row


@transaction.atomic
def activate(*, invitation: Invitation, email: str, password: str, day: date) -> User:
    """Use an invitation: make the account, or give the account that waits its password. With a
    mailed link the address is proven; with a printed code it is what the person gives."""
    # A merge takes the people before their invitations, and takes back those of the one that goes.
    lock_people(pk for pk in (invitation.person_id,) if pk is not None)
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.used_at is not None or row.revoked_at is not None or row.expires_on < day:
        raise AccountError(_("The code does not work. It may be mistyped, used or too old."))
    person = row.person
    user = row.user or getattr(person, "user", None)
    by_mail = row.channel == Invitation.Channel.MAIL
    if user is not None:
        # An old code neither replaces a password nor opens a closed account.
        if user.has_usable_password() or not user.is_active:
            raise AccountError(_("The code does not work. It may be mistyped, used or too old."))
        address = user.email
    elif by_mail and person is not None:
        address = person.email
    else:
        address = email
    address = address.strip().lower()
    if not address:
        raise AccountError(_("Give an e-mail address."))
    others = User.objects.filter(email__iexact=address)
    if (others.exclude(pk=user.pk) if user is not None else others).exists():
        raise AccountError(
            _("The address already belongs to an account. Sign in, or use another address.")
        )
    if user is None:
        user = User(email=address, person=person)
    user.set_password(password)
    user.save()
    EmailAddress.objects.update_or_create(
        user=user, email=address, defaults={"primary": True, "verified": by_mail}
    )
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    record("account_activated", user, by=user, person=person, after={"channel": row.channel})
    account_activated.send(sender=User, user=user)
    return user


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
