"""The rows of people whose facts are as they were: remembered in this process by what the rules
read, and by nothing else. The facts are read each time, packed by the database; only those of whom
a text differs go through the engine again. So nothing has to tell that a fact has changed, by
whatever way it came, and nothing can be out of date (docs/decisions/0079)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from threading import Lock
from typing import NamedTuple

from competence.engine.packed import Packed, Terms, load_packed, load_terms, unpacked
from competence.engine.rows import GapRow, rows_of
from competence.figures.summary import Summary, summarise
from lms.people.querysets import Listed

MOST_PEOPLE = 20_000
"""So many are remembered; the figures of memory are in docs/decisions/0079."""


class Known(NamedTuple):
    """The rows that follow from the texts."""

    packed: Packed
    rows: tuple[GapRow, ...]
    summary: Summary


class Memory:
    """What is remembered of one day and one plan. Another day, another plan, rule, unit tree or
    renewal order: another memory."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._known: dict[int, Known] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._known)

    def recall(
        self, packed: Mapping[int, Packed], as_of: date, *, keep: bool = True
    ) -> dict[int, Known]:
        """The rows of everybody in `packed`; `keep`: what was not known is remembered."""
        known = self._known
        found: dict[int, Known] = {}
        new: dict[int, Known] = {}
        for pk, texts in packed.items():
            of_person = known.get(pk)
            if of_person is None or of_person.packed != texts:
                rows = tuple(rows_of(unpacked(pk, texts, self.terms), self.terms.plan))
                of_person = new[pk] = Known(texts, rows, summarise(rows, as_of))
            found[pk] = of_person
        if new and keep:
            self._keep(new, found)
        return found

    def _keep(self, new: Mapping[int, Known], asked_for: Mapping[int, Known]) -> None:
        """Room is made of those whom this question was not about; there may be none."""
        with self._lock:
            excess = len(self._known.keys() | new.keys()) - MOST_PEOPLE
            if excess > 0:
                others = [pk for pk in self._known if pk not in asked_for]
                for pk in others[:excess]:
                    del self._known[pk]
            for pk, of_person in new.items():
                if pk in self._known or len(self._known) < MOST_PEOPLE:
                    self._known[pk] = of_person


_memory: Memory | None = None


def memory_of(as_of: date) -> Memory:
    """What this process remembers of the day and its plan. Six queries."""
    global _memory
    terms = load_terms(as_of)
    memory = _memory
    if memory is None or not memory.terms.say_the_same_as(terms):
        memory = _memory = Memory(terms)
    return memory


def known_rows(
    person_ids: Mapping[int, str], people: Sequence[int] | Listed, as_of: date
) -> dict[int, Known]:
    """The rows of those of `person_ids` on `as_of`, as the engine gives them, by primary key;
    `people` are the same as a query asks for them. Eleven queries whatever the size."""
    memory = memory_of(as_of)
    return memory.recall(load_packed(person_ids, people, as_of), as_of)


def passing_rows(
    memory: Memory, person_ids: Mapping[int, str], people: Sequence[int] | Listed, as_of: date
) -> dict[int, Known]:
    """The same, for whoever asks about many people, some at a time: nobody is remembered in the
    place of others. Five queries."""
    return memory.recall(load_packed(person_ids, people, as_of), as_of, keep=False)


def forget() -> None:
    """Begin anew, as a process does."""
    global _memory
    _memory = None
