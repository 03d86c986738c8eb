"""My inbox: what is new, and to where it leads."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.lib.dates import today
from lms.notifications.mail import stays_unread, tell
from lms.notifications.models import Notice
from lms.notifications.services import mark_all_read, mark_read, unread_count
from lms.people.models import Person

PER_PAGE = 30


def _person(request: HttpRequest) -> Person | None:
    return request.user.person if request.user.is_authenticated else None


def _own(request: HttpRequest, pk: int) -> Notice:
    """Somebody else's notice does not exist for this reader."""
    return get_object_or_404(Notice, pk=pk, person__isnull=False, person=_person(request))


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    person = _person(request)
    notices = Notice.objects.none()
    if person is not None:
        notices = Notice.objects.addressed_to(person).unread_first()
    page = Paginator(notices, PER_PAGE).get_page(request.GET.get("sida"))
    return render(
        request,
        "notifications/inbox.html",
        {
            "page": page,
            "told": [tell(notice, person) for notice in page.object_list] if person else [],
            "unread": unread_count(person),
        },
    )


@login_required
@require_safe
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a notice by going where it leads. One about several things to do stays unread until
    they are done."""
    notice = _own(request, pk)
    if not stays_unread(notice, today()):
        mark_read(notice=notice, at=timezone.now())
    inside = url_has_allowed_host_and_scheme(
        notice.url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(notice.url if notice.url and inside else "notifications:inbox")


@login_required
@require_POST
def mark_one(request: HttpRequest, pk: int) -> HttpResponse:
    mark_read(notice=_own(request, pk), at=timezone.now())
    return redirect("notifications:inbox")


@login_required
@require_POST
def mark_all(request: HttpRequest) -> HttpResponse:
    person = _person(request)
    if person is not None and mark_all_read(person=person, at=timezone.now()):
        messages.success(request, _("Everything is marked as read."))
    return redirect("notifications:inbox")
