"""Django's mail, sent through the outbox: whatever calls `send_mail` (account mail, a message
from Wagtail) gets a row in the ledger, in its own transaction, and never waits for a mail
server."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models.functions import Lower
from django.utils import timezone

from lms.notifications.mail import OTHER_MAIL
from lms.notifications.models import Delivery
from lms.notifications.wakeup import Wake, wake_on_commit
from lms.people.models import Person, User
from lms.people.services.account_mail import AccountMail


class OutboxBackend(BaseEmailBackend):
    """Writes a Delivery per message and recipient. Mail with attachments goes straight out:
    the outbox keeps no files."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        direct = [message for message in email_messages if message.attachments]
        if direct:
            get_connection(settings.MAIL_TRANSPORT).send_messages(direct)
        letters = [
            (message, recipient)
            for message in email_messages
            if not message.attachments
            for recipient in message.recipients()
        ]
        known = _people_at(
            recipient for message, recipient in letters if not isinstance(message, AccountMail)
        )
        rows = [
            _row(
                message,
                recipient,
                message.person_id
                if isinstance(message, AccountMail)
                else known.get(recipient.lower()),
            )
            for message, recipient in letters
        ]
        Delivery.objects.bulk_create(rows)
        if rows:
            wake_on_commit(Wake.OUTBOX)
        return len(email_messages)


def _row(message: EmailMessage, recipient: str, person_id: int | None) -> Delivery:
    now = timezone.now()
    return Delivery(
        person_id=person_id,
        category=Delivery.Category.ACCOUNT,
        kind=OTHER_MAIL,
        reason_key=f"message:{uuid4()}",
        created_at=now,
        not_before=now,
        recipient=recipient,
        subject=message.subject[:300],
        raw_text=str(message.body),
        raw_html=_html_of(message),
    )


def _people_at(addresses: Iterable[str]) -> dict[str, int]:
    """The person of each address, in lower case: the one whose account it is, or the only one HR
    gives it. An address that several share is nobody's."""
    wanted = {address.lower() for address in addresses}
    if not wanted:
        return {}
    found: dict[str, list[int]] = defaultdict(list)
    people = Person.objects.current().annotate(address=Lower("email"))
    for address, pk in people.filter(address__in=wanted).values_list("address", "pk"):
        found[address].append(pk)
    accounts = User.objects.filter(person__isnull=False).annotate(address=Lower("email"))
    owned = dict(accounts.filter(address__in=wanted).values_list("address", "person_id"))
    return {address: pks[0] for address, pks in found.items() if len(pks) == 1} | owned


def _html_of(message: EmailMessage) -> str:
    if not isinstance(message, EmailMultiAlternatives):
        return ""
    return next((str(body) for body, kind in message.alternatives if kind == "text/html"), "")
