"""What have readers said about our courses, and what do they ask? Answered here, without names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.admin import messages

from courses.models import CoursePage, CourseVersion, ExpertQuestion, LessonPage, LessonReport
from courses.services import dialogue
from courses.views.readers import reader
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form

ON_A_PAGE = 30


class AnswerForm(Form):
    """A few words back to whoever wrote."""

    answer = forms.CharField(
        label=gettext_lazy("Answer to the learner"),
        validators=[refuse_personal_data],
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answer"]
        field.max_length = longest  # type: ignore[attr-defined]
        field.validators.append(forms.CharField(max_length=longest).validators[0])
        field.widget.attrs["maxlength"] = longest
        field.help_text = _("At most %(number)s characters. Never a name.") % {"number": longest}


class PublicForm(AnswerForm):
    public_question = forms.CharField(
        label=gettext_lazy("The question, in words that say nothing of who asked"),
        max_length=300,
        validators=[refuse_personal_data],
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
    )
    field_order = ("public_question", "answer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = _("The answer, as everyone reads it")


class NarrowForm(Form):
    """Which of them; sent with GET."""

    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[("", gettext_lazy("Waiting")), ("answered", gettext_lazy("Answered"))],
    )
    course = forms.ModelChoiceField(
        CoursePage.objects.none(),
        label=gettext_lazy("Course"),
        required=False,
        empty_label=gettext_lazy("All courses"),
    )

    def __init__(self, *args: Any, courses: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = (  # type: ignore[attr-defined]
            CoursePage.objects.filter(pk__in=courses).only("pk", "title").order_by("title")
        )

    @property
    def course_pk(self) -> int | None:
        course = self.cleaned_data.get("course") if self.is_valid() else None
        return course.pk if course else None

    @property
    def answered(self) -> bool:
        return self.is_valid() and self.cleaned_data["status"] == "answered"


class ReportNarrowForm(NarrowForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *LessonReport.Kind.choices],
    )


@dataclass(frozen=True)
class Line:
    """One report or question in the list, with the title of its lesson (empty: the course)."""

    row: Any
    lesson: str


def _line(row: LessonReport | ExpertQuestion) -> Line:
    lessons: CourseVersion = row.version
    title = next((e["title"] for e in lessons.lessons if e["key"] == row.lesson_key), "")
    return Line(row, title)


def _page_of(report: LessonReport) -> int:
    """The lesson's page, or the course's where that is gone."""
    inside = LessonPage.objects.filter(path__startswith=report.version.course.path)
    pages = {f"lesson-{pk}": pk for pk in inside.values_list("pk", flat=True)}
    return pages.get(report.lesson_key, report.version.course_id)


def _lines(request: HttpRequest, rows: QuerySet[Any]) -> tuple[Any, list[Line]]:
    page = Paginator(rows.defer("version__content"), ON_A_PAGE).get_page(request.GET.get("p"))
    return page, [_line(row) for row in page.object_list]


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """What readers say is wrong, in the courses that I write."""
    mine = dialogue.reports_for(reader(request))
    form = ReportNarrowForm(
        request.GET, courses=mine.order_by().values_list("version__course", flat=True)
    )
    rows = mine.select_related("version").filter(closed_at__isnull=not form.answered)
    if form.course_pk:
        rows = rows.filter(version__course=form.course_pk)
    if form.is_valid() and form.cleaned_data["kind"]:
        rows = rows.filter(kind=form.cleaned_data["kind"])
    page, lines = _lines(request, rows)
    return render(
        request, "courses/admin/reports.html", {"form": form, "page": page, "lines": lines}
    )


def _refuse(form: forms.Form, error: Exception) -> None:
    form.add_error("answer", error.messages if isinstance(error, ValidationError) else str(error))


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them; POST answers and closes it."""
    row = get_object_or_404(dialogue.reports_for(reader(request)).select_related("version"), pk=pk)
    form = AnswerForm(request.POST or None, longest=500)
    if request.method == "POST" and form.is_valid():
        try:
            dialogue.close_report(
                report=row,
                answer=form.cleaned_data["answer"],
                by=reader(request),
                at=timezone.now(),
            )
        except (ValidationError, dialogue.SettledError) as error:
            _refuse(form, error)
        else:
            messages.success(request, _("The answer is sent and the report is closed."))
            return redirect("courses_admin:reports")
    return render(
        request,
        "courses/admin/report.html",
        {"line": _line(row), "report": row, "form": form, "opens": _page_of(row)},
    )


@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """What learners ask."""
    asked = ExpertQuestion.objects.select_related("version")
    form = NarrowForm(request.GET, courses=asked.order_by().values_list("course", flat=True))
    waiting = dialogue.unsettled_questions().values("pk")
    rows = asked.exclude(pk__in=waiting) if form.answered else asked.filter(pk__in=waiting)
    if form.course_pk:
        rows = rows.filter(course=form.course_pk)
    page, lines = _lines(request, rows)
    return render(
        request, "courses/admin/expert_questions.html", {"form": form, "page": page, "lines": lines}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: answer it, say whom to ask instead, or let everyone read it."""
    row = get_object_or_404(ExpertQuestion.objects.select_related("version", "course"), pk=pk)
    settled = bool(row.answered_at or row.declined_at)
    publishes = row.course.permissions_for_user(request.user).can_publish()
    form = (
        PublicForm(request.POST or None, longest=2000)
        if settled
        else AnswerForm(request.POST or None, longest=2000)
    )
    if request.method == "POST" and request.POST.get("action") == "unpublish" and publishes:
        dialogue.unpublish_answer(question=row, by=reader(request))
        messages.success(request, _("It is no longer among the questions of the course."))
        return redirect("courses_admin:expert_question", pk)
    if request.method == "POST" and form.is_valid():
        try:
            said = _settle(request, row, form, publishes=publishes)
        except (ValidationError, dialogue.SettledError) as error:
            _refuse(form, error)
        else:
            messages.success(request, said)
            return redirect("courses_admin:expert_question", pk)
    return render(
        request,
        "courses/admin/expert_question.html",
        {
            "line": _line(row),
            "question": row,
            "form": form,
            "settled": settled,
            "publishes": publishes,
        },
    )


def _settle(request: HttpRequest, row: ExpertQuestion, form: AnswerForm, *, publishes: bool) -> str:
    """Do what the button says; the sentence that tells it is done."""
    by, at, answer = reader(request), timezone.now(), form.cleaned_data["answer"]
    match request.POST.get("action"):
        case "publish":
            if not publishes:
                raise PermissionDenied
            dialogue.publish_answer(
                question=row,
                public_question=form.cleaned_data["public_question"],
                answer=answer,
                by=by,
                at=at,
            )
            if not row.lesson_key:
                return _("Published on the course's page and among the arena's questions.")
            return _("Published below the lesson and among the arena's questions and answers.")
        case "decline":
            dialogue.decline_question(question=row, hint=answer, by=by, at=at)
            return _("The asker is told whom to turn to.")
        case _other:
            dialogue.answer_question(question=row, answer=answer, by=by, at=at)
            return _("The answer is sent.")
