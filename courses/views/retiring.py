"""How does a course come to its end, and what would that mean? What is new in it?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateInput

from courses.headcounts import Headcount
from courses.models import CoursePage, CourseRetirement, CourseVersion, WhatsNew
from courses.services.news import courses_with_older_text, withdraw_news
from courses.services.retiring import (
    RetiringError,
    consequences,
    reopen_course,
    retire_course,
    retirement_of,
)
from courses.services.standing import standing_of
from courses.views.readers import reader
from lms.content.models import SiteSettings
from lms.lib.dates import today
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form

# How long those under way get unless somebody says otherwise.
TIME_TO_FINISH = timedelta(days=90)


class RetireForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("One sentence for colleagues. It is kept with the course."),
        validators=[refuse_personal_data],
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
    )
    last_day = forms.DateField(
        label=gettext_lazy("Those under way may finish until"), widget=AdminDateInput
    )
    replaced_by = forms.ModelChoiceField(
        CoursePage.objects.none(),
        label=gettext_lazy("Take this course instead"),
        required=False,
        empty_label=gettext_lazy("No course takes its place"),
    )

    def __init__(self, *args: Any, course: CoursePage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = CourseVersion.objects.offered().exclude(course=course).values("course")
        self.fields["replaced_by"].queryset = (  # type: ignore[attr-defined]
            CoursePage.objects.filter(pk__in=offered).only("pk", "title").order_by("title")
        )


def _course(request: HttpRequest, pk: int) -> CoursePage:
    """The course, for those who may publish it."""
    course = get_object_or_404(CoursePage, pk=pk)
    if not course.permissions_for_user(request.user).can_publish():
        raise PermissionDenied
    return course


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """What it would mean; POST does it."""
    course = _course(request, pk)
    form = RetireForm(
        request.POST or None, course=course, initial={"last_day": today() + TIME_TO_FINISH}
    )
    if request.method == "POST" and form.is_valid():
        try:
            retire_course(
                course=course,
                reason=form.cleaned_data["reason"],
                last_day=form.cleaned_data["last_day"],
                replaced_by=form.cleaned_data["replaced_by"],
                by=reader(request),
                at=timezone.now(),
            )
        except (RetiringError, ValidationError) as error:
            said = error.messages if isinstance(error, ValidationError) else [str(error)]
            form.add_error(None, said)
        else:
            messages.success(
                request,
                _("“%(title)s” is not offered any more. Those under way have been told.")
                % {"title": course.title},
            )
            return redirect("courses_admin:retire", course.pk)
    retirement = retirement_of(course.pk)
    history = CourseRetirement.objects.filter(course=course, reopened_at__isnull=False)
    return render(
        request,
        "courses/admin/retire.html",
        {
            "course": course,
            "form": form,
            "retirement": retirement,
            "history": history.order_by("-retired_at"),
            "consequences": consequences(course, today()),
            "standing": standing_of(course.pk, SiteSettings.load().suppression_threshold),
        },
    )


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer it again."""
    course = _course(request, pk)
    retirement = retirement_of(course.pk)
    if retirement:
        reopen_course(retirement=retirement, by=reader(request), at=timezone.now())
        messages.success(request, _("“%(title)s” is offered again.") % {"title": course.title})
    return redirect("courses_admin:retire", course.pk)


@require_GET
def news(request: HttpRequest, pk: int) -> HttpResponse:
    """What those who have the course are offered to read, how many have, and what is older here
    than in the arena."""
    course = _course(request, pk)
    threshold = SiteSettings.load().suppression_threshold
    rows = (
        WhatsNew.objects.filter(course=course)
        .select_related("article")
        .annotate(readers=Count("readings"))
    )
    return render(
        request,
        "courses/admin/news.html",
        {
            "course": course,
            "rows": [(row, Headcount.of(row.readers, threshold)) for row in rows],
            "older": courses_with_older_text(course_id=course.pk),
        },
    )


@require_POST
def withdraw(request: HttpRequest, pk: int, news_pk: int) -> HttpResponse:
    """It was a mistake."""
    course = _course(request, pk)
    row = get_object_or_404(WhatsNew, pk=news_pk, course=course)
    withdraw_news(news=row, by=reader(request), at=timezone.now())
    messages.success(request, _("Nobody is offered it any more."))
    return redirect("courses_admin:news", course.pk)
