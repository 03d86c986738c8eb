"""`manage.py refresh_accounts`: once a day, accounts and access follow employments and roles."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lms.lib.dates import today
from lms.people.services.accounts import deactivate_leavers, reactivate_returned
from lms.people.services.role_assignments import sync_all_admin_access


class Command(BaseCommand):
    help = "Close accounts of those who have left, open those of the returned, follow the roles."

    def handle(self, *args: Any, **options: Any) -> None:
        day = today()
        closed = deactivate_leavers(day=day)
        opened = reactivate_returned(day=day)
        sync_all_admin_access(day=day)
        self.stdout.write(f"closed {closed}, opened {opened}")
