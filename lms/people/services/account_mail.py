"""Mail about an account. It leaves through here only, in the recipient's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override


class AccountMail(EmailMultiAlternatives):
    """A mail about an account, which knows whose it is (None: an account without a person)."""

    person_id: int | None = None


Sender = Callable[[Sequence[AccountMail]], None]

_sender: list[Sender] = []


def send_account_mail_with(sender: Sender) -> None:
    """Let the app above deliver account mail. It is called inside the transaction that caused
    the mail, with all mail of one occasion at once. Without it, mail leaves directly after the
    commit."""
    _sender[:] = [sender]


def account_mail(
    *,
    to: str,
    template: str,
    context: dict[str, object],
    language: str = "",
    person_id: int | None = None,
) -> None:
    """Send one account mail at once."""
    send([written(to, template, context, language, person_id)])


def written(
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


def send(mails: Sequence[AccountMail]) -> None:
    if _sender:
        _sender[0](mails)
        return
    for mail in mails:
        transaction.on_commit(partial(mail.send, fail_silently=True))
