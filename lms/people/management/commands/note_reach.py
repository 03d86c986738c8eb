"""Note whose reach has changed since the last night (the nightly job)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lms.lib.dates import today
from lms.people.services.reach import note_reach


class Command(BaseCommand):
    help = "Notes whose reach in the organisation has changed since the last night, and why."

    def handle(self, **options: Any) -> None:
        noted = note_reach(day=today())
        if noted.night is None:
            self.stdout.write("Noted already")
        else:
            self.stdout.write(f"Changed: {noted.changed}. Removed: {noted.removed}")
