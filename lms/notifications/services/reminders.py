"""Merging reminders: everything somebody is to be reminded of in one mail, at most one a week."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from lms.notifications.governor import QuietHours, earliest
from lms.notifications.mail import address_of, has_address_q, still_true
from lms.notifications.models import Delivery, LastReminder, Notice
from lms.notifications.registry import merged_codes
from lms.notifications.wakeup import Wake, wake_on_commit
from lms.people.querysets import PersonQuerySet

# A notice that could not be mailed for this long is left to the inbox: it is old news.
FRESH = timedelta(days=28)
AHEAD = timedelta(days=1)


@transaction.atomic
def collect_reminders(*, day: date, at: datetime) -> int:
    """Put the waiting reminders of each person into one mail; how many mails are new.

    Running it twice adds nothing. Whoever was reminded within the week waits; whoever has a
    reminder still in the outbox gets the new things in that one."""
    waiting = _waiting(day, at)
    if not waiting:
        return 0
    open_mails = {
        delivery.person_id: delivery
        for delivery in Delivery.objects.select_for_update().filter(
            category=Delivery.Category.REMINDER, state=Delivery.State.PENDING
        )
    }
    last = dict(LastReminder.objects.values_list("person_id", "at"))
    quiet = QuietHours.read(settings.QUIET_HOURS)
    new: list[Delivery] = []
    for person_id, notices in waiting.items():
        when = earliest(at, last.get(person_id), quiet)
        if person_id not in open_mails and when < at + AHEAD:
            new.append(_reminder(person_id, notices[0], at, when))
    for delivery in Delivery.objects.bulk_create(new):
        open_mails[delivery.person_id] = delivery
    taken = []
    for person_id, notices in waiting.items():
        for notice in notices:
            if person_id in open_mails:
                notice.delivery = open_mails[person_id]
                taken.append(notice)
    Notice.objects.bulk_update(taken, ["delivery"], batch_size=200)
    if new:
        wake_on_commit(Wake.OUTBOX)
    return len(new)


def _waiting(day: date, at: datetime) -> dict[int, list[Notice]]:
    """Notices that want a mail, by person, oldest first; only people a mail can reach."""
    notices = (
        Notice.objects.waiting_for_mail(merged_codes(), at - FRESH)
        .filter(has_address_q("person"), person__merged_into__isnull=True)
        .select_related("person", "person__user")
        .prefetch_related("person__user__emailaddress_set")
        .order_by("created_at", "pk")
    )
    by_person: dict[int, list[Notice]] = defaultdict(list)
    for notice in still_true([n for n in notices if address_of(n.person)], day):
        by_person[notice.person_id].append(notice)
    return by_person


def _reminder(person_id: int, first: Notice, at: datetime, when: datetime) -> Delivery:
    return Delivery(
        person_id=person_id,
        category=Delivery.Category.REMINDER,
        kind="reminders",
        reason_key=f"reminders:{first.dedupe_key}",
        created_at=at,
        not_before=when,
    )


def without_mail(people: PersonQuerySet) -> PersonQuerySet:
    """Those of `people` whom no mail can reach."""
    return people.current().exclude(has_address_q())
