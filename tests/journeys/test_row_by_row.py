"""Questions answered row by row: steps moved into their order with the keyboard alone, and the same
answer chosen twice."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import signed_in
from tests.journeys.knowledge import steps_of
from tests.journeys.test_accessibility import faults_on
from tests.journeys.test_lost_connection import question, saved
from tests.running import Visitor


def test_steps_put_in_order_by_keyboard_stand_so_on_another_device(
    learner: Visitor, visit: Callable[..., Visitor], lessons: list[str]
) -> None:
    page = learner.page
    learner.open(lessons[10])
    section = page.locator(question(page, "o"))
    rows = section.locator("select")
    expect(rows.first).to_be_hidden()
    first, second, third = steps_of(section)
    page.wait_for_timeout(300)
    # Looked at and not touched, it is no answer.
    assert [row.input_value() for row in rows.all()] == ["", "", ""]
    expect(section).to_contain_text("Ordningen är inte ditt svar än.")

    up = section.get_by_role("button", name=f"Flytta upp {third}", exact=True)
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    expect(section.get_by_role("status").last).to_have_text(f"Steg 2 av 3: {third}")
    page.keyboard.press("Space")
    expect(up).to_be_focused()
    expect(up).to_have_attribute("aria-disabled", "true")
    # At the top already: nothing moves, and nothing is lost.
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(section.get_by_role("button", name=f"Flytta ner {third}", exact=True)).to_be_focused()
    assert steps_of(section) == [third, first, second]
    expect(section).to_contain_text("Ordningen är ditt svar.")
    expect(page.locator("[data-when=saved]")).to_be_visible()
    saved(page)

    other = signed_in(visit, lessons)
    other.open(lessons[10])
    there = other.page.locator(question(other.page, "o"))
    expect(there.get_by_role("listitem").first).to_contain_text(third)
    assert steps_of(there) == [third, first, second]

    # Moved there, it comes back to the first by itself, and the reader stays where she is.
    there.get_by_role("button", name=f"Flytta ner {third}", exact=True).click()
    saved(other.page)
    page.wait_for_timeout(1100)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(section.get_by_role("listitem").first).to_contain_text(first)
    assert steps_of(section) == [first, third, second]
    expect(section.get_by_role("button", name=f"Flytta ner {third}", exact=True)).to_be_focused()
    assert faults_on(learner, "the lesson") == []


def test_the_same_answer_chosen_twice_is_said_and_stops_nothing(
    learner: Visitor, lessons: list[str]
) -> None:
    page = learner.page
    learner.open(lessons[11])
    section = page.locator(question(page, "p"))
    said = section.get_by_role("status")
    for left in ("a", "b"):
        section.get_by_label(left, exact=True).select_option(label="B")
    expect(said).to_have_text("Du har valt samma svar mer än en gång: B")
    section.get_by_label("a", exact=True).select_option(label="A")
    expect(said.locator("[data-twice-words]")).to_be_hidden()
    section.get_by_label("a", exact=True).select_option(label="B")
    section.get_by_label("c", exact=True).select_option(label="C")
    saved(page)
    page.reload()
    expect(said).to_have_text("Du har valt samma svar mer än en gång: B")
    assert faults_on(learner, "the lesson") == []
