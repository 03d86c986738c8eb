"""How an account signs in. The seam for single sign-on: another backend beside this one."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend

from lms.people.services.accounts import account_mail


class AccountBackend(AuthenticationBackend):
    """E-mail and password."""


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: object) -> bool:
        """Accounts come from HR import or invitation, never from sign-up."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sign-in mail goes the same way as all other account mail."""
        user = context.get("user")
        account_mail(
            to=email,
            template=template_prefix.rsplit("/", 1)[-1],
            context=context,
            language=getattr(user, "language", ""),
        )
