"""Frozen course versions: what learners read and what a completion names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from courses.grading import TEST_OUT
from lms.lib.fields import GuardedTextField, Sensitivity


@dataclass(frozen=True)
class Grant:
    """What a course version gives: a level in an area, valid for months (None: for ever)."""

    area_code: str
    level: int
    validity_months: int | None


# The forms of a course with something that is not read here: a meeting, or supervision.
_ELSEWHERE_TOO = frozenset({"blended", "session"})


@dataclass(frozen=True)
class Required:
    """A level in an area that somebody must hold before the course."""

    area_code: str
    level: int


class CourseVersionQuerySet(models.QuerySet["CourseVersion"]):
    def latest_of_each(self) -> CourseVersionQuerySet:
        """The latest version of each course, without the heavy content; what lists need is in
        `outline`."""
        latest = (
            CourseVersion.objects.filter(course=OuterRef("course"))
            .order_by("-number")
            .values("pk")[:1]
        )
        return self.filter(pk=Subquery(latest)).defer("content")

    def offered(self) -> CourseVersionQuerySet:
        """The latest version of each course that is published and not retired."""
        retirement = apps.get_model("courses", "CourseRetirement").objects.filter(
            course=OuterRef("course"), reopened_at__isnull=True
        )
        return self.latest_of_each().filter(~Exists(retirement), course__live=True)


def private_storage() -> Storage:
    """Where files lie that only our own views serve."""
    return storages["private"]


class CourseVersion(models.Model):
    """One row for every time "Publicera kursversion" is pressed. Never updated or deleted; the
    content is a self-contained copy of pages, questions and shown articles."""

    class Change(models.TextChoices):
        """What a version means for those who began or finished an earlier one."""

        FIRST = "first", _("first version")
        EDITORIAL = "editorial", _("editorial")
        MATERIAL = "material", _("material")
        RETAKE = "retake", _("to be taken again")

    course = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.PROTECT, related_name="course_versions"
    )
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=255)
    # The shape is documented in courses.freezing; the hash is SHA-256 over its canonical JSON.
    content = models.JSONField()
    # The same without texts and questions: what catalogues, outlines and progress read.
    outline = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    change = models.CharField(_("kind of change"), max_length=20, choices=Change)
    note = GuardedTextField(_("what has changed"), blank=True, sensitivity=Sensitivity.EDITORIAL)
    published_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CourseVersionQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("course version")
        verbose_name_plural = _("course versions")
        ordering = ["course", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "number"], name="course_version_number_is_used_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, v{self.number}"

    @property
    def grants(self) -> tuple[Grant, ...]:
        return tuple(Grant(**grant) for grant in self.outline["grants"])

    @property
    def lessons(self) -> list[dict[str, Any]]:
        """The outline of every lesson, in order: key, slug, title, minutes, hash, …"""
        return [lesson for module in self.outline["modules"] for lesson in module["lessons"]]

    @property
    def minutes(self) -> int:
        """How long it takes: what is read here, lesson by lesson, and so the same figure as what is
        left of it."""
        return sum(lesson["minutes"] for lesson in self.lessons)

    @property
    def minutes_beside(self) -> int:
        """What the author states beyond the lessons, where something is done elsewhere too."""
        course = self.outline["course"]
        if course["form"] not in _ELSEWHERE_TOO:
            return 0
        return max(0, int(course["minutes"]) - self.minutes)

    def kept_from(self, earlier: CourseVersion) -> frozenset[str]:
        """The keys of the lessons that read and ask exactly the same in both versions, and of the
        test that stands for the course where all of them do and it asks as many questions."""
        before = {lesson["key"]: lesson.get("hash") for lesson in earlier.lessons}
        kept = [
            lesson["key"]
            for lesson in self.lessons
            if lesson.get("hash") and before.get(lesson["key"]) == lesson["hash"]
        ]
        now, then = self.test_out, earlier.test_out
        if (
            now
            and then
            and now["questions"] == then["questions"]
            and (kept == list(before) == [lesson["key"] for lesson in self.lessons])
        ):
            kept.append(TEST_OUT)
        return frozenset(kept)

    def pass_percent(self, lesson_key: str) -> int:
        """The share of the questions that a lesson takes, or the test that stands for the
        course."""
        if lesson_key == TEST_OUT:
            return int((self.test_out or {"percent": 100})["percent"])
        return int(self.outline["course"]["pass_percent"])

    def is_passed_with(self, lesson_key: str, score: int) -> bool:
        """Whether a result in whole percent reaches what this version asks of the lesson."""
        return score >= self.pass_percent(lesson_key)

    @property
    def requires(self) -> tuple[Required, ...]:
        return tuple(Required(**each) for each in self.outline.get("requires", ()))

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """What it takes to complete it, for `courses.criteria`; empty: every lesson."""
        return list(self.outline.get("completion", ()))

    @property
    def test_out(self) -> dict[str, int] | None:
        """{percent, questions, asked} of the test that stands for the whole course, where there is
        one: how many questions were wanted, and how many it asks."""
        offered: dict[str, int] | None = self.outline.get("test_out")
        return offered

    @property
    def refreshes(self) -> int | None:
        """The course page that this is a shorter way to renew."""
        page: int | None = self.outline.get("refreshes")
        return page


class VersionAsset(models.Model):
    """One row per file (image, document, film, captions) a version shows: a copy of its own, so
    that replacing the original changes nothing for a learner. Never updated."""

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="assets")
    key = models.CharField(max_length=120)
    file = models.FileField(upload_to="course-versions/", storage=private_storage)
    name = models.CharField(max_length=255)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="asset_key_is_used_once")
        ]

    def __str__(self) -> str:
        return self.name
