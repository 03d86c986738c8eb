"""The day's work of the proof: a receipt and two reminders for everybody."""

from datetime import date, timedelta

from django.apps import AppConfig
from django.utils import timezone


class ProveConfig(AppConfig):
    name = "tests.prove._workers"
    label = "prove"

    def ready(self) -> None:
        from lms.notifications import registry
        from lms.notifications.models import Delivery
        from lms.notifications.registry import Mail, NoticeKind, register, register_daily

        registry._dailies.clear()
        for code, category, mail in (
            ("prove.receipt", Delivery.Category.RECEIPT, Mail.AT_ONCE),
            ("prove.reminder", Delivery.Category.REMINDER, Mail.MERGED),
        ):
            register(NoticeKind(code, code, "prove/notice", category=category, mail=mail))
        register_daily(tell_everyone)


def tell_everyone(day: date) -> None:
    """Receipts one by one, each in a transaction of its own; reminders many at once."""
    from lms.notifications.services import Draft, notify, notify_many
    from lms.people.models import Person

    now = timezone.now()
    people = list(Person.objects.order_by("pk"))
    for person in people:
        notify(
            kind="prove.receipt",
            person=person,
            dedupe_key=f"receipt:{day}:{person.pk}",
            context={"what": "receipt"},
            at=now,
        )
    for number in ("first", "second"):
        drafts = [
            Draft("prove.reminder", person, f"{number}:{day}:{person.pk}", {"what": number})
            for person in people
        ]
        notify_many(drafts, at=now + timedelta(seconds=1))
