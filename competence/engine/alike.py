"""People in whom membership reads nothing but one post, counted by the database post by post: most
people have nothing else, and few of them differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import Count, Q, QuerySet

from competence.engine.days import FOREVER
from competence.engine.facts import EmploymentFact, PersonFacts
from competence.engine.loader import (
    CHUNK,
    EMPLOYMENT,
    facts_known_on,
    in_query,
    load_members,
)
from lms.people.models import Person


def load_alike(
    people: QuerySet[Person] | None, as_of: date, apart: Collection[int]
) -> Iterator[tuple[EmploymentFact, int]]:
    """How many of `people` (none: everyone) have such a post on `as_of` and neither had another nor
    are named in a key group; without those `apart` (primary keys). One query."""
    facts = facts_known_on(as_of)
    more = Q(person__in=facts.namings.values("person")) | Q(person__in=in_query(sorted(apart)))
    only = facts.employments.order_by().values("person").annotate(n=Count("pk")).filter(n=1)
    posts = (
        facts.employments.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=as_of),
            person__in=only.values("person"),
            person__merged_into__isnull=True,
        )
        .exclude(more)
        .order_by()
    )
    if people is not None:
        posts = posts.filter(person__in=people.order_by().values("pk"))
    counted = posts.values_list(*EMPLOYMENT[:4], "starts_on").annotate(Count("pk"))
    for unit, job, manager, form, starts, number in counted.iterator(CHUNK):
        yield EmploymentFact(unit, job, manager, form, starts.toordinal(), FOREVER), number


def load_others(
    people: QuerySet[Person] | None, as_of: date, apart: Collection[int]
) -> Iterator[PersonFacts]:
    """The posts and namings of those of `people` (none: everyone) whom `load_alike` leaves out,
    one person after another. Three queries."""
    facts = facts_known_on(as_of)
    several = facts.employments.order_by().values("person").annotate(n=Count("pk")).filter(n__gt=1)
    others = (people if people is not None else Person.objects.current()).filter(
        Q(pk__in=several.values("person"))
        | Q(pk__in=facts.namings.order_by().values("person"))
        | Q(pk__in=in_query(sorted(apart)))
    )
    return load_members(others, as_of)
