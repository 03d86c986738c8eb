"""The product's own settings, with a quick clock, a mail folder that counts, and faults."""

import os
from pathlib import Path

from lms.settings import *  # noqa: F403
from lms.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS, TEMPLATES

# The apps above notifications take no part, and cost every worker seconds to start.
_ABOVE = {"home", "competence", "courses", "lms", "wagtail.contrib.search_promotions"}
INSTALLED_APPS = [*(app for app in INSTALLED_APPS if app not in _ABOVE), "tests.prove._workers"]
TEMPLATES = [{**TEMPLATES[0], "DIRS": [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]}]
MAIL_TRANSPORT = "tests.prove._workers.sink.SinkBackend"
MAIL_SINK = Path(os.environ["VAR_DIR"]) / "sink"
# A process that is gone is noticed in seconds instead of minutes.
MAIL_CLAIM_SECONDS = 2
JOB_SILENCE_SECONDS = 2
DAILY_WORK_FROM_HOUR = 0
CELERY_BEAT_SCHEDULE = {"sweep": {**CELERY_BEAT_SCHEDULE["sweep"], "schedule": 1.0}}


class _NoMigrations:
    """Tables straight from the models: the proof is about the work, not about migrations."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


MIGRATION_MODULES = _NoMigrations()
