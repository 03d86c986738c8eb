"""The planning year, once round: what a manager needs becomes a requirement that is decided, seats
are planned for it, an obligation is answered for, and a report says how it stands."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import openpyxl
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_accessibility import faults_on
from tests.pdf.structure import assert_sound, outline, read, tables_of, text_of
from tests.running import Visitor

ROUND = "Behov på förskolorna"
GROUP, AREA, LEVEL = "Förskola och fritidshem", "Orosanmälan och sekretess", "Fördjupning"
UNIT = "Förskolan Vitsippan"
WHY = "Rutinen är ny, och frågorna från vårdnadshavare är svårare i år."
VIEW = "Lägg kursen på planeringsdagarna, då hinner alla."
MET = "Planeringsdagarna i januari och augusti används."
REGISTRY = "KS 2026/0777"
EVIDENCE = "Rutin för orosanmälan, beslutad"
SUMMARY = "Förskolorna får fördjupning i orosanmälan."
PROPOSAL = "Planera vikarier till planeringsdagarna."


def test_a_need_becomes_a_requirement_and_the_year_is_reported(
    visit: Callable[..., Visitor],
) -> None:
    officer, manager = visit(width=1280), visit(width=390)
    officer.sign_in("samordnare")
    manager.sign_in("chef")
    the_officer_opens_a_round(officer)
    the_manager_answers(manager)
    number = the_officer_writes_the_answers_into_a_draft(officer)
    the_officer_sees_what_it_means_and_sends_it_out(officer, number)
    the_manager_gives_a_view(manager, number)
    the_officer_meets_the_view(officer, number)
    the_officer_decides(officer, number)
    the_manager_reads_what_became_of_the_answer(manager, number)
    activity = the_officer_plans_sessions_and_the_training_plan_is_decided(officer)
    the_officer_says_how_an_obligation_stands(officer)
    the_officer_makes_a_report_and_releases_it(officer)
    report = every_form_of_the_report_says_the_same(officer)
    elected = visit(width=1280)
    elected.sign_in("fortroendevald")
    the_years_page_answers_what_kommunstyrelsen_asks(elected, activity, report)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _field(within: Page | Locator, label: str) -> Locator:
    """A field of the admin, whose labels end in a star where something must be said."""
    return within.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")).first


def _plain(text: str) -> str:
    return " ".join(text.split())


def _done(page: Page) -> Locator:
    return page.locator(".messages[role=status]")


def _is_clean(visitor: Visitor) -> None:
    """The last that is done on a page: the page's own scripts stand still afterwards."""
    assert faults_on(visitor, visitor.page.url) == []
    page = visitor.page
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"{page.url} is wider than the screen by {wider}"


def the_officer_opens_a_round(officer: Visitor) -> None:
    page = officer.page
    officer.open("/admin/kompetens/behov/ny/")
    _field(page, "Namn").fill(ROUND)
    _field(page, "Vilken sorts enhet som tillfrågas").select_option(label="enhet")
    group = page.get_by_label(GROUP, exact=True)
    expect(group).to_be_visible()
    for box in page.locator("input[name=key_groups]").all():
        box.uncheck()
    group.check()
    _press(page, "Se vilka som tillfrågas")
    preview = page.locator(".own-panel[role=status]")
    expect(preview).to_contain_text("formulär till")
    expect(preview.locator("tr", has_text=UNIT)).to_contain_text("Maria Ekdahl")
    _press(page, "Öppna omgången")
    expect(_done(page)).to_contain_text(ROUND)


def the_manager_answers(manager: Visitor) -> None:
    """On a phone; what is written is kept as it is written."""
    page = manager.page
    manager.open("/behov/")
    asked = page.locator("section", has=page.get_by_role("heading", name=ROUND))
    asked.get_by_role("link", name=f"{GROUP}, {UNIT}").click()
    page.wait_for_url(re.compile(r"/behov/\d+/$"))
    page.get_by_label("Ja", exact=True).check()
    page.get_by_label(re.compile(f"^{AREA}")).select_option(label=LEVEL)
    page.get_by_label("Varför, med egna ord").fill(WHY)
    expect(page.locator("[data-when=saved]")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Varför, med egna ord")).to_have_value(WHY)
    expect(page.get_by_label("Ja", exact=True)).to_be_checked()
    page.locator("fieldset", has_text="Varför?").get_by_role("checkbox").first.check()
    page.locator("fieldset", has_text="Ungefär hur många?").get_by_role("radio").nth(1).check()
    page.locator("fieldset", has_text="När passar det er?").get_by_role("radio").first.check()
    expect(page.locator("[data-when=saved]")).to_be_visible()
    _is_clean(manager)
    _press(page, "Lämna svaret")
    expect(asked).to_contain_text("1 av 1 besvarade")


def the_officer_writes_the_answers_into_a_draft(officer: Visitor) -> int:
    """The answers, the proposal, its decision; the number of the draft that it made."""
    page = officer.page
    page.reload()
    expect(page.locator("main")).to_contain_text(re.compile(r"1 av \d+ svar om nyckelgrupper"))
    page.get_by_role("link", name="Från behov till krav").click()
    wished = page.locator("tr", has_text=AREA).filter(has_text=GROUP)
    expect(wished).to_contain_text(f"{LEVEL}: 1 svar")
    wished.get_by_role("link", name="Föreslå").click()
    expect(page.get_by_label(UNIT)).to_be_checked()
    _press(page, "Lägg förslaget")
    expect(_done(page)).to_contain_text("Förslaget är lagt")
    _press(page, "Skriv in det i utkastet")
    decided = page.locator("tr", has_text=f"{GROUP}: {AREA}, {LEVEL}")
    words = decided.inner_text()
    number = re.search(r"version (\d+)", words)
    assert number, words
    return int(number[1])


def the_officer_sees_what_it_means_and_sends_it_out(officer: Visitor, number: int) -> None:
    page = officer.page
    officer.open(f"/admin/kompetens/plan/{number}/")
    shown = page.locator("[data-consequences] [data-result]")
    expect(shown).to_contain_text("Får ett krav de inte hade")
    expect(shown.locator("table", has_text=GROUP)).to_be_visible()
    page.get_by_role("link", name="Skicka på remiss").click()
    units = page.locator("input[name=units]")
    expect(units.nth(2)).to_be_visible()
    for unit in units.all()[:3]:
        unit.check()
    _field(page, "Vad du vill ha synpunkter på").fill("När på året passar kursen?")
    _press(page, "Skicka på remiss")
    expect(_done(page)).to_contain_text("Versionen är på remiss")


def the_manager_gives_a_view(manager: Visitor, number: int) -> None:
    page = manager.page
    manager.open(f"/plan/remiss/kompetensplan/{number}/")
    form = page.locator("section", has=page.get_by_role("heading", name="Lämna en synpunkt"))
    form.get_by_label(re.compile("^Om")).select_option(label=GROUP)
    form.get_by_label(re.compile("^Din synpunkt")).fill(VIEW)
    _press(page, "Lämna synpunkten")
    expect(page.locator("#synpunkter").locator("..").locator("..")).to_contain_text(VIEW)
    _is_clean(manager)


def the_officer_meets_the_view(officer: Visitor, number: int) -> None:
    page = officer.page
    officer.open(f"/admin/kompetens/version/kompetensplan/{number}/synpunkter/")
    view = page.locator(".difference", has_text=VIEW)
    view.get_by_role("link", name="Skriv hur den bemöts").click()
    page.get_by_role("radio").first.check()
    _field(page, "Motivering").fill(MET)
    page.locator("main form[method=post] button[type=submit]").last.click()
    expect(page.locator(".difference", has_text=VIEW)).to_contain_text(MET)
    officer.open(f"/admin/kompetens/version/kompetensplan/{number}/beredning/")
    _field(page, "Organ").fill("KSAU")
    _press(page, "Skicka till beredning")
    expect(_done(page)).to_contain_text("i beredning")


def the_officer_decides(officer: Visitor, number: int) -> None:
    """What was shown before the decision is kept with it."""
    page = officer.page
    page.get_by_role("link", name="Besluta versionen").click()
    _field(page, "Beslutad av").fill("Kommunstyrelsen")
    _field(page, "Diarienummer").fill(REGISTRY)
    _press(page, "Se vad det innebär")
    shown = page.locator(".consequences dl").first.inner_text()
    _press(page, f"Besluta om version {number}")
    expect(_done(page)).to_contain_text(f"Version {number} är beslutad")
    officer.open(f"/admin/kompetens/plan/{number}/")
    kept = page.locator("section[aria-labelledby=visat]")
    expect(kept.locator("dl").first).to_have_text(shown, use_inner_text=True)


def the_manager_reads_what_became_of_the_answer(manager: Visitor, number: int) -> None:
    page = manager.page
    manager.open("/kompetensplan/")
    expect(page.locator(".kicker").first).to_contain_text(f"version {number}")
    expect(page.locator(".kicker").first).to_contain_text(REGISTRY)
    manager.open("/kompetensplan/G01/")
    row = page.locator("tr", has=page.get_by_role("rowheader", name=AREA)).filter(has_text=LEVEL)
    expect(row).to_contain_text(f"Kommer ur behov: svar från {UNIT} ({ROUND})")
    expect(row).to_contain_text(f"i version {number}")
    _is_clean(manager)


def the_officer_plans_sessions_and_the_training_plan_is_decided(officer: Visitor) -> str:
    """What the forecast proposes is taken into a draft; the title of the activity it became."""
    page = officer.page
    officer.open("/admin/kompetens/utbildningsplan/")
    _press(page, "Nytt utkast med aktiviteterna som finns")
    page.wait_for_url(re.compile(r"/utbildningsplan/\d+/$"))
    draft = page.url
    officer.open("/plan/prognos/kalender/")
    rows = page.locator("table.seats-calendar tbody tr")
    expect(rows.first).to_be_visible()
    for row in rows.all()[1:]:
        row.get_by_role("checkbox").uncheck()
    first = rows.first.get_by_role("rowheader").inner_text().strip().splitlines()[0]
    _press(page, "Ta med de ikryssade i utkastet")
    expect(page.locator(".notice[role=status]")).to_contain_text("1 aktivitet finns i utkast")
    expect(rows.filter(has_text=first)).to_contain_text("i utkastet")
    _is_clean(officer)
    page.goto(draft)
    row = page.locator("tr", has_text=first.split(",")[0]).last
    title = row.get_by_role("link").first.inner_text()
    expect(row).to_contain_text(re.compile(r"\d nyckelgrupp"))
    page.get_by_role("link", name="Besluta versionen").click()
    _field(page, "Beslutad av").fill("Kommunstyrelsen")
    _press(page, "Besluta")
    expect(_done(page)).to_contain_text("är beslutad")
    return title


def the_officer_says_how_an_obligation_stands(officer: Visitor) -> None:
    page = officer.page
    officer.open("/admin/kompetens/atgarder/")
    page.locator("table.listing td.title a").first.click()
    status = page.locator("form", has=page.locator("button[name=status]"))
    status.locator("select").select_option(value="done")
    status.locator("textarea").fill("Rutinen är beslutad och känd.")
    status.locator("button[name=status]").click()
    expect(_done(page)).to_contain_text("Statusen är satt")
    evidence = page.locator("form", has=page.locator("button[name=evidence]"))
    _field(evidence, "Vad det visar").fill(EVIDENCE)
    _field(evidence, "Webbadress").fill("https://example.se/rutin")
    evidence.locator("button[name=evidence]").click()
    expect(_done(page)).to_contain_text("Beviset är tillagt")
    page.get_by_role("link", name="Se avsnittet som läsarna ser det").click()
    expect(page.locator(".status-line")).to_contain_text("Genomför")
    expect(page.locator("main")).to_contain_text(EVIDENCE)


def the_officer_makes_a_report_and_releases_it(officer: Visitor) -> None:
    page = officer.page
    officer.open("/uppfoljning/ny/")
    _press(page, "Samla in talen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jobbet är klart", timeout=60_000)
    page.get_by_role("link", name="Se resultatet").click()
    page.get_by_role("link", name="Skriv i rapporten").click()
    page.locator("[name=summary]").fill(SUMMARY)
    page.locator("[name=proposals]").fill(PROPOSAL)
    page.locator("[name=next_steps]").fill("Stödfunktionen möts i januari.")
    _press(page, "Spara")
    expect(page.locator("main")).to_contain_text(SUMMARY)
    for step in ("Fastställ", "Släpp"):
        page.get_by_role("link", name=step, exact=True).click()
        _press(page, step)
    expect(page.locator(".notice[role=status]")).to_contain_text("Rapporten är släppt")


def every_form_of_the_report_says_the_same(officer: Visitor) -> str:
    """Number, checksum and a figure, on the page, in the PDF and in the workbook. The number."""
    page = officer.page
    report = page.url
    number = report.rstrip("/").rsplit("/", 1)[1]
    checksum = page.locator(".report-sum").inner_text()
    row = page.locator("#T3S tbody tr").first
    cells = [_plain(cell) for cell in row.locator("th, td").all_inner_texts()]
    assert any(re.fullmatch(r"\d+ %", cell) for cell in cells), cells

    def fetched(name: str) -> bytes:
        answer = page.request.get(report + name)
        assert answer.ok, f"{name}: {answer.status}"
        return answer.body()

    frozen = json.loads(fetched("rapport.json"))
    content = fetched("rapport.pdf")
    assert_sound(content, title=frozen["title"])
    assert len(outline(read(content))) > 5
    pages = text_of(content)
    assert all(number in text and checksum in text for text in pages)
    assert SUMMARY in " ".join(pages)
    (table,) = [rows for title, rows in tables_of(content).items() if title.startswith("T3S ")]
    assert cells in [[_plain(cell) for cell in line] for line in table]
    book = openpyxl.load_workbook(io.BytesIO(fetched("rapport.xlsx")), read_only=True)
    assert checksum in [line[1] for line in book.worksheets[0].iter_rows(values_only=True)]
    (sheet,) = [each for each in book.worksheets if each.title.startswith("T3S ")]
    whole = [cell.removesuffix(" %") for cell in cells]
    assert whole in [["" if cell is None else str(cell) for cell in line] for line in sheet.values]
    return number


def the_years_page_answers_what_kommunstyrelsen_asks(
    reader: Visitor, activity: str, number: str
) -> None:
    """Each within two clicks of the page."""
    page = reader.page
    main = page.locator("main")

    def ask(words: str) -> None:
        reader.open("/plan/aret/")
        page.get_by_role("link", name=re.compile(words)).click()

    ask("åtaganden är genomförda")
    expect(page.locator("h1")).to_contain_text(re.compile(r"\d+ av \d+ åtaganden"))
    expect(page.locator("table.register tr", has_text=EVIDENCE)).to_contain_text("Genomförd")

    ask("inte lämnat behovsanalys")
    left = page.locator("section[aria-labelledby=obesvarade]")
    expect(left).to_contain_text(ROUND)
    expect(left.get_by_text("0 av 1 svar").first).to_be_visible()
    expect(left.get_by_text(UNIT, exact=True)).to_have_count(0)

    ask("täckningen per förvaltning")
    goals = page.locator("table.goal-table").first
    expect(goals).to_contain_text(GROUP)
    for column in ("2026", "2025", "Mål"):
        expect(goals.locator("thead")).to_contain_text(column)

    ask("fördjupad utbildning kostat")
    expect(page.locator("h1")).to_contain_text("kronor är använda")
    expect(main).to_contain_text("Center mot våldsbejakande extremism")
    expect(main).to_contain_text(activity)

    ask("brottsförebyggande rådet")
    expect(main).to_contain_text(number)
    expect(main).to_contain_text(SUMMARY)
    expect(main).to_contain_text("Stödfunktionen möts i januari.")
    _is_clean(reader)
