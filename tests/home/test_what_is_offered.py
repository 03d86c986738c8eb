"""Menus and Min sida lead only where the reader may go."""

import re

import pytest

from lms.people.roles import Role
from tests.builders.people import employ, give_role, make_account, make_person, make_unit


def account(kind: str):
    if kind == "administrator":
        user = make_account()
        give_role(user, Role.SYSTEM_ADMIN)
        return user
    person = make_person()
    user = make_account(person)
    if kind == "guest":
        give_role(user, Role.PARTNER)
        return user
    unit = make_unit(f"ENHET-{person.person_id}")
    employ(person, unit, is_manager=kind == "manager")
    if kind == "hr":
        give_role(user, Role.HR_IMPORT)
    if kind == "contact":
        give_role(user, Role.UNIT_CONTACT, unit)
    if kind == "auditor":
        give_role(user, Role.AUDITOR)
    if kind == "everything":
        employ(person, unit, "REK", is_manager=True)
        give_role(user, Role.EXECUTIVE_VIEWER)
    if kind == "coordinator":
        give_role(user, Role.COORDINATOR)
    if kind == "executive":
        give_role(user, Role.EXECUTIVE_VIEWER)
    return user


KINDS = [
    *("administrator", "guest", "employee", "manager", "hr", "contact", "auditor", "coordinator"),
    *("executive", "everything"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_my_page_and_its_menus_lead_only_to_what_opens(arena, client, kind):
    client.force_login(account(kind))
    html = client.get("/min-sida/").content.decode()
    addresses = {path for path in re.findall(r'href="(/[^"#?]*)', html) if path[:8] != "/static/"}
    answers = {path: client.get(path).status_code for path in addresses}
    assert {path for path, status in answers.items() if status != 200} == set()


def test_an_account_that_runs_the_site_is_led_to_the_administration(arena, client):
    client.force_login(account("administrator"))
    page = client.get("/min-sida/").content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    assert 'href="/admin/"' in main
    assert 'href="/kurser/"' not in page


def in_tabbar(page: str) -> list[str]:
    tabbar = page.partition('<nav class="tabbar"')[2]
    return re.findall(r'href="(/[^"]+)"', tabbar.partition("</nav>")[0])


def test_five_places_on_a_phone_and_the_rest_in_the_account_menu(arena, client):
    client.force_login(account("everything"))
    page = client.get("/min-sida/").content.decode()
    assert in_tabbar(page) == ["/min-sida/", "/kurser/", "/arenan/", "/team/", "/kompetensplan/"]
    assert '<li class="only-narrow"><a href="/tackning/"' in page
    assert '<li class="only-narrow"><a href="/plan/aret/"' in page


@pytest.mark.parametrize("kind", ["coordinator", "executive"])
def test_the_planning_year_stays_on_a_phone_where_one_place_is_to_be_given_up(arena, client, kind):
    client.force_login(account(kind))
    page = client.get("/min-sida/").content.decode()
    assert in_tabbar(page) == [
        "/min-sida/",
        "/kurser/",
        "/arenan/",
        "/kompetensplan/",
        "/plan/aret/",
    ]
    assert '<li class="only-narrow"><a href="/tackning/"' in page
