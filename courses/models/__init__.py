"""Courses: what is written (pages), what is frozen (versions), what people did (records)."""

from courses.models.bank import Question, QuestionTag, QuestionVersion
from courses.models.life import (
    CourseRetirement,
    ExpertQuestion,
    LessonReport,
    VersionReview,
    WhatsNew,
    WhatsNewReading,
)
from courses.models.pages import (
    CourseCatalogue,
    CourseGives,
    CoursePage,
    CourseRequires,
    LessonPage,
    ModulePage,
)
from courses.models.records import (
    Answer,
    Attempt,
    Certificate,
    ChecklistMark,
    Completion,
    Confirmation,
    Enrolment,
    LessonCompletion,
    Reflection,
    SignOff,
)
from courses.models.seats import SeatQuota
from courses.models.versions import CourseVersion, Grant, Required, VersionAsset

__all__ = [
    "Answer",
    "Attempt",
    "Certificate",
    "ChecklistMark",
    "Completion",
    "Confirmation",
    "CourseCatalogue",
    "CourseGives",
    "CoursePage",
    "CourseRequires",
    "CourseRetirement",
    "CourseVersion",
    "Enrolment",
    "ExpertQuestion",
    "Grant",
    "LessonCompletion",
    "LessonPage",
    "LessonReport",
    "ModulePage",
    "Question",
    "QuestionTag",
    "QuestionVersion",
    "Reflection",
    "Required",
    "SeatQuota",
    "SignOff",
    "VersionAsset",
    "VersionReview",
    "WhatsNew",
    "WhatsNewReading",
]
