"""What the editor of a lesson says about it."""

from __future__ import annotations

from typing import Any

from django import template

from courses.models import LessonPage
from courses.views.studio import lesson_checks

register = template.Library()


@register.inclusion_tag("courses/admin/studio_checks.html")
def checks_of(page: LessonPage) -> dict[str, Any]:
    """What is left to do in a lesson as last saved; nothing before the first time."""
    return lesson_checks(page) if page.pk else {}
