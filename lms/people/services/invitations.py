"""Invitations: a mailed link or a printed code, and the account that comes of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from lms.audit.services import Entry, record, record_many
from lms.people.models import Employment, Invitation, Person, User
from lms.people.querysets import EmploymentQuerySet, PersonQuerySet
from lms.people.services.account_mail import account_mail, send, written
from lms.people.services.accounts import AccountError
from lms.people.services.locking import lock_people
from lms.people.signals import account_activated

MAIL_DAYS = 14
PRINT_DAYS = 60
# Without 0/O, 1/I/L and vowels: easy to type, and no words.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
_CODE_LENGTH = 12

InviteLater = Callable[[Sequence[int], User], str]

_invite_later: list[InviteLater] = []


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
        letters.append(written(person.email, "invitation", context, "", person.pk))
    send(letters)
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
