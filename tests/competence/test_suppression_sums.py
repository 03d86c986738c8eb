"""Key groups that overlap, fill each other or lie within each other in units of different sizes: no
sum of what is shown of them is a count of a few people. In small organisations made at random every
sum is tried."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from competence.engine import Count
from competence.figures import nested_search, nested_sums
from competence.figures.coverage import AreaKey, DayFigures, UnitNode
from competence.figures.published import Published, publish
from tests.competence.test_coverage_page import figures

FEW = 5
MOST = 4
KINDS = ("covered", "gap", "paused")
# Two departments with two schools each, and one without.
PARENTS: dict[int, int | None] = {1: None, 2: 1, 3: 1, 4: 1, 5: 2, 6: 2, 7: 3, 8: 3}
LEAVES = (4, 5, 6, 7, 8)
GROUPS = "ABCD"


@dataclass(frozen=True)
class Person:
    """In which units somebody has a post, in which groups that puts them, and which areas they
    lack; none where they are on leave."""

    units: tuple[int, ...]
    groups: frozenset[str]
    lacks: frozenset[str] | None

    def standing(self, asks: Collection[str]) -> str:
        if self.lacks is None:
            return "paused"
        return "gap" if self.lacks & set(asks) else "covered"

    def is_at(self, node: int | None) -> bool:
        return node is None or any(node in (unit, PARENTS[unit]) for unit in self.units)


@dataclass(frozen=True)
class Term:
    """A shown count: of a group, in a unit or (none) in all, by what it is asked or one area."""

    group: str
    asks: frozenset[str]
    node: int | None
    value: int

    def holds(self, person: Person, kind: str) -> bool:
        return (
            self.group in person.groups
            and person.is_at(self.node)
            and person.standing(self.asks) == kind
        )


@dataclass(frozen=True)
class World:
    asks: Mapping[str, str]
    where: Mapping[str, frozenset[int]]
    people: Collection[Person]

    @classmethod
    def of(cls, seed: int) -> World:
        chance = random.Random(seed)
        asks = {group: chance.choice(("P", "P", "PQ")) for group in GROUPS}
        where = {
            group: frozenset(chance.sample(LEAVES, chance.randint(1, len(LEAVES))))
            for group in GROUPS
        }
        if chance.random() < 0.5:
            where["A"] = frozenset(LEAVES)
        people = []
        posts = [(unit,) for unit in LEAVES] + [
            tuple(sorted(chance.sample(LEAVES, 2))) for _number in range(chance.randint(0, 2))
        ]
        for units in posts:
            lacking = chance.choice((1, 3, 6, 12))
            for lacks in (
                *[frozenset("P")] * lacking,
                frozenset("Q"),
                None,
                *[frozenset[str]()] * 4,
            ):
                number = chance.choice((0, 1, 2, 3)) if lacks else chance.choice((0, 2, 5))
                groups = frozenset(group for group in GROUPS if where[group] & set(units))
                people += [Person(units, groups, lacks)] * (number if groups else 0)
        return cls(asks, where, people)

    def day(self) -> DayFigures:
        groups: dict[str, dict[int | None, Count]] = {}
        areas: dict[AreaKey, Count] = {}
        for person in self.people:
            for group in person.groups:
                for node in (None, *PARENTS):
                    if node == 1 or not person.is_at(node):
                        continue
                    count = groups.setdefault(group, {}).setdefault(node, Count())
                    count.add(person.standing(self.asks[group]), [])
                for area in self.asks[group]:
                    count = areas.setdefault(AreaKey(group, area, 1), Count())
                    count.add(person.standing(area), [])
        return in_tree(groups, areas, Counter(person.groups for person in self.people))

    def terms(self, published: Published, kind: str) -> list[Term]:
        found = []
        for node in (None, *PARENTS):
            for group, asks in self.asks.items():
                count = published.count(group, node)
                if count is not None and not getattr(count, kind).hidden:
                    value = getattr(count, kind).value
                    found.append(Term(group, frozenset(asks), node, value))
        for key, share in published.by_area.items():
            if kind != "paused" and not share.share.hidden:
                value = getattr(share, kind).value
                found.append(Term(key.key_group, frozenset(key.area), None, value))
        return found

    def somebody(self) -> list[Person]:
        """Everything that somebody can be, by the rules of the groups."""
        posts = [*combinations(LEAVES, 1), *combinations(LEAVES, 2)]
        return [
            Person(units, self.groups_of(units), lacks)
            for units in posts
            for lacks in (frozenset("PQ"), frozenset("P"), frozenset("Q"), frozenset[str](), None)
        ]

    def groups_of(self, units: Collection[int]) -> frozenset[str]:
        return frozenset(group for group in GROUPS if self.where[group] & set(units))


def in_tree(
    groups: dict[str, dict[int | None, Count]],
    areas: dict[AreaKey, Count],
    together: Mapping[frozenset[str], int],
    parents: Mapping[int, int | None] = PARENTS,
) -> DayFigures:
    return replace(
        figures(groups, areas),
        together=together,
        units={pk: UnitNode(pk, f"U{pk}", f"Enhet {pk}", up) for pk, up in parents.items()},
    )


class Sums:
    """Of counts of one kind: the sums of up to so many that hold everybody once or not at all. How
    often each of the terms holds somebody is one number with a place of its own for each."""

    def __init__(self, terms: Collection[Term], somebody: Collection[Person], kind: str) -> None:
        self.terms = {
            term: sum(term.holds(each, kind) << 4 * place for place, each in enumerate(somebody))
            for term in terms
        }
        self.once = sum(1 << 4 * place for place in range(len(somebody)))
        # What one group tells alone, of its units or of what it is asked, is protected apart.
        self.alone = {
            self._held(more, less)
            for group in GROUPS
            for more, less in self._few([term for term in self.terms if term.group == group])
        }

    def few(self) -> Iterator[tuple[tuple[Term, ...], tuple[Term, ...]]]:
        for more, less in self._few(list(self.terms)):
            if (
                is_covered(more, less)
                and self._held(more, less) not in self.alone
                and not self._falls_apart(more, less)
            ):
                yield more, less

    def _few(self, terms: Collection[Term]) -> Iterator[tuple[tuple[Term, ...], tuple[Term, ...]]]:
        for number in range(2, MOST + 1):
            for some in combinations(terms, number):
                for subtracted in range(1, number):
                    for less in combinations(some, subtracted):
                        more = tuple(term for term in some if term not in less)
                        value = sum(t.value for t in more) - sum(t.value for t in less)
                        if 0 < value < FEW and self._is_a_count(more, less):
                            yield more, less

    def _held(self, more: Iterable[Term], less: Iterable[Term]) -> int:
        return sum(self.terms[term] for term in more) - sum(self.terms[term] for term in less)

    def _is_a_count(self, more: Iterable[Term], less: Iterable[Term]) -> bool:
        held = self._held(more, less)
        return held > 0 and not held & ~self.once

    def _falls_apart(self, more: Collection[Term], less: Collection[Term]) -> bool:
        """Whether what is left without one of the groups is a count too, and so is that group's."""
        return any(
            self._is_a_count(
                [term for term in more if term.group == group],
                [term for term in less if term.group == group],
            )
            and self._is_a_count(
                [term for term in more if term.group != group],
                [term for term in less if term.group != group],
            )
            for group in {term.group for term in (*more, *less)}
        )


def is_covered(more: Collection[Term], less: Collection[Term]) -> bool:
    """Whether the sum is one that nothing may be told by (docs/decisions/0091), a group being in it
    by one thing it is asked: of groups in all; of one group's figures less those of others in all;
    or of two groups, of each at most one figure subtracted, and units only added or only
    subtracted."""
    terms = (*more, *less)
    groups = {term.group for term in terms}
    is_by_one = all(
        len({term.asks for term in terms if term.group == group}) == 1 for group in groups
    )
    if not is_by_one:
        return False
    if all(term.node is None for term in terms):
        return True
    if len({term.group for term in more}) == 1 and all(term.node is None for term in less):
        return True
    added, subtracted = ([t.group for t in some if t.node is not None] for some in (more, less))
    return (
        len(groups) == 2
        and len({term.group for term in less}) == len(less)
        and not set(added) & set(subtracted)
    )


@pytest.mark.parametrize("seed", range(40))
def test_no_sum_of_what_is_shown_counts_a_few(seed: int):
    world = World.of(seed)
    published = publish(world.day(), FEW)
    somebody = world.somebody()
    for kind in KINDS:
        found = list(Sums(world.terms(published, kind), somebody, kind).few())
        assert found == [], (seed, kind)


def test_the_search_ends_where_many_groups_lie_within_one(monkeypatch):
    groups = {
        f"G{number}": {None: Count(covered=20 + number, gap=10 + 3 * number)}
        for number in range(25)
    }
    groups["ALL"] = {
        None: Count(
            covered=sum(each[None].covered for each in groups.values()) + 20,
            gap=sum(each[None].gap for each in groups.values()) + 20,
        )
    }
    together = {frozenset([group, "ALL"]): each[None].members for group, each in groups.items()}
    together[frozenset(["ALL"])] = 40
    areas = {
        AreaKey(group, area, 1): replace(each[None])
        for group, each in groups.items()
        for area in "PQRS"
    }
    tried = 0
    is_spent = nested_search.Budget.is_spent

    def counted(budget: nested_search.Budget) -> bool:
        nonlocal tried
        tried += 1
        return is_spent(budget)

    monkeypatch.setattr(nested_sums, "TRIED", 1_000)
    monkeypatch.setattr(nested_search.Budget, "is_spent", counted)
    publish(replace(figures(groups, areas), together=together), FEW)
    assert 1_000 < tried < 10_000
