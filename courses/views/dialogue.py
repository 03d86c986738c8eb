"""Something is wrong in the lesson; I want to ask somebody who knows; what did I ask?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from courses import listing
from courses.models import CoursePage, CourseVersion, ExpertQuestion, LessonReport
from courses.services import dialogue
from courses.views.readers import reader
from lms.content.visibility import may_open
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form
from lms.people.models import Person

STOP = "stop"


class WordsForm(Form):
    """A few words to somebody: guarded, and shown again as they were written."""

    text = forms.CharField(
        label="",
        max_length=500,
        validators=[refuse_personal_data],
        help_text=gettext_lazy("At most 500 characters."),
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 500}),
    )

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].widget.attrs["aria-describedby"] = f"{STOP} id_text_helptext"


class ReportForm(WordsForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=[(value, capfirst(label)) for value, label in LessonReport.Kind.choices],
        initial=LessonReport.Kind.WRONG,
        widget=forms.RadioSelect,
    )
    field_order = ("kind", "text")


@dataclass(frozen=True)
class About:
    """What the words are about, and where to go back. Without a lesson: the course."""

    person: Person
    version: CourseVersion
    slug: str
    lesson_key: str
    lesson: str
    back: str


def _lesson(request: HttpRequest, slug: str, lesson_slug: str) -> About:
    """The lesson as the learner reads it; 404 for who has never begun the course."""
    person = reader(request).person
    enrolment = listing.enrolment_to_read(person, slug) if person else None
    if person is None or enrolment is None:
        raise Http404
    for lesson in enrolment.version.lessons:
        if lesson["slug"] == lesson_slug:
            back = reverse("courses:lesson", args=[slug, lesson_slug])
            return About(person, enrolment.version, slug, lesson["key"], lesson["title"], back)
    raise Http404


def _course(request: HttpRequest, slug: str) -> About:
    user = reader(request)
    course = get_object_or_404(CoursePage, slug=slug)
    version = CourseVersion.objects.latest_of_each().filter(course=course).first()
    if user.person is None or version is None or not may_open(course, user):
        raise Http404
    return About(user.person, version, slug, "", "", reverse("courses:course", args=[slug]))


def _page(request: HttpRequest, template: str, about: About, form: forms.Form) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, template, {"about": about, "form": form, "stop": STOP}, status=status)


def _refuse(form: forms.Form, error: Exception) -> None:
    """What the service would not take, beside what was written."""
    form.add_error("text", error.messages if isinstance(error, ValidationError) else str(error))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: HttpRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """Tell the author that something in the lesson is wrong."""
    about = _lesson(request, slug, lesson_slug)
    form = ReportForm(request.POST or None, label=_("Describe it"))
    if request.method == "POST" and form.is_valid():
        try:
            dialogue.report_fault(
                person=about.person,
                version=about.version,
                lesson_key=about.lesson_key,
                kind=form.cleaned_data["kind"],
                text=form.cleaned_data["text"],
                at=timezone.now(),
            )
        except (ValidationError, dialogue.TooSoonError) as error:
            _refuse(form, error)
        else:
            messages.success(
                request, _("Thank you. The author reads it, and you get an answer in your inbox.")
            )
            return redirect(about.back)
    return _page(request, "courses/report.html", about, form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest, slug: str, lesson_slug: str = "") -> HttpResponse:
    """Ask somebody who knows, about a lesson or the whole course."""
    about = _lesson(request, slug, lesson_slug) if lesson_slug else _course(request, slug)
    form = WordsForm(request.POST or None, label=_("Your question"))
    if request.method == "POST" and form.is_valid():
        try:
            dialogue.ask_expert(
                person=about.person,
                version=about.version,
                lesson_key=about.lesson_key,
                text=form.cleaned_data["text"],
                at=timezone.now(),
            )
        except (ValidationError, dialogue.TooSoonError) as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Your question is sent. The answer comes to your inbox."))
            return redirect(about.back)
    return _page(request, "courses/ask.html", about, form)


@dataclass(frozen=True)
class Said:
    """Something that I asked or reported, and what I was answered. `state` is waiting, answered
    or declined."""

    row: LessonReport | ExpertQuestion
    course: str
    lesson: str
    kind: str
    state: str


def _title_of(version: CourseVersion, lesson_key: str) -> str:
    return next((each["title"] for each in version.lessons if each["key"] == lesson_key), "")


@require_GET
@never_cache
def my_questions(request: HttpRequest) -> HttpResponse:
    """What I have asked and reported, latest first. Two queries."""
    person = reader(request).person
    said = []
    if person:
        for row in person.expert_questions.select_related("version").defer("version__content"):
            state = "answered" if row.answered_at else "declined" if row.declined_at else "waiting"
            said.append(
                Said(
                    row,
                    row.version.title,
                    _title_of(row.version, row.lesson_key),
                    _("Question to an expert"),
                    state,
                )
            )
        for report_row in person.lesson_reports.select_related("version").defer("version__content"):
            said.append(
                Said(
                    report_row,
                    report_row.version.title,
                    _title_of(report_row.version, report_row.lesson_key),
                    report_row.get_kind_display().capitalize(),
                    "answered" if report_row.closed_at else "waiting",
                )
            )
    said.sort(key=lambda each: each.row.created_at, reverse=True)
    return render(request, "courses/my_questions.html", {"said": said})
