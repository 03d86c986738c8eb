"""Every mail and notice as the recipient will see it, filled with sample values."""

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lms.notifications.mail import Mail, Told, compose_notice, compose_reminder, sender, tell
from lms.notifications.models import Notice
from lms.notifications.registry import Mail as HowMailed
from lms.notifications.registry import NoticeKind, RegistryError, notice_kind, notice_kinds
from lms.notifications.views.mail import caretaker
from lms.people.models import Person

MERGED = "reminders"


def _reader(request: HttpRequest) -> Person:
    """Somebody to write to: the account's own person, or an invented one."""
    person = caretaker(request).person
    return person or Person(given_name="Åsa", family_name="Ek", email="asa.ek@example.se")


def _kind(code: str) -> NoticeKind:
    try:
        return notice_kind(code)
    except RegistryError:
        raise Http404 from None


def _sample(kind: NoticeKind) -> Notice:
    return Notice(
        kind=kind.code, context=dict(kind.sample), url="/min-sida/", created_at=timezone.now()
    )


def _mail(code: str, reader: Person) -> Mail:
    if code != MERGED:
        return compose_notice(reader, _sample(_kind(code)))
    merged = [kind for kind in notice_kinds() if kind.mail is HowMailed.MERGED]
    return compose_reminder(reader, [_sample(kind) for kind in merged])


@login_required
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    return render(
        request,
        "notifications/templates.html",
        {"rows": [(kind, tell(_sample(kind), reader)) for kind in notice_kinds()]},
    )


@login_required
@require_safe
def template(request: HttpRequest, code: str) -> HttpResponse:
    reader = _reader(request)
    kind = None if code == MERGED else _kind(code)
    told: Told | None = tell(_sample(kind), reader) if kind else None
    mailed = kind is None or kind.mail is not HowMailed.NEVER
    return render(
        request,
        "notifications/template.html",
        {
            "code": code,
            "kind": kind,
            "told": told,
            "mail": _mail(code, reader) if mailed else None,
            "sender": sender(),
        },
    )


# The mail itself, for the frame on the page above. Mail carries its styles with it, on the
# elements; it never carries a script.
@login_required
@require_safe
@csp_update({"style-src": ["'unsafe-inline'"], "script-src": ["'none'"]})  # type: ignore[arg-type]
def template_mail(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse(_mail(code, _reader(request)).html)
