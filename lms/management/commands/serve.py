"""Run the product: web, worker and schedule together, or one of them.

    manage.py serve                  everything, one command (the embedded default)
    manage.py serve --web-only       the web server
    manage.py serve --worker-only    the worker (with REDIS_URL or CELERY_BROKER_URL)
    manage.py serve --beat-only      the schedule; exactly one of these

A child that dies is started again, at once the first time and then more and more slowly;
SIGTERM or SIGINT stops all of them together.
"""

import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

WEB_WORKERS = 2
# Requests that one web worker answers at a time; the others wait for their turn.
WEB_QUEUE = 32
WORKER_THREADS = 2
# A child that lived this long starts again at once; one that did not waits longer each time.
STEADY_SECONDS = 30
LONGEST_WAIT = 60
STOP_SECONDS = 25
LOOK_SECONDS = 0.25
WORKER_AFTER_SECONDS = 6


@dataclass
class Child:
    """One process of the product and when to start it (again)."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    start_at: float = 0.0
    falls: int = 0

    def start(self, now: float) -> None:
        # A group of its own: a Ctrl-C reaches the children through us alone, once.
        self.process = subprocess.Popen(self.command, start_new_session=True)
        self.started = now

    def look(self, now: float) -> int | None:
        """Notice a death and plan the next start; the exit code where it has just died."""
        if self.process is None:
            if now >= self.start_at:
                self.start(now)
            return None
        code = self.process.poll()
        if code is None:
            return None
        self.falls = 0 if now - self.started >= STEADY_SECONDS else self.falls + 1
        self.start_at = now + (min(LONGEST_WAIT, 2**self.falls) if self.falls else 0)
        kill_group(self.process.pid)
        self.process = None
        return code


def kill_group(pid: int) -> None:
    """End what a child started itself (the web server's workers, the worker's schedule): it
    must not outlive the child and work beside the next one."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def web_command(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "lms.wsgi:application"),
        *("--interface", "wsgi"),
        *("--host", os.environ.get("HOST", "0.0.0.0")),
        *("--port", str(port)),
        *("--workers", str(WEB_WORKERS)),
        *("--backpressure", str(WEB_QUEUE)),
        *("--log-level", os.environ.get("LOG_LEVEL", "WARNING").lower()),
        *("--log-config", str(settings.BASE_DIR / "lms" / "weblog.json")),
        *("--workers-kill-timeout", "10"),
        "--respawn-failed-workers",
    ]


def worker_command(*, with_schedule: bool) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "lms.celery", "--skip-checks", "worker"),
        *("--pool", "threads", "--concurrency", str(WORKER_THREADS)),
        *("--loglevel", os.environ.get("LOG_LEVEL", "WARNING")),
        *("--without-gossip", "--without-mingle"),
        *(("-B",) if with_schedule else ()),
    ]


def beat_command() -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "lms.celery", "--skip-checks", "beat"),
        *("--loglevel", os.environ.get("LOG_LEVEL", "WARNING")),
        *("--pidfile", ""),
    ]


class Supervisor:
    """Keeps the children alive until told to stop."""

    def __init__(self, children: list[Child], say: Any) -> None:
        self.children = children
        self.say = say
        self.stopping = False

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                for child in self.children:
                    code = child.look(time.monotonic())
                    if code is not None and not self.stopping:
                        wait = max(0.0, child.start_at - time.monotonic())
                        self.say(f"{child.name} stopped ({code}); starts again in {wait:.0f} s.")
                time.sleep(LOOK_SECONDS)
        finally:
            self.stop_children()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def stop_children(self) -> None:
        """Ask all to finish, at once; after a while insist."""
        alive = [child.process for child in self.children if child.process is not None]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in alive:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                kill_group(process.pid)
                process.wait()
            else:
                kill_group(process.pid)


def web(port: int) -> Child:
    return Child("The web server", web_command(port))


def together(port: int) -> list[Child]:
    """Everything in one. The worker starts a little later: its own start would slow down the
    page that somebody waits for."""
    worker = Child("The worker", worker_command(with_schedule=True))
    worker.start_at = time.monotonic() + WORKER_AFTER_SECONDS
    return [web(port), worker]


def say_where(say: Callable[[str], None]) -> None:
    say(f"The site:  {settings.PUBLIC_URL}/")
    say(f"The admin: {settings.PUBLIC_URL}/admin/")
    say("Stop with Ctrl-C.")


class Command(BaseCommand):
    help = "Run the web server, the worker and the schedule together, or one of them."
    # Only what the environment says: the rest cannot change from one start to the next.
    requires_system_checks = ["configuration"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--web-only", action="store_true")
        only.add_argument("--worker-only", action="store_true")
        only.add_argument("--beat-only", action="store_true")
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.WHITENOISE_USE_FINDERS:
            # Nothing is collected then, but WhiteNoise wants the folder to exist.
            settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        apart = options["worker_only"] or options["beat_only"]
        if apart and settings.CELERY_BROKER_URL.startswith("filesystem:"):
            raise CommandError("Set REDIS_URL to run the worker or the schedule apart.")
        children = []
        if options["worker_only"]:
            children.append(Child("The worker", worker_command(with_schedule=False)))
        elif options["beat_only"]:
            children.append(Child("The schedule", beat_command()))
        elif options["web_only"]:
            children.append(web(options["port"]))
        else:
            children += together(options["port"])
        if not apart:
            say_where(self._say)
        Supervisor(children, self._say).run()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
