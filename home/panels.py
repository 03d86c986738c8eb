"""The admin's start page, for those who keep the arena true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from home.models import ArenaIndexPage
from home.services.first_steps import steps
from home.services.redaction import queue_of
from lms.lib.dates import today


class FirstStepsPanel(Component):
    name = "first_steps"
    template_name = "home/admin/first_steps_panel.html"
    order = 10

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        all_steps = steps(today())
        return {
            "left": [step for step in all_steps if not (step.done or step.optional)],
            "done": sum(step.done for step in all_steps),
            "total": len(all_steps),
        }


class QueuePanel(Component):
    name = "queue"
    template_name = "home/admin/queue_panel.html"
    order = 20

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        return {
            "request": request,
            "queue": queue_of(request.user, today()),
            "arena": ArenaIndexPage.objects.first(),
            "day": today(),
        }
