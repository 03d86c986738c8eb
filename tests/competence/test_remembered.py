"""What is remembered of people's rows is what the engine says at that moment, whatever has happened
since and in whatever way."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from competence.engine import loader
from competence.figures import remembered
from competence.models import Achievement, Exemption, KeyPersonAssignment
from competence.services.corrections import revoke_achievement
from competence.services.exemptions import grant_exemption, withdraw_exemption
from competence.services.fact_files import import_achievements
from competence.services.namings import end_naming, name_key_person
from competence.services.renewals import order_renewal
from competence.views import scope
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Employment, Person, Unit
from lms.people.roles import Role
from lms.people.services import merge, records
from lms.people.services.hr_import.undoing import last_import, undo_import
from lms.people.services.tree import rebuild_tree
from tests.builders.competence import DAY, achieve, adopt, group, plan_of
from tests.builders.people import (
    account_with,
    employ,
    import_files,
    make_person,
    make_unit,
    take_leave,
)
from tests.competence.same_answer import assert_remembered_is_right
from tests.competence.test_engine_against_slow_engine import Drawn
from tests.competence.worlds import days_to_ask, make_world, write_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_a_new_process() -> Iterator[None]:
    remembered.forget()
    yield
    remembered.forget()


@pytest.mark.parametrize("few", [500, 0])
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_drawn_worlds_are_not_taken_for_one_another(few: int, data: st.DataObject):
    """Each world is rolled back, so that the next has the same primary keys for other facts."""
    source = Drawn(data)
    world = make_world(source)
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(loader, "FEW", few)
        write_world(world)
        for day in days_to_ask(source, world):
            assert_remembered_is_right(day)
        transaction.set_rollback(True)


class Town:
    """Three people in two units, and whatever may happen to them."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self.by = account_with(Role.COORDINATOR)
        top = make_unit("K")
        self.units = [make_unit("S1", top), make_unit("S2", top)]
        rules = {"G": [{"units": ["S1"]}], "H": [{"job_codes": ["KOCK"]}]}
        self.plan = [{"area": "OM1", "renewal_months": 12}, {"area": "OM4", "key_group": "H"}]
        adopt(plan_of(*self.plan, rules=rules))
        for name in ("A", "B", "C"):
            employ(make_person(name), self.units[0], starts_on=date(2024, 1, 1))

    def one_of(self, choices):  # type: ignore[no-untyped-def]
        found = list(choices)
        return self._data.draw(st.sampled_from(found)) if found else None

    def person(self) -> Person:
        return self.one_of(Person.objects.current().order_by("pk"))

    def day(self) -> date:
        return DAY + timedelta(days=self._data.draw(st.integers(-500, 60)))

    def area(self) -> CompetenceArea:
        return self.one_of(CompetenceArea.objects.order_by("pk"))

    def level(self) -> TrainingLevel:
        return TrainingLevel.objects.get(number=self._data.draw(st.integers(1, 2)))

    # What services do.

    def achieves(self) -> None:
        achieve(self.person(), self.area().code, self.level().number, on=self.day())

    def is_revoked(self) -> None:
        if achievement := self.one_of(Achievement.objects.order_by("pk")):
            revoke_achievement(achievement=achievement, on=self.day(), reason="Fel", by=self.by)

    def is_exempt(self) -> None:
        grant_exemption(
            person=self.person(), area=self.area(), level=self.level(), starts_on=self.day(),
            ends_on=None, reason="Beslut", by=self.by,
        )  # fmt: skip

    def is_exempt_no_more(self) -> None:
        if exemption := self.one_of(Exemption.objects.order_by("pk")):
            withdraw_exemption(exemption=exemption, on=self.day(), by=self.by, reason="Fel")

    def is_named(self) -> None:
        name_key_person(
            key_group=group(self.one_of("GH")), person=self.person(), starts_on=self.day(),
            motive="Uppgift", by=self.by,
        )  # fmt: skip

    def is_named_no_more(self) -> None:
        if naming := self.one_of(KeyPersonAssignment.objects.order_by("pk")):
            end_naming(naming=naming, ends_on=self.day(), by=self.by)

    def gets_a_post(self) -> None:
        employ(
            self.person(), self.one_of(self.units), self.one_of(["LAR", "KOCK"]),
            starts_on=self.day(),
        )  # fmt: skip

    def leaves_a_post(self) -> None:
        post = self.one_of(Employment.objects.standing().order_by("pk"))
        records.end_employment(employment=post, on=self.day(), by=self.by)

    def is_away(self) -> None:
        take_leave(self.person(), self.day())

    def must_renew(self) -> None:
        order_renewal(
            area=self.area(), level=None, achieved_before=self.day(), last_valid_day=self.day(),
            decided_on=self.day(), reason="Ny lag", by=self.by,
        )  # fmt: skip

    def is_asked_something_else(self) -> None:
        months = self.one_of([None, 6, 24])
        rules = {"G": [{"units": [self.one_of(["S1", "S2"])]}], "H": [{}]}
        changed = [self.plan[0] | {"renewal_months": months}, self.plan[1]]
        adopt(plan_of(*changed, rules=rules))

    def is_two_records(self) -> None:
        survivor, loser = self.person(), self.person()
        if survivor != loser:
            merge.merge_people(survivor=survivor, loser=loser, by=self.by, reason="Samma")

    def comes_in_a_file(self) -> None:
        lines = f"{self.person().person_id},OM1,1,{self.day()},,import"
        import_achievements(
            source=io.BytesIO(
                f"person_id,area,level,achieved_on,revoked_on,source\n{lines}".encode()
            ),
            name="achievements.csv",
            by=self.by,
        )

    def comes_from_hr_and_goes_again(self) -> None:
        import_files(
            "K,Kommunen,,\nS1,S1,K,\nS2,S2,K,",
            f"A,Eva,Ek,,{self.one_of(['S1', 'S2'])},KOCK,Kock,0,{self.day()},",
            force=True,
        )
        assert_remembered_is_right(DAY)
        undo_import(run=last_import(), by=self.by)

    # What no ledger tells of.

    def is_written_in_bulk(self) -> None:
        achievement = Achievement(
            person=self.person(), area=self.area(), level=self.level(), achieved_on=self.day()
        )
        Achievement.objects.bulk_create([achievement])

    def is_taken_back_in_bulk(self) -> None:
        Achievement.objects.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())

    def is_in_a_unit_that_moves(self) -> None:
        one, other = self.units
        Unit.objects.filter(pk=one.pk).update(parent=self.one_of([other.parent_id, other.pk]))
        rebuild_tree()

    def is_called_something_else(self) -> None:
        CompetenceArea.objects.filter(code="OM1").update(name=self.one_of(["Ett", "Två"]))


EVENTS: list[Callable[[Town], None]] = [
    event for name, event in vars(Town).items() if name.startswith(("achieves", "is_", "gets_"))
] + [
    *(Town.leaves_a_post, Town.must_renew, Town.comes_in_a_file),
    Town.comes_from_hr_and_goes_again,
]


def happens(event: Callable[[Town], None], town: Town) -> bool:
    """Whether it could: what a service refuses has written nothing."""
    try:
        with transaction.atomic():
            event(town)
    except (ValidationError, ValueError, DatabaseError):
        return False
    return True


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_after_whatever_happens_the_engine_would_say_the_same(data: st.DataObject):
    with transaction.atomic():
        town = Town(data)
        assert_remembered_is_right(DAY)
        for event in data.draw(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=8)):
            happens(event, town)
            assert_remembered_is_right(DAY)
        transaction.set_rollback(True)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_none_of_what_may_happen_is_always_refused(event: Callable[[Town], None]):
    """Or the test above would show nothing about it."""
    done: list[bool] = []

    @settings(
        max_examples=5,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def try_it(data: st.DataObject) -> None:
        with transaction.atomic():
            town = Town(data)
            achieve(Person.objects.get(person_id="A"), "OM1", on=date(2025, 1, 1))
            assert_remembered_is_right(DAY)
            done.append(happens(event, town))
            assert_remembered_is_right(DAY)
            transaction.set_rollback(True)

    try_it()
    assert any(done)


@pytest.fixture
def counted(monkeypatch) -> list[int]:
    """The people whose rows were worked out anew."""
    seen: list[int] = []
    rows_of = remembered.rows_of

    def counting(person, plan):
        seen.append(person.pk)
        return rows_of(person, plan)

    monkeypatch.setattr(remembered, "rows_of", counting)
    return seen


def test_only_those_of_whom_something_has_changed_are_worked_out_anew(school, counted):
    assert_remembered_is_right(DAY)
    assert len(counted) == len(set(counted)) == Person.objects.count()
    counted.clear()
    assert_remembered_is_right(DAY)
    assert counted == []
    achieve(school.people["Gap"], "OM1", on=date(2026, 11, 1))
    assert_remembered_is_right(DAY)
    assert counted == [school.people["Gap"].pk]


def test_the_next_day_everybody_is_worked_out_anew(school, counted):
    assert_remembered_is_right(DAY)
    counted.clear()
    assert_remembered_is_right(DAY + timedelta(days=1))
    assert len(counted) == Person.objects.count()


def test_what_comes_back_to_what_it_was_is_not_what_it_was_between(school):
    """A file of HR that is undone gives back the very texts of before."""
    post = Employment.objects.filter(person=school.people["Gap"])
    for ends_on in (date(2026, 1, 1), None, date(2026, 11, 1), None):
        post.update(ends_on=ends_on)
        assert_remembered_is_right(DAY)


def test_more_people_than_there_is_room_for_are_right_all_the_same(school, monkeypatch):
    monkeypatch.setattr(remembered, "MOST_PEOPLE", 3)
    for _ in range(2):
        assert_remembered_is_right(DAY)
        assert remembered._memory is not None
        assert len(remembered._memory) == 3
    achieve(school.people["Gap"], "OM1", on=date(2026, 11, 1))
    assert_remembered_is_right(DAY)


def test_the_page_is_the_same_for_thousands_as_for_few(school, client, monkeypatch):
    client.force_login(school.director)

    def page() -> dict[str, object]:
        context = client.get("/team/").context
        return {name: str(context[name]) for name in ("page", "team", "in_need", "told", "units")}

    def people() -> list[tuple[object, ...]]:
        context = client.get("/team/").context
        return [(m.pk, m.cells, m.enrolments, m.told_on) for m in context["page"]]

    few = (page(), people())
    monkeypatch.setattr(loader, "FEW", 1)
    monkeypatch.setattr(scope, "FEW", 1)
    assert (page(), people()) == few
