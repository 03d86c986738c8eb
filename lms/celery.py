"""The Celery application. The broker is a wake-up; what must happen is a row in the database."""

import os
from pathlib import Path

from celery import Celery
from django.conf import settings

from lms.notifications import folderbroker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
folderbroker.install()
app = Celery("lms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

for folder in ("data_folder_in", "control_folder"):
    if folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS:
        Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS[folder]).mkdir(parents=True, exist_ok=True)
