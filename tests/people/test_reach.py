"""Whose reach changed in a night: the difference of the closure, why, and who may read it."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from lms.people.access import units_seen_by
from lms.people.models import (
    KnownReach,
    Person,
    ReachChange,
    ReachedUnit,
    ReachNight,
    Unit,
    User,
)
from lms.people.roles import Role
from lms.people.services import accounts, delegations, tree
from lms.people.services.reach import note_reach
from lms.people.services.reach_reading import Part, Told, tell
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    give_role,
    import_files,
    let_act,
    make_account,
    make_manager,
    make_person,
    make_unit,
)
from tests.people.test_visibility_property import DAYS, Built, World, _day, worlds

TUESDAY = MONDAY + timedelta(days=1)


def closure(user: User, day: date) -> set[int]:
    units = units_seen_by(User.objects.get(pk=user.pk), day)
    return set(Unit.objects.at_or_below(*units).values_list("pk", flat=True))


class ReachOverRandomHistories(TestCase):
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(worlds(), st.data())
    def test_what_is_noted_is_the_difference_of_the_closure(
        self, world: World, data: st.DataObject
    ) -> None:
        """Nights here and there, units moved and accounts closed and opened between them."""
        built = Built(world)
        days = sorted(data.draw(st.sets(st.integers(0, DAYS + 1), min_size=2, max_size=5)))
        before: dict[int, set[int]] = {}
        for place, number in enumerate(days):
            if place and len(world.parents) > 1 and data.draw(st.booleans()):
                moved = data.draw(st.integers(1, len(world.parents) - 1))
                above = data.draw(st.one_of(st.none(), st.integers(0, moved - 1)))
                parent = None if above is None else built.units[above].pk
                Unit.objects.filter(pk=built.units[moved].pk).update(parent=parent)
                tree.rebuild_tree()
            if data.draw(st.booleans()):
                who = data.draw(st.sampled_from(built.users))
                User.objects.filter(pk=who.pk).update(is_active=data.draw(st.booleans()))
            day = _day(number)
            now = {user.pk: closure(user, day) for user in built.users}
            noted = note_reach(day=day)
            changes = ReachChange.objects.filter(night=noted.night).prefetch_related("units")
            found = {
                change.user_id: tuple(
                    {row.unit_id for row in change.units.all() if row.gained is gained}
                    for gained in (True, False)
                )
                for change in changes
            }
            expected = {
                user: (now[user] - before[user], before[user] - now[user])
                for user in now
                if place and now[user] != before[user]
            }
            assert found == expected
            assert {
                change.user_id: (change.units_before, change.units_after) for change in changes
            } == {user: (len(before[user]), len(now[user])) for user in expected}
            before = now


@pytest.fixture
def town(db):
    top = make_unit("K", name="Kommunen")
    school = make_unit("S", top, "Norrskolan")
    make_unit("S1", school, "Lågstadiet")
    make_unit("S2", school, "Högstadiet")
    make_unit("F", top, "Förskolan")
    return {unit.code: unit for unit in Unit.objects.all()}


def noted(day=TUESDAY):
    note_reach(day=day)
    changes = ReachChange.objects.filter(night__day=day).order_by("user__person__person_id")
    return [
        (
            str(told.change.user.person.person_id),
            (told.change.units_before, told.change.units_after),
            [
                (part.gained, part.kind, part.tops, part.count, part.by_import)
                for part in told.parts
            ],
        )
        for told in tell(list(changes))
    ]


def test_the_first_night_only_begins_and_the_same_night_is_noted_once(town):
    make_manager(town["S"], "CHEF")
    assert noted(MONDAY) == []
    assert KnownReach.objects.count() == 1
    make_manager(town["F"], "CHEF2")
    assert note_reach(day=MONDAY).night is None
    assert ReachNight.objects.count() == 1


def test_a_post_that_begins_and_one_that_ends(town):
    old, new = make_account(make_person("GAMMAL")), make_account(make_person("NY"))
    employ(old.person, town["S"], "CHEF", is_manager=True, ends_on=MONDAY)
    employ(new.person, town["S"], "CHEF", is_manager=True, starts_on=TUESDAY)
    note_reach(day=MONDAY)
    assert noted() == [
        ("GAMMAL", (3, 0), [(False, "post_ended", ("Norrskolan",), 3, False)]),
        ("NY", (0, 3), [(True, "post_began", ("Norrskolan",), 3, False)]),
    ]


def test_a_post_that_another_takes_the_place_of_changes_nothing(town):
    user = make_account(make_person("CHEF"))
    employ(user.person, town["S"], "CHEF", is_manager=True, ends_on=MONDAY)
    employ(user.person, town["S"], "REKTOR", is_manager=True, starts_on=TUESDAY)
    note_reach(day=MONDAY)
    assert noted() == []


def test_a_delegation_that_begins_and_is_ended(town):
    manager = make_manager(town["S"], "CHEF")
    deputy = make_account(make_person("VIK"))
    employ(deputy.person, town["F"])
    note_reach(day=MONDAY)
    given_ = let_act(manager, deputy.person, town["S1"], starts_on=TUESDAY)
    assert noted() == [("VIK", (0, 1), [(True, "delegation_began", ("Lågstadiet",), 1, False)])]
    wednesday = TUESDAY + timedelta(days=1)
    delegations.end_delegation(delegation=given_, by=manager, on=wednesday)
    assert noted(wednesday) == [
        ("VIK", (1, 0), [(False, "delegation_ended", ("Lågstadiet",), 1, False)])
    ]


def test_a_role_an_account_and_a_unit(town):
    make_manager(town["S"], "CHEF")
    contact = make_account(make_person("KONTAKT"))
    closed = make_manager(town["F"], "STANGD")
    note_reach(day=MONDAY)
    give_role(contact, Role.UNIT_CONTACT, starts_on=TUESDAY)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    make_unit("S3", Unit.objects.get(code="S"), "Fritids")
    assert noted() == [
        ("CHEF", (3, 4), [(True, "unit_new", ("Fritids",), 1, False)]),
        ("KONTAKT", (0, 6), [(True, "role_began", ("Kommunen",), 6, False)]),
        ("STANGD", (1, 0), [(False, "account_closed", ("Förskolan",), 1, False)]),
    ]


def test_an_account_opened_for_somebody_who_already_had_the_post(town):
    person = make_person("CHEF")
    employ(person, town["S"], "CHEF", is_manager=True)
    note_reach(day=MONDAY)
    accounts.make_account(person=person, email="chef@example.se", by=None)
    assert noted() == [("CHEF", (0, 3), [(True, "account_opened", ("Norrskolan",), 3, False)])]


@pytest.mark.django_db
def test_what_the_staff_file_moved_is_said_to_be_its_doing():
    staff = "C1,Åsa,Öst,c1@example.se,A,CHEF,Chef,ja,2020-01-01,"
    import_files("K,Kommunen,,\nA,A,K,\nB,B,K,\nC,C,B,", staff)
    make_account(Person.objects.get(person_id="C1"))
    note_reach(day=MONDAY)
    more = staff + "\nC2,Bo,Öst,c2@example.se,B,CHEF,Chef,ja,2020-01-01,"
    import_files("K,Kommunen,,\nA,A,K,\nB,B,A,\nC,C,B,", more, as_of=TUESDAY)
    make_account(Person.objects.get(person_id="C2"))
    assert noted() == [
        ("C1", (1, 3), [(True, "unit_moved", ("B",), 2, True)]),
        ("C2", (0, 2), [(True, "post_began", ("B",), 2, True)]),
    ]


def test_much_reach_for_no_known_reason_is_pointed_out(town):
    note_reach(day=MONDAY)
    account = make_account(make_person("CHEF"))
    employ(account.person, town["K"], "CHEF", is_manager=True, starts_on=TUESDAY)
    small = make_account(make_person("LITEN"))
    employ(small.person, town["S"], "CHEF", is_manager=True, starts_on=TUESDAY)
    noted()
    found = tell(list(ReachChange.objects.order_by("user__person__person_id")))
    assert [told.is_unusual for told in found] == [True, False]


def test_many_units_gained_are_pointed_out_also_where_as_many_were_lost():
    change = ReachChange(units_before=10, units_after=10)
    by_hand = Part(True, ReachedUnit.Why.ROLE_BEGAN, False, ("X",), 10)
    by_file = Part(True, ReachedUnit.Why.POST_BEGAN, True, ("X",), 10)
    lost = Part(False, ReachedUnit.Why.POST_ENDED, True, ("Y",), 10)
    assert Told(change, (by_hand, lost)).is_unusual
    assert not Told(change, (by_file, lost)).is_unusual


def test_after_24_months_a_night_goes_with_its_changes(town):
    note_reach(day=MONDAY)
    make_manager(town["S"])
    note_reach(day=TUESDAY)
    note_reach(day=MONDAY + timedelta(days=731))
    assert ReachNight.objects.filter(day=MONDAY).exists()
    note_reach(day=TUESDAY + timedelta(days=732))
    assert not ReachNight.objects.filter(day__in=[MONDAY, TUESDAY]).exists()
    assert not ReachChange.objects.exists()


def test_a_night_takes_as_many_queries_whatever_the_number_of_managers(town):
    make_manager(town["S"])
    note_reach(day=MONDAY)
    make_manager(town["F"])
    with CaptureQueriesContext(connection) as few:
        note_reach(day=TUESDAY)
    for _number in range(40):
        make_manager(town["S"])
    with CaptureQueriesContext(connection) as many:
        note_reach(day=TUESDAY + timedelta(days=1))
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.AUDITOR, 200),
        (Role.SYSTEM_ADMIN, 200),
        (Role.COORDINATOR, 403),
        (Role.HR_IMPORT, 403),
    ],
)
def test_the_page_is_for_those_who_read_the_roles(client, town, role, status):
    client.force_login(account_with(role))
    for name in ("reach", "reach_csv", "reach_xlsx"):
        assert client.get(reverse(f"people_admin:{name}")).status_code == status


def test_the_page_and_its_files_narrow_alike(client, town):
    client.force_login(account_with(Role.AUDITOR))
    url = reverse("people_admin:reach")
    assert "Inget har noterats än" in client.get(url).content.decode()
    note_reach(day=MONDAY)
    for code, person_id, name in (("S", "CHEF1", "Anna"), ("F", "CHEF2", "Berit")):
        person = make_person(person_id, given_name=name)
        employ(make_account(person).person, town[code], "CHEF", is_manager=True)
    employ(make_person("ELEV", given_name="Lärande"), town["S"])
    note_reach(day=TUESDAY)

    def names(**asked):
        page = client.get(url, asked).content.decode()
        csv = b"".join(client.get(reverse("people_admin:reach_csv"), asked)).decode()
        assert "Lärande" not in page + csv
        assert [n in page for n in ("Anna", "Berit")] == [n in csv for n in ("Anna", "Berit")]
        return [n for n in ("Anna", "Berit") if n in page]

    assert names() == ["Anna", "Berit"]
    assert names(name="berit") == ["Berit"]
    assert names(unit="högstadiet") == ["Anna"]
    assert names(unit="F") == ["Berit"]
    assert names(last_day=MONDAY.isoformat()) == []
    assert names(first_day=TUESDAY.isoformat()) == ["Anna", "Berit"]
    content = b"".join(client.get(reverse("people_admin:reach_xlsx"), {"unit": "F"}))
    rows = list(load_workbook(io.BytesIO(content)).active.values)
    assert rows[1][5:7] == ("F", "Förskolan")
    assert len(rows) == 2
