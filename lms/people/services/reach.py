"""Noting every night whose reach has changed, how and why: the closure of the organisation, the
delegations in force and the unit contacts, as `access.units_seen_by` reads them, for everyone at
once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from lms.people.models import (
    Delegation,
    Employment,
    ImportChange,
    KnownReach,
    ReachChange,
    ReachedUnit,
    ReachNight,
    RoleAssignment,
    Unit,
    User,
)
from lms.people.querysets import valid_on_q
from lms.people.roles import Role

KEPT = timedelta(days=731)
"""A night and what changed in it are kept for 24 months."""
_BATCH = 1000
Why = ReachedUnit.Why
_BEGAN = {
    "post": Why.POST_BEGAN,
    "delegation": Why.DELEGATION_BEGAN,
    "role": Why.ROLE_BEGAN,
}
_ENDED = {
    "post": Why.POST_ENDED,
    "delegation": Why.DELEGATION_ENDED,
    "role": Why.ROLE_ENDED,
}


@dataclass(frozen=True)
class Reach:
    """How far an account reaches, by what gives it: "post:12" and so on, each with its units."""

    is_open: bool
    sources: Mapping[str, frozenset[int]]
    people: int

    @property
    def units(self) -> frozenset[int]:
        """What it may see: nothing where it is closed."""
        return frozenset().union(*self.sources.values()) if self.is_open else frozenset()


NOTHING = Reach(False, {}, 0)


def reach_on(day: date) -> dict[int, Reach]:
    """The reach of every account that has or, were it open, would have one. Six queries."""
    below = _Below()
    sources: dict[int, dict[str, frozenset[int]]] = {}
    account: dict[int, int] = {}
    is_open: dict[int, bool] = {}
    for pk, person, active in User.objects.values_list("pk", "person_id", "is_active"):
        is_open[pk] = active
        if person is not None:
            account[person] = pk

    def found(user: int | None, source: str, unit: int | None) -> None:
        if user is not None:
            sources.setdefault(user, {})[source] = below.of(unit)

    posts = Employment.objects.valid_on(day).order_by("pk")
    for pk, person, unit in posts.filter(is_manager=True).values_list("pk", "person_id", "unit_id"):
        found(account.get(person), f"post:{pk}", unit)
    # A deputy who no longer works here, or whose giver manages nothing, is left out there.
    received = Delegation.objects.in_force_on(day).order_by("pk")
    for pk, deputy, unit in received.values_list("pk", "deputy_id", "unit_id"):
        found(account.get(deputy), f"delegation:{pk}", unit)
    roles = RoleAssignment.objects.filter(valid_on_q(day), role=Role.UNIT_CONTACT).order_by("pk")
    for pk, user, unit in roles.values_list("pk", "user_id", "unit_id"):
        found(user, f"role:{pk}", unit)
    working: dict[int, set[int]] = {}
    for unit, person in posts.values_list("unit_id", "person_id"):
        working.setdefault(unit, set()).add(person)

    def people(units: Iterable[int]) -> int:
        return len(set().union(*(working.get(unit, ()) for unit in units)))

    return {
        user: Reach(
            is_open[user],
            of_user,
            people(frozenset().union(*of_user.values())) if is_open[user] else 0,
        )
        for user, of_user in sources.items()
    }


class _Below:
    """Every unit with all below it; none is the whole organisation."""

    def __init__(self) -> None:
        self._units = list(
            Unit.objects.order_by("tree_left").values_list("pk", "tree_left", "tree_right")
        )
        self._found: dict[int | None, frozenset[int]] = {
            None: frozenset(pk for pk, _left, _right in self._units)
        }
        self._span = {pk: (left, right) for pk, left, right in self._units}

    def of(self, unit: int | None) -> frozenset[int]:
        if unit not in self._found:
            first, last = self._span[unit]  # type: ignore[index]
            self._found[unit] = frozenset(
                pk for pk, left, _right in self._units if first <= left <= last
            )
        return self._found[unit]


@dataclass(frozen=True)
class Noted:
    """What the night's work found: nothing where the night was noted already."""

    night: ReachNight | None
    changed: int
    removed: int


@transaction.atomic
def note_reach(*, day: date) -> Noted:
    """Compare everyone's reach on `day` with the last night before, note what differs and why, and
    remember this night for the next. Once a day: asked again it does nothing."""
    last = ReachNight.objects.select_for_update().order_by("-day").first()
    if last is not None and last.day >= day:
        return Noted(None, 0, 0)
    now = reach_on(day)
    night = ReachNight.objects.create(
        day=day,
        compared_with=last.day if last else None,
        newest_unit=Unit.objects.aggregate(last=Max("pk"))["last"] or 0,
    )
    changed = _note_changes(night, last, _remembered(), now) if last else 0
    _remember(now)
    removed, _each = ReachNight.objects.filter(day__lt=day - KEPT).delete()
    return Noted(night, changed, removed)


def _remembered() -> dict[int, Reach]:
    found: dict[int, Reach] = {}
    for row in KnownReach.objects.order_by("user_id"):
        sources = dict(found[row.user_id].sources) if row.user_id in found else {}
        sources[row.source] = frozenset(row.units)
        found[row.user_id] = Reach(row.is_open, sources, row.people)
    return found


def _remember(now: Mapping[int, Reach]) -> None:
    KnownReach.objects.all().delete()
    KnownReach.objects.bulk_create(
        [
            KnownReach(
                user_id=user,
                source=source,
                is_open=reach.is_open,
                units=sorted(units),
                people=reach.people,
            )
            for user, reach in now.items()
            for source, units in reach.sources.items()
        ],
        batch_size=_BATCH,
    )


def _note_changes(
    night: ReachNight, last: ReachNight, before: Mapping[int, Reach], now: Mapping[int, Reach]
) -> int:
    differ = [
        (user, was, is_now)
        for user in sorted(before.keys() | now.keys())
        for was, is_now in [(before.get(user, NOTHING), now.get(user, NOTHING))]
        if was.units != is_now.units
    ]
    because = _Because(last)
    changes = ReachChange.objects.bulk_create(
        [
            ReachChange(
                night=night,
                user_id=user,
                units_before=len(was.units),
                units_after=len(is_now.units),
                people_before=was.people,
                people_after=is_now.people,
            )
            for user, was, is_now in differ
        ],
        batch_size=_BATCH,
    )
    ReachedUnit.objects.bulk_create(
        [
            row
            for change, (user, was, is_now) in zip(changes, differ, strict=True)
            for row in because.rows(change, user, was, is_now)
        ],
        batch_size=_BATCH,
    )
    return len(changes)


class _Because:
    """Why a unit was gained or lost."""

    def __init__(self, last: ReachNight) -> None:
        self._newest_unit = last.newest_unit
        self._new_accounts = set(
            User.objects.filter(date_joined__gt=last.created_at).values_list("pk", flat=True)
        )
        self._imported = _imported_since(last.created_at)
        self._begun = self._imported | {
            f"{kind}:{pk}"
            for kind, model in (
                *(("post", Employment), ("delegation", Delegation)),
                ("role", RoleAssignment),
            )
            for pk in model.objects.filter(starts_on__gt=last.day).values_list("pk", flat=True)
        }

    def rows(self, change: ReachChange, user: int, was: Reach, now: Reach) -> Iterable[ReachedUnit]:
        for gained in (True, False):
            units = now.units - was.units if gained else was.units - now.units
            for unit in sorted(units):
                why, source = self._why(user, unit, was, now, gained)
                yield ReachedUnit(
                    change=change,
                    unit_id=unit,
                    gained=gained,
                    why=why,
                    by_import=source in self._imported
                    or (why in (Why.UNIT_NEW, Why.UNIT_MOVED) and f"unit:{unit}" in self._imported),
                )

    def _why(self, user: int, unit: int, was: Reach, now: Reach, gained: bool) -> tuple[Why, str]:
        """The word, and what gave the unit where one thing did."""
        here, other = (now, was) if gained else (was, now)
        giving = [source for source, units in here.sources.items() if unit in units]
        if any(unit in units for units in other.sources.values()):
            # It was given all along, to an account that could not sign in.
            return (Why.ACCOUNT_OPENED if gained else Why.ACCOUNT_CLOSED), ""
        if any(source in other.sources for source in giving):
            # What gave it stands; so the tree is another.
            return (Why.UNIT_NEW if unit > self._newest_unit else Why.UNIT_MOVED), ""
        source = giving[0]
        if gained and user in self._new_accounts and source not in self._begun:
            return Why.ACCOUNT_OPENED, ""
        return (_BEGAN if gained else _ENDED)[source.partition(":")[0]], source


def _imported_since(at: datetime) -> set[str]:
    """What HR's files wrote, or took back, since a moment: "post:12", "unit:3"; and all units whose
    ancestors were moved, since they came along."""
    changes = ImportChange.objects.filter(
        Q(run__created_at__gt=at) | Q(run__undone_at__gt=at),
        object_type__in=["employment", "unit"],
    ).values_list("object_type", "object_id")
    found: set[str] = set()
    units: set[int] = set()
    for kind, pk in changes:
        if kind == "employment":
            found.add(f"post:{pk}")
        else:
            units.add(pk)
    below = _Below() if units else None
    for unit in Unit.objects.filter(pk__in=units).values_list("pk", flat=True):
        if below is not None:
            found.update(f"unit:{pk}" for pk in below.of(unit))
    return found
