"""A whole product, running: its own database with the demo's services-made content, its own web
and worker processes, and screens to look at it with. For the journeys and the screenshots."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
import psycopg
from django.apps import apps
from playwright.sync_api import Browser, BrowserContext, Page

from lms import snapshot

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = 400
PASSWORD = "demo"
PHONE, DESK = 390, 1280

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


def _unpack_snapshot(database: Path) -> None:
    """As `make run` does; nothing where the snapshot is older than the migrations."""
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
        django.setup()
    if snapshot.fits():
        snapshot.unpack(database)


@contextmanager
def running_site(var_dir: Path) -> Iterator[Site]:
    """A demo municipality of PEOPLE, made and served; stopped and dropped afterwards."""
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
    if name is None:
        _unpack_snapshot(var_dir / "db.sqlite3")
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


def open_screen(browser: Browser, width: int, scheme: str) -> BrowserContext:
    """A phone or a desk in one of the themes."""
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width < 800 else 900},
        color_scheme=scheme,
        locale="sv-SE",
        timezone_id="Europe/Stockholm",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(15_000)
    return context
