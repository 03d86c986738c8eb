"""The admin's start page, for those who keep the arena true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from courses.services.reviews import review_queue
from home.models import ArenaIndexPage
from home.services.first_steps import steps
from home.services.redaction import queue_of
from lms.content.governance import pages_due
from lms.lib.dates import today
from lms.people.access import Action, Obj, can, roles_of
from lms.people.models import User
from lms.people.roles import Role


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


@dataclass(frozen=True)
class Task:
    """Something to do in the administration, for whoever the address opens to. With `roles`,
    for those who hold one of them."""

    url_name: str
    title: str | Promise
    text: str | Promise
    roles: tuple[Role, ...] = ()


TASKS = (
    Task(
        "people_admin:imports",
        _("HR import"),
        _("The staff files that have been read in, and what each of them changed."),
    ),
    Task(
        "people_admin:anomalies",
        _("To look at"),
        _("What the staff files left unclear."),
    ),
    Task("people_admin:people", _("People"), _("Who works here, where, and who has an account.")),
    Task("people_admin:roles", _("Roles"), _("Who holds which role, for which unit and how long.")),
    Task(
        "people_admin:reach",
        _("Changed reach"),
        _("Which managers, deputies and contacts see more or fewer units than the night before."),
    ),
    Task(
        "courses:catalogue",
        _("Courses"),
        _("The courses as those who take them see them."),
        (Role.INSTRUCTOR, Role.REVIEWER),
    ),
    Task(
        "courses_admin:expert_questions",
        _("Questions to experts"),
        _("What learners ask in courses, for you to answer."),
        (Role.SUPPORT_FUNCTION,),
    ),
    Task(
        "wagtailimages:index",
        _("Images"),
        _("Pictures for courses, with their texts for those who do not see them."),
        (Role.INSTRUCTOR,),
    ),
    Task(
        "people_admin:ledger",
        _("The log"),
        _("Who changed what, when and why. You can search it and fetch it as a file."),
    ),
    Task(
        "competence:coverage",
        _("Coverage"),
        _("How far the municipality has come, key group by key group."),
        (Role.AUDITOR,),
    ),
    Task(
        "competence:plan",
        _("The plan"),
        _("What is asked of whom, and since when."),
        (Role.AUDITOR,),
    ),
)
MOST_PAGES = 12


def tasks_for(request: HttpRequest) -> list[tuple[Task, str]]:
    """The tasks whose addresses open to the reader of `request`, with the addresses."""
    rule_for = import_string(settings.URL_ACCESS)
    held = roles_of(request.user, today())
    return [
        (task, reverse(task.url_name))
        for task in TASKS
        if (rule := rule_for(task.url_name)) is not None
        and rule.allows(request.user, today())
        and (not task.roles or any(role in held for role in task.roles))
    ]


class TasksPanel(Component):
    """For those who come to the administration for something else than writing pages."""

    name = "tasks"
    template_name = "home/admin/tasks_panel.html"
    order = 20

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        day = today()
        pages = PagePermissionPolicy(Page)
        reads_pages = pages.user_has_any_permission(request.user, {"change", "add", "publish"})
        judges = can(request.user, Action.APPROVE, Obj.ARENA_PAGE, day=day)
        return {
            "tasks": tasks_for(request),
            "reads_pages": reads_pages,
            "judges": judges,
            "pages": pages_due(day)[:MOST_PAGES] if judges else (),
            "reviews": review_queue(cast(User, request.user), day),
        }
