"""Every request meets the table of addresses before its view."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from lms.audit.services import Entry, record_many
from lms.lib.dates import today
from lms.lib.unsent import not_taken, typed_texts
from lms.people.access import Rule, SeenAs, remember_roles
from lms.people.models import User
from lms.people.services import view_as

SHARED_SESSION = "shared_computer_seen_at"
"""Session key on a shared computer: when the account was last active, in seconds."""
SHARED_IDLE_SECONDS = 30 * 60
_WRITE_AGAIN_AFTER = 60


def share_computer(request: HttpRequest) -> None:
    """Let the session that has just begun be one on a shared computer."""
    request.session[SHARED_SESSION] = int(time.time())
    request.session.set_expiry(0)


class AccessMiddleware:
    """Refuses every address that the table in `settings.URL_ACCESS` does not list, sends the
    anonymous to sign in where an account is needed, and logs what was refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.rule_for: Callable[[str], Rule | None] = import_string(settings.URL_ACCESS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self._end_idle_shared_session(request)
        response = self.get_response(request)
        self._note_seen_as(request, response)
        if response.status_code == 403 and request.user.is_authenticated:
            match = request.resolver_match
            record_many(
                [
                    Entry(
                        action="access_refused",
                        object_type="address",
                        object_id=(match.view_name if match else "")[:80],
                        reason=request.path[:500],
                    )
                ],
                by=request.user,
            )
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        rule = self.rule_for(match.view_name) if match else None
        if rule is None:
            raise PermissionDenied
        remember_roles(request.user)
        if rule.seen_as is not SeenAs.OWN and isinstance(request.user, User):
            return self._as_seen(request, request.user, rule)
        return self._as_own(request, rule)

    def _as_own(self, request: HttpRequest, rule: Rule) -> HttpResponseBase | None:
        if rule.allows(request.user, today()):
            return None
        if not request.user.is_authenticated:
            # Scripts know a session that has ended by the redirect, and keep what they sent.
            is_page = request.headers.get("Sec-Fetch-Dest", "document") == "document"
            if is_page and typed_texts(request):
                return not_taken(request)
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied

    def _as_seen(self, request: HttpRequest, user: User, rule: Rule) -> HttpResponseBase | None:
        """A team page, which the coordinator may be seeing as a manager does: then the manager's
        rights open it, to read and no more."""
        began = view_as.SESSION in request.session
        viewing = view_as.current(
            session=request.session, user=user, at=timezone.now(), day=today()
        )
        if viewing is None:
            if began:
                messages.info(request, _("You no longer see the team as somebody else."))
            return self._as_own(request, rule)
        remember_roles(viewing.manager)
        request.seen_as = viewing  # type: ignore[attr-defined]
        if rule.seen_as is SeenAs.REFUSED or request.method not in ("GET", "HEAD"):
            return render(request, "people/view_as_refused.html", status=403)
        if not rule.allows(viewing.manager, today()):
            raise PermissionDenied
        return None

    def _note_seen_as(self, request: HttpRequest, response: HttpResponse) -> None:
        """Nothing that was seen with a manager's eyes leaves without a line in the ledger."""
        viewing, match = view_as.seen_as(request), request.resolver_match
        if viewing is None or match is None or response.status_code != 200:
            return
        view_as.note_opened(
            viewing=viewing,
            by=cast(User, request.user),
            address=match.view_name,
            path=request.path,
            unit=request.GET.get("enhet", ""),
            person_id=match.kwargs.get("person_id", ""),
        )
        patch_cache_control(response, private=True, no_store=True)

    def _end_idle_shared_session(self, request: HttpRequest) -> None:
        """On a shared computer the session also ends after half an hour without activity (the
        cookie itself ends with the browser)."""
        seen_at = request.session.get(SHARED_SESSION)
        if seen_at is None:
            return
        now = int(time.time())
        if now - seen_at > SHARED_IDLE_SECONDS:
            logout(request)
        elif now - seen_at > _WRITE_AGAIN_AFTER:
            request.session[SHARED_SESSION] = now


class LanguageMiddleware(LocaleMiddleware):
    """The language the reader has chosen, on this device or in the account; otherwise Swedish,
    whatever the browser was installed in."""

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if not chosen and request.user.is_authenticated:
            chosen = request.user.language
        known = {code for code, _name in settings.LANGUAGES}
        translation.activate(chosen if chosen in known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response.headers.setdefault("Content-Language", translation.get_language() or "")
        return response
