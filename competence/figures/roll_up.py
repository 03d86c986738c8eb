"""A manager of managers: the team rolled up by unit, who leads each, and which way it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from competence.figures.team import Outline, Team
from competence.figures.trend import Direction, Trend
from lms.lib.alphabet import swedish_order
from lms.lib.numbers import percent
from lms.people.models import Employment, Unit


@dataclass(frozen=True)
class SubUnit:
    """A part of the team, rolled up. `unit` is none for those directly in the unit itself.
    `now` and `before` are the coverages that its direction is read from (see figures/trend.py);
    none where nobody was counted."""

    unit: Unit | None
    managers: tuple[str, ...]
    people: int
    gap: int
    running_out: int
    covered: int
    now: int | None = None
    before: int | None = None
    trend: Trend | None = None

    @property
    def percent(self) -> int | None:
        return percent(self.covered, self.covered + self.gap)

    @property
    def change(self) -> int | None:
        """Points of coverage gained (or lost) in 90 days."""
        if self.now is None or self.before is None:
            return None
        return self.now - self.before

    @property
    def fell(self) -> int:
        """How far it went down, for a sentence with an arrow."""
        return -(self.change or 0)

    @property
    def name(self) -> str:
        return self.unit.name if self.unit else ""


def managers_by_unit(units: Collection[Unit], day: date) -> dict[int, tuple[str, ...]]:
    """The names of those who lead each unit itself; one query."""
    found: dict[int, list[str]] = {}
    posts = (
        Employment.objects.valid_on(day)
        .filter(is_manager=True, unit__in=units)
        .select_related("person")
        .order_by("person__family_name", "person__given_name", "pk")
    )
    for post in posts:
        found.setdefault(post.unit_id, []).append(post.person.name)
    return {unit: tuple(dict.fromkeys(names)) for unit, names in found.items()}


def roll_up(
    team: Team,
    unit: Unit,
    children: Sequence[Unit],
    *,
    managers: Mapping[int, tuple[str, ...]] | None = None,
    way: Direction | None = None,
) -> list[SubUnit]:
    """The team by the units right below `unit`, and those directly in it. A person with posts in
    two of them counts in both. `children` carry their tree index; one query for the rest."""
    positions = dict(Unit.objects.at_or_below(unit).values_list("pk", "tree_left"))
    leading, way = managers or {}, way or Direction()

    def rolled(part: Unit | None, members: list[Outline]) -> SubUnit:
        counts = Counter(member.standing for member in members)
        covered, gap = counts["covered"], counts["gap"]
        pk, direct = (part.pk, False) if part else (unit.pk, True)
        if way.latest:
            now = way.on(way.latest, pk, direct=direct)
            before = way.on(way.compared_with, pk, direct=direct)
        else:
            then = Counter(way.earlier.get(member.pk, "") for member in members)
            now = percent(covered, covered + gap)
            before = percent(then["covered"], then["covered"] + then["gap"])
        return SubUnit(
            part,
            leading.get(pk, ()),
            len(members),
            gap,
            sum(member.runs_out_on is not None for member in members),
            covered,
            now,
            before,
            way.trend(pk, direct=direct) if way.has_lines else None,
        )

    within: dict[int, list[int]] = {
        pk: [child.pk for child in children if child.tree_left <= left <= child.tree_right]
        for pk, left in positions.items()
    }
    inside: dict[int, list[Outline]] = {child.pk: [] for child in children}
    for member in team.members:
        for child_pk in {child for pk in member.unit_pks for child in within.get(pk, ())}:
            inside[child_pk].append(member)
    direct = [member for member in team.members if unit.pk in member.unit_pks]
    parts = [rolled(None, direct)] if direct else []
    parts += [rolled(child, inside[child.pk]) for child in children]
    return parts


def units_in_order(parts: Sequence[SubUnit], order: str) -> list[SubUnit]:
    """The parts sorted by a column, "-" before it for the other way; the worst coverage first
    where nothing is asked for. Where there is no figure, last."""
    key, backwards = order.removeprefix("-"), order.startswith("-")
    sign = -1 if backwards else 1

    def place(part: SubUnit) -> tuple[float, ...]:
        figure = {
            "antal": part.people,
            "brist": -part.gap,
            "snart": -part.running_out,
            "riktning": part.change,
        }.get(key, part.percent)
        return (figure is None, sign * (figure or 0), -part.gap)

    if key == "enhet":
        return sorted(parts, key=lambda part: swedish_order(part.name), reverse=backwards)
    return sorted(parts, key=lambda part: (place(part), swedish_order(part.name)))
