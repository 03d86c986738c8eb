"""Deciding coverage targets, ending them, and telling managers where all hangs on one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competence.figures.targets import (
    NamedPlace,
    PlaceFacts,
    Standing,
    count_places,
    targets_on,
    with_names,
)
from competence.models import CoverageTarget, KeyGroup
from lms.audit.services import record
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many
from lms.people.models import Person, Unit, User
from lms.people.services.managers import managers_of_units

# The notice kind that competence.notices registers.
ALARM = "competence.coverage_alarm"
_TOLD = frozenset({Standing.SINGLE, Standing.FRAGILE})


class CoverageTargetError(ValueError):
    """A target that cannot be decided or ended; the message says why."""


@transaction.atomic
def set_coverage_target(
    *,
    key_group: KeyGroup | None,
    unit: Unit | None,
    places: str,
    unit_kind: str,
    area: CompetenceArea,
    level: TrainingLevel,
    at_least: int,
    starts_on: date,
    ends_on: date | None,
    motive: str,
    by: User | None,
    replaces: CoverageTarget | None = None,
) -> CoverageTarget:
    """Decide that at least so many are to hold the level, place by place. One that replaces
    another ends it the day before."""
    if not motive.strip():
        raise CoverageTargetError(_("State the motive: which passage of the plan it rests on."))
    if places == CoverageTarget.Places.KIND:
        if unit_kind and not Unit.objects.filter(kind=unit_kind).exists():
            raise CoverageTargetError(_("There is no unit of this kind."))
    else:
        unit_kind = ""
    if places == CoverageTarget.Places.BELOW and unit is None:
        raise CoverageTargetError(_("Say which unit it is counted below."))
    if replaces is not None:
        if starts_on <= replaces.starts_on:
            raise CoverageTargetError(_("What replaces a target begins later than it did."))
        end_coverage_target(target=replaces, on=starts_on - timedelta(days=1), reason=motive, by=by)
    # The same decided twice at once: the second sees the first.
    CompetenceArea.objects.select_for_update(no_key=True).get(pk=area.pk)
    target = CoverageTarget(
        key_group=key_group,
        unit=unit,
        places=places,
        unit_kind=unit_kind,
        area=area,
        level=level,
        at_least=at_least,
        starts_on=starts_on,
        ends_on=ends_on,
        motive=motive.strip(),
        by=by,
    )
    same = CoverageTarget.objects.in_force_on(starts_on).filter(
        key_group=key_group,
        unit=unit,
        places=places,
        unit_kind=unit_kind,
        area=area,
        level=level,
    )
    if same.exists():
        raise CoverageTargetError(_("There is such a target already. Replace that one."))
    target.full_clean()
    target.save()
    record(
        "coverage_target.created",
        target,
        by=by,
        after=_written(target) | ({"replaces": replaces.pk} if replaces else {}),
        reason=target.motive,
    )
    return target


def _written(target: CoverageTarget) -> dict[str, Any]:
    return {
        "key_group": target.key_group.code if target.key_group else None,
        "unit": target.unit.code if target.unit else None,
        "places": target.places,
        "unit_kind": target.unit_kind,
        "area": target.area.code,
        "level": target.level.number,
        "at_least": target.at_least,
        "starts_on": target.starts_on.isoformat(),
        "ends_on": target.ends_on.isoformat() if target.ends_on else None,
    }


@transaction.atomic
def end_coverage_target(
    *, target: CoverageTarget, on: date, reason: str, by: User | None
) -> CoverageTarget:
    """Let `on` be the target's last day. A last day that is set may only be brought forward."""
    if not reason.strip():
        raise CoverageTargetError(_("State the reason."))
    locked = CoverageTarget.objects.select_for_update().get(pk=target.pk)
    if locked.ends_on is not None and locked.ends_on <= on:
        raise CoverageTargetError(_("The target has already ended by then."))
    if on < locked.starts_on:
        raise CoverageTargetError(_("The last day is before the first day."))
    before = locked.ends_on
    locked.ends_on = on
    locked.save(update_fields=["ends_on"])
    record(
        "coverage_target.ended",
        locked,
        by=by,
        before={"ends_on": before.isoformat() if before else None},
        after={"ends_on": on.isoformat()},
        reason=reason.strip(),
    )
    return locked


def alarms_on(day: date) -> list[PlaceFacts]:
    """The units where all hangs on one person, or on some who will soon be gone."""
    places = count_places(targets_on(day), day)
    return [each for each in places if each.unit is not None and each.standing in _TOLD]


def produce_alarms(*, as_of: date, at: datetime) -> int:
    """Tell the managers nearest to each such unit; how many notices are new. Said again only
    where somebody else is concerned or it has become otherwise."""
    alarms = with_names(alarms_on(as_of), as_of)
    if not alarms:
        return 0
    managers = managers_of_units([each.facts.unit for each in alarms if each.facts.unit], as_of)
    url = reverse("competence:coverage_targets")
    drafts = [
        Draft(ALARM, manager, _dedupe_key(alarm, manager), _context(alarm), url)
        for alarm in alarms
        if alarm.facts.unit
        for manager in managers[alarm.facts.unit.pk]
    ]
    return len(notify_many(drafts, at=at))


def _dedupe_key(alarm: NamedPlace, manager: Person) -> str:
    who = "-".join(str(each.person.pk) for each in alarm.holders)
    place = alarm.facts.place
    return f"{ALARM}:{place.target_pk}:{place.unit_pk}:{manager.pk}:{alarm.facts.standing}:{who}"


def _context(alarm: NamedPlace) -> dict[str, Any]:
    target, unit = alarm.facts.target, alarm.facts.unit
    going = alarm.going[0] if alarm.going else None
    return {
        "target": target.pk,
        "unit": unit.name if unit else "",
        "unit_key": unit.pk if unit else 0,
        "standing": alarm.facts.standing.value,
        "area": target.area.name,
        "level": target.level.name,
        "at_least": target.at_least,
        "name": alarm.holders[0].person.name if alarm.facts.holds == 1 else "",
        "going": going.person.name if going else "",
        "until": going.until if going else None,
        "closest": alarm.closest[0].person.name if alarm.closest else "",
    }


def still_alarming(notices: Sequence[Notice], day: date) -> set[int]:
    """The notices whose place stands as they say."""
    standing = {
        (each.target.pk, each.unit.pk if each.unit else 0): each.standing.value
        for each in alarms_on(day)
    }
    return {
        notice.pk
        for notice in notices
        if standing.get((notice.context["target"], notice.context["unit_key"]))
        == notice.context["standing"]
    }
