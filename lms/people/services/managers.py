"""Whose manager is who, by the organisation on a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from lms.people.models import Delegation, Employment, Person, Unit


def managers_of(people: Collection[int], day: date) -> dict[int, list[Person]]:
    """The managers nearest above each of `people` (primary keys): those of the first unit, from
    their own upward, that has one who is not the person. Somebody with several posts has a manager
    in each. Whoever acts in the place of one of them for the person's unit is told as they are.
    Three queries."""
    posts = Employment.objects.valid_on(day).filter(person__in=people)
    places = posts.values_list("person_id", "unit__tree_left", "unit__tree_right")
    managers = list(
        Employment.objects.valid_on(day)
        .filter(is_manager=True)
        .select_related("person", "unit")
        .order_by("-unit__tree_left", "pk")
    )
    deputies = list(Delegation.objects.in_force_on(day).select_related("deputy", "unit"))
    found: dict[int, dict[int, Person]] = {}
    for person_pk, left, right in places:
        above = [
            post
            for post in managers
            if post.unit.tree_left <= left
            and post.unit.tree_right >= right
            and post.person_id != person_pk
        ]
        # Among units that contain one another the innermost begins last.
        nearest = [post for post in above if post.unit_id == above[0].unit_id]
        told = {post.person_id: post.person for post in nearest}
        for each in deputies:
            inside = each.unit.tree_left <= left and each.unit.tree_right >= right
            if inside and each.giver_id in told and each.deputy_id != person_pk:
                told = told | {each.deputy_id: each.deputy}
        found.setdefault(person_pk, {}).update(told)
    return {person_pk: list(each.values()) for person_pk, each in found.items()}


def managers_of_units(units: Sequence[Unit], day: date) -> dict[int, list[Person]]:
    """The managers of each unit, or of the nearest unit above that has one. One query."""
    posts = list(
        Employment.objects.valid_on(day)
        .filter(is_manager=True)
        .select_related("person", "unit")
        .order_by("-unit__depth", "pk")
    )
    found = {}
    for unit in units:
        above = [post for post in posts if post.unit.covers(unit)]
        nearest = [post for post in above if post.unit_id == above[0].unit_id]
        found[unit.pk] = list(dict.fromkeys(post.person for post in nearest))
    return found
