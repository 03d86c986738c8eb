"""How an account signs in. The seam for single sign-on: another backend beside this one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest

from lms.lib.clients import client_ip
from lms.people.services.account_mail import account_mail


class AccountBackend(AuthenticationBackend):
    """E-mail and password."""


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: object) -> bool:
        """Accounts come from HR import or invitation, never from sign-up."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _public(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return _public(super().get_email_confirmation_url(request, emailconfirmation))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth puts the Host header in front, which whoever guesses chooses.
        return str(credentials.get("email", credentials.get("username", ""))).strip().lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sign-in mail goes the same way as all other account mail."""
        user = context.get("user")
        account_mail(
            to=email,
            template=template_prefix.rsplit("/", 1)[-1],
            context=context,
            language=getattr(user, "language", ""),
            person_id=getattr(user, "person_id", None),
        )


def _public(url: str) -> str:
    """The same page at the installation's own address. allauth builds links from the Host header,
    which whoever asks for the mail chooses."""
    parts = urlsplit(url)
    return urljoin(settings.PUBLIC_URL + "/", parts._replace(scheme="", netloc="").geturl())
