"""What a real municipality starts with, put in place by the services of each app."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils import timezone

from competence.services.framework_file import FrameworkFileError
from competence.services.publishing import Reason, hold_figures
from competence.services.starter import load_framework, load_governing_document
from courses.services.starter import StarterError, load_courses
from home.services.starter import load_arena
from lms.people.models import User


class StarterRefusedError(Exception):
    """The starter content could not be put in place; the message says why."""


def load_starter(parts: Collection[str], *, on: date, by: User | None) -> list[str]:
    """Load `framework`, `courses` and `arena`, as asked, in the order they need each other. Twice
    changes nothing. What was done, a line each."""
    lines = []
    try:
        if "framework" in parts:
            hold_figures(reason=Reason.START, at=timezone.now(), by=by)
            lines.append(f"framework: {load_framework(on=on, by=by)} requirements in a draft")
            passages = load_governing_document(on=on, by=by)
            lines.append(f"framework: {passages} passages of the governing document")
        if "arena" in parts:
            lines.append(f"arena: {load_arena(on=on, by=by)} new pages")
        if "courses" in parts:
            courses = load_courses(by=by)
            lines.append(
                f"courses: {len(courses.created)} new pages, {len(courses.updated)} changed, "
                f"{len(courses.questions)} new questions in the bank, "
                f"{len(courses.kept)} left as the municipality has them; "
                f"{len(courses.published)} versions published"
            )
            lines += [f"courses: not published: {each}" for each in courses.left_out]
    except (FrameworkFileError, StarterError) as refusal:
        raise StarterRefusedError(str(refusal)) from refusal
    return lines
