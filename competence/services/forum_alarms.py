"""Telling that the target of a whole forum is not reached: to those who decide targets and to the
managers of its members. Without names or counts, once until it has been reached again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from competence.figures.targets import (
    PlaceFacts,
    Standing,
    count_places,
    targets_on,
)
from competence.models import CoverageTarget, TargetShortfall
from lms.content.models import SiteSettings
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many
from lms.people.access import Action, Obj
from lms.people.models import Employment, Person, Unit

# The notice kind that competence.notices registers.
NOT_REACHED = "competence.target_not_reached"
_SHORT = frozenset({Standing.LACKING, Standing.SINGLE})

Matter = tuple[int, int, int]  # key group, area, level


def tell_of_shortfalls(*, as_of: date, at: datetime) -> int:
    """Note which forums have come to lack somebody, and which no longer do; how many notices are
    new. Counted as of the week's Monday, like all that is told to those who may not see people."""
    counted = {_matter(each.target): each for each in _forums(as_of)}
    short = {matter: each for matter, each in counted.items() if each.standing in _SHORT}
    with transaction.atomic():
        open_now = {
            (row.key_group_id, row.area_id, row.level_id): row
            for row in TargetShortfall.objects.select_for_update().filter(ended_on=None)
        }
        over = [row.pk for matter, row in open_now.items() if matter not in short]
        TargetShortfall.objects.filter(pk__in=over).update(ended_on=as_of)
        for key_group, area, level in short.keys() - open_now.keys():
            open_now[key_group, area, level] = TargetShortfall.objects.create(
                key_group_id=key_group, area_id=area, level_id=level, found_on=as_of
            )
        shortfalls = {matter: open_now[matter].pk for matter in short}
        return len(notify_many(_drafts(short, shortfalls, as_of), at=at))


def _forums(day: date) -> list[PlaceFacts]:
    wanted = [
        each
        for each in targets_on(day)
        if each.places == CoverageTarget.Places.WHOLE and each.unit_id is None
    ]
    return count_places(wanted, day - timedelta(days=day.weekday()))


def _matter(target: CoverageTarget) -> Matter:
    assert target.key_group_id is not None
    return target.key_group_id, target.area_id, target.level_id


def _drafts(
    short: Mapping[Matter, PlaceFacts], shortfalls: Mapping[Matter, int], day: date
) -> list[Draft]:
    if not short:
        return []
    threshold = SiteSettings.load().suppression_threshold
    deciding = list(Person.objects.entrusted_with(Action.UPDATE, Obj.REQUIREMENT, day))
    posts = _posts(short.values(), day)
    managing = list(
        Employment.objects.valid_on(day)
        .filter(is_manager=True)
        .select_related("person", "unit")
        .order_by("-unit__depth", "pk")
    )
    drafts = []
    for matter, place in short.items():
        context = _context(place.target)
        of_members = [posts.get(pk, []) for pk in _members(place)]
        told: dict[Person, str] = {}
        if may_be_told(place, threshold):
            page = reverse("competence_admin:target", args=[place.target.pk])
            told |= dict.fromkeys(deciding, page)
            for unit in {unit for units in of_members for unit in units}:
                _add(told, _nearest(managing, [[unit]]))
        else:
            _add(told, _nearest(managing, of_members))
        drafts += [
            Draft(
                NOT_REACHED,
                person,
                f"{NOT_REACHED}:{shortfalls[matter]}:{person.pk}",
                context,
                url,
            )
            for person, url in told.items()
        ]
    return drafts


def may_be_told(place: PlaceFacts, threshold: int) -> bool:
    """Whether that it is short, or silence, leaves each member one who may hold it or not: there
    must be enough of them, and more than are wanted. That nobody is a member tells of nobody."""
    members = len(_members(place))
    return members == 0 or (members >= threshold and members > place.target.at_least)


def _members(place: PlaceFacts) -> set[int]:
    there = {each.person_pk for each in (*place.now.holding, *place.now.away)}
    return there | {each.person_pk for each in place.now.near}


def _posts(places: Iterable[PlaceFacts], day: date) -> dict[int, list[Unit]]:
    """Member → the units of their posts. One query."""
    members = {pk for place in places for pk in _members(place)}
    found: dict[int, list[Unit]] = {}
    for post in Employment.objects.valid_on(day).filter(person__in=members).select_related("unit"):
        found.setdefault(post.person_id, []).append(post.unit)
    return found


def _nearest(managing: Sequence[Employment], members: Sequence[Sequence[Unit]]) -> list[Person]:
    """The managers of the lowest unit to which every one of the members belongs by some post."""
    if not members:
        return []
    all_of_them = [
        post
        for post in managing
        if all(any(post.unit.covers(unit) for unit in units) for units in members)
    ]
    return [post.person for post in all_of_them if post.unit_id == all_of_them[0].unit_id]


def _add(told: dict[Person, str], managers: Iterable[Person]) -> None:
    for manager in managers:
        told.setdefault(manager, reverse("competence:team"))


def _context(target: CoverageTarget) -> dict[str, Any]:
    assert target.key_group is not None
    return {
        "target": target.pk,
        "key_group": target.key_group.name,
        "key_group_key": target.key_group_id,
        "area": target.area.name,
        "area_key": target.area_id,
        "level": target.level.name,
        "level_key": target.level_id,
        "at_least": target.at_least,
    }


def still_short(notices: Sequence[Notice], day: date) -> set[int]:
    """The notices whose forum is still short, by what was noted last."""
    standing = set(
        TargetShortfall.objects.filter(ended_on=None).values_list("key_group", "area", "level")
    )
    return {
        notice.pk
        for notice in notices
        if tuple(notice.context[f"{name}_key"] for name in ("key_group", "area", "level"))
        in standing
    }
