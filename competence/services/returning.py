"""Back from leave: on the first day the person is told what to do and by when, and so is the
manager. During the leave itself nobody is reminded: every requirement is paused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.urls import reverse

from competence.engine import gap_rows
from competence.engine.days import as_end, covers, joined
from competence.services.reminders import Matter, matters
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many
from lms.people.models import Leave, Person
from lms.people.services.managers import managers_of

# The notice kinds that competence.notices registers.
WELCOME_BACK = "competence.welcome_back"
BACK_IN_TEAM = "competence.back_in_team"
# A shorter absence is no return.
SHORTEST = 14
# The day's work may have rested over a weekend.
LOOK_BACK = 7


def returned(as_of: date) -> dict[int, date]:
    """Those who are back, with their first day: a leave of some length has ended within the last
    days, and no other goes on. Two queries."""
    day = as_of.toordinal()
    ended = Leave.objects.standing().filter(
        ends_on__gte=as_of - timedelta(days=LOOK_BACK), ends_on__lt=as_of
    )
    of_person: dict[int, list[tuple[int, int]]] = {}
    leaves = Leave.objects.standing().filter(person__in=ended.values("person"))
    for person, starts, ends in leaves.order_by().values_list("person_id", "starts_on", "ends_on"):
        of_person.setdefault(person, []).append((starts.toordinal(), as_end(ends)))
    back = {}
    for person, periods in of_person.items():
        runs = joined(periods)
        if covers(runs, day):
            continue
        start, end = max(run for run in runs if run[1] < day)
        if end - start + 1 >= SHORTEST:
            back[person] = date.fromordinal(end + 1)
    return back


def welcome_back(*, as_of: date, at: datetime) -> int:
    """Tell those who are back, and their managers, once; how many notices are new."""
    back = returned(as_of)
    if not back:
        return 0
    people = Person.objects.current().employed_on(as_of).filter(pk__in=back)
    by_pk = {person.pk: person for person in people}
    things: dict[int, list[Matter]] = {pk: [] for pk in by_pk}
    for matter in matters(gap_rows(people, as_of)):
        things[matter.person_pk].append(matter)
    managers = managers_of(list(by_pk), as_of)
    drafts = []
    for pk, person in by_pk.items():
        to_do = sorted(things[pk], key=lambda each: each.day or date.max)
        context = {
            "name": person.name,
            "things": [thing.context() for thing in to_do],
            "first_day": back[pk],
        }
        key = f"{pk}:{back[pk].isoformat()}"
        drafts.append(
            Draft(WELCOME_BACK, person, f"{WELCOME_BACK}:{key}", context, reverse("home:my_page"))
        )
        drafts += [
            Draft(
                BACK_IN_TEAM,
                manager,
                f"{BACK_IN_TEAM}:{key}:{manager.pk}",
                context,
                reverse("competence:team_person", args=[person.person_id]),
            )
            for manager in managers.get(pk, [])
        ]
    return len(notify_many(drafts, at=at))


def still_back(notices: Sequence[Notice], day: date) -> set[int]:
    """The notices to people who are not on leave again."""
    away = set(
        Leave.objects.valid_on(day)
        .filter(person__in={notice.person_id for notice in notices})
        .values_list("person_id", flat=True)
    )
    return {notice.pk for notice in notices if notice.person_id not in away}
