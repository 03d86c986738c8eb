"""Writing to those of a key group or unit who stand in a certain way. Who writes sees roughly how
many, never who. It goes with the day's work, at the earliest ten minutes later, and can be taken
back until then; the mail is merged with other reminders by the governor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competence.engine import GAPS, GapRow, Status, iter_gap_rows
from competence.figures.targets import RoughPlaces
from competence.models import GroupMessage, KeyGroup
from lms.audit.services import record
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many
from lms.people.models import Person, Unit, User

# The notice kind that competence.notices registers.
GROUP_MESSAGE = "competence.group_message"
CAN_BE_UNDONE = timedelta(minutes=10)
WEEK = timedelta(days=7)
_STATUSES = {
    GroupMessage.Standing.GAP: GAPS,
    GroupMessage.Standing.TO_DO: GAPS | {Status.PENDING},
    GroupMessage.Standing.EXPIRING: frozenset({Status.EXPIRING}),
    GroupMessage.Standing.EVERYONE: frozenset(Status) - {Status.PAUSED},
}


class GroupMessageError(ValueError):
    """A message that cannot be sent or taken back; the message says why."""


@dataclass(frozen=True)
class Filter:
    """To whom: key group × unit × standing in an area."""

    key_group: KeyGroup | None
    unit: Unit | None
    area: CompetenceArea
    level: TrainingLevel | None
    standing: str

    @classmethod
    def of(cls, message: GroupMessage) -> Filter:
        return cls(message.key_group, message.unit, message.area, message.level, message.standing)

    def _asks(self, row: GapRow) -> bool:
        return row.mandatory and (self.level is None or row.level == self.level.number)

    def people(self, day: date) -> tuple[set[int], int]:
        """Those it reaches, and among how many: everyone the requirement speaks of there. Nobody
        who is on leave. One run of the engine."""
        who = None if self.unit is None else Person.objects.current().in_units([self.unit], day)
        groups = None if self.key_group is None else [self.key_group.code]
        reached: set[int] = set()
        asked: set[int] = set()
        statuses = _STATUSES[GroupMessage.Standing(self.standing)]
        for row in iter_gap_rows(who, day, groups, [self.area.code]):
            if self._asks(row) and row.status != Status.PAUSED:
                asked.add(row.person_pk)
                if row.status in statuses:
                    reached.add(row.person_pk)
        return reached, len(asked)


def roughly(wanted: Filter, day: date, threshold: int) -> RoughPlaces:
    """How many it reaches, as roughly as places are told: nobody is told apart from a few, nor all
    from nearly all."""
    reached, asked = wanted.people(day)
    return RoughPlaces.of(asked, len(reached), threshold)


@transaction.atomic
def write_to_group(
    *, wanted: Filter, subject: str, text: str, reason: str, by: User, at: datetime
) -> GroupMessage:
    """Put a message in the queue. It can be taken back until it goes."""
    message = GroupMessage(
        key_group=wanted.key_group,
        unit=wanted.unit,
        area=wanted.area,
        level=wanted.level,
        standing=wanted.standing,
        subject=subject.strip(),
        text=text.strip(),
        reason=reason.strip(),
        created_at=at,
        by=by,
    )
    message.full_clean()
    message.save()
    record("group_message.written", message, by=by, after=_to_whom(message), reason=message.reason)
    return message


@transaction.atomic
def undo_message(*, message: GroupMessage, by: User, at: datetime) -> GroupMessage:
    locked = GroupMessage.objects.select_for_update().get(pk=message.pk)
    if locked.sent_at is not None:
        raise GroupMessageError(_("The message has already been sent."))
    if locked.undone_at is None:
        locked.undone_at = at
        locked.save(update_fields=["undone_at"])
        about = _to_whom(locked)
        record(
            "group_message.undone",
            locked,
            by=by,
            before={**about, "undone_at": None},
            after={**about, "undone_at": at.isoformat()},
        )
    return locked


def _to_whom(message: GroupMessage) -> dict[str, str | int | None]:
    return {
        "key_group": message.key_group.code if message.key_group else None,
        "unit": message.unit.code if message.unit else None,
        "area": message.area.code,
        "level": message.level.number if message.level else None,
        "standing": message.standing,
        "subject": message.subject,
    }


def send_waiting(*, at: datetime) -> int:
    """Send the messages that can no longer be taken back; how many people were told."""
    waiting = GroupMessage.objects.filter(
        sent_at__isnull=True, undone_at__isnull=True, created_at__lte=at - CAN_BE_UNDONE
    )
    return sum(_send(pk, at) for pk in waiting.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _send(pk: int, at: datetime) -> int:
    message = (
        GroupMessage.objects.select_for_update(of=("self",))
        .select_related("key_group", "unit", "area", "level", "by")
        .get(pk=pk)
    )
    if message.sent_at is not None or message.undone_at is not None:
        return 0
    reached, _asked = Filter.of(message).people(at.astimezone(STOCKHOLM).date())
    lately = set(
        Notice.objects.filter(
            kind=GROUP_MESSAGE, created_at__gt=at - WEEK, context__topic=message.area.code
        )
        .order_by()
        .values_list("person_id", flat=True)
    )
    people = Person.objects.in_bulk(reached - lately)
    context = {
        "topic": message.area.code,
        "subject": message.subject,
        "text": message.text,
        "sender": message.by.get_full_name() if message.by else "",
    }
    told = notify_many(
        [
            Draft(
                GROUP_MESSAGE,
                person,
                f"{GROUP_MESSAGE}:{message.pk}:{person.pk}",
                context,
                reverse("home:my_page"),
            )
            for person in people.values()
        ],
        at=at,
    )
    message.sent_at = at
    message.save(update_fields=["sent_at"])
    record(
        "group_message.sent",
        message,
        by=message.by,
        after={"people": len(told), "told_lately": len(reached & lately)},
        reason=message.reason,
    )
    return len(told)
