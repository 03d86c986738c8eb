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
    manager.open("/team/E00003/")
    expect(manager.page.locator("main")).not_to_contain_text("Johan Norling")


def test_the_matrix_is_read_chosen_in_and_acted_on_with_the_keyboard_alone(
    visit: Callable[..., Visitor],
) -> None:
    manager = visit(width=1280)
    manager.sign_in("chef")
    manager.open("/team/")
    page = manager.page
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-multiselectable", "true")
    expect(page.locator("[data-grid-keys]")).to_be_visible()
    assert grid.locator("[tabindex='0']").count() == 1

    def place() -> tuple[int, int]:
        found: list[int] = page.evaluate(
            "(() => { const c = document.activeElement.closest('th, td');"
            "return [c.parentElement.rowIndex, c.cellIndex]; })()"
        )
        return found[0], found[1]

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    grid.locator("[tabindex='0']").focus()
    press("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight")
    assert place() == (2, 3)
    press("Control+End")
    last = place()
    assert last[0] == grid.locator("tbody tr").count()
    press("Control+Home")
    assert place() == (0, 0)
    press("PageDown", "End")
    assert place() == (min(10, last[0]), last[1])

    press("Control+Home", "ArrowDown", "Space", "Shift+ArrowDown")
    expect(page.locator("[data-bulk-count]")).to_have_text("2 valda")
    expect(grid.locator("[aria-selected='true']")).to_have_count(2)
    press("Space")
    expect(page.locator("[data-bulk-count]")).to_have_text("1 vald")

    press("Control+Home", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight")
    while not page.evaluate("Boolean(document.activeElement.querySelector('a'))"):
        press("ArrowRight")
    press("Enter")
    expect(page.locator("#varfor-dialog")).to_be_visible()
    press("Escape")
    expect(page.locator("#varfor-dialog")).to_be_hidden()

    press("Control+Home", "ArrowDown", "Tab")
    expect(page.locator(".bulk button").first).to_be_focused()
    press("Tab", "Tab", "Enter")
    expect(page.locator("h1")).to_contain_text("undantag")


def test_an_exemption_is_asked_for_in_two_clicks_and_taken_back(
    visit: Callable[..., Visitor],
) -> None:
    manager = visit(width=1280)
    manager.sign_in("chef")
    manager.open("/team/")
    page = manager.page
    page.locator("table.matrix tr", has_text="Sara Lindqvist").get_by_role("checkbox").check()
    page.locator(".bulk").get_by_role("button", name="Begär undantag").click()
    page.get_by_role("button", name="Nästa kurstillfälle är senare än sista dagen").click()
    expect(page.locator(".notice[role=status]").first).to_contain_text("Samordnaren beslutar")
    expect(page.locator("main")).to_contain_text("Väntar på samordnaren")
    page.locator(".notice").get_by_role("button", name="Ta tillbaka").click()
    expect(page.locator("main")).not_to_contain_text("Väntar på samordnaren")
