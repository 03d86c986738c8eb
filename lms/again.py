"""`make run`: the first time everything is made ready; after that it is only started.

Django's apps are not read here: that takes as long as the web server's own start, and somebody
waits for the page. What the first run made ready is written down beside the database, and holds
as long as nothing that it depends on has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from lms.management.commands.serve import Supervisor, say_where, together
from lms.notifications.governor import QuietHours, QuietHoursError

APPS = ("lms", "courses", "competence", "home")


def _mark() -> Path:
    return Path(settings.VAR_DIR) / "ready.json"


def stamp() -> str:
    """What a made-ready site depends on: the dependencies, our migrations and catalogues, and
    where the database is."""
    digest = hashlib.sha256()
    paths = [settings.BASE_DIR / "requirements.lock"]
    for app in APPS:
        paths += sorted((settings.BASE_DIR / app).rglob("migrations/*.py"))
        paths += sorted((settings.BASE_DIR / app).rglob("LC_MESSAGES/django.po"))
    for path in paths:
        digest.update(path.read_bytes())
    # Django fills in the rest of the settings as it starts.
    database = settings.DATABASES["default"]
    digest.update(repr([database.get(key) for key in ("ENGINE", "HOST", "PORT", "NAME")]).encode())
    return digest.hexdigest()


def mark_ready(logins: str) -> None:
    """Write down that the site is ready as it stands, and what to say when it starts."""
    _mark().write_text(json.dumps({"stamp": stamp(), "logins": logins}))


def _ready() -> str | None:
    """What to say when the site starts; None where it must be made ready first."""
    try:
        mark = json.loads(_mark().read_text())
    except (OSError, ValueError):
        return None
    database = settings.DATABASES["default"]
    needed = [settings.BASE_DIR / "lms" / "locale" / "sv" / "LC_MESSAGES" / "django.mo"]
    if "sqlite" in database["ENGINE"]:
        needed.append(Path(database["NAME"]))
    if mark["stamp"] != stamp() or not all(path.exists() for path in needed):
        return None
    return str(mark["logins"])


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    logins = _ready()
    if logins is None:
        subprocess.check_call([sys.executable, "manage.py", "setup_files"])
        os.execv(sys.executable, [sys.executable, "manage.py", "run_embedded"])
    try:
        # As in `lms.checks`, which needs the apps.
        QuietHours.read(settings.QUIET_HOURS)
    except QuietHoursError as error:
        sys.exit(f"QUIET_HOURS cannot be read. {error}")
    _say(logins)
    say_where(_say)
    Supervisor(together(settings.PORT), _say).run()


if __name__ == "__main__":
    main()
