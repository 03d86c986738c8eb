"""Who is reading a page that takes an account."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from lms.people.models import User


def reader(request: HttpRequest) -> User:
    """The account that is signed in. The table of addresses has already asked for one."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
