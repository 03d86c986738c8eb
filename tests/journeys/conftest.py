"""The journeys' site and screens. Nothing here writes what a story claims to produce."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.run import browser as find_browser
from tests.running import CHROMIUM_ARGS, PHONE, Site, Visitor, open_screen, running_site


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if given := os.environ.get("JOURNEYS_URL"):
        # A site that runs already, while a journey is being written.
        yield Site(url=given.rstrip("/"), var_dir=Path(), env={})
        return
    with running_site(tmp_path_factory.mktemp("journeys")) as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_ARGS)
        yield instance
        instance.close()


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open a screen of one's own: `visit()` is a phone, `visit(width=1280)` a desk."""
    contexts: list[BrowserContext] = []

    def open_one(width: int = PHONE, scheme: str = "light") -> Visitor:
        contexts.append(open_screen(chromium, width, scheme))
        return Visitor(page=contexts[-1].new_page(), site=site)

    yield open_one
    for context in contexts:
        context.close()


MAKE = (
    "from tests.builders.every_kind import publish_every_kind as make;"
    "version = make(lessons=15, title='Frågor på resan');"
    "print(version.course.slug, *(lesson['slug'] for lesson in version.lessons))"
)


@pytest.fixture(scope="package")
def lessons(site: Site) -> list[str]:
    """The addresses of a course's lessons, each with every kind of question."""
    course, *slugs = site.manage("shell", "-v0", "-c", MAKE).split()[-16:]
    return [f"/kurser/{course}/{slug}/" for slug in slugs]


@pytest.fixture
def learner(visit: Callable[..., Visitor], lessons: list[str]) -> Visitor:
    """Somebody who has set out on the course."""
    return signed_in(visit, lessons)


def signed_in(visit: Callable[..., Visitor], lessons: list[str]) -> Visitor:
    visitor = visit(width=390)
    visitor.sign_in("medarbetare")
    visitor.open(lessons[0].rsplit("/", 2)[0] + "/")
    begin = visitor.page.get_by_role("button", name="Börja kursen")
    if begin.count():
        begin.click()
    return visitor


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)
