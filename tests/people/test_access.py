import random
from datetime import date, timedelta

import pytest
from django.test import Client

from lms.audit.models import AuditEvent
from lms.people.access import Action, Obj, Scope, can, roles_of, scopes, units_seen_by
from lms.people.models import Person, User
from lms.people.roles import Role
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    give_role,
    make_account,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db


def seen_by(user, day=MONDAY):
    return set(Person.objects.visible_to(user, day).values_list("person_id", flat=True))


def may(user, action, obj, **target):
    return can(user, action, obj, day=MONDAY, **target)


@pytest.fixture
def town():
    root = make_unit("R")
    school = make_unit("S", root)
    classes = make_unit("S1", school)
    baths = make_unit("B", root)
    for unit in (root, school, classes, baths):
        unit.refresh_from_db()
    return {"R": root, "S": school, "S1": classes, "B": baths}


def test_a_manager_sees_their_unit_and_below_and_nobody_else(town):
    manager = make_manager(town["S"], "CHEF")
    for code in ("S", "S1", "B", "R"):
        employ(make_person(f"I{code}"), town[code])
    assert seen_by(manager) == {"CHEF", "IS", "IS1"}


def test_a_manager_cannot_reach_a_person_of_another_unit(town):
    manager = make_manager(town["S"])
    own, other = make_person(), make_person()
    employ(own, town["S1"])
    employ(other, town["B"])
    assert may(manager, Action.READ, Obj.GAP, person=own)
    assert not may(manager, Action.READ, Obj.GAP, person=other)
    assert not may(manager, Action.READ, Obj.GAP, unit=town["B"])
    assert not may(manager, Action.READ, Obj.ATTEMPT, person=own)


def test_the_manager_role_ends_with_the_employment(town):
    person = make_person("CHEF")
    employ(person, town["S"], is_manager=True, ends_on=MONDAY)
    employ(make_person("X"), town["S"])
    user = make_account(person)
    assert seen_by(user, MONDAY) == {"CHEF", "X"}
    assert seen_by(user, MONDAY + timedelta(days=1)) == {"CHEF"}
    assert Role.MANAGER not in roles_of(user, MONDAY + timedelta(days=1))


def test_people_who_left_the_unit_are_no_longer_seen(town):
    manager = make_manager(town["S"], "CHEF")
    employ(make_person("GONE"), town["S"], ends_on=MONDAY - timedelta(days=1))
    assert seen_by(manager) == {"CHEF"}


def test_the_coordinator_sees_figures_and_no_named_record(town):
    coordinator = account_with(Role.COORDINATOR)
    person = make_person()
    employ(person, town["S"])
    assert may(coordinator, Action.READ, Obj.COVERAGE)
    assert not may(coordinator, Action.READ, Obj.COVERAGE, person=person)
    assert scopes(coordinator, Action.READ, Obj.GAP, day=MONDAY) == {Scope.OWN}
    assert not may(coordinator, Action.READ, Obj.GAP, person=person)
    assert not may(coordinator, Action.READ, Obj.COMPLETION, person=person)
    assert seen_by(coordinator) == {coordinator.person.person_id}


def test_the_administrator_sees_the_register_but_no_records(town):
    admin = account_with(Role.SYSTEM_ADMIN)
    person = make_person("P")
    employ(person, town["S"])
    assert seen_by(admin) == {admin.person.person_id}
    assert Person.objects.registered_for(admin, MONDAY).filter(person_id="P").exists()
    assert not may(admin, Action.READ, Obj.GAP, person=person)


def test_a_unit_contact_for_everything_sees_everyone_who_works_here(town):
    contact = account_with(Role.UNIT_CONTACT)
    employ(make_person("A"), town["B"])
    employ(make_person("Z"), town["B"], ends_on=date(2020, 2, 1))
    assert seen_by(contact) == {contact.person.person_id, "A"}
    assert units_seen_by(contact, MONDAY) == [town["R"]]


def test_a_role_reaches_its_unit_and_below_only(town):
    contact = account_with(Role.UNIT_CONTACT, town["S"])
    assert may(contact, Action.APPROVE, Obj.NEEDS_ASSESSMENT, unit=town["S1"])
    assert not may(contact, Action.APPROVE, Obj.NEEDS_ASSESSMENT, unit=town["B"])
    assert not may(contact, Action.APPROVE, Obj.NEEDS_ASSESSMENT, unit=town["R"])


def test_everyone_reads_their_own_and_nobody_elses(town):
    one, other = make_person(), make_person()
    user = make_account(one)
    assert may(user, Action.READ, Obj.COMPLETION, person=one)
    assert not may(user, Action.READ, Obj.COMPLETION, person=other)


def test_an_instructor_reaches_own_courses_only():
    instructor = account_with(Role.INSTRUCTOR)
    assert may(instructor, Action.UPDATE, Obj.COURSE, own=True)
    assert not may(instructor, Action.UPDATE, Obj.COURSE, own=False)


def test_a_partners_guest_is_not_a_reader_of_internal_pages():
    guest = account_with(Role.PARTNER)
    assert Role.LEARNER not in roles_of(guest, MONDAY)
    assert not may(guest, Action.READ, Obj.ARENA_PAGE)
    assert may(guest, Action.READ, Obj.COURSE)


def test_a_closed_account_has_no_rights_at_all(town):
    manager = make_manager(town["S"])
    manager.is_active = False
    manager.save()
    assert roles_of(manager, MONDAY) == {Role.PUBLIC: [None]}
    assert seen_by(manager) == set()


def test_a_role_counts_from_its_first_to_its_last_day():
    user = make_account(make_person())
    assignment = give_role(user, Role.EDITOR)
    assignment.ends_on = MONDAY
    assignment.save()
    assert may(user, Action.CREATE, Obj.ARENA_PAGE)
    assert not can(user, Action.CREATE, Obj.ARENA_PAGE, day=MONDAY + timedelta(days=1))


def test_the_visible_set_is_the_closure_of_the_tree_and_each_person_once():
    """Random trees and employments against a slow walk over parents."""
    dice = random.Random(4711)
    units = [make_unit("U0")]
    for n in range(1, 12):
        units.append(make_unit(f"U{n}", dice.choice(units)))
    people = [make_person(f"Q{n:02d}") for n in range(25)]
    posts = []
    for person in people:
        for number in range(dice.randint(0, 3)):
            start = MONDAY + timedelta(days=dice.randint(-400, 30))
            end = dice.choice([None, start + timedelta(days=dice.randint(0, 400))])
            is_manager = dice.random() < 0.3
            unit = dice.choice(units)
            employ(person, unit, f"J{number}", starts_on=start, ends_on=end, is_manager=is_manager)
            posts.append((person, unit, start, end, is_manager))
    parent = {unit.pk: unit.parent_id for unit in units}

    def at_or_below(pk, top):
        while pk is not None:
            if pk == top:
                return True
            pk = parent[pk]
        return False

    active = [
        post for post in posts if post[2] <= MONDAY and (post[3] is None or post[3] >= MONDAY)
    ]
    managers = 0
    for person in people:
        tops = [unit.pk for who, unit, _s, _e, leads in active if who == person and leads]
        managers += bool(tops)
        expected = {person.person_id} | {
            who.person_id
            for who, unit, *_rest in active
            if any(at_or_below(unit.pk, top) for top in tops)
        }
        user = make_account(person)
        rows = list(Person.objects.visible_to(user, MONDAY).values_list("person_id", flat=True))
        assert sorted(rows) == sorted(expected)
    assert managers > 3


@pytest.mark.parametrize("size", [3, 300])
def test_finding_the_visible_takes_the_same_queries_whatever_the_size(
    town, size, django_assert_num_queries
):
    manager = make_manager(town["R"])
    for _ in range(size):
        employ(make_person(), town["S"])
    manager.refresh_from_db()
    with django_assert_num_queries(5):
        assert len(Person.objects.visible_to(manager, MONDAY)) == size + 1


def test_an_anonymous_visitor_is_sent_to_sign_in(client):
    response = client.get("/admin/personer/lista/")
    assert response.status_code == 302
    assert response["Location"] == "/konto/logga-in/?next=/admin/personer/lista/"


def test_what_the_matrix_forbids_is_refused_and_logged(client, town):
    client.force_login(make_manager(town["S"]))
    response = client.get("/admin/personer/import/")
    assert response.status_code == 403
    event = AuditEvent.objects.get(action="access_refused")
    assert (event.object_id, event.reason) == ("people_admin:imports", "/admin/personer/import/")


def test_sign_up_is_closed(client):
    assert client.get("/konto/ny/").status_code == 302
    client.force_login(account_with(Role.SYSTEM_ADMIN))
    assert client.get("/konto/ny/").status_code == 403


def test_the_site_is_in_swedish_whatever_the_browser_speaks(client: Client) -> None:
    answer = client.get("/konto/logga-in/", headers={"accept-language": "en-GB"})

    assert answer.headers["Content-Language"] == "sv"


def test_a_reader_who_chose_english_gets_english(client: Client) -> None:
    client.cookies["django_language"] = "en"

    assert client.get("/konto/logga-in/").headers["Content-Language"] == "en"


def test_those_entrusted_with_something_are_those_whose_role_lets_them_do_it():
    accounts = [account_with(Role(value)) for value, _label in Role.assignable_choices()]
    closed, ended = account_with(Role.COORDINATOR), account_with(Role.COORDINATOR)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    ended.role_assignments.update(ends_on=MONDAY - timedelta(days=1))
    for action, obj in (
        (Action.APPROVE, Obj.COURSE),
        (Action.UPDATE, Obj.REQUIREMENT),
        (Action.UPDATE, Obj.SETTINGS),
    ):
        may = {user.person_id for user in accounts if can(user, action, obj, day=MONDAY)}
        found = Person.objects.entrusted_with(action, obj, MONDAY)
        assert set(found.values_list("pk", flat=True)) == may, (action, obj)
