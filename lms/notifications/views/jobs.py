"""Background work: how far it is, what went wrong, and doing it again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.lib.dates import today
from lms.notifications.access import looks_after_work
from lms.notifications.models import Job
from lms.notifications.services.jobs import JobStateError, cancel_job, retry_job
from lms.notifications.services.sweep import is_resting, last_round
from lms.people.models import User

PER_PAGE = 30


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _seen(request: HttpRequest) -> QuerySet[Job]:
    """The jobs this reader may follow: everybody's, or their own."""
    jobs = Job.objects.select_related("by", "by__person")
    user = _user(request)
    return jobs if looks_after_work(user, today()) else jobs.filter(by=user)


@login_required
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    seen = _seen(request)
    shown = request.GET.get("visa", "")
    filters = {
        "pagar": Q(state__in=[Job.State.PENDING, Job.State.RUNNING]),
        "fel": Q(state=Job.State.FAILED),
        "egna": Q(by=_user(request)),
    }
    page = Paginator(seen.filter(filters.get(shown, Q())), PER_PAGE).get_page(
        request.GET.get("sida")
    )
    return render(
        request,
        "notifications/jobs.html",
        {
            "page": page,
            "shown": shown,
            "tabs": [
                {"label": _("All"), "url": "?", "current": shown not in filters},
                {"label": _("Under way"), "url": "?visa=pagar", "current": shown == "pagar"},
                {"label": _("Failed"), "url": "?visa=fel", "current": shown == "fel"},
                {"label": _("My own"), "url": "?visa=egna", "current": shown == "egna"},
            ],
            "failed": seen.filter(state=Job.State.FAILED).count(),
            "open": seen.filter(state__in=[Job.State.PENDING, Job.State.RUNNING]).count(),
            "last_round": last_round(),
            "resting": is_resting(at=timezone.now()),
            "looks_after_work": looks_after_work(request.user, today()),
        },
    )


@login_required
@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    return render(
        request,
        "notifications/job.html",
        {
            "job": get_object_or_404(_seen(request), pk=pk),
            "resting": is_resting(at=timezone.now()),
            "last_round": last_round(),
        },
    )


@login_required
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(_seen(request), pk=pk)
    try:
        retry_job(job=job, by=_user(request))
    except JobStateError:
        messages.info(request, _("The job is already under way."))
    return redirect("notifications:job", pk=pk)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(_seen(request), pk=pk)
    try:
        cancel_job(job=job, by=_user(request), at=timezone.now())
    except JobStateError:
        messages.info(request, _("The job had already begun and could not be cancelled."))
    return redirect("notifications:job", pk=pk)
