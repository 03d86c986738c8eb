"""The coordinator publishes an article that staff find, and sees how the municipality stands."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.running import Visitor

TITLE = "Samtal i hallen när tiden är knapp"


def test_the_coordinator_publishes_an_article_that_staff_can_read(
    visit: Callable[..., Visitor],
) -> None:
    coordinator = visit(width=1280)
    coordinator.sign_in("samordnare")
    page = coordinator.page
    coordinator.open("/admin/")
    page.get_by_role("link", name="Lägg till artikel").click()
    page.get_by_role("textbox", name="Rubrik").first.fill(TITLE)
    page.get_by_role("combobox", name="Typ").first.select_option(label="Nyhet")
    page.get_by_role("textbox", name="Sammanfattning").first.fill(
        "Tre saker som hjälper när en förälder vill prata och du har två minuter."
    )
    page.get_by_role("tab", name="Granskning och källor").click()
    page.get_by_role("textbox", name="Ansvarig funktion").fill("Brottsförebyggande strateg")
    page.get_by_role("button", name="Fler åtgärder").first.click()
    page.get_by_role("button", name="Publicera").first.click()
    # Without a text and a source nothing is published, and nothing typed is lost.
    expect(page.locator(".messages")).to_contain_text(re.compile("kunde inte (skapas|sparas)"))
    expect(page.get_by_role("textbox", name="Rubrik").first).to_have_value(TITLE)

    text = page.get_by_role("region", name="Text")
    text.get_by_role("button", name="Lägg till ett block").first.click()
    page.get_by_role("option", name="Text", exact=True).click()
    text.locator("[contenteditable=true]").first.click()
    page.keyboard.type("Stanna kvar en stund. Ställ en öppen fråga.")
    # The editor hands its text to the form a moment after the last key.
    page.wait_for_timeout(1000)

    page.get_by_role("tab", name="Granskning och källor").click()
    sources = page.get_by_role("region", name="Källor")
    sources.get_by_role("button", name="Lägg till ett block").first.click()
    sources.get_by_role("textbox").first.fill("Kommunens plan")
    page.get_by_role("button", name="Fler åtgärder").first.click()
    page.get_by_role("button", name="Publicera").first.click()
    expect(page.locator(".messages")).to_contain_text("publicerad")

    learner = visit(width=390)
    learner.sign_in("medarbetare")
    learner.open("/arenan/")
    learner.page.get_by_role("link", name=TITLE).first.click()
    expect(learner.page.locator("h1")).to_have_text(TITLE)
    expect(learner.page.locator("main")).to_contain_text("Ställ en öppen fråga.")


def test_the_coordinator_sees_coverage_by_key_group_and_unit(
    visit: Callable[..., Visitor],
) -> None:
    coordinator = visit(width=1280)
    coordinator.sign_in("samordnare")
    page = coordinator.page
    page.get_by_role("link", name="Täckning").first.click()
    heat = page.locator("table.heat").first
    expect(heat).to_contain_text("Förskola och fritidshem")
    expect(heat).to_contain_text("Barn- och ungdomsförvaltningen")
    expect(page.locator("main")).to_contain_text("Krav utan utbud")
    heat.get_by_role("link", name="Förskola och fritidshem").first.click()
    expect(page.locator("main")).to_contain_text("Förskola och fritidshem")
