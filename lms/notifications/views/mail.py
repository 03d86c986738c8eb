"""The mail ledger: sent, why; what failed; and whom no mail can reach."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.lib.dates import today
from lms.notifications.access import looks_after_work, sees_recipients, sees_unreached
from lms.notifications.models import Delivery
from lms.notifications.services.outbox import NotToBeSentAgainError, send_again
from lms.notifications.services.reminders import without_mail
from lms.people.models import Person, User

PER_PAGE = 50
State = Delivery.State


def caretaker(request: HttpRequest) -> User:
    """The signed-in account, which must be one that looks after the background work."""
    user = request.user
    if not isinstance(user, User) or not looks_after_work(user, today()):
        raise PermissionDenied
    return user


@login_required
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    user = caretaker(request)
    day = today()
    seen = Delivery.objects.select_related("person").prefetch_related("notices")
    shown = request.GET.get("visa", "")
    filters = {
        "se-over": [State.FAILED, State.UNCERTAIN],
        "vantar": [State.PENDING, State.SENDING],
        "ej": [State.SKIPPED],
    }
    if shown in filters:
        seen = seen.filter(state__in=filters[shown])
    named = sees_recipients(user, day)
    search = request.GET.get("q", "").strip()
    if search and named:
        seen = seen.filter(recipient__icontains=search)
    return render(
        request,
        "notifications/mail_ledger.html",
        {
            "page": Paginator(seen, PER_PAGE).get_page(request.GET.get("sida")),
            "shown": shown,
            "search": search,
            "named": named,
            "tabs": [
                {"label": _("All"), "url": "?", "current": shown not in filters},
                {"label": _("To look at"), "url": "?visa=se-over", "current": shown == "se-over"},
                {"label": _("Waiting"), "url": "?visa=vantar", "current": shown == "vantar"},
                {"label": _("Not sent"), "url": "?visa=ej", "current": shown == "ej"},
            ],
            "to_look_at": Delivery.objects.filter(
                state__in=[State.FAILED, State.UNCERTAIN]
            ).count(),
            "unreached": without_mail(Person.objects.all()).count(),
        },
    )


@login_required
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    user = caretaker(request)
    delivery = get_object_or_404(Delivery, pk=pk)
    try:
        send_again(delivery=delivery, by=user, at=timezone.now())
    except NotToBeSentAgainError:
        messages.info(request, _("The mail has been sent or is waiting already."))
    else:
        messages.success(request, _("The mail will be sent again within a minute."))
    return redirect("notifications:mail")


@login_required
@require_safe
def people_without_mail(request: HttpRequest) -> HttpResponse:
    user = caretaker(request)
    people = without_mail(Person.objects.order_by("family_name", "given_name", "person_id"))
    return render(
        request,
        "notifications/without_mail.html",
        {
            "page": Paginator(people, PER_PAGE).get_page(request.GET.get("sida")),
            "named": sees_unreached(user, today()),
        },
    )
