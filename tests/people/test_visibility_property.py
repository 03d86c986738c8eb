"""Who sees whom, at every moment of random histories, against a slow and obvious model: HR's
closure, the assigned contacts and the dated delegations, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from competence.figures.acting import people_acted_for
from lms.people.access import Action, Obj, can, roles_of
from lms.people.models import Delegation, Employment, Leave, Person, RoleAssignment, Unit, User
from lms.people.roles import Role
from lms.people.services import tree
from lms.people.services.delegations import in_whose_place

FIRST = date(2026, 11, 23)
DAYS = 12


@dataclass(frozen=True)
class Span:
    """Numbers of days from the first; the last one included, or open."""

    starts: int
    ends: int | None

    def holds(self, day: int) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True)
class Post:
    person: int
    unit: int
    manager: bool
    span: Span
    withdrawn: bool


@dataclass(frozen=True)
class Contact:
    person: int
    unit: int | None
    span: Span


@dataclass(frozen=True)
class Given:
    giver: int
    deputy: int
    unit: int
    span: Span
    ended: int | None


@dataclass(frozen=True)
class World:
    parents: tuple[int | None, ...]
    people: int
    posts: tuple[Post, ...] = ()
    contacts: tuple[Contact, ...] = ()
    delegations: tuple[Given, ...] = ()
    leaves: tuple[tuple[int, Span], ...] = field(default=())

    # The obvious model: walk upwards, one unit at a time.

    def inside(self, unit: int, top: int) -> bool:
        at: int | None = unit
        while at is not None:
            if at == top:
                return True
            at = self.parents[at]
        return False

    def posts_on(self, person: int, day: int) -> list[Post]:
        return [
            post
            for post in self.posts
            if post.person == person and not post.withdrawn and post.span.holds(day)
        ]

    def managed(self, person: int, day: int) -> set[int]:
        return {post.unit for post in self.posts_on(person, day) if post.manager}

    def received(self, person: int, day: int) -> list[Given]:
        return [
            each
            for each in self.delegations
            if each.deputy == person
            and each.span.holds(day)
            and (each.ended is None or day < each.ended)
            and self.posts_on(person, day)
            and any(self.inside(each.unit, top) for top in self.managed(each.giver, day))
        ]

    def acted_for(self, person: int, day: int) -> set[int]:
        return self.managed(person, day) | {each.unit for each in self.received(person, day)}

    def tops(self, person: int, day: int) -> set[int]:
        contacts = [c for c in self.contacts if c.person == person and c.span.holds(day)]
        units = self.acted_for(person, day) | {c.unit for c in contacts if c.unit is not None}
        if any(c.unit is None for c in contacts):
            units |= {unit for unit, parent in enumerate(self.parents) if parent is None}
        return units

    def below(self, tops: set[int], day: int) -> set[int]:
        return {
            person
            for person in range(self.people)
            for post in self.posts_on(person, day)
            if any(self.inside(post.unit, top) for top in tops)
        }

    def seen(self, person: int, day: int) -> set[int]:
        return {person} | self.below(self.tops(person, day), day)


@st.composite
def spans(draw: st.DrawFn, *, open_ended: bool = True) -> Span:
    starts = draw(st.integers(0, DAYS - 1))
    ends = draw(st.integers(starts, DAYS))
    return Span(starts, None if open_ended and draw(st.booleans()) else ends)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    units = draw(st.integers(1, 7))
    people = draw(st.integers(2, 6))
    who, where = st.integers(0, people - 1), st.integers(0, units - 1)
    parents = tuple(
        draw(st.one_of(st.none(), st.integers(0, unit - 1))) if unit else None
        for unit in range(units)
    )
    posts = draw(
        st.lists(
            st.builds(
                Post, who, where, st.booleans(), spans(), st.sampled_from([False, False, True])
            ),
            max_size=14,
        )
    )
    world = World(
        parents,
        people,
        tuple({(p.person, p.unit, p.span.starts): p for p in posts}.values()),
        tuple(
            draw(
                st.lists(st.builds(Contact, who, st.one_of(st.none(), where), spans()), max_size=2)
            )
        ),
        leaves=tuple(
            {
                who: (who, span)
                for who, span in draw(st.lists(st.tuples(who, spans()), max_size=3))
            }.values()
        ),
    )
    return replace(world, delegations=tuple(draw(st.lists(_delegations(world), max_size=4))))


@st.composite
def _delegations(draw: st.DrawFn, world: World) -> Given:
    """Mostly what the service would have let through: of a unit at or below one that the giver
    manages some day. Some are of a unit that the giver never managed, and must open nothing."""
    giver = draw(st.integers(0, world.people - 1))
    deputy = draw(st.integers(0, world.people - 2))
    deputy += deputy >= giver
    managed = {post.unit for post in world.posts if post.person == giver and post.manager}
    fitting = [
        unit
        for unit in range(len(world.parents))
        if any(world.inside(unit, top) for top in managed)
    ]
    anywhere = st.integers(0, len(world.parents) - 1)
    unit = draw(st.one_of(st.sampled_from(fitting), anywhere) if fitting else anywhere)
    span = draw(spans(open_ended=False))
    ended = draw(st.one_of(st.none(), st.integers(span.starts, DAYS)))
    return Given(giver, deputy, unit, span, ended)


def _day(number: int) -> date:
    return FIRST + timedelta(days=number)


def _dates(span: Span) -> dict[str, date | None]:
    return {
        "starts_on": _day(span.starts),
        "ends_on": None if span.ends is None else _day(span.ends),
    }


class Built:
    """The world as rows. Written past the services: they would refuse what history also holds, such
    as a delegation whose giver has lost the post."""

    def __init__(self, world: World) -> None:
        self.units: list[Unit] = []
        for number, parent in enumerate(world.parents):
            above = None if parent is None else self.units[parent]
            self.units.append(
                Unit.objects.create(code=f"E{number}", name=f"E{number}", parent=above)
            )
        tree.rebuild_tree()
        self.units = [Unit.objects.get(pk=unit.pk) for unit in self.units]
        self.people = [Person.objects.create(person_id=f"P{n}") for n in range(world.people)]
        self.users = [
            User.objects.create(email=f"{person.person_id}@example.se", person=person)
            for person in self.people
        ]
        gone = FIRST.isoformat() + "T08:00:00Z"
        for number, post in enumerate(world.posts):
            Employment.objects.create(
                person=self.people[post.person],
                unit=self.units[post.unit],
                job_code=f"J{number}",
                is_manager=post.manager,
                withdrawn_at=gone if post.withdrawn else None,
                **_dates(post.span),
            )
        for contact in world.contacts:
            RoleAssignment.objects.create(
                user=self.users[contact.person],
                role=Role.UNIT_CONTACT,
                unit=None if contact.unit is None else self.units[contact.unit],
                **_dates(contact.span),
            )
        for given_ in world.delegations:
            Delegation.objects.create(
                giver=self.people[given_.giver],
                deputy=self.people[given_.deputy],
                unit=self.units[given_.unit],
                ended_on=None if given_.ended is None else _day(given_.ended),
                reason="Semester",
                by=self.users[given_.giver],
                **_dates(given_.span),
            )
        for person, span in world.leaves:
            Leave.objects.create(person=self.people[person], **_dates(span))

    def numbers(self, people: list[Person]) -> list[int]:
        return sorted(self.people.index(person) for person in people)


class VisibilityOverRandomHistories(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(worlds())
    def test_what_is_seen_is_the_closure_and_the_delegations_every_day(self, world: World) -> None:
        built = Built(world)
        for number in range(DAYS + 2):
            day = _day(number)
            for reader, user in enumerate(built.users):
                user = User.objects.get(pk=user.pk)
                # A list, not a set: several posts make nobody appear twice.
                seen = built.numbers(list(Person.objects.visible_to(user, day)))
                assert seen == sorted(world.seen(reader, number)), (reader, number)
                acted = built.numbers(list(people_acted_for(user, day)))
                below = world.below(world.acted_for(reader, number), number)
                assert acted == sorted(below - {reader}), (reader, number)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(worlds(), st.integers(0, DAYS))
    def test_a_role_in_one_unit_opens_no_other(self, world: World, number: int) -> None:
        built = Built(world)
        day = _day(number)
        for reader, user in enumerate(built.users):
            tops = world.tops(reader, number)
            acted = world.acted_for(reader, number)
            assert (Role.MANAGER in roles_of(user, day)) == bool(acted)
            for index, unit in enumerate(built.units):
                inside = any(world.inside(index, top) for top in tops)
                assert can(user, Action.READ, Obj.COVERAGE, day=day, unit=unit) == inside
                inside = any(world.inside(index, top) for top in acted)
                assert can(user, Action.CREATE, Obj.EXEMPTION, day=day, unit=unit) == inside

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(worlds(), st.integers(0, DAYS))
    def test_a_deputy_acts_in_the_place_of_a_manager_of_exactly_those_not_their_own(
        self, world: World, number: int
    ) -> None:
        built = Built(world)
        for reader, user in enumerate(built.users):
            pks = [person.pk for person in built.people]
            place = in_whose_place(user, pks, _day(number))
            received = world.received(reader, number)
            units = {each.unit for each in received}
            own = world.below(world.managed(reader, number), number)
            expected = world.below(units, number) - own
            assert {built.people[n].pk for n in expected} == set(place)
            givers = {built.users[each.giver].pk for each in received}
            assert set(place.values()) <= givers
