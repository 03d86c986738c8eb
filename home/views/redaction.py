"""Inside the admin: the first steps, and standing by a page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.models import Page

from competence.services.publishing import (
    PublishingError,
    Withheld,
    begin_figures,
    held,
    readiness,
)
from home.jobs import LOAD_STARTER
from home.services.first_steps import send_test_mail, steps
from home.services.redaction import ReviewError, confirm_review
from lms.content.models import GovernedPage
from lms.lib.dates import today
from lms.notifications.services.jobs import start_job
from lms.people.models import User


def first_steps(request: HttpRequest) -> HttpResponse:
    """What is left before the municipality can begin."""
    all_steps = steps(today())
    return render(
        request,
        "home/admin/first_steps.html",
        {
            "steps": all_steps,
            "done": sum(step.done for step in all_steps),
            "page_title": _("First steps"),
        },
    )


def _account(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@require_POST
@transaction.atomic
def load_starter(request: HttpRequest) -> HttpResponse:
    by = _account(request)
    job = start_job(kind=LOAD_STARTER, by=by, params={"by": by.pk})
    messages.success(request, _("The starter content is being loaded. It takes a minute or two."))
    return redirect("notifications:job", job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def begin_publishing(request: HttpRequest) -> HttpResponse:
    """Say that people, plan and earlier training are in place, so that the coverage is published
    from now on."""
    why = held()
    if why is not Withheld.START:
        return redirect("home_admin:first_steps")
    if request.method == "POST":
        try:
            begin_figures(at=timezone.now(), by=_account(request))
        except PublishingError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The coverage is published from now on."))
        return redirect("home_admin:first_steps")
    return render(
        request,
        "home/admin/begin_figures.html",
        {
            "ready": readiness(today()),
            "page_title": _("Publish the coverage"),
        },
    )


@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    to = _account(request)
    send_test_mail(to=to)
    messages.success(
        request,
        _("A test mail is on its way to %(address)s.") % {"address": to.email},
    )
    return redirect("home_admin:first_steps")


@require_POST
def reviewed(request: HttpRequest, pk: int) -> HttpResponse:
    """I have read the page and stand by it."""
    page = get_object_or_404(Page, pk=pk).specific
    if (
        not isinstance(page, GovernedPage)
        or not page.permissions_for_user(request.user).can_publish()
    ):
        raise PermissionDenied
    try:
        confirm_review(page=page, by=_account(request), on=today())
    except ReviewError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("“%(title)s” is marked as reviewed today.") % {"title": page.title}
        )
    return redirect("wagtailadmin_home")
