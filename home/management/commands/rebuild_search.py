from typing import Any

from django.core.management.base import BaseCommand

from home.services.indexing import rebuild_index


class Command(BaseCommand):
    help = "Builds the search index anew from what is published."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild_index()} entries")
