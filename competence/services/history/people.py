"""Who a row means. A person id, or an address that one person alone has, says it exactly; a name
never does, however alike: it becomes a question. Those who have left are found too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from competence.services.history.likeness import Likeness, any_order, folded
from lms.people.models import Employment, Person

_LEAST = 72
_SAME = 100


@dataclass(frozen=True)
class Who:
    """A person; or a wording to ask about, with those it may mean; or why it is nobody."""

    person: int | None = None
    wording: str = ""
    candidates: tuple[tuple[int, int], ...] = ()
    fault: str = ""


class PeopleIndex:
    """Everyone in the register, read once. Three queries."""

    def __init__(self) -> None:
        rows = list(
            Person.objects.order_by("pk").values_list(
                "pk", "person_id", "email", "given_name", "family_name", "merged_into_id"
            )
        )
        merged = {row[0]: row[5] for row in rows if row[5] is not None}

        def kept(pk: int) -> int:
            while pk in merged:
                pk = merged[pk]
            return pk

        self._by_id: dict[str, int] = {}
        self._by_email: dict[str, set[int]] = {}
        self._by_name: dict[str, set[int]] = {}
        self._by_initial: dict[tuple[str, str], set[int]] = {}
        self._names: dict[int, set[str]] = {}
        named: list[tuple[str, int]] = []
        for pk, person_id, email, given, family, _into in rows:
            person = kept(pk)
            self._by_id[person_id.casefold()] = person
            if email:
                self._by_email.setdefault(email.casefold(), set()).add(person)
            name = any_order(f"{given} {family}")
            if not name:
                continue
            self._names.setdefault(person, set()).update(name.split())
            self._by_name.setdefault(name, set()).add(person)
            self._by_initial.setdefault((folded(given)[:1], folded(family)), set()).add(person)
            named.append((name, person))
        self._likeness: Likeness[int] = Likeness(named)
        self._units: dict[int, set[str]] = {}
        for person, code, unit in Employment.objects.order_by().values_list(
            "person_id", "unit__code", "unit__name"
        ):
            self._units.setdefault(kept(person), set()).update((folded(code), folded(unit)))
        self._asked: dict[tuple[str, str], Who] = {}

    def who(self, given: Mapping[str, str]) -> Who:
        person_id, email = given.get("person_id", ""), given.get("email", "")
        name = _name(given)
        by_id = self._by_id.get(person_id.casefold()) if person_id else None
        by_email = self._by_email.get(email.casefold(), set()) if email else set()
        if by_id is not None:
            if by_email and by_id not in by_email:
                return Who(fault="two_people")
            if name and not self._may_be_called(by_id, name):
                wording = f"{name} ({person_id})"
                return Who(wording=wording, candidates=((by_id, 50), *self._like(name, "")))
            return Who(person=by_id)
        if len(by_email) == 1:
            (person,) = by_email
            if name and not self._may_be_called(person, name):
                wording = f"{name} ({email})"
                return Who(wording=wording, candidates=((person, 50), *self._like(name, "")))
            return Who(person=person)
        if not name:
            if by_email:
                return Who(fault="shared_email")
            return Who(fault="unknown_person" if person_id or email else "no_person")
        unit = given.get("unit", "")
        known = self._asked.get((name, unit))
        if known is None:
            found = self._like(name, unit)
            wording = f"{name}, {unit}" if unit else name
            known = Who(wording=wording, candidates=found) if found else Who(fault="unknown_person")
            self._asked[name, unit] = known
        return known

    def _may_be_called(self, person: int, name: str) -> bool:
        """Whether the row's name shares a word with the person's: somebody who has married is not
        somebody else, but a wrong figure in a person id is."""
        names = self._names.get(person)
        words = any_order(name).split()
        if not names:
            return True
        return any(word in names or any(_nearly(word, each) for each in names) for word in words)

    def _like(self, name: str, unit: str) -> tuple[tuple[int, int], ...]:
        text = any_order(name)
        found = dict.fromkeys(self._by_name.get(text, ()), _SAME)
        if not found:
            found = dict(self._likeness.most_like(text, least=_LEAST))
            for person in self._with_initial(name):
                found[person] = max(90, found.get(person, 0))
        if unit and len(found) > 1:
            # The unit puts those who have worked there first; it takes nobody away.
            there = folded(unit)
            found = {
                person: score - (0 if there in self._units.get(person, ()) else 20)
                for person, score in found.items()
            }
        return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:5])

    def _with_initial(self, name: str) -> set[int]:
        words = folded(_turned(name)).split()
        if len(words) < 2 or len(words[0]) != 1:
            return set()
        return self._by_initial.get((words[0], " ".join(words[1:])), set())


def _turned(name: str) -> str:
    """“Öst, Åsa” as “Åsa Öst”."""
    family, comma, given = name.partition(",")
    return f"{given} {family}".strip() if comma else name


def _name(given: Mapping[str, str]) -> str:
    both = f"{given.get('given_name', '')} {given.get('family_name', '')}".strip()
    return both or _turned(given.get("name", ""))


def _nearly(one: str, other: str) -> bool:
    """One letter wrong in a word of some length."""
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        return True
    return (
        one[at + 1 :] == other[at + 1 :]
        or one[at:] == other[at + 1 :]
        or (one[at + 1 :] == other[at:])
    )
