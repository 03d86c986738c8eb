"""Is the course ready for learners, and what will they find new?"""

from __future__ import annotations

from typing import cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.admin import messages

from courses.models import CoursePage, CourseVersion
from courses.services.publishing import PublishingError, draft_version, publish_course_version
from lms.lib.fields import refuse_personal_data
from lms.people.models import User


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What has changed"),
        help_text=gettext_lazy("One sentence for colleagues. It is kept with the version."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[refuse_personal_data],
    )


def _course(request: HttpRequest, pk: int) -> CoursePage:
    """The course, for those who may publish its page."""
    course = get_object_or_404(CoursePage, pk=pk)
    if not course.permissions_for_user(request.user).can_publish():
        raise PermissionDenied
    return course


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """What a version published now would hold; POST publishes it."""
    course = _course(request, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            version = publish_course_version(
                course=course, by=cast(User, request.user), note=form.cleaned_data["note"]
            )
        except PublishingError:
            messages.error(request, _("Nothing was published. Put the list below right first."))
        else:
            messages.success(
                request,
                _("Version %(number)s of “%(title)s” is published.")
                % {"number": version.number, "title": version.title},
            )
            return redirect("courses_admin:versions", course.pk)
    draft = draft_version(course)
    return TemplateResponse(
        request,
        "courses/admin/publish.html",
        {
            "course": course,
            "draft": draft,
            "form": form,
            "next_number": draft.latest.number + 1 if draft.latest else 1,
        },
    )


@require_GET
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of the course and what was said about it."""
    course = get_object_or_404(CoursePage, pk=pk)
    if not course.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    rows = CourseVersion.objects.filter(course=course).defer("content").select_related("by__person")
    return TemplateResponse(
        request,
        "courses/admin/versions.html",
        {"course": course, "versions": rows.order_by("-number")},
    )
