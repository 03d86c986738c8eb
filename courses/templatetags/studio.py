"""What the editor of a lesson and the studio of a course say about it."""

from __future__ import annotations

from typing import Any

from django import template

from courses import grading
from courses.drafts import DraftCourse
from courses.models import LessonPage
from courses.views.studio import lesson_checks

register = template.Library()


@register.inclusion_tag("courses/admin/studio_checks.html")
def checks_of(page: LessonPage) -> dict[str, Any]:
    """What is left to do in a lesson as last saved; nothing before the first time."""
    return lesson_checks(page) if page.pk else {}


@register.simple_tag
def asked_in_test(course: DraftCourse) -> int:
    """How many questions the test that stands for the course would ask as it is drafted."""
    return grading.number_in_test(
        [lesson.content for lesson in course.lessons], course.facts.test_out_questions
    )
