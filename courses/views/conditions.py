"""What is left before a course is completed: what the learner confirms, and going on in a newer
version."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import entry, listing
from courses.models import Enrolment
from courses.services import moving
from courses.services.completing import confirm
from courses.views.readers import reader
from lms.lib.dates import today


def _open_enrolment(request: HttpRequest, slug: str) -> Enrolment:
    person = reader(request).person
    found = listing.enrolment_to_read(person, slug) if person else None
    if found is None:
        raise Http404
    return found


@require_POST
def confirm_statement(request: HttpRequest, slug: str, item_key: str) -> HttpResponse:
    """The learner says that something is so, in the words that the page showed: it may have been
    open since before the course had a new version. Doing it again changes nothing."""
    enrolment = _open_enrolment(request, slug)
    if entry.is_locked(enrolment, today()):
        raise Http404
    stated = {
        item["key"]: item["text"]
        for group in enrolment.version.criteria
        for item in group["items"]
        if item["kind"] == "confirm"
    }
    if stated.get(item_key) != request.POST.get("words"):
        messages.warning(
            request,
            _("What you were to confirm has been changed. Read it again, and confirm then."),
        )
        return redirect(reverse("courses:course", args=[slug]) + "#villkor")
    try:
        completion = confirm(enrolment=enrolment, item_key=item_key, at=timezone.now())
    except LookupError as error:
        raise Http404 from error
    if completion is None:
        messages.success(request, _("Saved. You have confirmed it."))
    else:
        messages.success(request, _("You have completed the course. The certificate is yours."))
    return redirect(reverse("courses:course", args=[slug]) + "#villkor")


@require_POST
def go_on_in_newest(request: HttpRequest, slug: str) -> HttpResponse:
    """Move to the newest version; what is the same comes along."""
    enrolment = _open_enrolment(request, slug)
    newest = moving.go_on_in_newest(enrolment=enrolment, by=reader(request), at=timezone.now())
    if newest is None:
        messages.info(request, _("There is no newer version to go on in."))
    else:
        messages.success(
            request,
            _("You go on in version %(number)s. What is unchanged is still done.")
            % {"number": newest.number},
        )
    return redirect("courses:course", slug)
