"""An editor writes a course with two modules and three lessons in the studio, reads it as a
learner would, and comes to the page where the course version is published."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.running import Visitor

TITLE = "Samtal som bär"
OUTLINE = """# Innan du talar
Vad du redan vet (5 min)
Vem du ska fråga (6 min)
# Under samtalet
Att lyssna klart (8 min)
"""
QUESTIONS = """Vem ringer du först vid fara för liv?
- Rektorn
= Rektorn får veta det efteråt.
* 112
= Vid fara för liv kommer 112 först.

Tystnadsplikten gäller också efter jobbet.
* Sant
- Falskt
= Den gäller även när du har slutat.
"""
# What is written in each lesson, and what the editor then says about it.
WRITTEN = (
    ("Vad du redan vet", "Du vet mer än du tror. " * 20, re.compile(r"LIX \d+, lättläst")),
    ("Vem du ska fråga", "Fråga din chef.", "LIX: för kort för att bedöma"),
    ("Att lyssna klart", "Vänta ut tystnaden.", "LIX: för kort för att bedöma"),
)


class Hand:
    """Counts what an author has to click."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, on: Locator) -> None:
        self.clicks += 1
        on.click()


def test_an_editor_writes_a_course_and_reads_it_as_a_learner(
    visit: Callable[..., Visitor],
) -> None:
    editor, hand = visit(width=1280), Hand()
    editor.sign_in("redaktor")
    page = editor.page
    editor.open("/admin/")
    hand.click(page.get_by_role("link", name="Kurser", exact=True))
    page.get_by_label("Ny kurs").fill(TITLE)
    hand.click(page.get_by_role("button", name="Skapa kursen"))
    page.get_by_label("En rad för varje").fill(OUTLINE)
    hand.click(page.get_by_role("button", name="Lägg till i kursen"))
    lessons = page.locator(".studio-lesson")
    expect(lessons).to_have_count(3)

    for place in range(3):
        hand.click(lessons.nth(place).get_by_role("link", name="Klistra in frågor"))
        page.get_by_label("Dina frågor").fill(QUESTIONS)
        hand.click(page.get_by_role("button", name="Visa hur de läses"))
        expect(page.get_by_role("heading", name="Vem ringer du först")).to_be_visible()
        hand.click(page.get_by_role("button", name="Lägg till 2 frågor"))
        expect(lessons.nth(place)).to_contain_text("2 frågor")
    expect(page.locator(".studio-top")).to_contain_text("3 hinder")

    # The text of each lesson, with its preview and its checks beside it.
    panel = page.locator(".studio-panel")
    for title, words, reading in WRITTEN:
        hand.click(page.get_by_role("link", name=title, exact=True))
        expect(panel).to_contain_text("Lektionen har ingen text än.")
        text = page.locator("[contenteditable=true]").first
        for place, sentence in ((1, words), (3, "Skriv ner det.")):
            hand.click(text.locator("[data-block=true]").nth(place))
            page.keyboard.insert_text(sentence)
        # The editor hands its text to the form a moment after the last key.
        page.wait_for_timeout(1000)
        hand.click(page.get_by_role("button", name="Spara utkast").first)
        expect(panel).not_to_contain_text("Lektionen har ingen text än.")
        expect(panel).not_to_contain_text("Inget är skrivet under rubriken.")
        expect(panel).to_contain_text(reading)
        hand.click(panel.get_by_role("link", name="Till kursstudion"))
    expect(page.locator(".studio-top")).to_contain_text("Inga hinder")

    hand.click(page.get_by_role("link", name="Läs som deltagare"))
    expect(page.locator("h1")).to_have_text("Vad du redan vet")
    expect(page.locator("main")).to_contain_text("Du vet mer än du tror.")
    hand.click(page.get_by_label("112"))
    hand.click(page.get_by_label("Sant"))
    hand.click(page.get_by_role("button", name="Rätta mina svar"))
    expect(page.get_by_role("status")).to_contain_text("2 av 2 rätt")
    hand.click(page.get_by_role("link", name="Nästa: Vem du ska fråga"))
    expect(page.locator("h1")).to_have_text("Vem du ska fråga")
    hand.click(page.get_by_role("link", name="Till kursstudion"))

    hand.click(page.get_by_role("button", name=re.compile("Publicera sidorna")))
    expect(page.locator(".messages")).to_contain_text("6 sidor är publicerade")
    hand.click(page.get_by_role("link", name="Publicera kursversion"))
    expect(page.locator("#main")).to_contain_text("Första versionen, med 3 lektioner.")
    assert hand.clicks == 35


def test_the_studio_works_on_a_phone_with_a_keyboard(visit: Callable[..., Visitor]) -> None:
    editor = visit(width=390)
    editor.sign_in("redaktor")
    page = editor.page
    editor.open("/admin/kurser/")
    page.get_by_label("Ny kurs").fill("Kort kurs")
    page.keyboard.press("Enter")
    page.get_by_label("En rad för varje").fill("# Ett\nA\nB\n# Två\nC")
    page.get_by_role("button", name="Lägg till i kursen").press("Enter")
    names = page.locator(".studio-name h3")
    expect(names).to_have_text(["A", "B", "C"])
    page.get_by_role("button", name="Flytta upp ”B”").press("Enter")
    expect(names).to_have_text(["B", "A", "C"])
    expect(page.locator(".studio-lesson").first.get_by_role("button").last).to_be_focused()
    page.locator(".studio-lesson").first.locator(".studio-more summary").press("Enter")
    page.get_by_label("Flytta till").first.select_option(label="Två")
    page.get_by_role("button", name="Flytta", exact=True).first.press("Enter")
    expect(names).to_have_text(["A", "C", "B"])
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0


@pytest.mark.parametrize("way", ["keys", "button"])
def test_the_words_written_last_are_saved(visit: Callable[..., Visitor], way: str) -> None:
    editor = visit(width=1280)
    editor.sign_in("redaktor")
    page = editor.page
    editor.open("/admin/kurser/")
    page.get_by_label("Ny kurs").fill(f"Sista orden, {way}")
    page.get_by_role("button", name="Skapa kursen").click()
    page.get_by_label("En rad för varje").fill("# Ett\nA")
    page.get_by_role("button", name="Lägg till i kursen").click()
    page.get_by_role("link", name="A", exact=True).click()
    page.locator("[contenteditable=true]").first.locator("[data-block=true]").nth(1).click()
    page.keyboard.type("De sista orden")
    with page.expect_navigation():
        if way == "keys":
            page.keyboard.press("Control+s")
        else:
            page.get_by_role("button", name="Spara utkast").first.click()
    expect(page.locator("[contenteditable=true]").first).to_contain_text("De sista orden")
