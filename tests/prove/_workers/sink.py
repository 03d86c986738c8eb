"""A mail server that keeps one file per mail it has accepted."""

from collections.abc import Sequence
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def write(message: EmailMessage) -> None:
    unfinished = settings.MAIL_SINK / f"{uuid4()}.unfinished"
    reason = message.extra_headers["Message-ID"]
    unfinished.write_text(f"{message.to[0]}\n{reason}\n{message.subject}\n", encoding="utf-8")
    # Accepted whole or not at all, also when the other thread kills the process meanwhile.
    unfinished.rename(unfinished.with_suffix(".mail"))


class SinkBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            write(message)
        return len(email_messages)
