"""Who reads: AccessMiddleware has let in nobody who is not signed in."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lms.people.models import User


def reader(request: HttpRequest) -> User:
    """The signed-in account of a page that is not public."""
    return cast(User, request.user)


def true_and_false() -> dict[bool, str]:
    """What true and false are called."""
    return {True: _("True"), False: _("False")}
