"""Words and shapes for notices, mail and jobs."""

import re

from django import template
from django.utils.translation import gettext

from lms.notifications.models import Delivery, Job
from lms.notifications.registry import label_of

register = template.Library()

# The fault that a job met, as it stands at the end of its reason.
_CAUSE = re.compile(r"\(\w+\)")

# State → the status tone and shape of components/status.css.
_TONES = {
    Job.State.PENDING.value: "pending",
    Job.State.RUNNING.value: "pending",
    Job.State.DONE.value: "met",
    Job.State.FAILED.value: "gap",
    Job.State.CANCELLED.value: "paused",
    Delivery.State.SENDING.value: "pending",
    Delivery.State.SENT.value: "met",
    Delivery.State.SKIPPED.value: "paused",
    Delivery.State.UNCERTAIN.value: "expiring",
}


@register.filter
def kind_label(code: str) -> str:
    return label_of(code)


@register.filter
def state_tone(state: str) -> str:
    return _TONES.get(state, "paused")


@register.filter
def state_shape(state: str) -> str:
    tone = state_tone(state)
    return "overdue" if tone == "gap" else tone


@register.filter
def in_my_language(reason: str) -> str:
    """A reason that was stored in English, in the reader's language; a fault's name in brackets at
    the end of it stays as it is."""
    if not reason:
        return ""
    words, _space, cause = reason.rpartition(" ")
    if _CAUSE.fullmatch(cause):
        return f"{gettext(words)} {cause}"
    return gettext(reason)
