"""A rektor, five minutes before a meeting: who needs her, why, and one thing done about it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.running import Visitor


def test_a_manager_sees_why_and_enrols_a_newcomer_who_is_told(
    visit: Callable[..., Visitor],
) -> None:
    manager = visit(width=1280)
    manager.sign_in("chef")
    page = manager.page
    page.get_by_role("link", name="Mitt team").first.click()
    expect(page.locator("ul.numbers li")).to_have_count(3)
    expect(page.locator("h1")).to_contain_text("teamet")

    row = page.locator("table.matrix tr", has_text="Sara Lindqvist")
    row.locator('td[data-label="Orosanmälan"] a.cell').click()
    expect(page.locator("body")).to_contain_text("nyckelgruppen Förskola och fritidshem")
    manager.open("/team/")

    row = page.locator("table.matrix tr", has_text="Sara Lindqvist")
    row.get_by_role("checkbox").check()
    page.locator(".bulk").get_by_role("button", name="Anmäl till kurs").click()
    course = page.get_by_label(re.compile("^Orosanmälan och sekretess"))
    if course.count():
        course.first.check()
    page.get_by_role("button", name=re.compile("^Anmäl")).click()
    expect(page.locator(".notice[role=status]")).to_contain_text("1 person är anmäld")

    learner = visit(width=390)
    learner.sign_in("medarbetare")
    expect(learner.page.locator("main")).to_contain_text("Orosanmälan och sekretess")
    learner.open("/kurser/orosanmalan-och-sekretess/")
    expect(learner.page.locator("main")).to_contain_text("anmäld")


def test_a_manager_cannot_open_another_units_person(visit: Callable[..., Visitor]) -> None:
    manager = visit(width=1280)
    manager.sign_in("chef")
    manager.open("/team/E00045/")
    expect(manager.page.locator("main")).not_to_contain_text("Johan Norling")
