"""A förskollärare learns what she must, and it counts at once: for her, for her manager, and for
anyone who checks her certificate."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.knowledge import answer_rightly, lessons
from tests.running import Visitor


def _status(visitor: Visitor, area: str) -> str:
    """The status that Min sida shows for an area."""
    row = visitor.page.locator("section[aria-labelledby=galler] li", has_text=area)
    return (row.locator(".status").first.text_content() or "").strip()


def test_a_new_preschool_teacher_takes_her_course_and_it_counts_at_once(
    visit: Callable[..., Visitor],
) -> None:
    manager = visit(width=1280)
    manager.sign_in("chef")
    manager.open("/team/")
    row = manager.page.locator("table.matrix tr", has_text="Sara Lindqvist")
    expect(row.locator(".cell")).to_have_count(6)
    expect(row.locator(".cell", has_text="Att göra")).to_have_count(6)

    learner = visit(width=390)
    learner.sign_in("medarbetare")
    page = learner.page
    expect(page).to_have_url(re.compile("/min-sida/$"))
    first = page.locator("section.card-first")
    expect(first).to_contain_text("Grundkurs: Förebygga våldsbejakande extremism")
    expect(first).to_contain_text("senast")
    first.get_by_text("Varför ska jag göra den").click()
    expect(first.locator("details.why")).to_contain_text("Förskola och fritidshem")
    first.get_by_role("link", name="Börja kursen").click()
    page.get_by_role("button", name="Börja kursen").click()

    written = lessons("k1")
    assert len(written) == 11
    for number, lesson in enumerate(written, 1):
        expect(page.locator("h1")).to_have_text(lesson["title"])
        answer_rightly(page, lesson["questions"])
        expect(page.locator("[data-saved]")).to_contain_text("Sparat")
        page.get_by_role("button", name="Rätta mina svar").click()
        result = page.locator("#resultat")
        expect(result).to_contain_text(
            f"{len(lesson['questions'])} av {len(lesson['questions'])} rätt"
        )
        if number < len(written):
            result.get_by_role("link", name=re.compile("^Nästa")).click()
    page.locator("#resultat").get_by_role("link").click()

    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("(Hämta|Ladda ner) intyget")).click()
    pdf = PdfReader(io.BytesIO(download.value.path().read_bytes()))
    printed = "\n".join(sheet.extract_text() for sheet in pdf.pages)
    assert "Sara Lindqvist" in printed
    assert "Förebygga våldsbejakande extremism" in printed
    assert pdf.trailer["/Root"]["/Lang"].startswith("sv")
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", printed)
    assert code is not None

    learner.open("/min-sida/")
    assert _status(learner, "Orosanmälan och sekretess").startswith("Att göra")
    assert _status(learner, "Våldsprevention").startswith("Att göra")
    expect(page.locator("section.card-first")).to_contain_text("Orosanmälan och sekretess")

    stranger = visit(width=390)
    stranger.open("/verifiera/")
    stranger.page.get_by_role("textbox").fill(code.group())
    stranger.page.get_by_role("textbox").press("Enter")
    checked = stranger.page.locator("main")
    expect(checked).to_contain_text("Intyget är äkta")
    expect(checked).to_contain_text("Sara Lindqvist")
    expect(checked).to_contain_text(code.group())

    manager.page.reload()
    row = manager.page.locator("table.matrix tr", has_text="Sara Lindqvist")
    expect(row.locator(".cell", has_text="Klar")).to_have_count(4)
    for area in ("Orosanmälan", "Våldsprevention"):
        expect(row.locator(f'td[data-label="{area}"] .cell')).to_contain_text("Att göra")

    learner.open("/inkorg/")
    expect(page.locator("main")).to_contain_text("Grundkurs: Förebygga våldsbejakande extremism")


def test_the_way_on_for_the_worried_is_two_taps_from_any_page(
    visit: Callable[..., Visitor],
) -> None:
    learner = visit(width=390)
    learner.sign_in("medarbetare")
    learner.open("/kurser/")
    learner.page.get_by_role("link", name="Orolig för ett barn?").first.click()
    expect(learner.page).to_have_url(re.compile("/orolig/"))
    expect(learner.page.locator("main")).to_contain_text("112")
