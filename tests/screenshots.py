"""`make screenshots`: the pictures of docs/screenshots, taken anew of a demo municipality.

`python -m tests.screenshots --url URL --to FOLDER [PATH …] [--login NAME]` takes any page of a
site that runs already, at both widths and in both themes.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.run import browser as find_browser
from tests.running import CHROMIUM_ARGS, DESK, PHONE, ROOT, Site, Visitor, open_screen, running_site

COURSE = "/kurser/grundkurs-forebygga-valdsbejakande-extremism/"


@dataclass(frozen=True)
class Picture:
    """One file of docs/screenshots: who looks at what, on which screen."""

    name: str
    login: str
    path: str
    width: int = DESK
    scheme: str = "light"
    whole: bool = False


PICTURES = (
    Picture("min-sida", "medarbetare", "/min-sida/", PHONE),
    Picture("min-sida-mork", "medarbetare", "/min-sida/", PHONE, "dark"),
    Picture("kurs", "medarbetare", COURSE, PHONE),
    Picture("orolig", "", "/orolig/", PHONE),
    Picture("framsida", "", "/"),
    Picture("arenan", "medarbetare", "/arenan/"),
    Picture("team", "chef", "/team/"),
    Picture("team-mork", "chef", "/team/", DESK, "dark"),
    Picture("tackning", "samordnare", "/tackning/"),
    Picture("admin", "samordnare", "/admin/"),
)


def take(browser: Browser, site: Site, picture: Picture, folder: Path) -> None:
    context = open_screen(browser, picture.width, picture.scheme)
    visitor = Visitor(page=context.new_page(), site=site)
    if picture.login:
        visitor.sign_in(picture.login)
    visitor.open(picture.path)
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.screenshot(path=folder / f"{picture.name}.png", full_page=picture.whole)
    context.close()


def _asked_for(paths: list[str], login: str) -> list[Picture]:
    pictures = []
    for path in paths:
        name = re.sub(r"\W+", "-", path).strip("-") or "start"
        for width in (PHONE, DESK):
            for scheme in ("light", "dark"):
                label = f"{name[:60]}-{login or 'utan'}-{width}-{scheme}"
                pictures.append(Picture(label, login, path, width, scheme, whole=True))
    return pictures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--url")
    parser.add_argument("--login", default="")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "screenshots")
    asked = parser.parse_args()
    pictures = _asked_for(asked.paths, asked.login) if asked.paths else list(PICTURES)
    asked.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        given = Site(url=asked.url.rstrip("/"), var_dir=Path(), env={}) if asked.url else None
        with nullcontext(given) if given else running_site(Path(scratch)) as site:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_ARGS)
            for picture in pictures:
                take(browser, site, picture, asked.to)
                print(picture.name, flush=True)
            browser.close()


if __name__ == "__main__":
    main()
