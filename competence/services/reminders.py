"""Telling people what they must learn: when it is assigned, 30 and 7 days before, when it is
overdue, and when their manager asks. Set-based from one run of the engine; each thing once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.urls import reverse

from competence.engine import GapRow, Status, gap_rows, iter_gap_rows
from lms.audit.services import Entry, record_many
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many, take_back
from lms.people.models import Person, User

ASSIGNED = "competence.assigned"
DUE_30 = "competence.due_30"
DUE_7 = "competence.due_7"
OVERDUE = "competence.overdue"
REMINDER = "competence.reminder"
BATCH = 5000

# (area, level): what is to be learnt, whichever key groups ask for it.
Subject = tuple[str, int]
_WORST_FIRST = (Status.OVERDUE, Status.EXPIRED, Status.PENDING, Status.EXPIRING)


class Matter(NamedTuple):
    """One thing one person should do: the strictest of the rows that ask for it. `day` is the
    last day to do it; none where leave never lets it come."""

    person_pk: int
    area: str
    area_name: str
    level: int
    level_name: str
    key_group: str
    status: Status
    day: date | None

    @property
    def subject(self) -> Subject:
        return (self.area, self.level)

    def kind(self, as_of: date) -> str | None:
        """Which notice it is time for, if any."""
        if self.status in (Status.OVERDUE, Status.EXPIRED):
            return OVERDUE
        if self.day is not None:
            left = (self.day - as_of).days
            if left <= 7:
                return DUE_7
            if left <= 30:
                return DUE_30
        return ASSIGNED if self.status == Status.PENDING else None

    def key(self, kind: str) -> str:
        day = self.day.isoformat() if self.day else "-"
        return f"{kind}:{self.person_pk}:{self.area}:{self.level}:{day}"

    def context(self) -> dict[str, Any]:
        return {
            "area": self.area_name,
            "area_code": self.area,
            "level": self.level_name,
            "level_number": self.level,
            "key_group": self.key_group,
            "renewal": self.status in (Status.EXPIRED, Status.EXPIRING),
            "day": self.day,
        }


def matter_of(row: GapRow) -> Matter:
    required = row.requirement
    day = row.valid_until if row.status == Status.EXPIRING else row.due_on
    return Matter(
        row.person_pk,
        *(required.area, required.area_name, required.level, required.level_name),
        *(required.key_group_name, row.status, day),
    )


def matters(rows: Iterable[GapRow]) -> Iterator[Matter]:
    """What each person should do, once per area and level: of several rows the strictest. The
    rows come person by person. Nothing recommended, nothing paused, exempt or met."""
    person_pk: int | None = None
    strictest: dict[Subject, Matter] = {}
    for row in rows:
        if row.person_pk != person_pk:
            yield from strictest.values()
            person_pk, strictest = row.person_pk, {}
        if not row.mandatory or row.status not in _WORST_FIRST:
            continue
        matter = matter_of(row)
        known = strictest.get(matter.subject)
        if known is None or _strictness(matter) < _strictness(known):
            strictest[matter.subject] = matter
    yield from strictest.values()


def _strictness(matter: Matter) -> tuple[int, date]:
    return (_WORST_FIRST.index(matter.status), matter.day or date.max)


def produce_notices(
    *, as_of: date, at: datetime, offered: Collection[Subject] | None = None
) -> int:
    """Tell everyone what it is time to tell them on `as_of`; how many notices are new. Running
    it again tells nothing twice. `offered` holds what a course gives (none: everything): nobody
    is chased for what no course can give, only told that it is coming."""
    due: dict[str, tuple[str, Matter]] = {}
    for matter in matters(iter_gap_rows(None, as_of)):
        kind = matter.kind(as_of)
        if kind is None:
            continue
        if kind != ASSIGNED and offered is not None and matter.subject not in offered:
            continue
        due[matter.key(kind)] = (kind, matter)
    fresh = _unsaid(list(due))
    people = Person.objects.in_bulk({due[key][1].person_pk for key in fresh})
    url = reverse("home:my_page")
    drafts = []
    for key in fresh:
        kind, matter = due[key]
        is_offered = offered is None or matter.subject in offered
        context = matter.context() | {"offered": is_offered}
        drafts.append(Draft(kind, people[matter.person_pk], key, context, url))
    return len(notify_many(drafts, at=at))


def _unsaid(keys: Sequence[str]) -> list[str]:
    """The keys that have not been said before: most have, day after day."""
    said: set[str] = set()
    for start in range(0, len(keys), BATCH):
        said.update(
            Notice.objects.filter(dedupe_key__in=keys[start : start + BATCH])
            .order_by()
            .values_list("dedupe_key", flat=True)
        )
    return [key for key in keys if key not in said]


def say_once_for_both(*, survivor: Person, loser: Person) -> None:
    """What one record was told counts as told to the one it was merged into. What both were told
    stays as it is."""
    for kind in (ASSIGNED, DUE_30, DUE_7, OVERDUE, REMINDER):
        old, new = f"{kind}:{loser.pk}:", f"{kind}:{survivor.pk}:"
        notices = list(Notice.objects.filter(kind=kind, dedupe_key__startswith=old))
        for notice in notices:
            notice.dedupe_key = new + notice.dedupe_key.removeprefix(old)
        fresh = set(_unsaid([notice.dedupe_key for notice in notices]))
        Notice.objects.bulk_update(
            [notice for notice in notices if notice.dedupe_key in fresh], ["dedupe_key"]
        )


def still_to_do(notices: Sequence[Notice], day: date) -> set[int]:
    """The notices that still hold: the person still has the same thing to do by the same day,
    and it has not come closer than the notice says (a later notice then speaks)."""
    people = Person.objects.filter(pk__in={notice.person_id for notice in notices})
    valid: dict[tuple[int, str, int], Matter] = {
        (matter.person_pk, *matter.subject): matter for matter in matters(gap_rows(people, day))
    }
    holding = set()
    for notice in notices:
        about: Mapping[str, Any] = notice.context
        matter = valid.get((notice.person_id, about["area_code"], about["level_number"]))
        if matter and matter.day == about["day"] and matter.kind(day) == notice.kind:
            holding.add(notice.pk)
    return holding


def still_in_need(notices: Sequence[Notice], day: date) -> set[int]:
    """The managers' reminders to people who still have something to do."""
    people = Person.objects.filter(pk__in={notice.person_id for notice in notices})
    in_need = {matter.person_pk for matter in matters(gap_rows(people, day))}
    return {notice.pk for notice in notices if notice.person_id in in_need}


@transaction.atomic
def remind_people(
    open_rows: Sequence[tuple[int, Sequence[GapRow]]],
    *,
    day: date,
    by: User,
    at: datetime,
) -> list[Notice]:
    """A manager's reminder of what each of some people has left to do, once a day per person;
    the notices that are new. Mail is merged and held back by the governor."""
    people = Person.objects.in_bulk([person_pk for person_pk, _rows in open_rows])
    drafts = []
    for person_pk, rows in open_rows:
        things = sorted(matters(rows), key=_strictness)
        if things:
            drafts.append(
                Draft(
                    REMINDER,
                    people[person_pk],
                    f"{REMINDER}:{person_pk}:{day.isoformat()}",
                    {
                        "manager": by.get_full_name(),
                        "things": [thing.context() for thing in things],
                        "day": things[0].day,
                    },
                    reverse("home:my_page"),
                )
            )
    told = notify_many(drafts, at=at)
    _record("person.reminded", told, by=by)
    return told


@transaction.atomic
def take_back_reminders(*, notices: Collection[int], by: User) -> int:
    """Unsay a manager's reminders (primary keys) that nobody has read and that have not been
    mailed; how many were still to be had back."""
    reminders = Notice.objects.filter(pk__in=notices, kind=REMINDER)
    gone = take_back(notices=reminders.values_list("pk", flat=True))
    _record("person.reminder_taken_back", gone, by=by)
    return len(gone)


def _record(action: str, notices: Iterable[Notice], *, by: User) -> None:
    record_many(
        [
            Entry(action, "people.person", str(notice.person_id), person_key=notice.person_id)
            for notice in notices
        ],
        by=by,
    )
