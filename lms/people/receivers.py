"""What the register hears from below and from allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import email_changed
from django.dispatch import receiver
from django.http import HttpRequest

from lms.people.models import User
from lms.people.services.accounts import note_changed_address


@receiver(email_changed)
def record_changed_address(
    request: HttpRequest,
    user: User,
    from_email_address: Any,
    to_email_address: Any,
    **kwargs: Any,
) -> None:
    before = from_email_address.email if from_email_address else ""
    note_changed_address(user=user, before=before)
