"""A delivery as a mail: subject, plain text and HTML in the recipient's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import formataddr
from typing import Any
from urllib.parse import urljoin, urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Exists, OuterRef, Q
from django.template import Context
from django.template.loader import select_template
from django.utils.translation import gettext, gettext_noop, ngettext, override

from lms.content.models import SiteSettings
from lms.lib.dates import today
from lms.notifications.models import Delivery, Notice
from lms.notifications.registry import NoticeKind, known_kind, label_of, notice_kind
from lms.people.models import Person

OTHER_MAIL = "message"
"""The kind of a mail that is not about a notice."""


class NothingToSendError(Exception):
    """There is no reason, or no address, left to send this mail to. Says why."""


@dataclass(frozen=True)
class Mail:
    """What is handed to the mail server."""

    recipient: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Told:
    """A notice in words, for the inbox and for a merged mail."""

    notice: Notice
    title: str
    body: str
    label: str
    action: str
    url: str


def compose(delivery: Delivery, day: date) -> Mail:
    """The mail of `delivery` as it should read on `day`; NothingToSendError where there is none."""
    if delivery.raw_text or delivery.raw_html:
        return Mail(delivery.recipient, delivery.subject, delivery.raw_text, delivery.raw_html)
    if delivery.kind == OTHER_MAIL:
        raise NothingToSendError(gettext_noop("The text of the mail is no longer kept."))
    person = delivery.person
    recipient = address_of(person)
    if person is None or not recipient:
        raise NothingToSendError(gettext_noop("The person has no e-mail address."))
    notices = list(delivery.notices.order_by("created_at", "pk"))
    with override(language_of(person)):
        if delivery.category == Delivery.Category.REMINDER:
            true = still_true(notices, day)
            if not true:
                raise NothingToSendError(gettext_noop("Nothing was left to remind of."))
            return compose_reminder(person, true)
        if not notices:
            raise NothingToSendError(gettext_noop("The notice is no longer there."))
        return compose_notice(person, notices[0])


def compose_notice(person: Person, notice: Notice) -> Mail:
    """One notice as a mail, in the active language."""
    kind = notice_kind(notice.kind)
    context = {
        **_context(kind, notice, person),
        **frame(),
        "told": tell(notice, person),
        "link": absolute(notice.url),
    }
    return Mail(
        recipient=address_of(person),
        subject=_line(_render(kind, "subject.txt", context, fallback="title.txt")),
        text=_plain(_render(kind, "mail.txt", context, "notifications/mail/notice.txt")),
        html=_render(kind, "mail.html", context, "notifications/mail/notice.html"),
    )


def compose_reminder(person: Person, notices: Sequence[Notice]) -> Mail:
    """Everything somebody is to be reminded of as one mail, in the active language."""
    told = [tell(notice, person) for notice in notices]
    context = {**frame(), "person": person, "reminders": told, "link": absolute("/min-sida/")}
    if len(told) == 1:
        subject = told[0].title
    else:
        subject = ngettext(
            "%(count)d thing to do in your training",
            "%(count)d things to do in your training",
            len(told),
        ) % {"count": len(told)}
    return Mail(
        recipient=address_of(person),
        subject=subject,
        text=_plain(_fill(["notifications/mail/reminders.txt"], context)),
        html=_fill(["notifications/mail/reminders.html"], context),
    )


def tell(notice: Notice, person: Person) -> Told:
    """The notice in the active language; one whose kind has gone says only what it was about."""
    try:
        kind = notice_kind(notice.kind)
    except LookupError:
        label = label_of(notice.kind)
        return Told(notice, label, "", label, "", absolute(notice.url))
    context = _context(kind, notice, person)
    return Told(
        notice=notice,
        title=_line(_render(kind, "title.txt", context)),
        body=_line(_render(kind, "body.txt", context)),
        label=str(kind.label),
        action=str(kind.action) or gettext("Read more"),
        url=absolute(notice.url),
    )


def still_true(notices: Iterable[Notice], day: date) -> list[Notice]:
    """The notices that are unread and, by their own kind's word, still true on `day`."""
    unread = [notice for notice in notices if notice.read_at is None]
    kept: set[int] = set()
    for code in {notice.kind for notice in unread}:
        ours = [notice for notice in unread if notice.kind == code]
        asks = notice_kind(code).still_true
        kept |= {notice.pk for notice in ours} if asks is None else asks(ours, day)
    return [notice for notice in unread if notice.pk in kept]


def stays_unread(notice: Notice, day: date) -> bool:
    """Whether a notice that is opened stays to be done."""
    kind = known_kind(notice.kind)
    if kind is None or not kind.stays or kind.still_true is None:
        return False
    return notice.pk in kind.still_true([notice], day)


def message(mail: Mail, *, message_id: str) -> EmailMultiAlternatives:
    """The mail as the mail server gets it."""
    made = EmailMultiAlternatives(
        subject=_line(mail.subject),
        body=mail.text,
        from_email=sender(),
        to=[mail.recipient],
        # Auto-Submitted keeps out-of-office replies away.
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    if mail.html:
        made.attach_alternative(mail.html, "text/html")
    return made


def message_id(delivery: Delivery) -> str:
    """The same for every try at one delivery: a mail server may recognise a repetition."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{delivery.created_at:%Y%m%d}.{delivery.pk}@{host}>"


def sender() -> str:
    site = SiteSettings.load()
    name = site.sender_name or site.product_name
    return formataddr((name, site.sender_address or settings.DEFAULT_FROM_EMAIL))


def address_of(person: Person | None) -> str:
    """Where mail to the person goes: the account's own address where it is proven, otherwise the
    one HR gives; nowhere for one who may no longer sign in."""
    if person is None:
        return ""
    user = getattr(person, "user", None)
    if user is None:
        return person.email
    if not user.is_active:
        return ""
    proven = (a.email for a in user.emailaddress_set.all() if a.verified and a.primary)
    return next(proven, person.email)


def has_address_q(person: str = "pk") -> Q:
    """The same as a condition: a row whose person (`person` is the way to its key) mail reaches."""
    prefix = "" if person == "pk" else f"{person}__"
    proven = EmailAddress.objects.filter(verified=True, primary=True, user__person=OuterRef(person))
    has_one = ~Q(**{f"{prefix}email": ""}) | Q(Exists(proven))
    return has_one & ~Q(**{f"{prefix}user__is_active": False})


def language_of(person: Person) -> str:
    user = getattr(person, "user", None)
    return (user.language if user else "") or settings.LANGUAGE_CODE


def absolute(url: str) -> str:
    return urljoin(settings.PUBLIC_URL + "/", url.lstrip("/")) if url.startswith("/") else url


def frame() -> dict[str, Any]:
    """What every mail's frame needs."""
    site = SiteSettings.load()
    return {
        "product_name": site.product_name,
        "municipality_name": site.municipality_name,
        "public_url": settings.PUBLIC_URL,
        "inbox_url": absolute("/inkorg/"),
    }


def _context(kind: NoticeKind, notice: Notice, person: Person) -> dict[str, Any]:
    now = kind.renewed(notice, today()) if kind.renewed and notice.pk else {}
    return {**notice.context, **now, "notice": notice, "person": person, "kind": kind}


def _render(kind: NoticeKind, name: str, context: dict[str, Any], fallback: str = "") -> str:
    names = [f"{kind.templates}/{name}"]
    if fallback:
        names.append(fallback if "/" in fallback else f"{kind.templates}/{fallback}")
    return _fill(names, context)


def _fill(names: Sequence[str], context: dict[str, Any]) -> str:
    """The first of the templates that exists, filled. Plain text is not escaped."""
    found = select_template(names)
    if not names[0].endswith(".txt"):
        return found.render(context)
    return found.template.render(Context(context, autoescape=False))


def _line(text: str) -> str:
    """One line: a template's line breaks are not the reader's."""
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Plain text without the empty lines that template tags leave behind."""
    lines = [line.strip() for line in text.strip().splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept) + "\n"
