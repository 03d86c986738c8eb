"""What is new in a course that I have? Three minutes, and nothing to take again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.models import WhatsNew
from courses.services.news import (
    completed_version,
    record_reading,
    version_before,
    what_changed,
)
from courses.views.readers import reader
from lms.lib.dates import today
from lms.people.access import Action, Obj, can


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def news(request: HttpRequest, pk: int) -> HttpResponse:
    """To those who have completed the course; who writes courses may look. POST: I have read."""
    row = get_object_or_404(
        WhatsNew.objects.select_related("course", "version", "article"),
        pk=pk,
        withdrawn_at__isnull=True,
    )
    user = reader(request)
    own = completed_version(user.person, row.course_id) if user.person else None
    since = own
    if since is None and can(user, Action.UPDATE, Obj.COURSE, day=today()):
        since = version_before(row)
    if since is None:
        raise Http404
    if request.method == "POST":
        if own is None or user.person is None:
            raise Http404
        record_reading(news=row, person=user.person, at=timezone.now())
        messages.success(request, _("Noted. What you have still counts."))
        return redirect("courses:course", row.course.slug)
    read = row.readings.filter(person=user.person).first() if user.person else None
    return render(
        request,
        "courses/news.html",
        {
            "news": row,
            "changed": what_changed(row, since, user),
            "own": own is not None,
            "read": read,
        },
    )
