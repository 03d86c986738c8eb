"""Publishing a course version: everything a learner will read, frozen in one go."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction

from courses import freezing
from courses.freezing import CourseContent, Fault
from courses.models import CoursePage, CourseVersion, LessonPage, VersionAsset
from lms.audit import services as audit
from lms.content.freezing import CopiedFiles
from lms.content.references import current_book
from lms.people.models import User


class PublishingError(ValueError):
    """The course is not ready; `faults` lists everything to put right."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Draft:
    """What a version published now would hold, and how it differs from the latest."""

    content: CourseContent
    content_hash: str
    faults: list[Fault]
    changes: list[str]
    latest: CourseVersion | None
    # Titles of lessons that nobody has published as pages: they stay outside.
    left_out: list[str]
    # Titles of lessons with edits that are not published as pages.
    unpublished_edits: list[str]

    @property
    def is_new(self) -> bool:
        return self.latest is None or self.latest.content_hash != self.content_hash


def latest_version(course: CoursePage) -> CourseVersion | None:
    return CourseVersion.objects.filter(course=course).order_by("-number").first()


def _draft(course: CoursePage, files: CopiedFiles) -> Draft:
    content = freezing.freeze_course(course, files)
    latest = latest_version(course)
    lessons = LessonPage.objects.descendant_of(course)
    return Draft(
        content=content,
        content_hash=freezing.content_hash(content),
        faults=freezing.faults_in(content, current_book()),
        changes=freezing.changes_between(latest.content if latest else None, content),
        latest=latest,
        left_out=list(lessons.not_live().values_list("title", flat=True)),
        unpublished_edits=list(
            lessons.live().filter(has_unpublished_changes=True).values_list("title", flat=True)
        ),
    )


def draft_version(course: CoursePage) -> Draft:
    """What publishing would do, without doing it."""
    return _draft(course, CopiedFiles())


@transaction.atomic
def publish_course_version(*, course: CoursePage, by: User | None, note: str = "") -> CourseVersion:
    """Freeze the course's published pages into its next version. The same content again is the
    version that exists. PublishingError lists every fault."""
    CoursePage.objects.select_for_update().get(pk=course.pk)
    files = CopiedFiles()
    draft = _draft(course, files)
    if draft.faults:
        raise PublishingError(draft.faults)
    if draft.latest is not None and not draft.is_new:
        return draft.latest
    version = CourseVersion(
        course=course,
        number=draft.latest.number + 1 if draft.latest else 1,
        title=course.title,
        content=draft.content,
        outline=freezing.outline_of(draft.content),
        content_hash=draft.content_hash,
        note=note,
        by=by,
    )
    version.full_clean(exclude=["content"])
    version.save()
    for asset in files.assets.values():
        VersionAsset.objects.create(
            version=version,
            key=asset.key,
            name=asset.name,
            file=ContentFile(asset.content, name=f"{asset.key}/{asset.name}"),
        )
    audit.record(
        "course.version_published",
        version,
        by=by,
        after={"course": course.title, "number": version.number, "hash": version.content_hash},
        reason=note[:500],
    )
    return version
