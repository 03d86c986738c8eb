"""Somebody reports a course from a phone; whoever reviews approves it by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.builders.recognition import jpeg
from tests.running import DESK, PHONE, Visitor

CLAIM = "/min-sida/jag-har-gatt-en-kurs/"
INBOX = "/admin/kompetens/granskning/"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "intyg.jpg"
    path.write_bytes(jpeg(1200, 900))
    return path


def faults(visitor: Visitor, within: str = "body") -> list[str]:
    found = Axe().run(visitor.page, context=within)
    return [each["id"] for each in found.response["violations"]]


def test_a_course_is_reported_in_three_taps_and_a_photo(
    visit: Callable[..., Visitor], photo: Path
) -> None:
    visitor = visit(width=PHONE)
    visitor.sign_in("chef")
    visitor.open("/min-sida/")
    page = visitor.page
    taps = 0
    page.get_by_role("link", name="Jag har gått en kurs").click()
    taps += 1
    page.wait_for_url(f"**{CLAIM}*")
    page.get_by_label("Intyg eller annat underlag").wait_for()
    assert faults(visitor) == []
    page.get_by_text("Stöd till den som vill lämna").click()
    taps += 1
    page.get_by_label("Intyg eller annat underlag").set_input_files(photo)
    page.get_by_role("button", name="Skicka för granskning").click()
    taps += 1
    assert taps == 3
    page.get_by_text("Kursen är skickad för granskning.").wait_for()
    assert page.get_by_text("väntar på granskning sedan").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_inbox_is_worked_by_keyboard(visit: Callable[..., Visitor]) -> None:
    visitor = visit(width=DESK)
    visitor.sign_in("samordnare")
    visitor.open(INBOX)
    page = visitor.page
    assert faults(visitor, "main") == []
    waiting = page.locator("[data-case]").count()
    keys = page.keyboard
    keys.press("?")
    page.get_by_role("dialog", name="Tangenter").wait_for()
    keys.press("Escape")
    at = page.locator("[data-case]").evaluate_all(
        "rows => rows.findIndex(row => row.hasAttribute('data-ready'))"
    )
    for _ in range(at + 1):
        keys.press("j")
    keys.press("Enter")
    page.get_by_role("heading", name="Underlaget").wait_for()
    shown = page.locator(".inbox-proof img")
    shown.wait_for()
    assert shown.evaluate("async img => { await img.decode(); return img.naturalWidth }") > 0
    page.go_back()
    for _ in range(at + 1):
        keys.press("j")
    keys.press("x")
    keys.press("a")
    page.get_by_role("heading", name="Vill du godkänna en?").wait_for()
    keys.press("Enter")
    page.get_by_text("1 är godkänd.").wait_for()
    assert page.locator("[data-case]").count() == waiting - 1


def test_refusing_by_keyboard_asks_for_the_reason(visit: Callable[..., Visitor]) -> None:
    visitor = visit(width=DESK)
    visitor.sign_in("samordnare")
    visitor.open(INBOX)
    page = visitor.page
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.get_by_role("heading", name="Vill du avslå en?").wait_for()
    page.get_by_label("Varför den inte kan tillgodoräknas").fill("Intyget saknar datum.")
    page.get_by_role("button", name="Avslå", exact=True).click()
    page.get_by_text("1 är avslagen.").wait_for()
