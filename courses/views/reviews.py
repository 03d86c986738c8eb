"""Is the course as it should be, in the eyes of somebody who did not write it?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from courses.comparing import compare
from courses.models import CoursePage, VersionReview
from courses.services import reviews
from courses.services.publishing import PublishingError, draft_version
from courses.views.publishing import RequestForm, course_to_read
from courses.views.readers import reader
from lms.content.references import current_book, plain_text
from lms.lib.dates import today
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form


class DecisionForm(Form):
    comment = forms.CharField(
        label=gettext_lazy("Comment to the author"),
        help_text=gettext_lazy(
            "Needed when you send it back. Say where, and what should be different."
        ),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[refuse_personal_data],
    )
    decision = forms.ChoiceField(choices=[("approve", ""), ("return", "")])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "return" and not cleaned.get("comment", "").strip():
            self.add_error("comment", _("Say what needs to be changed."))
        return cleaned


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask somebody else to judge the course as it stands."""
    course = course_to_read(request, pk)
    form = RequestForm(request.POST, prefix="review", draft=draft_version(course))
    if not form.is_valid():
        for errors in form.errors.values():
            for error in errors:
                messages.error(request, error)
    else:
        try:
            reviews.ask_for_review(
                course=course,
                by=reader(request),
                message=form.cleaned_data["message"],
                change=form.cleaned_data.get("change", ""),
                note=form.cleaned_data.get("note", ""),
                at=timezone.now(),
            )
        except PublishingError:
            messages.error(request, _("Put the list below right first."))
        except reviews.ReviewError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("The course waits for a review. You are told when somebody answers.")
            )
    return redirect("courses_admin:publish", course.pk)


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody asks to have judged: what is new in it, and the two answers."""
    found = get_object_or_404(
        VersionReview.objects.select_related("requested_by__person", "decided_by__person"), pk=pk
    )
    course: CoursePage = course_to_read(request, found.course_id)
    user = reader(request)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        approve = form.cleaned_data["decision"] == "approve"
        try:
            reviews.decide_review(
                review=found,
                by=user,
                approve=approve,
                comment=form.cleaned_data["comment"],
                at=timezone.now(),
            )
        except reviews.ReviewError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("Approved. The author is told and can publish it.")
                if approve
                else _("Sent back. The author is told what you wrote."),
            )
            return redirect("wagtailadmin_home")
    draft = draft_version(course)
    may_decide = (
        found.decided_at is None
        and found.requested_by_id != user.pk
        and reviews.may_publish_at_once(user, today())
    )
    book = current_book()
    return TemplateResponse(
        request,
        "courses/admin/review.html",
        {
            "course": course,
            "review": found,
            "draft": draft,
            "form": form,
            "has_changed": not reviews.still_current(found, draft),
            "may_decide": may_decide,
            "has_written": may_decide and reviews.has_written(user, course, draft),
            "is_mine": found.requested_by_id == user.pk,
            "comparison": (
                compare(
                    draft.latest.content,
                    draft.content,
                    wording=lambda text: plain_text(text, book),
                )
                if draft.latest
                else None
            ),
        },
    )


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what one asked for."""
    found = get_object_or_404(VersionReview, pk=pk)
    course = course_to_read(request, found.course_id)
    try:
        reviews.withdraw_review(review=found, by=reader(request), at=timezone.now())
    except reviews.ReviewError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The request is taken back."))
    return redirect("courses_admin:publish", course.pk)
