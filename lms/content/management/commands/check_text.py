import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lms.lib.guard import scan


class Command(BaseCommand):
    help = "The sensitivity guard, line by line on standard input: ok, or stop with the reason."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [scan(line.rstrip("\r\n")) for line in sys.stdin]
        if not options["json"]:
            for findings in found:
                reasons = ", ".join(dict.fromkeys(str(each.label) for each in findings))
                self.stdout.write(f"stop: {reasons}" if reasons else "ok")
            return
        lines = [
            {
                "line": number,
                "verdict": "stop" if findings else "ok",
                "findings": [
                    {
                        "kind": each.kind,
                        "reason": str(each.label),
                        "start": each.start,
                        "end": each.end,
                    }
                    for each in findings
                ],
            }
            for number, findings in enumerate(found, start=1)
        ]
        answer = {"lines": lines, "stopped": sum(bool(findings) for findings in found)}
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
