"""Courses: what is written (pages), what is frozen (versions), what people did (records)."""

from courses.models.pages import (
    CourseCatalogue,
    CourseGives,
    CoursePage,
    LessonPage,
    ModulePage,
)
from courses.models.records import (
    Answer,
    Attempt,
    Certificate,
    ChecklistMark,
    Completion,
    Enrolment,
    LessonCompletion,
    Reflection,
)
from courses.models.versions import CourseVersion, Grant, VersionAsset

__all__ = [
    "Answer",
    "Attempt",
    "Certificate",
    "ChecklistMark",
    "Completion",
    "CourseCatalogue",
    "CourseGives",
    "CoursePage",
    "CourseVersion",
    "Enrolment",
    "Grant",
    "LessonCompletion",
    "LessonPage",
    "ModulePage",
    "Reflection",
    "VersionAsset",
]
