"""What one plan asks of people that another does not. Only where the two differ is anything asked:
the key groups whose rules or requirements differ, and the areas in which they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from competence.engine.days import LAST_DAY, as_date
from competence.engine.facts import EmploymentFact, PersonFacts, PlanOnDay, RequiredLevel
from competence.engine.membership import groups_by_rule, memberships
from competence.engine.rows import GapRow, rows_of
from competence.engine.status import GAPS, Status

TO_DO = GAPS | {Status.PENDING}
Pair = tuple[str, int]  # area code, level
_Memberships = list[tuple[int, int]]  # key group, member since
Groups = tuple[tuple[int, ...], tuple[int, ...]]
"""The key groups by the one plan and by the other."""


class Comparison:
    """Two plans on the same day, narrowed to what differs: the key groups and areas touched. The
    groups that are not touched are kept in those areas, since they may ask for the same."""

    def __init__(self, before: PlanOnDay, after: PlanOnDay) -> None:
        groups: set[int] = set()
        areas: set[int] = set()
        for group in before.requirements.keys() | after.requirements.keys():
            was, becomes = (
                {replace(level, pk=0) for level in plan.requirements.get(group, ())}
                for plan in (before, after)
            )
            if before.groups.get(group) != after.groups.get(group):
                differing = was | becomes
            else:
                differing = was ^ becomes
            if differing:
                groups.add(group)
                areas.update(level.area_pk for level in differing)
        self.groups = frozenset(groups)
        self.areas = frozenset(areas)
        self.before = self._narrowed(before)
        self.after = self._narrowed(after)
        self.day = before.day
        self._ask_before = _with_mandatory(before)
        self._ask_after = _with_mandatory(after)
        self.named = frozenset(
            pk
            for plan in (before, after)
            for rules in plan.groups.values()
            for pk in rules.excluded
        )
        self._by_groups: dict[Groups, _Said] = {}

    def _narrowed(self, plan: PlanOnDay) -> PlanOnDay:
        kept = {
            group: tuple(level for level in levels if level.area_pk in self.areas)
            for group, levels in plan.requirements.items()
        }
        kept = {group: levels for group, levels in kept.items() if levels or group in self.groups}
        return PlanOnDay(
            day=plan.day,
            requirements=kept,
            groups={group: plan.groups[group] for group in kept},
            units=plan.units,
        )

    def may_reach(self, post: EmploymentFact) -> bool:
        """Whether a rule of a touched group, in either plan, fits such a post."""
        return any(
            group in self.groups
            for plan in (self.before, self.after)
            for group in groups_by_rule(post, plan)
        )

    def groups_of(self, post: EmploymentFact) -> Groups:
        """The key groups of whoever has such a post and nothing else, and is not `named`."""
        return groups_by_rule(post, self.before), groups_by_rule(post, self.after)

    def change_since(
        self, groups: Groups, starts: int, units: tuple[int, ...] = ()
    ) -> PersonChange | None:
        """What changes for somebody who has been in the groups since the day, and in no other."""
        said = self._by_groups.get(groups)
        if said is None:
            before, after = ([(group, starts) for group in of_plan] for of_plan in groups)
            said = self._by_groups[groups] = self._said(before, after)
        return self._change(said.since(starts), units)

    def change_of(self, person: PersonFacts) -> PersonChange | None:
        """What changes for somebody by the groups they are in; none where nothing does."""
        if len(person.employments) == 1 and not person.namings and person.pk not in self.named:
            (only,) = person.employments
            if only.ends < self.day:
                return None
            return self.change_since(self.groups_of(only), only.starts, (only.unit_pk,))
        said = self._said(memberships(person, self.before), memberships(person, self.after))
        return self._change(said, _units(person, self.day))

    def _change(self, said: _Said, units: tuple[int, ...]) -> PersonChange | None:
        if said.is_nothing:
            return None
        return PersonChange(
            asked=said.asked,
            released=said.released,
            retimed=tuple(new for old, new in said.kept if not new.terms <= old.terms),
            redated=any(
                new.terms != old.terms or new.last_day != old.last_day for old, new in said.kept
            ),
            hastened=any(
                new.last_day.toordinal() < self.day <= old.last_day.toordinal()
                for old, new in said.kept
            ),
            joins=said.joins,
            leaves=said.leaves,
            units=units,
        )

    def _said(self, before: _Memberships, after: _Memberships) -> _Said:
        was, becomes = _asked(before, self.before), _asked(after, self.after)
        had, has = _highest(was), _highest(becomes)
        belonged = {group for group, _ in before if group in self.groups & self._ask_before}
        belongs = {group for group, _ in after if group in self.groups & self._ask_after}
        kept = []
        for (area, level), new in sorted(becomes.items()):
            if level <= had.get(area, 0):
                # The level itself, or the nearest above it: what it takes the place of.
                nearest = min(each for at, each in was if at == area and each >= level)
                old = was[area, nearest]
                if _unnumbered(old) != _unnumbered(new):
                    kept.append((Asked(area, nearest, tuple(old)), Asked(area, level, tuple(new))))
        return _Said(
            tuple(
                Asked(area, level, tuple(new))
                for (area, level), new in sorted(becomes.items())
                if level > had.get(area, 0)
            ),
            tuple(sorted((area, level) for area, level in was if level > has.get(area, 0))),
            tuple(kept),
            tuple(sorted(belongs - belonged)),
            tuple(sorted(belonged - belongs)),
        )

    def standing_of(self, person: PersonFacts) -> StandingChange | None:
        """What somebody lacks by the one plan and not by the other; none where nothing differs."""
        was, becomes = (_lacked(rows_of(person, plan)) for plan in (self.before, self.after))
        lacked, lacks = _highest(was), _highest(becomes)
        was_red, red = _red(was), _red(becomes)
        more = lacks.items() - lacked.items()
        if lacked == lacks and was_red == red:
            return None
        coming = [
            row.due_on
            for pair, row in becomes.items()
            if pair in more and row.status not in GAPS and row.due_on is not None
        ]
        return StandingChange(
            person_pk=person.pk,
            lacks_more=any(level > lacked.get(area, 0) for area, level in more),
            lacks_less=any(level > lacks.get(area, 0) for area, level in lacked.items()),
            more=tuple(sorted(more)),
            less=tuple(sorted(lacked.items() - lacks.items())),
            by_group=tuple(sorted((becomes[pair].requirement.key_group_pk, pair) for pair in more)),
            red_at_once=bool(red - was_red),
            red_no_longer=bool(was_red - red),
            last_day=max(coming, default=None),
            units=_units(person, self.day),
        )


class Asked(NamedTuple):
    """A mandatory level in an area, with the requirements that ask for it and since when the
    person is a member of their key groups."""

    area: str
    level: int
    by: tuple[tuple[RequiredLevel, int], ...]

    def since(self, day: int) -> Asked:
        return Asked(self.area, self.level, tuple((level, day) for level, _ in self.by))

    @property
    def terms(self) -> frozenset[tuple[int | None, int]]:
        """How long what is learnt lasts: renewal and window."""
        return frozenset((level.renewal_months, level.window_days) for level, _ in self.by)

    @property
    def last_day(self) -> date:
        """The last day to do it for somebody who has never been on leave nor achieved it."""
        days = (max(since, level.effective_from) + level.grace_days for level, since in self.by)
        return as_date(min(LAST_DAY, *days))


class _Said(NamedTuple):
    """What a set of memberships means, whoever has them; the days are of whoever was first."""

    asked: tuple[Asked, ...]
    released: tuple[Pair, ...]
    # What is asked as before, or less, with other days: as it was, as it becomes.
    kept: tuple[tuple[Asked, Asked], ...]
    joins: tuple[int, ...]
    leaves: tuple[int, ...]

    @property
    def is_nothing(self) -> bool:
        return not (self.asked or self.released or self.kept or self.joins or self.leaves)

    def since(self, day: int) -> _Said:
        """The same for whoever has had their only post since the day."""
        return self._replace(
            asked=tuple(asked.since(day) for asked in self.asked),
            kept=tuple((old.since(day), new.since(day)) for old, new in self.kept),
        )


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What changes for one person, whatever they have learnt. `asked`: what is mandatory, and
    neither it nor a higher level in the area was; `released`: the other way round. `retimed`: what
    they keep, and what they have learnt lasts for another time; `redated`: there is such, or a last
    day is another; `hastened`: a last day has passed that had not. The touched key groups that come
    to ask something of them and those that no longer do, and the units they work in."""

    asked: tuple[Asked, ...]
    released: tuple[Pair, ...]
    retimed: tuple[Asked, ...]
    redated: bool
    hastened: bool
    joins: tuple[int, ...]
    leaves: tuple[int, ...]
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StandingChange:
    """What one person lacks by the new plan and did not by the old. `more` and `less` are by area
    the highest level they lack; a training on it gives what is below. `last_day`: the last of the
    days to do what is not yet red. `by_group`: `more`, each with the key group that asks for it."""

    person_pk: int
    lacks_more: bool
    lacks_less: bool
    more: tuple[Pair, ...]
    less: tuple[Pair, ...]
    by_group: tuple[tuple[int, Pair], ...]
    red_at_once: bool
    red_no_longer: bool
    last_day: date | None
    units: tuple[int, ...]


def _with_mandatory(plan: PlanOnDay) -> frozenset[int]:
    return frozenset(
        group
        for group, levels in plan.requirements.items()
        if any(level.mandatory for level in levels)
    )


def _asked(groups: _Memberships, plan: PlanOnDay) -> dict[Pair, list[tuple[RequiredLevel, int]]]:
    """What is mandatory, by area and level."""
    found: dict[Pair, list[tuple[RequiredLevel, int]]] = {}
    for group, since in groups:
        for level in plan.requirements[group]:
            if level.mandatory:
                found.setdefault((level.area, level.level), []).append((level, since))
    return found


def _lacked(rows: Iterable[GapRow]) -> dict[Pair, GapRow]:
    """What there is to do, by area and level: the row that is worst, then due first."""
    found: dict[Pair, GapRow] = {}
    for row in rows:
        if row.mandatory and row.status in TO_DO:
            pair = (row.area, row.level)
            known = found.get(pair)
            if known is None or _urgency(row) < _urgency(known):
                found[pair] = row
    return found


def _red(lacked: Mapping[Pair, GapRow]) -> frozenset[Pair]:
    return frozenset(pair for pair, row in lacked.items() if row.status in GAPS)


def _urgency(row: GapRow) -> tuple[bool, date]:
    return row.status not in GAPS, row.due_on or date.max


def _unnumbered(by: Iterable[tuple[RequiredLevel, int]]) -> set[tuple[RequiredLevel, int]]:
    return {(replace(level, pk=0), since) for level, since in by}


def _units(person: PersonFacts, day: int) -> tuple[int, ...]:
    """Where they have a post on the day."""
    return tuple(dict.fromkeys(post.unit_pk for post in person.employments if post.ends >= day))


def _highest(pairs: Iterable[Pair]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for area, level in pairs:
        found[area] = max(level, found.get(area, 0))
    return found
