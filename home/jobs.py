"""Background work of the arena."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from home.services.first_steps import load_starter_content
from lms.lib.dates import today
from lms.notifications.registry import register_job
from lms.people.models import User

LOAD_STARTER = "home.load_starter"


def _load_starter(params: Mapping[str, Any], report: Any) -> str | None:
    by = User.objects.filter(pk=params["by"]).first()
    load_starter_content(on=today(), by=by)
    return "/arenan/"


def register() -> None:
    register_job(LOAD_STARTER, _("Load the starter content"), _load_starter)
