"""Writing about people while somebody merges their records.

Two records of one person may become one at the moment something is written about the one that
goes: a decision, a claim, a post. Whoever writes about people first takes them here, and writes
about the record that stands."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from lms.people.models import Person


def lock_people(people: Iterable[int]) -> dict[int, Person]:
    """For each of `people` (primary keys) the record that stands for them, which nobody merges
    until the transaction ends. Locked in the order of their keys, and without their key: what
    only points at a person goes in meanwhile."""
    merged = dict(Person.objects.filter(pk__in=set(people)).values_list("pk", "merged_into"))
    stands = {pk: into or pk for pk, into in merged.items()}
    while True:
        with transaction.atomic():
            locked = {
                person.pk: person
                for person in Person.objects.select_for_update(no_key=True)
                .filter(pk__in=set(stands.values()))
                .order_by("pk")
            }
            gone = {pk: row.merged_into_id for pk, row in locked.items() if row.merged_into_id}
            if not gone:
                return {pk: locked[into] for pk, into in stands.items()}
            # Merged while this waited. The record that went is let go before the other is taken:
            # held on to, it would be in the way of whoever merges that one again.
            transaction.set_rollback(True)
        stands = {pk: gone.get(into) or into for pk, into in stands.items()}


def lock_person(person: Person) -> Person:
    """The record that stands for one person, as `lock_people`."""
    return lock_people([person.pk])[person.pk]
