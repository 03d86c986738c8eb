"""Django's mail, sent through the outbox: whatever calls `send_mail` (account mail, a message
from Wagtail) gets a row in the ledger, in its own transaction, and never waits for a mail
server."""

from collections.abc import Sequence
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from lms.notifications.models import Delivery
from lms.notifications.wakeup import Wake, wake_on_commit
from lms.people.models import Person


class OutboxBackend(BaseEmailBackend):
    """Writes a Delivery per message and recipient. Mail with attachments goes straight out:
    the outbox keeps no files."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        direct = [message for message in email_messages if message.attachments]
        if direct:
            get_connection(settings.MAIL_TRANSPORT).send_messages(direct)
        rows = [
            _row(message, recipient)
            for message in email_messages
            if not message.attachments
            for recipient in message.recipients()
        ]
        Delivery.objects.bulk_create(rows)
        if rows:
            wake_on_commit(Wake.OUTBOX)
        return len(email_messages)


def _row(message: EmailMessage, recipient: str) -> Delivery:
    now = timezone.now()
    return Delivery(
        person=_person_at(recipient),
        category=Delivery.Category.ACCOUNT,
        kind="message",
        reason_key=f"message:{uuid4()}",
        created_at=now,
        not_before=now,
        recipient=recipient,
        subject=message.subject[:300],
        raw_text=str(message.body),
        raw_html=_html_of(message),
    )


def _person_at(address: str) -> Person | None:
    """The one person with this address; None where nobody has it, or several share it."""
    found = Person.objects.current().filter(email__iexact=address)[:2]
    return found[0] if len(found) == 1 else None


def _html_of(message: EmailMessage) -> str:
    if not isinstance(message, EmailMultiAlternatives):
        return ""
    return next((str(body) for body, kind in message.alternatives if kind == "text/html"), "")
