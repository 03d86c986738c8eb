"""Who reads: AccessMiddleware has let in nobody who is not signed in."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from lms.people.models import User


def reader(request: HttpRequest) -> User:
    """The signed-in account of a page that is not public."""
    return cast(User, request.user)
