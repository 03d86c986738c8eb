"""The facts behind a person's status on a day: what is known now, by whom and since when. What
was recorded after the day is marked: nobody could have answered with it then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.models import (
    Achievement,
    Exemption,
    KeyPersonAssignment,
    PlanVersion,
    RenewalOrder,
)
from lms.audit.models import AuditEvent
from lms.lib.dates import STOCKHOLM
from lms.people.models import Employment, Leave, Person
from lms.people.querysets import valid_on_q


@dataclass(frozen=True)
class KnownFact:
    """One fact. `known_since` and `by` are what the ledger says of its first entry; `later`: it
    was recorded after the day; `changed`: it was changed after the day."""

    words: str
    period: str
    known_since: date | None
    by: str
    later: bool
    changed: date | None


@dataclass(frozen=True)
class KnownFacts:
    """The facts of one kind, under the anchor that sentences point to."""

    anchor: str
    title: str
    facts: tuple[KnownFact, ...]


@dataclass(frozen=True)
class _Raw:
    row: Any
    words: str
    starts_on: date
    ends_on: date | None
    # What the row itself knows, where the ledger has nothing.
    created_at: datetime | None = None


def facts_behind(person: Person, day: date, *, names: bool) -> list[KnownFacts]:
    """What counts about the person on `day`, kind by kind. `names`: with who recorded it. Eight
    queries."""
    kinds = _kinds(person, day)
    entries = _entries(person, [raw.row for _a, _t, raws in kinds for raw in raws])
    return [
        KnownFacts(anchor, title, tuple(_fact(raw, entries, day, names) for raw in raws))
        for anchor, title, raws in kinds
        if raws
    ]


def first_fact_of(person: Person) -> date | None:
    """The first day anything is known about the person."""
    return (
        person.employments.standing()
        .order_by("starts_on")
        .values_list("starts_on", flat=True)
        .first()
    )


def _kinds(person: Person, day: date) -> list[tuple[str, str, list[_Raw]]]:
    posts: Iterable[Employment] = (
        Employment.objects.standing()
        .filter(person=person, starts_on__lte=day)
        .select_related("unit")
        .order_by("-starts_on")
    )
    leaves: Iterable[Leave] = (
        Leave.objects.standing().filter(person=person, starts_on__lte=day).order_by("-starts_on")
    )
    achieved = (
        Achievement.objects.standing()
        .filter(person=person, achieved_on__lte=day)
        .filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=day))
        .select_related("area", "level")
        .order_by("-achieved_on")
    )
    namings = KeyPersonAssignment.objects.filter(
        person=person, starts_on__lte=day, withdrawn_at__isnull=True
    ).select_related("key_group")
    exempt = Exemption.objects.filter(
        valid_on_q(day), person=person, withdrawn_at__isnull=True
    ).select_related("area", "level")
    orders = RenewalOrder.objects.filter(
        decided_on__lte=day, area__in={row.area_id for row in achieved}
    ).select_related("area")
    plan = PlanVersion.objects.in_force_on(day)
    return [
        (
            "arbete",
            _("Works"),
            [
                _Raw(p, f"{p.job_title or p.job_code}, {p.unit.name}", p.starts_on, p.ends_on)
                for p in posts
            ],
        ),
        ("ledighet", _("Leave"), [_Raw(a, _("Leave"), a.starts_on, a.ends_on) for a in leaves]),
        (
            "utsedd",
            _("Key person"),
            [_Raw(n, n.key_group.name, n.starts_on, n.ends_on, n.created_at) for n in namings],
        ),
        (
            "uppnatt",
            _("Has learnt"),
            [
                _Raw(
                    a,
                    f"{a.area.label}, {a.level.name}" + (f" ({a.source})" if a.source else ""),
                    a.achieved_on,
                    a.valid_until,
                    a.created_at,
                )
                for a in achieved
            ],
        ),
        (
            "undantag",
            _("Exemptions"),
            [
                _Raw(e, f"{e.area.label}, {e.level.name}", e.starts_on, e.ends_on, e.created_at)
                for e in exempt
            ],
        ),
        (
            "fornyelse",
            _("Renewal orders"),
            [
                _Raw(
                    o,
                    _("%(area)s: what was achieved before %(day)s")
                    % {"area": o.area.label, "day": date_format(o.achieved_before)},
                    o.decided_on,
                    o.last_valid_day,
                    o.created_at,
                )
                for o in orders
            ],
        ),
        (
            "plan",
            _("Competence plan"),
            [
                _Raw(
                    plan,
                    str(plan),
                    plan.in_force_from or plan.adopted_on or plan.created_at.date(),
                    None,
                    plan.created_at,
                )
            ]
            if plan
            else [],
        ),
    ]


Key = tuple[str, str]


def _key(row: Any) -> Key:
    return row._meta.label_lower, str(row.pk)


def _entries(person: Person, rows: list[Any]) -> dict[Key, list[AuditEvent]]:
    """What the ledger says of the rows, oldest first."""
    keys = {_key(row) for row in rows}
    found: dict[Key, list[AuditEvent]] = {}
    events = (
        AuditEvent.objects.filter(
            Q(person_key=person.pk)
            | Q(
                object_type__in=["competence.renewalorder", "competence.planversion"],
                object_id__in=[pk for _type, pk in keys],
            ),
            object_type__in={kind for kind, _pk in keys},
        )
        .select_related("by__person")
        .order_by("at", "pk")
    )
    for event in events:
        key = (event.object_type, event.object_id)
        if key in keys:
            found.setdefault(key, []).append(event)
    return found


def _fact(raw: _Raw, entries: dict[Key, list[AuditEvent]], day: date, names: bool) -> KnownFact:
    events = entries.get(_key(raw.row), [])
    at = events[0].at if events else raw.created_at
    since = at.astimezone(STOCKHOLM).date() if at else None
    changes = [e.at.astimezone(STOCKHOLM).date() for e in events[1:] if e.before or e.after]
    changed = changes[-1] if changes and changes[-1] > day else None
    by = events[0].by if events else getattr(raw.row, "by", None)
    return KnownFact(
        words=raw.words,
        period=_period(raw),
        known_since=since,
        by=_name(by) if names else "",
        later=bool(since and since > day),
        changed=changed,
    )


def _name(user: Any) -> str:
    if user is None:
        return _("a file or the system itself")
    return user.person.name if user.person_id else str(user)


def _period(raw: _Raw) -> str:
    if raw.ends_on is None:
        return _("from %(day)s") % {"day": date_format(raw.starts_on)}
    return _("%(first)s – %(last)s") % {
        "first": date_format(raw.starts_on),
        "last": date_format(raw.ends_on),
    }
