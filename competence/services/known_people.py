"""Finding the people that files speak of by person id."""

from __future__ import annotations

from lms.people.models import Person


def people_by_person_id() -> dict[str, int]:
    """Every person id → the primary key facts are written on: of two merged records, the one
    that was kept. One query."""
    rows = list(Person.objects.values_list("person_id", "pk", "merged_into_id"))
    merged = {pk: into for _, pk, into in rows if into is not None}
    known = {}
    for person_id, pk, _ in rows:
        while pk in merged:
            pk = merged[pk]
        known[person_id] = pk
    return known
