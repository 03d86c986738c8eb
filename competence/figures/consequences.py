"""What a draft of the plan would mean, counted in people, hours, seats, sessions and kronor, in
all, by key group and by unit. Two things are counted apart (docs/decisions/0088): what follows
from posts and namings alone (`AskedCounts`), and what follows from what people have learnt
(`NeedCounts`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from competence.engine.assume import Assumptions
from competence.engine.difference import Asked as Wanted
from competence.engine.difference import (
    Comparison,
    Groups,
    Pair,
    PersonChange,
    StandingChange,
)
from competence.engine.facts import EmploymentFact


@dataclass
class Asked:
    """How many are newly asked for something (`people`), and how many may have something to do,
    since they are or since what they have learnt lasts for another time (`concerned`). `late`: by
    their post they should have done it before the day that is counted, and not so before. `pairs`:
    by area the highest level that the concerned may have to learn."""

    people: int = 0
    concerned: int = 0
    late: int = 0
    pairs: Counter[Pair] = field(default_factory=Counter)
    last_day: date | None = None

    def add(self, asked: Collection[Wanted], retimed: Collection[Wanted], people: int = 1) -> None:
        """So many, to whom the same is said."""
        if not (asked or retimed):
            return
        self.people += people if asked else 0
        self.concerned += people
        highest: dict[str, int] = {}
        for wanted in (*asked, *retimed):
            highest[wanted.area] = max(wanted.level, highest.get(wanted.area, 0))
            self.last_day = max(self.last_day or wanted.last_day, wanted.last_day)
        for pair in highest.items():
            self.pairs[pair] += people


@dataclass
class GroupAsked(Asked):
    """The same for one key group, with how many it comes to ask and no longer asks."""

    joins: int = 0
    leaves: int = 0


@dataclass
class AskedCounts:
    """Whom a change concerns, whatever anybody has learnt. `redated`: they keep a requirement with
    other days. Groups and units by primary key; of the groups only those that the change is of,
    though others ask the same people for the same."""

    whole: Asked = field(default_factory=Asked)
    released: int = 0
    redated: int = 0
    by_group: dict[int, GroupAsked] = field(default_factory=dict)
    by_unit: dict[int, Asked] = field(default_factory=dict)

    def add(self, change: PersonChange, day: date, touched: Collection[int]) -> None:
        """One person. `touched`: the key groups that the change is of."""
        self._add(change, day, 1, touched)
        for unit in change.units:
            self._add_to(unit, change, 1)

    def add_alike(
        self, comparison: Comparison, posts: Iterable[tuple[EmploymentFact, int]], day: date
    ) -> None:
        """So many people for each post, who have nothing but that. They are counted together by
        the groups they are in and the day they began; and in each unit at once, whose last day is
        that of whoever began last."""
        began: Counter[tuple[Groups, int]] = Counter()
        of_units: dict[tuple[Groups, int], tuple[int, int]] = {}
        for post, people in posts:
            groups = comparison.groups_of(post)
            began[groups, post.starts] += people
            known, latest = of_units.get((groups, post.unit_pk), (0, post.starts))
            of_units[groups, post.unit_pk] = (known + people, max(latest, post.starts))
        for (groups, starts), people in began.items():
            if change := comparison.change_since(groups, starts):
                self._add(change, day, people, comparison.groups)
        for (groups, unit), (people, latest) in of_units.items():
            if change := comparison.change_since(groups, latest):
                self._add_to(unit, change, people)

    def _add(self, change: PersonChange, day: date, people: int, touched: Collection[int]) -> None:
        self.released += people if change.released else 0
        self.redated += people if change.redated else 0
        for group in change.joins:
            self.by_group.setdefault(group, GroupAsked()).joins += people
        for group in change.leaves:
            self.by_group.setdefault(group, GroupAsked()).leaves += people
        if change.hastened or any(wanted.last_day < day for wanted in change.asked):
            self.whole.late += people
        if not (change.asked or change.retimed):
            return
        self.whole.add(change.asked, change.retimed, people)
        by_group: dict[int, tuple[list[Wanted], list[Wanted]]] = {}
        for at, all_wanted in enumerate((change.asked, change.retimed)):
            for wanted in all_wanted:
                for group in {level.key_group_pk for level, _since in wanted.by} & set(touched):
                    by_group.setdefault(group, ([], []))[at].append(wanted)
        for group, (asked, retimed) in by_group.items():
            self.by_group.setdefault(group, GroupAsked()).add(asked, retimed, people)

    def _add_to(self, unit: int, change: PersonChange, people: int) -> None:
        if change.asked or change.retimed:
            self.by_unit.setdefault(unit, Asked()).add(change.asked, change.retimed, people)


@dataclass
class Need:
    """How many lack something they did not lack, and the other way round. `red`: they have a gap
    at once; `red_later`: they will have, if nothing is done by `last_day`."""

    lacks: int = 0
    lacks_less: int = 0
    more: Counter[Pair] = field(default_factory=Counter)
    less: Counter[Pair] = field(default_factory=Counter)
    red: int = 0
    red_no_longer: int = 0
    red_later: int = 0
    last_day: date | None = None

    def add(self, change: StandingChange) -> None:
        self.lacks += change.lacks_more
        self.lacks_less += change.lacks_less
        self.more.update(change.more)
        self.less.update(change.less)
        self.red += change.red_at_once
        self.red_no_longer += change.red_no_longer
        if change.last_day is not None:
            self.red_later += 1
            self.last_day = max(filter(None, (self.last_day, change.last_day)))

    @property
    def net(self) -> dict[Pair, int]:
        """How many more trainings it takes for each area and level; fewer, where below nought."""
        return {
            pair: self.more[pair] - self.less[pair] for pair in self.more.keys() | self.less.keys()
        }


@dataclass
class NeedCounts:
    """What a change means by what people have learnt. Groups and units by primary key."""

    whole: Need = field(default_factory=Need)
    # How many more trainings each asks for; of two that ask the same, one of them.
    by_group: dict[int, Counter[Pair]] = field(default_factory=dict)
    by_unit: dict[int, Need] = field(default_factory=dict)

    def add(self, change: StandingChange) -> None:
        self.whole.add(change)
        for group, pair in change.by_group:
            self.by_group.setdefault(group, Counter())[pair] += 1
        for unit in change.units:
            self.by_unit.setdefault(unit, Need()).add(change)


@dataclass(frozen=True)
class Cost:
    """What trainings take: working hours; seats, sessions and kronor for those that are taught;
    and kronor for those who are called in meanwhile. Below nought: so much less."""

    hours: Decimal = Decimal(0)
    seats: int = 0
    sessions: int = 0
    kronor_training: int = 0
    kronor_cover: int = 0

    @property
    def kronor(self) -> int:
        return self.kronor_training + self.kronor_cover


def cost_of(people: Mapping[Pair, int], assumptions: Assumptions) -> Cost:
    """The cost of so many trainings in each area and level. A session is of one area and level."""
    hours = Decimal(0)
    seats = sessions = kronor = 0
    for (area, level), count in people.items():
        hours += assumptions.hours(area, level) * count
        if assumptions.is_taught(area, level):
            sign = -1 if count < 0 else 1
            of_pair = assumptions.seats_for(abs(count))
            held = assumptions.sessions_for(of_pair)
            seats += sign * of_pair
            sessions += sign * held
            kronor += sign * held * assumptions.kronor_per_session(level)
    return Cost(hours, seats, sessions, kronor, assumptions.kronor_for_cover(hours))


def taught(people: Mapping[Pair, int], assumptions: Assumptions) -> dict[Pair, int]:
    """Those of the trainings that are held at a session."""
    return {pair: count for pair, count in people.items() if assumptions.is_taught(*pair)}


def away_from_work(people: Mapping[Pair, int], assumptions: Assumptions) -> int:
    """How many times somebody is away from a unit to be at a session."""
    return sum(taught(people, assumptions).values())
