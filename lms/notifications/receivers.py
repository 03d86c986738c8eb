"""What happens elsewhere and concerns notices and mail."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import get_connection
from django.dispatch import receiver
from django.utils import timezone

from lms.lib.dates import today
from lms.notifications.jobs import job_url
from lms.notifications.models import Delivery, LastReminder, Notice
from lms.notifications.services.invitations import INVITE
from lms.notifications.services.jobs import start_job
from lms.people.models import Person, User
from lms.people.services.account_mail import AccountMail, send_account_mail_with
from lms.people.services.invitations import invite_many_with
from lms.people.signals import people_merged


@receiver(people_merged)
def move_notices(sender: Any, survivor: Person, loser: Person, **kwargs: Any) -> None:
    """The one who stands gets the notices of both, and the later of the two last reminders. A
    reminder that waited is let go: what it held is merged anew."""
    waiting = Delivery.objects.filter(
        person=loser, category=Delivery.Category.REMINDER, state=Delivery.State.PENDING
    )
    Notice.objects.filter(delivery__in=waiting).update(delivery=None)
    waiting.update(state=Delivery.State.SKIPPED)
    Notice.objects.filter(person=loser).update(person=survivor)
    Delivery.objects.filter(person=loser).update(person=survivor)
    last = LastReminder.objects.filter(person__in=[loser, survivor]).order_by("-at").first()
    if last is not None:
        LastReminder.objects.update_or_create(
            person=survivor, defaults={"at": last.at, "delivery_id": last.delivery_id}
        )
        LastReminder.objects.filter(person=loser).delete()


def put_in_outbox(mails: Sequence[AccountMail]) -> None:
    """Account mail is written to the outbox in the transaction that caused it."""
    if mails:
        get_connection().send_messages(list(mails))


def invite_in_background(people: Sequence[int], by: User) -> str:
    job = start_job(
        kind=INVITE,
        by=by,
        params={"people": list(people), "by": by.pk, "day": today(), "asked_at": timezone.now()},
    )
    return job_url(job)


send_account_mail_with(put_in_outbox)
invite_many_with(invite_in_background)
