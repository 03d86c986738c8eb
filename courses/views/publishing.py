"""Is the course ready for learners, and what will they find new?"""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from courses.comparing import compare
from courses.models import CoursePage, CourseVersion, VersionReview
from courses.services import reviews
from courses.services.publishing import (
    ChangedError,
    DraftVersion,
    NothingNewError,
    PublishingError,
    draft_version,
)
from courses.services.standing import CourseStanding, standing_of
from courses.views.readers import reader
from lms.content.models import SiteSettings
from lms.content.references import current_book, plain_text
from lms.lib.dates import today
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form

Change = CourseVersion.Change

KINDS = [
    (Change.EDITORIAL, gettext_lazy("Editorial")),
    (Change.MATERIAL, gettext_lazy("Material")),
    (Change.RETAKE, gettext_lazy("To be taken again")),
]


class ChangeForm(Form):
    """What a new version means for those who began or finished an earlier one. Where the latest
    version holds the same already, only a stricter kind of change is something new."""

    change = forms.ChoiceField(
        label=gettext_lazy("What kind of change is it"),
        widget=forms.RadioSelect,
        choices=KINDS,
    )
    note = forms.CharField(
        label=gettext_lazy("What has changed"),
        help_text=gettext_lazy(
            "One sentence. It is kept with the version, and told to those who have begun or "
            "completed the course unless the change is editorial."
        ),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[refuse_personal_data],
    )

    def __init__(self, *args: Any, draft: DraftVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if draft.latest is None:
            # Nobody has an earlier version: nothing has changed for anybody.
            del self.fields["change"], self.fields["note"]
        elif not draft.is_new:
            kinds = cast(forms.ChoiceField, self.fields["change"])
            kinds.choices = [(kind, label) for kind, label in KINDS if kind in draft.stricter]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        told = cleaned.get("change") in (Change.MATERIAL, Change.RETAKE)
        if told and not cleaned.get("note", "").strip():
            self.add_error("note", _("Say what has changed: those under way are told."))
        return cleaned


class PublishForm(ChangeForm):
    # Set on the page that asks again.
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, draft: DraftVersion, approval: VersionReview | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, draft=draft, **kwargs)
        if approval is not None:
            # The kind of change and the note were approved with the content.
            self.fields = {"confirmed": self.fields["confirmed"]}


class RequestForm(ChangeForm):
    message = forms.CharField(
        label=gettext_lazy("What to look at"),
        help_text=gettext_lazy("For whoever reviews the course. Never write about individuals."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_personal_data],
    )


def course_to_read(request: HttpRequest, pk: int) -> CoursePage:
    """The course, for those who write or judge courses."""
    user, day = reader(request), today()
    if not (reviews.may_write(user, day) or reviews.may_publish_at_once(user, day)):
        raise PermissionDenied
    return get_object_or_404(CoursePage, pk=pk)


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """What a version published now would hold; POST publishes it, after a further question where
    there is an earlier one."""
    course = course_to_read(request, pk)
    user = reader(request)
    draft = draft_version(course)
    at_once = reviews.may_publish_at_once(user, today())
    approval = None if at_once else reviews.approval_of(course, draft)
    form = PublishForm(request.POST or None, draft=draft, approval=approval)
    asks_again, change = False, ""
    if request.method == "POST" and form.is_valid():
        change = approval.change if approval else form.cleaned_data.get("change", "")
        asks_again = draft.latest is not None and not form.cleaned_data["confirmed"]
        if not asks_again:
            version = _publish(request, course, form)
            if version is not None:
                return redirect("courses_admin:versions", course.pk)
    return TemplateResponse(
        request,
        "courses/admin/publish_confirm.html" if asks_again else "courses/admin/publish.html",
        _context(course, draft, form, user, approval)
        | {"change": change, "change_name": dict(KINDS).get(Change(change)) if change else ""},
    )


def _publish(request: HttpRequest, course: CoursePage, form: PublishForm) -> CourseVersion | None:
    try:
        version = reviews.publish_as(
            course=course,
            by=reader(request),
            change=form.cleaned_data.get("change", ""),
            note=form.cleaned_data.get("note", ""),
            at=timezone.now(),
        )
    except PublishingError:
        messages.error(request, _("Nothing was published. Put the list below right first."))
    except (reviews.ReviewError, ChangedError, NothingNewError) as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("Version %(number)s of “%(title)s” is published.")
            % {"number": version.number, "title": version.title},
        )
        return version
    return None


def _context(
    course: CoursePage,
    draft: DraftVersion,
    form: PublishForm,
    user: Any,
    approval: VersionReview | None,
) -> dict[str, Any]:
    book, day = current_book(), today()
    standing: CourseStanding = standing_of(course.pk, SiteSettings.load().suppression_threshold)
    waiting = reviews.open_review(course)
    at_once = reviews.may_publish_at_once(user, day)
    ready = (draft.is_new or bool(draft.stricter)) and not draft.faults
    return {
        "course": course,
        "draft": draft,
        "form": form,
        "request_form": RequestForm(prefix="review", draft=draft),
        "next_number": draft.latest.number + 1 if draft.latest else 1,
        "standing": standing,
        "comparison": (
            compare(
                draft.latest.content,
                draft.content,
                wording=lambda text: plain_text(text, book),
            )
            if draft.latest and draft.is_new
            else None
        ),
        "may_publish": ready and (at_once or approval is not None),
        "may_ask": ready and not at_once,
        "waiting": waiting,
        "waiting_is_current": waiting is not None and reviews.still_current(waiting, draft),
        "is_mine": waiting is not None and waiting.requested_by_id == user.pk,
        "approval": approval,
        # For those who publish without an approval: what somebody else has said all the same.
        "judged": reviews.approval_of(course, draft) if at_once else None,
        "at_once": at_once,
        "decision": None if approval else reviews.last_decision(course, draft),
    }
