"""Reading the ledger: searched, told in words, and never without saying so in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from lms.audit.models import AuditEvent
from lms.audit.services import Entry, record_many
from lms.audit.words import NOTHING, action_words, field_words, reason_words, value_words
from lms.lib.dates import ONE_DAY, STOCKHOLM
from lms.people.models import Person, User
from lms.people.roles import Role

OPENED, EXPORTED = "audit.opened", "audit.exported"
LEDGER = AuditEvent._meta.label_lower
MOST_COUNTED = 10_000
"""More entries than this are not counted, only said to be more."""
_BATCH = 2000


@dataclass(frozen=True)
class Asked:
    """What is looked for: empty is everything."""

    person: str = ""
    by: str = ""
    action: str = ""
    object: str = ""
    text: str = ""
    first_day: date | None = None
    last_day: date | None = None

    def said(self) -> dict[str, str]:
        """As the ledger keeps it."""
        found = {name: str(value) for name, value in vars(self).items() if value}
        return {"search": " · ".join(f"{k}={v}" for k, v in found.items())} if found else {}


@dataclass(frozen=True)
class Change:
    """One value before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One entry in words. `about`: what it concerns and did not change."""

    pk: int
    at: datetime
    what: str
    by: str
    person: Person | None
    object_type: str
    object_id: str
    reason: str
    about: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]

    @property
    def thing(self) -> str:
        """What kind of thing it is about, in words; a page that was refused says its address
        itself."""
        try:
            words = str(apps.get_model(self.object_type)._meta.verbose_name)
        except (LookupError, ValueError):
            return ""
        return words[:1].upper() + words[1:]

    @property
    def has_before(self) -> bool:
        return any(change.before != NOTHING for change in self.changes)


def people_found(words: str) -> QuerySet[Person]:
    """Those a person id, a name or an address speaks of, with the records merged into them."""
    found = Person.objects.order_by()
    for word in words.split():
        found = found.filter(
            Q(person_id__iexact=word)
            | Q(given_name__icontains=word)
            | Q(family_name__icontains=word)
            | Q(email__iexact=word)
        )
    return Person.objects.order_by().filter(Q(pk__in=found) | Q(merged_into__in=found))


def history_of(person: Person) -> QuerySet[AuditEvent]:
    """What the ledger says of one human being: of the record and of those merged into it."""
    keys = [person.pk, *Person.objects.filter(merged_into=person).values_list("pk", flat=True)]
    return AuditEvent.objects.filter(person_key__in=keys)


def nobody_called(asked: Asked) -> str:
    """The name that is asked for and that nobody has; empty where everybody asked for is found."""
    if asked.person and not people_found(asked.person).exists():
        return asked.person
    if asked.by and not _acting(asked.by).exists():
        return asked.by
    return ""


def _acting(words: str) -> QuerySet[User]:
    named = Q(person__in=people_found(words)) | Q(email__icontains=words)
    return User.objects.order_by().filter(named)


def search(asked: Asked, within: QuerySet[AuditEvent] | None = None) -> QuerySet[AuditEvent]:
    """The entries asked for, the latest first."""
    events = AuditEvent.objects.all() if within is None else within
    if asked.person:
        events = events.filter(person_key__in=people_found(asked.person).values("pk"))
    if asked.by:
        events = events.filter(by__in=_acting(asked.by).values("pk"))
    if asked.action:
        events = events.filter(action=asked.action)
    if asked.object:
        kind, _colon, key = asked.object.partition(":")
        events = events.filter(object_type=kind.strip())
        if key.strip():
            events = events.filter(object_id=key.strip())
    if asked.text:
        events = events.filter(reason__icontains=asked.text)
    if asked.first_day:
        events = events.filter(at__gte=_midnight(asked.first_day))
    if asked.last_day:
        events = events.filter(at__lt=_midnight(asked.last_day + ONE_DAY))
    if asked.first_day or asked.last_day:
        # In the order of the index that finds the period.
        return events.order_by("-at", "-pk")
    return events.order_by("-pk")


def earlier_than(events: QuerySet[AuditEvent], pk: int) -> QuerySet[AuditEvent]:
    """Those of `events` that come after the entry with a key, as they are ordered."""
    if events.query.order_by[0] == "-pk":
        return events.filter(pk__lt=pk)
    at = AuditEvent.objects.filter(pk=pk).values_list("at", flat=True).first()
    return events.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk)) if at else events.none()


def counted(events: QuerySet[AuditEvent]) -> int:
    """How many, up to one more than MOST_COUNTED."""
    return events.order_by()[: MOST_COUNTED + 1].count()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)


def tell(events: Sequence[AuditEvent]) -> list[Told]:
    """The entries in words: two queries, however many."""
    people = Person.objects.in_bulk({e.person_key for e in events if e.person_key is not None})
    accounts = {
        user.pk: str(user)
        for user in User.objects.filter(pk__in={e.by_id for e in events if e.by_id}).select_related(
            "person"
        )
    }
    return [
        Told(
            pk=event.pk,
            at=event.at,
            what=action_words(event.action),
            by=accounts.get(event.by_id, "") if event.by_id else "",
            person=people.get(event.person_key) if event.person_key else None,
            object_type=event.object_type,
            object_id=event.object_id,
            reason=reason_words(event.reason),
            about=tuple(_about(event)),
            changes=tuple(_changes(event)),
        )
        for event in events
    ]


def _about(event: AuditEvent) -> Iterator[tuple[str, str]]:
    for name, value in event.after.items():
        if name in event.before and event.before[name] == value:
            yield field_words(name), _said(name, value)


def _changes(event: AuditEvent) -> Iterator[Change]:
    for name in dict.fromkeys([*event.before, *event.after]):
        before, after = event.before.get(name), event.after.get(name)
        if before != after or name not in event.before or name not in event.after:
            yield Change(field_words(name), _said(name, before), _said(name, after))


def _said(name: str, value: Any) -> str:
    if name == "role" and value in Role:
        return str(Role(value).label)
    return value_words(value, name)


def tell_all(events: QuerySet[AuditEvent]) -> Iterator[Told]:
    """All of them, in batches, so that memory does not grow with their number."""
    left = events.iterator(_BATCH)
    while batch := list(islice(left, _BATCH)):
        yield from tell(batch)


def note_reading(
    action: str, asked: Asked, *, by: User, person: Person | None = None, **facts: Any
) -> None:
    """Who opened or exported the ledger, and what they looked for, is in the ledger."""
    record_many(
        [
            Entry(
                action,
                LEDGER,
                "",
                person.pk if person else None,
                after={**asked.said(), **facts},
            )
        ],
        by=by,
    )


def as_rows(told: Iterable[Told], nobody: str) -> Iterator[list[str | int | datetime | None]]:
    """The entries as rows of a file."""
    for one in told:
        about = "; ".join(f"{name}: {value}" for name, value in one.about)
        before = "; ".join(f"{c.name}: {c.before}" for c in one.changes)
        after = "; ".join(f"{c.name}: {c.after}" for c in one.changes)
        yield [
            *(one.pk, one.at, one.what, one.by or nobody),
            one.person.person_id if one.person else None,
            one.person.name if one.person else None,
            *(about, before, after, one.reason, f"{one.object_type}:{one.object_id}"),
        ]
