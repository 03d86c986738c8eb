"""Conventions of the house, and what the environment may say, as Django system checks, so that
`manage.py check` tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import models
from wagtail.models import Page

from lms.lib.fields import Guarded
from lms.notifications.governor import QuietHours, QuietHoursError

OURS = ("lms", "courses", "competence", "home")
FREE_TEXT_FROM = 256
"""A CharField longer than a title can hold a sentence about somebody."""
COPIED = {"audit.auditevent.reason"}
"""Fields that only receive what a guarded field has let through."""

# Rows counted in thousands per municipality: Wagtail's reference index would be written on every
# save and answers nothing about them.
MANY_ROWS = {
    "people.person", "people.user", "people.unit", "people.employment", "people.leave",
    "people.roleassignment", "people.importchange", "audit.auditevent",
    "courses.enrolment", "courses.lessoncompletion", "courses.attempt", "courses.answer",
    "courses.reflection", "courses.checklistmark", "courses.completion", "courses.certificate",
    "courses.courseversion", "competence.achievement", "competence.exemption",
    "competence.exemptionrequest", "competence.keypersonassignment", "competence.recognition",
    "notifications.notice",
    "home.searchentry", "home.searchterm",
}  # fmt: skip


def our_models(app_configs: Sequence[AppConfig] | None = None) -> Iterator[type[models.Model]]:
    for config in app_configs or apps.get_app_configs():
        if config.name.split(".")[0] in OURS:
            yield from config.get_models()


@register("conventions")
def docstrings_say_what_a_row_is(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    return [
        Error(
            "The docstring does not say what a row is.",
            hint='Begin it with "One row per …" (or "One row:") and say what is never changed.',
            obj=model,
            id="lms.E001",
        )
        for model in our_models(app_configs)
        if not (model.__doc__ or "").lstrip().startswith(("One row per", "One row:", "One row for"))
    ]


def _is_free_text(field: models.Field[Any, Any]) -> bool:
    if isinstance(field, Guarded) or field.choices or not field.editable:
        return False
    if field.name.endswith("url") or f"{field.model._meta.label_lower}.{field.name}" in COPIED:
        return False
    if type(field) is models.TextField:
        return True
    return type(field) is models.CharField and (field.max_length or 0) >= FREE_TEXT_FROM


@register("conventions")
def free_text_declares_its_class(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """Every field a person may write freely in is a GuardedCharField or GuardedTextField."""
    messages: list[CheckMessage] = []
    for model in our_models(app_configs):
        inherited = set(Page._meta.get_fields()) if issubclass(model, Page) else set()
        messages += [
            Error(
                f"{field.name} is free text that declares no sensitivity.",
                hint="Use lms.lib.fields.GuardedCharField or GuardedTextField with a Sensitivity.",
                obj=model,
                id="lms.E002",
            )
            for field in model._meta.local_fields
            if field not in inherited and _is_free_text(field)
        ]
    return messages


@register("conventions")
def many_rows_stay_out_of_the_reference_index(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    return [
        Error(
            "The model has many rows and is in Wagtail's reference index.",
            hint="Set wagtail_reference_index_ignore = True.",
            obj=model,
            id="lms.E003",
        )
        for model in our_models(app_configs)
        if model._meta.label_lower in MANY_ROWS
        and not getattr(model, "wagtail_reference_index_ignore", False)
    ]


@register("configuration")
def quiet_hours_can_be_read(
    app_configs: Sequence[AppConfig] | None, **_kwargs: Any
) -> list[CheckMessage]:
    """Read when a reminder is due: a fault in them would hold back every mail of that kind."""
    try:
        QuietHours.read(settings.QUIET_HOURS)
    except QuietHoursError as error:
        return [
            Error(
                f"QUIET_HOURS cannot be read. {error}",
                hint="Write two times of day, as 20:00-07:00, or leave it out.",
                id="lms.E004",
            )
        ]
    return []
