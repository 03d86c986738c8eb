"""Notices, mail and jobs as the services make them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from lms.notifications import registry
from lms.notifications.models import Delivery, Notice
from lms.notifications.registry import Mail, NoticeKind
from lms.notifications.services import notify
from lms.people.models import Person, User

MONDAY = datetime(2027, 9, 6, 8, 0, tzinfo=UTC)


def make_reader(number: int = 1, *, email: str | None = None, account: bool = True) -> Person:
    """A person who can be told things, with an account unless told otherwise."""
    address = f"person{number}@example.se" if email is None else email
    person = Person.objects.create(
        person_id=f"n{number:04}", given_name="Åsa", family_name=f"Ek {number}", email=address
    )
    if account:
        User.objects.create_user(address or f"konto{number}@example.se", "x", person=person)
    return person


@contextmanager
def registered(*kinds: NoticeKind) -> Iterator[None]:
    """Kinds that exist only inside the block."""
    before = dict(registry._kinds)
    for kind in kinds:
        registry.register(kind)
    try:
        yield
    finally:
        registry._kinds.clear()
        registry._kinds.update(before)


RECEIPT = NoticeKind(
    code="test.receipt",
    label="Course completed",
    templates="notifications_test/receipt",
    category=Delivery.Category.RECEIPT,
    mail=Mail.AT_ONCE,
    action="See your certificate",
    sample={"course": "Grundkurs", "completed_on": date(2027, 9, 30)},
)
REMINDER = NoticeKind(
    code="test.reminder",
    label="Due soon",
    templates="notifications_test/reminder",
    category=Delivery.Category.REMINDER,
    mail=Mail.MERGED,
    action="Start the course",
    sample={"area": "Orosanmälan", "due_on": date(2027, 10, 30)},
)


def tell(
    person: Person,
    key: str,
    *,
    kind: NoticeKind = RECEIPT,
    at: datetime = MONDAY,
    context: dict[str, Any] | None = None,
    url: str = "/min-sida/",
) -> Notice | None:
    return notify(
        kind=kind.code,
        person=person,
        dedupe_key=key,
        context=dict(kind.sample) if context is None else context,
        url=url,
        at=at,
    )
