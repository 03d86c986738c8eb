"""Sending what waits in the outbox: claim, hand over, write down what became of it.

A row is claimed by compare-and-set before anything is handed to the mail server. A clear "no"
from the server may be tried again; where nobody can know whether the mail went, the row is
`uncertain` and only a person sends it again.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from lms.audit.services import record
from lms.lib.dates import STOCKHOLM
from lms.notifications.governor import WEEK, QuietHours, earliest
from lms.notifications.mail import Mail, NothingToSendError, compose, message, message_id
from lms.notifications.models import Delivery, LastReminder
from lms.notifications.models.mail import DeliveryQuerySet
from lms.notifications.wakeup import Wake, wake_on_commit
from lms.people.models import Person, User
from lms.people.services.invitations import MAIL_DAYS

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
State = Delivery.State

BATCH = 200
# How long to wait after each refused try; after the last the mail has failed.
PATIENCE = [timedelta(minutes=m) for m in (1, 5, 30, 120, 360)]

# The server answered, and said no: the mail has not been accepted.
REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
    smtplib.SMTPNotSupportedError,
)
NO_SERVER = gettext_noop("The mail server does not answer.")
NOBODY_KNOWS = gettext_noop("The connection broke while the mail was being handed over.")
LEFT_BEHIND = gettext_noop("The work stopped while the mail was being handed over.")
BROKEN_TEMPLATE = gettext_noop("The mail could not be written.")
REMINDED_LATELY = gettext_noop("A reminder went to this person less than a week ago.")


class NotToBeSentAgainError(Exception):
    """Only a failed or uncertain mail can be sent again."""


@dataclass(frozen=True)
class Outcome:
    """What became of one try."""

    state: str
    reason: str = ""
    retry: bool = False


def send_due(*, clock: Clock, limit: int = BATCH) -> int:
    """Send what is due, one at a time; how many went."""
    due = list(Delivery.objects.due(clock())[:limit].values_list("pk", flat=True))
    if not due:
        return 0
    connection = get_connection(settings.MAIL_TRANSPORT)
    sent = 0
    try:
        for pk in due:
            if not _open(connection):
                Delivery.objects.due(clock()).update(state_reason=NO_SERVER)
                break
            delivery = claim(pk, at=clock())
            if delivery is not None:
                sent += _send(connection, delivery, clock)
    finally:
        connection.close()
    return sent


def claim(pk: int, *, at: datetime) -> Delivery | None:
    """Take the row for this process, or None where somebody else has it."""
    taken = Delivery.objects.filter(pk=pk, state=State.PENDING, not_before__lte=at).update(
        state=State.SENDING, claimed_at=at, attempts=F("attempts") + 1, state_reason=""
    )
    if not taken:
        return None
    return Delivery.objects.select_related("person", "person__user").get(pk=pk)


def _send(connection: BaseEmailBackend, delivery: Delivery, clock: Clock) -> bool:
    try:
        mail = compose(delivery, clock().astimezone(STOCKHOLM).date())
    except NothingToSendError as why:
        finish(delivery, Outcome(State.SKIPPED, str(why)), at=clock())
        return False
    except Exception:
        logger.exception("Delivery %s could not be written.", delivery.pk)
        finish(delivery, Outcome(State.FAILED, BROKEN_TEMPLATE), at=clock())
        return False
    reminded = delivery.person if delivery.category == Delivery.Category.REMINDER else None
    if reminded is not None and not take_week(delivery, reminded, at=clock()):
        _put_off(delivery, reminded, clock())
        return False
    outcome = hand_over(connection, delivery, mail)
    finish(delivery, outcome, at=clock(), mail=mail)
    return outcome.state == State.SENT


def _open(connection: BaseEmailBackend) -> bool:
    """Whether the mail server is there. Asked before a row is claimed: nothing is risked."""
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("The mail server does not answer: %s", error)
        return False
    return True


def take_week(delivery: Delivery, person: Person, *, at: datetime) -> bool:
    """Take the person's week for this reminder. Atomic: of two reminders one gets it."""
    free = Q(at__lte=at - WEEK) | Q(delivery=delivery)
    if LastReminder.objects.filter(free, person=person).update(at=at, delivery=delivery):
        return True
    try:
        with transaction.atomic():
            LastReminder.objects.create(person=person, at=at, delivery=delivery)
    except IntegrityError:
        return False
    return True


def _put_off(delivery: Delivery, person: Person, at: datetime) -> None:
    last = LastReminder.objects.get(person=person).at
    when = earliest(at, last, QuietHours.read(settings.QUIET_HOURS))
    try:
        with transaction.atomic():
            _held(delivery).update(
                state=State.PENDING, not_before=when, state_reason=REMINDED_LATELY
            )
    except IntegrityError:
        _join_waiting(delivery, _held(delivery))


@transaction.atomic
def _join_waiting(delivery: Delivery, held: DeliveryQuerySet) -> int:
    """Another reminder to the same person waits already: what this one holds joins it."""
    waiting = Delivery.objects.get(
        person=delivery.person, category=Delivery.Category.REMINDER, state=State.PENDING
    )
    delivery.notices.update(delivery=waiting)
    return held.update(state=State.SKIPPED, state_reason=REMINDED_LATELY)


def hand_over(connection: BaseEmailBackend, delivery: Delivery, mail: Mail) -> Outcome:
    """Give one mail to the server. The only call that cannot be taken back."""
    made = message(mail, message_id=message_id(delivery))
    try:
        connection.send_messages([made])
    except REFUSALS as error:
        _close(connection)
        return Outcome(State.FAILED, _answer(error), retry=not _is_final(error))
    # Anything else leaves it open whether the mail went: never sent again by itself.
    except Exception as error:
        logger.warning("Delivery %s may or may not have gone: %r", delivery.pk, error)
        _close(connection)
        return Outcome(State.UNCERTAIN, NOBODY_KNOWS)
    return Outcome(State.SENT)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException) as error:
        logger.info("Closing the mail connection: %r", error)


def _codes(error: smtplib.SMTPException) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _text in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _is_final(error: smtplib.SMTPException) -> bool:
    """5xx: the server will say the same tomorrow."""
    codes = _codes(error)
    return bool(codes) and all(code >= 500 for code in codes)


def _answer(error: smtplib.SMTPException) -> str:
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        _code, said = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
    else:
        said = str(error)
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{', '.join(map(str, _codes(error)))} {text}".strip()[:300]


def finish(delivery: Delivery, outcome: Outcome, *, at: datetime, mail: Mail | None = None) -> None:
    """Write down what became of a claimed mail. Its secrets go with it when it has gone."""
    changes: dict[str, object] = {"state": outcome.state, "state_reason": outcome.reason[:300]}
    if mail is not None:
        changes |= {"recipient": mail.recipient, "subject": mail.subject[:300]}
    if outcome.retry and delivery.attempts <= len(PATIENCE):
        changes |= {
            "state": State.PENDING,
            "not_before": at + PATIENCE[delivery.attempts - 1],
        }
    elif outcome.state == State.SENT:
        changes |= {
            "sent_at": at,
            "message_id": message_id(delivery),
            "raw_text": "",
            "raw_html": "",
        }
    _held(delivery).update(**changes)


def forget_old_texts(*, at: datetime) -> int:
    """Empty the mail that never went and whose sign-in links no longer work; how many there were.
    The row stays, with what became of it."""
    return (
        Delivery.objects.filter(
            state__in=[State.FAILED, State.UNCERTAIN, State.SKIPPED],
            created_at__lt=at - timedelta(days=MAIL_DAYS + 1),
        )
        .exclude(raw_text="", raw_html="")
        .update(raw_text="", raw_html="")
    )


def _held(delivery: Delivery) -> DeliveryQuerySet:
    """The row as long as this process's claim stands, or was only taken to be lost."""
    return Delivery.objects.filter(
        pk=delivery.pk,
        state__in=[State.SENDING, State.UNCERTAIN],
        attempts=delivery.attempts,
    )


def give_up_left_behind(*, at: datetime) -> int:
    """Mark claims whose process is gone as uncertain; how many there were."""
    before = at - timedelta(seconds=settings.MAIL_CLAIM_SECONDS)
    return Delivery.objects.left_behind(before).update(
        state=State.UNCERTAIN, state_reason=LEFT_BEHIND
    )


@transaction.atomic
def send_again(*, delivery: Delivery, by: User, at: datetime) -> None:
    """A person's decision to send a failed or uncertain mail once more. What a reminder holds
    joins another to the same person that waits already."""
    again = Delivery.objects.filter(pk=delivery.pk, state__in=[State.FAILED, State.UNCERTAIN])
    try:
        with transaction.atomic():
            changed = again.update(state=State.PENDING, not_before=at, attempts=0, state_reason="")
    except IntegrityError:
        changed = _join_waiting(delivery, again)
    if not changed:
        raise NotToBeSentAgainError
    record(
        "mail.sent_again",
        delivery,
        by=by,
        person=delivery.person,
        before={"state": delivery.state},
        after={"state": State.PENDING},
    )
    wake_on_commit(Wake.OUTBOX)
