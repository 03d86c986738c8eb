"""Writing to a group in the admin: to whom, roughly how many, how it reads, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competence.forms import GroupMessageForm
from competence.models import GroupMessage
from competence.services.group_messages import (
    GROUP_MESSAGE,
    GroupMessageError,
    roughly,
    undo_message,
    write_to_group,
)
from competence.views.scope import acting_user
from lms.audit.services import record
from lms.content.models import SiteSettings
from lms.lib.dates import today
from lms.notifications.mail import Mail, compose_notice
from lms.notifications.models import Notice
from lms.people.models import Person, User

SHOWN = 20


def group_messages(request: HttpRequest) -> HttpResponse:
    by = acting_user(request)
    form = GroupMessageForm(request.POST or None)
    rough = mail = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if "send" in request.POST:
            write_to_group(
                wanted=form.wanted(),
                subject=given["subject"],
                text=given["text"],
                reason=given["reason"],
                by=by,
                at=timezone.now(),
            )
            messages.success(
                request, _("The message goes with the next day's mail. You can take it back below.")
            )
            return redirect("competence_admin:group_messages")
        rough = roughly(form.wanted(), today(), SiteSettings.load().suppression_threshold)
        record("group_message.previewed", given["area"], by=by, reason=given["reason"])
        mail = _as_mail(by, given["subject"], given["text"])
    return render(
        request,
        "competence/admin/group_messages.html",
        {
            "form": form,
            "rough": rough,
            "mail": mail,
            "written": GroupMessage.objects.select_related("key_group", "unit", "area", "level")[
                :SHOWN
            ],
            "header_title": _("Write to a group"),
            "header_icon": "mail",
        },
    )


def _as_mail(by: User, subject: str, text: str) -> Mail:
    """How it reads to somebody, in a mail of its own."""
    reader = by.person or Person(given_name="Åsa", family_name="Ek", email="asa.ek@example.se")
    context = {"topic": "", "subject": subject, "text": text, "sender": by.get_full_name()}
    notice = Notice(
        kind=GROUP_MESSAGE, context=context, url="/min-sida/", created_at=timezone.now()
    )
    return compose_notice(reader, notice)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(GroupMessage, pk=pk)
    try:
        undo_message(message=message, by=acting_user(request), at=timezone.now())
    except GroupMessageError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The message is taken back."))
    return redirect("competence_admin:group_messages")
