"""A real installation refuses to start with what only a demo may have."""

import os
import subprocess
import sys

import pytest

REAL = {
    "SECRET_KEY": "a-secret-of-a-real-installation-0123456789",
    "ALLOWED_HOSTS": "kunskap.example.se",
    "PUBLIC_URL": "https://kunskap.example.se",
    "EMAIL_URL": "smtp://mail.example.se:587",
}
READ = "from lms.settings import production; print(production.PUBLIC_URL)"


def start(**changes):
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "VAR_DIR")}
    environment = kept | {key: value for key, value in (REAL | changes).items() if value}
    return subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=False
    )


def test_production_starts_with_real_settings():
    assert start().stdout.strip() == "https://kunskap.example.se"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"DEBUG": "1"}, "DEBUG"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ","}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "kunskap.example.se, *"}, "ALLOWED_HOSTS"),
        ({"EMAIL_URL": ""}, "EMAIL_URL"),
        ({"EMAIL_URL": "file:///tmp/mail"}, "EMAIL_URL"),
        ({"EMAIL_URL": "console://"}, "EMAIL_URL"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://localhost:8000"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://127.0.0.1"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "kunskap.example.se"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://kunskap.example.se"}, "PUBLIC_URL"),
    ],
)
def test_production_refuses_what_only_a_demo_may_have(changes, named):
    result = start(**changes)
    assert result.returncode == 1
    [refusal] = [line for line in result.stderr.splitlines() if line.startswith(f"- {named} ")]
    assert refusal


def test_production_names_every_fault_at_once():
    refusal = start(**dict.fromkeys(REAL, ""), DEBUG="1").stderr
    named = [line.split()[1] for line in refusal.splitlines() if line.startswith("- ")]
    assert named == ["DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_URL", "EMAIL_URL"]
