"""A whole product for the journeys: its own database with the demo's services-made content, its
own web and worker processes, a real browser. Nothing here writes what a story claims to produce."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.run import browser as find_browser

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE = 400
PASSWORD = "demo"

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--no-first-run",
]


@dataclass(frozen=True)
class Site:
    url: str
    var_dir: Path
    env: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command against this site; what it printed."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _database(var_dir: Path) -> tuple[str, str | None]:
    """An address of a new empty database, and its name where it must be dropped again."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        return f"sqlite:///{var_dir / 'db.sqlite3'}", None
    name = f"journeys_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{given.rsplit('/', 1)[0]}/{name}", name


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if given := os.environ.get("JOURNEYS_URL"):
        # A site that runs already, while a journey is being written.
        yield Site(url=given.rstrip("/"), var_dir=Path(), env={})
        return
    var_dir = tmp_path_factory.mktemp("journeys")
    database, name = _database(var_dir)
    port = _free_port()
    env = {
        **os.environ,
        "VAR_DIR": str(var_dir),
        "DATABASE_URL": database,
        "PORT": str(port),
        "PUBLIC_URL": f"http://localhost:{port}",
        "DJANGO_SETTINGS_MODULE": "lms.settings",
    }
    built = Site(url=f"http://localhost:{port}", var_dir=var_dir, env=env)
    built.manage("migrate", "--verbosity", "0")
    built.manage("demo", "--people", str(PEOPLE))
    log = (var_dir / "serve.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait_until_served(built.url, server, var_dir / "serve.log")
        yield built
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        log.close()
        if name:
            with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _wait_until_served(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"The site did not start:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_ARGS)
        yield instance
        instance.close()


@dataclass
class Visitor:
    """One person at one screen."""

    page: Page
    site: Site

    def open(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def sign_in(self, login: str) -> None:
        self.open("/konto/logga-in/")
        self.page.get_by_label("E-post").fill(f"{login}@example.se")
        self.page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Logga in").click()
        self.page.wait_for_load_state()


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open a screen of one's own: `visit()` is a phone, `visit(width=1280)` a desk."""
    contexts: list[BrowserContext] = []

    def open_screen(width: int = 390, scheme: str = "light") -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": 844 if width < 800 else 900},
            color_scheme=scheme,
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return Visitor(page=context.new_page(), site=site)

    yield open_screen
    for context in contexts:
        context.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)
            # One worker, one site: the product under test is built once.
            item.add_marker(pytest.mark.xdist_group("journeys"))
