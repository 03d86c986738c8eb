"""Publishing a course version: everything a learner will read, frozen in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import freezing
from courses.faults import Fault, faults_in
from courses.freezing import CourseContent
from courses.models import CoursePage, CourseVersion, Enrolment, LessonPage, VersionAsset
from courses.services.locking import lock_course
from courses.services.moving import move_to_version
from courses.signals import course_version_published
from lms.audit import services as audit
from lms.content.freezing import CopiedFiles
from lms.content.references import current_book
from lms.notifications.services import Draft, notify_many
from lms.people.models import User

# The notice kind that courses.notices registers.
NEW_VERSION = "courses.new_version"


class PublishingError(ValueError):
    """The course is not ready; `faults` lists everything to put right."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class ChangedError(ValueError):
    """The pages are not what was asked to be published; the message says so."""


class NothingNewError(ValueError):
    """The latest version holds the same already, as the same kind of change or a stricter one."""

    def __init__(self, latest: CourseVersion) -> None:
        super().__init__(
            _("Nothing has changed since version %(number)s, so nothing was published.")
            % {"number": latest.number}
        )


# What asks the more of those who take a course, the higher.
_STRICTNESS = {CourseVersion.Change.MATERIAL.value: 1, CourseVersion.Change.RETAKE.value: 2}


@dataclass(frozen=True)
class DraftVersion:
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

    @property
    def test_out(self) -> dict[str, int] | None:
        """The test that stands for the course, with how many questions it would ask."""
        return freezing.test_out_of(self.content)

    @property
    def stricter(self) -> list[str]:
        """The kinds of change that the content of the latest version can still be made."""
        if self.latest is None:
            return []
        now = _STRICTNESS.get(self.latest.change, 0)
        return [change for change, strictness in _STRICTNESS.items() if strictness > now]

    def gives_a_version(self, change: str) -> bool:
        """Whether publishing it as that kind of change is something else than what is there."""
        return self.is_new or change in self.stricter


def latest_version(course: CoursePage) -> CourseVersion | None:
    return CourseVersion.objects.filter(course=course).order_by("-number").first()


def _draft(course: CoursePage, files: CopiedFiles) -> DraftVersion:
    content = freezing.freeze_course(course, files)
    latest = latest_version(course)
    lessons = LessonPage.objects.descendant_of(course)
    return DraftVersion(
        content=content,
        content_hash=freezing.content_hash(content),
        faults=faults_in(content, current_book()),
        changes=freezing.changes_between(latest.content if latest else None, content),
        latest=latest,
        left_out=list(lessons.not_live().values_list("title", flat=True)),
        unpublished_edits=list(
            lessons.live().filter(has_unpublished_changes=True).values_list("title", flat=True)
        ),
    )


def draft_version(course: CoursePage) -> DraftVersion:
    """What publishing would do, without doing it."""
    return _draft(course, CopiedFiles())


@transaction.atomic
def publish_course_version(
    *,
    course: CoursePage,
    by: User | None,
    change: str = "",
    note: str = "",
    only_hash: str = "",
    at: datetime | None = None,
) -> CourseVersion:
    """Freeze the course's published pages into its next version. `change` says what it means for
    those who began or finished an earlier one (editorial, unless something else is said); the
    first version is always the first. The same content again is a version only where it is a
    stricter kind of change than before, otherwise a NothingNewError. PublishingError lists every
    fault; with `only_hash` any other content is a ChangedError."""
    lock_course(course.pk)
    at = at or timezone.now()
    files = CopiedFiles()
    draft = _draft(course, files)
    if only_hash and draft.content_hash != only_hash:
        raise ChangedError(_("The course has changed since it was approved."))
    if draft.faults:
        raise PublishingError(draft.faults)
    if draft.latest is not None and not draft.gives_a_version(change):
        raise NothingNewError(draft.latest)
    first = draft.latest is None
    version = CourseVersion(
        course=course,
        number=draft.latest.number + 1 if draft.latest else 1,
        title=course.title,
        content=draft.content,
        outline=freezing.outline_of(draft.content),
        content_hash=draft.content_hash,
        change=CourseVersion.Change.FIRST if first else change or CourseVersion.Change.EDITORIAL,
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
        after={
            "course": course.title,
            "number": version.number,
            "change": version.change,
            "hash": version.content_hash,
        },
        reason=note[:500],
    )
    _follow(version, by, at)
    course_version_published.send(sender=CourseVersion, version=version)
    return version


def _under_way_elsewhere(version: CourseVersion) -> QuerySet[Enrolment]:
    """Those under way in another version of the course."""
    return (
        Enrolment.objects.filter(
            course=version.course_id, withdrawn_at__isnull=True, completed_at__isnull=True
        )
        .exclude(version=version)
        .select_related("person")
        .order_by("pk")
    )


def _move_everybody(version: CourseVersion, by: User | None, at: datetime) -> list[Enrolment]:
    """Those who were under way elsewhere and go on in the version. Whoever goes on in another
    version at the same moment is waited for and found anew, in the row that they have then."""
    moved: list[Enrolment] = []
    while _under_way_elsewhere(version).exists():
        found = list(_under_way_elsewhere(version).select_for_update(of=("self",)))
        move_to_version(enrolments=found, version=version, by=by, at=at)
        moved += found
    return moved


def _follow(version: CourseVersion, by: User | None, at: datetime) -> None:
    """What a new version means for those under way: they finish what they began, unless it has
    to be taken again; and they are told."""
    if version.change not in (CourseVersion.Change.MATERIAL, CourseVersion.Change.RETAKE):
        return
    is_retake = version.change == CourseVersion.Change.RETAKE
    concerned = (
        _move_everybody(version, by, at) if is_retake else list(_under_way_elsewhere(version))
    )
    notify_many(
        [
            Draft(
                NEW_VERSION,
                row.person,
                f"{NEW_VERSION}:{version.pk}:{row.person_id}",
                {"course": version.title, "retake": is_retake, "what": version.note},
                reverse("courses:course", args=[version.course.slug]),
            )
            for row in concerned
        ],
        at=at,
    )
