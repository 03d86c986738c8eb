"""What editors write: the catalogue, courses, modules and lessons. Learners never read these
pages; they read the version that "Publicera kursversion" froze."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
)
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from courses.models.criteria import criteria_blocks
from courses.models.questions import question_blocks
from courses.registry import course_preview, lesson_preview
from lms.content.blocks import RICH, lesson_blocks
from lms.content.models import BasePage
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import MAX_MONTHS
from lms.lib.fields import GuardedCharField, Sensitivity


def goal_stream(**kwargs: Any) -> StreamField:
    return StreamField(
        [("goal", blocks.CharBlock(max_length=200, label=_("goal")))], blank=True, **kwargs
    )


class CourseCatalogue(BasePage):
    """One row: the place of all courses in the page tree. Its address shows the catalogue."""

    max_count = 1
    subpage_types = ["courses.CoursePage"]
    content_panels = [*BasePage.content_panels]

    class Meta:
        verbose_name = _("course catalogue")

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        return _parts(self, request, reverse("courses:catalogue"))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("courses:catalogue")

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """None: the catalogue shows courses as published, and has nothing of its own to draft."""
        return []


class CoursePage(BasePage):
    """One row per course as it is being written. Deleted only while no version was published."""

    class Form(models.TextChoices):
        DIGITAL = "digital", _("digital")
        BLENDED = "blended", _("blended")
        SESSION = "session", _("at a session")
        REFRESHER = "refresher", _("refresher")

    code = models.CharField(_("code"), max_length=20, blank=True)
    summary = GuardedCharField(
        _("in one sentence"),
        max_length=300,
        blank=True,
        sensitivity=Sensitivity.EDITORIAL,
        help_text=_("Shown in the catalogue: what somebody can do after the course."),
    )
    intro = RichTextField(_("about the course"), blank=True, features=["bold", "italic", "link"])
    audience = GuardedCharField(
        _("who it is for"), max_length=300, blank=True, sensitivity=Sensitivity.EDITORIAL
    )
    form = models.CharField(_("form"), max_length=20, choices=Form, default=Form.DIGITAL)
    minutes = models.PositiveIntegerField(
        _("minutes"), default=30, help_text=_("How long an ordinary reader needs.")
    )
    pass_percent = models.PositiveIntegerField(
        _("pass mark, percent"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Share of right answers that a lesson takes."),
    )
    # Empty: no test stands for the course.
    test_out_percent = models.PositiveIntegerField(
        _("pass mark of the test that stands for the course, percent"),
        null=True,
        blank=True,
        validators=[MinValueValidator(50), MaxValueValidator(100)],
        help_text=_(
            "Whoever knows it already may take a test instead, with questions from every lesson. "
            "Empty: there is no such test."
        ),
    )
    test_out_questions = models.PositiveIntegerField(
        _("questions in that test"),
        default=10,
        validators=[MinValueValidator(3), MaxValueValidator(60)],
    )
    refreshes = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="refreshers",
        verbose_name=_("is a refresher of"),
        help_text=_("A shorter way to renew what the other course gave. Not for beginners."),
    )
    completion = StreamField(
        criteria_blocks(),
        blank=True,
        verbose_name=_("to complete the course"),
        help_text=_("Every group has to be met. Nothing here: all lessons."),
    )
    goals = goal_stream(verbose_name=_("what you learn"))
    sources = StreamField(
        [
            (
                "source",
                blocks.StructBlock(
                    [
                        ("title", blocks.CharBlock(max_length=250, label=_("title"))),
                        ("url", blocks.URLBlock(required=False, label=_("address"))),
                    ],
                    label=_("source"),
                ),
            )
        ],
        blank=True,
        verbose_name=_("sources"),
    )

    parent_page_types = ["courses.CourseCatalogue"]
    subpage_types = ["courses.ModulePage"]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("summary"),
        index.SearchField("intro"),
        index.SearchField("audience"),
        index.SearchField("goals"),
    ]
    content_panels = [
        HelpPanel(
            heading=_("How it works"),
            content=_(
                "Write and change as much as you like: learners keep reading the latest course "
                "version. When everything is ready, choose “Publish course version” in the menu "
                "beside the title. Modules and lessons lie below this page."
            ),
        ),
        *BasePage.content_panels,
        FieldPanel("summary"),
        FieldPanel("intro"),
        FieldPanel("audience"),
        FieldPanel("goals"),
        InlinePanel(
            "gives",
            heading=_("What the course gives"),
            label=_("level in an area"),
            help_text=_("Whoever completes the course gets these levels."),
        ),
        InlinePanel(
            "requires",
            heading=_("What one must hold before"),
            label=_("level in an area"),
            help_text=_("A level, however it was reached; not a particular course."),
        ),
        MultiFieldPanel(
            [
                FieldPanel("code"),
                FieldRowPanel(
                    [
                        FieldPanel("form"),
                        FieldPanel(
                            "minutes",
                            help_text=_(
                                "The lessons' own minutes are shown. For a course with a meeting "
                                "what you state beyond them stands beside."
                            ),
                        ),
                        FieldPanel("pass_percent"),
                    ]
                ),
                PageChooserPanel("refreshes", "courses.CoursePage"),
            ],
            heading=_("Facts"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("completion"),
                FieldRowPanel([FieldPanel("test_out_percent"), FieldPanel("test_out_questions")]),
            ],
            heading=_("To complete it"),
        ),
        FieldPanel("sources"),
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def clean(self) -> None:
        """Pages that are open, and answers that wait on a phone, have the address in them."""
        super().clean()
        if not self.pk or not self.course_versions.exists():
            return
        before = Page.objects.values_list("slug", flat=True).get(pk=self.pk)
        if before != self.slug:
            raise ValidationError(
                {
                    "slug": _(
                        "The address of a published course stays as it is (%(slug)s): those who "
                        "are taking it have it open, and others have linked to it."
                    )
                    % {"slug": before}
                }
            )

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        return _parts(self, request, reverse("courses:course", args=[self.slug]))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("courses:course", self.slug)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The course's page as it stands in the editor."""
        return course_preview(self, request, mode_name)


class CourseGives(Orderable):
    """One row per level in an area that a course page promises; frozen with each version."""

    page = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="gives")
    area = models.ForeignKey(
        CompetenceArea, on_delete=models.PROTECT, related_name="+", verbose_name=_("area")
    )
    level = models.ForeignKey(
        TrainingLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("level")
    )
    # Empty: for ever.
    validity_months = models.PositiveIntegerField(
        _("valid for, months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_MONTHS)],
        help_text=_("Empty: for ever."),
    )

    panels = [
        FieldRowPanel([FieldPanel("area"), FieldPanel("level"), FieldPanel("validity_months")])
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("what a course gives")
        constraints = [
            models.UniqueConstraint(
                fields=["page", "area"],
                name="course_gives_one_level_in_an_area",
                violation_error_message=_("The course already gives a level in this area."),
            ),
            models.CheckConstraint(
                condition=Q(validity_months__isnull=True)
                | Q(validity_months__range=(1, MAX_MONTHS)),
                name="course_gives_for_a_month_to_a_hundred_years",
                violation_error_message=_("A period is at most a hundred years."),
            ),
        ]


class CourseRequires(Orderable):
    """One row per level in an area that a course page asks for before it; frozen with each
    version."""

    page = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="requires")
    area = models.ForeignKey(
        CompetenceArea, on_delete=models.PROTECT, related_name="+", verbose_name=_("area")
    )
    level = models.ForeignKey(
        TrainingLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("level")
    )

    panels = [FieldRowPanel([FieldPanel("area"), FieldPanel("level")])]

    class Meta(Orderable.Meta):
        verbose_name = _("what a course asks for before it")
        constraints = [
            models.UniqueConstraint(
                fields=["page", "area"],
                name="course_requires_one_level_in_an_area",
                violation_error_message=_("The course already asks for a level in this area."),
            )
        ]


class ModulePage(BasePage):
    """One row per part of a course: a heading over its lessons."""

    parent_page_types = ["courses.CoursePage"]
    subpage_types = ["courses.LessonPage"]
    content_panels = [
        HelpPanel(content=_("A module is a heading. Its lessons lie below this page.")),
        *BasePage.content_panels,
    ]

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        course = self.get_parent()
        return _parts(self, request, reverse("courses:course", args=[course.slug]))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("courses:course", self.get_parent().slug)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The page of its course, with the module as it stands in the editor."""
        return course_preview(self, request, mode_name)


class LessonPage(BasePage):
    """One row per lesson as it is being written."""

    summary = GuardedCharField(
        _("after the lesson"),
        max_length=300,
        blank=True,
        sensitivity=Sensitivity.EDITORIAL,
        help_text=_("One sentence: what the learner can do afterwards."),
    )
    minutes = models.PositiveIntegerField(
        _("minutes"), default=7, help_text=_("Five to ten is a good length.")
    )
    goals = goal_stream(verbose_name=_("goals"))
    areas = ParentalManyToManyField(
        CompetenceArea, blank=True, related_name="+", verbose_name=_("areas")
    )
    body = StreamField(lesson_blocks(), blank=True, verbose_name=_("content"))
    easy = RichTextField(
        _("easy to read"),
        blank=True,
        features=RICH,
        help_text=_(
            "The same in short sentences and common words, for those who choose it. Enough to "
            "answer the questions."
        ),
    )
    questions = StreamField(
        question_blocks(),
        blank=True,
        verbose_name=_("questions"),
        help_text=_("At least one. Three to five is a good number; vary the kinds."),
    )
    # Empty: as often as one likes.
    attempts_in_a_row = models.PositiveSmallIntegerField(
        _("attempts before a rest"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_(
            "Empty: as often as one likes. Otherwise nobody is shut out, only made to wait."
        ),
    )
    rest_hours = models.PositiveSmallIntegerField(
        _("rest, hours"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 14)],
    )

    parent_page_types = ["courses.ModulePage"]
    subpage_types: list[str] = []
    # The questions are left out on purpose.
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
    ]
    content_panels = [
        HelpPanel(
            content=_(
                "Publishing this page changes nothing for learners. It reaches them when the "
                "course is published as a new version."
            )
        ),
        *BasePage.content_panels,
        FieldPanel("summary"),
        FieldPanel("minutes"),
        FieldPanel("goals"),
        FieldPanel("body"),
        FieldPanel("easy"),
        FieldPanel("questions"),
        FieldRowPanel([FieldPanel("attempts_in_a_row"), FieldPanel("rest_hours")]),
        FieldPanel("areas"),
        HelpPanel(heading=_("What is left to do"), template="courses/admin/studio_panel.html"),
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    @property
    def key(self) -> str:
        """What the lesson is called in versions and records, whatever its title or address."""
        return f"lesson-{self.pk}"

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        course = self.get_parent().get_parent()
        return _parts(self, request, reverse("courses:lesson", args=[course.slug, self.slug]))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("courses:lesson", self.get_parent().get_parent().slug, self.slug)

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return [("learner", _("As the learner sees it")), ("answers", _("With the right answers"))]

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        return [
            {"name": "phone", "icon": "mobile-alt", "device_width": 390, "label": _("Phone")},
            {"name": "tablet", "icon": "tablet-alt", "device_width": 820, "label": _("Tablet")},
            {"name": "desktop", "icon": "desktop", "device_width": 1280, "label": _("Computer")},
        ]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The lesson as it stands in the editor."""
        return lesson_preview(self, request, mode_name)


def _parts(page: BasePage, request: HttpRequest | None, path: str) -> Any:
    """Wagtail's (site, root, path) of a page, at the address of our own view."""
    parts = Page.get_url_parts(page, request)
    return (parts[0], parts[1], path) if parts else None
