"""axe, all rules of WCAG 2.0 to 2.2 A and AA, on every page of the three personas, in both themes
and both widths, with dialogs open. The theme decides colours and the width layout, so each of them
once is enough on every change; `make prove` visits every page in all four."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.running import Visitor

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = {
    "-": ["/", "/konto/logga-in/", "/verifiera/", "/orolig/", "/konto/losenord/glomt/"],
    "medarbetare": [
        "/min-sida/",
        "/kurser/",
        "/kurser/grundkurs-forebygga-valdsbejakande-extremism/",
        "/arenan/",
        "/arenan/digitala-miljoer/",
        "/arenan/fragor-och-svar/",
        "/sok/?q=orosanm%C3%A4lan",
        "/inkorg/",
        "/mina-intyg/",
        "/kompetensplan/",
        "/konto/",
        "/finns-inte/",
    ],
    "chef": [
        "/team/",
        "/team/E00001/",
        "/team/anmal/?person=E00001",
        "/team/atgard/undantag/?person=E00001",
        "/behov/",
        "/plan/aret/",
    ],
    "samordnare": [
        "/tackning/",
        "/tackning/?visa=omraden",
        "/tackning/mal/",
        "/plan/aret/",
        "/plan/atgarder/",
        "/plan/version/2/",
        "/plan/prognos/",
        "/plan/prognos/kalender/",
        "/plan/utbildning/",
        "/plan/utbildning/kostnad/",
        "/uppfoljning/",
        "/kompetensplan/",
        "/utskick/",
        "/jobb/",
        "/admin/",
        "/admin/pages/add/home/articlepage/12/",
        "/admin/kompetens/plan/",
        "/admin/kompetens/behov/",
        "/admin/kompetens/utbildningsplan/",
        "/admin/kompetens/undantag/",
        "/admin/kompetens/nyckelpersoner/",
        "/admin/personer/avvikelser/",
        "/admin/arenan/forsta-stegen/",
    ],
}


def faults_on(visitor: Visitor, place: str) -> list[tuple[str, str, list[object]]]:
    """What axe finds on the page as it stands."""
    options = {"runOnly": {"type": "tag", "values": TAGS}}
    found = Axe().run(visitor.page, options=options).response["violations"]
    return [
        (place, violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in found
    ]


SCREENS = [(390, "dark"), (1280, "light")]
if os.environ.get("EVERY_SCREEN"):
    SCREENS += [(390, "light"), (1280, "dark")]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
@pytest.mark.parametrize("login", list(PAGES))
def test_axe_finds_nothing(
    visit: Callable[..., Visitor], login: str, width: int, scheme: str
) -> None:
    visitor = visit(width=width, scheme=scheme)
    if login != "-":
        visitor.sign_in(login)
    faults: list[tuple[str, str, object]] = []
    for path in PAGES[login]:
        visitor.open(path)
        for summary in visitor.page.locator("main details > summary").all()[:3]:
            if summary.is_visible():
                summary.click()
        faults += faults_on(visitor, path)
        opener = visitor.page.locator("[data-why]:visible").first
        if opener.count():
            opener.click()
            visitor.page.locator("dialog[open]").wait_for()
            faults += faults_on(visitor, f"{path}, dialog open")
            visitor.page.keyboard.press("Escape")
        overflow = visitor.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 0:
            faults.append((path, "wider than the screen", overflow))
    assert faults == []
