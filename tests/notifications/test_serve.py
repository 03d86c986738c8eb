import json
import logging
import os
import sys
import time
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from granian.log import LogLevels, configure_logging

from lms import again
from lms.management.commands.serve import Child, Supervisor, web_command, worker_command
from lms.settings.mail import MailSettings, mail_settings

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def test_a_child_that_dies_starts_again_more_and_more_slowly() -> None:
    child = Child("one", [sys.executable, "-c", "pass"])
    now, waits = 0.0, []
    for _fall in range(8):
        child.look(now)
        assert child.process is not None
        child.process.wait()
        assert child.look(now) == 0
        waits.append(child.start_at - now)
        now = child.start_at
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_child_that_lived_long_starts_again_at_once() -> None:
    child = Child("one", [sys.executable, "-c", "pass"])
    child.look(0.0)
    assert child.process is not None
    child.process.wait()
    child.look(31.0)
    assert child.start_at == 31.0


def test_what_a_dead_child_started_does_not_outlive_it() -> None:
    grandchild = "import time; print('x', flush=True); time.sleep(60)"
    parent = (
        "import subprocess, sys, os;"
        f"p = subprocess.Popen([sys.executable, '-c', {grandchild!r}], stdout=subprocess.PIPE);"
        "p.stdout.readline(); os._exit(p.pid % 200)"
    )
    child = Child("one", [sys.executable, "-c", parent])
    child.look(0.0)
    assert child.process is not None
    group = child.process.pid
    child.process.wait()
    child.look(1.0)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("the grandchild is still there")


def test_all_children_are_stopped_together() -> None:
    children = [Child(n, [sys.executable, "-c", "import time; time.sleep(60)"]) for n in "ab"]
    for child in children:
        child.look(0.0)
    Supervisor(children, print).stop_children()
    assert [child.process.returncode for child in children if child.process] == [-15, -15]


def test_the_schedule_runs_in_the_worker_only_when_all_is_one() -> None:
    assert "-B" in worker_command(with_schedule=True)
    assert "-B" not in worker_command(with_schedule=False)


@pytest.mark.parametrize("option", ["--worker-only", "--beat-only"])
def test_a_worker_apart_needs_a_broker_that_can_be_shared(option: str, settings) -> None:
    settings.CELERY_BROKER_URL = "filesystem://"
    with pytest.raises(CommandError):
        call_command("serve", option)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("file:///var/mail", MailSettings(mail_settings("file:///x").backend, folder="/var/mail")),
        (
            "smtp://a%40b:p%3Aw@post.example.se",
            MailSettings(SMTP, None, "post.example.se", 587, "a@b", "p:w", use_tls=True),
        ),
        ("smtp://localhost?tls=0", MailSettings(SMTP, None, "localhost", 25)),
        ("smtps://post.example.se", MailSettings(SMTP, None, "post.example.se", 465, use_ssl=True)),
    ],
)
def test_a_mail_address_of_the_installation_is_read(url: str, expected: MailSettings) -> None:
    assert mail_settings(url) == expected


@pytest.mark.parametrize("hours", ["", "20:00-07:00", "18:30 - 06:15"])
def test_quiet_hours_that_can_be_read_pass_the_check(settings, hours: str) -> None:
    settings.QUIET_HOURS = hours
    assert run_checks(tags=["configuration"]) == []


@pytest.mark.parametrize("hours", ["20-7", "20:00", "20:00-07:00-08:00", "late"])
def test_quiet_hours_that_cannot_be_read_are_named_at_the_start(
    settings, monkeypatch, hours: str
) -> None:
    settings.QUIET_HOURS = hours
    monkeypatch.setattr(Supervisor, "run", lambda supervisor: pytest.fail("it has started"))
    with pytest.raises(SystemCheckError, match=r"QUIET_HOURS(.|\n)*HINT: .*20:00-07:00"):
        call_command("serve", skip_checks=False)
    monkeypatch.setattr(again, "_ready", lambda: "Logins")
    with pytest.raises(SystemExit, match="QUIET_HOURS"):
        again.main()


def test_the_web_server_leaves_out_what_is_meant_and_says_the_rest(capsys) -> None:
    command = web_command(8000)
    told = json.loads(Path(command[command.index("--log-config") + 1]).read_text())
    configure_logging(LogLevels.warning, told)
    try:
        server = logging.getLogger("_granian")
        server.warning("Configuration allows spawning up to 16 Python threads, which seems high.")
        server.warning("The address is taken.")
    finally:
        for name in told["loggers"]:
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).filters.clear()
    assert capsys.readouterr().out == "[WARNING] The address is taken.\n"
