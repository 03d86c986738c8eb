import json
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError, CommandParser

from home.services.search import search
from lms.people.models import User


class Command(BaseCommand):
    help = "What the site's search gives a person, best first: title, type, address, why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query")
        parser.add_argument("--as", dest="email", help="the account that asks; else the public")
        parser.add_argument("--limit", type=int, default=20)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        user: User | AnonymousUser = AnonymousUser()
        if options["email"]:
            found_user = User.objects.filter(email__iexact=options["email"]).first()
            if found_user is None:
                raise CommandError(f"No account has the address {options['email']}.")
            user = found_user
        found = search(options["query"], user=user, limit=options["limit"])
        if options["json"]:
            hits = [
                {"title": hit.title, "type": hit.kind, "url": hit.url, "why": hit.why}
                for hit in found.hits
            ]
            self.stdout.write(
                json.dumps(
                    {"total": found.total, "suggestion": found.suggestion, "hits": hits},
                    ensure_ascii=False,
                )
            )
            return
        for hit in found.hits:
            self.stdout.write("\t".join((hit.title, hit.kind, hit.url, hit.why)))
