"""Background work of the arena."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.services.first_steps import load_starter_content
from lms.lib.dates import today
from lms.notifications.registry import register_job
from lms.people.models import User

LOAD_STARTER = "home.load_starter"


def _load_starter(params: Mapping[str, Any], report: Any) -> str | None:
    by = User.objects.filter(pk=params["by"]).first()
    left_out = load_starter_content(on=today(), by=by)
    if left_out:
        told = _("Not published. %(courses)s") % {"courses": "; ".join(left_out)}
        report(1, 1, Truncator(told).chars(300))
    return "/arenan/"


def register() -> None:
    register_job(LOAD_STARTER, gettext_lazy("Load the starter content"), _load_starter)
